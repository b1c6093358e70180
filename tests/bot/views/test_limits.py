"""Every message and window the bot can show: within Discord's limits whatever was written, and in both languages."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.cogs
import bot.views
from bot.i18n import Catalogues
from bot.views.alarm import alarm_text, burst_text
from bot.views.answering import line_for
from bot.views.card import CaseCard
from bot.views.csat import csat_view
from bot.views.drafts import Draft, DraftCard, DraftList, _edit_modal
from bot.views.forget import forget_view
from bot.views.lists import ListView, Page
from bot.views.mention import MentionCard
from bot.views.moderation import AppealCard, _MeasureModal, notice_view, record_line, taken_line
from bot.views.more import note_modal
from bot.views.person import person_view
from bot.views.pledges import GoodwillList, PromiseList
from bot.views.posts import PostList
from bot.views.queue import QueueBoard
from bot.views.reply import ReplyPreview, _done, reply_modal
from bot.views.rules import Suggestions, TestedRule
from bot.views.setup import SetupView
from bot.views.templates import edit_modal, template_line
from bot.views.text import safe
from bot.views.verdict import _choosing
from core.errors import ConflictError
from core.text import Translate
from core.types.action import ActionState
from core.types.assessment import Evidence
from core.types.case import CaseKind, CaseState
from core.types.deskwork import AlarmKind, Duty, Goodwill, GoodwillState, Promise, PromiseState
from core.types.learning import Correction, RuleChange, RuleKind
from core.types.member import GuildSettings
from core.types.moderation import AppealState, MeasureKind
from core.types.post import Author, Source
from core.types.reply import Template
from engagement.desk.care import TAG_LIMIT
from engagement.desk.lint import Finding, FindingKind
from engagement.desk.moderation import LONGEST_APPEAL, LONGEST_REASON
from engagement.desk.pledges import PLEDGE_LIMIT
from engagement.desk.posts import CasePost
from engagement.desk.replies import LONGEST_PREVIEW, Prepared
from engagement.desk.templates import LONGEST_NAME, LONGEST_TEXT
from engagement.desk.verdicts import MentionView
from engagement.desk.view import EXCERPT
from engagement.desk.watch import QUEUE_SHOWN, OnDuty
from engagement.intake.backtest import BackTest
from engagement.intake.suggest import MOST_SUGGESTIONS, TERM_LIMIT
from tests import make
from tests.bot.limits import require_message, require_view
from tests.bot.views.test_card import case_view
from tests.bot.views.test_desk_cards import draft, record
from tests.bot.views.test_learning import stored, verdict
from tests.bot.views.test_queue import queue_view

CATALOGUES = Catalogues()
BRAND_LIMIT, ID, ROLE = 80, 2**53 - 1, "9" * 20
NAME_LIMIT = 100
"""Characters of a name on either platform, and more."""


@dataclass(frozen=True)
class Foreign:
    """What others wrote: the reader's language decides the rest."""

    text: str
    name: str
    t: Translate

    @property
    def brand(self) -> str:
        return self.name[:BRAND_LIMIT]


class _Money:
    """Stands in for the pledges where only amounts are written."""

    def money(self, amount: int) -> str:
        return f"{amount:,} ₩"


def _card(foreign: Foreign, **changes: Any) -> CaseCard:
    promise = Promise(1, 12, foreign.text[:PLEDGE_LIMIT], make.START, ROLE, make.START)
    view = case_view(
        brand=foreign.brand,
        author_name=foreign.name[:NAME_LIMIT],
        container=foreign.name,
        excerpt=foreign.text[:EXCERPT],
        deciding=tuple(Evidence(n, n + 1, f"{n}{foreign.text[n:]}", 1.0, "complaint", "word") for n in range(6)),
        tags=tuple(f"{n}{foreign.name}"[:TAG_LIMIT] for n in range(10)),
        promises=(promise,) * 3,
        notes=3,
        joined=4,
        mention_id=ID,
        case_claimed_by=ROLE,
        verdict=verdict(Correction.WRONG_BRAND),
        **changes,
    )
    return CaseCard(view, foreign.t)


