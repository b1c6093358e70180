"""Lists that page: what was asked for stays in a small memory, the page number in the button."""

from __future__ import annotations

import asyncio
import io
import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader, services_of
from bot.views.answering import answering_failures, say, wait_for_answer
from bot.views.text import LABEL_LIMIT, TEXT_LIMIT
from core.ports.storing import MOST_COUNTED
from core.text import Translate, cut
from engagement.desk.export import ListFile

MOST_LISTS = 500
"""Lists whose buttons work; older ones ask to run the command again."""
TITLE_LIMIT = 300
_ADDRESS = re.compile(r"https?://[^\s()<>\"'\[\]\\]{1,500}")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list."""

    title: str
    lines: Sequence[str]
    """Escaped already."""
    number: int
    """Counts from 0."""
    pages: int


PageOf = Callable[[AnyInteraction, int], Awaitable[Page]]
"""Reads one page, for whoever presses: rights are checked again."""


FileOf = Callable[[AnyInteraction], Awaitable[ListFile]]
"""Reads the whole list as a file, for whoever presses: rights are checked again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a list shows, as its buttons ask for it."""

    page_of: PageOf
    file_of: FileOf | None = None
    """None for a list that has no file."""


class Lists:
    """The newest lists by token."""

    def __init__(self, most: int = MOST_LISTS) -> None:
        self._most = most
        self._lists: OrderedDict[str, Shown] = OrderedDict()

    def keep(self, page_of: PageOf, file_of: FileOf | None = None) -> str:
        """Remember a list; return its token."""
        token = secrets.token_hex(6)
        self._lists[token] = Shown(page_of, file_of)
        while len(self._lists) > self._most:
            self._lists.popitem(last=False)
        return token

    def get(self, token: str) -> Shown | None:
        """Return a list that is still remembered."""
        return self._lists.get(token)


class PageButton(ui.DynamicItem[ui.Button[Any]], template=r"list:(?P<token>[0-9a-f]{12}):(?P<page>\d{1,6}):[bn]"):
    """Turns to another page: `list:<token>:<page>:<back or next>`."""

    def __init__(self, token: str, page: int, label: str = "…", *, back: bool, disabled: bool = False) -> None:
        self.token, self.page, self.back = token, page, back
        custom_id = f"list:{token}:{page}:{'b' if back else 'n'}"
        super().__init__(ui.Button(label=label, custom_id=custom_id, disabled=disabled))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["token"], int(match["page"]), back=match.string.endswith("b"))

    async def callback(self, interaction: AnyInteraction) -> None:
        """Show the page in place of the one before."""
        async with answering_failures(interaction):
            t = reader(interaction)
            shown = lists_of(interaction).get(self.token)
            if shown is None:
                await say(interaction, t("This list is too old; please run the command again."))
                return
            await interaction.response.defer()
            page = await shown.page_of(interaction, self.page)
            view = ListView(page, self.token, t, has_file=shown.file_of is not None)
            await interaction.edit_original_response(view=view)


class FileButton(ui.DynamicItem[ui.Button[Any]], template=r"list:(?P<token>[0-9a-f]{12}):file"):
    """Gives the whole list, as it was filtered, as a file: `list:<token>:file`."""

    def __init__(self, token: str, label: str = "…") -> None:
        self.token = token
        super().__init__(ui.Button(label=cut(label, LABEL_LIMIT), custom_id=f"list:{token}:file"))

    @classmethod
    async def from_custom_id(cls, _interaction: AnyInteraction, _item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Build the pressed button from its custom_id."""
        return cls(match["token"])

    async def callback(self, interaction: AnyInteraction) -> None:
        """Attach the file for who pressed."""
        async with answering_failures(interaction):
            shown = lists_of(interaction).get(self.token)
            if shown is None or shown.file_of is None:
                await say(interaction, reader(interaction)("This list is too old; please run the command again."))
                return
            await wait_for_answer(interaction)
            await say_file(interaction, await shown.file_of(interaction))


async def say_file(interaction: AnyInteraction, found: ListFile) -> None:
    """Answer a deferred interaction with a list as a file, and say how much of it that is."""
    services, t = services_of(interaction), reader(interaction)
    day = services.clock.now().astimezone(services.settings.zone).date().isoformat()
    content = await asyncio.to_thread(found.content)
    file = discord.File(io.BytesIO(content), filename=f"{found.name}-{day}.csv")
    said = t("Lines in the file: {count} of {total}.", count=len(found.rows), total=found.total)
    await say(interaction, said, file=file)


class ListView(ui.LayoutView):
    """One page of a list, with its buttons."""

    def __init__(self, page: Page, token: str, t: Translate, *, has_file: bool = False) -> None:
        super().__init__(timeout=None)
        title = cut(page.title, TITLE_LIMIT)
        footer = t("Page {page} of {pages}", page=page.number + 1, pages=max(page.pages, 1))
        room = TEXT_LIMIT - TITLE_LIMIT - len(footer) - 50
        self.add_item(ui.TextDisplay(f"### {title}"))
        self.add_item(ui.TextDisplay(_fitting(page.lines, room) or t("Nothing here.")))
        row: ui.ActionRow[Any] = ui.ActionRow()
        if page.pages > 1:
            self.add_item(ui.TextDisplay(f"-# {footer}"))
            last = page.number + 1 >= page.pages
            row.add_item(PageButton(token, max(page.number - 1, 0), t("Back"), back=True, disabled=page.number == 0))
            row.add_item(PageButton(token, page.number + 1, t("Next"), back=False, disabled=last))
        if has_file and page.lines:
            row.add_item(FileButton(token, t("As a file")))
        if row.children:
            self.add_item(row)


def _fitting(lines: Sequence[str], room: int) -> str:
    """Join the lines that fit; each is short enough on its own, and no line is shown in part."""
    kept: list[str] = []
    for line in lines:
        if len(line) + 1 > room:
            break
        kept.append(line)
        room -= len(line) + 1
    return "\n".join(kept)


def lists_of(interaction: AnyInteraction) -> Lists:
    """Return the client's memory of lists."""
    lists = getattr(interaction.client, "lists", None)
    assert isinstance(lists, Lists)
    return lists


async def show_list(interaction: AnyInteraction, page_of: PageOf, file_of: FileOf | None = None) -> None:
    """Answer a deferred interaction with the first page; with `file_of` the list can be had as a file, too."""
    page = await page_of(interaction, 0)
    token = lists_of(interaction).keep(page_of, file_of)
    await say(interaction, view=ListView(page, token, reader(interaction), has_file=file_of is not None))


def counted(total: int) -> str:
    """Return how many lines there are; `500+` where nobody counted to the end."""
    return str(total) if total < MOST_COUNTED else f"{MOST_COUNTED:,}+"


def pages(total: int, size: int) -> int:
    """Return how many pages `total` lines fill."""
    return -(-total // size)


def link(label: str, url: str | None) -> str:
    """Return a masked link, or nothing for an address that is no plain web address."""
    return f"[{label}]({url})" if url is not None and is_link(url) else ""


def is_link(url: str) -> bool:
    """Say whether this is a plain web address that Discord takes for a link (512 characters at most)."""
    return _ADDRESS.fullmatch(url) is not None


def when(moment: Any) -> str:
    """Return a moment as Discord shows it: relative, in the reader's own language."""
    return discord.utils.format_dt(moment, "R")
