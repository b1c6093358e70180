"""Lists and drafts stay within Discord's limits whatever they hold."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.i18n import Catalogues
from bot.views.drafts import Draft, DraftList
from bot.views.lists import Lists, ListView, Page, pages
from bot.views.text import quote, safe
from core.types.action import Action, ActionDraft, ActionKind, ActionState, Purpose, Target
from core.types.post import Source
from tests import make

HOSTILE = st.text(alphabet=st.sampled_from("*_~|`>#[]()<:@-\\\n🧵가A \u202e"), max_size=900)
T = Catalogues().for_locale("ko")


@settings(max_examples=40, deadline=None)
@given(st.lists(HOSTILE, max_size=10), HOSTILE, st.integers(0, 9))
async def test_a_page_fits(texts: list[str], title: str, number: int) -> None:
    lines = [safe(text, 300) + "\n" + quote(text, 240) for text in texts]
    view = ListView(Page(safe(title, 200), lines, number, 10), "0123456789ab", T)
    assert view.content_length() <= 4000
    assert view.total_children_count <= 40


@settings(max_examples=40, deadline=None)
@given(st.lists(HOSTILE, max_size=9))
async def test_drafts_fit(texts: list[str]) -> None:
    target = Target(Source.REDDIT, "gadgets", reply_to="t1_a")
    drafts = [
        Draft(Action(number, _draft(text, target), ActionState.DRAFT, make.START), None)
        for number, text in enumerate(texts)
    ]
    view = DraftList(drafts, T)
    assert view.content_length() <= 4000
    assert view.total_children_count <= 40


def _draft(text: str, target: Target) -> ActionDraft:
    return ActionDraft(ActionKind.REPLY, Purpose.THANKS, target, "k", text)


async def test_long_pages_show_whole_lines_only() -> None:
    lines = [f"line {number} " + "x" * 480 for number in range(10)]
    text = "\n".join(str(part.to_component_dict()) for part in ListView(Page("t", lines, 0, 1), "0" * 12, T).children)
    assert "line 0" in text
    assert "line 9" not in text


async def test_the_oldest_list_is_forgotten_first() -> None:
    async def nothing(_: object, number: int) -> Page:
        return Page("", (), number, 1)

    lists = Lists(most=2)
    tokens = [lists.keep(nothing) for _ in range(3)]
    assert [lists.get(token) is not None for token in tokens] == [False, True, True]


def test_pages_are_counted_up() -> None:
    assert [pages(total, 10) for total in (0, 1, 10, 11)] == [0, 1, 1, 2]
