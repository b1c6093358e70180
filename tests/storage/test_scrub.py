"""Purged bytes leave the disk: the whole data folder is searched, byte by byte."""

from __future__ import annotations

import asyncio
import random
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.errors import StorageError
from core.ports.storing import Store, Unit
from core.types.action import ActionDraft, ActionKind, Purpose, Receipt, Target
from core.types.case import CaseKind, Severity
from core.types.mention import JudgedMention, MentionQuery
from core.types.post import Author, PostRef, Removal, RemovalReason, Source
from storage import residue, scrubbing
from storage.store import SqlStore
from tests import make


def marked(number: int, *, living: bool = False) -> JudgedMention:
    """Return a mention all of whose personal sides hold a word of its own, in letters that nothing else holds."""
    word = ("lebt" if living else "xqzj") + "".join(random.Random(number).choices(string.ascii_lowercase, k=9))
    filling = " ".join(random.Random(-number).choices(["kettle", "lid", "cable", "noise", "루모라"], k=number % 120))
    about = make.post(f"{word} Lumora {filling} 비밀{word}", native_id=f"t1_{word}", author=word, minutes=number / 7)
    return make.judged(replace(about, author=Author(f"t2_{word}", f"{word}은둔자")))


def residues(folder: Path, needles: list[bytes]) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            yield from ((path.name, needle) for needle in needles if needle in content)


async def fill(store: Store, judged: list[JudgedMention]) -> None:
    for start in range(0, len(judged), 50):
        some = judged[start : start + 50]
        await store.write(lambda unit, some=some: unit.mentions.add_many(some))  # type: ignore[misc]


async def purge(store: Store, judged: list[JudgedMention], reason: RemovalReason) -> None:
    removals = [Removal(each.mention.post.ref, reason, make.START) for each in judged]
    for start in range(0, len(removals), 20):
        some = removals[start : start + 20]
        await store.write(lambda unit, some=some: unit.mentions.purge(some))  # type: ignore[misc]


async def test_nothing_of_a_purged_post_is_left_in_the_data_folder(sql_store: SqlStore, path: Path) -> None:
    judged = [marked(number, living=number % 3 == 0) for number in range(1_500)]
    random.Random(5).shuffle(judged)
    await fill(sql_store, judged)
    doomed = [each for each in judged if "xqzj" in each.mention.post.text]
    assert list(residues(path.parent, [b"xqzj"]))  # it was there, in text, index or log

    await purge(sql_store, doomed, RemovalReason.DELETED_BY_AUTHOR)
    await sql_store.scrub()

    assert list(residues(path.parent, [b"xqzj"])) == []
    assert {name for name, _ in residues(path.parent, [b"lebt"])} == {path.name}
    async with sql_store.read() as unit:
        assert await unit.mentions.count(MentionQuery()) == 500
        assert await unit.mentions.count(MentionQuery(with_tombstones=True)) == 1_500
        assert await unit.mentions.count(MentionQuery(text="lebt")) == 500


