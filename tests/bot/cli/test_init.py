"""`maeari init` as a person meets it: at a terminal."""

from __future__ import annotations

import os
import pty
import select
import stat
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

from core.settings import Settings

REPOSITORY = Path(__file__).resolve().parents[3]
LIMIT_SECONDS = 60
"""Longest wait for a question; only a hanging command takes that long."""


def _answered(folder: Path, answers: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """Run `init` at a terminal of its own; give each answer once its question stands there; return code and screen."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "init"],
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as process:
        os.close(theirs)
        try:
            screen = ""
            for question, answer in answers:
                seen = len(screen)
                # The end of the prompt is written once the terminal is ready: what is typed before may be thrown away.
                while question not in screen[seen:] or not screen.endswith(": "):
                    piece = _read(ours)
                    assert piece, f"init ended before it asked {question!r}:\n{screen}"
                    screen += piece
                os.write(ours, f"{answer}\n".encode())
            while rest := _read(ours):
                screen += rest
            return process.wait(LIMIT_SECONDS), screen
        finally:
            process.kill()
            os.close(ours)


def _read(terminal: int) -> str:
    if not select.select([terminal], [], [], LIMIT_SECONDS)[0]:
        return ""
    try:
        return os.read(terminal, 4096).decode(errors="replace")
    except OSError:  # the other side is closed
        return ""


def test_a_config_is_written_by_asking(tmp_path: Path) -> None:
    code, screen = _answered(
        tmp_path,
        [
            ("Language", "fr"),
            ("choose one of", ""),
            ("Time zone", "Asia/Nowhere"),
            ("Asia/Nowhere", "Asia/Seoul"),
            ("brand's name", "Lumora"),
            ("Words that name it", "lumora, 루모라, #lumora"),
            ("something else", "lumora station"),
            ("Discord bot token", "a-secret-token"),
            ("Discord server", "my server"),
            ("is no Discord id", "１２３"),
            ("is no Discord id", "123"),
            ("staff channel", "456"),
            ("report channel", ""),
            ("staff roles", "7, eight"),
            ("is no Discord id", "7, 8"),
            ("Reddit client id", ""),
            ("Folder of Markdown", "articles"),
        ],
    )
    assert code == 0, screen
    written = tmp_path / "config.toml"
    assert stat.S_IMODE(written.stat().st_mode) == 0o600
    assert "a-secret-token" not in screen
    settings = Settings.model_validate(tomllib.loads(written.read_text(encoding="utf-8")))
    assert settings.maeari.timezone == "Asia/Seoul"
    assert settings.brands[0].terms == ("lumora", "루모라", "#lumora")
    assert settings.brands[0].exclusions == ("lumora station",)
    assert (settings.discord.home_guild, settings.discord.staff_channel) == (123, 456)
    assert settings.discord.staff_roles == (7, 8)


def test_questions_come_in_the_language_chosen(tmp_path: Path) -> None:
    code, screen = _answered(
        tmp_path,
        [
            ("Language", "ko"),
            ("시간대", ""),
            ("브랜드", "루모라"),
            ("쉼표", ""),
            ("다른 뜻", ""),
            ("Discord", ""),
            ("Reddit", ""),
            ("마크다운", ""),
        ],
    )
    assert code == 0, screen
    assert "maeari check" in screen.splitlines()[-1]
    settings = Settings.model_validate(tomllib.loads((tmp_path / "config.toml").read_text(encoding="utf-8")))
    assert (settings.maeari.locale, settings.maeari.timezone) == ("ko", "Asia/Seoul")
    assert settings.brands[0].terms == ("루모라",)
