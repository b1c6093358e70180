"""`/rules`: how precise the decisions are by people's verdicts, and what they suggest to change."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.cases import brand_choices
from bot.context import AnyInteraction, acts_as_staff, reader, require_manager, require_staff
from bot.services import Services
from bot.views.answering import say, wait_for_answer
from bot.views.lists import Page, pages, show_list, when
from bot.views.rules import Suggestions, TestedRule, rule_words
from bot.views.text import safe
from core.errors import InputError
from core.text import Translate, mark
from core.types.learning import RuleChange, RuleKind
from engagement.desk.verdicts import Precision
from engagement.intake.decide import REASONS
from engagement.intake.rules import RuleBook
from engagement.intake.suggest import TERM_LIMIT

PAGE_SIZE = 10
PRECISION_WEEKS = 12


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class RulesCog(
    commands.GroupCog, group_name=mark("rules"), group_description=mark("What decides, and what verdicts say about it")
):
    """Reading for staff, changing for those who manage the server."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("list"), description=mark("Show the rules in force"))
    async def list_rules(self, interaction: AnyInteraction) -> None:
        """Show thresholds, exclusions and what was confirmed."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            t = reader(reading)
            lines = _book_lines(await self._services.rules.book(), t)
            shown = lines[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            return Page(t("Rules in force"), shown, number, pages(len(lines), PAGE_SIZE))

        await show_list(interaction, page_of)

    @app_commands.command(
        name=mark("precision"), description=mark("Show how often decisions were right, by week, brand and rule")
    )
    @app_commands.describe(brand=mark("Only this brand"))
    @app_commands.rename(brand=mark("brand"))
    async def precision(self, interaction: AnyInteraction, brand: app_commands.Range[str, 1, 80] | None = None) -> None:
        """Show the verdicts of the last weeks."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            t = reader(reading)
            found = await self._services.verdicts.precision(weeks=PRECISION_WEEKS, brand=brand)
            shown = found[number * PAGE_SIZE : (number + 1) * PAGE_SIZE]
            title = t("Precision by people's verdicts, last {weeks} weeks", weeks=PRECISION_WEEKS)
            return Page(title, [_precision_line(one, t) for one in shown], number, pages(len(found), PAGE_SIZE))

        await show_list(interaction, page_of)

    @app_commands.command(
        name=mark("suggest"), description=mark("Propose exclusions and thresholds from verdicts, back-tested")
    )
    @app_commands.describe(brand=mark("Only this brand"))
    @app_commands.rename(brand=mark("brand"))
    async def suggest(self, interaction: AnyInteraction, brand: app_commands.Range[str, 1, 80] | None = None) -> None:
        """Show proposals; nothing changes before somebody confirms one."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        tests = await self._services.rules.suggest(brand)
        await say(interaction, view=Suggestions(tests, reader(interaction)))

    @app_commands.command(
        name=mark("apply"), description=mark("Back-test one change and put it into force after a confirmation")
    )
    @app_commands.describe(
        brand=mark("Brand of the exclusion"),
        exclusion=mark("Term that vetoes mentions of the brand"),
        complaint=mark("Complaint score from which a mention is flagged"),
        praise=mark("Probability of praise from which a person is thanked"),
    )
    @app_commands.rename(
        brand=mark("brand"), exclusion=mark("exclusion"), complaint=mark("complaint-score"), praise=mark("praise-score")
    )
    async def apply(
        self,
        interaction: AnyInteraction,
        brand: app_commands.Range[str, 1, 80] | None = None,
        exclusion: app_commands.Range[str, 1, TERM_LIMIT] | None = None,
        complaint: app_commands.Range[float, 0.05, 1.0] | None = None,
        praise: app_commands.Range[float, 0.5, 1.0] | None = None,
    ) -> None:
        """Show what the change would do; its button puts it into force."""
        require_manager(interaction)
        change = _change(brand, exclusion, complaint, praise)
        await wait_for_answer(interaction)
        await say(interaction, view=TestedRule(await self._services.rules.test(change), reader(interaction)))

    @app_commands.command(name=mark("reset"), description=mark("Take back every rule that was confirmed here"))
    async def reset(self, interaction: AnyInteraction) -> None:
        """Go back to the configuration."""
        actor = require_manager(interaction)
        await wait_for_answer(interaction)
        gone = await self._services.rules.reset(actor)
        t = reader(interaction)
        await say(
            interaction, t("Taken back: {count}. The thresholds of the configuration hold again.", count=len(gone))
        )

    @precision.autocomplete("brand")
    @suggest.autocomplete("brand")
    @apply.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        if not acts_as_staff(interaction):
            return []
        return await brand_choices(self._services, current)


def _change(brand: str | None, exclusion: str | None, complaint: float | None, praise: float | None) -> RuleChange:
    """Return the one change that was asked for. Raises InputError where it is none, or more than one."""
    if sum(value is not None for value in (exclusion, complaint, praise)) != 1:
        raise InputError(mark("Give one change: an exclusion with its brand, or one threshold."))
    if exclusion is not None:
        if brand is None:
            raise InputError(mark("Give one change: an exclusion with its brand, or one threshold."))
        return RuleChange(RuleKind.EXCLUSION, brand.strip(), exclusion)
    if complaint is not None:
        return RuleChange(RuleKind.MIN_COMPLAINT, value=round(complaint, 2))
    assert praise is not None
    return RuleChange(RuleKind.MIN_PROBABILITY, value=round(praise, 2))


def _book_lines(book: RuleBook, t: Translate) -> list[str]:
    lines = [
        t(
            "Flag from a complaint score of {value} (configured: {configured})",
            value=f"{book.min_complaint:.2f}",
            configured=f"{book.configured_complaint:.2f}",
        ),
        t(
            "Thank from a probability of {value} (configured: {configured})",
            value=f"{book.min_probability:.2f}",
            configured=f"{book.configured_probability:.2f}",
        ),
    ]
    lines += [
        t(
            "{brand}: not with {terms}",
            brand=safe(brand.name, 60),
            terms=safe(", ".join(term.text for term in brand.exclusions), 200),
        )
        for brand in book.brands
        if brand.exclusions
    ]
    for rule in reversed(book.applied):
        lines.append(" · ".join((rule_words(rule.change, t), f"<@{rule.actor}>", when(rule.at))))
    return lines


def _precision_line(one: Precision, t: Translate) -> str:
    share = f"{one.share:.0%}"
    right = t("{share} right ({right} of {all})", share=share, right=one.right, all=one.right + one.wrong)
    return " · ".join((one.week, safe(one.brand, 60), t(REASONS[one.reason]), right))
