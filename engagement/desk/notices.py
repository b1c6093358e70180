"""What a member is told, alone and by direct message: a measure about them, and what became of their appeal."""

from __future__ import annotations

from core.text import Translate, mark
from core.types.action import ActionDraft, ActionKind, Purpose, Target
from core.types.moderation import AppealState, MeasureKind, MeasureRecord

__all__ = ["NOTICED", "decision_notice", "measure_notice"]

NOTICED = (MeasureKind.WARN, MeasureKind.TIMEOUT)
"""Measures after which somebody is still there to be told."""
_MEASURES = {
    MeasureKind.WARN: mark(
        "A moderator asks you to keep to the rules of this community.\nReason: {reason}\nModeration case {number}. "
        "If you think this is wrong, press the button: somebody else will look at it."
    ),
    MeasureKind.TIMEOUT: mark(
        "A moderator has taken your voice in this community for a while.\nReason: {reason}\nModeration case {number}. "
        "If you think this is wrong, press the button: somebody else will look at it."
    ),
}
_GRANTED = mark("Your appeal in moderation case {number} was granted: the measure is taken back.")
_UPHELD = mark("Another moderator has looked at your appeal in moderation case {number}: the measure stays.")


def measure_notice(record: MeasureRecord, channel: str, t: Translate) -> ActionDraft:
    """Return what somebody reads about a measure; a button to appeal comes with it."""
    text = t(_MEASURES[record.kind], reason=record.reason, number=record.number)
    return _notice(record, channel, t, key=f"notice:{record.number}", text=text, about=record.number)


def decision_notice(record: MeasureRecord, channel: str, t: Translate) -> ActionDraft:
    """Return what somebody reads about their appeal; it is decided, so no button comes with it."""
    granted = record.appeal is AppealState.GRANTED
    text = t(_GRANTED if granted else _UPHELD, number=record.number)
    return _notice(record, channel, t, key=f"decision:{record.number}", text=text, about=None)


def _notice(
    record: MeasureRecord, channel: str, t: Translate, *, key: str, text: str, about: int | None
) -> ActionDraft:
    return ActionDraft(
        kind=ActionKind.NOTICE,
        purpose=Purpose.STAFF_POST,
        target=Target(record.source, channel),
        key=key,
        text=text,
        author_key=record.author_key,
        about=about,
        locale=t.locale,
    )