def _closed_card(foreign: Foreign) -> CaseCard:
    return _card(
        foreign, case_state=CaseState.RESOLVED, case_resolved_at=make.START, case_resolution=foreign.text[:300]
    )


def _abuse_card(foreign: Foreign) -> CaseCard:
    right = replace(verdict(None), actor=ROLE)
    return CaseCard(
        case_view(
            case_kind=CaseKind.ABUSE,
            source=Source.DISCORD,
            container_name=foreign.name,
            author_name=foreign.name,
            excerpt=foreign.text,
            deciding=(),
            verdict=right,
            mention_id=1,
        ),
        foreign.t,
    )


def _draft_card(foreign: Foreign, state: ActionState = ActionState.DRAFT) -> DraftCard:
    waiting = draft(foreign.text or "x", state, approved_by=ROLE)
    return DraftCard(Draft(waiting.action, stored(foreign.text, brand=foreign.brand)), foreign.t)


def _draft_list(foreign: Foreign) -> DraftList:
    one = Draft(draft(foreign.text or "x").action, stored(foreign.text, brand=foreign.brand))
    several = [replace(one, action=replace(one.action, id=number)) for number in range(1, 9)]
    return DraftList(several, foreign.t)


def _appeal(foreign: Foreign, state: AppealState = AppealState.OPEN) -> AppealCard:
    text = {"reason": foreign.text[:LONGEST_REASON], "appeal_text": foreign.text[:LONGEST_APPEAL]}
    return AppealCard(record(**text, appeal=state, decided_by=ROLE), foreign.t, Author(ROLE, foreign.name))


def _mention(foreign: Foreign) -> MentionCard:
    evidence = tuple(Evidence(0, 1, foreign.text or "x", 9.9, "negative", "word") for _ in range(30))
    mention = stored(foreign.text, brand=foreign.brand, url="https://example.com/" + "a" * 480)
    return MentionCard(MentionView(mention, evidence, verdict(Correction.QUESTION), case_view().case), foreign.t)


def _tested(foreign: Foreign, number: int = 0) -> BackTest:
    change = RuleChange(RuleKind.EXCLUSION, foreign.brand, f"{number}{foreign.text}"[:TERM_LIMIT])
    mention = stored(foreign.text, url="https://example.com/" + "a" * 130)
    return BackTest(change, 5_000, (mention,) * 9, (mention,) * 9, (mention,) * 9, (mention,) * 9)


def _promises(foreign: Foreign) -> PromiseList:
    states = list(PromiseState)
    made = [
        Promise(n, 1, foreign.text[:PLEDGE_LIMIT], make.START, ROLE, make.START, states[n % len(states)])
        for n in range(20)
    ]
    return PromiseList(ID, [replace(one, state=PromiseState.OPEN) for one in made], foreign.t)


def _goodwill(foreign: Foreign) -> GoodwillList:
    text = foreign.text[:PLEDGE_LIMIT]
    offers = [Goodwill(n, 1, 10**9, text, ROLE, make.START, GoodwillState.PROPOSED) for n in range(20)]
    money: Any = _Money()
    return GoodwillList(ID, offers, money, foreign.t)


def _board(foreign: Foreign) -> QueueBoard:
    case = replace(case_view().case, card_channel=ROLE, card_message=ROLE, id=ID, claimed_by=ROLE, brand=foreign.brand)
    on_duty = tuple(OnDuty(Duty(ROLE, make.START), 10**6) for _ in range(30))
    return QueueBoard(
        queue_view(pressing=(case,) * QUEUE_SHOWN, on_duty=on_duty, guild_id=ROLE, next_due=case, oldest=case),
        foreign.t,
    )


def _posts(foreign: Foreign) -> PostList:
    mention = stored(foreign.text or "x", brand=foreign.brand, url="https://example.com/" + "a" * 480)
    posts = [CasePost(replace(mention, id=ID - n, container_name=foreign.name), n % 2 == 0) for n in range(40)]
    return PostList(case_view().case, posts, foreign.t)


