"""What counts as somebody's words, on messages as Discord writes them."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from core.settings import DiscordSection
from core.types.post import Post
from listeners.discord.convert import to_post
from listeners.discord.scope import Place, Scope

GUILD, CHANNEL, ANN, OWN = 10, 20, 30, 99
PLACE = Place(str(CHANNEL), "#help", str(GUILD), None, is_nsfw=False)


@pytest.fixture
async def channel() -> discord.TextChannel:
    client = discord.Client(intents=discord.Intents.none())
    state = client._connection
    everyone = {"id": str(GUILD), "name": "@everyone", "permissions": "1024", "position": 0}
    staff = {"id": "7", "name": "staff", "permissions": "0", "position": 1}
    guild = discord.Guild(data={"id": str(GUILD), "name": "g", "roles": [everyone, staff]}, state=state)  # type: ignore[typeddict-item]
    return discord.TextChannel(
        state=state,
        guild=guild,
        data={"id": str(CHANNEL), "name": "help", "type": 0, "position": 0, "permission_overwrites": []},  # type: ignore[arg-type]
    )


def written(channel: discord.TextChannel, **sides: Any) -> Post | None:
    user = {"id": str(ANN), "username": "ann", "global_name": "Ann", "discriminator": "0", "avatar": None}
    content: dict[str, Any] = {
        "id": "1569275353497600005",
        "channel_id": str(CHANNEL),
        "type": 0,
        "content": "",
        "author": user,
        "member": {"roles": [], "joined_at": None, "flags": 0},
        "attachments": [],
        "embeds": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "edited_timestamp": None,
        "pinned": False,
        "tts": False,
        **sides,
    }
    message = discord.Message(state=channel._state, channel=channel, data=content)  # type: ignore[arg-type]
    scope = Scope(DiscordSection(staff_roles=(7,), ignore=(8,)))
    return to_post(message, PLACE, scope, OWN)


def attachment(**sides: Any) -> dict[str, Any]:
    return {"id": "5", "filename": "x.png", "size": 1, "url": "https://x", "proxy_url": "https://x", **sides}


def text(post: Post | None) -> str | None:
    return None if post is None else post.text


def test_words_of_a_person(channel: discord.TextChannel) -> None:
    post = written(channel, content="  hello there \n")
    assert post is not None
    assert post.author is not None
    assert (post.text, post.author.name, post.author.is_bot) == ("hello there", "Ann", False)


@pytest.mark.parametrize("kind", [1, 3, 6, 7, 8, 18, 20, 21, 23, 24, 25, 46, 200])
def test_what_discord_writes_is_nobodys(channel: discord.TextChannel, kind: int) -> None:
    assert written(channel, type=kind, content="words") is None


def test_pictures_speak_by_their_description(channel: discord.TextChannel) -> None:
    assert written(channel, attachments=[attachment()]) is None
    described = written(channel, content="look", attachments=[attachment(description="a broken speaker")])
    assert text(described) == "look\na broken speaker"


def test_polls_are_their_authors_words(channel: discord.TextChannel) -> None:
    poll = {
        "question": {"text": "Which one?"},
        "answers": [{"answer_id": 1, "poll_media": {"text": "Lumora"}}, {"answer_id": 2, "poll_media": {"text": "x"}}],
        "expiry": "2026-11-10T00:00:00+00:00",
        "allow_multiselect": False,
        "layout_type": 1,
    }
    assert text(written(channel, poll=poll)) == "Which one?\nLumora\nx"


def test_forwards_stickers_and_embeds_are_not(channel: discord.TextChannel) -> None:
    snapshot = {
        "message": {
            "type": 0,
            "content": "forwarded praise",
            "embeds": [],
            "attachments": [],
            "timestamp": "2026-11-09T09:00:00+00:00",
            "edited_timestamp": None,
            "flags": 0,
            "mentions": [],
            "mention_roles": [],
        }
    }
    reference = {"type": 1, "message_id": "3", "channel_id": str(CHANNEL), "guild_id": str(GUILD)}
    assert written(channel, message_snapshots=[snapshot], message_reference=reference) is None
    assert written(channel, sticker_items=[{"id": "4", "name": "lumora", "format_type": 1}]) is None
    assert written(channel, embeds=[{"type": "article", "title": "Lumora", "description": "news"}]) is None


def test_bots_webhooks_staff_and_ourselves(channel: discord.TextChannel) -> None:
    ann = {"id": str(ANN), "username": "ann", "discriminator": "0", "avatar": None}
    seen: dict[str, tuple[bool, bool, bool]] = {}
    cases: dict[str, dict[str, Any]] = {
        "bot": {"author": {**ann, "bot": True}},
        "webhook": {"webhook_id": "6", "member": None},
        "staff": {"member": {"roles": ["7"], "joined_at": None, "flags": 0}},
        "ourselves": {"author": {**ann, "id": str(OWN), "bot": True}},
    }
    for name, sides in cases.items():
        post = written(
            channel, **{key: value for key, value in {"content": "hi", **sides}.items() if value is not None}
        )
        assert post is not None
        assert post.author is not None
        seen[name] = (post.author.is_bot, post.author.is_staff, post.author.is_self)
    assert seen == {
        "bot": (True, False, False),
        "webhook": (True, False, False),
        "staff": (False, True, False),
        "ourselves": (True, False, True),
    }
