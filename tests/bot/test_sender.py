"""The sender: one effect a call, the same nonce again, errors told apart, and our own messages found again."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import discord
import pytest

from bot.sender import DiscordSender, as_send_error
from core.errors import SendDelayedError, SendError, SendRefusedError, SendUnknownError
from core.ports.storing import Unit
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import PostRef, Removal, RemovalReason, Source
from engagement.desk.following import mentions_gone
from tests.bot.world import PICTURE, World, text_of


def action(world: World, kind: ActionKind = ActionKind.POST, **changes: Any) -> Action:
    """Return an action into the help channel."""
    target = Target(Source.DISCORD, str(world.help_channel.id), reply_to=changes.pop("reply_to", None))
    draft = ActionDraft(kind=kind, purpose=Purpose.STAFF_POST, target=target, key="k", text="Hello!")
    return Action(7, replace(draft, **changes), ActionState.SENDING, created_at=world.clock.now())


@pytest.fixture
def sender(world: World) -> DiscordSender:
    """The sender over the running bot."""
    return DiscordSender(world.env.bot, world.services)


def _posted(world: World) -> list[dict[str, Any]]:
    requests = world.env.http_requests
    return [one.json or {} for one in requests if one.method == "POST" and one.path.endswith("/messages")]


async def _crash_once_posted_anew(
    world: World, monkeypatch: pytest.MonkeyPatch, sender: DiscordSender, edit: Action, old: int
) -> None:
    """Let Discord refuse to edit the old card, and the power go out between the new one and the note of it."""

    async def dies(*_: object) -> None:
        raise OSError("the power went out")

    world.env.inject_error("PATCH", f"/channels/{world.staff_channel.id}/messages/{old}", status=429, code=30046)
    with monkeypatch.context() as broken:
        broken.setattr(DiscordSender, "_remember_card", dies)
        with pytest.raises(SendUnknownError):
            await sender.send(edit)


async def test_a_reply_refers_to_its_post_pings_nobody_and_carries_the_nonce(
    world: World, sender: DiscordSender
) -> None:
    asked = await world.guest.send(world.help_channel, "hi")
    receipt = await sender.send(action(world, ActionKind.REPLY, reply_to=str(asked.id), text="@everyone hello"))
    answer = world.help_channel.last_message
    assert answer is not None
    assert receipt.native_id == str(answer.id)
    assert receipt.url == answer.jump_url
    assert answer.reference is not None
    assert answer.reference.message_id == asked.id
    (body,) = _posted(world)
    assert body["nonce"] == "maeari-7"
    assert body["enforce_nonce"] is True
    assert body["allowed_mentions"] == {"parse": []}


async def test_long_texts_are_cut_to_what_discord_takes(world: World, sender: DiscordSender) -> None:
    await sender.send(action(world, text="가" * 3000))
    message = world.help_channel.last_message
    assert message is not None
    assert len(message.content) == 2000


def test_a_reply_to_a_deleted_post_is_refused() -> None:
    """What Discord answers then; simcord takes any reference."""
    answer: Any = _Answer(400)
    unknown = {"_errors": [{"code": "REPLIES_UNKNOWN_MESSAGE", "message": "Unknown message"}]}
    error = discord.HTTPException(
        answer, {"code": 50035, "message": "Invalid Form Body", "errors": {"message_reference": unknown}}
    )
    refused = as_send_error(error)
    assert isinstance(refused, SendRefusedError)
    assert refused.reason == "deleted"


async def test_a_channel_without_rights_is_refused(world: World, sender: DiscordSender) -> None:
    denied = discord.PermissionOverwrite(send_messages=False, view_channel=False)
    bot_role = world.guild.roles["Maeari"]
    closed = world.guild.create_text_channel("closed", overwrites={world.guild.default_role: denied, bot_role: denied})
    to = Target(Source.DISCORD, str(closed.id))
    with pytest.raises(SendRefusedError) as caught:
        await sender.send(action(world, target=to))
    assert caught.value.reason == "forbidden"
    with pytest.raises(SendRefusedError) as caught:
        await sender.send(action(world, target=replace(to, container="1")))
    assert caught.value.reason == "deleted"


async def test_it_waits_until_the_bot_is_logged_in(world: World) -> None:
    loose = discord.Client(intents=discord.Intents.none())
    with pytest.raises(SendDelayedError):
        await DiscordSender(loose, world.services).send(action(world))


async def test_a_report_comes_with_its_picture(world: World, sender: DiscordSender) -> None:
    folder = world.services.settings.maeari.data_dir / "reports"
    folder.mkdir()
    (folder / "2026-W46.png").write_bytes(PICTURE)
    await sender.send(action(world, ActionKind.REPORT, text="7 mentions", attachment="reports/2026-W46.png"))
    message = world.help_channel.last_message
    assert message is not None
    assert [file.filename for file in message.attachments] == ["2026-W46.png"]
    assert message.content == "7 mentions"


@pytest.mark.parametrize("path", ["reports/none.png", "../../etc/passwd"])
async def test_a_report_without_its_picture_is_refused(world: World, sender: DiscordSender, path: str) -> None:
    with pytest.raises(SendRefusedError):
        await sender.send(action(world, ActionKind.REPORT, attachment=path))
    assert world.help_channel.last_message is None


async def test_our_own_message_is_found_after_a_crash(world: World, sender: DiscordSender) -> None:
    asked = await world.guest.send(world.help_channel, "hi")
    reply = action(world, ActionKind.REPLY, reply_to=str(asked.id))
    assert await sender.find(reply) is None
    receipt = await sender.send(reply)
    assert await sender.find(reply) == receipt
    assert await sender.find(action(world, text="Hello!")) is None, "the same words, but not under that post"
    assert await sender.find(action(world, ActionKind.REPLY, reply_to=str(asked.id), text="Other words")) is None


async def test_an_older_message_with_the_same_words_is_another_one(world: World, sender: DiscordSender) -> None:
    await sender.send(action(world))
    await world.env.advance_time(50)
    assert await sender.find(action(world)) is not None, "clocks may differ a little"
    await world.env.advance_time(20)
    assert await sender.find(action(world)) is None


async def test_a_members_words_are_not_ours(world: World, sender: DiscordSender) -> None:
    await world.guest.send(world.help_channel, "Hello!")
    assert await sender.find(action(world)) is None


async def test_a_card_is_found_by_its_case(world: World, sender: DiscordSender) -> None:
    case = await world.complaint()
    to = Target(Source.DISCORD, str(world.staff_channel.id))
    card = action(world, ActionKind.CARD, case_id=case.id, target=to)
    found = await sender.find(card)
    assert found is not None
    assert found.native_id == str(world.card().id)
    assert await sender.find(action(world, ActionKind.CARD, case_id=case.id + 1, target=to)) is None
    assert await sender.find(action(world, ActionKind.CARD_EDIT, case_id=case.id, target=to)) is None


async def test_a_card_too_old_to_edit_is_posted_anew(world: World) -> None:
    case = await world.complaint()
    old = world.card()
    await world.desk.claim(case.id, str(world.sora.id))
    world.env.inject_error("PATCH", f"/channels/{world.staff_channel.id}/messages/{old.id}", status=429, code=30046)
    await world.drain()
    new = world.card()
    assert new.id != old.id
    assert "Claimed by" in text_of(new)
    assert new.reference is not None
    assert new.reference.message_id == old.id, "the new card leads to the old one, with what was said about it"
    assert (await world.case(case.id)).card_message == str(new.id)


async def test_a_card_posted_anew_before_a_crash_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = await world.complaint()
    old = world.card()
    await world.desk.claim(case.id, str(world.sora.id))
    async with world.store.read() as unit:
        (edit,) = [one for one in await unit.outbox.of_case(case.id) if one.draft.kind is ActionKind.CARD_EDIT]
    sender = DiscordSender(world.env.bot, world.services)
    assert await sender.find(edit) is None, "an edit is made again"

    await _crash_once_posted_anew(world, monkeypatch, sender, edit, old.id)
    new = world.card()
    assert new.id != old.id
    found = await sender.find(edit)
    assert found is not None
    assert found.native_id == str(new.id)
    assert (await world.case(case.id)).card_message == str(new.id)
    assert len(world.staff_channel.history()) == 2


async def test_an_old_card_goes_with_erased_words_after_a_crash_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = await world.complaint()
    old = world.card()

    async def purge(unit: Unit) -> None:
        ref = PostRef(Source.REDDIT, "gadgets", "t1_a")
        purged = await unit.mentions.purge([Removal(ref, RemovalReason.DELETED_BY_AUTHOR, world.clock.now())])
        await mentions_gone(unit, purged, at=world.clock.now())

    await world.store.write(purge)
    async with world.store.read() as unit:
        (edit,) = [one for one in await unit.outbox.of_case(case.id) if one.draft.kind is ActionKind.CARD_EDIT]
    sender = DiscordSender(world.env.bot, world.services)
    await _crash_once_posted_anew(world, monkeypatch, sender, edit, old.id)
    new = world.card()
    assert await sender.find(edit) is None, "it is made again"
    await sender.send(edit)
    assert [message.id for message in world.staff_channel.history()] == [new.id]


async def test_an_old_card_goes_with_the_words_of_a_deleted_post(world: World) -> None:
    """It cannot be edited any more, so it is deleted; the one that was posted instead of it tells what happened."""
    case = await world.complaint()
    old = world.card()
    await world.desk.claim(case.id, str(world.sora.id))
    world.env.inject_error("PATCH", f"/channels/{world.staff_channel.id}/messages/{old.id}", status=429, code=30046)
    await world.drain()
    assert len(world.staff_channel.history()) == 2

    async def purge(unit: Unit) -> None:
        ref = PostRef(Source.REDDIT, "gadgets", "t1_a")
        purged = await unit.mentions.purge([Removal(ref, RemovalReason.DELETED_BY_AUTHOR, world.clock.now())])
        await mentions_gone(unit, purged, at=world.clock.now())

    await world.store.write(purge)
    await world.drain()
    (left,) = world.staff_channel.history()
    assert "deleted at its source" in text_of(left)


async def test_a_deleted_card_of_an_open_case_comes_back(world: World) -> None:
    case = await world.complaint()
    world.env.backend.delete_message(world.staff_channel.id, world.card().id)
    await world.desk.claim(case.id, str(world.sora.id))
    await world.drain()
    assert f"Case {case.id}" in text_of(world.card())
    world.env.backend.delete_message(world.staff_channel.id, world.card().id)
    await world.desk.resolve(case.id, str(world.sora.id))
    await world.drain()
    assert world.staff_channel.last_message is None


async def test_an_edit_without_a_card_is_refused(world: World, sender: DiscordSender) -> None:
    with pytest.raises(SendRefusedError):
        await sender.send(action(world, ActionKind.CARD_EDIT, case_id=99))
    with pytest.raises(SendRefusedError):
        await sender.send(action(world, ActionKind.CARD))


class _Answer:
    """What aiohttp would have returned."""

    def __init__(self, status: int) -> None:
        self.status, self.reason = status, ""


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (429, 0, SendDelayedError),
        (401, 0, SendDelayedError),
        (500, 0, SendUnknownError),
        (503, 0, SendUnknownError),
        (403, 50013, SendRefusedError),
        (404, 10003, SendRefusedError),
        (400, 50035, SendRefusedError),
    ],
)
def test_what_discord_answers_decides(status: int, code: int, kind: type[SendError]) -> None:
    answer: Any = _Answer(status)
    error = discord.HTTPException(answer, {"code": code, "message": "x"})
    assert type(as_send_error(error)) is kind


def test_no_answer_at_all_is_unknown_unless_nothing_left() -> None:
    key: Any = None
    assert type(as_send_error(TimeoutError())) is SendUnknownError
    assert type(as_send_error(aiohttp.ServerDisconnectedError())) is SendUnknownError
    refused = aiohttp.ClientConnectorError(key, OSError("refused"))
    assert type(as_send_error(refused)) is SendDelayedError
    waiting = as_send_error(discord.RateLimited(61.0))
    assert isinstance(waiting, SendDelayedError)
    assert waiting.retry_after == 61.0
