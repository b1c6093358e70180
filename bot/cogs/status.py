"""`/status`: how the bot is doing, gaps and refusals included."""

from __future__ import annotations

from collections.abc import Iterator

import discord
from discord import app_commands
from discord.ext import commands

from bot.context import AnyInteraction, reader, require_staff
from bot.services import NOT_SERVED, Services, Status
from bot.views.answering import say, wait_for_answer
from bot.views.lists import counted
from bot.views.names import CLOSED_REASON, FEED_STATE
from bot.views.text import safe
from core.text import Translate, mark
from core.types.post import FeedHealth, Gap
from reports.words import GAP_REASON

MOST_FEEDS = 15
"""Feeds that are listed, those that are not well first; the rest is counted."""


class StatusCog(commands.Cog):
    """Health for staff."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @app_commands.command(name=mark("status"), description=mark("Show how listeners, cases and outgoing messages are"))
    @app_commands.default_permissions(manage_messages=True)
    @app_commands.guild_only()
    async def status(self, interaction: AnyInteraction) -> None:
        """Show the status."""
        require_staff(interaction)
        await wait_for_answer(interaction)
        status = await self._services.status()
        await say(interaction, "\n".join(_lines(status, reader(interaction))))


def _lines(status: Status, t: Translate) -> Iterator[str]:
    yield "### " + t("Maeari is running")
    yield t("Since {when}", when=discord.utils.format_dt(status.started_at, "R"))
    yield t("Mentions in the last 24 hours: {count}", count=status.mentions_today)
    counts = {"count": counted(status.open_cases), "overdue": counted(status.overdue_cases)}
    yield t("Open cases: {count}, overdue: {overdue}", **counts)
    yield t(
        "Messages on their way: {waiting}, waiting for approval: {drafts}, refused: {refused}",
        waiting=status.outbox_waiting,
        drafts=status.drafts_waiting,
        refused=status.outbox_refused,
    )
    if status.gaps:
        yield "**" + t("Gaps in the last 24 hours: {count}", count=status.gaps) + "**"
        yield from (_gap(gap, t) for gap in status.recent_gaps)
    if not status.feeds:
        yield "**" + t("No feed is being followed.") + "**"
    for feed in sorted(status.feeds, key=lambda one: one.state in ("ok", NOT_SERVED))[:MOST_FEEDS]:
        yield _feed(feed, t)
    if len(status.feeds) > MOST_FEEDS:
        yield t("and {count} more feeds", count=len(status.feeds) - MOST_FEEDS)


def _feed(feed: FeedHealth, t: Translate) -> str:
    state = t(FEED_STATE[feed.state]) if feed.state in FEED_STATE else safe(feed.state, 40)
    if feed.detail in CLOSED_REASON:
        state += f" ({t(CLOSED_REASON[feed.detail])})"
    seen = t("last post {when}", when=discord.utils.format_dt(feed.last_seen_at, "R")) if feed.last_seen_at else ""
    parts = (state, seen, t("posts seen: {count}", count=feed.posts_seen))
    return f"- {safe(feed.feed, 60)}: " + ", ".join(part for part in parts if part)


def _gap(gap: Gap, t: Translate) -> str:
    span = " – ".join(discord.utils.format_dt(moment, "t") for moment in (gap.started_at, gap.ended_at))
    estimate = "" if gap.estimate is None else t("about {count} posts", count=gap.estimate)
    reason = t(GAP_REASON[gap.reason]) if gap.reason in GAP_REASON else safe(gap.reason, 40)
    return f"- {safe(gap.feed, 60)}: " + ", ".join(part for part in (span, estimate, reason) if part)
