"""What `/status` tells of feeds and gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.cogs.status import MOST_FEEDS, _lines
from bot.i18n import Catalogues
from bot.services import Status
from bot.status import MOST_GAPS, read_status
from core.types.post import Batch, FeedHealth, Gap
from tests import make
from tests.bot.world import World

WELL = tuple(FeedHealth(f"reddit:new:sub{number}", "ok", make.START, 1) for number in range(MOST_FEEDS + 5))
SICK = (
    FeedHealth("reddit:new:hidden", "closed", None, 0, "private"),
    FeedHealth("discord:5", "closed", None, 0, "no_history_permission"),
    FeedHealth("reddit:account", "shadow_banned", None, 0),
)
GAP = Gap("reddit:comments:korea", make.START, make.START + timedelta(minutes=30), 420, "listing_window")


def _status(*feeds: FeedHealth, gaps: tuple[Gap, ...] = ()) -> Status:
    return Status(make.START, feeds, 0, 0, 0, 0, 0, 0, len(gaps), gaps)


@pytest.mark.parametrize(
    ("locale", "told"),
    [
        ("en", ("closed to us (private)", "closed to us (no permission to read the history)", "nobody sees what")),
        ("ko", ("(비공개)", "(이전 메시지를 읽을 권한이 없음)", "섀도 밴")),
    ],
)
def test_what_is_not_well_comes_first_with_its_reason(locale: str, told: tuple[str, ...]) -> None:
    lines = [line for line in _lines(_status(*WELL, *SICK), Catalogues().for_locale(locale)) if line.startswith("- ")]
    for line, words in zip(lines, told, strict=False):
        assert words in line
    assert len(lines) == MOST_FEEDS


def test_a_gap_is_told_with_feed_span_estimate_and_reason() -> None:
    text = "\n".join(_lines(_status(gaps=(GAP, replace(GAP, estimate=None))), Catalogues().for_locale("en")))
    began, ended = int(GAP.started_at.timestamp()), int(GAP.ended_at.timestamp())
    assert (
        f"- reddit\\:comments\\:korea: <t:{began}:t> – <t:{ended}:t>, about 420 posts, "
        "more posts than the listing holds" in text
    )
    assert text.count("about") == 1


async def test_the_newest_gaps_are_read(world: World) -> None:
    gaps = tuple(
        replace(
            GAP, started_at=GAP.started_at + timedelta(minutes=number), ended_at=GAP.ended_at + timedelta(hours=number)
        )
        for number in range(MOST_GAPS + 2)
    )
    await world.store.write(lambda unit: unit.ledger.advance(Batch(GAP.feed, gaps=gaps)))
    status = await read_status(world.store, make.START + timedelta(hours=9), make.START, ())
    assert status.gaps == len(gaps)
    assert status.recent_gaps == gaps[-MOST_GAPS:]
