"""`/brand`: what is followed, changed live."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.cases import brand_choices
from bot.context import AnyInteraction, acts_as_staff, reader, require_manager, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.lists import Page, pages, show_list
from bot.views.text import safe
from core.errors import ConflictError, InputError, NotFoundError
from core.text import Translate, mark
from core.types.brand import Brand, Term

PAGE_SIZE = 10
MOST_TERMS = 100


@app_commands.default_permissions(manage_guild=True)
@app_commands.guild_only()
class BrandCog(commands.GroupCog, group_name=mark("brand"), group_description=mark("The brands that are followed")):
    """Brands for those who manage the server."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("list"), description=mark("List the brands that are followed"))
    async def list_brands(self, interaction: AnyInteraction) -> None:
        """Show a list that pages."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            brands = await self._services.brands.all()
            t = reader(reading)
            shown = brands[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            title = t("Brands: {count}", count=len(brands))
            return Page(title, [brand_line(brand, t) for brand in shown], number, pages(len(brands), PAGE_SIZE))

        await show_list(interaction, page_of)

    @app_commands.command(name=mark("add"), description=mark("Follow a brand"))
    @app_commands.describe(
        name=mark("Name that people see"),
        terms=mark("Words, phrases, #hashtags and hosts that name it, separated by commas"),
        exclusions=mark("Words that veto: a post with one of them is about something else"),
        competitor=mark("Only to compare with: never answered"),
    )
    @app_commands.rename(
        name=mark("name"), terms=mark("terms"), exclusions=mark("exclusions"), competitor=mark("competitor")
    )
    async def add(
        self,
        interaction: AnyInteraction,
        name: app_commands.Range[str, 1, 80],
        terms: app_commands.Range[str, 1, 1000],
        exclusions: app_commands.Range[str, 1, 1000] | None = None,
        competitor: bool = False,
    ) -> None:
        """Add a brand; the listeners look for it at once."""
        require_manager(interaction)
        brand = Brand(name.strip(), _terms(terms), _terms(exclusions or ""), competitor)
        if not brand.name or not brand.terms:
            raise InputError(mark("A brand needs a name and at least one term."))
        await wait_for_answer(interaction)
        known = await self._services.brands.all()
        if any(other.name.casefold() == brand.name.casefold() for other in known):
            raise ConflictError(mark("A brand of that name is followed already; remove it first to change it."))
        await self._services.brands.put(brand)
        t = reader(interaction)
        await say(interaction, t("{brand} is followed from now on.", brand=safe(brand.name, 200)))

    @app_commands.command(name=mark("remove"), description=mark("Stop following a brand; its mentions stay"))
    @app_commands.describe(name=mark("Name of the brand"))
    @app_commands.rename(name=mark("name"))
    async def remove(self, interaction: AnyInteraction, name: app_commands.Range[str, 1, 80]) -> None:
        """Remove a brand."""
        require_manager(interaction)
        await wait_for_answer(interaction)
        if not await self._services.brands.remove(name.strip()):
            raise NotFoundError(mark("No brand of that name is followed."))
        t = reader(interaction)
        await say(interaction, t("{brand} is no longer followed.", brand=safe(name, 200)))

    @remove.autocomplete("name")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await brand_choices(self._services, current)


def _terms(text: str) -> tuple[Term, ...]:
    words = dict.fromkeys(" ".join(part.split()) for part in text.split(","))
    return tuple(Term(word) for word in words if word)[:MOST_TERMS]


def brand_line(brand: Brand, t: Translate) -> str:
    """Return a brand as one line of a list."""
    name = f"**{safe(brand.name, 160)}**" + (f" ({t('competitor')})" if brand.competitor else "")
    terms = safe(", ".join(term.text for term in brand.terms), 160)
    if not brand.exclusions:
        return f"{name}: {terms}"
    without = safe(", ".join(term.text for term in brand.exclusions), 100)
    return f"{name}: {terms} · " + t("not: {terms}", terms=without)
