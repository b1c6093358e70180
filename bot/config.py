"""Loading of the configuration: one TOML file, overridden by the environment, secrets readable from files.

`MAEARI_DISCORD__TOKEN=…` overrides `token` of `[discord]`; lists are written as JSON. A secret written as
`file:/run/secrets/token` is read from that file. Relative paths are taken from the folder of the config file.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
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
from core.text import Phrase, mark

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
        raise ConfigError(mark("environment: {problem}; lists and tables are written as JSON"), problem=error) from None
    settings = Settings.model_construct(**{name: getattr(loaded, name) for name in Settings.model_fields})
    folder = path.resolve().parent if path is not None else Path.cwd()
    return _with_paths(_with_secrets(settings, folder), folder)


def find_config(path: Path | None, *, required: bool) -> Path | None:
    """Return the config file to use: the one that was named, else ./config.toml where there is one.

    Raises ConfigError when it is required, or was named, and does not exist.
    """
    chosen = path if path is not None else Path("config.toml")
    if chosen.is_file():
        return chosen
    if path is not None or required:
        raise ConfigError(
            mark("{path} does not exist; write one with `maeari init`, or name another with --config"), path=chosen
        )
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
        raise ConfigError(
            mark("{path}: {problem}; mend that line (texts need quotes, lists square brackets)"),
            path=path,
            problem=error,
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            mark("{path}: byte {byte} is not UTF-8; save the file as UTF-8"), path=path, byte=error.start
        ) from None
    except OSError as error:
        raise ConfigError(
            mark("{path} cannot be read ({problem}); check its permissions"), path=path, problem=error.strerror
        ) from None


def _refuse_unknown_environment() -> None:
    known = list(Settings.model_fields)
    for variable in os.environ:
        if not variable.upper().startswith(ENV_PREFIX):
            continue
        section = variable.upper().removeprefix(ENV_PREFIX).partition("__")[0].lower()
        if section not in known:
            raise ConfigError(
                mark("environment: {variable} names no setting; {hint}; write {prefix}SECTION__KEY"),
                key=section,
                variable=variable,
                hint=_nearest(section, known),
                prefix=ENV_PREFIX,
            )


def _config_error(error: ErrorDetails, path: Path | None) -> ConfigError:
    location = error["loc"]
    key = _dotted(location)
    where = "environment" if path is None or _from_environment(location) else path.name
    if error["type"] == "extra_forbidden":
        hint = _nearest(str(location[-1]), _known_keys(location[:-1]))
        return ConfigError(mark("{where}: unknown key {name}; {hint}"), key=key, where=where, name=key, hint=hint)
    problem = _problem(error)
    given = error.get("input")
    if isinstance(given, str | int | float) and not _may_be_secret(location):
        problem = Phrase(mark("{problem} (got {given!r})"), {"problem": problem, "given": given})
    if not key:
        return ConfigError(mark("{where}: {problem}"), where=where, problem=problem)
    return ConfigError(mark("{where}: {name}: {problem}"), key=key, where=where, name=key, problem=problem)


_PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "missing": mark("it is missing"),
        "string_type": mark("write a text in quotes"),
        "string_too_short": mark("it may not be empty"),
        "string_too_long": mark("it is longer than {max_length} characters"),
        "too_short": mark("write at least {min_length}"),
        "int_type": mark("write a whole number"),
        "int_parsing": mark("write a whole number"),
        "int_from_float": mark("write a whole number"),
        "float_type": mark("write a number"),
        "float_parsing": mark("write a number"),
        "bool_type": mark("write true or false"),
        "bool_parsing": mark("write true or false"),
        "tuple_type": mark("write a list in square brackets"),
        "list_type": mark("write a list in square brackets"),
        "dict_type": mark("write a table"),
        "model_type": mark("write a table"),
        "model_attributes_type": mark("write a table"),
        "path_type": mark("write a path in quotes"),
        "literal_error": mark("write one of {expected}"),
        "enum": mark("write one of {expected}"),
        "greater_than": mark("write more than {gt}"),
        "greater_than_equal": mark("write at least {ge}"),
        "less_than": mark("write less than {lt}"),
        "less_than_equal": mark("write at most {le}"),
        "time_type": mark("write a time like '22:00'"),
        "time_parsing": mark("write a time like '22:00'"),
        "date_type": mark("write a date like '2026-11-09'"),
        "date_parsing": mark("write a date like '2026-11-09'"),
        "date_from_datetime_parsing": mark("write a date like '2026-11-09'"),
    }
)
"""What is wrong and what to write, by pydantic's kind of error; the fields are those of its context."""


