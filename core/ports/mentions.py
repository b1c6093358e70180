"""Mentions as the store holds them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Protocol

from core.types.mention import JudgedMention, MentionQuery, StoredMention
from core.types.post import Author, PostRef, Removal, ReplyCount, Source


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

    async def many(self, mention_ids: Sequence[int]) -> list[StoredMention]:
        """Return those that are there, in the order asked for."""
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
