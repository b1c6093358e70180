"""The posts worth reading, and the trail of all posts behind the numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from core.ports.storing import Unit
from core.text import cut
from core.types.assessment import Intent
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import MentionOrder, MentionQuery, StoredMention
from reports.tally import Place, place_name
from reports.types import CaseLine, Quote, TrailLine

QUOTE_LENGTH = 280
"""Characters of a post that are shown: enough to understand it, the link leads to the rest."""
_SPARE = 4
"""So many times more posts are read than shown, since some are no one's opinion."""
_NO_OPINION = frozenset(
    {Reason.SPAM, Reason.NEWS, Reason.ADVERT, Reason.BOT_AUTHOR, Reason.OWN_ACCOUNT, Reason.STAFF_AUTHOR}
)


async def top_mentions(
    unit: Unit, intent: Intent, brands: Sequence[str], since: datetime, until: datetime, *, top: int
) -> list[StoredMention]:
    """Return the strongest praise or complaints of these brands whose text lives, a post once only."""
    order = MentionOrder.MOST_POSITIVE if intent is Intent.PRAISE else MentionOrder.MOST_NEGATIVE
    found: list[StoredMention] = []
    for brand in brands:
        query = MentionQuery(brand=brand, intent=intent, since=since, until=until, order=order)
        found += await unit.mentions.find(query, limit=top * _SPARE)
    sign = -1 if intent is Intent.PRAISE else 1
    found.sort(key=lambda one: (sign * one.assessment.score, -one.reply_count, one.created_at, one.id))
    return list(_distinct(found))[:top]


def _distinct(mentions: Iterable[StoredMention]) -> Iterable[StoredMention]:
    """Yield opinions with a text, each text once: a post may name two brands, or be posted twice."""
    seen: set[str] = set()
    for one in mentions:
        words = " ".join((one.text or "").split())
        if words and words not in seen and _is_opinion(one.decision):
            seen.add(words)
            yield one


def _is_opinion(decision: Decision) -> bool:
    return decision.kind is not DecisionKind.MODERATE and decision.reason not in _NO_OPINION


def _on_one_line(text: str) -> str:
    """Return a post on one line, cut; a dash stands for the blank line between title and text."""
    title, parted, rest = text.strip().partition("\n\n")
    line = f"{title} — {rest}" if parted else title
    return cut(" ".join(line.split()), QUOTE_LENGTH)


def quote(one: StoredMention, cases: Mapping[int, CaseLine], names: Mapping[Place, str]) -> Quote:
    """Return a mention as it is quoted."""
    return Quote(
        mention_id=one.id,
        brand=one.brand,
        source=one.source,
        container_name=place_name(one.source, one.container, names),
        created_at=one.created_at,
        text=_on_one_line(one.text or ""),
        url=one.url,
        score=one.assessment.score,
        replies_received=one.reply_count,
        thanked=one.thanked,
        case=None if one.case_id is None else cases.get(one.case_id),
    )


def trail_line(one: StoredMention, names: Mapping[Place, str]) -> TrailLine:
    """Return what the trail tells of a mention: never its text or author."""
    return TrailLine(
        mention_id=one.id,
        created_at=one.created_at,
        source=one.source,
        container=one.container,
        container_name=place_name(one.source, one.container, names),
        brand=one.brand,
        label=one.assessment.label,
        intent=one.assessment.intent,
        decision=one.decision.kind,
        replies_received=one.reply_count,
        url=one.url,
        purged=one.purged_at is not None,
        case_id=one.case_id,
    )
