"""What `maeari check` finds: each row with its state and, where it fails, the mend, in both languages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import discord
import pytest
from pydantic import SecretStr

from bot.checks import Checked, CheckState, run_checks
from bot.i18n import Catalogues
from core.settings import BrandSection, ChatSection, DiscordSection, MaeariSection, RedditSection, Settings
from lab.faults import Fault, FaultKind
from tests.bot.living import Town, town


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    gateway = discord.gateway.DiscordWebSocket
    monkeypatch.setattr(gateway, "DEFAULT_GATEWAY", gateway.DEFAULT_GATEWAY)
    monkeypatch.setattr(discord.Asset, "BASE", discord.Asset.BASE)
    async with town(tmp_path) as built:
        yield built


def _settings(place: Town, **changes: object) -> Settings:
    articles = place.folder / "articles"
    articles.mkdir(exist_ok=True)
    (articles / "warranty.md").write_text("# Warranty\nTwo years.\n")
    given: dict[str, object] = {
        "maeari": MaeariSection(data_dir=place.folder),
        "discord": DiscordSection.model_validate(place.discord_table() | {"report_channel": place.talk.id}),
        "reddit": RedditSection.model_validate(place.reddit_table()),
        "brands": (BrandSection(name="Lumora", terms=("lumora",)),),
        "chat": ChatSection(knowledge_dir=articles),
    }
    return Settings.model_validate(given | changes)


async def _rows(settings: Settings, locale: str = "en") -> dict[str, Checked]:
    url = str(settings.maeari.data_dir / "maeari.db")
    t = Catalogues().for_locale(locale)
    return {row.name: row async for row in run_checks(settings, url, t)}


async def test_all_is_well(place: Town) -> None:
    rows = await _rows(_settings(place))
    notes = {name for name, row in rows.items() if row.state is not CheckState.OK}
    assert notes == {"database"}, "it is made at the first start"
    assert rows["Discord"].detail == "signed in as Maeari"
    assert rows["Reddit"].detail == "signed in as u/maeari_bot"
    assert rows["discord.staff_channel"].detail == "#cards"
    assert rows["articles"].detail == "1 articles"
    assert not place.discord.unknown_routes + place.reddit.unknown_routes


async def test_what_is_missing_is_a_note(place: Town) -> None:
    place.discord.gateway.allowed_intents = 0
    rows = await _rows(_settings(place, reddit=RedditSection(), brands=(), chat=ChatSection()))
    assert {name for name, row in rows.items() if row.state is CheckState.NOTE} == {
        "database",
        "brands",
        "message content intent",
        "Reddit",
        "articles",
    }


@pytest.mark.parametrize("locale", ["en", "ko"])
async def test_what_fails_names_the_mend(place: Town, locale: str) -> None:
    discord_table = place.discord_table() | {"staff_channel": 99, "token": "wrong-ibex"}
    reddit_table = place.reddit_table() | {"password": "wrong-ibex"}
    settings = _settings(
        place,
        discord=DiscordSection.model_validate(discord_table),
        reddit=RedditSection.model_validate(reddit_table),
        chat=ChatSection(knowledge_dir=place.folder / "nowhere"),
    )
    (place.folder / "maeari.db").write_bytes(b"this is no database, though it is long enough to look like one" * 40)
    rows = await _rows(settings, locale)
    failed = {name: row.detail for name, row in rows.items() if row.state is CheckState.FAIL}
    assert len(failed) == 4
    said = "\n".join(failed.values())
    assert said.count("\n") == 3
    for word in ("maeari restore", "discord.token", "reddit.password", "nowhere"):
        assert word in said
    assert "ibex" not in said
    assert ("확인해 주세요" in said) == (locale == "ko")


async def test_a_channel_that_is_not_there(place: Town) -> None:
    section = DiscordSection.model_validate(place.discord_table() | {"staff_channel": 99})
    rows = await _rows(_settings(place, discord=section))
    assert rows["discord.staff_channel"] == Checked("discord.staff_channel", CheckState.FAIL, "there is no channel 99")
    assert rows["discord.report_channel"].state is CheckState.NOTE


@pytest.mark.parametrize("kind", [FaultKind.RESET, FaultKind.HTML, FaultKind.MALFORMED])
async def test_platforms_that_answer_nonsense(place: Town, kind: FaultKind) -> None:
    place.discord.faults.add(Fault(kind=kind, route="/users/@me", times=None, status=200))
    settings = _settings(place, reddit=RedditSection())
    assert settings.discord.token == SecretStr(place.discord.token)
    rows = await _rows(settings)
    assert rows["Discord"].state is CheckState.FAIL
    assert "does not answer" in rows["Discord"].detail
