"""The quick ways of judging beside the plain ones: same cues, same scores of VADER, same log-odds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types.assessment import Language
from sentiment.cues import lowered
from sentiment.grams import korean_grams, korean_text, pair_features, word_features, words
from sentiment.guard import guard
from sentiment.model import FEELINGS, OUTPUTS, PACKED, EnglishModel, KoreanModel, Places, Weights, shipped
from sentiment.packed import ONE, Fields
from sentiment.pieces import PIECES_REMEMBERED, Pieces
from sentiment.reading import Reader, Reading, shared_reader
from sentiment.training.sets import corpus_rows

TELLING = [
    *["not", "never", "no", "thank you", "can i", "is down", "can't", "you", "idiot", "is", "down", "was not here"],
    *["great", "Bad!", "LOVE", "but", "the", "the", "again", "again", "?", "!!!", ":)", "😡", "👍", "lol", "’s", "'"],
    *[
        "go go",
        "go go go go",
        "a!b!a!b",
        "İ",
        "ΑΣ",
        "가나",
        "\u00a0",
        "\x1c",
        "http://x.y",
        "[NAME]",
        "@me",
        "u/me",
        "…",
    ],
]
TEXTS = st.lists(st.sampled_from(TELLING) | st.text(max_size=6), max_size=14).map(" ".join)
CLOSE = 1e-5
"""Log-odds: the plain sums are in float32, the packed ones in whole steps."""


class Plain:
    """What the model says, worked out word by word with numpy."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._weights = Weights.read(shipped("en"), reader.english_sign_set.names)
        self._rows = {feature: row for row, feature in enumerate(self._weights.keys.tolist())}

    def model(self) -> EnglishModel:
        return EnglishModel(self._weights, self._reader.english_sign_set, self._reader.english)

    def log_odds(self, reading: Reading) -> list[float]:
        reader, weights = self._reader, self._weights
        found = words(reading.lower)
        features = [feature for word in found for feature in word_features(word)]
        features += [feature for feature in pair_features(reading.lower, found) if feature in self._rows]
        total = reader.english_signs(reading.text) @ weights.signs.astype(np.float64) + weights.bias
        for feature in features:
            if feature in self._rows:
                total += weights.weights[self._rows[feature]] * (len(found) + 1) ** -0.5
        return [float(value) for value in total]


READER = shared_reader()
PLAIN = Plain(READER)
MODEL = PLAIN.model()
PIECES = READER.remember(MODEL)
KOREAN = Weights.read(shipped("ko"), READER.korean_sign_set.names)
KOREAN_ROWS = {int(key): at for at, key in enumerate(KOREAN.keys.tolist())}
KOREAN_MODEL = KoreanModel(KOREAN)


def read(text: str) -> Reading:
    return READER.read(guard(text, ()), PIECES)


def assert_same(text: str) -> None:
    reading = read(text)
    if reading.language not in (Language.ENGLISH, Language.MIXED):
        return
    assert list(reading.english) == [one.cue for one in READER.english.find(reading.lower)], text
    assert list(reading.abuse) == [one.cue for one in READER.abuse.find(reading.lower)], text
    assert READER.felt(reading.cut, reading.text) == READER.vader.scores(reading.text), text
    found = [word for piece in reading.text.split() for word in MODEL.said(lowered(piece)).words]
    assert found == words(reading.lower), text
    assert reading.cut.length == len(found), text
    signs = reading.english_signs(MODEL.signs)
    sums = PACKED.unpack(signs + MODEL._faded(reading.cut))
    assert sums == pytest.approx(PLAIN.log_odds(reading), abs=CLOSE), text
    assert MODEL.feelings(signs, reading.cut) == MODEL.log_odds(signs, reading.cut)[:2] == sums[:2]


@given(TEXTS)
def test_any_text_is_read_the_same(text: str) -> None:
    assert_same(text)


def test_our_corpus_is_read_the_same() -> None:
    for row in corpus_rows()[::16]:
        assert_same(row.text)


@given(st.lists(st.lists(st.floats(-8, 8, width=32), min_size=len(OUTPUTS), max_size=len(OUTPUTS)), max_size=60))
def test_packed_sums_are_the_sums(rows: list[list[float]]) -> None:
    fields = Fields(len(OUTPUTS))
    table = np.array(rows, dtype=np.float32).reshape(-1, len(OUTPUTS))
    total = sum(fields.pack(table)) * ONE
    assert fields.unpack(total) == pytest.approx(table.sum(axis=0, dtype=np.float64), abs=1e-6)
    assert fields.first_two(total) == fields.unpack(total)[:2]


def test_the_memory_of_pieces_is_bounded() -> None:
    pieces: Pieces = READER.remember(MODEL)
    for start in range(0, PIECES_REMEMBERED + 2_000, 1_000):
        pieces.cut(" ".join(f"w{number}" for number in range(start, start + 1_000)))
    assert len(pieces) <= PIECES_REMEMBERED
    pieces.cut("a" * 500)
    assert "a" * 500 not in pieces


def test_n_grams_are_found_where_a_search_finds_them() -> None:
    keys = np.sort(np.unique(np.random.default_rng(7).integers(0, 2**32, 90_000, dtype=np.uint32)))
    others = np.random.default_rng(8).integers(0, 2**32, 5_000, dtype=np.uint32)
    asked = np.concatenate([keys[::3], others, np.array([0, 2**32 - 1], dtype=np.uint32)])
    row = {int(key): at for at, key in enumerate(keys)}
    assert Places(keys).find(asked).tolist() == [row.get(int(one), len(keys)) for one in asked]


@given(st.text(alphabet="가나ㅋ ab1１\n\u3000😂", max_size=30))
def test_korean_sums_are_the_sums_over_all_grams(text: str) -> None:
    lower = lowered(text)
    signs = READER.korean_signs(text)
    total = signs @ KOREAN.signs + KOREAN.bias
    prepared = korean_text(lower)
    for gram in korean_grams(prepared).tolist():
        if gram in KOREAN_ROWS:
            total = total + KOREAN.weights[KOREAN_ROWS[gram]] * (len(prepared) + 1) ** -0.5
    summed = [place for place, output in enumerate(OUTPUTS) if output in FEELINGS]
    odds = KOREAN_MODEL.log_odds(lower, signs)
    assert [odds[at] for at in summed] == pytest.approx([float(total[at]) for at in summed], abs=CLOSE)
