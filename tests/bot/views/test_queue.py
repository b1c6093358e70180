"""The queue board: in both languages, within Discord's limits whatever brands are called."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.queue import QueueBoard
from core.types.case import Severity
from core.types.deskwork import Duty
from engagement.desk.watch import QUEUE_SHOWN, OnDuty, QueueView
from tests import make
from tests.bot.views.test_card import HOSTILE, buttons, case_view, texts

CATALOGUES = Catalogues()


def queue_view(**changes: Any) -> QueueView:
    case = replace(case_view().case, card_channel="10", card_message="20")
    view = QueueView(
        at=make.START + timedelta(minutes=40),
        open={Severity.URGENT: 0, Severity.HIGH: 1, Severity.NORMAL: 2, Severity.LOW: 0},
        waiting=4,
        snoozed=1,
        unclaimed=2,
        overdue=1,
        oldest=case,
        next_due=None,
        pressing=(case,),
        on_duty=(OnDuty(Duty("77", make.START), 3),),
        guild_id="30",
    )
    return replace(view, **changes)


def render(view: QueueView, locale: str = "en") -> list[dict[str, Any]]:
    return [item.to_component_dict() for item in QueueBoard(view, CATALOGUES.for_locale(locale)).children]


async def test_it_says_what_waits_and_who_is_on() -> None:
    text = texts(render(queue_view()))
    due = int(case_view().due_at.timestamp())
    for part in (
        "high **1**",
        "unclaimed: 2 · waiting for the customer: 4 · snoozed: 1",
        "**First response overdue: 1**",
        "[case 12](https://discord.com/channels/30/10/20)",
        f"**due <t:{due}:R>**",
        "<@77> (3)",
    ):
        assert part in text
    assert "Due next" not in text


async def test_an_empty_queue_is_calm() -> None:
    empty = queue_view(open=dict.fromkeys(Severity, 0), unclaimed=0, overdue=0, oldest=None, pressing=(), on_duty=())
    components = render(empty)
    assert "Nothing waits for us." in texts(components)
    assert "Nobody is on duty." in texts(components)
    assert buttons(components)["queue:next"]["disabled"]


async def test_the_korean_board_is_korean() -> None:
    text = texts(render(queue_view(next_due=case_view().case), "ko"))
    own = re.sub(r"<t:\d+:R>|<@77>|Lumora|https?://\S+", "", text)
    assert not re.search(r"[A-Za-z]", own), "words of ours are left in English"


@settings(max_examples=40, deadline=None)
@given(st.lists(HOSTILE, max_size=QUEUE_SHOWN), st.integers(0, 40), st.sampled_from(["en", "ko"]))
async def test_no_brand_breaks_the_limits(brands: list[str], people: int, locale: str) -> None:
    case = replace(case_view().case, card_channel="9" * 20, card_message="9" * 20, id=2**53 - 1, claimed_by="9" * 20)
    pressing = tuple(replace(case, brand=brand[:80]) for brand in brands)
    on_duty = tuple(OnDuty(Duty("9" * 20, make.START), 10**6) for _ in range(people))
    board = QueueBoard(
        queue_view(pressing=pressing, on_duty=on_duty, guild_id="9" * 20, next_due=case), CATALOGUES.for_locale(locale)
    )
    assert board.content_length() <= 4000
    assert board.total_children_count <= 40


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_labels_fit(locale: str) -> None:
    assert all(1 <= len(button["label"]) <= 80 for button in buttons(render(queue_view(), locale)).values())
