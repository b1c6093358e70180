"""`/mention`: stored mentions by their words, and one of them in full."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.case_choices import (
    LARGEST_ID,
    MOST_CHOICES,
    MOST_DIGITS,
    MOST_LOOKED_AT,
    brand_choices,
    in_time_or_none,
)
from bot.context import AnyInteraction, acts_as_staff, reader, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.lists import Page, counted, link, pages, show_list, when
from bot.views.mention import MentionCard
from bot.views.names import DECISION, LABEL, place
from bot.views.text import CHOICE_LIMIT, plain, quote, safe
from core.ports.storing import MOST_COUNTED
from core.text import Translate, mark
from core.types.assessment import Label
from core.types.mention import MentionQuery, StoredMention
from engagement.desk.export import ListFile, export_mentions

PAGE_SIZE = 5
EXCERPT_LIMIT = 240


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class MentionCog(
    commands.GroupCog, group_name=mark("mention"), group_description=mark("What people wrote about your brands")
):
    """Search for staff."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("search"), description=mark("Search stored mentions"))
    @app_commands.describe(
        words=mark("Words to look for"), brand=mark("Only this brand"), sentiment=mark("Only this sentiment")
    )
    @app_commands.rename(words=mark("words"), brand=mark("brand"), sentiment=mark("sentiment"))
    @app_commands.choices(
        sentiment=[
            app_commands.Choice(name=mark("negative"), value=Label.NEGATIVE.value),
            app_commands.Choice(name=mark("neutral"), value=Label.NEUTRAL.value),
            app_commands.Choice(name=mark("positive"), value=Label.POSITIVE.value),
        ]
    )
    async def search(
        self,
        interaction: AnyInteraction,
        words: app_commands.Range[str, 1, 100],
        brand: app_commands.Range[str, 1, 80] | None = None,
        sentiment: str | None = None,
    ) -> None:
        """Show what was found, newest first."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        query = MentionQuery(text=words, brand=brand, label=None if sentiment is None else Label(sentiment))

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            return await self._page(query, number, reader(reading))

        async def file_of(reading: AnyInteraction) -> ListFile:
            require_staff(reading)
            return await export_mentions(self._services.store, query)

        await show_list(interaction, page_of, file_of)

    async def _page(self, query: MentionQuery, number: int, t: Translate) -> Page:
        async with self._services.store.read() as unit:
            total = await unit.mentions.count(query, most=MOST_COUNTED)
            number = min(number, max(pages(total, PAGE_SIZE) - 1, 0))
            found = await unit.mentions.find(query, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
        title = t("Mentions with “{words}”: {count}", words=safe(query.text or "", 100), count=counted(total))
        return Page(title, [mention_lines(mention, t) for mention in found], number, pages(total, PAGE_SIZE))

    @app_commands.command(name=mark("view"), description=mark("Show one mention: what decided, and why"))
    @app_commands.describe(mention=mark("Number of the mention"))
    @app_commands.rename(mention=mark("mention"))
    async def view(self, interaction: AnyInteraction, mention: app_commands.Range[int, 1, LARGEST_ID]) -> None:
        """Show a mention with the buttons that correct its decision."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        found = await self._services.verdicts.view(mention)
        await say(interaction, view=MentionCard(found, reader(interaction)))

    @view.autocomplete("mention")
    async def suggest_mentions(self, interaction: AnyInteraction, current: str | int) -> list[app_commands.Choice[int]]:
        """Offer the newest mentions, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await _newest(self._services, str(current), reader(interaction))

    @search.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await brand_choices(self._services, current)


@in_time_or_none
async def _newest(services: Services, typed: str, t: Translate) -> list[app_commands.Choice[int]]:
    """Return the mention of the number that was typed, else the newest whose name on the list holds what was typed."""
    said = typed.strip().casefold()
    async with services.store.read() as unit:
        found = await unit.mentions.find(MentionQuery(), limit=MOST_LOOKED_AT)
        if said.isdecimal() and len(said) <= MOST_DIGITS:
            found = [*(await unit.mentions.many([int(said)])), *found]
    named = {one.id: f"{one.id} · {one.brand} · {t(LABEL[one.assessment.label])} · {one.text or ''}" for one in found}
    fitting = [(number, name) for number, name in named.items() if said in name.casefold()]
    return [app_commands.Choice(name=plain(name, CHOICE_LIMIT), value=number) for number, name in fitting][
        :MOST_CHOICES
    ]


def mention_lines(mention: StoredMention, t: Translate) -> str:
    """Return a mention as two lines of a list: what it is, and an excerpt."""
    parts = [
        f"**{mention.id}**",
        safe(mention.brand, 40),
        safe(place(t, mention.source, mention.container, mention.container_name), 60),
        f"{t(LABEL[mention.assessment.label])} {mention.assessment.score:+.2f}",
        t(DECISION[mention.decision.kind]),
        when(mention.created_at),
        link(t("Open the post"), mention.url),
    ]
    excerpt = quote(" ".join((mention.text or "").split()), EXCERPT_LIMIT)
    return " · ".join(part for part in parts if part) + "\n" + (excerpt or t("The text is gone."))
