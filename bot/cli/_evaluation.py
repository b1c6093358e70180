"""`maeari judge --evaluate`: measure the judge against a labelled file."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import InputError
from core.text import mark

if TYPE_CHECKING:
    from core.types.assessment import Assessment
    from sentiment.evaluate import Evaluation
    from sentiment.judge import TextJudge

TRUTHS = ("label", "intent", "complaint", "lang")
"""Columns that hold a truth to compare with; those that a file has are measured."""
LANGUAGE_NAMES = {"mix": "mixed"}
"""Other spellings of our language codes."""


def print_evaluation(path: Path, judge: TextJudge, *, as_json: bool) -> None:
    """Judge every row of a labelled file and print precision, recall, F1 and the confusion table per truth.

    Raises InputError for a file without a `text` column and at least one truth.
    """
    truths: dict[str, list[str]] = {}
    called: dict[str, list[str]] = {}
    for row in labelled_rows(path):
        assessment = judge.assess(row["text"], None, ())
        for name in TRUTHS:
            truth = row.get(name, "")
            if truth:
                truths.setdefault(name, []).append(LANGUAGE_NAMES.get(truth, truth))
                called.setdefault(name, []).append(_called(name, assessment))
    if not truths:
        raise InputError(
            mark("{path} has no labelled rows; it needs a column text and one of {columns}"),
            path=path,
            columns=", ".join(TRUTHS),
        )
    for name in truths:
        _print(name, truths[name], called[name], as_json=as_json)


def _called(name: str, assessment: Assessment) -> str:
    if name == "label":
        return assessment.label.value
    if name == "intent":
        return assessment.intent.value
    if name == "lang":
        return assessment.language.value
    return "1" if assessment.intent.value == "complaint" else "0"


def _print(name: str, truth: list[str], called: list[str], *, as_json: bool) -> None:
    from sentiment.evaluate import confusion_table, evaluate, table

    evaluation: Evaluation = evaluate(truth, called)
    if as_json:
        print(json.dumps({"truth": name, **asdict(evaluation)}, ensure_ascii=False))
        return
    print(f"{name}: {evaluation.rows:,}")
    for figures in [("", "precision", "recall", "F1", "rows"), *table(evaluation)]:
        print("  " + f"{figures[0]:<22}" + "".join(f"{cell:>11}" for cell in figures[1:]))
    print()
    for row in confusion_table(evaluation):
        print("  " + f"{row[0]:<22}" + "".join(f"{cell:>11}" for cell in row[1:]))
    print()


def labelled_rows(path: Path) -> Iterator[dict[str, str]]:
    """Yield the rows of an unquoted TSV with a header line, or of JSON lines; `.gz` too.

    Raises InputError for a file that cannot be read, or a line that is not like the others.
    """
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            name = path.name.removesuffix(".gz")
            yield from _json_rows(path, file) if name.endswith((".jsonl", ".ndjson")) else _tab_rows(path, file)
    except (OSError, UnicodeDecodeError, EOFError) as error:
        problem = getattr(error, "strerror", None) or error
        raise InputError(
            mark("{path} cannot be read ({problem}); check its permissions"), path=path, problem=problem
        ) from None


def _json_rows(path: Path, lines: Iterator[str]) -> Iterator[dict[str, str]]:
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            raise InputError(
                mark("{path}, line {number}: no JSON; write one object a line"), path=path, number=number
            ) from None
        if not isinstance(row, dict) or not isinstance(row.get("text"), str):
            raise InputError(mark("{path}, line {number}: there is no text"), path=path, number=number)
        yield {key: str(value) for key, value in row.items() if value is not None}


def _tab_rows(path: Path, lines: Iterator[str]) -> Iterator[dict[str, str]]:
    header = next(lines, "").rstrip("\r\n").split("\t")
    if "text" not in header:
        raise InputError(mark("{path}, line 1: no column is named text; columns are divided by tabs"), path=path)
    for number, line in enumerate(lines, 2):
        cells = line.rstrip("\r\n").split("\t")
        if len(cells) != len(header):
            raise InputError(
                mark("{path}, line {number}: {cells} cells where the header has {wanted}"),
                path=path,
                number=number,
                cells=len(cells),
                wanted=len(header),
            )
        yield dict(zip(header, cells, strict=True))
