"""What the demo shows while it runs: a live view in a terminal, plain lines in a pipe."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol
from zoneinfo import ZoneInfo

from core.clock import Clock
from core.text import Translate, cut, mark, one_line
from core.types.action import Action, ActionKind, Purpose
from core.types.assessment import Label
from core.types.case import Case, CaseState
from core.types.decision import DecisionKind
from engagement.desk.view import SEVERITIES, STATES
from engagement.intake.decide import REASONS
from engagement.intake.pipeline import Taken, TakenMention

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

FEED_LINES = 14
CASE_LINES = 9
TEXT_WIDTH = 300
SOON = timedelta(minutes=30)
BORDER = "bright_blue"
SIGNS = {Label.POSITIVE: "+", Label.NEUTRAL: "·", Label.NEGATIVE: "-"}
DECISION_STYLES = {
    DecisionKind.THANK: "green",
    DecisionKind.FLAG: "bold red",
    DecisionKind.REVIEW: "yellow",
    DecisionKind.MODERATE: "magenta",
    DecisionKind.IGNORE: "dim",
}

DECISION_WORDS = {
    DecisionKind.THANK: mark("thank"),
    DecisionKind.FLAG: mark("flag"),
    DecisionKind.REVIEW: mark("review"),
    DecisionKind.MODERATE: mark("moderate"),
    DecisionKind.IGNORE: mark("pass over"),
}


@dataclass(slots=True)
class Tally:
    """The running counts."""

    posts: int = 0
    mentions: int = 0
    decisions: Counter[DecisionKind] = field(default_factory=Counter)
    thanks: int = 0
    staff_replies: int = 0
    native_answers: int = 0
    cards: int = 0

    def take(self, taken: Taken) -> None:
        """Count a batch."""
        self.posts += taken.posts
        self.mentions += len(taken.stored)
        self.native_answers += taken.native_answers
        self.decisions.update(stored.judged.decision.kind for stored in taken.stored)

    def send(self, action: Action) -> None:
        """Count something that was sent."""
        self.thanks += action.draft.purpose is Purpose.THANKS
        self.staff_replies += action.draft.purpose is Purpose.STAFF_REPLY
        self.cards += action.draft.kind is ActionKind.CARD


class View(Protocol):
    """Where the demo tells what happens."""

    tally: Tally

    def take(self, taken: Taken) -> None:
        """Show a batch that was committed."""
        ...

    def send(self, action: Action) -> None:
        """Show something that was sent."""
        ...

    def cases(self, cases: list[Case]) -> None:
        """Show the open cases with their clocks."""
        ...

    def close(self) -> None:
        """Stop drawing."""
        ...


class PlainView:
    """One line for each thing that happens."""

    def __init__(self, clock: Clock, zone: ZoneInfo, t: Translate) -> None:
        self.tally = Tally()
        self._clock, self._zone, self._t = clock, zone, t

    def take(self, taken: Taken) -> None:
        """Show a batch that was committed."""
        self.tally.take(taken)
        for stored in taken.stored:
            self._line(*mention_cells(stored, self._t))

    def send(self, action: Action) -> None:
        """Show something that was sent."""
        self.tally.send(action)
        if (said := sent_words(action, self._t)) is not None:
            self._line("→", said, cut(one_line(action.draft.text), TEXT_WIDTH))

    def cases(self, cases: list[Case]) -> None:
        """Cases are told when they open; a pipe needs no redrawn table."""

    def close(self) -> None:
        """Nothing is being drawn."""

    def _line(self, *cells: str) -> None:
        moment = self._clock.now().astimezone(self._zone)
        print(f"{moment:%m-%d %H:%M}  " + "  ".join(cell for cell in cells if cell), flush=True)


class LiveView:
    """Feed, cases and counts, redrawn in place."""

    def __init__(self, clock: Clock, zone: ZoneInfo, t: Translate, title: str, console: Console | None = None) -> None:
        from rich.live import Live

        self.tally = Tally()
        self._clock, self._zone, self._t, self._title = clock, zone, t, title
        self._feed: deque[tuple[str, str, str]] = deque(maxlen=FEED_LINES)
        self._cases: list[Case] = []
        self._live: Live = Live(console=console, refresh_per_second=8, get_renderable=self.frame)
        self._live.start()

    def take(self, taken: Taken) -> None:
        """Show a batch that was committed."""
        self.tally.take(taken)
        for stored in taken.stored:
            sign, words, text = mention_cells(stored, self._t)
            style = DECISION_STYLES[stored.judged.decision.kind]
            self._feed.append((style, f"{self._time()}  {sign} {words}", text))

    def send(self, action: Action) -> None:
        """Show something that was sent."""
        self.tally.send(action)
        if (said := sent_words(action, self._t)) is not None:
            self._feed.append(("cyan", f"{self._time()}  → {said}", one_line(action.draft.text)))

    def cases(self, cases: list[Case]) -> None:
        """Show the open cases with their clocks."""
        self._cases = sorted(cases, key=lambda case: (case.answered_at is not None, -case.opened_at.timestamp()))

    def close(self) -> None:
        """Draw once more and stop."""
        self._live.stop()

    def _time(self) -> str:
        return f"{self._clock.now().astimezone(self._zone):%m-%d %H:%M}"

    def frame(self) -> RenderableType:
        """Return what is shown now."""
        from rich.console import Group
        from rich.panel import Panel

        t, now = self._t, self._clock.now().astimezone(self._zone)
        title = f"{self._title} · {now:%Y-%m-%d %H:%M}"
        return Group(
            Panel(self._draw_feed(), title=title, title_align="left", border_style=BORDER),
            Panel(self._draw_cases(), title=t("Open cases"), title_align="left", border_style=BORDER),
            self._draw_counts(),
        )

    def _draw_feed(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2), expand=True)
        table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
        for style, words, text in self._feed:
            table.add_row(Text(words, style=style), Text(cut(text, TEXT_WIDTH)))
        for _ in range(FEED_LINES - len(self._feed)):
            table.add_row("", "")
        return table

    def _draw_cases(self) -> RenderableType:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2), expand=True)
        for _ in range(4):
            table.add_column(no_wrap=True)
        table.add_column(no_wrap=True, ratio=1)
        now = self._clock.now()
        for case in self._cases[:CASE_LINES]:
            words, style = clock_words(case, now, self._t)
            state = Text(self._t(STATES[case.state]), style="green" if case.state is CaseState.CLAIMED else "")
            severity = self._t(SEVERITIES[case.severity])
            table.add_row(f"#{case.id}", severity, Text(one_line(case.brand)), state, Text(words, style=style))
        for _ in range(CASE_LINES - len(self._cases[:CASE_LINES])):
            table.add_row("", "", "", "", "")
        return table

    def _draw_counts(self) -> RenderableType:
        from rich.text import Text

        return Text(counts_line(self.tally, self._t), style="bold")


def mention_cells(stored: TakenMention, t: Translate) -> tuple[str, str, str]:
    """Return a mention as mark, decision with its reason, and text."""
    judged = stored.judged
    post = judged.mention.post
    sign = SIGNS[judged.assessment.label]
    where = post.container_name or f"r/{post.ref.container}"
    decision, reason = t(DECISION_WORDS[judged.decision.kind]), t(REASONS[judged.decision.reason])
    return sign, f"{judged.assessment.score:+.2f} {decision}: {reason}", f"{where}  {one_line(post.full_text)}"


def sent_words(action: Action, t: Translate) -> str | None:
    """Say what was sent; None for what is not worth a line (an edited card)."""
    if action.draft.purpose is Purpose.THANKS:
        return t("thanked")
    if action.draft.purpose is Purpose.STAFF_REPLY:
        return t("staff replied (case {case})", case=action.draft.case_id)
    if action.draft.kind is ActionKind.CARD:
        return t("staff called (case {case})", case=action.draft.case_id)
    if action.draft.kind is ActionKind.REPORT:
        return t("weekly report posted")
    return None


def clock_words(case: Case, now: datetime, t: Translate) -> tuple[str, str]:
    """Say how a case's first-response clock stands, and in which style."""
    if case.answered_at is not None:
        return t("answered after {time}", time=_span(case.answered_at - case.opened_at, t)), "green"
    if case.due_at < now:
        return t("overdue by {time}", time=_span(now - case.due_at, t)), "bold red"
    left = case.due_at - now
    return t("due in {time}", time=_span(left, t)), "yellow" if left < SOON else ""


def _span(time: timedelta, t: Translate) -> str:
    minutes = int(time.total_seconds() // 60)
    hours = minutes // 60
    return t("{minutes} min", minutes=minutes) if minutes < 120 else t("{hours} h", hours=hours)


def counts_line(tally: Tally, t: Translate) -> str:
    """Return the counts in one line."""
    return t(
        "posts {posts} · mentions {mentions} · thanks {thanks} · flags {flags} · reviews {reviews} · "
        "staff replies {replies} · native answers {native}",
        posts=tally.posts,
        mentions=tally.mentions,
        thanks=tally.thanks,
        flags=tally.decisions[DecisionKind.FLAG],
        reviews=tally.decisions[DecisionKind.REVIEW],
        replies=tally.staff_replies,
        native=tally.native_answers,
    )
