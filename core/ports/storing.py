"""The store: one writer, many readers, one unit of work. No SQL is known outside storage/."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol, TypeVar

from core.ports.casework import CaseworkRepository
from core.ports.learning import CauseRepository, CsatRepository, RuleRepository, VerdictRepository
from core.ports.moderating import ModerationRepository
from core.ports.replying import SwitchRepository, TemplateRepository
from core.ports.watching import WatchRepository
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.brand import Brand
from core.types.case import Case, CaseEvent, CaseKind, CaseQuery, Severity
from core.types.member import ContactWish, GuildSettings
from core.types.mention import JudgedMention, MentionQuery, StoredMention
from core.types.post import Author, Batch, Gap, PostRef, Removal, ReplyCount, Source
from core.types.rollup import ReplyCounts, ReplyRow, RollupRow, TermCount

T = TypeVar("T")

MOST_COUNTED = 500
"""Lists and boards count no further, so that they cost the same however much is stored."""


class MentionRepository(Protocol):
    """Mentions, their authors, search text, roll-ups and tombstones."""

    async def add_many(
        self, mentions: Sequence[JudgedMention], *, recheck_after: datetime | None = None
    ) -> list[int | None]:
        """Store mentions with authors, search text and roll-ups; return an id each, None where it was stored already.

        A post that is stored already and comes with a newer `edited_at` replaces text, assessment and decision, and
        its id is returned.
        """
        ...

    async def get(self, mention_id: int) -> StoredMention | None:
        """Return one mention."""
        ...

    async def by_ref(self, ref: PostRef) -> list[StoredMention]:
        """Return the mentions, one per brand, that a post became."""
        ...

    async def find(self, query: MentionQuery, *, limit: int, offset: int = 0) -> list[StoredMention]:
        """Return a page of mentions."""
        ...

    async def count(self, query: MentionQuery, *, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that, so that it costs the same forever."""
        ...

    def export(self, query: MentionQuery) -> AsyncIterator[StoredMention]:
        """Yield all mentions of a query without holding them in memory."""
        ...

    async def mark_thanked(self, mention_id: int) -> None:
        """Note that the author was thanked."""
        ...

    async def set_reply_counts(self, counts: Sequence[ReplyCount]) -> None:
        """Set how many replies posts received, as the source tells it; unknown posts are passed over."""
        ...

    async def add_replies(self, replies: Sequence[tuple[PostRef, str]]) -> list[bool]:
        """Count posts (native ids) that answer stored posts, each once however often it is seen.

        Returns for each whether it was new; False too where the post it answers is not stored.
        """
        ...

    async def tracked(self, *, limit: int) -> list[PostRef]:
        """Return the newest stored posts whose text lives: those that answers are looked for."""
        ...

    async def open_questions(self, *, since: datetime, until: datetime, limit: int) -> list[StoredMention]:
        """Return questions nobody answered, oldest first.

        Those decided with the reason `question`, from Reddit or Discord, created in [since, until), whose text lives,
        without a case and without a reply.
        """
        ...

    async def purge(self, removals: Sequence[Removal]) -> list[StoredMention]:
        """Turn mentions into tombstones; return what they were, so that cards can be cleaned.

        Actions about them lose their text, and those that wait are cancelled. ACCOUNT_DELETED takes only the author's
        name and id. Unknown posts are passed over.
        """
        ...

    async def expired(self, source: Source, before: datetime, *, limit: int) -> list[PostRef]:
        """Return posts created before `before` whose text is still there."""
        ...

    async def author(self, author_key: str) -> Author | None:
        """Return the author behind a key, while one of their posts lives."""
        ...

    async def keys_of_name(self, source: Source, name: str) -> list[str]:
        """Return the keys of living authors of this name (case-folded) on a platform; names are not unique in time."""
        ...

    async def erase_author(self, author_key: str, noticed_at: datetime) -> list[StoredMention]:
        """Purge everything of one author; return what was purged."""
        ...


