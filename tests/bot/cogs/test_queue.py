"""The live board, duty, targets and figures, through Discord."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import discord
import pytest

from core.types.action import ActionKind
from core.types.case import CaseState, Severity
from tests.bot.world import World, only_for_them, said, speaking, text_of


def boards(world: World) -> list[discord.Message]:
    return [one for one in world.staff_channel.history() if "Queue" in text_of(one)]


async def test_the_board_is_posted_once_and_kept_up_to_date(world: World) -> None:
    case = await world.complaint()
    shown = await world.sora.slash(world.staff_channel, "queue")
    assert only_for_them(shown)
    assert "high **1**" in said(shown)
    assert "The live board is on its way to the staff channel." in said(shown)
    await world.drain()
    (board,) = boards(world)
    assert f"case {case.id}" in text_of(board)
    assert "unclaimed: 1" in text_of(board)

    await world.sora.slash(world.staff_channel, "case claim", case=case.id)
    await world.env.advance_time(20)
    await world.drain()
    (board,) = boards(world)
    assert "unclaimed: 0" in text_of(board)
    assert f"<@{world.sora.id}>" in text_of(board)

    again = await world.sora.slash(world.staff_channel, "queue")
    assert str(board.id) in said(again), "the live board is linked"
    await world.drain()
    assert len(boards(world)) == 1


async def test_a_burst_of_changes_is_one_edit(world: World) -> None:
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    for number in range(4):
        await world.complaint(native_id=f"t1_{number}", author=f"a{number}")
    async with world.store.read() as unit:
        board = await unit.watch.board()
        assert board is not None
        assert board.action_id is not None
        waiting = await unit.outbox.get(board.action_id)
    assert waiting is not None
    assert waiting.draft.kind is ActionKind.BOARD_EDIT
    edits = [one for one in world.env.http_requests if one.method == "PATCH"]
    await world.env.advance_time(20)
    await world.drain()
    assert len([one for one in world.env.http_requests if one.method == "PATCH"]) == len(edits) + 1
    assert "unclaimed: 4" in text_of(boards(world)[0])


@pytest.mark.parametrize("code", [30046, 10008])
async def test_a_board_too_old_or_gone_is_posted_anew(world: World, code: int) -> None:
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    old = boards(world)[0]
    await world.complaint()
    await world.env.advance_time(20)
    world.env.inject_error("PATCH", f"/channels/{world.staff_channel.id}/messages/{old.id}", status=400, code=code)
    await world.drain()
    assert len(boards(world)) == 2
    async with world.store.read() as unit:
        board = await unit.watch.board()
    assert board is not None
    assert board.message != str(old.id)


async def test_it_is_reposted_when_asked(world: World) -> None:
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    await world.sora.slash(world.staff_channel, "queue", repost=True)
    await world.drain()
    assert len(boards(world)) == 2


async def test_buttons_of_the_board_over_a_restart(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    board = boards(world)[0]
    await world.restart()
    assert said(await world.sora.click(board, custom_id="queue:on")) == f"<@{world.sora.id}> is on duty now."
    assert said(await world.sora.click(board, custom_id="queue:on")) == f"<@{world.sora.id}> was on duty."
    taken = await world.sora.click(board, custom_id="queue:next")
    assert f"Case {case.id} · Lumora" in said(taken)
    assert only_for_them(taken)
    assert (await world.case(case.id)).claimed_by == str(world.sora.id)
    assert said(await world.minho.click(board, custom_id="queue:next")) == "No case is free."
    assert said(await world.sora.click(board, custom_id="queue:off")) == f"<@{world.sora.id}> is off duty now."


async def test_guests_press_in_vain(world: World) -> None:
    case = await world.complaint()
    await world.sora.slash(world.staff_channel, "queue")
    await world.drain()
    for act in ("next", "on", "off"):
        result = await world.guest.click(boards(world)[0], custom_id=f"queue:{act}")
        assert said(result) == "Only staff may do this."
    assert (await world.case(case.id)).state is CaseState.OPEN
    assert await world.services.watch.on_duty() == ()


async def test_duty_by_command(world: World) -> None:
    assert said(await world.sora.slash(world.staff_channel, "duty list")) == "Nobody is on duty."
    assert "is on duty now" in said(await world.sora.slash(world.staff_channel, "duty on"))
    await world.minho.slash(world.staff_channel, "duty on")
    listed = said(await world.sora.slash(world.staff_channel, "duty list"))
    assert listed.index(str(world.sora.id)) < listed.index(str(world.minho.id))
    refused = await world.sora.slash(world.staff_channel, "duty off", person=world.minho)
    assert said(refused) == "Only members who may manage the server can do this."
    assert "is off duty now" in said(await world.boss.slash(world.staff_channel, "duty off", person=world.minho))
    assert "was off duty" in said(await world.minho.slash(world.staff_channel, "duty off"))


async def test_targets_are_changed_live_by_managers(world: World) -> None:
    shown = said(await world.sora.slash(world.staff_channel, "sla show"))
    assert "**urgent**: first response 5 min, resolution 4 h" in shown
    assert "The clocks always run" in shown
    options: dict[str, Any] = {"severity": "high", "first-response": 10}
    refused = await world.sora.slash(world.staff_channel, "sla set", **options)
    assert said(refused) == "Only members who may manage the server can do this."
    changed = said(await world.boss.slash(world.staff_channel, "sla set", **options))
    assert "**high**: first response 10 min, resolution 1 d" in changed
    case = await world.complaint()
    assert case.severity is Severity.HIGH
    assert case.due_at - case.opened_at == timedelta(minutes=10)


async def test_stats_count_what_was_done(world: World) -> None:
    first = await world.complaint()
    second = await world.complaint(native_id="t1_b")
    await world.sora.slash(world.staff_channel, "case claim", case=first.id)
    await world.env.advance_time(600)
    await world.sora.slash(world.staff_channel, "case resolve", case=first.id)
    await world.sora.slash(world.staff_channel, "case dismiss", case=second.id, reason="spam")
    await world.env.advance_time(1)
    shown = await world.sora.slash(world.staff_channel, "stats", days=30)
    assert only_for_them(shown)
    assert "Cases opened: 2, resolved: 1, dismissed: 1, not closed: 0" in said(shown)
    assert "Resolution: 10 min (median), in time: 1, late: 0" in said(shown)
    assert "Dismissed as: spam 1" in said(shown)
    assert f"<@{world.sora.id}>: held 1, resolved 1" in said(shown)


async def test_in_korean(world: World) -> None:
    await world.complaint()
    with speaking("ko"):
        shown = said(await world.sora.slash(world.staff_channel, "queue"))
        duty = said(await world.sora.slash(world.staff_channel, "duty on"))
        stats = said(await world.sora.slash(world.staff_channel, "stats"))
        targets = said(await world.sora.slash(world.staff_channel, "sla show"))
    assert "대기열" in shown
    assert "담당자 없음 1건" in shown
    assert duty == f"<@{world.sora.id}> 님이 근무를 시작했습니다."
    assert "최근 7일간의 처리 현황" in stats
    assert "긴급" in targets
