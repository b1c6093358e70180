"""Building the weekly report from what the store tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from core.errors import NotFoundError
from core.ports.storing import Store, Unit
from core.text import mark
from core.types.assessment import Intent
from core.types.brand import Brand
from core.types.mention import MentionOrder, MentionQuery, StoredMention
from core.types.post import Source
from reports.casework import case_figures, case_line, cases_opened
from reports.quotes import quote, top_mentions, trail_line
from reports.tally import (
    Counts,
    Place,
    brand_lines,
    container_lines,
    day_lines,
    decisions_of,
    intents_of,
    reply_counts,
    source_lines,
    split_of,
    voice_lines,
)
from reports.types import CaseLine, Quote, Totals, WeeklyReport
from reports.week import Week

TRAIL_LIMIT = 2_000
"""Mentions of the trail; a busier week is listed by `maeari mentions`."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """What a report is about."""

    week: Week
    since: datetime
    until: datetime
    before: datetime
    """Beginning of the week before."""
    zone: ZoneInfo
    now: datetime
    own: tuple[str, ...]
    competitors: frozenset[str]
    top: int
    trail_limit: int


async def build_report(
    store: Store,
    week: Week | None = None,
    *,
    zone: ZoneInfo,
    now: datetime,
    top: int = 5,
    trail_limit: int = TRAIL_LIMIT,
) -> WeeklyReport:
    """Return the report of an ISO week, or of the latest week with posts.

    All of it is read from one state of the database. Open cases and SLA are judged as of `now`. Raises NotFoundError
    where no week is named and there is no post at all.
    """
    async with store.read() as unit:
        chosen = week if week is not None else await latest_week(unit, zone)
        since, until = chosen.span(zone)
        brands = await unit.brands.all()
        counts = Counts(
            await unit.counts.rollups(since=since, until=until),
            await unit.counts.reply_rows(since=since, until=until),
            await unit.counts.rollups(since=chosen.before().span(zone)[0], until=since),
        )
        frame = _Frame(
            week=chosen,
            since=since,
            until=until,
            before=chosen.before().span(zone)[0],
            zone=zone,
            now=now,
            own=_own_brands(brands, counts),
            competitors=frozenset(brand.name for brand in brands if brand.competitor),
            top=top,
            trail_limit=trail_limit,
        )
        return await _build(unit, frame, counts, asked=week is not None)


async def latest_week(unit: Unit, zone: ZoneInfo) -> Week:
    """Return the latest week with posts. Raises NotFoundError where there is no post."""
    latest = await unit.counts.latest_post()
    if latest is None:
        raise NotFoundError(mark("There are no posts yet, so there is nothing to report."))
    return Week.of(latest, zone)


def _own_brands(brands: Sequence[Brand], counts: Counts) -> tuple[str, ...]:
    """Return the brands that are not competitors, also those no longer followed that still have counts."""
    followed = [brand.name for brand in brands if not brand.competitor]
    known = {brand.name for brand in brands}
    counted = {row.brand for row in (*counts.rows, *counts.rows_before)}
    replied = {row.brand for row in counts.replies if row.brand is not None}
    return (*followed, *sorted((counted | replied) - known))


async def _build(unit: Unit, frame: _Frame, counts: Counts, *, asked: bool) -> WeeklyReport:
    own = counts.without(frame.competitors)
    cases = await cases_opened(unit, frame.since, frame.until, frame.now, without=frame.competitors)
    trail, trail_left_out = await _trail(unit, frame, counts)
    names = await _container_names(unit, own, trail, frame)
    brands = brand_lines(counts, frame.own, frame.competitors)
    return WeeklyReport(
        week=str(frame.week),
        chosen=asked,
        timezone=frame.zone.key,
        starts_at=frame.since,
        ends_at=frame.until,
        generated_at=frame.now,
        brands=frame.own,
        totals=_totals(own, cases),
        before=await _totals_before(unit, frame, own),
        by_source=source_lines(own),
        by_container=container_lines(own, names),
        by_brand=brands,
        by_day=day_lines(own, frame.week, frame.zone),
        share_of_voice=voice_lines(brands),
        praise=await _quotes(unit, Intent.PRAISE, cases, names, frame),
        complaints=await _quotes(unit, Intent.COMPLAINT, cases, names, frame),
        cases=tuple(cases),
        gaps=tuple(await unit.ledger.gaps(since=frame.since, until=frame.until)),
        trail=tuple(trail_line(one, names) for one in trail),
        trail_left_out=trail_left_out,
        csat=await unit.csat.counts(since=frame.since, until=frame.until),
    )


def _totals(counts: Counts, cases: Sequence[CaseLine]) -> Totals:
    replies: dict[str, int] = {}
    for row in counts.replies:
        replies[row.kind.value] = replies.get(row.kind.value, 0) + row.replies
    return Totals(
        mentions=split_of(counts.rows),
        intents=intents_of(counts.rows),
        decisions=decisions_of(counts.rows),
        replies_given=reply_counts(replies),
        replies_received=sum(row.replies_received for row in counts.rows),
        cases=case_figures(cases),
    )


async def _totals_before(unit: Unit, frame: _Frame, own: Counts) -> Totals:
    replies = await unit.counts.reply_rows(since=frame.before, until=frame.since)
    before = Counts(own.rows_before, replies, ()).without(frame.competitors)
    cases = await cases_opened(unit, frame.before, frame.since, frame.now, without=frame.competitors)
    return _totals(before, cases)


async def _trail(unit: Unit, frame: _Frame, counts: Counts) -> tuple[list[StoredMention], int]:
    query = MentionQuery(since=frame.since, until=frame.until, with_tombstones=True, order=MentionOrder.OLDEST)
    found = await unit.mentions.find(query, limit=frame.trail_limit)
    return found, max(sum(row.mentions for row in counts.rows) - len(found), 0)


async def _container_names(unit: Unit, own: Counts, trail: Iterable[StoredMention], frame: _Frame) -> dict[Place, str]:
    """Return how people call the containers; one the trail left out is asked for by itself."""
    names = {(one.source, one.container): one.container_name for one in trail if one.container_name}
    rows = (*own.rows, *own.rows_before)
    nameless = {(row.source, row.container) for row in rows if row.source is not Source.REDDIT} - names.keys()
    for source, container in sorted(nameless):
        query = MentionQuery(source=source, container=container, since=frame.before, until=frame.until)
        for one in await unit.mentions.find(query, limit=1):
            if one.container_name:
                names[source, container] = one.container_name
    return names


async def _quotes(
    unit: Unit, intent: Intent, cases: Sequence[CaseLine], names: dict[Place, str], frame: _Frame
) -> tuple[Quote, ...]:
    found = await top_mentions(unit, intent, frame.own, frame.since, frame.until, top=frame.top)
    by_id = {case.id: case for case in cases}
    for case_id in {one.case_id for one in found if one.case_id is not None} - by_id.keys():
        older = await unit.cases.get(case_id)
        if older is not None:
            by_id[case_id] = case_line(older, frame.now)
    return tuple(quote(one, by_id, names) for one in found)
