"""Reading `posts.jsonl`: each line becomes an event, and every name in it must resolve."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from core.errors import InputError
from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source
from lab.events import Changed, ChangeKind, Event, StaffAct, StaffKind, Want, Written
from lab.scenario_wire import EventLine, WantLine

_AT = re.compile(r"d(?P<day>\d{2})T(?P<hour>\d{2}):(?P<minute>\d{2}):(?P<second>\d{2})")
_WRITES = {"post": Source.REDDIT, "comment": Source.REDDIT, "message": Source.DISCORD}
_CHANGES = frozenset(kind.value for kind in ChangeKind)
DEFAULT_REACTION = "👍"


@dataclass(frozen=True, slots=True)
class Names:
    """What the lines may name."""

    brands: frozenset[str]
    subreddits: frozenset[str]
    channels: frozenset[str]
    members: frozenset[str]
    staff_accounts: frozenset[str]


@dataclass(slots=True)
class _Reader:
    """Turns lines into events, one after the other."""

    names: Names
    start: date
    days: int
    zone: ZoneInfo
    posted: dict[str, Written] = field(default_factory=dict)
    last: datetime | None = None

    def read(self, number: int, raw: bytes) -> Event:
        """Return the event of a line. Raises ValueError with what is wrong and the mend."""
        line = msgspec.json.decode(raw, type=EventLine)
        at = self._moment(line.at)
        if self.last is not None and at < self.last:
            raise ValueError(f"`at` {line.at} lies before the line above; keep the lines in order of time")
        self.last = at
        if line.do in _WRITES:
            return self._written(number, at, line)
        if line.do in _CHANGES:
            return self._changed(number, at, line)
        return self._staff(number, at, line)

    def _moment(self, text: str) -> datetime:
        match = _AT.fullmatch(text)
        if match is None:
            raise ValueError(f"`at` is {text!r}; write scenario day and local time like 'd03T14:22:10'")
        day, hour, minute, second = (int(part) for part in match.groups())
        if not 1 <= day <= self.days:
            raise ValueError(f"`at` names day {day}, the scenario has days 1 to {self.days}")
        local = datetime.combine(self.start + timedelta(days=day - 1), time(hour, minute, second), self.zone)
        return local.astimezone(UTC)

    def _written(self, number: int, at: datetime, line: EventLine) -> Written:
        on = Source(line.on)
        if _WRITES[line.do] is not on:
            raise ValueError(f"`do` {line.do!r} does not go with `on` {line.on!r}")
        name = _needed(line.id, "id")
        if name in self.posted:
            raise ValueError(f"`id` {name!r} was used in line {self.posted[name].line}; give each post its own")
        event = Written(
            line=number,
            at=at,
            on=on,
            id=name,
            place=self._place(on, _needed(line.place, "in")),
            by=self._author(on, _needed(line.by, "by")),
            text=_needed(line.text, "text"),
            title=_needed(line.title, "title") if line.do == "post" else None,
            under=self._under(line),
            wants=self._wants(line.want),
            language=line.lang,
            kind=line.kind,
        )
        self.posted[name] = event
        return event

    def _under(self, line: EventLine) -> str | None:
        if line.under is None:
            if line.do == "comment":
                raise ValueError("a comment needs `under`, the id of the post it answers")
            return None
        parent = self._known(line.under, "under")
        if parent.on.value != line.on or parent.place != line.place:
            raise ValueError(f"`under` {line.under!r} stands in {parent.place}, not in {line.place}")
        return line.under

    def _changed(self, number: int, at: datetime, line: EventLine) -> Changed:
        kind, ref = ChangeKind(line.do), self._known(_needed(line.ref, "ref"), "ref")
        by = None
        if kind is ChangeKind.REACT:
            if ref.on is not Source.DISCORD:
                raise ValueError("only Discord messages get reactions")
            by = self._author(ref.on, _needed(line.by, "by"))
        text = _needed(line.text, "text") if kind is ChangeKind.EDIT else line.text or DEFAULT_REACTION
        return Changed(number, at, kind, ref.id, by, text, self._wants(line.want))

    def _staff(self, number: int, at: datetime, line: EventLine) -> StaffAct:
        kind, ref = StaffKind(line.do), self._known(_needed(line.ref, "ref"), "ref")
        by, on = _needed(line.by, "by"), Source(line.on)
        if kind is StaffKind.ANSWER and on is not ref.on:
            raise ValueError(f"{ref.id!r} was written on {ref.on}, so its answer belongs there")
        if on is Source.REDDIT and by not in self.names.staff_accounts:
            raise ValueError(f"`by` {by!r} is none of [reddit] staff_accounts")
        if on is Source.DISCORD:
            self._author(on, by)
        text = _needed(line.text, "text") if kind in (StaffKind.REPLY, StaffKind.ANSWER) else line.text or ""
        return StaffAct(number, at, on, kind, by, ref.id, text)

    def _known(self, name: str, key: str) -> Written:
        try:
            return self.posted[name]
        except KeyError:
            raise ValueError(f"`{key}` names {name!r}, which no line above has as `id`") from None

    def _place(self, on: Source, name: str) -> str:
        listed = self.names.channels if on is Source.DISCORD else self.names.subreddits
        if name not in listed:
            raise ValueError(f"`in` {name!r} is not listed in scenario.toml")
        return name

    def _author(self, on: Source, name: str) -> str:
        if on is Source.DISCORD and name not in self.names.members:
            raise ValueError(f"`by` {name!r} is no member; add a [[discord.members]] table for them")
        return name

    def _wants(self, want: WantLine | list[WantLine] | None) -> tuple[Want, ...]:
        if want is None:
            return ()
        wants = want if isinstance(want, list) else [want]
        for one in wants:
            if one.brand not in self.names.brands:
                raise ValueError(f"`want` names the brand {one.brand!r}, which scenario.toml does not list")
        return tuple(Want(one.brand, Label(one.label), Intent(one.intent), DecisionKind(one.decision)) for one in wants)


def read_events(file: Path, names: Names, start: date, days: int, zone: ZoneInfo) -> tuple[Event, ...]:
    """Read all events. Raises InputError that names the file, the line and the mend."""
    reader = _Reader(names, start, days, zone)
    events = []
    try:
        lines = file.read_bytes().splitlines()
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); a scenario needs this file") from None
    for number, raw in enumerate(lines, start=1):
        if not raw.strip():
            continue
        try:
            events.append(reader.read(number, raw))
        except ValueError as error:  # msgspec's errors are ValueErrors, too
            raise InputError(f"{file} line {number}: {error}") from None
    return tuple(events)


def _needed(value: str | None, key: str) -> str:
    if value is None or not value.strip():
        raise ValueError(f"`{key}` is missing")
    return value
