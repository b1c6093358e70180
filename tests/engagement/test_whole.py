"""The rooms together with the real judge, in both languages, and what they write to the log."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from core.settings import ThanksPolicy
from core.types.action import Purpose
from core.types.case import CaseQuery, CaseState
from core.types.post import PostRef, Source
from engagement.intake.pipeline import Intake
from engagement.intake.tracking import TrackedPosts
from engagement.members.privacy import Privacy
from matching.matcher import BrandMatcher
from sentiment.judge import TextJudge
from tests.engagement.world import BRANDS, World, message, ref


@pytest.mark.parametrize(
    ("praise", "complaint", "locale"),
    [
        (
            "I absolutely love my Lumora, the battery is fantastic and support was wonderful!",
            "My Lumora broke after two days and support ignores my refund request. Terrible.",
            "en",
        ),
        (
            "루모라 진짜 최고예요! 배송도 빠르고 너무 만족합니다 강추해요",
            "루모라 이틀 만에 고장났는데 환불도 안 해주고 고객센터는 연락도 안 받네요. 최악이에요.",
            "ko",
        ),
    ],
)
async def test_praise_is_thanked_and_a_complaint_reaches_staff(
    world: World, praise: str, complaint: str, locale: str
) -> None:
    # What counts here is the way through the rooms, not how sure the model of the day is.
    policy = replace(world.intake.policy, thanks=ThanksPolicy(min_probability=0.5))
    world.intake = Intake(world.store, BrandMatcher(BRANDS), TextJudge.load(), world.clock, policy, world.intake.desk)
    await world.take(message(praise, "1", author="ann"), message(complaint, "2", author="bob"))
    await world.outbox.drain()
    (thanks,) = [action for action in world.discord.effects if action.draft.purpose is Purpose.THANKS]
    assert (thanks.draft.target.reply_to, thanks.draft.locale) == ("1", locale)
    (case,) = await world.desk.list_cases(CaseQuery(states=(CaseState.OPEN,)))
    view = await world.desk.view(case.id)
    assert view.excerpt == complaint


async def test_logs_hold_no_texts_names_or_keys_of_people(world: World) -> None:
    with capture_logs() as logs:
        taken = await world.take(message("I hate my Lumora, xylophone", "1", author="zebedee"))
        await world.outbox.drain()
        await world.desk.reply(taken.cases[0], "7", "Dear zebedee, marzipan")
        await world.outbox.drain()
        await world.desk.resolve(taken.cases[0], "7", "kumquat")
        privacy = Privacy(world.store, world.clock, {Source.DISCORD: 90})
        await privacy.opt_out(Source.DISCORD, "id-zebedee")
        await privacy.forget(privacy.key(Source.DISCORD, "id-zebedee"))
    written = repr(logs)
    assert "outbox.sent" in written
    assert "privacy.forgotten" in written
    for secret in ("xylophone", "zebedee", "marzipan", "kumquat", privacy.key(Source.DISCORD, "id-zebedee")):
        assert secret not in written


def test_tracked_posts_are_bounded_and_the_oldest_go_first() -> None:
    tracked = TrackedPosts(limit=3)
    tracked.add_all([ref("3"), ref("2"), ref("1")])  # newest first
    tracked.add(ref("1"))
    tracked.add(ref("4"))
    assert len(tracked) == 3
    assert ref("2") not in tracked
    assert tracked.find(ref("9", channel="thread"), "1") == ref("1"), "ids of Discord are unique over all channels"
    of_file = PostRef(Source.FILE, "a.jsonl", "1")
    tracked.add(of_file)
    assert tracked.find(PostRef(Source.FILE, "b.jsonl", "2"), "1") is None
    assert tracked.find(PostRef(Source.FILE, "a.jsonl", "2"), "1") == of_file
    tracked.discard(of_file)
    assert tracked.find(of_file, "1") is None


def test_every_module_stays_readable() -> None:
    root = Path(__file__).parent.parent.parent / "engagement"
    assert max(len(path.read_text("utf-8").splitlines()) for path in root.rglob("*.py")) < 400
