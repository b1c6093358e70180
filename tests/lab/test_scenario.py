from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.types.assessment import Intent, Label
from core.types.decision import DecisionKind
from core.types.post import Source
from lab.events import Changed, ChangeKind, StaffAct, StaffKind, Want, Written
from lab.scenario import bundled, load

TOML = """
title = "Two days"
start = 2026-11-02
days = 2
timezone = "Asia/Seoul"

[[brands]]
name = "Lumora"
terms = ["lumora", "루모라"]
exclusions = ["lumora falls"]

[reddit]
subreddits = ["gadgets"]
account = "maeari_lumora"
staff_accounts = ["LumoraSupport"]

[discord]
guild = "Lumora"
staff_channel = "#staff"
report_channel = "#staff"
staff_roles = ["Staff"]
roles = [{name = "Staff", permissions = ["manage_messages"]}]
channels = [{name = "#help"}, {name = "#staff", private = true}]
members = [{name = "mina", roles = ["Staff"], locale = "ko"}, {name = "ann"}]
"""
WANT = {"brand": "Lumora", "label": "negative", "intent": "complaint", "decision": "flag"}
LINES: list[dict[str, Any]] = [
    {"at": "d01T09:00:00", "on": "reddit", "do": "post", "id": "p1", "in": "gadgets", "by": "bob", "title": "Lumora",
     "text": "died", "want": WANT, "lang": "en", "kind": "angry"},
    {"at": "d01T09:05:00", "on": "discord", "do": "message", "id": "p2", "in": "#help", "by": "ann", "text": "broken",
     "want": [WANT]},
    {"at": "d01T09:06:00", "on": "discord", "do": "react", "by": "mina", "ref": "p2", "text": "😢"},
    {"at": "d01T09:10:00", "on": "discord", "do": "claim", "by": "mina", "ref": "p1"},
    {"at": "d01T09:20:00", "on": "reddit", "do": "answer", "by": "LumoraSupport", "ref": "p1", "text": "Sorry"},
    {"at": "d02T09:00:00", "on": "reddit", "do": "comment", "id": "p3", "in": "gadgets", "by": "bob", "under": "p1",
     "text": "Thanks", "want": None},
    {"at": "d02T10:00:00", "on": "discord", "do": "edit", "by": "ann", "ref": "p2", "text": "works again"},
    {"at": "d02T11:00:00", "on": "discord", "do": "delete", "by": "ann", "ref": "p2"},
]  # fmt: skip


def folder(where: Path, toml: str = TOML, lines: list[dict[str, Any]] = LINES) -> Path:
    (where / "scenario.toml").write_text(toml, encoding="utf-8")
    text = "\n".join(json.dumps(line, ensure_ascii=False) for line in lines)
    (where / "posts.jsonl").write_text(text, encoding="utf-8")
    return where


def test_a_folder_becomes_a_scenario(tmp_path: Path) -> None:
    scenario = load(folder(tmp_path))
    assert (scenario.title, scenario.days, scenario.zone.key) == ("Two days", 2, "Asia/Seoul")
    assert scenario.started_at == datetime(2026, 11, 1, 15, tzinfo=UTC)
    assert scenario.ended_at == datetime(2026, 11, 3, 15, tzinfo=UTC)
    assert [term.text for term in scenario.brands[0].exclusions] == ["lumora falls"]
    assert scenario.discord.channels[1].private
    assert [type(event) for event in scenario.events] == [
        Written, Written, Changed, StaffAct, StaffAct, Written, Changed, Changed,
    ]  # fmt: skip
    post, message, reaction, claim, answer, comment, edit, delete = scenario.events
    want = Want("Lumora", Label.NEGATIVE, Intent.COMPLAINT, DecisionKind.FLAG)
    assert isinstance(post, Written)
    assert (post.at, post.on, post.title, post.wants) == (
        datetime(2026, 11, 2, 0, tzinfo=UTC), Source.REDDIT, "Lumora", (want,),
    )  # fmt: skip
    assert isinstance(message, Written)
    assert (message.place, message.wants, message.under) == ("#help", (want,), None)
    assert isinstance(reaction, Changed)
    assert (reaction.kind, reaction.by, reaction.text) == (ChangeKind.REACT, "mina", "😢")
    assert isinstance(claim, StaffAct)
    assert (claim.kind, claim.ref) == (StaffKind.CLAIM, "p1")
    assert isinstance(answer, StaffAct)
    assert (answer.on, answer.text) == (Source.REDDIT, "Sorry")
    assert isinstance(comment, Written)
    assert (comment.under, comment.wants) == ("p1", ())
    assert isinstance(edit, Changed)
    assert (edit.kind, edit.text) == (ChangeKind.EDIT, "works again")
    assert isinstance(delete, Changed)
    assert scenario.written == (post, message, comment)


