"""Nothing that a person wrote, is called or keeps secret reaches a log, whatever goes wrong and whoever logs."""

from __future__ import annotations

import ast
import asyncio
import json
import logging
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest
import structlog
from pydantic import SecretStr

from bot.app import Application
from bot.logs import watch_loop
from core.settings import BrandSection, DiscordSection, MaeariSection, PrivacySection, RedditSection, Settings
from lab.faults import Fault, FaultKind
from lab.reddit.server import Credentials
from tests.bot.living import Town, at_gateway, town, until
from tests.bot.logged import logging_to_string

ROOT = Path(__file__).parents[2]
MARKS = {
    "text": "zebrawords",
    "author": "quaggaperson",
    "reddit author": "okapiperson",
    "token": "tok3n-ibexibex",
    "secret": "kudusecret",
    "password": "gnupassword",
    "title": "elandtitle",
}
"""Words that stand for what must not be logged; each occurs nowhere else."""
SAFE_FIELDS = {
    "about", "action", "actor", "articles", "attempts", "backups", "brands", "bytes", "case", "cases", "cause",
    "causes", "channel", "chunks", "code", "competitors", "complaint", "count", "counts", "days", "due", "error",
    "estimate", "exc_info", "feed", "feeds", "flagged", "guild", "interaction", "kind", "lines", "mention",
    "mentions", "message", "minutes", "new", "number", "of", "on", "passages", "path", "pause", "platform", "posts",
    "praise", "problem", "purged", "purges_known", "purpose", "reason", "rejected", "removed", "replayed_purges",
    "replies", "right", "rule", "rules", "rung", "schema", "seconds", "silent", "source", "state", "status",
    "subreddit", "template", "told", "vacuum", "version", "week", "what", "worker", "works",
}  # fmt: skip
"""Names of log fields: ids, codes and counts. A new one is added here once it is known to be one of these."""


def _leaks(logged: str) -> list[str]:
    return [f"{what}: {line}" for line in logged.splitlines() for what, mark in MARKS.items() if mark in line]


@pytest.fixture
def _addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put discord.py's process-wide addresses back afterwards."""
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    gateway = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    monkeypatch.setattr(discord.Asset, "BASE", discord.Asset.BASE)


def _marked_settings(place: Town) -> Settings:
    discord_table, reddit_table = place.discord_table(), place.reddit_table()
    return Settings(
        maeari=MaeariSection(data_dir=place.data),
        discord=DiscordSection.model_validate(discord_table | {"token": SecretStr(place.discord.token)}),
        reddit=RedditSection.model_validate(reddit_table),
        brands=(BrandSection(name="Lumora", terms=("lumora",)),),
        privacy=PrivacySection(),
    )


