"""Discord waits 3 seconds for a first sign: it is given before anything is read or written."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from core.ports.storing import Unit
from tests.bot.world import World


class Watch:
    """Counts how often the database was asked before Discord had heard of us."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self._world = world
        self._answered = self._callbacks()
        self.asked = 0
        self.too_early = 0
        read, write = world.store.read, world.store.write

        @asynccontextmanager
        async def watched_read() -> AsyncIterator[Unit]:
            self._look()
            async with read() as unit:
                yield unit

        async def watched_write(work: Callable[[Unit], Awaitable[Any]]) -> Any:
            self._look()
            return await write(work)

        monkeypatch.setattr(world.store, "read", watched_read)
        monkeypatch.setattr(world.store, "write", watched_write)

    def expect_another(self) -> None:
        """Say that the next interaction starts."""
        self._answered = self._callbacks()

    def _callbacks(self) -> int:
        return len([one for one in self._world.env.http_requests if one.path.endswith("/callback")])

    def _look(self) -> None:
        self.asked += 1
        self.too_early += self._callbacks() == self._answered


COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("ask", {"question": "How do I send a lamp back?"}),
    ("status", {}),
    ("case list", {}),
    ("case view", {"case": 1}),
    ("case claim", {"case": 1}),
    ("case reply", {"case": 1, "text": "Sorry!"}),
    ("case resolve", {"case": 1}),
    ("drafts", {}),
    ("mention search", {"words": "lamp"}),
    ("brand list", {}),
    ("brand add", {"name": "Nimbus", "terms": "nimbus"}),
    ("brand remove", {"name": "Nimbus"}),
    ("privacy opt-out", {}),
    ("privacy opt-in", {}),
    ("privacy consent", {"what": "survey"}),
    ("mention view", {"mention": 1}),
    ("rules list", {}),
    ("rules precision", {}),
    ("rules suggest", {}),
    ("rules apply", {"brand": "Lumora", "exclusion": "street"}),
    ("rules reset", {}),
    ("cause list", {}),
    ("cause add", {"title": "Hinge"}),
    ("cause link", {"cause": 1, "case": 1}),
    ("cause fixed", {"cause": 1}),
    ("csat", {}),
    ("template list", {}),
    ("template add", {"name": "sorry", "language": "en", "text": "Sorry!"}),
    ("template remove", {"template": 1}),
    ("mod history", {}),
    ("mod appeal", {"number": 1, "text": "a joke"}),
    ("setup crisis", {"state": "off"}),
    ("case assign", {"case": 1}),
    ("case unclaim", {"case": 1}),
    ("case snooze", {"case": 1, "until": "4h"}),
    ("case severity", {"case": 1, "severity": "low"}),
    ("case note", {"case": 1, "text": "x"}),
    ("case tag", {"case": 1, "tag": "x"}),
    ("case promise", {"case": 1}),
    ("case goodwill", {"case": 1}),
    ("case dismiss", {"case": 1, "reason": "spam"}),
    ("case reopen", {"case": 1}),
    ("case trail", {"case": 1}),
    ("case export", {}),
    ("queue", {}),
    ("stats", {}),
    ("duty on", {}),
    ("duty off", {}),
    ("duty list", {}),
    ("sla show", {}),
    ("sla set", {"severity": "low", "resolution": 9000}),
]


async def test_no_command_reads_before_it_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.complaint()
    watch = Watch(world, monkeypatch)
    for name, options in COMMANDS:
        watch.expect_another()
        before = watch.asked
        await world.boss.slash(world.staff_channel, name, **options)
        assert watch.asked > before, f"/{name} was expected to ask the database"
        assert not watch.too_early, f"/{name} asked the database before it answered"


@pytest.mark.parametrize("action", ["claim", "reply", "resolve"])
async def test_no_button_reads_before_it_answers(world: World, monkeypatch: pytest.MonkeyPatch, action: str) -> None:
    case = await world.complaint()
    card = world.card()
    watch = Watch(world, monkeypatch)
    shown = await world.sora.click(card, custom_id=f"case:{action}:{case.id}")
    assert not watch.too_early
    if shown.modal is not None:
        assert watch.asked == 0
        watch.expect_another()
        await world.sora.submit_modal(shown, {"text": "Sorry!"})
        assert not watch.too_early
    assert watch.asked


@pytest.mark.parametrize(("command", "options"), [("mod warn", {}), ("mod timeout", {"minutes": 5})])
async def test_no_measure_reads_before_it_answers(
    world: World, monkeypatch: pytest.MonkeyPatch, command: str, options: dict[str, Any]
) -> None:
    watch = Watch(world, monkeypatch)
    watch.expect_another()
    await world.boss.slash(world.staff_channel, command, member=world.guest, reason="noise", **options)
    assert not watch.too_early


async def test_every_command_is_watched(world: World) -> None:
    known = {name for name, _ in COMMANDS} | {"report", "privacy forget-me", "mod warn", "mod timeout"}
    known |= {"help", "setup guide", "template edit"}  # they read nothing
    assert set(world.boss.available_commands(world.staff_channel)) == known
