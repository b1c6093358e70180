"""Turning mentions into tombstones: whatever names a person or repeats their words goes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, case, delete, func, literal, literal_column, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from core.types.action import ActionKind, ActionState
from core.types.assessment import Language
from core.types.mention import StoredMention
from core.types.post import PostRef, Removal, RemovalReason, Source
from storage import casework, scrubbing, search
from storage.mention_rows import clean, ids_of_posts, stored, stored_mentions
from storage.session import Prepared, Session, any_of, encode_list, encode_refs
from storage.tables import actions, authors, case_mentions, cases, mentions, purges, received_replies, texts
from storage.tables_learning import csat_answers, verdicts
from storage.tables_reply import measures
from storage.times import HOUR, micros, moment

PURGED = "purged"
"""Detail of an action that was cancelled because what it is about is gone."""
_LOG_NAMES = ("name", "reason", "purged_at")
_WAITING = (ActionState.DRAFT, ActionState.PENDING, ActionState.SENDING)


def _logging() -> Prepared:
    statement = upsert(purges)
    # An account that was deleted first may lose its text later: the graver reason stays.
    newest = {"reason": statement.excluded.reason, "purged_at": statement.excluded.purged_at}
    changed = statement.on_conflict_do_update(
        index_elements=["name"],
        set_=newest,
        where=purges.c.reason == literal_column(f"'{RemovalReason.ACCOUNT_DELETED}'"),
    )
    return Prepared(changed, _LOG_NAMES)


_LOG = _logging()
_entry = upsert(purges)
_LOG_PERSON = _entry.on_conflict_do_update(
    index_elements=["name"], set_={"purged_at": func.max(purges.c.purged_at, _entry.excluded.purged_at)}
)
_IDS = ids_of_posts()
_STORED = stored_mentions().where(mentions.c.id.in_(any_of("ids"))).order_by(mentions.c.id)
_OF_AUTHORS = stored_mentions().where(mentions.c.author_key.in_(any_of("keys"))).order_by(mentions.c.id)
_JOINED = (
    select(case_mentions.c.case_id)
    .join(mentions, mentions.c.id == case_mentions.c.mention_id)
    .where(mentions.c.author_key == bindparam("author_key"))
)
_DROP_TEXTS = delete(texts).where(texts.c.mention_id.in_(any_of("ids")))
_DROP_VERDICTS = delete(verdicts).where(verdicts.c.mention_id.in_(any_of("ids")))
_DROP_REPLIES = delete(received_replies).where(received_replies.c.mention_id.in_(any_of("ids")))
_BURY = (
    update(mentions)
    .where(mentions.c.id.in_(any_of("ids")))
    .values(
        native_id=None,
        author_key=None,
        created_at=mentions.c.created_at - (mentions.c.created_at % HOUR + HOUR) % HOUR,
        score=0.0,
        language=Language.UNDETERMINED,
        recheck_at=None,
        purged_at=bindparam("at"),
    )
)
_DROP_AUTHORS = (
    delete(authors)
    .where(authors.c.author_key.in_(any_of("keys")))
    .where(authors.c.author_key.not_in(select(mentions.c.author_key).where(mentions.c.author_key.in_(any_of("keys")))))
    # A measure can only be taken back from somebody who is known; being forgotten takes them off the log, too.
    .where(authors.c.author_key.not_in(select(measures.c.author_key).where(measures.c.author_key.in_(any_of("keys")))))
)

_LIVING = (
    select(mentions.c.id, mentions.c.source, mentions.c.container, mentions.c.native_id, mentions.c.author_key)
    .where(mentions.c.purged_at.is_(None), mentions.c.id > bindparam("after"))
    .order_by(mentions.c.id)
    .limit(bindparam("limit"))
)
_COMPARED_AT_ONCE = 500
"""Posts looked up in the purge log at once."""


async def purge(session: Session, removals: Sequence[Removal]) -> list[StoredMention]:
    """Do what `MentionRepository.purge` promises."""
    by_ref = {PostRef(each.ref.source, clean(each.ref.container), clean(each.ref.native_id)): each for each in removals}
    rows = await session.all(_IDS, {"refs": encode_refs(by_ref.keys())})
    found = [stored(row) for row in await session.all(_STORED, {"ids": encode_list([row.id for row in rows])})]
    if not found:
        return []
    await scrubbing.mark(session)
    reasons = {mention.id: by_ref[ref_of(mention)] for mention in found}
    closed = [each for each in found if reasons[each.id].reason is RemovalReason.ACCOUNT_DELETED]
    buried = [each for each in found if reasons[each.id].reason is not RemovalReason.ACCOUNT_DELETED]
    known = {each.id for each in buried}
    nameless = [each for each in await _forget_authors(session, closed) if each.id not in known]
    noticed = [(each, reasons[each.id]) for each in buried]
    noticed += [(each, reasons.get(each.id, reasons[closed[0].id])) for each in nameless]
    await _log(session, noticed)
    await _bury(session, [(each, reasons[each.id].noticed_at) for each in buried])
    return buried + nameless


def ref_of(mention: StoredMention) -> PostRef:
    """Return the post of a living mention."""
    assert mention.native_id is not None
    return PostRef(mention.source, mention.container, mention.native_id)


async def _log(session: Session, noticed: Sequence[tuple[StoredMention, Removal]]) -> None:
    rows = {
        session.keys.post(*ref_of(mention)): (removal.reason, micros(removal.noticed_at))
        for mention, removal in noticed
    }
    await session.many(_LOG, [(name, *rest) for name, rest in rows.items()])


async def _forget_authors(session: Session, closed: Sequence[StoredMention]) -> list[StoredMention]:
    """Take names off all posts of accounts that are gone; the texts stand. Return those posts as they were."""
    gone = {each.author_key for each in closed if each.author_key is not None}
    if not gone:
        return []
    keys = encode_list(gone)
    found = [stored(row) for row in await session.all(_OF_AUTHORS, {"keys": keys})]
    ids = encode_list([each.id for each in found])
    await _strip_actions(session, actions.c.mention_id.in_(any_of("ids")), {"ids": ids})
    for table in (mentions, cases, actions):
        of_them = table.c.author_key.in_(any_of("keys"))
        await session.run(update(table).where(of_them).values(author_key=None), {"keys": keys})
    await session.run(_DROP_AUTHORS, {"keys": keys})
    return found


async def _bury(session: Session, buried: Sequence[tuple[StoredMention, Any]]) -> None:
    """Leave tombstones of mentions, and nothing of what hangs on them."""
    if not buried:
        return
    ids = encode_list([each.id for each, _ in buried])
    await _strip_actions(session, actions.c.mention_id.in_(any_of("ids")), {"ids": ids})
    await search.remove(session, [each.id for each, _ in buried])
    await session.run(_DROP_TEXTS, {"ids": ids})
    await session.run(_DROP_REPLIES, {"ids": ids})
    await session.run(_DROP_VERDICTS, {"ids": ids})
    for noticed_at in {noticed_at for _, noticed_at in buried}:
        together = [each.id for each, at in buried if at == noticed_at]
        await session.run(_BURY, {"ids": encode_list(together), "at": micros(noticed_at)})
    keys = encode_list({each.author_key for each, _ in buried if each.author_key is not None})
    await session.run(_DROP_AUTHORS, {"keys": keys})
    await _strip_cases(session, ids)


async def _strip_cases(session: Session, ids: str) -> None:
    """Take the author, and what was written to them, off cases all of whose mentions are gone."""
    alive = mentions.alias("alive")
    held = case_mentions.alias("held")
    emptied = (
        select(case_mentions.c.case_id)
        .where(case_mentions.c.mention_id.in_(any_of("ids")))
        .where(
            case_mentions.c.case_id.not_in(
                select(held.c.case_id)
                .join(alive, alive.c.id == held.c.mention_id)
                .where(held.c.case_id == case_mentions.c.case_id, alive.c.purged_at.is_(None))
            )
        )
    )
    rows = await session.all(emptied.distinct(), {"ids": ids})
    emptied_ids = [row.case_id for row in rows]
    gone = encode_list(emptied_ids)
    await casework.strip(session, emptied_ids)
    await session.run(update(cases).where(cases.c.id.in_(any_of("ids"))).values(author_key=None), {"ids": gone})
    words = csat_answers.c.case_id.in_(any_of("ids"))
    await session.run(update(csat_answers).where(words).values(why=""), {"ids": gone})
    to_people = actions.c.kind.in_((ActionKind.REPLY, ActionKind.POST))
    await _strip_actions(session, actions.c.case_id.in_(any_of("ids")) & to_people, {"ids": gone})


async def _strip_actions(session: Session, which: ColumnElement[bool], fields: dict[str, Any]) -> None:
    """Empty the texts of actions and cancel those on their way.

    One that is being sent right now is cancelled too: should it succeed, `sent` says so afterwards; should the worker
    die, nobody sends it again.
    """
    waiting = actions.c.state.in_(_WAITING)
    reply_to = func.coalesce(actions.c.reply_to, "")
    await session.run(
        update(actions)
        .where(which)
        .values(
            text="",
            # The key keeps a second action out; the post's own id in it is replaced.
            key=case(
                (reply_to != "", func.replace(actions.c.key, reply_to, literal("-").op("||")(actions.c.id))),
                else_=actions.c.key,
            ),
            reply_to=None,
            state=case((waiting, ActionState.CANCELLED), else_=actions.c.state),
            detail=case((waiting, PURGED), else_=actions.c.detail),
        ),
        fields,
    )


async def erase_author(
    session: Session, author_key: str, removals: Sequence[Removal], noticed_at: datetime
) -> list[StoredMention]:
    """Purge the posts of one author, their row, and what their cases hold of them."""
    await scrubbing.mark(session)
    joined = await session.all(_JOINED, {"author_key": author_key})
    purged = await purge(session, removals)
    of_them = cases.c.author_key == author_key
    theirs = csat_answers.c.case_id.in_(select(cases.c.id).where(of_them))
    await session.run(update(csat_answers).where(theirs).values(why=""))
    held = await session.all(select(cases.c.id).where(of_them))
    # Cases of others that hold a post of theirs as well: what staff wrote there may quote them.
    await casework.strip(session, list({row.id for row in held} | {row.case_id for row in joined}))
    await session.run(update(cases).where(of_them).values(author_key=None, note="", target=None))
    # That there was a measure stays; whom it was about, and what was said about it, goes.
    of_log = measures.c.author_key == author_key
    await session.run(update(measures).where(of_log).values(author_key=None, reason="", appeal_text="", decision=""))
    await session.run(delete(authors).where(authors.c.author_key == author_key))
    entry = {"name": session.keys.person(author_key), "reason": RemovalReason.ERASED, "purged_at": micros(noticed_at)}
    await session.run(_LOG_PERSON, entry)
    return purged


async def purged_before(session: Session) -> list[Removal]:
    """Return the removals of posts that the purge log names and that are here all the same, after a restore."""
    found: list[Removal] = []
    known: Select[Any] = select(purges).where(purges.c.name.in_(any_of("names")))
    async for rows in session.pages(_LIVING, _COMPARED_AT_ONCE):
        named = {session.keys.post(row.source, row.container, row.native_id): row for row in rows}
        for entry in await session.all(known, {"names": encode_list(named.keys())}):
            row, reason = named[entry.name], RemovalReason(entry.reason)
            if reason is not RemovalReason.ACCOUNT_DELETED or row.author_key is not None:
                ref = PostRef(Source(row.source), row.container, row.native_id)
                found.append(Removal(ref, reason, moment(entry.purged_at)))
    return found