def _preview(foreign: Foreign) -> ReplyPreview:
    words = foreign.text[:LONGEST_PREVIEW] if foreign.text.strip() else "x"
    warned = [Finding(kind) for kind in FindingKind if not Finding(kind).refuses]
    return ReplyPreview(Prepared(ID, words, tuple(warned)), foreign.t)


def _refused_preview(foreign: Foreign) -> ReplyPreview:
    return ReplyPreview(Prepared(ID, "x", tuple(Finding(kind) for kind in FindingKind)), foreign.t)


def _template(foreign: Foreign, number: int = 1) -> Template:
    name, text = foreign.name.strip() or "x", foreign.text.strip() or "x"
    return Template(name[:LONGEST_NAME], "en", text[:LONGEST_TEXT], foreign.brand, id=number)


def _measure_line(foreign: Foreign) -> str:
    return record_line(record(reason=foreign.text), foreign.t, Author(ROLE, foreign.name))


def _list(foreign: Foreign) -> ListView:
    lines = [template_line(_template(foreign), foreign.t), _measure_line(foreign)] * 5
    return ListView(Page(safe(foreign.text, 900), lines, 4, 10), "0" * 12, foreign.t)


def _setup(foreign: Foreign, *, at_home: bool = True) -> SetupView:
    many = tuple(str(10**17 + n) for n in range(60))
    chosen = GuildSettings("1", staff_channel="2", report_channel="3", staff_roles=many, listen=many, locale="ko")
    return SetupView(chosen, foreign.t, at_home=at_home, timezone=foreign.name, crisis=True)


Shown = ui.LayoutView | ui.View | ui.Modal
VIEWS: dict[str, Callable[[Foreign], Shown]] = {
    "card": _card,
    "closed card": _closed_card,
    "abuse card": _abuse_card,
    "draft card": _draft_card,
    "sent draft card": lambda foreign: _draft_card(foreign, ActionState.SENT),
    "drafts": _draft_list,
    "draft window": lambda foreign: _edit_modal(ID, foreign.text or "x", foreign.t),
    "appeal": _appeal,
    "decided appeal": lambda foreign: _appeal(foreign, AppealState.UPHELD),
    "appeal button": lambda foreign: notice_view(ID, foreign.t),
    "mention": _mention,
    "tested rule": lambda foreign: TestedRule(_tested(foreign), foreign.t),
    "suggestions": lambda foreign: Suggestions([_tested(foreign, n) for n in range(MOST_SUGGESTIONS)], foreign.t),
    "promises": _promises,
    "goodwill": _goodwill,
    "posts": _posts,
    "queue": _board,
    "preview": _preview,
    "refused preview": _refused_preview,
    "sent preview": lambda foreign: _done(foreign.t("Your reply to case {case} is on its way.", case=ID)),
    "reply window": lambda foreign: reply_modal(ID, foreign.t, [_template(foreign, n) for n in range(40)]),
    "plain reply window": lambda foreign: reply_modal(ID, foreign.t, text=foreign.text[:2000] or "x"),
    "note window": lambda foreign: note_modal(ID, foreign.t),
    "canned reply window": lambda foreign: edit_modal(_template(foreign), foreign.t),
    "list": _list,
    "set-up": _setup,
    "set-up elsewhere": lambda foreign: _setup(foreign, at_home=False),
    "satisfaction": lambda foreign: csat_view(ID),
    "forget": lambda foreign: forget_view(ROLE, foreign.t),
    "person": lambda foreign: person_view("m", ID, foreign.t),
    "corrections": lambda foreign: _choosing(ID, foreign.t),
}


def _measure_window(kind: MeasureKind) -> Callable[[Foreign], Shown]:
    return lambda foreign: _MeasureModal(kind, ID, foreign.t)


VIEWS |= {f"{kind} window": _measure_window(kind) for kind in MeasureKind}


HOSTILE = st.text(
    alphabet=st.one_of(
        st.sampled_from("*_~|`>#[]()<:@-\\\n\r\t 🧵가A{}%\u202e\u200b\ufeff👩‍👩‍👧"), st.characters(codec="utf-8")
    ),
    max_size=4_000,
)
LONG = st.sampled_from(
    ["*" * 4_000, "@everyone " * 400, "\\" * 4_000, "가" * 4_000, "🧵" * 4_000, "\n" * 4_000, "\u202e" * 99]
)
LOCALES = pytest.mark.parametrize("locale", ["en", "ko"])


