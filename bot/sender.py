"""The outbox's way into Discord: one outside effect a call, and a look for our own message after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import discord
import structlog
from discord import ui

from bot.alarms import Rung, called_by, head_of, rung_by, words_of
from bot.desk_cards import (
    DESK_CARDS,
    card_of,
    cards_of_case,
    cards_of_draft,
    desk_card,
    mark_of,
    words_are_gone,
)
from bot.services import Services
from bot.views.card import CaseCard
from bot.views.csat import csat_view
from bot.views.moderation import notice_view
from bot.views.person import person_view
from bot.views.queue import QueueBoard
from bot.views.text import CONTENT_LIMIT
from core.errors import SendDelayedError, SendError, SendRefusedError, SendUnknownError
from core.text import cut
from core.types.action import Action, ActionKind, Purpose, Receipt
from core.types.case import CaseState
from core.types.post import Source

log = structlog.get_logger(__name__)

RETRY_SECONDS = 30.0
"""Wait before another try where Discord names no time."""
SEARCH_DEPTH = 300
"""Newest messages of a channel that are searched for our own after a crash; three requests at most."""
CLOCK_SKEW = timedelta(minutes=1)
"""So much may our clock and Discord's differ; a message older than its action by more is not its message."""
TOO_OLD_TO_EDIT = 30046
_UNKNOWN_MESSAGE = 10008
_INVALID_FORM = 50035