def _problem(error: ErrorDetails) -> Phrase:
    """Return what is wrong with a value, ready for any language; kinds nobody foresaw stand in pydantic's English."""
    context = error.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, ValueError) and raised.args and isinstance(raised.args[0], Phrase):
        return raised.args[0]
    message = _PROBLEMS.get(error["type"])
    if message is None:
        text = error["msg"].removeprefix("Value error, ")
        return Phrase(text[:1].lower() + text[1:])
    values = {name: value for name, value in context.items() if f"{{{name}}}" in message}
    if "expected" in values:
        values["expected"] = _alternatives(str(values["expected"]))
    return Phrase(message, values)


def _alternatives(expected: str) -> str:
    """Return pydantic's English list `'a', 'b' or 'c'` without its English word."""
    return expected.replace(" or ", ", ")


def _from_environment(location: tuple[int | str, ...]) -> bool:
    """Say whether an environment variable sets what an error is about, or a table it lies in."""
    parts = [str(part).upper() for part in location]
    names = {ENV_PREFIX + "__".join(parts[:length]) for length in range(1, len(parts) + 1)}
    return any(name.upper() in names for name in os.environ)


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


def _may_be_secret(location: tuple[int | str, ...]) -> bool:
    """Say whether a value may hold a secret: a secret key's, or one written in a whole section's place."""
    if not location:
        return True
    field = _section(location[:-1]).model_fields.get(str(location[-1]))
    return field is not None and ("SecretStr" in str(field.annotation) or _model_of(field.annotation) is not None)


def _nearest(name: str, known: list[str]) -> Phrase:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return Phrase(mark("did you mean {key}?"), {"key": close[0]})
    return Phrase(mark("known are {keys}"), {"keys": ", ".join(known)})


def _with_secrets(settings: Settings, folder: Path) -> Settings:
    """Replace `file:` secrets by what their files hold, and blank keys by None: set to nothing is not set."""
    changed: dict[str, Section] = {}
    for name in ("discord", "reddit"):
        section: Section = getattr(settings, name)
        secrets = {key: value for key, value in section if isinstance(value, SecretStr)}
        read: dict[str, object] = {key: _secret(value, f"{name}.{key}", folder) for key, value in secrets.items()}
        if name == "reddit" and not settings.reddit.client_id:
            read["client_id"] = None
        if read:
            changed[name] = section.model_copy(update=read)
    return settings.model_copy(update=changed)


def _secret(value: SecretStr, key: str, folder: Path) -> SecretStr | None:
    text = value.get_secret_value()
    if not text.startswith(_FROM_FILE):
        return value if text.strip() else None
    path = folder / Path(text.removeprefix(_FROM_FILE)).expanduser()
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigError(
            mark("{name}: the secret file {path} cannot be read; check its path and rights"),
            key=key,
            name=key,
            path=path,
        ) from None
    if not text:
        raise ConfigError(mark("{name}: the secret file {path} is empty"), key=key, name=key, path=path)
    return SecretStr(text)


def _with_paths(settings: Settings, folder: Path) -> Settings:
    """Make the folders absolute."""
    knowledge = settings.chat.knowledge_dir
    return settings.model_copy(
        update={
            "maeari": settings.maeari.model_copy(update={"data_dir": folder / settings.maeari.data_dir}),
            "chat": settings.chat.model_copy(update={"knowledge_dir": folder / knowledge if knowledge else None}),
        }
    )