class CaseRepository(Protocol):
    """Cases and their audit trail."""

    async def open(
        self,
        *,
        kind: CaseKind,
        severity: Severity,
        brand: str,
        opened_at: datetime,
        due_at: datetime,
        mention_id: int | None,
        author_key: str | None,
        target: Target | None = None,
        note: str = "",
        resolve_due_at: datetime | None = None,
    ) -> Case:
        """Open a case, with its `opened` event. `target` and `note` are those of a request without a mention."""
        ...

    async def open_many(self, cases: Sequence[Case]) -> list[int]:
        """Store new cases with their mentions and `opened` events; return the ids they got (theirs is void)."""
        ...

    async def get(self, case_id: int) -> Case | None:
        """Return one case."""
        ...

    async def save(self, case: Case, event: CaseEvent) -> Case:
        """Store a changed case and what happened; return it with its new version.

        Raises ConflictError when somebody changed it since `case.version`.
        """
        ...

    async def add_event(self, event: CaseEvent) -> None:
        """Note something that changes no field."""
        ...

    async def events(self, case_id: int) -> list[CaseEvent]:
        """Return the trail, oldest first."""
        ...

    async def find(self, query: CaseQuery, *, limit: int, offset: int = 0) -> list[Case]:
        """Return a page of cases: open ones by due time, then the newest."""
        ...

    async def count(self, query: CaseQuery, *, most: int | None = None) -> int:
        """Count what `find` would list in all; with `most` no further than that, so that it costs the same forever."""
        ...

    async def oldest(self, query: CaseQuery) -> Case | None:
        """Return the case of a query that was opened first."""
        ...

    async def of_author(self, author_key: str, *, since: datetime) -> list[Case]:
        """Return an author's cases, newest first."""
        ...

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Case]:
        """Return the cases that hold any of these mentions."""
        ...

    async def of_thread(self, source: Source, thread_id: str, *, brand: str | None, since: datetime) -> list[Case]:
        """Return the cases opened since `since` that hold a mention of this brand (None: any) in this thread.

        Newest first.
        """
        ...

    async def join(self, case_id: int, mention_id: int, at: datetime) -> None:
        """Put one more mention on a case, with its `joined` event."""
        ...

    async def set_card(self, case_id: int, *, channel: str, message: str) -> None:
        """Note where the case's card stands; no event, and `version` stays."""
        ...


class OutboxRepository(Protocol):
    """Actions on their way out, and the record of what went."""

    async def add(self, draft: ActionDraft, *, created_at: datetime) -> Action | None:
        """Store an action; None when its key is there already."""
        ...

    async def get(self, action_id: int) -> Action | None:
        """Return one action."""
        ...

    async def claim(self, now: datetime, *, limit: int) -> list[Action]:
        """Take due pending actions, oldest first, mark them `sending` and count the attempt; `detail` stays."""
        ...

    async def stranded(self) -> list[Action]:
        """Return actions left in `sending` by a worker that died."""
        ...

    async def approve(self, action_id: int, *, actor: str, text: str | None = None) -> Action:
        """Turn a draft into a pending action with `approved_by`, with changed text where given.

        Raises ConflictError when it is no draft any more.
        """
        ...

    async def cancel(self, action_id: int, *, detail: str) -> None:
        """Cancel a draft or pending action; others stay as they are."""
        ...

    async def sent(self, action_id: int, receipt: Receipt) -> None:
        """Note that it happened."""
        ...

    async def delay(self, action_id: int, *, due_at: datetime, detail: str) -> None:
        """Put it back to pending for later."""
        ...

    async def refuse(self, action_id: int, *, detail: str) -> None:
        """Note that it will never happen."""
        ...

    async def find(self, *, states: Sequence[ActionState], limit: int) -> list[Action]:
        """Return actions in these states, oldest first."""
        ...

    async def next_due(self) -> datetime | None:
        """Return when the next pending action is due (long past for one without a due time); None without any."""
        ...

    async def of_mentions(self, mention_ids: Collection[int]) -> list[Action]:
        """Return all actions about these mentions, oldest first."""
        ...

    async def of_case(self, case_id: int) -> list[Action]:
        """Return all actions of a case, oldest first."""
        ...

    async def of_author(self, author_key: str) -> list[Action]:
        """Return all actions that write to a person, oldest first."""
        ...

    async def about(self, kind: ActionKind, number: int) -> list[Action]:
        """Return the cards or notices of one kind that show this, oldest first."""
        ...

    async def of_message(self, source: Source, native_id: str) -> Action | None:
        """Return the action that sent this message of ours."""
        ...

    async def sent_messages(self, *, limit: int) -> list[PostRef]:
        """Return our newest messages to people (not those in our own rooms): answers to them are looked for."""
        ...

    async def recent_texts(self, *, purpose: Purpose, container: str, limit: int) -> list[str]:
        """Return the newest texts of a purpose in one place, sent or on their way or waiting as drafts."""
        ...

    async def forget(self, author_key: str) -> None:
        """Cancel what waits for a person, and take text, person and receipt off what was sent to them."""
        ...

    async def count_sent(
        self,
        *,
        purpose: Purpose,
        since: datetime,
        author_key: str | None = None,
        container: str | None = None,
        thread_id: str | None = None,
    ) -> int:
        """Count actions of a purpose that were sent since `since`, for the caps; those on their way do not count."""
        ...

    async def same_text(self, *, purpose: Purpose, text: str, container: str | None, since: datetime) -> int:
        """Count equal texts that were sent to one place (None: anywhere) since `since`, for the duplicate rule."""
        ...


