"""Which rows may train, and the refusal of everything else.

Only the named files of `train/` and two thirds of our own corpus ever train. Sets that only measure, verdicts and
databases never do: the platforms forbid training on their content.
"""

from __future__ import annotations

import gzip
import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from core.errors import InputError, UsageError

SQLITE_HEADER = b"SQLite format 3\x00"
CORPUS_HEADER = ["text", "label", "intent", "lang", "kind", "abuse"]
MEASURED_SHARE = 3
"""One text in so many of the corpus only measures."""
FELT_FROM = 0.6
"""Mean human rating (-4..4) from which a text of the VADER ground truth counts as felt."""


@dataclass(frozen=True, slots=True)
class TrainSet:
    """One file of `train/` that may train, with its licence."""

    file: str
    language: str
    licence: str
    origin: str


TRAIN_SETS = (
    TrainSet("en_reddit3.tsv.gz", "en", "Apache-2.0", "GoEmotions, folded to three classes"),
    TrainSet("en_vader_gt.tsv.gz", "en", "MIT", "VADER ground truth, mean human ratings"),
    TrainSet("ko_nsmc3.tsv.gz", "ko", "CC0-1.0", "NSMC raw film reviews by stars"),
    TrainSet("ko_reddit3_mt.tsv.gz", "ko", "Apache-2.0", "GoEmotions-Korean, machine translated"),
    TrainSet("ko_daily_neutral.tsv.gz", "ko", "MIT", "songys Chatbot_data, everyday remarks"),
    TrainSet("ko_abuse.tsv.gz", "ko", "MIT", "2runo Curse-detection-data"),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text; None where its set does not say."""

    text: str
    language: str
    source: str
    """Name of the set, or `corpus`."""
    label: str | None = None
    intent: str | None = None
    kind: str = ""
    abuse: str | None = None
    """Kind of abuse, empty for none."""
    part: str = ""
    """Which part of its set a text comes from, where its set says: `amazonReviewSnippets`."""


def measured(text: str) -> bool:
    """Say whether a text of the corpus belongs to the third that only measures: fixed by its SHA-256."""
    digest = hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()
    return int(digest, 16) % MEASURED_SHARE == 0


def corpus_rows() -> list[Row]:
    """Return all rows of our own corpus, the measured third included; empty where there is none.

    Raises InputError that names file and line for a broken row.
    """
    folder = Path(str(resources.files("sentiment").joinpath("corpus")))
    return [row for file in sorted(folder.glob("*.tsv")) for row in _corpus_file(file)]


def _corpus_file(file: Path) -> Iterator[Row]:
    lines = file.read_text("utf-8").splitlines()
    if not lines or lines[0].split("\t") != CORPUS_HEADER:
        raise InputError(f"{file.name}: the first line must be {' '.join(CORPUS_HEADER)}, divided by tabs")
    for number, line in enumerate(lines[1:], start=2):
        cells = line.split("\t")
        if len(cells) != len(CORPUS_HEADER):
            raise InputError(f"{file.name}, line {number}: {len(cells)} cells where {len(CORPUS_HEADER)} belong")
        text, label, intent, language, kind, abuse = cells
        yield Row(text, language, "corpus", label, intent, kind, "" if abuse == "none" else abuse)


def training_rows(data: Path) -> tuple[list[Row], dict[str, str]]:
    """Return all rows that train, and the SHA-256 of each file they come from.

    Raises UsageError where the folder is, or holds, a database, where a named set is missing, or where a set shares
    texts with one that only measures.
    """
    _refuse_databases(data)
    rows = [row for row in corpus_rows() if not measured(row.text)]
    hashes: dict[str, str] = {}
    for chosen in TRAIN_SETS:
        file = data / "train" / chosen.file
        if not file.is_file():
            raise UsageError(f"{file} is missing: --data names the folder that holds train/{chosen.file}")
        hashes[chosen.file] = hashlib.sha256(file.read_bytes()).hexdigest()
        rows += _set_rows(file, chosen)
    _refuse_measured(data, rows)
    return rows, hashes


def read_tsv(file: Path) -> list[list[str]]:
    """Return the rows of an unquoted TSV file, plain or gzipped, without its header line."""
    raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    return [line.split("\t") for line in raw.decode().split("\n")[1:] if line]


def _set_rows(file: Path, chosen: TrainSet) -> Iterator[Row]:
    name = chosen.file.split(".")[0]
    for cells in read_tsv(file):
        text, label = cells[0], cells[1]
        if name == "ko_abuse":
            yield Row(text, chosen.language, name, abuse="harassment" if label == "1" else "")
        elif name == "en_vader_gt":
            mean = float(label)
            felt = "positive" if mean > FELT_FROM else "negative" if mean < -FELT_FROM else "neutral"
            yield Row(text, chosen.language, name, label=felt, part=cells[3].partition(":")[2])
        else:
            yield Row(text, chosen.language, name, label=label)


def _refuse_databases(data: Path) -> None:
    if not data.exists():
        raise UsageError(f"there is no folder {data}")
    files = [data] if data.is_file() else [file for file in sorted(data.rglob("*")) if file.is_file()]
    for file in files:
        with file.open("rb") as opened:
            if opened.read(len(SQLITE_HEADER)) == SQLITE_HEADER:
                raise UsageError(f"{file} is a database: what people wrote on platforms never trains a model")
    if data.is_file():
        raise UsageError(f"{data} is a file: --data names the folder that holds train/")


def _refuse_measured(data: Path, rows: list[Row]) -> None:
    """Refuse rows that stand in a set beside `train/`: those sets only measure."""
    held = {row.text for row in rows}
    for file in sorted(data.glob("*.tsv")):
        shared = sum(cells[0] in held for cells in read_tsv(file) if len(cells[0]) > 40)
        if shared:
            raise UsageError(f"{shared} training rows stand in {file.name}, which only measures: take them out first")
