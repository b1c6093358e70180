"""Lists that page: what was asked for stays in a small memory, the page number in the button."""

from __future__ import annotations

import re
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import ui

from bot.context import AnyInteraction, reader
from bot.views.answering import answering_failures, say
from bot.views.text import TEXT_LIMIT
from core.ports.storing import MOST_COUNTED
from core.text import Translate, cut

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


class Lists:
    """The newest lists by token."""

    def __init__(self, most: int = MOST_LISTS) -> None:
        self._most = most
        self._lists: OrderedDict[str, PageOf] = OrderedDict()

    def keep(self, page_of: PageOf) -> str:
        """Remember a list; return its token."""
        token = secrets.token_hex(6)
        self._lists[token] = page_of
        while len(self._lists) > self._most:
            self._lists.popitem(last=False)
        return token

    def get(self, token: str) -> PageOf | None:
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
            page_of = lists_of(interaction).get(self.token)
            if page_of is None:
                await say(interaction, t("This list is too old; please run the command again."))
                return
            await interaction.response.defer()
            page = await page_of(interaction, self.page)
            await interaction.edit_original_response(view=ListView(page, self.token, t))


class ListView(ui.LayoutView):
    """One page of a list, with its buttons."""

    def __init__(self, page: Page, token: str, t: Translate) -> None:
        super().__init__(timeout=None)
        title = cut(page.title, TITLE_LIMIT)
        footer = t("Page {page} of {pages}", page=page.number + 1, pages=max(page.pages, 1))
        room = TEXT_LIMIT - TITLE_LIMIT - len(footer) - 50
        self.add_item(ui.TextDisplay(f"### {title}"))
        self.add_item(ui.TextDisplay(_fitting(page.lines, room) or t("Nothing here.")))
        if page.pages > 1:
            self.add_item(ui.TextDisplay(f"-# {footer}"))
            last = page.number + 1 >= page.pages
            self.add_item(
                ui.ActionRow(
                    PageButton(token, max(page.number - 1, 0), t("Back"), back=True, disabled=page.number == 0),
                    PageButton(token, page.number + 1, t("Next"), back=False, disabled=last),
                )
            )


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


async def show_list(interaction: AnyInteraction, page_of: PageOf) -> None:
    """Answer a deferred interaction with the first page."""
    page = await page_of(interaction, 0)
    token = lists_of(interaction).keep(page_of)
    await say(interaction, view=ListView(page, token, reader(interaction)))


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
