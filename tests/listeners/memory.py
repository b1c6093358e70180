"""A store small enough to see through: what listeners hand over, committed batch by batch in memory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from core.ports.listening import Listener
from core.types.post import Batch, Gap, Post, PostRef, Removal, Source


@dataclass
class Kept:
    """Everything committed so far; implements `core.ports.listening.FeedMemory`."""

    batches: list[Batch] = field(default_factory=list)
    posts: dict[PostRef, Post] = field(default_factory=dict)
    doubled: list[PostRef] = field(default_factory=list)
    """Posts that were handed over again without an edit."""
    history: set[PostRef] = field(default_factory=set)
    ledger: dict[str, set[str]] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    removals: list[Removal] = field(default_factory=list)
    replies: dict[PostRef, int] = field(default_factory=dict)
    gaps: list[Gap] = field(default_factory=list)
    due: list[PostRef] = field(default_factory=list)
    checked: list[PostRef] = field(default_factory=list)

    def commit(self, batch: Batch) -> None:
        self.batches.append(batch)
        for post in batch.posts:
            before = self.posts.get(post.ref)
            if before is not None and post.edited_at == before.edited_at:
                self.doubled.append(post.ref)
            self.posts[post.ref] = post
            if batch.history:
                self.history.add(post.ref)
        self.ledger.setdefault(batch.feed, set()).update(batch.seen)
        if batch.cursor is not None:
            self.cursors[batch.feed] = batch.cursor
        self.removals += batch.removals
        self.replies.update((count.ref, count.replies) for count in batch.reply_counts)
        self.gaps += batch.gaps

    async def pull(self, listener: Listener) -> None:
        """Commit everything until the listener is closed."""
        async for batch in listener.batches():
            self.commit(batch)

    def texts(self) -> list[str]:
        return [post.text for post in self.posts.values()]

    def names(self) -> set[str]:
        return {ref.native_id for ref in self.posts}

    # -- FeedMemory

    async def cursor(self, feed: str) -> str | None:
        return self.cursors.get(feed)

    async def known(self, feed: str, native_ids: Collection[str]) -> set[str]:
        return self.ledger.get(feed, set()).intersection(native_ids)

    async def watched(self, source: Source, *, limit: int) -> list[PostRef]:
        return [ref for ref in self.due if ref.source is source][:limit]

    async def mark_checked(self, refs: Collection[PostRef]) -> None:
        self.checked += refs
        self.due = [ref for ref in self.due if ref not in set(refs)]
