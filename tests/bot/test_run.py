"""`maeari run` as operators run it: a process against the stand-ins, from its first line to SIGTERM."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.metrics import Metrics
from lab.faults import Fault, FaultKind
from tests.bot.living import STOPPED_WITHIN, SUBREDDIT, Process, Town, at_gateway, maeari, town, until

PRAISE = "I absolutely love my Lumora lamp, it is wonderful!"
COMPLAINT = "my lumora stopped working again and nobody answers, this is terrible"
KOREAN_COMPLAINT = "루모라 조명 이틀 만에 고장났어요. 고객센터는 연락도 안 받고 정말 최악입니다. 환불해 주세요."


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Town]:
    async with town(tmp_path) as built:
        yield built


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


async def _page(port: int, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}{path}") as answer:
        return answer.status, await answer.text()


def _sample(page: str, name: str, **labels: str) -> float:
    """Return a metric's value; 0 where it is not there."""
    wanted = "".join(f'(?=[^}}]*{key}="{value}")' for key, value in labels.items())
    found = re.search(rf"^{name}(?:\{{{wanted}[^}}]*\}})? (\S+)$", page, re.MULTILINE)
    return float(found[1]) if found else 0.0


def _actions(place: Town) -> Counter[tuple[str, str]]:
    """Count the outbox's rows by platform and state."""
    with closing(sqlite3.connect(f"file:{place.data / 'maeari.db'}?mode=ro", uri=True)) as database:
        return Counter(database.execute("SELECT source, state FROM actions").fetchall())


def _count(place: Town, table: str) -> int:
    with closing(sqlite3.connect(f"file:{place.data / 'maeari.db'}?mode=ro", uri=True)) as database:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _own(place: Town) -> list[str]:
    """Return what the bot wrote where people talk."""
    return [one.shown_text for one in place.discord.messages(place.talk) if one.author_id == place.discord.bot.id]


def _error_line(process: Process) -> str:
    """Return the one line that says what is wrong."""
    lines = [line for line in process.stderr.splitlines() if line.startswith("maeari: ")]
    assert len(lines) == 1, process.stderr
    assert process.stderr.rstrip().endswith(lines[0]), "it is the last word"
    return lines[0]


async def test_a_day_with_both_platforms(place: Town) -> None:
    port = _free_port()
    place.write_config(maeari={"metrics_port": port})
    # What Reddit holds at the start and is young enough is live as well; one of its two feeds is down all day.
    place.reddit.world.add_comment(place.thread, COMPLAINT, by="angry1")
    place.reddit.world.add_comment(place.thread, PRAISE, by="happy1")
    place.reddit.faults.add(Fault(kind=FaultKind.STATUS, route=f"/r/{SUBREDDIT}/new", times=None, status=503))
    async with maeari(place.folder) as bot:
        await bot.says("Reddit is served as u/maeari_bot.")
        assert "Discord is served as Maeari." in bot.stderr
        assert "not served" not in bot.stderr
        await at_gateway(place)

        # One complaint on each platform: a card each. Praise: thanked in Discord, a draft for Reddit.
        await place.discord.say(place.minho, place.talk, KOREAN_COMPLAINT)
        praised = await place.discord.say(place.minho, place.talk, PRAISE)
        await until(
            lambda: place.cards_about("stopped working") and place.cards_about("고장났어요"), lambda: bot.stderr
        )
        await until(lambda: _own(place), lambda: bot.stderr)
        (thanks,) = [one for one in place.discord.messages(place.talk) if one.author_id == place.discord.bot.id]
        assert thanks.reply_to == praised.id
        await until(lambda: _actions(place)["reddit", "draft"])
        assert not place.reddit.world.own_things(), "a person presses Send on Reddit"

        await asyncio.gather(_figures_are_live(place, port), _a_second_one_says_so(place))
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), bot.stderr

    # Written while we were away: read on by history. What was thanked and flagged before is not done again.
    yuna = place.discord.add_member(place.guild, "yuna")
    await place.discord.say(yuna, place.talk, "while you were away: " + COMPLAINT)
    thanked, carded = _own(place), len(place.discord.messages(place.cards))
    place.reddit.faults.clear()
    place.reddit.faults.add(Fault(kind=FaultKind.HANG, route="/r/*", times=None, seconds=60))
    async with maeari(place.folder) as bot:
        await until(lambda: place.cards_about("while you were away"), lambda: bot.stderr)
        await until(lambda: place.reddit.open_requests)
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), f"{seconds} s\n{bot.stderr}"
    assert _own(place) == thanked
    assert len(place.discord.messages(place.cards)) == carded + 1
    assert not place.discord.unknown_routes + place.reddit.unknown_routes


