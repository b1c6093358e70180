from __future__ import annotations

import random
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vaderSentiment.vaderSentiment import BOOSTER_DICT, NEGATE, SPECIAL_CASES, SentimentIntensityAnalyzer

from sentiment.training.sets import corpus_rows
from sentiment.vader import CACHE_TOKENS, Vader

LIBRARY = SentimentIntensityAnalyzer()
OURS = Vader()
TELLING = [
    *BOOSTER_DICT,
    *NEGATE,
    *(word for phrase in SPECIAL_CASES for word in phrase.split()),
    *["no", "No", "NO", "but", "BUT", "but,", "never", "so", "this", "without", "doubt", "least", "at", "very"],
    *["kind", "of", "sort", "just", "enough", "or", "nor", "!", "??", "???", "!!!!!", ".", "\n", "\u200b", "İ", "ß"],
    *["ΑΣ", "great", "bad", "LOVE", "HATE", "n't", "hopeless", ":)", ":(", "xD", "<3", "\ud800", "가나", "❤️"],
]


def assert_equal(text: str) -> None:
    expected = LIBRARY.polarity_scores(text)
    got = OURS.scores(text)
    assert (got.negative, got.neutral, got.positive, got.compound) == (
        expected["neg"],
        expected["neu"],
        expected["pos"],
        expected["compound"],
    ), text


def hostile(count: int, seed: int) -> Iterator[str]:
    """Yield texts made of lexicon words, emoji and everything that changes a neighbour's score."""
    dice = random.Random(seed)
    lexicon, emoji = list(LIBRARY.lexicon), list(LIBRARY.emojis)
    for _ in range(count):
        found = []
        for _ in range(dice.randint(0, 16)):
            draw = dice.random()
            word = dice.choice(TELLING if draw < 0.55 else lexicon if draw < 0.85 else emoji)
            if dice.random() < 0.15:
                word = word.upper()
            if dice.random() < 0.1:
                word = dice.choice(".,!?'\"(") + word + dice.choice(".,!?")
            found.append(word)
        yield dice.choice([" ", " ", "  ", ""]).join(found)


def test_scores_equal_the_library_on_hostile_texts() -> None:
    for text in hostile(6_000, seed=1):
        assert_equal(text)


def test_scores_equal_the_library_on_our_corpus() -> None:
    for row in corpus_rows():
        assert_equal(row.text)


@given(st.lists(st.sampled_from(TELLING) | st.text(max_size=8), max_size=12).map(" ".join))
def test_scores_equal_the_library_on_any_text(text: str) -> None:
    assert_equal(text)


@pytest.mark.slow
def test_scores_equal_the_library_on_a_hundred_thousand_hostile_texts() -> None:
    for text in hostile(110_000, seed=2):
        assert_equal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "!!!",
        "but",
        "good but good but good bad bad but",
        "bad " * 300 + "but " + "good " * 300,
        "😂" * 50,
        "a" * 5_000,
    ],
)
def test_scores_equal_the_library_at_the_edges(text: str) -> None:
    assert_equal(text)


def test_time_grows_with_the_text_and_not_with_its_square() -> None:
    def seconds(text: str) -> float:
        OURS.scores(text)
        best = float("inf")
        for _ in range(3):
            began = time.process_time()
            OURS.scores(text)
            best = min(best, time.process_time() - began)
        return best

    for piece in ("I love this but hate that. ", "😂", "not good but "):
        short, long = piece * 500, piece * 8_000
        assert seconds(long) < 16 * 6 * seconds(short)


def test_token_memory_is_bounded() -> None:
    vader = Vader()
    for start in range(0, CACHE_TOKENS + 5_000, 1_000):
        vader.scores(" ".join(f"w{number}" for number in range(start, start + 1_000)))
    assert len(vader._tokens) <= CACHE_TOKENS
