"""What `maeari check` looks at: each check is one row with a state and, where it fails, the mend."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from core.errors import MaeariError
from core.settings import Settings
from core.text import Translate

if TYPE_CHECKING:
    import discord

REQUIRED_PERMISSIONS = (
    "view_channel",
    "send_messages",
    "send_messages_in_threads",
    "embed_links",
    "attach_files",
    "read_message_history",
)
"""What the bot needs in the staff and report channels; the invite link of the README asks for exactly these."""


class CheckState(StrEnum):
    """How a check ended."""

    OK = "ok"
    NOTE = "note"
    """Works, with something the operator should know."""
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Checked:
    """One row of the table."""

    name: str
    state: CheckState
    detail: str


async def run_checks(settings: Settings, url: str, t: Translate) -> AsyncIterator[Checked]:
    """Yield the rows as they are found; the network is asked only where there are credentials."""
    yield Checked(t("configuration"), CheckState.OK, t("every key is known and in range"))
    yield await _database(url, t)
    yield _brands(settings, t)
    async for row in _discord(settings, t):
        yield row
    yield await _reddit(settings, t)
    yield _knowledge(settings, t)


async def _database(url: str, t: Translate) -> Checked:
    from storage.maintenance import check_database

    name = t("database")
    try:
        found = await check_database(url)
    except MaeariError as error:
        return Checked(name, CheckState.FAIL, error.words(t))
    if found is None:
        return Checked(name, CheckState.NOTE, t("{path} will be made at the first start", path=url))
    return Checked(name, CheckState.OK, t("{path}, schema {version}", path=url, version=found))


def _brands(settings: Settings, t: Translate) -> Checked:
    own = [brand.name for brand in settings.brands if not brand.competitor]
    if not own:
        return Checked(t("brands"), CheckState.NOTE, t("none in the file; add a [[brands]] table or use /brand add"))
    return Checked(t("brands"), CheckState.OK, ", ".join(own))


async def _discord(settings: Settings, t: Translate) -> AsyncIterator[Checked]:
    section = settings.discord
    if section.token is None:
        yield Checked("Discord", CheckState.NOTE, t("no token: Discord is not served"))
        return
    from bot.endpoints import set_endpoints
    from bot.probe import discord_account

    token = section.token.get_secret_value()
    try:
        set_endpoints(section)
        account = await discord_account(token)
    except MaeariError as error:
        yield Checked("Discord", CheckState.FAIL, error.words(t))
        return
    yield Checked("Discord", CheckState.OK, t("signed in as {name}", name=account.name))
    yield _intents(t, granted=account.message_content)
    async for row in _channels(settings, token, t):
        yield row


def _intents(t: Translate, *, granted: bool) -> Checked:
    name = t("message content intent")
    if granted:
        return Checked(name, CheckState.OK, t("granted"))
    return Checked(
        name,
        CheckState.NOTE,
        t("not granted: switch it on in the portal under Bot, or only commands and mentions are served"),
    )


async def _channels(settings: Settings, token: str, t: Translate) -> AsyncIterator[Checked]:
    import aiohttp
    import discord

    client = discord.Client(intents=discord.Intents.none())
    try:
        await client.login(token)
        for key in ("staff_channel", "report_channel"):
            yield await _channel(client, key, getattr(settings.discord, key), t)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        problem = type(error).__name__
        yield Checked("Discord", CheckState.FAIL, t("does not answer ({problem}); try again", problem=problem))
    finally:
        await client.close()


async def _channel(client: discord.Client, key: str, channel_id: int | None, t: Translate) -> Checked:
    import discord

    name = f"discord.{key}"
    if channel_id is None:
        return Checked(name, CheckState.NOTE, t("not set: cards and reports are only in the database"))
    try:
        channel = await client.fetch_channel(channel_id)
    except discord.NotFound:
        return Checked(name, CheckState.FAIL, t("there is no channel {id}", id=channel_id))
    except discord.Forbidden:
        return Checked(name, CheckState.FAIL, t("the bot may not see channel {id}; give it the right", id=channel_id))
    return Checked(name, CheckState.OK, f"#{getattr(channel, 'name', channel_id)}")


async def _reddit(settings: Settings, t: Translate) -> Checked:
    if settings.reddit.client_id is None:
        return Checked("Reddit", CheckState.NOTE, t("no client_id: Reddit is not served"))
    from listeners.reddit.transport import RedditTransport

    try:
        transport = RedditTransport(settings.reddit)
        try:
            account = await transport.account()
        finally:
            await transport.close()
    except MaeariError as error:
        return Checked("Reddit", CheckState.FAIL, error.words(t))
    if account is None:
        return Checked("Reddit", CheckState.NOTE, t("signed in without an account: it can read, and answers nobody"))
    return Checked("Reddit", CheckState.OK, t("signed in as {name}", name=f"u/{account.name}"))


def _knowledge(settings: Settings, t: Translate) -> Checked:
    folder = settings.chat.knowledge_dir
    if folder is None:
        return Checked(t("articles"), CheckState.NOTE, t("no knowledge_dir: questions go to a person"))
    if not folder.is_dir():
        return Checked(t("articles"), CheckState.FAIL, t("chat.knowledge_dir {path} does not exist", path=folder))
    return Checked(t("articles"), CheckState.OK, t("{count} articles", count=len(list(folder.rglob("*.md")))))