async def _figures_are_live(place: Town, port: int) -> None:
    await until(lambda: _actions(place)["discord", "sent"] >= 3)
    status, page = await _page(port, "/metrics")
    assert status == 200
    for name in Metrics().names():
        assert re.search(rf"^# TYPE {name.removesuffix('_total')}\b|^# TYPE {name}\b", page, re.MULTILINE), name
    assert _sample(page, "maeari_mentions_total", source="reddit", decision="flag") == 1
    assert _sample(page, "maeari_mentions_total", source="discord", decision="flag") == 1
    assert _sample(page, "maeari_mentions_total", source="discord", decision="thank") == 1
    assert _sample(page, "maeari_posts_total", source="reddit") >= 2
    assert _sample(page, "maeari_sends_total", source="discord", outcome="sent") >= 3
    assert _sample(page, "maeari_batch_seconds_count") >= 2
    assert 0 < _sample(page, "maeari_lag_seconds", source="discord") < 60
    assert 0 <= _sample(page, "maeari_feed_age_seconds", feed=f"reddit:comments:{SUBREDDIT}") < 60
    assert 'maeari_worker_restarts_total{worker="outbox"} 0.0' in page
    async with asyncio.timeout(30):
        while await _late(port) != {f"reddit:new:{SUBREDDIT}"}:
            await asyncio.sleep(0.1)


async def _late(port: int) -> set[str]:
    """Return what the health page names; its status says the same."""
    status, text = await _page(port, "/healthz")
    shown = json.loads(text)
    assert (status == 200) == shown["ok"] == (not shown["late"]), text
    return set(shown["late"])


async def _a_second_one_says_so(place: Town) -> None:
    async with maeari(place.folder) as second:
        code, _ = await second.ends()
    assert code == 1
    line = _error_line(second)
    assert "another Maeari" in line
    assert str(place.data) in line


async def test_discord_alone_without_the_intent(place: Town) -> None:
    port = _free_port()
    place.discord.gateway.allowed_intents = 0
    place.write_config(without=["reddit"], maeari={"metrics_port": port})
    async with maeari(place.folder) as bot:
        await bot.says("Message Content intent is not granted")
        assert "Reddit is not served: reddit.client_id is not set" in bot.stderr
        await at_gateway(place)
        await place.discord.say(place.minho, place.talk, COMPLAINT)
        mine = await place.discord.say(place.minho, place.talk, f"<@{place.discord.bot.id}> {COMPLAINT}")
        await until(lambda: place.cards_about("stopped working"), lambda: bot.stderr)
        assert mine.id > 0
        shown = await _status(place)
        assert "switch on the Message Content intent" in shown
        assert "reddit: not served" in shown
        # What the operator chose is no illness: nobody is to be paged for it.
        assert await _late(port) == set()
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), bot.stderr


async def _status(place: Town) -> str:
    asker = place.discord.add_member(place.guild, "asker", roles=[place.staff])
    response = await place.discord.slash(asker, place.talk, "status")
    return "\n".join([response.text, *(one.shown_text for one in place.discord.follow_ups(response))])


