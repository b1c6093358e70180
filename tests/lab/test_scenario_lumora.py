"""The bundled scenario as it lies on disk: well formed, large enough, and no two posts alike."""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lab

FOLDER = Path(lab.__file__).parent / "scenarios" / "lumora"
WRITES = {"post", "comment", "message"}
STAFF = {"claim", "reply", "resolve", "answer"}
LABELS = {"negative", "neutral", "positive"}
INTENTS = {"complaint", "praise", "question", "suggestion", "other"}
DECISIONS = {"flag", "thank", "review", "moderate", "ignore"}
NAMES = {"Lumora": r"lumora|루모라", "Velune": r"velune|벨룬", "Nimbus": r"nimbus|님버스"}
KEYS = {
    "post": {"at", "on", "do", "id", "in", "by", "title", "text", "want", "lang", "kind"},
    "comment": {"at", "on", "do", "id", "in", "by", "text", "under", "want", "lang", "kind"},
    "message": {"at", "on", "do", "id", "in", "by", "text", "want", "lang", "kind"},
    "edit": {"at", "on", "do", "by", "ref", "text", "want", "lang", "kind"},
    "delete": {"at", "on", "do", "by", "ref"},
    "react": {"at", "on", "do", "by", "ref", "text"},
    "claim": {"at", "on", "do", "by", "ref"},
    "resolve": {"at", "on", "do", "by", "ref"},
    "reply": {"at", "on", "do", "by", "ref", "text"},
    "answer": {"at", "on", "do", "by", "ref", "text"},
}

Event = dict[str, Any]


