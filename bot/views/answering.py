"""Answers to interactions, and what people read when something did not work."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import discord
import structlog
from discord import app_commands, ui

from bot.context import AnyInteraction, reader
from bot.views.text import CONTENT_LIMIT
from core.errors import (
    ConflictError,
    InputError,
    MaeariError,
    NotAllowedError,
    NotFoundError,
    SendError,
    StorageError,
)
from core.text import Translate, cut, mark

log = structlog.get_logger(__name__)

EXPIRED_CODES = frozenset({10062, 10015})
"""Unknown interaction, unknown webhook: the 3 seconds or the 15 minutes are over; nobody can be answered."""
SLOW = mark("The database does not answer right now. Please try again in a minute.")

FIRST_SIGN_SECONDS = 2.0
"""How long a first answer that cannot be put off may take (a window, choices while typing): Discord waits for 3."""

T = TypeVar("T")

FOR_PEOPLE = (NotAllowedError, NotFoundError, ConflictError, InputError)
"""Errors whose sentence is meant for whoever acts; others may name paths and addresses of the installation."""


async def say(
    interaction: AnyInteraction,
    text: str | None = None,
    *,
    view: ui.LayoutView | ui.View | None = None,
    file: discord.File | None = None,
    private: bool = True,
) -> None:
    """Answer an interaction, whether or not it was deferred before; `text` is cut to Discord's limit."""
    send = interaction.followup.send if interaction.response.is_done() else interaction.response.send_message
    content = None if text is None else cut(text, CONTENT_LIMIT)
    # discord.py tells "not given" from None, and takes no content beside a layout view.
    given: dict[str, Any] = {"content": content, "view": view, "file": file}
    await send(**{name: value for name, value in given.items() if value is not None}, ephemeral=private)


async def wait_for_answer(interaction: AnyInteraction, *, private: bool = True) -> None:
    """Tell Discord that an answer follows: before any I/O, since the first sign is due within 3 seconds."""
    if not interaction.response.is_done():
        await interaction.response.defer(ephemeral=private, thinking=True)


async def in_time(reading: Awaitable[T]) -> T:
    """Return what is read for an answer that cannot be put off. Raises StorageError where it takes too long."""
    try:
        async with asyncio.timeout(FIRST_SIGN_SECONDS):
            return await reading
    except TimeoutError as error:
        raise StorageError(SLOW) from error


def line_for(error: BaseException, t: Translate, *, actor: str | None = None) -> str:
    """Return the one friendly line about an error in the reader's language; never a traceback, id or text of others.

    Who holds a case is named unless it is `actor`, the reader themselves.
    """
    own = _own_words(error, t) if isinstance(error, FOR_PEOPLE) else None
    line = own or _general_words(error, t)
    if isinstance(error, ConflictError) and error.holder not in (None, actor):
        return line + " " + t("In charge: {person}", person=f"<@{error.holder}>")
    return line


def _general_words(error: BaseException, t: Translate) -> str:
    """Return what is said about a kind of error where it has no words of its own in the reader's language."""
    general = (
        (NotAllowedError, t("You may not do this.")),
        (app_commands.CheckFailure, t("You may not do this.")),
        (NotFoundError, t("That is not there (any more).")),
        (ConflictError, t("That is no longer possible: it was changed in the meantime.")),
        (InputError, t("That input cannot be used.")),
        (SendError, t("The message could not be sent.")),
        (StorageError, t(SLOW)),
    )
    unexpected = t("Something went wrong on our side. It has been noted; please try again in a minute.")
    return next((words for kind, words in general if isinstance(error, kind)), unexpected)


def _own_words(error: MaeariError, t: Translate) -> str | None:
    """Return an error's own sentence where the reader's language knows it."""
    words = error.words(t)
    return words if words and (t.locale == "en" or words != str(error)) else None


async def report_failure(interaction: AnyInteraction, error: BaseException) -> None:
    """Tell the person, in one line, and log the kind of what nobody expected."""
    cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
    if isinstance(cause, discord.HTTPException) and cause.code in EXPIRED_CODES:
        log.warning("interaction_expired", interaction=interaction.id)
        return
    if not isinstance(cause, MaeariError | app_commands.AppCommandError):
        log.error("interaction_failed", interaction=interaction.id, kind=type(cause).__name__, exc_info=cause)
    try:
        await say(interaction, line_for(cause, reader(interaction), actor=str(interaction.user.id)))
    except discord.HTTPException as failure:
        log.warning("interaction_unanswered", interaction=interaction.id, code=failure.code)


@asynccontextmanager
async def answering_failures(interaction: AnyInteraction) -> AsyncIterator[None]:
    """Guard a button's or modal's work: whatever is raised inside becomes one line for the person."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the boundary between discord.py and our code: nobody else would answer
        await report_failure(interaction, error)
