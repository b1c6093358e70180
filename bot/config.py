"""Loading of the configuration: one TOML file, overridden by the environment, secrets readable from files.

`MAEARI_DISCORD__TOKEN=…` overrides `token` of `[discord]`; lists are written as JSON. A secret written as
`file:/run/secrets/token` is read from that file. Relative paths are taken from the folder of the config file.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from core.errors import ConfigError
from core.settings import Section, Settings

ENV_PREFIX = "MAEARI_"
_FROM_FILE = "file:"


class _Sources(Settings, BaseSettings):
    """The settings with their sources: what is passed in (the TOML tables), below the environment."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=ENV_PREFIX,
        env_nested_delimiter="__",
        nested_model_default_partial_update=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; there are no other sources."""
        del settings_cls, dotenv_settings, file_secret_settings
        assert isinstance(init_settings, InitSettingsSource)
        assert isinstance(env_settings, EnvSettingsSource)
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Read the configuration; without a path only defaults and the environment count.

    Raises ConfigError naming the key or line and the mend.
    """
    tables = _read_toml(path) if path is not None else {}
    _refuse_unknown_environment()
    try:
        loaded = _Sources(**tables)
    except ValidationError as error:
        raise _config_error(error.errors()[0], path) from None
    except SettingsError as error:
        raise ConfigError(f"environment: {error}; lists and tables are written as JSON") from None
    settings = Settings.model_construct(**{name: getattr(loaded, name) for name in Settings.model_fields})
    folder = path.resolve().parent if path is not None else Path.cwd()
    return _with_paths(_with_secrets(settings), folder)


def find_config(path: Path | None, *, required: bool) -> Path | None:
    """Return the config file to use: the one that was named, else ./config.toml where there is one.

    Raises ConfigError when it is required, or was named, and does not exist.
    """
    chosen = path if path is not None else Path("config.toml")
    if chosen.is_file():
        return chosen
    if path is not None or required:
        raise ConfigError(f"{chosen} does not exist; write one with `maeari init`, or name another with --config")
    return None


def database_path(settings: Settings) -> str:
    """Return the database's URL or absolute path."""
    url = settings.storage.url
    if "://" in url:
        return url
    return str(settings.maeari.data_dir / url)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}; mend that line (texts need quotes, lists square brackets)") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}") from None


def _refuse_unknown_environment() -> None:
    known = list(Settings.model_fields)
    for variable in os.environ:
        if not variable.upper().startswith(ENV_PREFIX):
            continue
        section = variable.upper().removeprefix(ENV_PREFIX).partition("__")[0].lower()
        if section not in known:
            raise ConfigError(
                f"environment: {variable} names no setting{_nearest(section, known)}; "
                f"write {ENV_PREFIX}SECTION__KEY, e.g. {ENV_PREFIX}DISCORD__TOKEN",
                key=section,
            )


def _config_error(error: ErrorDetails, path: Path | None) -> ConfigError:
    where = path.name if path is not None else "environment"
    key = _dotted(error["loc"])
    if error["type"] == "extra_forbidden":
        known = _known_keys(error["loc"][:-1])
        return ConfigError(f"{where}: unknown key {key}{_nearest(str(error['loc'][-1]), known)}", key=key)
    message = error["msg"].removeprefix("Value error, ")
    given = error.get("input")
    shown = f" (got {given!r})" if isinstance(given, str | int | float) and not _is_secret(error["loc"]) else ""
    return ConfigError(
        f"{where}: {key + ': ' if key else ''}{message[:1].lower()}{message[1:]}{shown}", key=key or None
    )


def _dotted(location: tuple[int | str, ...]) -> str:
    dotted = ""
    for part in location:
        dotted += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if dotted else part
    return dotted


def _section(location: tuple[int | str, ...]) -> type[Section]:
    """Return the section a location lies in: the deepest model on its way."""
    model: type[Section] = Settings
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            inner = _model_of(model.model_fields[part].annotation)
            if inner is None:
                break
            model = inner
    return model


def _model_of(annotation: Any) -> type[Section] | None:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        return annotation
    return next((m for a in getattr(annotation, "__args__", ()) if (m := _model_of(a)) is not None), None)


def _known_keys(location: tuple[int | str, ...]) -> list[str]:
    return list(_section(location).model_fields)


def _is_secret(location: tuple[int | str, ...]) -> bool:
    field = _section(location[:-1]).model_fields.get(str(location[-1])) if location else None
    return field is not None and "SecretStr" in str(field.annotation)


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known are {', '.join(known)}"


def _with_secrets(settings: Settings) -> Settings:
    """Replace `file:` secrets by what their files hold."""
    changed: dict[str, Section] = {}
    for name in ("discord", "reddit"):
        section: Section = getattr(settings, name)
        read = {
            key: SecretStr(_read_secret(value.get_secret_value(), f"{name}.{key}"))
            for key, value in section
            if isinstance(value, SecretStr) and value.get_secret_value().startswith(_FROM_FILE)
        }
        if read:
            changed[name] = section.model_copy(update=read)
    return settings.model_copy(update=changed)


def _read_secret(value: str, key: str) -> str:
    path = Path(value.removeprefix(_FROM_FILE))
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(f"{key}: the secret file {path} cannot be read; check its path and rights", key=key) from None


def _with_paths(settings: Settings, folder: Path) -> Settings:
    """Make the folders absolute."""
    knowledge = settings.chat.knowledge_dir
    return settings.model_copy(
        update={
            "maeari": settings.maeari.model_copy(update={"data_dir": folder / settings.maeari.data_dir}),
            "chat": settings.chat.model_copy(update={"knowledge_dir": folder / knowledge if knowledge else None}),
        }
    )
