"""One reading of a listing: from its newest page down to ground that is known, missing nothing on the way.

Reddit's paging has no cursor one could trust: an anchor that was deleted gives an empty page without a word, and
things enter below newer ones. So a reading goes on until the last names of a page are all known, and an empty page
behind a full one is taken for a vanished anchor until the page before it proves that the list has ended.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Iterator
from dataclasses import dataclass, field

from core.errors import SourceError
from listeners.reddit.things import Listing, Thing

PAGE = 100
"""Things a page holds at most."""
WINDOW = 1_000
"""Things a listing reaches back."""
OVERLAP = 25
"""Names at a page's end that must all be known before a reading stops; late ones enter up to ~3 places below."""
PAGE_OVERLAP = 3
"""Names at a page's end that the next one shows again: neighbours may change places between two requests."""
FULL_FROM = 700
"""From so many listed things on, a listing without one known name has pushed things out: deleted ones shorten it."""

_STEPS_BACK = (2, 3, 6, 12, 25, 50, 100)
"""Which names, counted from the last, are tried as anchors once the last one has vanished."""

Read = Callable[[str | None], Awaitable[Listing]]
"""Reads the newest page, or the one behind an anchor."""
Known = Callable[[Collection[str]], Awaitable[set[str]]]
"""Returns those names that were handed over before."""


class BrokenWalkError(SourceError):
    """All anchors near the end have vanished while we read, and nothing known was met: start again from the top."""


@dataclass(slots=True)
class Walk:
    """What a reading has found."""

    things: dict[str, Thing] = field(default_factory=dict)
    """By name, newest first."""
    known: set[str] = field(default_factory=set)
    pages: int = 0
    malformed: int = 0
    is_cut: bool = False
    """All anchors near the end had vanished: the list's end has overtaken us, or a hundred things were deleted."""

    @property
    def fresh(self) -> list[Thing]:
        """What was not known, oldest first."""
        return [thing for name, thing in reversed(self.things.items()) if name not in self.known]

    @property
    def again(self) -> list[Thing]:
        """What was known, newest first."""
        return [thing for name, thing in self.things.items() if name in self.known]

    @property
    def has_lost_ground(self) -> bool:
        """Whether things may have been pushed out between the last reading and this one."""
        return not self.known and (self.is_cut or len(self.things) >= FULL_FROM)


async def walk(read: Read, known: Known) -> Walk:
    """Read a listing down to known ground, its end, or its window.

    Raises what `read` raises.
    """
    found = Walk()
    after: str | None = None
    steps = iter(_STEPS_BACK)
    while True:
        page = await read(after)
        found.pages += 1
        found.malformed += page.malformed
        fresh = [name for name in page.names if name not in found.things]
        if after is not None and not fresh:
            if page.names and page.after is None:
                # The anchor stands, and nothing is behind it but what the last page showed; where less is there than
                # it showed, the list's end has come up to us.
                found.is_cut = len(page.names) < PAGE_OVERLAP
                return found
            after = _step_back(found, steps)
            if after is None:
                found.is_cut = True
                return found
            continue
        steps = iter(_STEPS_BACK)
        found.things.update((thing.name, thing) for thing in page.things if thing.name not in found.things)
        found.known |= await known(page.names)
        if page.after is None or len(found.things) >= WINDOW or found.known.issuperset(page.names[-OVERLAP:]):
            return found
        after = page.names[-1 - PAGE_OVERLAP] if len(page.names) > PAGE_OVERLAP else page.names[-1]


def _step_back(found: Walk, steps: Iterator[int]) -> str | None:
    names, step = list(found.things), next(steps, None)
    return None if step is None or step > len(names) else names[-step]
