"""The command line: one module a command; each imports what it needs inside its function, for start-up time."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from core.text import mark, one_line

if TYPE_CHECKING:
    import typer

COMMANDS = {
    "demo": mark("Play two weeks of a fictitious brand through the real product, against stand-ins. No keys."),
    "init": mark("Write config.toml by asking: language, brands, Discord, Reddit."),
    "check": mark("Validate the configuration, the database, credentials, intents and channels."),
    "run": mark("Run the bot until Ctrl-C or SIGTERM: Discord and Reddit, whichever has credentials."),
    "replay": mark(
        "Take posts from files through the real pipeline. Nobody is thanked or called: they lie in the past."
    ),
    "judge": mark(
        'Judge texts: one {{"text": …, "brand"?: …, "terms"?: […]}} line in, one assessment line out, in order.'
    ),
    "mentions": mark("List, search and export the mentions in the database, newest first."),
    "cases": mark("List and export the cases: open ones by due time, then the newest."),
    "report": mark("Write the weekly mention report: HTML, PNG, JSON, CSV or text."),
    "forget": mark(
        "Erase a person's texts, names and messages, down to the bytes on disk. Counts and an opt-out stay."
    ),
    "purges": mark("Show what was deleted, when and why: names are salted hashes, contents are gone."),
    "export_member": mark("Print all that is stored about a person, as one JSON object."),
    "backup": mark("Copy the database into a file, safely also while the bot runs."),
    "restore": mark("Put a backup back: checked first; what was deleted since is deleted again. Stop the bot before."),
    "migrate": mark("Bring the database to this version's schema (run and replay do so by themselves)."),
    "rebuild_rollups": mark("Count the hourly numbers anew from mentions and tombstones."),
    "bench": mark("Measure speed and judgement; exit code 1 only where a must is missed."),
}
"""Modules of this package and their help, in the order `--help` lists them; each holds a function of its own name."""


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
    for name, text in COMMANDS.items():
        module = import_module(f"bot.cli.{name}")
        app.command(name.replace("_", "-"), help=text)(getattr(module, name))
    return app


def main() -> None:
    """Run the command line: one clear line and an exit code for every error that was foreseen."""
    import typer

    from bot.cli._shared import translate_help, translator
    from bot.logs import configure_logging
    from core.errors import MaeariError

    # Commands speak for themselves; `run` turns the log up.
    configure_logging("console", level=logging.WARNING)

    command = typer.main.get_command(build())
    translate_help(command)
    try:
        command()
    except MaeariError as error:
        print(f"maeari: {one_line(error.words(translator()))}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of our output went away (`| head`): not an error. Keep Python from flushing into it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
