"""`maeari judge`: one line in, one line out."""

from __future__ import annotations

import json
from pathlib import Path

from tests.bot.cli.conftest import Maeari

LINES = (
    '{"text": "My Lumora stopped charging and nobody answers my ticket", "brand": "Lumora"}',
    "not json at all",
    '{"text": "루모라 배터리가 하루도 안 가네요 환불해 주세요", "brand": "Lumora", "terms": ["루모라"]}',
    '{"text": 17}',
    '{"brand": "Lumora"}',
    "",
    '{"text": ""}',
    '{"text": "\\ud800 lone surrogate", "brand": "Lumora"}',
    '["text"]',
    '{"text": "which lumora model has usb-c?", "terms": "lumora"}',
)


def test_every_line_is_answered_in_order(maeari: Maeari) -> None:
    done = maeari("judge", stdin="\n".join(LINES) + "\n")

    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert len(answers) == len(LINES)
    usable = [("error" not in answer) for answer in answers]
    assert usable == [True, False, True, False, False, False, True, True, False, False]
    assert answers[0]["label"] == "negative"
    assert answers[0]["intent"] == "complaint"
    assert answers[0]["decision"] == "flag"
    assert answers[2]["language"] == "ko"
    assert answers[2]["decision"] == "flag"


def test_the_fields_are_those_that_are_documented(maeari: Maeari) -> None:
    done = maeari("judge", "--evidence", stdin=LINES[0] + "\n")

    answer = json.loads(done.stdout)
    assert set(answer) >= {
        "label", "score", "probabilities", "intent", "abuse", "abuse_kinds", "decision", "language", "evidence",
    }  # fmt: skip
    assert -1 <= answer["score"] <= 1
    assert abs(sum(answer["probabilities"].values()) - 1) < 0.001
    text = json.loads(LINES[0])["text"]
    assert answer["evidence"], "a complaint is explained"
    for piece in answer["evidence"]:
        assert text[piece["start"] : piece["end"]] == piece["text"]


def test_a_labelled_file_is_measured(maeari: Maeari, tmp_path: Path) -> None:
    labelled = tmp_path / "labelled.tsv"
    labelled.write_text(
        "text\tlabel\tintent\n"
        'I love my "Lumora", best purchase ever\tpositive\tpraise\n'
        "It broke after two days and support ignores me\tnegative\tcomplaint\n",
        encoding="utf-8",
    )

    done = maeari("judge", "--evaluate", labelled, "--json")

    figures = {row["truth"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert figures["label"]["rows"] == 2
    assert figures["label"]["accuracy"] == 1.0
    assert figures["intent"]["accuracy"] == 1.0, "plain praise and a plain complaint are both called so"
    complaint = next(row for row in figures["intent"]["classes"] if row["name"] == "complaint")
    assert figures["intent"]["rows"] == 2
    assert (complaint["support"], complaint["recall"]) == (1, 1.0)


def test_a_file_without_labels_is_refused(maeari: Maeari, tmp_path: Path) -> None:
    plain = tmp_path / "plain.tsv"
    plain.write_text("text\nhello\n", encoding="utf-8")

    done = maeari("judge", "--evaluate", plain)

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert str(plain) in done.stderr
    assert "column" in done.stderr
