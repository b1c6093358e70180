"""The posts of a case: who wrote them, who waits for an answer, and which one a reply goes to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import InputError, NotFoundError
from core.ports.storing import Unit
from core.text import mark
from core.types.action import ActionState, Purpose
from core.types.case import Case, CaseEventKind
from core.types.mention import StoredMention

__all__ = ["CasePost", "case_posts", "post_to_answer", "waiting_people"]


@dataclass(frozen=True, slots=True)
class CasePost:
    """A post of a case whose text lives."""

    mention: StoredMention
    answered: bool
    """Its author had an answer of ours to it, or to something they wrote later."""


async def case_posts(unit: Unit, case: Case) -> tuple[CasePost, ...]:
    """Return the living posts of a case in the order in which they joined it."""
    living = [one for one in await unit.mentions.many(case.mention_ids) if one.purged_at is None]
    answered = await _answered(unit, case) if living else set()
    posts: list[CasePost] = []
    done: set[str] = set()
    for mention in reversed(living):
        had_one = mention.id in answered or mention.author_key in done
        if had_one and mention.author_key is not None:
            done.add(mention.author_key)
        posts.append(CasePost(mention, had_one))
    return tuple(reversed(posts))


def waiting_people(posts: Sequence[CasePost]) -> tuple[int, int]:
    """Return how many people wrote the posts of a case, and how many of them wait for an answer to their newest."""
    newest = {post.mention.author_key or f"#{post.mention.id}": post for post in posts}
    return len(newest), sum(not post.answered for post in newest.values())


def post_to_answer(case: Case, posts: Sequence[CasePost], number: int | None) -> StoredMention | None:
    """Return the post that a reply goes to: `number`, or the newest of the author whom the card shows.

    None where nothing is left. Raises NotFoundError for a post that is not on the case, InputError for one that is
    gone.
    """
    if number is not None:
        if number not in case.mention_ids:
            raise NotFoundError(mark("This case has no such post."))
        chosen = next((post.mention for post in posts if post.mention.id == number), None)
        if chosen is None:
            raise InputError(mark("The post is gone: there is nothing left to answer."))
        return chosen
    if not posts:
        return None
    shown = posts[0].mention
    if shown.author_key is None:
        return shown
    return next(post.mention for post in reversed(posts) if post.mention.author_key == shown.author_key)


async def _answered(unit: Unit, case: Case) -> set[int]:
    """Return the posts of a case that staff answered, through the bot or at the source."""
    sent = {
        action.draft.mention_id
        for action in await unit.outbox.of_case(case.id)
        if action.draft.purpose is Purpose.STAFF_REPLY and action.state is ActionState.SENT
    }
    natively = {
        int(event.reason)
        for event in await unit.cases.events(case.id)
        if event.kind is CaseEventKind.ANSWERED_NATIVELY and event.reason.isdecimal()
    }
    return {number for number in sent if number is not None} | natively