@pytest.mark.parametrize(
    ("line", "changes", "message"),
    [
        (0, {"at": "d03T09:00:00"}, "line 1: `at` names day 3, the scenario has days 1 to 2"),
        (0, {"at": "9 o'clock"}, 'line 1: `at` is "9 o\'clock"; write scenario day and local time'),
        (0, {"at": "d01T25:00:00"}, "line 1: hour must be in"),
        (1, {"at": "d01T08:00:00"}, "line 2: `at` d01T08:00:00 lies before the line above"),
        (1, {"id": "p1"}, "line 2: `id` 'p1' was used in line 1"),
        (1, {"in": "#hlep"}, "line 2: `in` '#hlep' is not listed"),
        (1, {"by": "stranger"}, "line 2: `by` 'stranger' is no member"),
        (1, {"text": " "}, "line 2: `text` is missing"),
        (1, {"do": "post"}, "line 2: `do` 'post' does not go with `on` 'discord'"),
        (1, {"under": "p1"}, "line 2: `under` 'p1' stands in gadgets, not in #help"),
        (1, {"want": {**WANT, "brand": "Lumara"}}, "line 2: `want` names the brand 'Lumara'"),
        (1, {"want": {**WANT, "decision": "shout"}}, "line 2: Invalid enum value 'shout'"),
        (1, {"wnat": WANT}, "line 2: Object contains unknown field `wnat`"),
        (3, {"ref": "p9"}, "line 4: `ref` names 'p9', which no line above has"),
        (3, {"by": "nobody"}, "line 4: `by` 'nobody' is no member"),
        (4, {"by": "mina"}, "line 5: `by` 'mina' is none of \\[reddit\\] staff_accounts"),
        (4, {"text": None}, "line 5: `text` is missing"),
        (4, {"on": "discord", "by": "mina"}, "line 5: 'p1' was written on reddit"),
        (5, {"under": None}, "line 6: a comment needs `under`"),
        (2, {"ref": "p1"}, "line 3: only Discord messages get reactions"),
    ],
)
def test_a_wrong_line_says_which_and_what_to_do(
    tmp_path: Path, line: int, changes: dict[str, Any], message: str
) -> None:
    lines = [{**one, **changes} if number == line else one for number, one in enumerate(LINES)]
    with pytest.raises(InputError, match=message):
        load(folder(tmp_path, lines=lines))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"Asia/Seoul"', '"Asia/Soul"', "there is no time zone 'Asia/Soul'"),
        ("days = 2", "days = 2\ndayz = 2", "unknown field `dayz`"),
        ("days = 2", "", "missing required field `days`"),
        ("days = 2", "days = = 2", "scenario.toml: "),
        ('report_channel = "#staff"', 'report_channel = "#report"', "channel '#report' is used and not listed"),
        ('roles = ["Staff"], ', 'roles = ["Boss"], ', "role 'Boss' is used and not listed"),
        ('{name = "ann"}', '{name = "mina"}', "member 'mina' is listed twice"),
        ("days = 2", 'days = 2\narticles = "texts"', "`articles` names the folder 'texts'"),
    ],
)
def test_a_wrong_table_says_which_and_what_to_do(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in TOML
    with pytest.raises(InputError, match=message):
        load(folder(tmp_path, toml=TOML.replace(old, new, 1)))


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no scenario 'lumara'; give a folder or one of: lumora"):
        load("lumara")
    with pytest.raises(InputError, match=r"scenario\.toml: cannot be read"):
        load(tmp_path)
    (folder(tmp_path) / "posts.jsonl").unlink()
    with pytest.raises(InputError, match=r"posts\.jsonl: cannot be read"):
        load(tmp_path)


def test_the_bundled_scenario_loads() -> None:
    assert bundled() == ("lumora",)
    scenario = load("lumora")
    assert scenario.days == 14
    assert len(scenario.written) >= 600
    assert {brand.competitor for brand in scenario.brands} == {True, False}
    assert scenario.articles is not None
