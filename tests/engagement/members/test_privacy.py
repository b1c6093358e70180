"""Privacy over a real store: wishes are honoured, exports are whole, forgetting leaves no trace, time runs out."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from core.ports.storing import Unit
from core.types.action import ActionKind, ActionState, Purpose, Target
from core.types.case import CaseEventKind
from core.types.learning import CsatAnswer
from core.types.mention import MentionQuery
from core.types.moderation import Measure, MeasureKind
from core.types.post import Removal, RemovalReason, Source
from engagement.desk.care import CaseCare
from engagement.desk.verdicts import Verdicts
from engagement.members.privacy import Privacy
from tests.engagement.world import World, message, ref

DAYS = {Source.REDDIT: 14, Source.DISCORD: 90, Source.FILE: 3650}


def privacy_of(world: World) -> Privacy:
    return Privacy(world.store, world.clock, DAYS)


async def test_opting_out_holds_what_waits_and_opting_in_takes_it_back(world: World) -> None:
    privacy = privacy_of(world)
    await world.take(message("I love my Lumora", "1"))
    await privacy.opt_out(Source.DISCORD, "id-ann")
    assert await privacy.is_opted_out(Source.DISCORD, "id-ann")
    assert await world.outbox.drain() == 0
    (refused,) = await world.actions()
    assert (refused.state, refused.detail) == (ActionState.REFUSED, "opted_out")
    world.pass_minutes(1)
    await privacy.opt_in(Source.DISCORD, "id-ann")
    assert not await privacy.is_opted_out(Source.DISCORD, "id-ann")
    await world.take(message("I love my Lumora still", "2", minutes=2))
    assert await world.outbox.drain() == 1


async def test_people_of_two_platforms_are_never_joined(world: World) -> None:
    privacy = privacy_of(world)
    await privacy.opt_out(Source.REDDIT, "id-ann")
    assert not await privacy.is_opted_out(Source.DISCORD, "id-ann")
    assert privacy.key(Source.REDDIT, "id-ann") != privacy.key(Source.DISCORD, "id-ann")


async def test_consent_is_per_purpose_and_ends_with_an_opt_out(world: World) -> None:
    privacy = privacy_of(world)
    key = privacy.key(Source.DISCORD, "id-ann")
    await privacy.consent(Source.DISCORD, "id-ann", Purpose.SURVEY)
    async with world.store.read() as unit:
        assert await unit.members.consented(key, Purpose.SURVEY)
        assert not await unit.members.consented(key, Purpose.ADVERT)
    world.pass_minutes(1)
    await privacy.opt_out(Source.DISCORD, "id-ann")
    async with world.store.read() as unit:
        assert not await unit.members.consented(key, Purpose.SURVEY)


async def test_an_export_holds_everything_and_nothing_of_others(world: World) -> None:
    privacy = privacy_of(world)
    await world.take(
        message("I love my Lumora", "1"),
        message("I hate my Lumora", "2"),
        message("I hate my Lumora", "3", author="bob"),
    )
    await privacy.consent(Source.DISCORD, "id-ann", Purpose.SURVEY)
    exported = await privacy.export_member(privacy.key(Source.DISCORD, "id-ann"))
    assert {mention.text for mention in exported.mentions} == {"I love my Lumora", "I hate my Lumora"}
    assert {mention.native_id for mention in exported.mentions} == {"1", "2"}
    assert (len(exported.cases), len(exported.messages), len(exported.wishes)) == (1, 1, 1)
    assert exported.exported_at == world.clock.now()


async def test_forgetting_takes_texts_names_and_requests_and_keeps_counts_and_the_opt_out(
    world: World, tmp_path: Path
) -> None:
    privacy = privacy_of(world)
    key = privacy.key(Source.DISCORD, "id-annabel")
    taken = await world.take(message("I hate my Lumora, zanzibar", "1", author="annabel"))
    request, _ = await world.desk.open_request(
        brand="Lumora", author_key=key, target=Target(Source.DISCORD, "100", "77"), note="my quixotic question"
    )
    await privacy.opt_out(Source.DISCORD, "id-annabel")
    forgotten = await privacy.forget(key)
    assert (forgotten.mentions, forgotten.cases) == (1, 2)
    exported = await privacy.export_member(key)
    assert (exported.mentions, exported.cases, exported.messages) == ((), (), ())
    assert await privacy.is_opted_out(Source.DISCORD, "id-annabel")
    async with world.store.read() as unit:
        assert await unit.mentions.count(MentionQuery(with_tombstones=True)) == 1
        case = await unit.cases.get(request.id)
    assert case is not None
    assert (case.note, case.target, case.author_key) == ("", None, None)
    trail = await world.desk.trail(taken.cases[0])
    assert CaseEventKind.MENTION_PURGED in {event.kind for event in trail}
    for path in tmp_path.glob("maeari.db*"):
        stored = path.read_bytes()
        for word in (b"zanzibar", b"annabel", b"quixotic"):
            assert word not in stored, (path.name, word)


async def test_the_card_of_a_request_loses_its_words_too(world: World) -> None:
    privacy = privacy_of(world)
    key = privacy.key(Source.DISCORD, "id-annabel")
    target = Target(Source.DISCORD, "100", "77")
    request, _ = await world.desk.open_request(brand="Lumora", author_key=key, target=target, note="my question")
    await world.outbox.drain()
    assert not (await world.desk.view(request.id)).erased
    await privacy.forget(key)
    await world.outbox.drain()
    assert [one.draft.kind for one in world.discord.effects][-1] is ActionKind.CARD_EDIT
    view = await world.desk.view(request.id)
    assert (view.excerpt, view.erased, view.gone) == (None, True, True)


async def test_the_words_of_a_request_have_their_days_too(world: World, tmp_path: Path) -> None:
    privacy = privacy_of(world)
    key = privacy.key(Source.DISCORD, "id-annabel")
    target = Target(Source.DISCORD, "100", "77")
    old, _ = await world.desk.open_request(brand="Lumora", author_key=key, target=target, note="my quixotic question")
    await world.desk.open_request(brand="Lumora", author_key="k3", target=target, note="")
    await world.outbox.drain()
    world.pass_minutes(60 * 24 * 60)
    newer, _ = await world.desk.open_request(brand="Lumora", author_key="k2", target=target, note="another question")
    assert await privacy.expire() == 0
    world.pass_minutes(31 * 24 * 60)
    assert await privacy.expire() == 2
    assert await privacy.expire() == 0
    case = (await world.desk.view(old.id)).case
    assert (case.note, case.target, case.author_key) == ("", None, None)
    assert (await world.desk.view(newer.id)).case.note == "another question"
    await world.outbox.drain()
    edited = [one.draft.case_id for one in world.discord.effects if one.draft.kind is ActionKind.CARD_EDIT]
    assert old.id in edited
    for path in tmp_path.glob("maeari.db*"):
        assert b"quixotic" not in path.read_bytes()


async def test_a_card_is_done_with_the_name_of_an_account_that_is_gone(world: World) -> None:
    taken = await world.take(message("I hate my Lumora", "1", author="annabel"))
    assert not (await world.desk.view(taken.cases[0])).erased
    removal = Removal(ref("1"), RemovalReason.ACCOUNT_DELETED, world.clock.now())
    await world.store.write(lambda unit: unit.mentions.purge([removal]))
    view = await world.desk.view(taken.cases[0])
    assert (view.excerpt, view.author_name, view.erased) == ("I hate my Lumora", None, True)


async def test_texts_end_with_their_days_per_source(world: World) -> None:
    privacy = privacy_of(world)
    await world.take(
        message("I hate my Lumora", "d1"),
        message("I hate my Lumora", "r1", source=Source.REDDIT),
        message("I hate my Lumora", "f1", source=Source.FILE),
    )
    assert await privacy.expire() == 0
    world.pass_minutes(15 * 24 * 60)
    assert await privacy.expire() == 1
    async with world.store.read() as unit:
        living = await unit.mentions.find(MentionQuery(), limit=10)
        assert {mention.source for mention in living} == {Source.DISCORD, Source.FILE}
        assert await unit.mentions.count(MentionQuery(with_tombstones=True)) == 3
    assert await privacy.expire() == 0


async def test_an_export_holds_what_moderators_did(world: World) -> None:
    key = world.store.author_key(Source.DISCORD, "77")
    measure = Measure(MeasureKind.WARN, Source.DISCORD, "5", "42", "noise", member_id="77", member_name="ann")
    await world.store.write(lambda unit: unit.moderation.begin(measure, author_key=key, at=world.clock.now()))
    privacy = privacy_of(world)
    (line,) = (await privacy.export_member(key)).measures
    assert line.reason == "noise"
    await privacy.forget(key)
    assert (await privacy.export_member(key)).measures == ()


async def test_an_export_holds_what_staff_keep_beside_the_cases_and_forgetting_takes_it(
    world: World, tmp_path: Path
) -> None:
    privacy, soon = privacy_of(world), world.clock.now() + timedelta(days=2)
    key, bobs = privacy.key(Source.DISCORD, "id-ann"), privacy.key(Source.DISCORD, "id-bob")
    taken = await world.take(message("I hate my Lumora", "1"), message("I hate my Lumora", "2", author="bob"))
    case_id, other = taken.cases
    care = CaseCare(world.store, world.clock, world.desk.policy, wake=lambda: None)
    await care.note(case_id, "7", "Ann collects porcelain owls")
    await care.tag(case_id, "7", "quokka")
    await care.note(other, "7", "Bob is calm")

    async def more(unit: Unit) -> None:
        now = world.clock.now()
        await unit.casework.add_promise(case_id, text="a marmalade lamp", due_at=soon, made_by="7", at=now)
        await unit.csat.put(CsatAnswer(case_id, 4, "kind kestrel", now))

    await world.store.write(more)
    await Verdicts(world.store, world.clock, ZoneInfo("UTC")).give(taken.stored[0].id, "7")
    await world.desk.resolve(case_id, "7", "sent her a saffron lamp")

    exported = await privacy.export_member(key)
    (file,) = exported.files
    assert [note.text for note in file.notes] == ["Ann collects porcelain owls"]
    assert (file.tags, [one.text for one in file.promises]) == (("quokka",), ["a marmalade lamp"])
    assert file.satisfaction is not None
    assert (file.satisfaction.score, file.satisfaction.why) == (4, "kind kestrel")
    assert "sent her a saffron lamp" in [event.reason for event in file.trail]
    assert [verdict.right for verdict in exported.verdicts] == [True]
    assert [note.text for note in (await privacy.export_member(bobs)).files[0].notes] == ["Bob is calm"]

    await privacy.forget(key)
    assert (await privacy.export_member(key)).files == ()
    for path in tmp_path.glob("maeari.db*"):
        for word in (b"porcelain", b"quokka", b"marmalade", b"kestrel", b"saffron"):
            assert word not in path.read_bytes(), (path.name, word)


async def test_forgetting_who_joined_a_case_takes_what_staff_wrote_there(world: World) -> None:
    privacy = privacy_of(world)
    taken = await world.take(message("I hate my Lumora", "1", thread="t"))
    await world.take(message("I hate it, too, this Lumora", "2", author="bob", thread="t"))
    care = CaseCare(world.store, world.clock, world.desk.policy, wake=lambda: None)
    await care.note(taken.cases[0], "7", "Bob collects porcelain owls")

    await privacy.forget(privacy.key(Source.DISCORD, "id-bob"))
    view = await world.desk.view(taken.cases[0])
    assert (view.notes, view.gone, view.excerpt) == (0, False, "I hate my Lumora"), "Ann's case stays"
    assert view.case.author_key == privacy.key(Source.DISCORD, "id-ann")
