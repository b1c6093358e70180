"""Names and descriptions of the commands in the languages there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import Locale, app_commands

from core.text import Catalogue

if TYPE_CHECKING:
    from discord.app_commands.translator import TranslationContextTypes


class CommandTranslator(app_commands.Translator):
    """Looks commands up in the catalogues when they are registered; English needs none."""

    def __init__(self, catalogues: Catalogue) -> None:
        self._catalogues = catalogues

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, _context: TranslationContextTypes
    ) -> str | None:
        """Return the words of `locale`, or None where they would be the English ones."""
        t = self._catalogues.for_locale(locale.value)
        if t.locale == "en":
            return None
        words = t(string.message)
        return words if words != string.message else None
