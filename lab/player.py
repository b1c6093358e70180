"""Plays a scenario into both stand-ins on a stepped clock, and waits after each step until the product is done."""

from __future__ import annotations

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core.clock import SteppedClock
from core.errors import MaeariError, NotFoundError
from core.types.post import PostRef, Source
from lab.casting import Cast
from lab.discord import Message, ResponseKind, StandInDiscord
from lab.discord.interactions import NoAnswerError
from lab.events import Changed, ChangeKind, Event, StaffAct, StaffKind, Written
from lab.reddit import StandInReddit
from lab.scenario import Scenario

PULSE = timedelta(minutes=30)
"""Longest step of the clock: workers that sleep (due times, re-checks) are woken at least so often."""
NUDGE = timedelta(seconds=90)
"""How far the clock goes on after a Reddit post so that the listener polls: a little over its longest interval."""
MOST_NUDGES = 3
"""Nudges for one step; a post that was not taken by then is left to the next steps."""
CHANCES = 3
"""Steps with a nudge that a post gets before it is noted as not taken."""
ASLEEP_SECONDS = 0.03
"""Real seconds without any traffic after which the product counts as waiting for the clock."""
CALM_SECONDS = 15.0
"""Real seconds within which the product must come to rest."""
TICK_SECONDS = 0.001
CALM_LOOKS = 2
"""Looks in a row that must find the product at rest: work moves between tasks."""
CARD_BUTTON = re.compile(r"case:\w+:(\d+)")


class NotQuietError(MaeariError):
    """The product did not come to rest."""


@dataclass(frozen=True, slots=True)
class Product:
    """What the player asks of the product it plays to; the composition root gives it."""

    has_taken: Callable[[str], bool]
    """Tells whether the post with this native id was committed, matched or not."""
    drain: Callable[[], Awaitable[int]]
    """Sends what the outbox has due, and returns how many actions that were."""
    is_idle: Callable[[], bool]
    """Tells that no event, batch, command or send is being handled right now."""
    poll: Callable[[], Awaitable[None]] | None = None
    """Reads Reddit now and returns once all that was found is committed. None: the clock is moved on until the
    listener polls by itself."""
    case_of: Callable[[str], Awaitable[int | None]] | None = None
    """Returns the case that the post with this native id belongs to, also where it joined another's. Without it, or
    where it returns None, the player looks for the card that links to the post."""


@dataclass(frozen=True, slots=True)
class Missed:
    """Something staff should have done and could not."""

    act: StaffAct
    reason: str


@dataclass(frozen=True, slots=True)
class Played:
    """What came of a run."""

    refs: Mapping[str, PostRef]
    """Where each of the scenario's posts stands, by its scenario id."""
    untaken: tuple[str, ...]
    """Scenario ids of posts that the product never took."""
    staff_acts: int
    """Acts that staff carried out."""
    missed: tuple[Missed, ...]


@dataclass(slots=True)
class _Progress:
    refs: dict[str, PostRef] = field(default_factory=dict)
    messages: dict[str, Message] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    """Native id -> scenario id of posts that were not taken yet."""
    cases: dict[str, int] = field(default_factory=dict)
    """Scenario id -> case, once its card was found."""
    chances: Counter[str] = field(default_factory=Counter)
    """Native id -> steps it was nudged for in vain."""
    untaken: list[str] = field(default_factory=list)
    staff_acts: int = 0
    missed: list[Missed] = field(default_factory=list)


