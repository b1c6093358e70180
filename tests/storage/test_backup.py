"""Backup and restore: while it is written to, without bringing back what was deleted, without sending twice."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SteppedClock
from core.errors import DatabaseDamagedError, DatabaseNewerError, DatabaseUnwritableError, InputError, StorageError
from core.ports.storing import Unit
from core.types.action import ActionDraft, ActionKind, ActionState, Purpose, Receipt, Target
from core.types.case import CaseKind, Severity
from core.types.member import ContactRule, ContactWish
from core.types.mention import MentionQuery
from core.types.post import Post, Removal, RemovalReason, Source
from storage import schema
from storage.backups import manifest_path
from storage.maintenance import backup, check_database, read_manifest, restore
from storage.store import SqlStore
from tests import make
from tests.storage.test_scrub import residues


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups" / "maeari-backup.db"


def posts(count: int, word: str = "Lumora") -> list[Post]:
    return [make.post(f"{word} {n}", native_id=f"{word}{n}", author=f"{word}{n % 5}") for n in range(count)]


async def add(store: SqlStore, some: list[Post]) -> None:
    judged = [make.judged(post) for post in some]
    await store.write(lambda unit: unit.mentions.add_many(judged))


async def count(path: Path, query: MentionQuery, clock: SteppedClock) -> int:
    store = await SqlStore.open(path, clock=clock)
    try:
        async with store.read() as unit:
            return await unit.mentions.count(query)
    finally:
        await store.close()


async def test_a_backup_is_taken_while_the_store_is_written_to(
    sql_store: SqlStore, path: Path, copy: Path, clock: SteppedClock
) -> None:
    await add(sql_store, posts(200))
    writes = asyncio.create_task(_keep_writing(sql_store))
    manifest = await backup(path, copy, clock=clock)
    await writes

    assert read_manifest(copy) == manifest
    assert (manifest.made_at, manifest.schema) == (make.START, schema.REVISION)
    assert manifest.mentions >= 200
    assert await check_database(copy) == schema.REVISION
    assert [file.name for file in copy.parent.iterdir() if "manifest" not in file.name] == [copy.name]
    assert await count(copy, MentionQuery(text="lumora"), clock) >= 200


async def _keep_writing(store: SqlStore) -> None:
    for number in range(40):
        await add(store, [make.post("meanwhile", native_id=f"meanwhile{number}")])


async def test_a_backup_overwrites_nothing(sql_store: SqlStore, path: Path, copy: Path) -> None:
    copy.write_text("precious")
    with pytest.raises(DatabaseUnwritableError, match="exists already"):
        await backup(path, copy)
    assert copy.read_text() == "precious"
    with pytest.raises(DatabaseUnwritableError, match="create it"):
        await backup(path, copy.parent / "none" / "x.db")
    with pytest.raises(StorageError, match="no database"):
        await backup(path.with_name("none.db"), copy.with_name("b.db"))


async def test_backups_go_when_their_time_is_over(
    sql_store: SqlStore, path: Path, copy: Path, clock: SteppedClock
) -> None:
    await backup(path, copy, clock=clock, keep=timedelta(days=2))
    clock.advance_to(make.START + timedelta(days=1))
    await backup(path, copy.with_name("second.db"), clock=clock)
    assert copy.exists()
    clock.advance_to(make.START + timedelta(days=2))
    await backup(path, copy.with_name("third.db"), clock=clock)

    assert sorted(file.name for file in copy.parent.glob("*.db")) == ["second.db", "third.db"]
    assert not manifest_path(copy).exists()


async def test_a_restore_replays_later_purges(path: Path, copy: Path, clock: SteppedClock) -> None:
    store = await SqlStore.open(path, clock=clock)
    await add(store, posts(10) + posts(6, "xqzj"))
    await backup(path, copy, clock=clock)
    removals = [Removal(post.ref, RemovalReason.DELETED_BY_AUTHOR, make.START) for post in posts(6, "xqzj")]
    await store.write(lambda unit: unit.mentions.purge(removals))
    await add(store, [make.post("after the backup", native_id="late")])
    await store.scrub()
    await store.close()

    restored = await restore(copy, path, clock=clock)

    assert (restored.replayed_purges, restored.purges_known, restored.made_at) == (6, True, make.START)
    assert await count(path, MentionQuery(), clock) == 10
    assert await count(path, MentionQuery(with_tombstones=True), clock) == 16
    assert await count(path, MentionQuery(text="xqzj"), clock) == 0
    assert list(residues(path.parent, [b"xqzj"])) == [(copy.name, b"xqzj")]
    assert restored.replaced is not None
    assert await count(restored.replaced, MentionQuery(text="after"), clock) == 1
    kept = read_manifest(restored.replaced)
    assert kept is not None
    assert kept.keep_until == make.START + timedelta(days=7)
    assert (await restore(copy, path, clock=clock)).replayed_purges == 6


async def test_a_restore_keeps_opt_outs_and_what_was_sent(path: Path, copy: Path, clock: SteppedClock) -> None:
    store = await SqlStore.open(path, clock=clock)
    actions = []
    for key in ("sent", "open"):
        draft = ActionDraft(ActionKind.POST, Purpose.THANKS, Target(Source.DISCORD, "5"), key, text="hi")
        actions.append(await store.write(lambda unit, draft=draft: unit.outbox.add(draft, created_at=make.START)))  # type: ignore[misc]
    await backup(path, copy, clock=clock)
    assert actions[0] is not None
    sent_id = actions[0].id
    await store.write(lambda unit: unit.outbox.claim(make.START, limit=1))
    await store.write(lambda unit: unit.outbox.sent(sent_id, Receipt("900", make.START)))
    wish = ContactWish("person", Source.DISCORD, ContactRule.OPT_OUT, None, make.START)
    await store.write(lambda unit: unit.members.wish(wish))
    await store.close()

    await restore(copy, path, clock=clock)

    again = await SqlStore.open(path, clock=clock)
    async with again.read() as unit:
        assert await unit.members.opted_out("person")
        sent, waiting = [await unit.outbox.get(action.id) for action in actions if action is not None]
        # What waited is looked for at the platform before it is sent.
        assert waiting in await unit.outbox.stranded()
    assert sent is not None
    assert (sent.state, sent.sent_id) == (ActionState.SENT, "900")
    await again.close()


async def test_a_restore_forgets_again_who_was_erased(path: Path, copy: Path, clock: SteppedClock) -> None:
    store = await SqlStore.open(path, clock=clock)
    person = store.author_key(Source.DISCORD, "1")

    async def talk(unit: Unit) -> None:
        await unit.cases.open(
            kind=CaseKind.REQUEST,
            severity=Severity.LOW,
            brand="Lumora",
            opened_at=make.START,
            due_at=make.START,
            mention_id=None,
            author_key=person,
            note="xqzj my own words",
        )
        target = Target(Source.DISCORD, "5", reply_to="xqzj1")
        for key in ("a", "b"):
            draft = ActionDraft(ActionKind.REPLY, Purpose.ANSWER, target, key, text="xqzj answer", author_key=person)
            await unit.outbox.add(draft, created_at=make.START)
        await unit.members.wish(ContactWish(person, Source.DISCORD, ContactRule.CONSENT, Purpose.SURVEY, make.START))

    async def forget(unit: Unit) -> None:
        await unit.mentions.erase_author(person, make.START)
        await unit.outbox.forget(person)
        await unit.members.forget(person)

    await store.write(talk)
    await backup(path, copy, clock=clock)
    await store.write(forget)
    await store.scrub()
    await store.close()

    await restore(copy, path, clock=clock)

    assert {name for name, _ in residues(path.parent, [b"xqzj"])} == {copy.name}
    again = await SqlStore.open(path, clock=clock)
    async with again.read() as unit:
        assert await unit.members.wishes(person) == []
        actions = await unit.outbox.find(states=list(ActionState), limit=9)
    assert {(action.state, action.draft.author_key) for action in actions} == {(ActionState.CANCELLED, None)}
    await again.close()


async def test_a_restore_over_a_damaged_or_missing_database_says_so(
    path: Path, copy: Path, clock: SteppedClock
) -> None:
    store = await SqlStore.open(path, clock=clock)
    await add(store, posts(3))
    await store.close()
    await backup(path, copy, clock=clock)

    path.write_bytes(b"broken" * 1_000)
    damaged = await restore(copy, path, clock=clock)
    elsewhere = await restore(copy, path.with_name("new.db"), clock=clock)

    assert [(one.purges_known, one.replayed_purges) for one in (damaged, elsewhere)] == [(False, 0)] * 2
    assert (damaged.replaced is None, elsewhere.replaced is None) == (False, True)
    for restored in (path, path.with_name("new.db")):
        assert await count(restored, MentionQuery(), clock) == 3


async def test_a_wrong_backup_changes_nothing(path: Path, copy: Path, clock: SteppedClock) -> None:
    store = await SqlStore.open(path, clock=clock)
    await add(store, posts(3))
    await store.close()
    await backup(path, copy, clock=clock)
    stood = path.read_bytes()

    async def refused(error: type[Exception], match: str) -> None:
        with pytest.raises(error, match=match):
            await restore(copy, path, clock=clock)
        assert path.read_bytes() == stood
        assert list(path.parent.glob("*restoring*")) == []

    whole = copy.read_bytes()
    copy.write_bytes(whole[:-4096] + b"x" * 4096)
    await refused(DatabaseDamagedError, "its digest differs")
    manifest_path(copy).write_text(json.dumps({"size": 3}))
    await refused(InputError, "is no manifest")
    manifest_path(copy).unlink()
    copy.write_bytes(b"no database" * 500)
    await refused(DatabaseDamagedError, "damaged")
    copy.write_bytes(b"")
    await refused(DatabaseDamagedError, "empty")
    copy.write_bytes(whole)
    connection = sqlite3.connect(copy)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    await refused(DatabaseNewerError, "update Maeari")
    copy.unlink()
    await refused(StorageError, "no database at")
    with pytest.raises(InputError, match="the database itself"):
        await restore(path, path, clock=clock)


async def test_a_restore_waits_for_the_bot_to_stop(
    sql_store: SqlStore, path: Path, copy: Path, clock: SteppedClock
) -> None:
    await add(sql_store, posts(3))
    await backup(path, copy, clock=clock)

    with pytest.raises(StorageError, match="stop `maeari run`"):
        await restore(copy, path, clock=clock)

    async with sql_store.read() as unit:
        assert await unit.mentions.count(MentionQuery()) == 3
