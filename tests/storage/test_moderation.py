"""Canned replies, switches and the moderation log as they are kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import ConflictError, NotFoundError
from core.types.member import GuildSettings
from core.types.moderation import AppealState, Measure, MeasureKind, MeasureState
from core.types.post import Author, Removal, RemovalReason, Source
from core.types.reply import Switch, SwitchState, Template
from storage.store import SqlStore
from tests import make

MEASURE = Measure(
    MeasureKind.BAN,
    Source.DISCORD,
    "5",
    "42",
    "insults",
    guild_id="1",
    post_id="9",
    member_id="77",
    member_name="Troll",
)


async def test_a_template_is_one_per_name_brand_and_language(store: SqlStore) -> None:
    sorry = Template("Sorry", "en", "Sorry!", changed_by="1", changed_at=make.START)
    first = await store.write(lambda unit: unit.templates.add(sorry))
    assert first is not None
    assert await store.write(lambda unit: unit.templates.add(replace(sorry, name="SORRY"))) is None
    korean = await store.write(lambda unit: unit.templates.add(replace(sorry, locale="ko")))
    branded = await store.write(lambda unit: unit.templates.add(replace(sorry, brand="Lumora")))
    assert korean is not None
    assert branded is not None
    async with store.read() as unit:
        assert await unit.templates.find(brand="Lumora", locale="en", limit=9) == [first, branded]
        assert await unit.templates.find(brand="Nimbus", limit=9) == [first, korean]
        assert await unit.templates.count() == 3
    with pytest.raises(ConflictError):
        await store.write(lambda unit: unit.templates.change(replace(branded, brand=None)))
    changed = replace(first, text="So sorry!")
    assert await store.write(lambda unit: unit.templates.change(changed)) == changed
    assert await store.write(lambda unit: unit.templates.remove(first.id))
    assert not await store.write(lambda unit: unit.templates.remove(first.id))
    assert await store.write(lambda unit: unit.templates.change(changed)) is None


async def test_a_switch_stands_as_it_was_turned_last(store: SqlStore) -> None:
    async with store.read() as unit:
        assert await unit.switches.state(Switch.CRISIS) is None
    for on in (True, False):
        state = SwitchState(Switch.CRISIS, on, "42", make.START)
        await store.write(lambda unit, state=state: unit.switches.turn(state))  # type: ignore[misc]
        async with store.read() as unit:
            assert await unit.switches.state(Switch.CRISIS) == state


async def test_all_guilds_are_told(store: SqlStore) -> None:
    given = [GuildSettings("1", locale="ko"), GuildSettings("2", staff_roles=("7", "8"))]
    for one in given:
        await store.write(lambda unit, one=one: unit.members.put_guild(one))  # type: ignore[misc]
    async with store.read() as unit:
        assert await unit.members.guilds() == given


async def test_the_log_knows_whom_a_measure_is_about_until_they_are_erased(store: SqlStore) -> None:
    key = store.author_key(Source.DISCORD, "77")
    post = replace(make.post(source=Source.DISCORD, native_id="9"), author=Author("77", "Troll"))
    await store.write(lambda unit: unit.mentions.add_many([make.judged(post)]))
    record = await store.write(lambda unit: unit.moderation.begin(MEASURE, author_key=key, at=make.START))
    assert (record.number, record.state) == (1, MeasureState.BEGUN)

    removal = Removal(post.ref, RemovalReason.REMOVED_BY_MODERATOR, make.START)
    await store.write(lambda unit: unit.mentions.purge([removal]))
    async with store.read() as unit:
        subject = await unit.moderation.subject(1)
        assert await unit.moderation.find(author_key=key, limit=5) == [record]
    assert subject is not None
    assert (subject.native_id, subject.name) == ("77", "Troll"), "it has to be known to be taken back"

    await store.write(lambda unit: unit.mentions.erase_author(key, make.START))
    async with store.read() as unit:
        assert await unit.moderation.subject(1) is None
        left = await unit.moderation.get(1)
        assert await unit.moderation.count(author_key=key) == 0
        assert await unit.moderation.count() == 1
    assert left is not None
    assert (left.author_key, left.reason) == (None, "")


async def test_an_appeal_is_made_once_and_decided_once(store: SqlStore) -> None:
    at = make.START + timedelta(hours=1)
    await store.write(lambda unit: unit.moderation.begin(MEASURE, author_key="k", at=make.START))
    with pytest.raises(ConflictError, match="no appeal"):
        await store.write(lambda unit: unit.moderation.decide(1, AppealState.UPHELD, actor="43", reason="", at=at))
    opened = await store.write(lambda unit: unit.moderation.appeal(1, text="a joke", at=at))
    assert (opened.appeal, opened.appeal_text, opened.appealed_at) == (AppealState.OPEN, "a joke", at)
    with pytest.raises(ConflictError, match="already"):
        await store.write(lambda unit: unit.moderation.appeal(1, text="again", at=at))
    decided = await store.write(
        lambda unit: unit.moderation.decide(1, AppealState.GRANTED, actor="43", reason="fair", at=at)
    )
    assert (decided.appeal, decided.decided_by, decided.decision) == (AppealState.GRANTED, "43", "fair")
    with pytest.raises(ConflictError) as late:
        await store.write(lambda unit: unit.moderation.decide(1, AppealState.UPHELD, actor="44", reason="", at=at))
    assert late.value.holder == "43"
    with pytest.raises(NotFoundError):
        await store.write(lambda unit: unit.moderation.settle(9, MeasureState.DONE))