class LedgerRepository(Protocol):
    """Cursors, seen names and gaps of the feeds."""

    async def advance(self, batch: Batch) -> None:
        """Store a batch's seen names, cursor and gaps; the ledger stays bounded per feed."""
        ...

    async def cursor(self, feed: str) -> str | None:
        """Return a feed's cursor."""
        ...

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        """Return those ids that the ledger holds."""
        ...

    async def gaps(self, *, since: datetime, until: datetime | None = None) -> list[Gap]:
        """Return gaps that touch a span of time."""
        ...

    async def due_for_recheck(self, source: Source, now: datetime, *, limit: int) -> list[PostRef]:
        """Return stored posts whose re-check is due."""
        ...

    async def mark_checked(self, refs: Collection[PostRef], *, next_at: datetime) -> None:
        """Set when these posts are to be checked again."""
        ...


class BrandRepository(Protocol):
    """Brands as moderators change them live."""

    async def all(self) -> list[Brand]:
        """Return all brands, in the order they were added."""
        ...

    async def put(self, brand: Brand) -> None:
        """Add or replace a brand."""
        ...

    async def remove(self, name: str) -> bool:
        """Stop following a brand; its mentions stay. False when there is none."""
        ...


class MemberRepository(Protocol):
    """What people told us about being written to, and per-guild settings."""

    async def wish(self, wish: ContactWish) -> None:
        """Store a wish."""
        ...

    async def opted_out(self, author_key: str) -> bool:
        """Say whether this person wants nothing but answers: their newest opt-out was not taken back."""
        ...

    async def wishes(self, author_key: str) -> list[ContactWish]:
        """Return all that a person told us about being written to, oldest first."""
        ...

    async def consented(self, author_key: str, purpose: Purpose) -> bool:
        """Say whether this person agreed to this purpose and has not opted out since."""
        ...

    async def guild(self, guild_id: str) -> GuildSettings | None:
        """Return a guild's settings."""
        ...

    async def put_guild(self, settings: GuildSettings) -> None:
        """Store a guild's settings."""
        ...

    async def guilds(self) -> list[GuildSettings]:
        """Return the settings of all guilds that have any."""
        ...

    async def forget(self, author_key: str) -> None:
        """Delete a person's wishes; an opt-out stays, so that it keeps being honoured."""
        ...


class CountRepository(Protocol):
    """Roll-ups and reply counts, for the report and `/status`."""

    async def rollups(self, *, since: datetime, until: datetime) -> list[RollupRow]:
        """Return the hours of a span [since, until)."""
        ...

    async def replies(self, *, since: datetime, until: datetime) -> ReplyCounts:
        """Count our own replies of a span."""
        ...

    async def reply_rows(self, *, since: datetime, until: datetime) -> list[ReplyRow]:
        """Return our own replies of a span by hour, source, container, brand and kind; they add up to `replies`."""
        ...

    async def count_reply(
        self, kind: str, *, at: datetime, container: str, source: Source, brand: str | None = None
    ) -> None:
        """Count one reply that has no outbox row: `bot` (an interaction answered) or `native`."""
        ...

    async def term_counts(self, *, since: datetime, until: datetime) -> list[TermCount]:
        """Return how many mentions held each term, per UTC day that begins in [since, until)."""
        ...

    async def latest_post(self) -> datetime | None:
        """Return when the newest stored mention or tombstone was written."""
        ...

    async def rebuild(self) -> int:
        """Count all roll-ups anew from mentions and tombstones; return how many rows there are."""
        ...


class Unit(Protocol):
    """One transaction's view of the store. Only valid inside the call it was handed to."""

    mentions: MentionRepository
    cases: CaseRepository
    outbox: OutboxRepository
    ledger: LedgerRepository
    brands: BrandRepository
    members: MemberRepository
    counts: CountRepository
    templates: TemplateRepository
    switches: SwitchRepository
    moderation: ModerationRepository
    verdicts: VerdictRepository
    rules: RuleRepository
    causes: CauseRepository
    csat: CsatRepository
    watch: WatchRepository
    casework: CaseworkRepository


class Store(Protocol):
    """One database."""

    async def write(self, work: Callable[[Unit], Awaitable[T]]) -> T:
        """Run `work` on the single writer and return its result once it is durable.

        Neighbouring calls share a commit; each has its own savepoint, so an exception undoes only its own `work`.
        """
        ...

    def read(self) -> AbstractAsyncContextManager[Unit]:
        """Open a reader; it sees one consistent state and cannot write."""
        ...

    def author_key(self, source: Source, native_id: str) -> str:
        """Return the HMAC key of an author under this installation's secret."""
        ...

    async def scrub(self) -> None:
        """Drive purged bytes off the disk: FTS optimise, checkpoint TRUNCATE."""
        ...

    async def close(self) -> None:
        """Finish what is queued and close."""
        ...
