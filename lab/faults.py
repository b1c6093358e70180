"""Faults on demand: what goes wrong, on which route, when, and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fnmatch import fnmatchcase


class FaultKind(StrEnum):
    """What a client sees."""

    STATUS = "status"
    """An error status with the platform's usual JSON body; 429 carries `retry_after`."""
    HTML = "html"
    """An HTML page with `status`: a proxy or a login wall answered."""
    MALFORMED = "malformed"
    """The right status, a body that is no JSON. The request is carried out."""
    TRUNCATED = "truncated"
    """The right headers, half the body, then the connection closes. The request is carried out."""
    SLOW = "slow"
    """The right answer, `seconds` late."""
    DRIP = "drip"
    """The right headers, then a blank every `seconds`, for ever: never silent, never done."""
    HANG = "hang"
    """Nothing for `seconds`, then the connection is reset."""
    RESET = "reset"
    """The connection is reset."""
    ERRORS = "errors"
    """Reddit only: status 200 and `json.errors` with `code` and `message`."""


CARRIED_OUT = frozenset({FaultKind.MALFORMED, FaultKind.TRUNCATED, FaultKind.SLOW})
"""Kinds whose answer is made from the real one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that goes wrong."""

    kind: FaultKind = FaultKind.STATUS
    route: str = "*"
    """Pattern of the path, without a closing slash, e.g. `/r/*/comments`."""
    method: str = "*"
    times: int | None = 1
    """How many requests it hits; None until the script is cleared."""
    skip: int = 0
    """How many matching requests pass before the first one is hit."""
    since: datetime | None = None
    """By the shared clock: not before."""
    until: datetime | None = None
    """By the shared clock: not from then on."""
    status: int = 500
    seconds: float = 30.0
    """Real seconds, for `slow` and `hang`."""
    retry_after: str | None = None
    """The Retry-After header as it stands (seconds or an HTTP date); None leaves it out."""
    after_effect: bool = False
    """Carry the request out first, then fail: the write happened and nobody hears of it."""
    code: str = "RATELIMIT"
    message: str = "Looks like you've been doing that a lot. Take a break for 9 minutes before trying again."


class FaultScript:
    """The faults in force, in the order they were added."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._matched: list[int] = []

    def add(self, *faults: Fault) -> None:
        """Put faults in force."""
        self._faults.extend(faults)
        self._matched.extend(0 for _ in faults)

    def clear(self) -> None:
        """Let everything work again."""
        self._faults.clear()
        self._matched.clear()

    def take(self, method: str, path: str, now: datetime) -> Fault | None:
        """Return the fault that hits this request, and count it."""
        for place, fault in enumerate(self._faults):
            if not _matches(fault, method, path, now):
                continue
            self._matched[place] += 1
            hits = self._matched[place] - fault.skip
            if hits > 0 and (fault.times is None or hits <= fault.times):
                return fault
        return None


def _matches(fault: Fault, method: str, path: str, now: datetime) -> bool:
    if fault.method not in ("*", method) or not fnmatchcase(path, fault.route):
        return False
    return (fault.since is None or fault.since <= now) and (fault.until is None or now < fault.until)