@cache
def events() -> tuple[Event, ...]:
    lines = (FOLDER / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def table() -> dict[str, Any]:
    return tomllib.loads((FOLDER / "scenario.toml").read_text(encoding="utf-8"))


def posts() -> list[Event]:
    return [event for event in events() if event["do"] in WRITES]


def wants(event: Event) -> list[dict[str, str]]:
    want = event.get("want")
    return want if isinstance(want, list) else [want] if want else []


def test_every_event_has_the_keys_of_its_kind() -> None:
    for event in events():
        optional = {"under"} if event["do"] == "message" else set()
        assert set(event) - optional == KEYS[event["do"]], event


def test_every_want_speaks_the_words_of_the_house() -> None:
    brands = {brand["name"] for brand in table()["brands"]}
    for event in events():
        for want in wants(event):
            assert set(want) == {"brand", "label", "intent", "decision"}, event
            assert want["brand"] in brands
            assert want["label"] in LABELS
            assert want["intent"] in INTENTS
            assert want["decision"] in DECISIONS


def test_a_post_is_judged_for_the_brands_it_names_and_no_others() -> None:
    titles = {event["id"]: event.get("title", "") for event in posts()}
    for event in events():
        if "want" not in event or event["kind"] == "near_miss":
            continue
        title = event.get("title") or titles.get(event.get("ref", ""), "")
        text = f"{title} {event['text']}".replace("\u200b", "").lower()
        named = {brand for brand, pattern in NAMES.items() if re.search(pattern, text)}
        assert named == {want["brand"] for want in wants(event)}, event


def test_near_misses_hold_an_exclusion_or_no_brand() -> None:
    exclusions = [term for brand in table()["brands"] for term in brand["exclusions"]]
    near = [event for event in posts() if event["kind"] == "near_miss"]
    assert len(near) >= 12
    for event in near:
        text = f"{event.get('title', '')} {event['text']}".lower()
        assert event["want"] is None
        assert any(term in text for term in exclusions), event


def test_competitors_are_never_answered() -> None:
    competitors = {brand["name"] for brand in table()["brands"] if brand["competitor"]}
    for event in events():
        for want in wants(event):
            if want["brand"] in competitors:
                assert want["decision"] == "ignore", event


def test_events_stand_in_order_and_inside_the_fortnight() -> None:
    moments = [event["at"] for event in events()]
    assert moments == sorted(moments)
    for moment in moments:
        assert re.fullmatch(r"d(0[1-9]|1[0-4])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d", moment), moment


def test_it_is_large_enough_and_has_a_bad_day() -> None:
    per_day = Counter(event["at"][:3] for event in posts())
    assert table()["days"] == 14
    assert len(per_day) == 14
    assert len(posts()) >= 600
    assert per_day["d09"] >= 1.8 * max(count for day, count in per_day.items() if day != "d09")
    spike = [event for event in posts() if "d09T10:00" <= event["at"] < "d09T13:00"]
    assert len(spike) >= 65


def folded(text: str) -> str:
    """Return the text without digits, brand names, case and white space."""
    text = re.sub("|".join(NAMES.values()), "", text.lower())
    return re.sub(r"[\d\s]+", "", text)


def test_no_two_texts_are_alike() -> None:
    texts = Counter(folded(f"{event.get('title', '')}{event['text']}") for event in posts())
    assert [text for text, count in texts.items() if count > 1] == []
    titles = Counter(folded(event["title"]) for event in posts() if "title" in event and event["kind"] != "bot")
    assert [title for title, count in titles.items() if count > 1] == []
    said = Counter(folded(event["text"]) for event in events() if event["do"] in {"reply", "answer"})
    assert max(said.values()) == 1


def test_the_languages_are_mixed_as_promised() -> None:
    share = Counter(event["lang"] for event in posts())
    total = sum(share.values())
    assert share["ko"] / total == pytest.approx(0.45, abs=0.05)
    assert share["en"] / total == pytest.approx(0.40, abs=0.05)
    assert share["mixed"] / total == pytest.approx(0.15, abs=0.03)


def test_every_reference_names_an_earlier_post_in_the_same_place() -> None:
    seen: dict[str, Event] = {}
    for event in events():
        if "id" in event:
            assert event["id"] not in seen
            seen[event["id"]] = event
        if "under" in event:
            assert seen[event["under"]]["in"] == event["in"]
            assert seen[event["under"]]["at"] < event["at"]
        if "ref" in event:
            assert seen[event["ref"]]["at"] < event["at"]
            assert event["do"] in STAFF - {"answer"} or seen[event["ref"]]["on"] == event["on"]


def test_places_and_people_are_listed() -> None:
    discord, reddit = table()["discord"], table()["reddit"]
    channels = {channel["name"] for channel in discord["channels"] if not channel.get("private")}
    members = {member["name"] for member in discord["members"]}
    staff = {member["name"] for member in discord["members"] if member.get("roles")}
    for event in events():
        if event["do"] in WRITES:
            assert event["in"] in (channels if event["on"] == "discord" else reddit["subreddits"]), event
        if event["on"] == "discord":
            assert event["by"] in members, event
        if event["do"] in STAFF:
            assert event["by"] in (staff if event["on"] == "discord" else reddit["staff_accounts"]), event


def test_staff_claim_before_they_reply_and_answer_most_complaints() -> None:
    claimed: set[str] = set()
    handled: set[str] = set()
    for event in events():
        if event["do"] in {"claim", "answer"}:
            handled.add(event["ref"])
        if event["do"] == "claim":
            assert event["ref"] not in claimed, event
            claimed.add(event["ref"])
        if event["do"] == "reply":
            assert event["ref"] in claimed, event
    complaints = {event["id"] for event in posts() if any(want["decision"] == "flag" for want in wants(event))}
    assert len(complaints) >= 130
    assert 0.5 <= len(complaints & handled) / len(complaints) <= 0.75


def test_articles_come_in_pairs_with_a_head() -> None:
    articles = sorted((FOLDER / table()["articles"]).glob("*.md"))
    topics = Counter(path.name.split(".")[0] for path in articles)
    assert len(topics) == 7
    assert set(topics.values()) == {2}
    for path in articles:
        head, body = path.read_text(encoding="utf-8").removeprefix("---\n").split("\n---\n", 1)
        keys = dict(line.split(": ", 1) for line in head.splitlines())
        assert set(keys) == {"title", "locale", "tags"}
        assert keys["locale"] == path.name.split(".")[1]
        assert len(body) > 400
