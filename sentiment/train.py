"""`python -m sentiment.train --data DIR`: reads the sets that may train, writes model files with their card."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.errors import MaeariError
from sentiment.model import shipped
from sentiment.reading import shared_reader
from sentiment.training.card import write_card
from sentiment.training.files import save
from sentiment.training.fit import Fitted, fit_language, fold_of, quiet_solver
from sentiment.training.goals import ENGLISH_GOALS, KOREAN_GOALS, targets
from sentiment.training.matrix import english_table, korean_table
from sentiment.training.sets import Row, training_rows

VERSION = "2026.11-en3-ko3"
ENGLISH_FEELINGS, ENGLISH_INTENTS = 80_000, 30_000
KOREAN_FEELINGS, KOREAN_INTENTS = 170_000, 16_000
"""Sizes of the dictionaries: together well under 2 MB on disk."""


def main(arguments: list[str] | None = None) -> int:
    """Train both languages; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sentiment.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds train/ with the labelled sets")
    parser.add_argument("--out", type=Path, default=shipped("x").parent, help="folder for the model files")
    parser.add_argument("--only", choices=("en", "ko"), help="train one language")
    options = parser.parse_args(arguments)
    try:
        rows, hashes = training_rows(options.data)
    except MaeariError as error:
        _say(str(error))
        return error.exit_code
    quiet_solver()
    options.out.mkdir(parents=True, exist_ok=True)
    models: dict[str, tuple[list[Row], Fitted, int]] = {}
    for language in ("en", "ko"):
        if options.only in (None, language):
            chosen = [row for row in rows if row.language in (language, "mixed")]
            fitted = _train(language, chosen)
            names = _signs(language)
            size = save(fitted, options.out / f"{language}.npz", sign_names=names, version=VERSION)
            models[language] = (chosen, fitted, size)
            _say(f"{language}: {len(chosen)} rows, {size / 1e6:.2f} MB")
    write_card(options.out, models, hashes, version=VERSION)
    return 0


def _signs(language: str) -> tuple[str, ...]:
    reader = shared_reader()
    return (reader.english_sign_set if language == "en" else reader.korean_sign_set).names


def _train(language: str, rows: list[Row]) -> Fitted:
    texts = [row.text for row in rows]
    own = [at for at, row in enumerate(rows) if row.source in ("corpus", "ko_abuse")]
    reader = shared_reader()
    if language == "en":
        table = english_table(texts, reader, at_least=4, kept=own)
        goals, feelings, intents = ENGLISH_GOALS, ENGLISH_FEELINGS, ENGLISH_INTENTS
    else:
        table = korean_table(texts, reader, at_least=4, kept=own)
        goals, feelings, intents = KOREAN_GOALS, KOREAN_FEELINGS, KOREAN_INTENTS
    _say(f"{language}: {table.counts.shape[0]} texts, {table.counts.shape[1]} features")
    return fit_language(table, targets(rows, goals), fold_of(rows), feelings=feelings, intents=intents, say=_say)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
