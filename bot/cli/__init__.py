"""The command line: one module a command; each imports what it needs inside its function, for start-up time."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import typer

COMMANDS = (
    "demo",
    "init",
    "check",
    "run",
    "replay",
    "judge",
    "mentions",
    "cases",
    "report",
    "forget",
    "export_member",
    "backup",
    "restore",
    "migrate",
    "rebuild_rollups",
    "bench",
)
"""Modules of this package, in the order `--help` lists them; each holds a function of its own name."""


def build() -> typer.Typer:
    """Put the commands together."""
    import typer

    from bot.cli._shared import APP_HELP

    app = typer.Typer(
        name="maeari",
        help=APP_HELP,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for name in COMMANDS:
        module = import_module(f"bot.cli.{name}")
        app.command(name.replace("_", "-"))(getattr(module, name))
    return app


def main() -> None:
    """Run the command line: one clear line and an exit code for every error that was foreseen."""
    import typer

    from bot.cli._shared import translate_help
    from core.errors import MaeariError

    command = typer.main.get_command(build())
    translate_help(command)
    try:
        command()
    except MaeariError as error:
        print(f"maeari: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not an error. Keep Python from flushing into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
