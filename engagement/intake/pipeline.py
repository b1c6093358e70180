"""From a batch of posts to one committed unit of work: match, judge, decide, store, act.

The 95 % that name no brand cost one scan of their text. Scanning and judging run in slices between awaits, so that
the loop is never held for long; everything a batch leads to becomes durable at once, with its cursor.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import structlog

from core.clock import Clock
from core.errors import InputError
from core.ports.judging import Docket, Dockets, Judge, Matcher
from core.ports.storing import Store, Unit
from core.settings import FlagsPolicy, ThanksPolicy
from core.types.action import Action, Purpose, Receipt
from core.types.assessment import Assessment
from core.types.brand import Brand
from core.types.decision import DecisionKind
from core.types.mention import Hit, JudgedMention, Mention
from core.types.post import Batch, Post, PostRef, Source
from engagement.desk.opening import DeskPolicy
from engagement.intake.answers import AnswerReader, Touch, touches
from engagement.intake.commit import Commit, Taken, TakenMention
from engagement.intake.decide import History, IntakePolicy, decide
from engagement.intake.slices import LocalDocket, Slices
from engagement.intake.tracking import TRACKED_LIMIT, TrackedPosts

__all__ = ["Intake", "Taken", "TakenMention"]

SCAN_STRIDE = 16
"""Posts scanned between two looks at the clock."""
RECHECK_AFTER = timedelta(hours=1)
"""A stored Reddit post is first looked at again after so long."""
RECENT_TEXTS = 100
"""Thank-yous of one place that a new one must differ from."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Scan:
    """What a first look at the posts of a batch found."""

    batch: Batch
    matcher: Matcher
    """The one that looked: brands may be swapped before the batch is stored."""
    docket: Docket
    """Judges the mentions, in their order."""
    mentions: list[Mention] = field(default_factory=list)
    touching: list[Touch] = field(default_factory=list)
    """Posts that may answer a stored one, or change it."""


