"""Discord waits 3 seconds for a first sign: it is given before anything is read or written, however slow that is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest
from discord import ui
from simcord.results import InteractionResult

from bot.client import DYNAMIC_ITEMS
from bot.views.buttons import ClaimButton, ReplyButton, ResolveButton
from bot.views.csat import CsatButton, WhyButton
from bot.views.drafts import DraftButton, DraftCardButton
from bot.views.forget import ForgetButton
from bot.views.lists import FileButton, PageButton
from bot.views.moderation import AppealButton, DecideButton, MeasureButton
from bot.views.more import (
    AssignSelect,
    DismissSelect,
    MoreSelect,
    NextInTurnButton,
    SeveritySelect,
    SnoozeSelect,
)
from bot.views.person import PersonButton
from bot.views.pledges import GoodwillButton, PromiseButton
from bot.views.posts import PostSelect
from bot.views.queue import QueueButton
from bot.views.reply import PreviewButton
from bot.views.rules import RuleButton
from bot.views.setup import ChannelChoice, LanguageChoice, ListenChoice, RoleChoice, ZoneChoice
from bot.views.shown import SHOWN_TEXT
from bot.views.verdict import CorrectionSelect, VerdictButton
from core.ports.storing import Unit
from tests.bot.world import World, said


class Watch:
    """Counts how often the database was asked before Discord had heard of us."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch, *, seconds: float = 0.0) -> None:
        self._world = world
        self._seconds = seconds
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
        # What the database takes passes on the clock by which simcord's Discord waits: its answer after 3 is 10062.
        self._world.env.backend.clock.elapsed += self._seconds
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
    ("setup timezone", {"zone": "Asia/Seoul"}),
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


async def test_every_command_is_answered_by_a_slow_database(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.complaint()
    watch = Watch(world, monkeypatch, seconds=4.0)
    for name, options in COMMANDS:
        before = watch.asked
        result = await world.boss.slash(world.staff_channel, name, **options)
        assert said(result) or result.followups, f"/{name} was not answered"
        assert watch.asked > before


PRESSES: dict[type[Any], list[str]] = {
    ClaimButton: ["case:claim:1"],
    ReplyButton: ["case:reply:1"],
    ResolveButton: ["case:resolve:1"],
    MoreSelect: [f"case:pick-more:1={what}" for what in ("snooze", "dismiss", "assign", "severity", "note", "history")],
    SnoozeSelect: ["case:pick-snooze:1=4h"],
    DismissSelect: ["case:pick-dismiss:1=spam"],
    SeveritySelect: ["case:pick-severity:1=low"],
    AssignSelect: ["case:assign:1=@"],
    NextInTurnButton: ["case:assign-next:1"],
    PostSelect: ["case:pick-post:1=1"],
    PromiseButton: ["promise:kept:1"],
    GoodwillButton: ["goodwill:approved:1"],
    QueueButton: ["queue:next", "queue:on", "queue:off"],
    PersonButton: ["person:q:1"],
    ForgetButton: ["privacy:forget:{me}"],
    DraftButton: ["draft:send:1", "draft:discard:1"],
    DraftCardButton: ["dcard:send:1", "dcard:discard:1"],
    VerdictButton: ["verdict:right:1", "verdict:wrong:1"],
    CorrectionSelect: ["verdict:should:1=question"],
    RuleButton: ["rule:show:c:0.7", "rule:apply:c:0.7"],
    CsatButton: ["csat:4:1"],
    WhyButton: ["csat:why:1"],
    PreviewButton: ["reply:send:1", "reply:edit:1"],
    MeasureButton: ["mod:delete:1"],
    AppealButton: ["appeal:ask:1"],
    DecideButton: ["appeal:grant:1"],
    ChannelChoice: ["setup:channel:staff=#"],
    ListenChoice: ["setup:listen=#"],
    RoleChoice: ["setup:roles=&"],
    LanguageChoice: ["setup:language=ko"],
    ZoneChoice: ["setup:zone=Asia/Seoul"],
    PageButton: ["list:000000000000:1:n"],
    FileButton: ["list:000000000000:file"],
}
"""What is pressed, with what is chosen behind `=`: a value, a person, a channel or a role."""


def _message(custom_id: str, chosen: str) -> ui.View | ui.LayoutView:
    """Return a message with that control and, for a preview, its words."""
    control: ui.Item[Any]
    if not chosen:
        control = ui.Button(label="x", custom_id=custom_id)
    elif chosen in "@#&":
        control = {"@": ui.UserSelect, "#": ui.ChannelSelect, "&": ui.RoleSelect}[chosen](custom_id=custom_id)
    else:
        control = ui.Select(custom_id=custom_id, options=[discord.SelectOption(label="x", value=chosen)])
    if not custom_id.startswith("reply:"):
        return ui.View(timeout=None).add_item(control)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("Sorry!", id=SHOWN_TEXT))
    row: ui.ActionRow[Any] = ui.ActionRow(control)
    return view.add_item(row)


