"""What `maeari run` says once it is up: who it is where, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from bot.app import Application
from core.settings import Settings
from core.text import Translate

if TYPE_CHECKING:
    from bot.reddit_connection import RedditConnection


def missing(settings: Settings, t: Translate) -> Iterator[str]:
    """Say, before anything is tried, which platform is not served for want of which key."""
    if settings.discord.token is None:
        yield t("Discord is not served: discord.token is not set.")
    if settings.reddit.client_id is None:
        yield t("Reddit is not served: reddit.client_id is not set (access needs Reddit's approval, see README).")


def greeting(app: Application, t: Translate) -> Iterator[str]:
    """Say how it stands after the start."""
    if app.discord_side is not None:
        account = app.discord_side.account
        if account is None:
            yield t("Discord does not answer yet; Maeari goes on trying.")
        else:
            yield t("Discord is served as {name}.", name=account.name)
            if not account.message_content:
                yield t(
                    "The Message Content intent is not granted: only commands, direct messages and messages that "
                    "mention the bot can be read. Switch it on in the developer portal under Bot."
                )
    if app.reddit_side is not None:
        yield _reddit(app.reddit_side, t)
        if not app.settings.reddit.subreddits:
            yield t("No subreddit is followed: set reddit.subreddits.")
    if not app.pipeline.brands:
        yield t("No brand is followed yet: add [[brands]] to the file, or use /brand add.")


def _reddit(reddit: RedditConnection, t: Translate) -> str:
    if not reddit.is_in:
        return t("Reddit does not answer yet; Maeari goes on trying.")
    if reddit.account is None:
        return t("Reddit is read without an account: nobody is answered there.")
    return t("Reddit is served as {name}.", name=f"u/{reddit.account.name}")
