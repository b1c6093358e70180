"""The weekly report's life outside its room: written to files, posted when its day has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import discord
import structlog

from bot.services import ReportPosted
from core.clock import Clock
from core.ports.storing import Store
from core.settings import Settings
from core.text import Catalogue, cut
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.member import GuildSettings
from core.types.post import Source
from reports import html, png, text
from reports.build import build_report
from reports.types import WeeklyReport
from reports.week import Week

log = structlog.get_logger(__name__)

MESSAGE_LIMIT = 1_900
"""Characters of a report in a channel; a Discord message holds 2,000."""
FOLDER = "reports"
"""Inside data_dir."""


class WeeklyReports:
    """Builds reports and hands them on."""

    def __init__(
        self, store: Store, settings: Settings, clock: Clock, catalogue: Catalogue, *, wake: Callable[[], None]
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._catalogue = catalogue
        self._wake = wake

    async def run(self) -> None:
        """Post each week's report at its hour, until cancelled.

        A report that was missed while nobody ran is posted at the start; one that was posted is not posted again.
        """
        while True:
            now = self._clock.now()
            await self.post(week_before(last_moment(now, self._settings), self._settings))
            await self._clock.sleep_until(next_moment(now, self._settings))

    async def post(self, week: Week) -> bool:
        """Put a week's report into the outbox; False without a report channel or posts, or when it is there already."""
        section = self._settings.discord
        home = None if section.home_guild is None else await self._home(str(section.home_guild))
        channel = (home.report_channel if home is not None else None) or section.report_channel
        if channel is None or str(week) not in await self.weeks():
            return False
        locale = (home.locale if home is not None else None) or self._settings.maeari.locale
        report = await self._build(week)
        attachment = await self._picture(report, locale)
        draft = ActionDraft(
            kind=ActionKind.REPORT,
            purpose=Purpose.STAFF_POST,
            target=Target(
                Source.DISCORD,
                str(channel),
                guild_id=None if section.home_guild is None else str(section.home_guild),
            ),
            key=f"report:{week}",
            text=self._words(report, locale),
            locale=locale,
            attachment=attachment,
        )
        added = await self._store.write(lambda unit: unit.outbox.add(draft, created_at=self._clock.now()))
        self._wake()
        return added is not None

    async def _home(self, guild_id: str) -> GuildSettings | None:
        async with self._store.read() as unit:
            return await unit.members.guild(guild_id)

    async def posted(self, week: str | None, locale: str) -> ReportPosted:
        """Return a report for a channel. Raises NotFoundError without any post, InputError for a wrong week."""
        report = await self._build(None if week is None else Week.parse(week))
        return ReportPosted(report.week, self._words(report, locale), await self._draw(report, locale))

    async def weeks(self) -> list[str]:
        """Return the weeks that have posts, oldest first."""
        async with self._store.read() as unit:
            latest = await unit.counts.latest_post()
            if latest is None:
                return []
            rows = await unit.counts.rollups(since=latest - timedelta(days=366), until=latest + timedelta(hours=1))
        return sorted({str(Week.of(row.hour, self._settings.zone)) for row in rows})

    async def text(self, week: str, locale: str) -> str:
        """Return a week's report for a terminal."""
        return text.render(await self._build(Week.parse(week)), self._catalogue.for_locale(locale))

    async def write(self, week: str, folder: Path, locale: str) -> tuple[Path, ...]:
        """Write a week's HTML page and picture into a folder; return their paths."""
        report = await self._build(Week.parse(week))
        t = self._catalogue.for_locale(locale)
        page, picture = folder / f"report-{week}.{locale}.html", folder / f"report-{week}.{locale}.png"
        written = await asyncio.to_thread(html.render, report, t)
        await asyncio.to_thread(_write, page, written.encode())
        await asyncio.to_thread(_write, picture, await png.render(report, t))
        return page, picture

    def _words(self, report: WeeklyReport, locale: str) -> str:
        words = text.render(report, self._catalogue.for_locale(locale), clean=_in_channel, quotes=False)
        return cut(words, MESSAGE_LIMIT)

    async def _picture(self, report: WeeklyReport, locale: str) -> str | None:
        """Draw the report's picture, once; return its place in data_dir, or None where it cannot be drawn."""
        place = f"{FOLDER}/{report.week}.{locale}.png"
        path = self._settings.maeari.data_dir / place
        if not await asyncio.to_thread(path.is_file):
            picture = await self._draw(report, locale)
            if picture is None:
                return None
            await asyncio.to_thread(_write, path, picture)
        return place

    async def _draw(self, report: WeeklyReport, locale: str) -> bytes | None:
        try:
            return await png.render(report, self._catalogue.for_locale(locale))
        except png.PictureError as error:
            log.warning("report_without_picture", week=report.week, kind=type(error).__name__)
            return None

    async def _build(self, week: Week | None) -> WeeklyReport:
        settings = self._settings
        return await build_report(self._store, week, zone=settings.zone, now=self._clock.now(), top=settings.report.top)


def _in_channel(words: str) -> str:
    """Return foreign words as a Discord message shows them: no Markdown, no mention."""
    return discord.utils.escape_mentions(discord.utils.escape_markdown(text.plain(words)))


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def next_moment(now: datetime, settings: Settings) -> datetime:
    """Return when the next report is due, in UTC: the configured weekday and hour of the installation's time zone.

    An hour that comes twice counts once, the first time; one that the clocks skip is met right after.
    """
    moment = _moment(now, settings)
    return moment if moment > now else _moment(now, settings, weeks=1)


def last_moment(now: datetime, settings: Settings) -> datetime:
    """Return when the latest report was due, in UTC: `now`, or before."""
    moment = _moment(now, settings)
    return moment if moment <= now else _moment(now, settings, weeks=-1)


def week_before(moment: datetime, settings: Settings) -> Week:
    """Return the week that a report due at `moment` is about: the one before the moment's own."""
    return Week.of(moment.astimezone(settings.zone) - timedelta(days=7), settings.zone)


def _moment(now: datetime, settings: Settings, *, weeks: int = 0) -> datetime:
    """Return the due moment of the seven days that begin today, or so many weeks later."""
    local = now.astimezone(settings.zone)
    days = (settings.report.weekday - local.isoweekday()) % 7 + 7 * weeks
    day = local.date() + timedelta(days=days)
    due = datetime(day.year, day.month, day.day, settings.report.hour, tzinfo=settings.zone)
    return due.astimezone(UTC)
