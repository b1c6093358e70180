"""`/template`: canned replies, per brand and language."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from bot.cogs.cases import brand_choices
from bot.cogs.template_choices import template_choices
from bot.context import AnyInteraction, acts_as_staff, reader, require_staff
from bot.services import Services
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.lists import Page, pages, show_list
from bot.views.modals import submission_of
from bot.views.templates import EDIT_ID, edit_modal, template_line
from bot.views.text import safe
from core.errors import NotFoundError
from core.text import mark
from core.types.reply import Template
from engagement.desk.templates import LONGEST_NAME, LONGEST_TEXT, TemplateChange

PAGE_SIZE = 10

LANGUAGES = [
    app_commands.Choice(name=mark("English"), value="en"),
    app_commands.Choice(name=mark("Korean"), value="ko"),
]


@app_commands.default_permissions(manage_messages=True)
@app_commands.guild_only()
class TemplateCog(commands.GroupCog, group_name=mark("template"), group_description=mark("Canned replies for cases")):
    """Canned replies for staff."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @commands.Cog.listener("on_interaction")
    async def take_submission(self, interaction: AnyInteraction) -> None:
        """Handle the windows of changed canned replies, also those opened before a restart."""
        submission = submission_of(interaction, EDIT_ID)
        if submission is None:
            return
        async with answering_failures(interaction):
            actor = require_staff(interaction)
            await wait_for_answer(interaction)
            change = TemplateChange(name=submission.fields.get("name", ""), text=submission.text)
            changed = await self._services.templates.edit(submission.number, change, actor)
            t = reader(interaction)
            await say(interaction, t("The canned reply {name} is changed.", name=safe(changed.name, 200)))

    @app_commands.command(name=mark("list"), description=mark("List the canned replies"))
    @app_commands.describe(
        brand=mark("Only this brand, and those for every brand"), language=mark("Only this language")
    )
    @app_commands.rename(brand=mark("brand"), language=mark("language"))
    @app_commands.choices(language=LANGUAGES)
    async def list_templates(
        self,
        interaction: AnyInteraction,
        brand: app_commands.Range[str, 1, 80] | None = None,
        language: str | None = None,
    ) -> None:
        """Show a list that pages."""
        require_staff(interaction)
        await wait_for_answer(interaction)

        async def page_of(reading: AnyInteraction, number: int) -> Page:
            require_staff(reading)
            service, t = self._services.templates, reader(reading)
            total = await service.count(brand=brand, locale=language)
            number = min(number, max(pages(total, PAGE_SIZE) - 1, 0))
            shown = await service.find(brand=brand, locale=language, limit=PAGE_SIZE, offset=number * PAGE_SIZE)
            title = t("Canned replies: {count}", count=total)
            return Page(title, [template_line(one, t) for one in shown], number, pages(total, PAGE_SIZE))

        await show_list(interaction, page_of)

    @app_commands.command(name=mark("add"), description=mark("Add a canned reply"))
    @app_commands.describe(
        name=mark("How staff call it"),
        language=mark("Language it is written in"),
        text=mark("The reply; author, brand, case, link in curly brackets are filled in; \\n starts a line"),
        brand=mark("The brand it speaks for; leave it out for every brand"),
    )
    @app_commands.rename(name=mark("name"), language=mark("language"), text=mark("text"), brand=mark("brand"))
    @app_commands.choices(language=LANGUAGES)
    async def add(
        self,
        interaction: AnyInteraction,
        name: app_commands.Range[str, 1, LONGEST_NAME],
        language: str,
        text: app_commands.Range[str, 1, LONGEST_TEXT],
        brand: app_commands.Range[str, 1, 80] | None = None,
    ) -> None:
        """Add a canned reply."""
        actor = require_staff(interaction)
        await wait_for_answer(interaction)
        if brand is not None and brand not in [one.name for one in await self._services.brands.all()]:
            raise NotFoundError(mark("No brand of that name is followed."))
        fresh = Template(name, language, text.replace("\\n", "\n"), brand)
        added = await self._services.templates.add(fresh, actor)
        t = reader(interaction)
        await say(interaction, t("The canned reply {name} is there.", name=safe(added.name, 200)))

    @app_commands.command(name=mark("edit"), description=mark("Change a canned reply"))
    @app_commands.describe(template=mark("The canned reply"))
    @app_commands.rename(template=mark("template"))
    async def edit(self, interaction: AnyInteraction, template: int) -> None:
        """Open the window with the words as they are."""
        require_staff(interaction)
        known = next((one for one in self._services.templates.shelf if one.id == template), None)
        if known is None:
            raise NotFoundError(mark("There is no such canned reply."))
        await interaction.response.send_modal(edit_modal(known, reader(interaction)))

    @app_commands.command(name=mark("remove"), description=mark("Delete a canned reply"))
    @app_commands.describe(template=mark("The canned reply"))
    @app_commands.rename(template=mark("template"))
    async def remove(self, interaction: AnyInteraction, template: int) -> None:
        """Delete a canned reply."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        removed = await self._services.templates.remove(template)
        t = reader(interaction)
        await say(interaction, t("The canned reply {name} is deleted.", name=safe(removed.name, 200)))

    @edit.autocomplete("template")
    @remove.autocomplete("template")
    async def suggest_templates(
        self, interaction: AnyInteraction, current: str | int
    ) -> list[app_commands.Choice[int]]:
        """Offer canned replies, to staff only."""
        return template_choices(self._services, interaction, str(current))

    @list_templates.autocomplete("brand")
    @add.autocomplete("brand")
    async def suggest_brands(self, interaction: AnyInteraction, current: str) -> list[app_commands.Choice[str]]:
        """Offer the brands, to staff only."""
        return await brand_choices(self._services, current) if acts_as_staff(interaction) else []