class DiscordSender:
    """Carries out the outbox's actions in Discord."""

    source = Source.DISCORD

    def __init__(self, client: discord.Client, services: Services) -> None:
        self._client = client
        self._services = services

    async def send(self, action: Action) -> Receipt:
        """Carry out an action.

        The nonce is the action's own, so that Discord itself drops a copy that comes within minutes. Raises
        SendDelayedError, SendRefusedError or SendUnknownError, as the port says.
        """
        if self._client.user is None or self._client.is_closed():
            raise SendDelayedError("the bot is not logged in yet", retry_after=RETRY_SECONDS)
        try:
            message = await self._carry_out(action)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise as_send_error(error) from error
        return _receipt(message)

    async def find(self, action: Action) -> Receipt | None:
        """Look for our own message of this action among the newest of its channel.

        An edit may simply be made again, so it is not found; but a card that was posted anew instead of one is. Raises
        SendUnknownError where the channel cannot be read.
        """
        if action.draft.kind in (ActionKind.CARD_UPDATE, ActionKind.BOARD_EDIT):
            return None
        rung = await rung_by(self._services, action)
        try:
            channel = await self._place(action)
            async for message in channel.history(limit=SEARCH_DEPTH):
                if message.created_at < action.created_at - CLOCK_SKEW:
                    break
                if message.author == self._client.user and self._is_ours(message, action, rung):
                    if action.draft.kind is ActionKind.CARD_EDIT:
                        return await self._taken_for_edit(action, message)
                    return _receipt(message)
        except (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError) as error:
            raise SendUnknownError("the channel cannot be searched for our message") from error
        return None

    def _is_ours(self, message: discord.Message, action: Action, rung: Rung) -> bool:
        draft = action.draft
        if draft.kind is ActionKind.BOARD:
            return "queue:next" in set(_custom_ids(message.components))
        if rung:
            return message.content.partition("\n")[0] == head_of(action, rung, self._words(action))
        if draft.kind is ActionKind.SURVEY:
            return f"csat:1:{draft.case_id}" in set(_custom_ids(message.components))
        if draft.kind in DESK_CARDS:
            return mark_of(action) in set(_custom_ids(message.components))
        if draft.kind in (ActionKind.CARD, ActionKind.CARD_EDIT):
            return f"case:claim:{draft.case_id}" in set(_custom_ids(message.components))
        reference = str(message.reference.message_id) if message.reference is not None else None
        return reference == draft.target.reply_to and message.content == cut(draft.text, CONTENT_LIMIT)

    def _channel(self, container: str) -> discord.PartialMessageable:
        """Return a channel without asking Discord: one that is not cached (a direct message) will do, too."""
        known = self._client.get_channel(int(container))
        guild = getattr(known, "guild", None)
        return self._client.get_partial_messageable(int(container), guild_id=None if guild is None else guild.id)

    async def _carry_out(self, action: Action) -> discord.Message:
        steps = {
            ActionKind.REPLY: self._write,
            ActionKind.POST: self._write,
            ActionKind.CARD: self._post_card,
            ActionKind.CARD_EDIT: self._edit_card,
            ActionKind.SURVEY: self._ask,
            ActionKind.REPORT: self._post_report,
            ActionKind.DRAFT_CARD: self._post_desk_card,
            ActionKind.APPEAL_CARD: self._post_desk_card,
            ActionKind.CARD_UPDATE: self._update_card,
            ActionKind.NOTICE: self._write,
            ActionKind.ALARM: self._ring,
            ActionKind.BOARD: self._post_board,
            ActionKind.BOARD_EDIT: self._edit_board,
        }
        return await steps[action.draft.kind](action)

    async def _post_desk_card(self, action: Action) -> discord.Message:
        return await self._post(action, await desk_card(self._services, action))

    async def _write(self, action: Action, file: discord.File | None = None) -> discord.Message:
        draft = action.draft
        given: dict[str, Any] = {}
        if draft.target.reply_to is not None:
            given["reference"] = discord.MessageReference(
                message_id=int(draft.target.reply_to), channel_id=int(draft.target.container), fail_if_not_exists=True
            )
        if draft.purpose is Purpose.ANSWER and draft.target.reply_to is not None and draft.case_id is None:
            given["view"] = person_view("m", int(draft.target.reply_to), self._words(action))
        if draft.kind is ActionKind.NOTICE and draft.about is not None:
            given["view"] = notice_view(draft.about, self._words(action))
        if file is not None:
            given["file"] = file
        return await self._channel(draft.target.container).send(
            cut(draft.text, CONTENT_LIMIT),
            nonce=_nonce(action),
            allowed_mentions=discord.AllowedMentions.none(),
            suppress_embeds=file is None,
            **given,
        )

    async def _post_card(self, action: Action) -> discord.Message:
        return await self._post(action, await self._card(action))

    async def _post(
        self, action: Action, view: ui.LayoutView, *, instead_of: discord.PartialMessage | None = None
    ) -> discord.Message:
        """Post a card; one that stands `instead_of` another answers it, so that one leads to the other."""
        place = action.draft.target.container
        given: dict[str, Any] = {}
        if instead_of is not None and str(instead_of.channel.id) == place:
            given["reference"] = discord.MessageReference(
                message_id=instead_of.id, channel_id=instead_of.channel.id, fail_if_not_exists=False
            )
        return await self._channel(place).send(
            view=view, nonce=_nonce(action), allowed_mentions=discord.AllowedMentions.none(), **given
        )

    async def _update_card(self, action: Action) -> discord.Message:
        """Bring a draft's or appeal's card up to date; one too old to edit is posted anew, one that is gone is left."""
        card = await card_of(self._services, action)
        old = self._channel(card.draft.target.container).get_partial_message(int(card.sent_id or 0))
        view = await desk_card(self._services, card)
        try:
            message = await old.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            if error.code != TOO_OLD_TO_EDIT:
                raise
            log.info("desk_card_posted_anew", about=card.draft.about)
            message = await self._post(action, view, instead_of=old)
        if await words_are_gone(self._services, card):
            await self._clear_away(await cards_of_draft(self._services, card), message)
        return message

    async def _edit_card(self, action: Action) -> discord.Message:
        async with self._services.store.read() as unit:
            case = await unit.cases.get(_case_id(action))
        if case is None:
            raise SendRefusedError("the case is gone", reason="deleted")
        if case.card_channel is None or case.card_message is None:
            raise SendRefusedError("the case has no card to edit", reason="no_card")
        old = self._channel(case.card_channel).get_partial_message(int(case.card_message))
        view = await self._services.desk.view(case.id)
        card = CaseCard(view, self._words(action))
        try:
            message = await old.edit(view=card, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            closed = case.state in (CaseState.RESOLVED, CaseState.DISMISSED)
            if error.code != TOO_OLD_TO_EDIT and (error.code != _UNKNOWN_MESSAGE or closed):
                raise
            log.info("card_posted_anew", case=case.id)
            message = await self._post(action, card, instead_of=old)
            await self._remember_card(action, message)
        if view.erased:
            await self._clear_away(await cards_of_case(self._services, case.id), message)
        return message

    async def _clear_away(self, cards: set[tuple[str, str]], kept: discord.Message) -> None:
        """Delete the cards that `kept` stands instead of: they show words that were erased, and cannot be edited."""
        for channel, message in cards - {(str(kept.channel.id), str(kept.id))}:
            with suppress(discord.NotFound):
                await self._channel(channel).get_partial_message(int(message)).delete()

    async def _card(self, action: Action) -> ui.LayoutView:
        view = await self._services.desk.view(_case_id(action))
        return CaseCard(view, self._words(action))

    async def _taken_for_edit(self, action: Action, newest: discord.Message) -> Receipt | None:
        """Return the newest card of a case where it stands anew and nobody had noted that yet; None for the old one.

        None, too, where words were erased: the edit is made again, on the new card, and clears the old ones away.
        """
        async with self._services.store.read() as unit:
            case = await unit.cases.get(_case_id(action))
        if case is None or case.card_message is None or newest.id <= int(case.card_message):
            return None
        await self._remember_card(action, newest)
        return None if (await self._services.desk.view(case.id)).erased else _receipt(newest)

    async def _remember_card(self, action: Action, message: discord.Message) -> None:
        case_id, channel = _case_id(action), str(message.channel.id)
        await self._services.store.write(
            lambda unit: unit.cases.set_card(case_id, channel=channel, message=str(message.id))
        )

    async def _ask(self, action: Action) -> discord.Message:
        """Ask the one question after a case."""
        place = await self._place(action)
        return await place.send(
            cut(action.draft.text, CONTENT_LIMIT),
            view=csat_view(_case_id(action)),
            nonce=_nonce(action),
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _place(self, action: Action) -> discord.abc.Messageable:
        """Return where an action is written: for a question to the author of a post their direct messages.

        The person is looked up now, so that no row of the outbox names them.
        """
        draft = action.draft
        if draft.kind is not ActionKind.SURVEY or draft.mention_id is None or draft.author_key is None:
            return self._channel(draft.target.container)
        async with self._services.store.read() as unit:
            author = await unit.mentions.author(draft.author_key)
        if author is None:
            raise SendRefusedError("the person is no longer known", reason="gone")
        return await self._client.create_dm(discord.Object(int(author.native_id)))

    async def _ring(self, action: Action) -> discord.Message:
        """Tell staff about a clock.

        Here, and nowhere else, a message of ours may ping: those whom `bot.alarms.called_by` names, and no other role,
        person or everyone.
        """
        rung = await rung_by(self._services, action)
        if not rung:
            raise SendRefusedError("the case is gone", reason="deleted")
        called = await called_by(self._services, rung)
        return await self._channel(action.draft.target.container).send(
            await words_of(self._services, action, rung, called, self._words(action)),
            nonce=_nonce(action),
            allowed_mentions=called.allowed,
            suppress_embeds=True,
        )

    async def _post_board(self, action: Action) -> discord.Message:
        return await self._channel(action.draft.target.container).send(
            view=QueueBoard(await self._services.watch.queue(), self._words(action)),
            nonce=_nonce(action),
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _edit_board(self, action: Action) -> discord.Message:
        """Bring the board up to date; one that Discord does not let us edit any more is posted anew."""
        board = await self._services.watch.board()
        if board is None or board.message is None:
            raise SendRefusedError("there is no board to edit", reason="no_card")
        old = self._channel(board.channel).get_partial_message(int(board.message))
        view = QueueBoard(await self._services.watch.queue(), self._words(action))
        try:
            return await old.edit(view=view, allowed_mentions=discord.AllowedMentions.none())
        except discord.HTTPException as error:
            if error.code not in (TOO_OLD_TO_EDIT, _UNKNOWN_MESSAGE):
                raise
        log.info("board_posted_anew")
        return await self._post_board(action)

    async def _post_report(self, action: Action) -> discord.Message:
        if action.draft.attachment is None:
            return await self._write(action)
        folder = self._services.settings.maeari.data_dir.resolve()
        path = (folder / action.draft.attachment).resolve()
        if not path.is_relative_to(folder):
            raise SendRefusedError("the report's picture lies outside the data folder", reason="invalid")
        try:
            picture = await asyncio.to_thread(_open_file, path)
        except OSError as error:
            raise SendRefusedError("the report's picture cannot be read", reason="no_picture") from error
        return await self._write(action, picture)

    def _words(self, action: Action) -> Any:
        return self._services.catalogues.for_locale(action.draft.locale)


def as_send_error(error: BaseException) -> SendError:
    """Say what an error of discord.py or its connection means for an action: later, never, or nobody knows."""
    if isinstance(error, discord.RateLimited):
        return SendDelayedError("Discord asks to wait", retry_after=error.retry_after)
    if isinstance(error, discord.HTTPException):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return SendDelayedError("Discord cannot be reached", retry_after=RETRY_SECONDS)
    return SendUnknownError("the connection broke before Discord answered")


def _answered(error: discord.HTTPException) -> SendError:
    if error.status == 429:
        return SendDelayedError("Discord asks to wait", retry_after=RETRY_SECONDS)
    if error.status >= 500:
        return SendUnknownError(f"Discord answered {error.status}")
    if error.status == 401:
        return SendDelayedError("Discord does not accept the token right now", retry_after=300.0)
    if error.status == 403:
        return SendRefusedError("the bot may not write there", reason="forbidden")
    if error.status == 404 or (error.code == _INVALID_FORM and "message_reference" in error.text):
        return SendRefusedError("the channel or the post is gone", reason="deleted")
    return SendRefusedError(f"Discord refuses it: {error.status}/{error.code}", reason="invalid")


def _receipt(message: discord.Message) -> Receipt:
    return Receipt(native_id=str(message.id), sent_at=message.created_at, url=message.jump_url)


def _nonce(action: Action) -> str:
    return f"maeari-{action.id}"


def _case_id(action: Action) -> int:
    if action.draft.case_id is None:
        raise SendRefusedError("a card needs a case", reason="invalid")
    return action.draft.case_id


def _open_file(path: Path) -> discord.File:
    return discord.File(path, filename=path.name)


def _custom_ids(components: Any) -> Iterator[str]:
    for component in components:
        custom_id = getattr(component, "custom_id", None)
        if custom_id is not None:
            yield custom_id
        yield from _custom_ids(getattr(component, "children", ()))
