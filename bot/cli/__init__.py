"""The command line: one module a command; each imports what it needs inside its function, for start-up time."""

from __future__ import annotations


def main() -> None:
    """Run the command line."""
    raise SystemExit(2)
