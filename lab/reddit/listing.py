"""Reddit's listings and their paging rules.

From Reddit's published code (builder.py `_get_after`, listing.py, queries.py): a listing is a precomputed list of at
most 1,000 names, newest first.
"""

from __future__ import annotations

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

WINDOW = 1_000
"""Names a listing holds; older ones are pushed out and cannot be reached any more."""
DEFAULT_LIMIT = 25
MAX_LIMIT = 100


@dataclass(frozen=True, slots=True)
class PageQuery:
    """What a client asks for."""

    limit: int = DEFAULT_LIMIT
    before: str | None = None
    after: str | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What it gets: names newest first, and the anchors of the pages beside it."""

    names: tuple[str, ...]
    before: str | None = None
    after: str | None = None


class Listing:
    """One precomputed list: the comments, or the submissions, of one subreddit or account."""

    def __init__(self) -> None:
        # Sorted by -rank, so that the newest comes first. Ranks grow by one with each entry; a late one gets a rank
        # between its neighbours.
        self._entries: list[tuple[float, str]] = []
        self._ranks: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, name: str, rank: float, *, late_by: int = 0) -> None:
        """Enter a name on top, or below `late_by` newer ones."""
        place = min(late_by, len(self._entries))
        if place:
            above = -self._entries[place - 1][0]
            below = -self._entries[place][0] if place < len(self._entries) else above - 1.0
            rank = (above + below) / 2
        self._entries.insert(place, (-rank, name))
        self._ranks[name] = rank
        if len(self._entries) > WINDOW:
            _, oldest = self._entries.pop()
            del self._ranks[oldest]

    def discard(self, name: str) -> None:
        """Let a name leave the list, as deleted and removed things do at once."""
        rank = self._ranks.pop(name, None)
        if rank is not None:
            del self._entries[bisect_left(self._entries, (-rank, name))]

    def entries(self) -> list[tuple[float, str]]:
        """Return (-rank, name), newest first."""
        return self._entries


def merged(listings: Iterable[Listing]) -> list[str]:
    """Return the names of a multi (`r/a+b`), newest first, cut to the window."""
    sources = [listing.entries() for listing in listings]
    entries = sources[0] if len(sources) == 1 else heapq.merge(*sources)
    return [name for _, name in islice(entries, WINDOW)]


def page(names: list[str], query: PageQuery, is_known: Callable[[str], bool]) -> Page:
    """Cut one page out of a list, by Reddit's rules.

    `before` wins over `after`. An anchor that is known and stands no longer in the list (deleted, or pushed out)
    gives an empty page and no error; an unknown one is ignored. `after` is told only on a full page, `before` only
    where the client sent `count`.
    """
    anchor = query.before or query.after
    start, stop = 0, query.limit
    if anchor is not None and is_known(anchor):
        try:
            place = names.index(anchor)
        except ValueError:
            return Page(())
        if query.before is not None:
            start, stop = max(0, place - query.limit), place
        else:
            start, stop = place + 1, place + 1 + query.limit
    cut = tuple(names[start:stop])
    return Page(
        cut,
        before=cut[0] if cut and query.count else None,
        after=cut[-1] if len(cut) == query.limit else None,
    )
