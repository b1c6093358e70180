"""What the renderers write is whole, harmless, and leads back to the posts."""

from __future__ import annotations

import base64
import csv as csv_reader
import hashlib
import io
import re
import struct
import sys
import warnings
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from bot.i18n import Catalogues
from core.text import Translate
from core.types.post import Gap
from reports import csv, draw, html, json, png, text, types
from reports.picture import picture
from reports.types import WeeklyReport
from tests.reports.fake import FakeStore
from tests.reports.sample import HOSTILE, LUMORA, MONDAY, case, full_store, report_of, stored

LANGUAGES = pytest.mark.parametrize(
    "t", [Catalogues().for_locale("en"), Catalogues().for_locale("ko")], ids=["en", "ko"]
)
EN = Catalogues().for_locale("en")
HANGUL = re.compile(r"[가-힣]")


@pytest.fixture
async def report() -> WeeklyReport:
    return await report_of(full_store(), None)


class Page(HTMLParser):
    """The parts of a page that matter here."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.numbers: list[tuple[dict[str, str], str]] = []
        self._selects: dict[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.tags.append((tag, known))
        if tag == "a" and known.get("class") == "n":
            selects = (known["data-selects"] or "").split(";")
            self._selects = dict(part.split("=", 1) for part in selects)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if self._selects is not None:
            self.numbers.append((self._selects, data))
            self._selects = None

    @property
    def rows(self) -> list[dict[str, str | None]]:
        return [attrs for tag, attrs in self.tags if tag == "tr" and "data-brand" in attrs]


def selected(page: Page, selects: dict[str, str]) -> int:
    return sum(all(row[f"data-{name}"] == value for name, value in selects.items()) for row in page.rows)


@LANGUAGES
async def test_each_number_of_the_page_opens_exactly_its_posts(report: WeeklyReport, t: Translate) -> None:
    page = Page(html.render(report, t))
    counted = [(selects, int(words)) for selects, words in page.numbers if words.isdigit()]
    assert len(counted) > 30
    assert [(selects, selected(page, selects)) for selects, _ in counted] == counted
    shares = [(selects, words) for selects, words in page.numbers if words.endswith("%")]
    assert [selected(page, selects) for selects, _ in shares] == [2]
    assert [selected(page, selects) for selects, words in page.numbers if words.startswith("#")] == [1, 1, 1]


@LANGUAGES
async def test_the_page_fetches_nothing_and_runs_nothing_foreign(report: WeeklyReport, t: Translate) -> None:
    written = html.render(report, t)
    page = Page(written)
    assert {"link", "img", "iframe", "object", "form"}.isdisjoint(tag for tag, _ in page.tags)
    assert not [attrs for _, attrs in page.tags if "src" in attrs or any(name.startswith("on") for name in attrs)]
    assert not re.search(r"url\(|@import", written)
    links = {attrs["href"] for tag, attrs in page.tags if tag == "a"}
    assert links == {"#posts", "https://example.com/post"}
    assert sum(tag == "script" for tag, _ in page.tags) == 1
    policy = next(attrs["content"] for _, attrs in page.tags if attrs.get("http-equiv") == "Content-Security-Policy")
    script = written.partition("<script>")[2].partition("</script>")[0]
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert f"script-src 'sha256-{digest}'" in str(policy)


@LANGUAGES
async def test_foreign_text_is_shown_as_it_stands_and_escaped(report: WeeklyReport, t: Translate) -> None:
    written = html.render(report, t)
    assert HOSTILE not in written
    assert "".join(HOSTILE.split()) in "".join("".join(Page(written).texts).split())


async def test_hostile_names_are_escaped_everywhere() -> None:
    name = '"><img src=x onerror=alert(1)>'
    store = FakeStore(
        brands_=[replace(LUMORA, name=name)],
        mentions_=[stored(1, brand=name, container=name, container_name=name)],
        cases_=[case(1, brand=name)],
        gaps_=[Gap(name, MONDAY, MONDAY + timedelta(hours=1), None, name)],
    )
    written = html.render(await report_of(store), EN)
    assert "img" not in {tag for tag, _ in Page(written).tags}


async def test_the_korean_page_is_korean(report: WeeklyReport) -> None:
    written = html.render(report, Catalogues().for_locale("ko"))
    words = {chunk.strip() for chunk in Page(written).texts if re.search(r"[A-Za-z]{3}", chunk)}
    ours = [chunk for chunk in words if not HANGUL.search(chunk) and "{" not in chunk]
    foreign = (
        "Lumora",
        "Nimbus",
        "r/",
        "archive",
        "Lumora is a dream",
        "dead after",
        "post number",
        "<script>",
        "reddit:",
    )
    assert not [chunk for chunk in ours if not chunk.startswith(foreign)]
    assert '<html lang="ko">' in written


async def test_a_long_trail_is_cut_and_says_so() -> None:
    store = FakeStore(mentions_=[stored(n, hours=n / 20) for n in range(1_100)])
    written = html.render(await report_of(store), EN)
    assert len(Page(written).rows) == 1_000
    assert "100 more: list them with `maeari mentions`." in written


@LANGUAGES
async def test_an_empty_report_renders_everywhere(t: Translate) -> None:
    empty = await report_of(FakeStore())
    assert "<main>" in html.render(empty, t)
    assert text.render(empty, t)
    assert csv.render(empty)
    assert draw.draw(picture(empty, t)).startswith(b"\x89PNG")


async def test_json_is_versioned_and_reads_back(report: WeeklyReport) -> None:
    document = json.render(report)
    plain = msgspec.json.decode(document)
    assert (plain["format"], plain["version"]) == ("maeari-weekly-report", 1)
    assert plain["report"]["totals"]["mentions"] == {"negative": 4, "neutral": 1, "positive": 2}
    assert plain["report"]["starts_at"] == "2026-11-08T15:00:00Z"
    assert json.read(document) == report
    with pytest.raises(ValueError, match="maeari-weekly-report 2"):
        json.read(document.replace(b'"version": 1', b'"version": 2'))


def report_classes() -> Iterator[type]:
    for name in vars(types):
        found = getattr(types, name)
        if isinstance(found, type) and found.__module__ == types.__name__:
            yield found


def test_every_field_of_the_json_is_documented() -> None:
    described = (Path(__file__).parents[2] / "docs" / "weekly-report.md").read_text("utf-8")
    names = {field.name for found in report_classes() for field in fields(found)}
    assert not [name for name in sorted(names) if f"`{name}`" not in described]


async def test_csv_holds_every_number_of_the_tables(report: WeeklyReport) -> None:
    written = csv.render(report)
    assert written.startswith("\ufeffweek,table,key,name,measure,value,before\r\n")
    rows = list(csv_reader.DictReader(io.StringIO(written.removeprefix("\ufeff"))))
    values = {(row["table"], row["key"], row["measure"]): row["value"] for row in rows}
    assert len(values) == len(rows)
    assert values["total", "", "mentions"] == "7"
    assert values["brand", "Nimbus", "mentions_positive"] == "1"
    assert values["day", "2026-11-09", "mentions"] == "2"
    assert values["cases", "", "median_seconds"] == "3060.0"
    assert values["total", "", "replies_thanks"] == "1"
    for table in ("source", "container", "day"):
        assert sum(int(row["value"]) for row in rows if (row["table"], row["measure"]) == (table, "mentions")) == 7


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1"])
async def test_csv_never_holds_a_formula(name: str) -> None:
    report = await report_of(FakeStore(mentions_=[stored(1, brand=name, container=name, container_name=name)]))
    rows = list(csv_reader.reader(io.StringIO(csv.render(report))))
    assert f"'{name}" in {field for row in rows for field in row}
    texts = [field for row in rows[1:] for field in row[:5]]
    assert not [field for field in texts if field.startswith(("=", "+", "-", "@", "\t", "＝"))]


@LANGUAGES
async def test_text_tells_the_headlines_without_controls(report: WeeklyReport, t: Translate) -> None:
    written = text.render(report, t)
    assert "Lumora" in written.splitlines()[0]
    assert "\u202e" not in written
    assert "javascript:" in written  # an address nobody can click on in a terminal
    short = text.render(report, t, quotes=False)
    assert "script" not in short
    shouted = text.render(report, t, clean=lambda words: words.upper())
    assert "LUMORA IS A DREAM" in shouted


@pytest.mark.parametrize("hostile", ["\x1b[2J", "a\u202eb", "a\u200bb", "a\nb", "\x9b31m"])
def test_plain_text_steers_no_terminal(hostile: str) -> None:
    assert re.fullmatch(r"[ -~]*", text.plain(hostile))


@LANGUAGES
async def test_every_character_of_the_picture_has_a_glyph(report: WeeklyReport, t: Translate) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn = draw.draw(picture(report, t))
    assert drawn.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", drawn[16:24]) == (1600, 1150)


async def test_a_brand_with_a_dollar_sign_is_no_formula() -> None:
    name = "$Lumora_{x}$"
    store = FakeStore(brands_=[replace(LUMORA, name=name)], mentions_=[stored(1, brand=name)])
    assert draw.draw(picture(await report_of(store), EN)).startswith(b"\x89PNG")


async def test_the_picture_comes_from_a_process_of_its_own(
    report: WeeklyReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await png.render(report, EN)).startswith(b"\x89PNG")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(png.PictureError, match="could not be drawn"):
        await png.render(report, EN)


async def test_a_drawing_that_hangs_is_stopped(report: WeeklyReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(png, "TIMEOUT", 0.01)
    with pytest.raises(png.PictureError, match="took longer"):
        await png.render(report, EN)
