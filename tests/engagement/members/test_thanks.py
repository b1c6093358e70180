"""Thank-yous vary, name what was praised, and are the same for the same post."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.i18n import Catalogues
from core.types.assessment import Assessment, Evidence, Language
from core.types.mention import Mention
from core.types.post import Source
from engagement.members.thanks import compose, locale_of, praised
from tests import make

CATALOGUES = Catalogues()
EN, KO = CATALOGUES.for_locale("en"), CATALOGUES.for_locale("ko")


def told(text: str, word: str, *, weight: float = 1.0, towards: str = "positive") -> Assessment:
    start = text.index(word)
    evidence = (Evidence(start, start + len(word), word, weight, towards, "word"),)
    return replace(make.assessment(), evidence=evidence)


def about(text: str, native_id: str = "1") -> Mention:
    return make.mention(make.post(text, native_id=native_id, source=Source.DISCORD))


@pytest.mark.parametrize(
    ("text", "word", "aspect"),
    [
        ("Love my Lumora, the battery is superb.", "superb", "battery"),
        ("The app crashed. But support was lovely!", "lovely", "support"),
        ("루모라 배송 정말 빨라요 최고", "최고", "delivery"),
        ("루모라 앱이 정말 편해요", "편해", "app"),
        ("Lumora is superb.", "superb", None),
        ("Superb. The delivery came on Monday.", "Superb", None),
        ("배터리 lasts, the battery life is superb", "superb", "battery life"),
    ],
)
def test_what_was_praised_stands_in_the_sentence_that_decided(text: str, word: str, aspect: str | None) -> None:
    assert praised(text, told(text, word)) == aspect


def test_what_pulls_the_other_way_is_not_praised() -> None:
    text = "The battery is not superb."
    assert praised(text, told(text, "superb", weight=-1.0)) is None
    assert praised(text, told(text, "superb", towards="negative")) is None


def test_the_praised_thing_is_named_in_both_languages() -> None:
    text = "Love my Lumora, the battery is superb."
    assert "battery" in compose(about(text), told(text, "superb"), recent=(), t=EN)
    assert "배터리" in compose(about(text), told(text, "superb"), recent=(), t=KO)


def test_the_same_post_always_gets_the_same_words() -> None:
    assert compose(about("x"), make.assessment(), recent=(), t=EN) == compose(
        about("x"), make.assessment(), recent=(), t=EN
    )


@pytest.mark.parametrize("t", [EN, KO], ids=["en", "ko"])
def test_ninety_thank_yous_in_one_place_are_ninety_texts(t: object) -> None:
    said: list[str] = []
    for number in range(90):
        said.append(compose(about("x", str(number)), make.assessment(), recent=said, t=t))  # type: ignore[arg-type]
    assert len(set(said)) == 90


def test_a_thank_you_says_that_a_bot_wrote_it_and_how_to_stop_it() -> None:
    assert "bot" in compose(about("x"), make.assessment(), recent=(), t=EN)
    assert "stop" in compose(about("x"), make.assessment(), recent=(), t=EN)
    korean = compose(about("x"), make.assessment(), recent=(), t=KO)
    assert "봇" in korean
    assert "그만" in korean


def test_mixed_texts_are_answered_in_korean() -> None:
    assert [locale_of(language) for language in Language] == ["en", "ko", "ko", "en"]
