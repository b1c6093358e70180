from __future__ import annotations

import gzip
import sqlite3
from pathlib import Path

import pytest

from core.errors import InputError, UsageError
from sentiment.training.sets import TRAIN_SETS, corpus_rows, measured, training_rows


def folder(at: Path, *, first: str = "a text of the training set that is long enough to be told apart") -> Path:
    """Make a folder with a small train/."""
    (at / "train").mkdir()
    for one in TRAIN_SETS:
        labels = {"en_vader_gt": "1.5", "ko_abuse": "1"}
        label = labels.get(one.file.split(".")[0], "positive")
        text = f"text\tlabel\tlang\tsource\n{first}\t{label}\t{one.language}\tx\n"
        (at / "train" / one.file).write_bytes(gzip.compress(text.encode()))
    return at


def test_rows_come_from_the_named_sets_and_two_thirds_of_the_corpus(tmp_path: Path) -> None:
    rows, hashes = training_rows(folder(tmp_path))
    assert set(hashes) == {one.file for one in TRAIN_SETS}
    own = [row for row in rows if row.source == "corpus"]
    assert not any(measured(row.text) for row in own)
    assert len(own) == sum(not measured(row.text) for row in corpus_rows())


def test_a_database_never_trains(tmp_path: Path) -> None:
    at = folder(tmp_path)
    with sqlite3.connect(at / "anything.tsv.gz") as database:
        database.execute("create table mentions (text)")
    with pytest.raises(UsageError, match="never trains"):
        training_rows(at)
    with pytest.raises(UsageError, match="never trains"):
        training_rows(at / "anything.tsv.gz")


def test_rows_of_a_set_that_only_measures_are_refused(tmp_path: Path) -> None:
    at = folder(tmp_path)
    shared = "a text of the training set that is long enough to be told apart"
    (at / "en_reddit3.tsv").write_text(f"text\tlabel\tlang\tsource\n{shared}\tpositive\ten\tx\n", "utf-8")
    with pytest.raises(UsageError, match=r"en_reddit3\.tsv, which only measures"):
        training_rows(at)


def test_a_missing_set_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"train/en_reddit3\.tsv\.gz"):
        training_rows(tmp_path)
    with pytest.raises(UsageError, match="no folder"):
        training_rows(tmp_path / "absent")


def test_the_corpus_is_large_varied_and_well_formed() -> None:
    rows = corpus_rows()
    assert len(rows) >= 1_500
    assert len({row.text for row in rows}) == len(rows)
    assert {row.label for row in rows} == {"negative", "neutral", "positive"}
    assert {row.intent for row in rows} == {"complaint", "praise", "question", "suggestion", "other"}
    assert {row.language for row in rows} == {"en", "ko", "mixed"}
    share = sum(measured(row.text) for row in rows) / len(rows)
    assert 0.28 < share < 0.39


def test_a_broken_corpus_line_is_named(tmp_path: Path) -> None:
    from sentiment.training.sets import _corpus_file

    file = tmp_path / "en.tsv"
    file.write_text("text\tlabel\tintent\tlang\tkind\tabuse\nonly\ttwo\n", "utf-8")
    with pytest.raises(InputError, match="line 2"):
        list(_corpus_file(file))