async def _press(world: World, press: str) -> InteractionResult:
    custom_id, _, chosen = press.replace("{me}", str(world.boss.id)).partition("=")
    with world.env._bot_scope():
        view: Any = _message(custom_id, chosen)
        await world.bot.get_partial_messageable(world.staff_channel.id).send(view=view)
    message = world.card()
    if not chosen:
        return await world.boss.click(message, custom_id=custom_id)
    entities: dict[str, Any] = {"@": world.minho, "#": world.help_channel, "&": world.staff_role}
    return await world.boss.select(message, [entities.get(chosen, chosen)], custom_id=custom_id)


async def test_no_press_reads_before_it_answers(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """All in one world: what is pressed meets what the presses before left, and is answered all the same."""
    await world.complaint()
    watch = Watch(world, monkeypatch, seconds=4.0)
    for press in (press for presses in PRESSES.values() for press in presses):
        watch.expect_another()
        before = watch.asked
        shown = await _press(world, press)
        assert not watch.too_early, press
        assert said(shown) or shown.acknowledged, press
        if shown.modal is not None:
            assert watch.asked == before, f"{press}: a window opens at once"
            watch.expect_another()
            answered = await world.boss.submit_modal(shown, {"text": "Sorry!"})
            assert not watch.too_early, press
            assert said(answered), press


async def test_every_control_is_watched() -> None:
    assert set(PRESSES) == set(DYNAMIC_ITEMS)
    for kind, presses in PRESSES.items():
        for press in presses:
            assert kind.__discord_ui_compiled_template__.fullmatch(press.partition("=")[0].replace("{me}", "1"))


@pytest.mark.parametrize("name", ["Open a case", "Not a complaint", "Thank the author"])
async def test_no_menu_reads_before_it_answers(world: World, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    message = await world.guest.send(world.help_channel, "I love my Lumora lamp")
    watch = Watch(world, monkeypatch, seconds=4.0)
    watch.expect_another()
    assert said(await world.boss.context_menu(world.help_channel, name, message))
    assert watch.asked
    assert not watch.too_early


SLOW_SECONDS, PATIENCE = 0.4, 0.05
"""What a read takes in the tests below, and what is waited for it: what cannot be put off is given up in time."""


@pytest.fixture
def impatient(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    read = world.store.read

    @asynccontextmanager
    async def slow_read() -> AsyncIterator[Unit]:
        await asyncio.sleep(SLOW_SECONDS)
        async with read() as unit:
            yield unit

    monkeypatch.setattr(world.store, "read", slow_read)
    monkeypatch.setattr("bot.views.answering.FIRST_SIGN_SECONDS", PATIENCE)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("command", "option"),
    [("case view", "case"), ("case list", "tag"), ("case list", "brand"), ("cause fixed", "cause"), ("stats", "brand")],
)
async def test_choices_are_given_up_in_time(world: World, command: str, option: str) -> None:
    started = time.perf_counter()
    assert await world.sora.autocomplete(world.staff_channel, command, option, "") == []
    assert time.perf_counter() - started < SLOW_SECONDS


@pytest.mark.usefixtures("impatient")
async def test_the_window_of_a_draft_is_given_up_in_time(world: World) -> None:
    assert said(await _press(world, "draft:edit:1")).startswith("The database does not answer right now.")


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
    known |= {"help", "setup guide", "setup automod", "template edit"}  # they read nothing
    assert set(world.boss.available_commands(world.staff_channel)) == known
