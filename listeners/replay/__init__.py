"""Posts from files: JSONL, CSV, unquoted TSV and Reddit archive lines, plain, `.gz` or `.zst`."""

from listeners.replay.listener import FileListener
from listeners.replay.options import FIELDS, FileOptions, Progress

__all__ = ["FIELDS", "FileListener", "FileOptions", "Progress"]
