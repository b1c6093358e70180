"""Which posts answers are looked for: those stored, and our own messages. Bounded, so that memory stays flat."""

from __future__ import annotations

from collections.abc import Iterable

from core.types.post import PostRef, Source

__all__ = ["TRACKED_LIMIT", "TrackedPosts"]

TRACKED_LIMIT = 20_000
"""The newest posts looked for, about 4 MB. An answer to an older one is still counted by its source's own number."""
_UNIQUE = frozenset({Source.REDDIT, Source.DISCORD})
"""Sources whose ids are unique over all containers: an answer may stand in another one (a thread)."""
_Key = str | PostRef


class TrackedPosts:
    """Native ids of posts that somebody may answer, the oldest forgotten first."""

    def __init__(self, limit: int = TRACKED_LIMIT) -> None:
        self._limit = limit
        self._refs: dict[_Key, PostRef] = {}

    def __len__(self) -> int:
        return len(self._refs)

    def add(self, ref: PostRef) -> None:
        """Look for answers to a post."""
        self.alias(ref, ref)

    def alias(self, message: PostRef, about: PostRef) -> None:
        """Take answers to `message` as answers about the stored post `about`."""
        key = _key(message)
        self._refs.pop(key, None)
        self._refs[key] = about
        if len(self._refs) > self._limit:
            del self._refs[next(iter(self._refs))]

    def add_all(self, refs: Iterable[PostRef]) -> None:
        """Look for answers to these, given newest first."""
        for ref in reversed(list(refs)):
            self.add(ref)

    def discard(self, ref: PostRef) -> None:
        """Look no longer."""
        self._refs.pop(_key(ref), None)

    def find(self, ref: PostRef, native_id: str | None) -> PostRef | None:
        """Return the post that `native_id`, named by the post `ref`, stands for."""
        if native_id is None:
            return None
        return self._refs.get(native_id if ref.source in _UNIQUE else PostRef(ref.source, ref.container, native_id))

    def __contains__(self, ref: PostRef) -> bool:
        return _key(ref) in self._refs


def _key(ref: PostRef) -> _Key:
    return ref.native_id if ref.source in _UNIQUE else ref
