"""`maeari init`: write config.toml by asking."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated
from zoneinfo import available_timezones

import typer

from bot.cli._shared import system_locale, translator
from core.errors import ConfigError, UsageError
from core.settings import NO_ZONE
from core.text import Translate, mark

_Check = Callable[[str], str | None]
"""Returns what is wrong with an answer, or None."""
OWNER_ONLY = 0o600
"""Rights of the written file: it holds secrets."""
_NO_ID = mark("{value!r} is no Discord id; switch on Developer Mode in Discord and copy the number")


def init(
    target: Annotated[Path, typer.Argument(metavar="[FILE]", help=mark("File to write."))] = Path("config.toml"),
    force: Annotated[bool, typer.Option("--force", help=mark("Overwrite an existing file."))] = False,
    yes: Annotated[bool, typer.Option("--yes", help=mark("Ask nothing; write the defaults to edit by hand."))] = False,
) -> None:
    """Write config.toml by asking: language, brands, Discord, Reddit. Every question may be left empty."""
    from bot.i18n import Catalogues

    t = translator()
    if target.exists() and not force:
        raise ConfigError(mark("{path} exists; edit it, or overwrite it with --force"), path=target)
    if not yes and not sys.stdin.isatty():
        raise UsageError(mark("init asks questions and there is no terminal; use --yes for a file to edit by hand"))
    answers = _Answers(t, Catalogues().locales, ask=not yes)
    lines = [*_installation(answers), *_brands(answers), *_discord(answers), *_reddit(answers), *_chat(answers)]
    try:
        target.touch(mode=OWNER_ONLY)
        target.write_text("\n".join(lines) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            mark("{path} cannot be written ({problem}); name another file with --config"),
            path=target,
            problem=error.strerror,
        ) from None
    print(answers.t("Wrote {path}. Next: `maeari check`, then `maeari run`.", path=target))


class _Answers:
    """Asks at the terminal, again until an answer can be used, or takes every default."""

    def __init__(self, t: Translate, locales: Sequence[str], *, ask: bool) -> None:
        self.t = t
        self.locales = locales
        self._ask = ask

    def text(self, question: str, default: str = "", *, hidden: bool = False, check: _Check | None = None) -> str:
        while True:
            answer = self._answer(question, default, hidden=hidden)
            problem = check(answer) if check is not None and answer else None
            if problem is None:
                return answer
            typer.echo(f"  {problem}", err=True)

    def _answer(self, question: str, default: str, *, hidden: bool) -> str:
        if not self._ask:
            return default
        answer: str = typer.prompt(question, default=default, hide_input=hidden, show_default=bool(default))
        return answer.strip()

    def words(self, question: str, *, check: _Check | None = None) -> list[str]:
        return _words(self.text(question, check=check))

    def locale(self) -> str:
        """Ask for the language; from then on questions are put in it."""
        chosen = self.text(
            self.t("Language ({locales})", locales=", ".join(self.locales)), system_locale(), check=self._unknown_locale
        )
        if chosen != system_locale():
            self.t = translator(chosen)
        return chosen

    def _unknown_locale(self, answer: str) -> str | None:
        if answer in self.locales:
            return None
        return self.t(
            "There is no {locale!r}; choose one of {locales}.", locale=answer, locales=", ".join(self.locales)
        )

    def no_zone(self, answer: str) -> str | None:
        """Say what is wrong with the name of a time zone."""
        return None if answer in available_timezones() else self.t(NO_ZONE, zone=answer)

    def no_id(self, answer: str) -> str | None:
        """Say what is wrong with a Discord id."""
        return None if answer.isascii() and answer.isdecimal() else self.t(_NO_ID, value=answer)

    def no_ids(self, answer: str) -> str | None:
        """Say what is wrong with the first wrong one of several."""
        return next((problem for word in _words(answer) if (problem := self.no_id(word)) is not None), None)


def _words(answer: str) -> list[str]:
    return [word.strip() for word in answer.split(",") if word.strip()]


def _quoted(value: str | list[str]) -> str:
    # A JSON string or list of strings is also a TOML one.
    return json.dumps(value, ensure_ascii=False)


def _installation(ask: _Answers) -> list[str]:
    locale = ask.locale()
    zone = ask.text(ask.t("Time zone"), "Asia/Seoul" if locale == "ko" else "UTC", check=ask.no_zone)
    return ["[maeari]", f"locale = {_quoted(locale)}", f"timezone = {_quoted(zone)}", ""]


def _brands(ask: _Answers) -> list[str]:
    name = ask.text(ask.t("Your brand's name"), "My brand")
    terms = ask.words(ask.t("Words that name it, separated by commas (name, Korean name, #hashtag, site)")) or [name]
    never = ask.words(ask.t("Words that mean something else (a post with one is passed over)"))
    lines = ["[[brands]]", f"name = {_quoted(name)}", f"terms = {_quoted(terms)}"]
    return [*lines, f"exclusions = {_quoted(never)}", ""] if never else [*lines, ""]


def _discord(ask: _Answers) -> list[str]:
    token = ask.text(ask.t("Discord bot token (empty: no Discord)"), hidden=True)
    if not token:
        return ["[discord]", '# token = "…"  # or MAEARI_DISCORD__TOKEN in the environment', ""]
    lines = ["[discord]", f"token = {_quoted(token)}"]
    for key, question in (
        ("home_guild", ask.t("Id of your Discord server")),
        ("staff_channel", ask.t("Id of the staff channel")),
        ("report_channel", ask.t("Id of the report channel")),
    ):
        number = ask.text(question, check=ask.no_id)
        if number:
            lines.append(f"{key} = {number}")
    roles = ask.words(ask.t("Ids of staff roles, separated by commas"), check=ask.no_ids)
    lines.append(f"staff_roles = [{', '.join(roles)}]")
    return [*lines, ""]


def _reddit(ask: _Answers) -> list[str]:
    client = ask.text(ask.t("Reddit client id (empty: no Reddit; access needs Reddit's approval)"))
    if not client:
        return ["[reddit]", '# client_id = "…"  # see README: Reddit\'s approval comes first', ""]
    name = ask.text(ask.t("Reddit account of the bot"))
    return [
        "[reddit]",
        f"client_id = {_quoted(client)}",
        f"client_secret = {_quoted(ask.text(ask.t('Reddit client secret'), hidden=True))}",
        f"username = {_quoted(name)}",
        f"password = {_quoted(ask.text(ask.t('Password of that account'), hidden=True))}",
        f"user_agent = {_quoted(f'linux:{client}:v0.1 (by /u/{name})')}",
        f"subreddits = {_quoted(ask.words(ask.t('Subreddits to follow, separated by commas')))}",
        'mode = "draft"',
        "",
    ]


def _chat(ask: _Answers) -> list[str]:
    folder = ask.text(ask.t("Folder of Markdown articles for answers (empty: none)"))
    return ["[chat]", f"knowledge_dir = {_quoted(folder)}", ""] if folder else []
