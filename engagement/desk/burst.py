"""A burst: many people complain about the same thing at once. All stand on one case, each to be answered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from core.ports.storing import Unit
from core.settings import FlagsPolicy
from core.types.case import Case, CaseState, HeldPost
from core.types.post import Source
from engagement.desk.likeness import alike, gist_of

__all__ = ["COMPARED", "burst_case", "has_room"]

COMPARED = 30
"""Newest complaints that a new one is compared with."""
MOST_TERMS = 50
"""Terms of a brand that are looked at; its first ones are its names."""
OLDEST_CASE = timedelta(hours=24)
"""A case that was opened longer ago takes no more posts: what lasts for days is told anew each day."""
MOST_POSTS = 100
"""Posts of a case, but for more by its own people; the next ones open another. A card reads all of them."""
_CLOSED = (CaseState.RESOLVED, CaseState.DISMISSED)


async def burst_case(
    unit: Unit,
    *,
    source: Source,
    brand: str,
    text: str,
    named: Sequence[str],
    author_key: str | None,
    written_at: datetime,
    opened_at: datetime,
    flags: FlagsPolicy,
) -> Case | None:
    """Return the case that a complaint joins as one of a burst: the first of those about the same thing.

    `named` are the terms by which the text names the brand, as far as that is known: everybody writes those. None
    where fewer than `burst_posts` people, this one counted, wrote about it on this platform within `burst_minutes`.
    """
    if not flags.burst_minutes:
        return None
    span = timedelta(minutes=flags.burst_minutes)
    held = await unit.cases.complaints_about(
        source, brand, since=written_at - span, until=written_at + span, limit=COMPARED
    )
    if len(held) < flags.burst_posts - 1:
        return None
    names = named or await _terms(unit, brand)
    gist, besides = gist_of(text), frozenset().union(*(gist_of(name).words for name in (brand, *names)))
    like = [post for post in held if alike(gist, gist_of(post.text), besides=besides)]
    if _people(like, author_key) < flags.burst_posts - 1:
        return None
    found = [await unit.cases.get(case_id) for case_id in sorted({post.case_id for post in like})]
    return next((case for case in found if case is not None and _takes_more(case, opened_at)), None)


async def _terms(unit: Unit, brand: str) -> list[str]:
    """Return terms that name a brand; a brand that is no longer followed has none."""
    found = next((one for one in await unit.brands.all() if one.name == brand), None)
    return [] if found is None else [term.text for term in found.terms[:MOST_TERMS]]


def _people(posts: Sequence[HeldPost], author_key: str | None) -> int:
    """Count who wrote them, besides the one author; posts without an author count as one person each."""
    known = {post.author_key for post in posts} - {None, author_key}
    return len(known) + sum(post.author_key is None for post in posts)


def has_room(case: Case) -> bool:
    """Say whether a case takes posts of further people."""
    return len(case.mention_ids) < MOST_POSTS


def _takes_more(case: Case, now: datetime) -> bool:
    return has_room(case) and case.state not in _CLOSED and now - case.opened_at <= OLDEST_CASE