async def test_reddit_alone_in_korean(place: Town) -> None:
    place.write_config(without=["discord"], maeari={"locale": "ko"})
    place.reddit.world.add_comment(place.thread, COMPLAINT, by="angry1")
    async with maeari(place.folder) as bot:
        await bot.says("Reddit에 u/maeari_bot으로 접속해")
        assert "discord.token이 없어" in bot.stderr
        # No Discord, no card: the case waits in the database.
        await until(lambda: _count(place, "cases"), lambda: bot.stderr)
        place.reddit.faults.add(Fault(kind=FaultKind.HANG, route="*", times=None, seconds=60))
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), bot.stderr


async def test_sigterm_while_nothing_answers(place: Town) -> None:
    for stand_in in (place.discord, place.reddit):
        stand_in.faults.add(Fault(kind=FaultKind.HANG, route="*", times=None, seconds=60))
    place.write_config()
    async with maeari(place.folder) as bot:
        await until(lambda: place.discord.open_requests and place.reddit.open_requests, lambda: bot.stderr)
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), bot.stderr


async def test_a_platform_that_comes_late_and_one_that_turns_us_out(place: Town) -> None:
    port = _free_port()
    place.write_config(maeari={"metrics_port": port})
    place.discord.faults.add(Fault(kind=FaultKind.RESET, route="/users/@me", times=4))
    async with maeari(place.folder) as bot:
        await bot.says("Discord does not answer yet; Maeari goes on trying.")
        await bot.says("Reddit is served as u/maeari_bot.")
        await at_gateway(place)

        # The token is taken back: Reddit is served on, and Discord again once the token is good.
        good, place.discord.token = place.discord.token, "another"
        await place.discord.gateway.drop(code=4004)
        await bot.says("discord_token_rejected")
        assert "discord" in await _late(port)
        place.discord.token = good
        await at_gateway(place)
        await place.discord.say(place.minho, place.talk, COMPLAINT)
        await until(lambda: place.cards_about("stopped working"), lambda: bot.stderr)
        assert await _late(port) == set()
        assert _sample((await _page(port, "/metrics"))[1], "maeari_worker_restarts_total", worker="discord") >= 1
        code, seconds = await bot.stop()
    assert (code, seconds < STOPPED_WITHIN) == (0, True), bot.stderr


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"discord": {"token": "wrong-ibex"}}, "discord.token is not accepted"),
        (
            {"reddit": {"password": "wrong-ibex"}, "maeari": {"log_format": "json"}},
            "Reddit does not accept these credentials",
        ),
    ],
    ids=["token", "password"],
)
async def test_wrong_credentials_stop_it(place: Town, changes: Mapping[str, Mapping[str, object]], says: str) -> None:
    """Also where the other platform would work: the operator is there, and mends it now."""
    place.write_config(**changes)
    async with maeari(place.folder) as bot:
        code, seconds = await bot.ends()
    assert code == 1
    assert says in _error_line(bot)
    assert "ibex" not in bot.stderr, "no secret is told"
    assert "is served" not in bot.stderr
    assert seconds < 15


async def test_what_keeps_it_from_starting(place: Town) -> None:
    """One line and nothing else; tests/bot/test_app.py has the other reasons."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (nothing, nothing_line), (busy, busy_line) = await asyncio.gather(
            _refused(place, "nothing", without=("discord", "reddit")),
            _refused(place, "busy", maeari={"metrics_port": port}),
        )
    assert nothing == 2
    assert "discord.token" in nothing_line
    assert "reddit.client_id" in nothing_line
    assert busy == 1
    assert f"127.0.0.1:{port}" in busy_line
    assert "maeari.metrics_port" in busy_line


async def _refused(
    place: Town, name: str, *, without: Collection[str] = (), **changes: Mapping[str, object]
) -> tuple[int, str]:
    """Start it in a folder of its own; return the exit code and the error line."""
    folder = place.folder / name
    folder.mkdir()
    replace(place, folder=folder).write_config(without=without, **changes)
    async with maeari(folder) as bot:
        code, _ = await bot.ends()
    return code, _error_line(bot)