class Player:
    """Plays one scenario once."""

    def __init__(
        self,
        scenario: Scenario,
        clock: SteppedClock,
        reddit: StandInReddit,
        discord: StandInDiscord,
        cast: Cast,
        product: Product,
        *,
        speed: float | None = None,
        on_event: Callable[[Event], None] = lambda _: None,
        pulse: timedelta = PULSE,
    ) -> None:
        """`speed` is scenario seconds per real second; None plays as fast as the product can."""
        self._scenario = scenario
        self._clock = clock
        self._reddit = reddit
        self._discord = discord
        self._cast = cast
        self._product = product
        self._speed = speed
        self._on_event = on_event
        self._pulse = pulse
        self._progress = _Progress()

    async def run(self) -> Played:
        """Play all events and the rest of the last day. Raises NotQuietError where the product gets stuck."""
        events = self._scenario.events
        limits = [event.at for event in events[1:]] + [self._scenario.ended_at]
        for event, limit in zip(events, limits, strict=True):
            await self._advance(event.at)
            await self._apply(event)
            self._on_event(event)
            await self._settle(limit)
        await self._advance(self._scenario.ended_at)
        await self._settle(self._scenario.ended_at + (MOST_NUDGES + 1) * NUDGE)
        done = self._progress
        return Played(
            refs=done.refs,
            untaken=(*done.untaken, *done.waiting.values()),
            staff_acts=done.staff_acts,
            missed=tuple(done.missed),
        )

    # -- time

    async def _advance(self, moment: datetime) -> None:
        while self._clock.now() + self._pulse < moment:
            await self._pace(self._pulse)
            self._clock.advance_to(self._clock.now() + self._pulse)
            await self._calm()
        await self._pace(moment - self._clock.now())
        # No await from here to the event itself: whoever the clock wakes must find it there.
        self._clock.advance_to(moment)

    async def _pace(self, gap: timedelta) -> None:
        if self._speed is not None:
            await asyncio.sleep(max(0.0, gap.total_seconds() / self._speed))

    # -- events

    async def _apply(self, event: Event) -> None:
        match event:
            case Written(on=Source.REDDIT):
                self._write_on_reddit(event)
            case Written():
                await self._write_on_discord(event)
            case Changed():
                await self._change(event)
            case StaffAct():
                await self._staff(event)

    def _write_on_reddit(self, event: Written) -> None:
        world = self._reddit.world
        if event.under is None:
            thing = world.add_submission(event.place, event.title or "", event.text, by=event.by)
        else:
            thing = world.add_comment(self._progress.refs[event.under].native_id, event.text, by=event.by)
        self._note(event.id, PostRef(Source.REDDIT, thing.subreddit, thing.name))

    async def _write_on_discord(self, event: Written) -> None:
        message = await self._discord.say(
            self._cast.members[event.by],
            self._cast.channels[event.place],
            event.text,
            reply_to=None if event.under is None else self._progress.messages[event.under],
        )
        self._progress.messages[event.id] = message
        self._note(event.id, PostRef(Source.DISCORD, str(message.channel_id), str(message.id)))

    def _note(self, scenario_id: str, ref: PostRef) -> None:
        self._progress.refs[scenario_id] = ref
        self._progress.waiting[ref.native_id] = scenario_id

    async def _change(self, event: Changed) -> None:
        ref = self._progress.refs[event.ref]
        if ref.source is Source.REDDIT:
            if event.kind is ChangeKind.EDIT:
                self._reddit.world.edit(ref.native_id, event.text)
            else:
                self._reddit.world.delete(ref.native_id)
            return
        message = self._progress.messages[event.ref]
        match event.kind:
            case ChangeKind.EDIT:
                await self._discord.edit(message, event.text)
            case ChangeKind.DELETE:
                await self._discord.delete(message)
                self._progress.waiting.pop(ref.native_id, None)
            case ChangeKind.REACT:
                await self._discord.react(self._cast.members[event.by or ""], message, event.text)

    # -- staff

    async def _staff(self, act: StaffAct) -> None:
        try:
            if act.kind is StaffKind.ANSWER:
                await self._answer(act)
            else:
                await self._use_card(act)
        except (NotFoundError, NoAnswerError) as problem:
            self._progress.missed.append(Missed(act, str(problem)))
        else:
            self._progress.staff_acts += 1

    async def _answer(self, act: StaffAct) -> None:
        ref = self._progress.refs[act.ref]
        name = f"{act.kind} of line {act.line}"
        if ref.source is Source.REDDIT:
            comment = self._reddit.world.add_comment(ref.native_id, act.text, by=act.by)
            self._progress.waiting[comment.name] = name
            return
        answered = self._progress.messages[act.ref]
        channel = self._discord.world.channel(answered.channel_id)
        message = await self._discord.say(self._cast.members[act.by], channel, act.text, reply_to=answered)
        self._progress.waiting[str(message.id)] = name

    async def _use_card(self, act: StaffAct) -> None:
        member = self._cast.members[act.by]
        card, case_id = await self._card(act.ref)
        response = await self._discord.press(member, card, f"case:{act.kind}:{case_id}")
        if response.kind is ResponseKind.MODAL and response.modal is not None:
            values = {one.custom_id: act.text for one in response.modal.fields}
            await self._discord.submit_modal(response, values)

    async def _card(self, scenario_id: str) -> tuple[Message, int]:
        """Return the newest card of the case that a post belongs to. Raises NotFoundError."""
        native_id = self._progress.refs[scenario_id].native_id
        case_id = self._progress.cases.get(scenario_id)
        if case_id is None and self._product.case_of is not None:
            case_id = await self._product.case_of(native_id)
        link = native_id.removeprefix("t1_").removeprefix("t3_")
        for message in reversed(self._discord.messages(self._cast.staff_channel)):
            shown = _case_on(message)
            if shown is not None and (shown == case_id or (case_id is None and link in message.shown_text)):
                # A card may lose its link later, as when the post is deleted.
                self._progress.cases[scenario_id] = shown
                return message, shown
        raise NotFoundError(f"there is no card for {scenario_id}")

    # -- coming to rest

    async def _settle(self, limit: datetime) -> None:
        """Wait until everything so far was taken; the listeners are given time to poll, up to `limit`."""
        waiting, nudges = self._progress.waiting, 0
        if self._product.poll is not None and any(not one.isdecimal() for one in waiting):
            await self._product.poll()
        while not await self._taken() and nudges < MOST_NUDGES and self._clock.now() + NUDGE < limit:
            self._clock.advance_to(self._clock.now() + NUDGE)
            nudges += 1
        if nudges:
            self._progress.chances.update(list(waiting))
            for native_id in [one for one in waiting if self._progress.chances[one] >= CHANCES]:
                self._progress.untaken.append(waiting.pop(native_id))
        await self._calm()

    async def _taken(self) -> bool:
        """Return True once all posts were taken, False once the product sleeps and some were not."""
        waiting = self._progress.waiting
        asleep_since, traffic = time.monotonic(), self._traffic()
        while True:
            for native_id in [one for one in waiting if self._product.has_taken(one)]:
                del waiting[native_id]
            if not waiting:
                return True
            now = time.monotonic()
            if traffic != self._traffic() or not self._is_quiet():
                asleep_since, traffic = now, self._traffic()
            elif now - asleep_since > ASLEEP_SECONDS:
                return False
            await asyncio.sleep(TICK_SECONDS)

    def _traffic(self) -> int:
        return self._reddit.request_count + self._discord.request_count + self._discord.gateway.sequence

    async def _calm(self) -> None:
        """Wait for rest, send what is due, and wait again, until nothing more is due."""
        until = time.monotonic() + CALM_SECONDS
        await self._rest(until)
        while await self._product.drain():
            await self._rest(until)

    async def _rest(self, until: float) -> None:
        looks = 0
        while looks < CALM_LOOKS:
            await asyncio.sleep(TICK_SECONDS)
            looks = looks + 1 if self._is_quiet() else 0
            if time.monotonic() > until:
                raise NotQuietError(f"no rest within {CALM_SECONDS:g} s: {self._why_busy()}")

    def _is_quiet(self) -> bool:
        return self._discord.is_quiet and not self._reddit.open_requests and self._product.is_idle()

    def _why_busy(self) -> str:
        busy = {
            "the product is at work": not self._product.is_idle(),
            f"{self._reddit.open_requests} requests to Reddit are open": bool(self._reddit.open_requests),
            f"{self._discord.open_requests} requests to Discord are open": bool(self._discord.open_requests),
        }
        return ", ".join(reason for reason, is_so in busy.items() if is_so) or "the outbox never runs dry"


def _case_on(message: Message) -> int | None:
    for component in message.walk():
        if match := CARD_BUTTON.fullmatch(component.custom_id):
            return int(match[1])
    return None