@LOCALES
@pytest.mark.parametrize("name", VIEWS)
@given(text=HOSTILE | LONG, author=HOSTILE | LONG)
@settings(max_examples=12, deadline=None)
async def test_no_text_breaks_a_limit(name: str, locale: str, text: str, author: str) -> None:
    require_view(VIEWS[name](Foreign(text, author, CATALOGUES.for_locale(locale))))


@LOCALES
@given(text=HOSTILE | LONG, name=HOSTILE | LONG, kind=st.sampled_from(list(AlarmKind)))
@settings(max_examples=25, deadline=None)
async def test_no_text_breaks_a_plain_message(locale: str, text: str, name: str, kind: AlarmKind) -> None:
    t = CATALOGUES.for_locale(locale)
    case = replace(case_view().case, brand=name[:BRAND_LIMIT], card_channel=ROLE, card_message=ROLE, claimed_by=ROLE)
    promise = Promise(1, 12, text[:PLEDGE_LIMIT], make.START, ROLE, make.START)
    soon = make.START + timedelta(hours=1)
    for content in (
        alarm_text(kind, case, t, promise=promise, guild_id=ROLE, called=f"<@&{ROLE}>"),
        burst_text([(kind, case)] * 60, t, at=soon, guild_id=ROLE, called=f"<@&{ROLE}>"),
        taken_line(record(reason=text), t),
        line_for(ConflictError(text, holder=ROLE), t)[:2_000],
    ):
        require_message({"content": content})


OUR_WORDS = re.compile(r"[A-Za-z]{2,}")
NOT_OURS = re.compile(
    r"[A-Z][A-Za-z_]+/[A-Za-z_/]+|UTC|<t:\d+:[a-zA-Z]>|<[@#]&?!?\d+>|https?://\S+|Lumora|Reddit|Discord|maeari\.timezone|English|r/|`[^`]*`|\bVOC\b|\\n"
    r"|gadgets|https|example|com|\ben\b|author, brand, case, link"
)


@pytest.mark.parametrize("name", VIEWS)
async def test_a_korean_reads_korean(name: str) -> None:
    """The same message with harmless Korean words: what is left in Latin letters would be a forgotten translation."""
    korean = VIEWS[name](Foreign("조명이 고장 났어요", "루모라", CATALOGUES.for_locale("ko")))
    assert isinstance(korean, ui.LayoutView | ui.View | ui.Modal)
    left = {word for words in _words(korean) for word in OUR_WORDS.findall(NOT_OURS.sub("", words))}
    assert left == set()
    if "window" not in name and name != "satisfaction":
        assert any(re.search("[가-힣]", words) for words in _words(korean))


def _words(view: Shown) -> Iterator[str]:
    components: Any = view.to_dict()["components"] if isinstance(view, ui.Modal) else view.to_components()
    if isinstance(view, ui.Modal):
        yield view.title
    yield from _walk(components)


def _walk(components: Any) -> Iterator[str]:
    for part in components:
        for side in ("content", "label", "description", "placeholder"):
            if part.get(side):
                yield part[side]
        for option in part.get("options") or ():
            yield from filter(None, (option["label"], option.get("description")))
        yield from _walk(part.get("components") or ())
        if part.get("component"):
            yield from _walk([part["component"]])


def _classes() -> Iterator[type]:
    for package in (bot.views, bot.cogs):
        for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                if isinstance(value, type) and value.__module__ == module.__name__:
                    yield value


async def test_every_message_and_window_there_is_was_looked_at() -> None:
    foreign = Foreign("x", "x", CATALOGUES.for_locale("en"))
    looked_at = {type(build(foreign)) for build in VIEWS.values()}
    there_are = {each for each in _classes() if issubclass(each, ui.LayoutView | ui.View | ui.Modal)}
    assert there_are - looked_at == set()
