"""What people read when something did not work: one line, in their language, nothing of the installation."""

from __future__ import annotations

import re

import pytest
from discord import app_commands

from bot.i18n import Catalogues
from bot.views.answering import line_for
from core.errors import (
    ConflictError,
    InputError,
    MaeariError,
    NotAllowedError,
    NotFoundError,
    SendRefusedError,
    StorageError,
)

EN, KO = Catalogues().for_locale("en"), Catalogues().for_locale("ko")
ERRORS: list[BaseException] = [
    ConflictError("Somebody else has this case.", holder="5"),
    ConflictError("changed under us: version 3"),
    InputError("The reply is empty."),
    NotAllowedError("Only staff may do this."),
    NotFoundError("There is no such case."),
    SendRefusedError("locked", reason="locked"),
    StorageError("/srv/maeari/maeari.db: disk I/O error"),
    app_commands.MissingPermissions(["manage_messages"]),
    RuntimeError("secret text of somebody"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_one_line_in_either_language(error: BaseException) -> None:
    english, korean = line_for(error, EN), line_for(error, KO)
    for line in (english, korean):
        assert "\n" not in line
        assert "/srv" not in line
        assert "secret" not in line
    assert re.search(r"[가-힣]", korean)
    assert not re.search(r"[가-힣]", english)


def test_the_holder_is_named_to_others_only() -> None:
    error = ConflictError("Somebody else has this case.", holder="5")
    assert "<@5>" in line_for(error, EN, actor="6")
    assert "<@5>" not in line_for(error, EN, actor="5")


@pytest.mark.parametrize("message", ["{broken", "odd } brace", ""])
def test_braces_in_a_message_break_nothing(message: str) -> None:
    assert line_for(NotFoundError(message), KO)
    assert line_for(MaeariError(message), EN)
