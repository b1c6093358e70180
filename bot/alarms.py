"""Alarms of the desk: what staff read when a clock runs low or out, and the few people whom that may ping."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord

from bot.context import live_roles
from bot.services import Services
from bot.views.alarm import alarm_head, alarm_text, burst_head, burst_text
from core.text import Translate
from core.types.action import Action, ActionKind
from core.types.case import Case
from core.types.deskwork import AlarmKind
from engagement.desk.watch import BREACHES

MOST_CALLED = 10
"""People on duty, or staff roles, that one message pings at most; the next in turn first."""

Rung = Sequence[tuple[AlarmKind, Case]]


@dataclass(frozen=True, slots=True)
class Called:
    """Whom one alarm may ping: nobody else, whatever its words say."""

    roles: tuple[int, ...] = ()
    people: tuple[int, ...] = ()

    @property
    def words(self) -> str:
        """What has to stand in the message, or nobody is pinged."""
        return " ".join([*(f"<@&{role}>" for role in self.roles), *(f"<@{person}>" for person in self.people)])

    @property
    def allowed(self) -> discord.AllowedMentions:
        """What Discord may make a ping of."""
        allowed = discord.AllowedMentions.none()
        if self.roles:
            allowed.roles = [discord.Object(role) for role in self.roles]
        if self.people:
            allowed.users = [discord.Object(person) for person in self.people]
        return allowed


async def rung_by(services: Services, action: Action) -> list[tuple[AlarmKind, Case]]:
    """Return the alarms of an action with their cases, as far as those are there; nothing for other actions."""
    draft = action.draft
    if draft.kind is not ActionKind.ALARM:
        return []
    named = [word.partition(":") for word in draft.text.split()]
    rung = [(AlarmKind(kind), draft.case_id or int(number)) for kind, _, number in named]
    async with services.store.read() as unit:
        found = [(kind, await unit.cases.get(case_id)) for kind, case_id in rung]
    return [(kind, case) for kind, case in found if case is not None]


def head_of(action: Action, rung: Rung, t: Translate) -> str:
    """Return the first line of an alarm's message, by which it is known after a crash."""
    kind, case = rung[0]
    return (
        alarm_head(kind, case, t) if action.draft.case_id is not None else burst_head(len(rung), action.created_at, t)
    )


async def called_by(services: Services, rung: Rung) -> Called:
    """Return whom alarms ping: a breach the escalation role, a reminder who has the case.

    Where nobody has it, those on duty; where nobody is on duty, the staff roles. The end of a snooze pings nobody.
    """
    roles: dict[int, None] = {}
    people: dict[int, None] = {}
    escalation = services.settings.sla.escalation_role
    if escalation is not None and any(kind in BREACHES for kind, _ in rung):
        roles[escalation] = None
    reminded = [case for kind, case in rung if kind not in BREACHES and kind is not AlarmKind.SNOOZE_OVER]
    people |= dict.fromkeys(_person(case.claimed_by) for case in reminded if case.claimed_by is not None)
    if any(case.claimed_by is None for case in reminded):
        on_duty = [_person(one.duty.member) for one in (await services.watch.on_duty())[:MOST_CALLED]]
        people |= dict.fromkeys(on_duty)
        if not on_duty:
            roles |= dict.fromkeys(_staff_roles(services)[:MOST_CALLED])
    people.pop(0, None)
    return Called(tuple(roles), tuple(people)[:MOST_CALLED])


async def words_of(services: Services, action: Action, rung: Rung, called: Called, t: Translate) -> str:
    """Return the message. What is foreign in it (a brand, a promise) is escaped."""
    guild_id = action.draft.target.guild_id
    if action.draft.case_id is None:
        return burst_text(rung, t, at=action.created_at, guild_id=guild_id, called=called.words)
    kind, case = rung[0]
    promise = None
    if kind in (AlarmKind.PROMISE_REMINDER, AlarmKind.PROMISE_BREACH):
        async with services.store.read() as unit:
            promise = await unit.casework.promise(int(action.draft.key.rpartition(":")[2]))
    return alarm_text(kind, case, t, promise=promise, guild_id=guild_id, called=called.words)


def _staff_roles(services: Services) -> tuple[int, ...]:
    """Return the staff roles that hold now, without the role that everybody on the server has."""
    section = services.settings.discord
    roles = live_roles(services) or tuple(section.staff_roles)
    return tuple(role for role in roles if role != section.home_guild)


def _person(member: str) -> int:
    """Return a member's id; 0 for what is none, such as a name given by a script."""
    return int(member) if member.isdecimal() else 0