async def _live(place: Town, app: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let people write, staff answer, and things go wrong, all with marked words."""
    await app.start()
    await at_gateway(place)
    talk, world = place.talk, place.reddit.world
    person = place.discord.add_member(place.guild, MARKS["author"])
    complaint = f"my lumora {MARKS['text']} stopped working again, terrible"
    await place.discord.say(person, talk, complaint)
    await place.discord.say(person, talk, f"<@{place.discord.bot.id}> {MARKS['text']}?")
    link = world.add_submission("gadgets", f"lumora {MARKS['title']} is broken", complaint, by=MARKS["reddit author"])
    world.add_comment(link, complaint, by=MARKS["reddit author"])
    await until(lambda: len(place.cards_about(MARKS["text"])) >= 2)
    (card, *_) = place.cards_about(MARKS["text"])
    staff = place.discord.add_member(place.guild, "staff1", roles=[place.staff])
    await place.discord.slash(staff, talk, "mention search", {"words": MARKS["text"]})
    await place.discord.delete(place.discord.messages(talk)[0])

    # What goes wrong: answers that are none, a database that fails in the middle, a task that nobody awaits.
    place.reddit.faults.add(Fault(kind=FaultKind.HTML, route="/r/*", times=2, status=200))
    place.discord.faults.add(Fault(kind=FaultKind.STATUS, route="/channels/*", times=1, status=500))
    take = app.pipeline.intake.take
    failures = iter([ValueError(f"cannot store {complaint} by {MARKS['author']}")])

    async def failing(batch: object) -> object:
        for error in failures:
            raise error
        return await take(batch)  # type: ignore[arg-type]

    monkeypatch.setattr(app.pipeline.intake, "take", failing)
    await place.discord.say(person, talk, complaint + " once more")
    world.add_comment(link, complaint + " once more", by=MARKS["reddit author"])
    await until(lambda: any(worker.restarts for worker in app.supervisor.workers.values()))

    async def forgotten() -> None:
        raise ValueError(complaint)

    lost = asyncio.create_task(forgotten(), name=MARKS["author"])
    await asyncio.sleep(0)
    del lost, card
    asyncio.get_running_loop().call_soon(_raise, complaint)
    await asyncio.sleep(0.2)


def _raise(text: str) -> None:
    raise ValueError(text)


@pytest.mark.usefixtures("_addresses")
@pytest.mark.parametrize(("style", "level"), [("console", logging.INFO), ("json", logging.DEBUG)])
async def test_a_life_full_of_marked_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, style: str, level: int
) -> None:
    loop = asyncio.get_running_loop()
    with logging_to_string(style, level) as logged:
        watch_loop(loop)
        async with town(tmp_path) as place:
            place.discord.token = place.discord.gateway._token = MARKS["token"]
            place.reddit.credentials = Credentials(client_secret=MARKS["secret"], password=MARKS["password"])
            app = await Application.open(_marked_settings(place))
            try:
                await _live(place, app, monkeypatch)
            finally:
                await app.close()
                loop.set_exception_handler(None)
        said = logged.getvalue()
    assert not _leaks(said)
    for event in ("intake.taken", "outbox.sent", "worker_restarts", "uncaught_in_loop"):
        assert event in said, said
    if style == "json":
        assert all(isinstance(json.loads(line), dict) for line in said.splitlines())
    kept = b"".join(path.read_bytes() for path in place.data.rglob("*") if path.suffix in (".log", ".lock", ".sha256"))
    assert not _leaks(kept.decode(errors="replace"))


def test_fields_are_masked_by_name_and_by_kind() -> None:
    with logging_to_string("json", logging.DEBUG) as logged:
        log = structlog.get_logger("t")
        log.info("one", text=MARKS["text"], token=MARKS["token"], case=7, feed="reddit:new:korea")
        log.info("two", **{"stamina.caused_by": MARKS["text"]}, kinds=[MARKS["text"]], person={"n": MARKS["author"]})
        log.info("three", reason="a\nb\x1b[31m", count=2.5, flag=True, nothing=None)
        try:
            _raise(MARKS["text"])
        except ValueError:
            log.exception("four", stack_info=True)
        lines = [json.loads(line) for line in logged.getvalue().splitlines()]
    assert not _leaks(logged.getvalue())
    one, two, three, four = lines
    assert (one["text"], one["token"], one["case"], one["feed"]) == ("***", "***", 7, "reddit:new:korea")
    assert (two["kinds"], two["person"]) == ("list", "dict")
    assert (three["reason"], three["count"], three["flag"], three["nothing"]) == ("a b [31m", 2.5, True, None)
    assert four["error"] == "ValueError"
    assert four["at"].startswith("test_logs.py:")


@pytest.mark.parametrize(
    ("message", "values", "shown"),
    [
        ("responded with %s in %.2f s, try %d", (MARKS["text"], 1.5, 3), "responded with * in 1.50 s, try 3"),
        ("%(who)s said", ({"who": MARKS["author"]},), "* said"),
        (
            f"Task exception was never retrieved\nfuture: <Task {MARKS['text']}>",
            (),
            "Task exception was never retrieved",
        ),
        (f"Exception in callback f('{MARKS['text']}')", (), "Exception in callback f"),
        ("%d per cent of %s", (MARKS["text"], 3), "%d per cent of %s"),
    ],
)
def test_libraries_lose_their_values(message: str, values: tuple[object, ...], shown: str) -> None:
    with logging_to_string("json", logging.INFO) as logged:
        logging.getLogger("somelib").error(message, *values)
        (line,) = logged.getvalue().splitlines()
    assert json.loads(line)["event"] == shown
    assert not _leaks(line)


def test_what_nobody_caught_is_one_line() -> None:
    with logging_to_string("console", logging.INFO) as logged:
        grouped = ExceptionGroup("g", [ValueError(MARKS["text"])])
        sys.excepthook(type(grouped), grouped, None)
        thread = threading.Thread(target=_raise, args=[MARKS["text"]])
        thread.start()
        thread.join()
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        said = logged.getvalue().splitlines()
    assert not _leaks(logged.getvalue())
    assert [line.split(" at ")[0] for line in said] == ["maeari: unexpected ValueError"] * 2


def _log_calls() -> Iterator[tuple[str, ast.Call]]:
    for room in ("core", "matching", "sentiment", "listeners", "storage", "engagement", "reports", "bot"):
        for path in sorted((ROOT / room).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                owner = node.func.value
                if isinstance(owner, ast.Name) and owner.id in ("log", "_log", "logger"):
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def test_every_log_line_has_a_plain_event_and_known_fields() -> None:
    calls = list(_log_calls())
    assert len(calls) > 40, "the scan finds what it looks for"
    wrong = []
    for where, call in calls:
        plain = [one for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if not len(plain) == len(call.args) == 1:
            wrong.append(f"{where}: the event is no literal")
        fields = {keyword.arg or "**" for keyword in call.keywords}
        wrong += [f"{where}: {name}" for name in sorted(fields - SAFE_FIELDS)]
    assert not wrong, "\n".join(wrong)
