"""Deleted there, gone here: no byte of it is left in the data folder, through the whole bot and both platforms.

Every doomed text, title and name holds a word that nothing else holds. After the deletions at the platforms have come
through (by events, by looking again, by re-checks), and the hourly scrub was done, no file may hold that word: neither
the database, nor its log and its index, nor the bot's own log. What lives has to be there still.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import discord
import pytest
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import Application
from core.clock import SteppedClock
from core.settings import Settings
from core.types.mention import MentionQuery
from core.types.post import Source
from lab.discord import Channel, Guild, Member, Message, StandInDiscord
from lab.reddit import StandInReddit, Thing
from tests.bot.logged import logging_to_string
from tests.make import START

DOOMED, ALIVE = "xqzj", "lebtweiter"
SAID = "My Lumora stopped working and nobody answers, this is terrible: {word} 루모라 {word}글 고장"
PRAISED = "I absolutely love my Lumora, best speaker I ever had: {word}, thank you!"
HOUR = timedelta(minutes=61)


@dataclass
class Scene:
    """Both platforms, the bot between them, and its data folder."""

    clock: SteppedClock
    reddit: StandInReddit
    discord: StandInDiscord
    guild: Guild
    talk: Channel
    cards: Channel
    app: Application
    data: Path
    words: list[str] = field(default_factory=list)

    def word(self, kind: str) -> str:
        """Return a word of its own."""
        self.words.append(f"{kind}{len(self.words)}q")
        return self.words[-1]

    def comment(self, under: Thing, kind: str, text: str = SAID, *, by: str | None = None) -> Thing:
        """Let somebody write on Reddit, under a name of the same kind or of another one."""
        word, who = self.word(kind), self.word(by or kind)
        return self.reddit.world.add_comment(under, text.format(word=word), by=who)

    async def say(self, kind: str, text: str = SAID, *, by: str | None = None) -> Message:
        """Let somebody write in Discord."""
        word, who = self.word(kind), self.word(by or kind)
        member: Member = self.discord.add_member(self.guild, who)
        return await self.discord.say(member, self.talk, text.format(word=word))

    async def comes_to_rest(self) -> None:
        """Return once everything written, and everything that follows from it, is stored and sent."""
        assert self.app.reddit is not None
        await self.discord.gateway.barrier(30)
        await self.app.reddit.polled()
        await until(lambda: self.app.discord is not None and self.app.discord.is_level)
        await until(lambda: not self.app.batches_under_way)
        while await self.app.outbox.drain():
            pass

    async def hours_pass(self, hours: int) -> None:
        """Let re-checks and the hourly work be done."""
        for _ in range(hours):
            self.clock.advance_to(self.clock.now() + HOUR)
            await self.comes_to_rest()
        await until(lambda: not self._ask("SELECT 1 FROM install WHERE name = 'unscrubbed'"))

    def reasons(self) -> list[str]:
        """Return the reasons in the purge log."""
        return sorted(reason for (reason,) in self._ask("SELECT reason FROM purges"))

    def _ask(self, question: str) -> list[tuple[str]]:
        with closing(sqlite3.connect(f"file:{self.data / 'maeari.db'}?mode=ro", uri=True)) as database:
            return database.execute(question).fetchall()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds():
            await asyncio.sleep(0.01)


def holding(folder: Path, word: str) -> Iterator[tuple[str, int]]:
    """Yield the files whose bytes hold a word, and where, in any of the encodings a text may stand in."""
    for path in sorted(folder.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
            place = content.find(word.encode(encoding))
            if place >= 0:
                yield path.name, place


@pytest.fixture
async def scene(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    for owner, name in ((Route, "BASE"), (DiscordWebSocket, "DEFAULT_GATEWAY"), (discord.Asset, "BASE")):
        monkeypatch.setattr(owner, name, getattr(owner, name))  # the bot sets them; put back afterwards
    async with _platforms(SteppedClock(START)) as (clock, reddit, stand_in):
        reddit.world.add_subreddit("korea")
        guild = stand_in.add_guild("Lumora")
        staff = stand_in.add_role(guild, "staff")
        talk = stand_in.add_channel(guild, "talk")
        cards = stand_in.add_channel(guild, "cards", visible_to=[staff])
        settings = _settings(tmp_path / "data", reddit, stand_in, guild, cards)
        app = await Application.open(settings, clock=clock)
        await app.start()
        await until(lambda: app.discord is not None and app.discord.is_level)
        yield Scene(clock, reddit, stand_in, guild, talk, cards, app, tmp_path / "data")
        await app.close()
        assert (reddit.unknown_routes, stand_in.unknown_routes) == ([], [])


@asynccontextmanager
async def _platforms(clock: SteppedClock) -> AsyncIterator[tuple[SteppedClock, StandInReddit, StandInDiscord]]:
    async with StandInReddit(clock) as reddit, StandInDiscord(clock) as stand_in:
        yield clock, reddit, stand_in


def _settings(data: Path, reddit: StandInReddit, stand_in: StandInDiscord, guild: Guild, cards: Channel) -> Settings:
    known = reddit.credentials
    return Settings.model_validate(
        {
            "maeari": {"data_dir": data},
            "brands": [{"name": "Lumora", "terms": ["lumora", "루모라"]}],
            "discord": {
                "token": stand_in.token,
                "home_guild": guild.id,
                "staff_channel": cards.id,
                "api_url": stand_in.api_url,
                "gateway_url": stand_in.gateway_url,
                "cdn_url": stand_in.cdn_url,
            },
            "reddit": {
                "client_id": known.client_id,
                "client_secret": known.client_secret,
                "username": known.username,
                "password": known.password,
                "user_agent": "linux:maeari-tests:1.0 (by /u/maeari_bot)",
                "oauth_url": reddit.url,
                "reddit_url": reddit.url,
                "subreddits": ["korea"],
            },
        }
    )


async def test_no_byte_of_what_was_deleted_is_left(scene: Scene) -> None:
    with logging_to_string("json", 10) as log:
        await _live_and_delete(scene)
        (scene.data / "maeari.log").write_text(log.getvalue(), "utf-8")
    assert "intake.taken" in log.getvalue(), "the bot's log was caught"
    assert list(holding(scene.data, DOOMED)) == []
    assert {name for name, _ in holding(scene.data, ALIVE)} == {"maeari.db"}
    assert [one.shown_text for one in scene.discord.messages(scene.cards) if DOOMED in one.shown_text] == []
    # Deleted, removed and an account that was deleted are told apart; so is what only vanished.
    assert scene.reasons() == sorted(
        ["deleted_by_author"] * 4 + ["removed_by_moderator"] * 4 + ["account_deleted"] + ["vanished"] * 4
    )
    async with scene.app.store.read() as unit:
        left = [(one.source, one.text or "") for one in await unit.mentions.find(MentionQuery(), limit=100)]
        tombstones = await unit.mentions.count(MentionQuery(with_tombstones=True)) - len(left)
    assert tombstones == 12
    assert {source for source, _ in left} == {Source.REDDIT, Source.DISCORD}
    assert all(ALIVE in text for _, text in left)


async def _live_and_delete(scene: Scene) -> None:
    world, server = scene.reddit.world, scene.discord
    about = f"About my Lumora {scene.word(DOOMED)}"
    link = world.add_submission("korea", about, SAID.format(word=scene.word(DOOMED)), by=f"{DOOMED}op")
    thread = world.add_submission("korea", "weekly thread")
    deleted, praised, removed, purged = (scene.comment(thread, DOOMED, text) for text in (SAID, PRAISED, SAID, SAID))
    edited = scene.comment(thread, DOOMED, by=ALIVE)
    nameless = scene.comment(thread, ALIVE, by=DOOMED)
    scene.comment(thread, ALIVE)
    messages = [await scene.say(DOOMED, text) for text in (SAID, PRAISED, SAID, SAID, SAID)]
    emptied, missed = await scene.say(DOOMED), await scene.say(DOOMED)
    reworded = await scene.say(DOOMED, by=ALIVE)
    await scene.say(ALIVE)
    await scene.comes_to_rest()
    assert {name for name, _ in holding(scene.data, DOOMED)} >= {"maeari.db-wal"}, "it was there"
    assert any(DOOMED in one.shown_text for one in server.messages(scene.cards)), "and on cards"

    scene.clock.advance_to(scene.clock.now() + timedelta(minutes=5))
    for one in (link, deleted, praised):
        world.delete(one)
    world.remove(removed)
    world.purge(purged)
    world.edit(edited, f"My Lumora stopped working, {scene.word(ALIVE)}")
    world.delete_account(nameless.author)
    for message in messages[:2]:
        await server.delete(message)
    await server.delete_many(scene.talk, messages[2:])
    await server.edit(emptied, "")
    await server.edit(reworded, f"My Lumora works again, {scene.word(ALIVE)}")
    await scene.comes_to_rest()
    # One more goes while the session is lost: only looking again can tell.
    identified = server.gateway.identifies
    server.gateway.is_deaf = True
    await server.delete(missed)
    server.gateway.is_deaf = False
    server.gateway.invalidate()
    await until(lambda: server.gateway.identifies > identified)
    await scene.hours_pass(3)
