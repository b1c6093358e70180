"""The lint of replies: private details, other people, variables, repetition; and that it never falls over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.types.post import Source
from engagement.desk.lint import FINDINGS, SAME_TEXT_MANY, FindingKind, ReplyFacts, lint, refusal
from engagement.desk.templates import VARIABLES
from engagement.outgoing.text import limit_of

ON_DISCORD = ReplyFacts(Source.DISCORD, author_name="night_owl", author_id="4242424242")


def kinds(text: str, facts: ReplyFacts = ON_DISCORD) -> set[FindingKind]:
    return {finding.kind for finding in lint(text, facts)}


@pytest.mark.parametrize(
    "text",
    [
        "We are sorry, a new lamp is on its way.",
        "불편을 드려 죄송합니다. 새 제품을 보내 드리겠습니다.",
        "Your case 1234567 is with us since 2026-11-09 10:30.",
        "It costs 129.00 EUR, or 1,234,567 won.",
        "See https://example.com/orders/4111111111111111 and https://example.com/?mail=a@b.com",
        "Hi night_owl, thanks! cc @night_owl <@4242424242>",
        "Write {} in the field.",
    ],
)
def test_ordinary_replies_are_clean(text: str) -> None:
    assert kinds(text) == set()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", FindingKind.EMPTY),
        ("  \n ", FindingKind.EMPTY),
        ("Hello {author}!", FindingKind.UNFILLED),
        ("Hello { name }!", FindingKind.UNFILLED),
        ("{{brand:을/를}} 이용해 주셔서", FindingKind.UNFILLED),
        ("Card 4111 1111 1111 1111 was charged", FindingKind.CARD_NUMBER),
        ("카드 5555-5555-5555-4444로 결제하셨죠", FindingKind.CARD_NUMBER),
        ("378282246310005", FindingKind.CARD_NUMBER),
        ("주민번호 900101-1234567 확인했습니다", FindingKind.RESIDENT_NUMBER),
        ("0502284123456", FindingKind.RESIDENT_NUMBER),
        ("010-1234-5678로 연락 주세요", FindingKind.PHONE),
        ("01012345678", FindingKind.PHONE),
        ("Call +82 2 1234 5678", FindingKind.PHONE),
        ("Call (02) 123-4567", FindingKind.PHONE),
        ("Call +14155552671", FindingKind.PHONE),
        ("Is it ann.lee@example.co.kr?", FindingKind.EMAIL),
        ("Hi @someone_else", FindingKind.OTHER_PERSON),
        ("Hi u/Other_Person", FindingKind.OTHER_PERSON),
        ("Hi <@5555555555>", FindingKind.OTHER_PERSON),
    ],
)
def test_what_is_found(text: str, kind: FindingKind) -> None:
    assert kind in kinds(text)


def test_only_digits_that_pass_the_card_check_are_a_card() -> None:
    assert FindingKind.CARD_NUMBER not in kinds("Tracking number 4111 1111 1111 1112")
    assert FindingKind.CARD_NUMBER not in kinds("0000 0000 0000 0000")


def test_only_a_birthday_makes_a_resident_number() -> None:
    assert FindingKind.RESIDENT_NUMBER not in kinds("901301-1234567")


def test_names_of_other_authors_are_noticed_with_korean_particles() -> None:
    facts = ReplyFacts(Source.REDDIT, author_name="ann", other_names=("달빛", "moonlit", "ab", "ann"))
    assert FindingKind.OTHER_PERSON in kinds("Dear Moonlit, sorry!", facts)
    assert FindingKind.OTHER_PERSON not in kinds("It is moonlitish, ab, ann.", facts)
    longer = ReplyFacts(Source.REDDIT, author_name="ann", other_names=("달빛여우",))
    assert FindingKind.OTHER_PERSON in kinds("달빛여우님, 죄송합니다", longer)


def test_the_platforms_limits_differ() -> None:
    text = "x" * (limit_of(Source.DISCORD) + 1)
    assert kinds(text) == {FindingKind.TOO_LONG}
    assert kinds(text, ReplyFacts(Source.REDDIT)) == set()


def test_what_the_gate_adds_counts_towards_the_limit() -> None:
    """A mass mention is broken by a character of ours: such a reply would be refused only after it was pressed."""
    text = "@everyone " + "x" * 1_990
    assert len(text) == 2_000
    assert FindingKind.TOO_LONG in [one.kind for one in lint(text, ReplyFacts(Source.DISCORD))]
    assert lint("x" * 2_000, ReplyFacts(Source.DISCORD)) == ()


def test_a_text_sent_many_times_warns() -> None:
    assert kinds("Sorry!", ReplyFacts(Source.REDDIT, same_text=SAME_TEXT_MANY)) == {FindingKind.REPEATED}
    assert kinds("Sorry!", ReplyFacts(Source.REDDIT, same_text=SAME_TEXT_MANY - 1)) == set()


def test_refusals_come_first_and_become_an_error() -> None:
    found = lint("Call 010-1234-5678, card 4111 1111 1111 1111", ON_DISCORD)
    assert [finding.refuses for finding in found] == [True, False]
    assert str(refusal(found)) == FINDINGS[FindingKind.CARD_NUMBER]
    assert refusal(lint("Call 010-1234-5678", ON_DISCORD)) is None


def test_every_finding_has_words() -> None:
    assert set(FINDINGS) == set(FindingKind)


HOSTILE = st.text(alphabet=st.sampled_from("0123456789 -.@/{}:<>u\n가달abz_+()\u202e\U0001f9f5"), max_size=600)


@settings(max_examples=150, deadline=None)
@given(text=HOSTILE | st.text(max_size=300), names=st.lists(st.text(max_size=20), max_size=5))
def test_no_text_makes_it_fall_over(text: str, names: list[str]) -> None:
    facts = ReplyFacts(Source.DISCORD, author_name=names[0] if names else None, other_names=tuple(names))
    found = lint(text, facts)
    assert len({finding.kind for finding in found}) == len(found)
    assert found == lint(text, facts)
    if any("{" + name + "}" in text for name in VARIABLES):
        assert any(finding.refuses for finding in found)


def _luhn(digits: str) -> str:
    total = sum(int(one) if place % 2 else sum(divmod(int(one) * 2, 10)) for place, one in enumerate(reversed(digits)))
    return digits + str(-total % 10)


@settings(max_examples=100, deadline=None)
@given(
    digits=st.from_regex(r"[3-6][0-9]{12,17}", fullmatch=True),
    separator=st.sampled_from(["", " ", "-", "."]),
    before=st.sampled_from(["", "card ", "카드 "]),
)
def test_every_valid_card_number_is_refused_however_it_is_grouped(digits: str, separator: str, before: str) -> None:
    number = _luhn(digits)
    grouped = separator.join(number[start : start + 4] for start in range(0, len(number), 4))
    assert FindingKind.CARD_NUMBER in kinds(f"{before}{grouped}")


@settings(max_examples=100, deadline=None)
@given(born=st.dates(), second=st.from_regex(r"[1-8][0-9]{6}", fullmatch=True), dash=st.sampled_from(["-", "", " "]))
def test_resident_numbers_never_pass(born: object, second: str, dash: str) -> None:
    day = f"{born:%y%m%d}"
    if day.endswith("0229"):
        return
    text = f"{day}{dash}{second}"
    assert kinds(text) & {FindingKind.RESIDENT_NUMBER, FindingKind.CARD_NUMBER}
