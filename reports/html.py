"""The report as one self-contained HTML page: nothing is fetched, everything foreign is escaped."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from core.text import Translate
from reports import charts, words
from reports.page import PageMaker
from reports.types import WeeklyReport


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )


def render(report: WeeklyReport, t: Translate) -> str:
    """Return the page in the language of `t`."""
    environment = _environment()
    style, script = (_own_file(environment, f"report.{kind}") for kind in ("css", "js"))
    page = PageMaker(report, t).page()
    return environment.get_template("report.html.j2").render(
        page=page,
        week=report.week,
        locale=t.locale,
        w=_words(t),
        names={label: t(name) for label, name in words.LABEL.items()},
        chart={
            "width": len(page.days) * (charts.COLUMN + charts.GAP),
            "height": charts.HEIGHT,
            "column": charts.COLUMN,
        },
        style=style,
        script=script,
        script_hash=f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}",
        more_posts=t("{count} more: list them with `maeari mentions`.", count=words.number(page.posts_left_out, t))
        if page.posts_left_out
        else "",
        method=_method(report, t),
    )


def _own_file(environment: Environment, name: str) -> Markup:
    """Return a file of our own that stands in the page as it is."""
    assert environment.loader is not None
    source, _, _ = environment.loader.get_source(environment, name)
    return Markup(source)  # noqa: S704 - a file of this package, no foreign text


def _words(t: Translate) -> Mapping[str, str]:
    return {
        "positive": t("Positive"),
        "neutral": t("Neutral"),
        "negative": t("Negative"),
        "before": t("the week before"),
        "open_post": t("Open the post"),
        "no_quotes": t("Nothing of this kind in this week."),
        "at_a_glance": t("At a glance"),
        "in_short": t("In short"),
        "by_day": t("Mentions by day"),
        "voice": t("Share of voice"),
        "wanted": t("What people want"),
        "mentions": t("Mentions"),
        "change": t("Change"),
        "sentiment": t("Sentiment"),
        "received": t("Replies received"),
        "given": t("Our replies"),
        "thanks": t("Thanks"),
        "bot": t("Bot"),
        "staff": t("Staff"),
        "native": t("Directly"),
        "complaints": t("Strongest complaints"),
        "praise": t("Strongest praise"),
        "cases": t("Cases of the week"),
        "all_cases": t("All cases"),
        "case": t("Case"),
        "kind": t("Kind"),
        "severity": t("Severity"),
        "brand": t("Brand"),
        "opened": t("Opened"),
        "response": t("First response"),
        "state": t("State"),
        "responses": t("First response times"),
        "gaps": t("Gaps"),
        "no_gaps": t("None: everything that could be read was read."),
        "trail": t("The posts behind the numbers"),
        "show_all": t("Show all"),
        "time": t("Time"),
        "place": t("Place"),
        "intent": t("Intent"),
        "decision": t("Decision"),
        "purged": t("deleted"),
    }


def _method(report: WeeklyReport, t: Translate) -> tuple[str, ...]:
    """Return how the numbers are counted, and when."""
    made = words.moment(report.generated_at, ZoneInfo(report.timezone), t)
    return (
        t(
            "A mention is one post naming one brand. All numbers but the table of brands and the share of voice leave "
            "competitors out. Deleted posts stay counted; nothing else of them is kept."
        ),
        t(
            "Replies received are replies and comments under the posts. Thanks and Bot are written by the bot, Staff "
            "by people through the bot, Directly by people at the source. Times run from a case's opening to its "
            "first answer; a case is in time when answered before it was due."
        ),
        t("Made by Maeari on {moment}. Sentiment is judged by a program and can be wrong.", moment=made),
    )
