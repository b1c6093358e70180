"""Events between the gateway and the store: bounded, in order, and open about what did not fit."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from itertools import islice

from core.types.post import Post, PostRef, Removal

MOST_POSTS = 20_000
"""Posts that wait at most, about 30 MB: 40 seconds of a flood of 500 a second with nothing committed."""
MOST_REMOVALS = 50_000
BATCH_POSTS = 200
"""Posts of one channel that are committed at once."""
MOST_AT_ONCE = 800
"""Posts, and deletions, that one round of handing over looks at."""


class Inflow:
    """A queue that edits and deletions reach into."""

    def __init__(self, most_posts: int = MOST_POSTS) -> None:
        self._most = most_posts
        self._posts: OrderedDict[PostRef, Post] = OrderedDict()
        self._removals: OrderedDict[PostRef, Removal] = OrderedDict()
        self._filled = asyncio.Event()
        self.dropped = 0
        """Posts that did not fit; their channels are read again by history."""
        self.lost_removals = 0

    def __len__(self) -> int:
        return len(self._posts) + len(self._removals)

    def add(self, post: Post) -> bool:
        """Put a post in, or in its older version's place; False when there is no room.

        Edits find room for longer than new posts: history brings those again, but nothing tells of an edit twice.
        """
        most = self._most if post.edited_at is None else 2 * self._most
        if post.ref not in self._posts and len(self._posts) >= most:
            self.dropped += 1
            return False
        self._posts[post.ref] = post
        self._filled.set()
        return True

    def remove(self, removals: Iterable[Removal]) -> bool:
        """Put deletions in; a post that still waits is taken out. False where some did not find room."""
        lost = self.lost_removals
        for removal in removals:
            self._posts.pop(removal.ref, None)
            if len(self._removals) >= MOST_REMOVALS:
                self.lost_removals += 1
                continue
            self._removals[removal.ref] = removal
        if self._removals or self._posts:
            self._filled.set()
        return self.lost_removals == lost

    def holds_up_to(self, container: str, message_id: int) -> bool:
        """Say whether posts of a container up to this one still wait."""
        return any(ref.container == container and int(ref.native_id) <= message_id for ref in self._posts)

    async def filled(self) -> None:
        """Return once something waits."""
        await self._filled.wait()

    def waiting(self) -> list[tuple[str, list[Post], list[Removal]]]:
        """Return what waits, by container and oldest first; it goes on waiting until it is settled."""
        posts: defaultdict[str, list[Post]] = defaultdict(list)
        removals: defaultdict[str, list[Removal]] = defaultdict(list)
        for post in islice(self._posts.values(), MOST_AT_ONCE):
            of_container = posts[post.ref.container]
            if len(of_container) < BATCH_POSTS:
                of_container.append(post)
        for removal in islice(self._removals.values(), MOST_AT_ONCE):
            removals[removal.ref.container].append(removal)
        return [
            (container, posts.get(container, []), removals.get(container, [])) for container in {**posts, **removals}
        ]

    def settle(self, posts: Iterable[Post], removals: Iterable[Removal]) -> None:
        """Take out what is durable now. A post that was edited meanwhile stays: its edit is not."""
        for post in posts:
            if self._posts.get(post.ref) is post:
                del self._posts[post.ref]
        for removal in removals:
            if self._removals.get(removal.ref) is removal:
                del self._removals[removal.ref]
        if not self._posts and not self._removals:
            self._filled.clear()
