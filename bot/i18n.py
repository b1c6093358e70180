"""The languages there are: gettext catalogues, one .po file per room, read as they are when first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from babel.messages.pofile import PoFileError, read_po

from core.errors import ConfigError
from core.text import Translate, fill

LOCALES_DIR = Path(__file__).parent / "locales"
ENGLISH = "en"
"""The language that message ids are written in; it needs no catalogue."""


@dataclass(slots=True)
class Translator:
    """One language: looks a message id up and fills in its fields."""

    locale: str
    texts: Mapping[str, str]
    """Message id to translation, all domains merged; empty for English."""

    def __call__(self, message: str, /, **values: object) -> str:
        """Return the filled-in text; an unknown message id comes back in English.

        Raises KeyError for a field of the message that has no value.
        """
        return fill(self.texts.get(message, message), values)

    def has(self, message: str) -> bool:
        """Say whether this language has words of its own for a message id."""
        return message in self.texts


class Catalogues:
    """All languages of one folder: `<folder>/<locale>/<domain>.po`. Each locale is read once, when first used."""

    def __init__(self, folder: Path = LOCALES_DIR) -> None:
        self._folder = folder
        self._read: dict[str, Translator] = {ENGLISH: Translator(ENGLISH, {})}

    @property
    def locales(self) -> tuple[str, ...]:
        """Names of the languages there are, English first."""
        folders = self._folder.iterdir() if self._folder.is_dir() else ()
        return (ENGLISH, *sorted(path.name for path in folders if path.is_dir() and path.name != ENGLISH))

    def for_locale(self, locale: str) -> Translate:
        """Return the translator of a locale such as `ko`, `ko-KR` or `en-US`; unknown ones read English."""
        return self.translator(locale)

    def translator(self, locale: str) -> Translator:
        """Return the same as `for_locale`, as the class that can also say what it `has`.

        Raises ConfigError where a catalogue file cannot be read.
        """
        name = self._match(locale)
        if name not in self._read:
            self._read[name] = Translator(name, _read_folder(self._folder / name))
        return self._read[name]

    def _match(self, locale: str) -> str:
        language = locale.replace("_", "-").split("-")[0].lower()
        return language if language in self._read or language in self.locales else ENGLISH


def _read_folder(folder: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted(folder.glob("*.po")):
        for message_id, translation in _read_file(path).items():
            texts.setdefault(message_id, translation)
    return texts


def _read_file(path: Path) -> dict[str, str]:
    try:
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.name, domain=path.stem, abort_invalid=True)
    except (OSError, UnicodeDecodeError, PoFileError) as error:
        raise ConfigError(f"the catalogue {path} cannot be read: {error}; take the file from the release") from error
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string and not message.fuzzy
    }
