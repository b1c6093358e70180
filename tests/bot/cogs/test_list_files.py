"""Lists as files: what was filtered is what is in it, for staff only, and no words of customers."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from simcord.results import InteractionResult

from core.types.case import CaseState
from tests.bot.cogs.test_case_work import answer
from tests.bot.cogs.test_moderation import scene
from tests.bot.world import World, only_for_them, said, speaking

LABEL = "As a file"


async def rows_of(result: InteractionResult) -> list[dict[str, str]]:
    (attachment,) = answer(result).attachments
    content: bytes = await attachment.read()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


async def some_cases(world: World) -> list[int]:
    cases = [
        await world.complaint(f"My Lumora lamp number {number} broke", native_id=f"t1_{number}") for number in range(4)
    ]
    ids = [case.id for case in cases]
    await world.sora.slash(world.staff_channel, "case claim", case=ids[1])
    await world.sora.slash(world.staff_channel, "case severity", case=ids[1], severity="urgent")
    await world.sora.slash(world.staff_channel, "case tag", case=ids[2], tag="hinge")
    await world.sora.slash(world.staff_channel, "case dismiss", case=ids[3], reason="spam")
    return ids


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, (0, 1, 2)),
        ({"which": "all"}, (0, 1, 2, 3)),
        ({"which": "mine"}, (1,)),
        ({"which": "closed"}, (3,)),
        ({"which": "free"}, (0, 2)),
        ({"which": "waiting"}, ()),
        ({"severity": "urgent"}, (1,)),
        ({"tag": " Hinge "}, (2,)),
        ({"brand": "Nimbus"}, ()),
    ],
)
async def test_the_file_holds_what_the_list_shows(
    world: World, options: dict[str, Any], expected: tuple[int, ...]
) -> None:
    ids = await some_cases(world)
    listed = await world.sora.slash(world.staff_channel, "case list", **options)
    assert f"Cases: {len(expected)}" in said(listed)
    if not expected:
        assert LABEL not in str(answer(listed).components)
        return
    result = await world.sora.click(answer(listed), label=LABEL)
    assert only_for_them(result)
    held = [int(row["id"]) for row in await rows_of(result)]
    assert sorted(held) == sorted(ids[place] for place in expected)
    exported = await world.sora.slash(world.staff_channel, "case export", **{"which": "open", **options})
    assert [int(row["id"]) for row in await rows_of(exported)] == held, "in the order of the queue"


async def test_cases_of_one_person(world: World) -> None:
    ids = await some_cases(world)
    listed = await world.minho.slash(world.staff_channel, "case list", person=world.sora)
    assert f"**{ids[1]}**" in said(listed)
    assert "Cases: 1" in said(listed)


async def test_a_case_far_down_the_queue_is_offered_by_its_number(world: World) -> None:
    ids = await some_cases(world)
    offered = await world.sora.autocomplete(world.staff_channel, "case view", "case", str(ids[2]))
    assert offered[0]["value"] == ids[2]
    closed = await world.sora.autocomplete(world.staff_channel, "case claim", "case", str(ids[3]))
    assert [choice["value"] for choice in closed] == []
    assert (await world.case(ids[3])).state is CaseState.DISMISSED


async def test_mentions_as_a_file_hold_no_words_of_people(world: World) -> None:
    await some_cases(world)
    listed = await world.sora.slash(world.staff_channel, "mention search", words="lamp")
    result = await world.sora.click(answer(listed), label=LABEL)
    rows = await rows_of(result)
    assert len(rows) == 4
    assert {row["label"] for row in rows} == {"negative"}
    assert "broke" not in str(rows)
    assert "author" not in str(rows)


async def test_the_moderation_log_as_a_file(world: World) -> None:
    at = await scene(world)
    warned = await world.sora.slash(world.staff_channel, "mod warn", member=at.troll, reason="Please be kind")
    assert said(warned).startswith("Done")
    listed = await world.sora.slash(world.staff_channel, "mod history")
    (row,) = await rows_of(await world.sora.click(answer(listed), label=LABEL))
    assert (row["kind"], row["moderator"], row["reason"]) == ("warn", str(world.sora.id), "Please be kind")
    assert str(at.troll.id) not in str(row)


async def test_who_lost_the_role_gets_no_file_and_no_page(world: World) -> None:
    await some_cases(world)
    listed = await world.sora.slash(world.staff_channel, "case list")
    world.env.backend.remove_member_role(world.guild.id, world.sora.id, world.staff_role.id)
    result = await world.sora.click(answer(listed), label=LABEL)
    assert said(result) == "Only staff may do this."


async def test_a_list_from_before_a_restart_says_so(world: World) -> None:
    await some_cases(world)
    listed = await world.sora.slash(world.staff_channel, "case list")
    await world.restart()
    result = await world.sora.click(answer(listed), label=LABEL)
    assert said(result) == "This list is too old; please run the command again."


async def test_in_korean(world: World) -> None:
    await some_cases(world)
    with speaking("ko"):
        listed = await world.sora.slash(world.staff_channel, "case list")
        result = await world.sora.click(answer(listed), label="파일로 받기")
    assert said(result) == "파일에 담긴 줄: 전체 3줄 중 3줄."


async def test_mentions_and_measures_are_offered_while_typing(world: World) -> None:
    await some_cases(world)
    at = await scene(world)
    await world.sora.slash(world.staff_channel, "mod warn", member=at.troll, reason="Please be kind")
    offered = await world.sora.autocomplete(world.staff_channel, "mention view", "mention", "number 2")
    assert [choice["value"] for choice in offered] == [3]
    assert (await world.sora.autocomplete(world.staff_channel, "mention view", "mention", "4"))[0]["value"] == 4
    (measure,) = await world.sora.autocomplete(world.staff_channel, "mod appeal", "number", "kind", text="x")
    assert measure["name"] == "1 · warning · Please be kind"
