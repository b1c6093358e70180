"""Scenarios: what people write and staff do over some days, as data files, loaded and checked.

A folder holds `scenario.toml` (brands, subreddits, guild, people) and `posts.jsonl` (one event a line, in order of
time). The loader promises that every name and reference in them resolves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from core.errors import InputError
from core.types.brand import Brand, Term
from lab.events import Event, Written
from lab.scenario_lines import Names, read_events
from lab.scenario_wire import DiscordTable, RedditTable, ScenarioFile

SCENARIOS = Path(__file__).parent / "scenarios"
"""Where the bundled ones are."""


@dataclass(frozen=True, slots=True)
class RedditCast:
    """Who and what is on Reddit."""

    subreddits: tuple[str, ...]
    account: str
    """The bot's own."""
    staff_accounts: tuple[str, ...]
    bots: tuple[str, ...]
    """Accounts that say they are bots."""


@dataclass(frozen=True, slots=True)
class RoleCast:
    """A role of the guild."""

    name: str
    permissions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChannelCast:
    """A channel; `private` ones are seen by staff only."""

    name: str
    topic: str
    locale: str
    private: bool


@dataclass(frozen=True, slots=True)
class MemberCast:
    """A member of the guild."""

    name: str
    display: str | None
    locale: str
    roles: tuple[str, ...]
    is_bot: bool


@dataclass(frozen=True, slots=True)
class DiscordCast:
    """Who and what is on Discord."""

    guild: str
    locale: str
    staff_channel: str
    report_channel: str
    staff_roles: tuple[str, ...]
    roles: tuple[RoleCast, ...]
    channels: tuple[ChannelCast, ...]
    members: tuple[MemberCast, ...]


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario, checked."""

    name: str
    title: str
    started_on: date
    days: int
    zone: ZoneInfo
    brands: tuple[Brand, ...]
    reddit: RedditCast
    discord: DiscordCast
    articles: Path | None
    """Folder of Markdown articles that the bot quotes from."""
    events: tuple[Event, ...]
    """In order of time."""

    @property
    def started_at(self) -> datetime:
        """Midnight of the first day, UTC."""
        return datetime.combine(self.started_on, time(), self.zone).astimezone(UTC)

    @property
    def ended_at(self) -> datetime:
        """Midnight after the last day, UTC."""
        return datetime.combine(self.started_on + timedelta(days=self.days), time(), self.zone).astimezone(UTC)

    @property
    def written(self) -> tuple[Written, ...]:
        """The posts among the events."""
        return tuple(event for event in self.events if isinstance(event, Written))


def bundled() -> tuple[str, ...]:
    """Return the names of the scenarios that come with Maeari."""
    return tuple(sorted(file.parent.name for file in SCENARIOS.glob("*/scenario.toml")))


def load(scenario: str | Path) -> Scenario:
    """Load a scenario: the name of a bundled one, or a folder.

    Raises InputError that names the file, the line and the mend.
    """
    folder = SCENARIOS / scenario if isinstance(scenario, str) else scenario
    if not folder.is_dir():
        known = ", ".join(bundled()) or "none"
        raise InputError(f"there is no scenario {str(scenario)!r}; give a folder or one of: {known}")
    file = folder / "scenario.toml"
    read = _decode(file)
    zone = _zone(read.timezone, file)
    discord = _discord(read.discord)
    _check_tables(read, file)
    names = Names(
        brands=frozenset(brand.name for brand in read.brands),
        subreddits=frozenset(read.reddit.subreddits),
        channels=frozenset(channel.name for channel in discord.channels),
        members=frozenset(member.name for member in discord.members),
        staff_accounts=frozenset(read.reddit.staff_accounts),
    )
    return Scenario(
        name=folder.name,
        title=read.title,
        started_on=read.start,
        days=read.days,
        zone=zone,
        brands=tuple(_brand(one.name, one.terms, one.exclusions, one.competitor) for one in read.brands),
        reddit=_reddit(read.reddit),
        discord=discord,
        articles=_articles(folder, read.articles, file),
        events=read_events(folder / "posts.jsonl", names, read.start, read.days, zone),
    )


def _decode(file: Path) -> ScenarioFile:
    try:
        return msgspec.toml.decode(file.read_bytes(), type=ScenarioFile)
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); a scenario needs this file") from None
    except msgspec.DecodeError as error:
        raise InputError(f"{file}: {error}") from None


def _zone(name: str, file: Path) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InputError(f"{file}: there is no time zone {name!r}; write one like 'Asia/Seoul'") from None


def _articles(folder: Path, name: str | None, file: Path) -> Path | None:
    if name is None:
        return None
    if not (folder / name).is_dir():
        raise InputError(f"{file}: `articles` names the folder {name!r}, which is not there")
    return folder / name


def _check_tables(read: ScenarioFile, file: Path) -> None:
    discord = read.discord
    channels = {channel.name for channel in discord.channels}
    roles = {role.name for role in discord.roles}
    wanted = [("channel", name) for name in (discord.staff_channel, discord.report_channel) if name not in channels]
    wanted += [("role", name) for name in discord.staff_roles if name not in roles]
    wanted += [("role", name) for member in discord.members for name in member.roles if name not in roles]
    if wanted:
        kind, name = wanted[0]
        raise InputError(f"{file}: {kind} {name!r} is used and not listed; add a [[discord.{kind}s]] table for it")
    for kind, names in (
        ("channel", [channel.name for channel in discord.channels]),
        ("member", [member.name for member in discord.members]),
        ("role", [role.name for role in discord.roles]),
    ):
        if (twice := _doubled(names)) is not None:
            raise InputError(f"{file}: {kind} {twice!r} is listed twice; keep one")


def _doubled(names: Iterable[str]) -> str | None:
    return next((name for name, count in Counter(names).items() if count > 1), None)


def _brand(name: str, terms: Iterable[str], exclusions: Iterable[str], competitor: bool) -> Brand:
    return Brand(name, tuple(Term(one) for one in terms), tuple(Term(one) for one in exclusions), competitor)


def _reddit(table: RedditTable) -> RedditCast:
    return RedditCast(tuple(table.subreddits), table.account, tuple(table.staff_accounts), tuple(table.bots))


def _discord(table: DiscordTable) -> DiscordCast:
    return DiscordCast(
        guild=table.guild,
        locale=table.locale,
        staff_channel=table.staff_channel,
        report_channel=table.report_channel,
        staff_roles=tuple(table.staff_roles),
        roles=tuple(RoleCast(role.name, tuple(role.permissions)) for role in table.roles),
        channels=tuple(ChannelCast(one.name, one.topic, one.locale, one.private) for one in table.channels),
        members=tuple(
            MemberCast(one.name, one.display, one.locale, tuple(one.roles), one.bot) for one in table.members
        ),
    )