class Intake:
    """Takes batches one after another; one per process. Call `start` once before."""

    def __init__(
        self,
        store: Store,
        matcher: Matcher,
        judge: Judge,
        clock: Clock,
        policy: IntakePolicy,
        desk: DeskPolicy,
        *,
        wake: Callable[[], None] = lambda: None,
        dockets: Dockets = LocalDocket,
    ) -> None:
        self.matcher = matcher
        self.policy = policy
        self.desk = desk
        self.wake = wake
        """Called after something was put into the outbox: usually `Outbox.wake`."""
        self.posts_seen = 0
        self.mentions_found = 0
        self.tracked = TrackedPosts()
        self._store = store
        self._judge = judge
        self._dockets = dockets
        self._clock = clock

    async def start(self) -> None:
        """Learn from the store which posts answers are looked for."""
        async with self._store.read() as unit:
            stored = await unit.mentions.tracked(limit=TRACKED_LIMIT)
            ours = await unit.outbox.sent_messages(limit=TRACKED_LIMIT // 10)
        self.tracked.add_all(stored)
        self.tracked.add_all(ours)

    def follow(self, matcher: Matcher) -> None:
        """Go on with other brands, from the next batch on."""
        self.matcher = matcher
        competitors = frozenset(brand.name for brand in matcher.brands if brand.competitor)
        self.policy = replace(self.policy, competitors=competitors)
        _log.info("intake.brands", brands=len(matcher.brands), competitors=len(competitors))

    def heed(self, thanks: ThanksPolicy, flags: FlagsPolicy) -> None:
        """Go on with other thresholds, from the next batch on."""
        self.policy = replace(self.policy, thanks=thanks, flags=flags)
        _log.info("intake.thresholds", complaint=flags.min_complaint, praise=thanks.min_probability)

    async def reload(self, build: Callable[[Sequence[Brand]], Matcher]) -> None:
        """Read the brands from the store and follow them; `build` makes the matcher, outside the loop."""
        async with self._store.read() as unit:
            brands = await unit.brands.all()
        self.follow(await asyncio.to_thread(build, brands))

    def track_sent(self, action: Action, receipt: Receipt) -> None:
        """Look for answers to a message of ours; hand this to the outbox as `on_sent`."""
        target = action.draft.target
        if target.reply_to is None or action.draft.purpose is Purpose.STAFF_POST:
            return
        message = PostRef(target.source, target.container, receipt.native_id)
        self.tracked.alias(message, PostRef(target.source, target.container, target.reply_to))

    async def take(self, batch: Batch) -> Taken:
        """Judge a batch and commit all that follows from it in one unit of work.

        Taking the same batch again changes nothing. Raises StorageError; then nothing of the batch was stored.
        """
        return await self._store_all(await self._scan(batch))

    async def take_all(self, batches: AsyncIterator[Batch]) -> AsyncIterator[Taken]:
        """Take the batches of a history one after another; each is looked through before the one ahead is stored.

        So whoever judges beside this process is busy while it stores. Raises StorageError; then nothing of that batch
        and of those behind it was stored. An InputError of the batches is raised once all before it is stored.
        """
        ahead: _Scan | None = None
        try:
            async for batch in batches:
                scan = await self._scan(batch)
                if ahead is not None:
                    yield await self._store_all(ahead)
                ahead = scan
        except InputError:
            if ahead is not None:
                yield await self._store_all(ahead)
            raise
        if ahead is not None:
            yield await self._store_all(ahead)

    async def _store_all(self, scan: _Scan) -> Taken:
        """Decide about all that a scan found and commit it."""
        batch = scan.batch
        judged = await self._decide_all(scan)
        reader = AnswerReader(self._store, self._judge, self.tracked, self._clock, self.desk)
        commit = Commit(self._store, self.desk, self.tracked, reader, self._clock.now())
        after = self._clock.now() + RECHECK_AFTER if _from_reddit(batch) else None

        async def work(unit: Unit) -> Taken:
            return await commit.run(unit, batch, judged, scan.touching, recheck_after=after)

        taken = await self._store.write(work)
        self._settle(taken, batch)
        return taken

    def _settle(self, taken: Taken, batch: Batch) -> None:
        self.posts_seen += taken.posts
        self.mentions_found += len(taken.stored)
        for removal in batch.removals:
            self.tracked.discard(removal.ref)
        if not batch.history and (taken.stored or taken.replies or taken.purged):
            self.wake()
            _log.info(
                "intake.taken",
                feed=batch.feed,
                posts=taken.posts,
                mentions=len(taken.stored),
                cases=len(taken.cases),
                replies=taken.replies,
                purged=taken.purged,
            )

    async def _scan(self, batch: Batch) -> _Scan:
        """Find the brands in each post, and the posts that concern stored ones."""
        matcher, tracked, slices = self.matcher, self.tracked, Slices()
        scan = _Scan(batch, matcher, self._dockets(self._judge))
        brands = {brand.name: brand for brand in matcher.brands}
        match = matcher.match
        for start in range(0, len(batch.posts), SCAN_STRIDE):
            for post in batch.posts[start : start + SCAN_STRIDE]:
                hits = match(post.text if post.title is None else post.full_text)
                if hits and post.author is not None and post.author.is_self:
                    hits = ()
                if hits:
                    _put_down(scan, post, hits, brands)
                    tracked.add(post.ref)  # at once: an answer may stand in the same batch
                if (post.parent_id or post.thread_id or post.edited_at) and touches(post, tracked, named=bool(hits)):
                    scan.touching.append(Touch(post, named=bool(hits)))
            await slices.breathe()
        return scan

    async def _decide_all(self, scan: _Scan) -> list[JudgedMention]:
        judged: list[JudgedMention] = []
        thankable: list[int] = []
        quiet, slices = History(silent=True), Slices()
        for mention, assessment in zip(scan.mentions, await scan.docket.assessed(), strict=True):
            decision = decide(mention, assessment, self.policy, quiet)
            if decision.kind is DecisionKind.THANK and not scan.batch.history:
                thankable.append(len(judged))
            judged.append(JudgedMention(mention, assessment, decision))
            await slices.breathe()
        if thankable:
            await self._thank(judged, thankable, scan.matcher)
        return judged

    async def _thank(self, judged: list[JudgedMention], places: Sequence[int], matcher: Matcher) -> None:
        """Decide again about praise, now with what the store knows and with the evidence: it names what was liked."""
        brands = {brand.name: brand for brand in matcher.brands}
        said: defaultdict[str, list[str]] = defaultdict(list)
        async with self._store.read() as unit:
            for place in places:
                mention = judged[place].mention
                history = await self._history(unit, mention.post, said[mention.post.ref.container])
                hits = matcher.match(mention.post.full_text)
                assessment = self._judge.assess(mention.post.full_text, brands[mention.brand], hits, evidence=True)
                decision = decide(mention, assessment, self.policy, history)
                said[mention.post.ref.container].extend(action.text for action in decision.actions)
                judged[place] = JudgedMention(mention, _lean(assessment), decision)

    async def _history(self, unit: Unit, post: Post, said: Sequence[str]) -> History:
        if post.author is None:
            return History()
        key = self._store.author_key(post.ref.source, post.author.native_id)
        recent = await unit.outbox.recent_texts(
            purpose=Purpose.THANKS, container=post.ref.container, limit=RECENT_TEXTS
        )
        return History(
            author_key=key,
            opted_out=await unit.members.opted_out(key),
            recent_texts=(*reversed(said), *recent),
        )


def _put_down(scan: _Scan, post: Post, hits: tuple[Hit, ...], brands: dict[str, Brand]) -> None:
    """Note the mentions of a post, one for each brand it names, and have them judged."""
    for name, of_brand in _by_brand(hits).items():
        scan.mentions.append(Mention(post=post, brand=name, hits=of_brand))
        scan.docket.add(post.full_text, brands[name], hits)


def _by_brand(hits: Sequence[Hit]) -> dict[str, tuple[Hit, ...]]:
    """Return the hits per brand, in the order of the text."""
    if len(hits) == 1:
        return {hits[0].brand: (hits[0],)}
    by_brand: defaultdict[str, list[Hit]] = defaultdict(list)
    for hit in hits:
        by_brand[hit.brand].append(hit)
    return {brand: tuple(found) for brand, found in by_brand.items()}


def _lean(assessment: Assessment) -> Assessment:
    """Return an assessment without its evidence: it quotes the text and is not stored."""
    return replace(assessment, evidence=())


def _from_reddit(batch: Batch) -> bool:
    return bool(batch.posts) and batch.posts[0].ref.source is Source.REDDIT