async def test_what_hangs_on_a_post_goes_with_it(sql_store: SqlStore, path: Path, clock: SteppedClock) -> None:
    judged = marked(1)
    ref = judged.mention.post.ref

    async def work(unit: Unit) -> None:
        (mention_id,) = await unit.mentions.add_many([judged])
        author_key = sql_store.author_key(Source.REDDIT, "whoever")
        case = await unit.cases.open(
            kind=CaseKind.COMPLAINT,
            severity=Severity.NORMAL,
            brand="Lumora",
            opened_at=clock.now(),
            due_at=clock.now() + timedelta(hours=1),
            mention_id=mention_id,
            author_key=author_key,
        )
        for number, (about, in_case) in enumerate(((mention_id, None), (None, case.id))):
            draft = ActionDraft(
                kind=ActionKind.REPLY,
                purpose=Purpose.STAFF_REPLY,
                target=Target(Source.REDDIT, "gadgets", reply_to=ref.native_id),
                key=f"reply:{number}:{ref.native_id}",
                text=f"Hello {judged.mention.post.text}",
                author_key=author_key,
                mention_id=about,
                case_id=in_case,
            )
            action = await unit.outbox.add(draft, created_at=clock.now())
            assert action is not None
            await unit.outbox.sent(action.id, Receipt(f"t1_ours{number}", clock.now()))
        await unit.mentions.add_replies([(ref, "t1_xqzjreply")])

    await sql_store.write(work)
    await purge(sql_store, [judged], RemovalReason.VANISHED)
    await sql_store.scrub()

    assert list(residues(path.parent, [b"xqzj"])) == []
    async with sql_store.read() as unit:
        (case,) = await unit.cases.of_mentions([1])
        assert case.author_key is None
        actions = await unit.outbox.of_case(case.id) + await unit.outbox.of_mentions([1])
        assert [(action.draft.text, action.draft.target.reply_to) for action in actions] == [("", None)] * 2
        assert [action.sent_id for action in actions] == ["t1_ours1", "t1_ours0"]


async def test_a_deleted_account_takes_its_name_only(sql_store: SqlStore, path: Path) -> None:
    about = make.post("Lumora hums", native_id="t1_1")
    named = replace(about, author=Author("t2_xqzj", "xqzjname"))
    other = replace(named, ref=PostRef(Source.REDDIT, "gadgets", "t1_2"))
    await fill(sql_store, [make.judged(named), make.judged(other)])

    await purge(sql_store, [make.judged(named)], RemovalReason.ACCOUNT_DELETED)
    await sql_store.scrub()

    assert list(residues(path.parent, [b"xqzj"])) == []
    async with sql_store.read() as unit:
        found = await unit.mentions.find(MentionQuery(text="hums"), limit=5)
    assert [(mention.text, mention.author, mention.author_key) for mention in found] == [
        ("Lumora hums", None, None)
    ] * 2


async def test_a_reader_in_the_way_is_told(sql_store: SqlStore, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scrubbing, "_WAIT_MILLISECONDS", 5)
    await fill(sql_store, [marked(1)])
    async with sql_store.read() as unit:
        await unit.mentions.count(MentionQuery())
        await purge(sql_store, [marked(1)], RemovalReason.VANISHED)
        with pytest.raises(StorageError, match="scrub again"):
            await sql_store.scrub()
    assert list(residues(path.parent, [b"xqzj"]))

    # What was not finished is not forgotten, though nothing was purged since.
    await sql_store.scrub()
    assert list(residues(path.parent, [b"xqzj"])) == []


async def test_the_text_before_an_edit_goes_too(sql_store: SqlStore, path: Path) -> None:
    await fill(sql_store, [make.judged(make.post("xqzjold Lumora"))])
    await fill(sql_store, [make.judged(make.post("Lumora", edited_at=make.START))])
    await sql_store.scrub()

    assert list(residues(path.parent, [b"xqzj"])) == []


async def test_a_clean_disk_is_left_alone(sql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(sql_store, [marked(1), marked(2)])
    await purge(sql_store, [marked(1)], RemovalReason.VANISHED)
    await sql_store.scrub()

    monkeypatch.setattr(scrubbing, "truncate", None)
    await sql_store.scrub()


async def test_readers_and_writers_go_on_while_it_scrubs(sql_store: SqlStore) -> None:
    await fill(sql_store, [marked(number) for number in range(200)])

    async def count() -> int:
        async with sql_store.read() as unit:
            return await unit.mentions.count(MentionQuery())

    results = await asyncio.gather(sql_store.scrub(), fill(sql_store, [marked(999)]), *(count() for _ in range(20)))

    assert set(results[2:]) <= {200, 201}


async def test_pages_without_gaps_need_no_vacuum(sql_store: SqlStore, path: Path) -> None:
    await fill(sql_store, [marked(number) for number in range(300)])
    await sql_store.scrub()

    assert not residue.has_residue(path)
