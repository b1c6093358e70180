"""Which complaints are about the same thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.desk.likeness import alike, gist_of

BRAND = gist_of("Lumora").words | gist_of("루모라").words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lumora app is down again", "Lumora app down for anyone?"),
        ("Lumora is down", "lumora is down???"),
        ("Lumora charged my card twice, support is silent", "Lumora charged me twice this month and no answer"),
        ("I can't log in to the Lumora app since the update", "login broken after the Lumora app updated, thanks"),
        ("루모라 앱 접속이 안돼요", "루모라 앱 접속 안되는 분 계신가요"),
        ("루모라 서버 먹통인가요 로그인 안됨", "루모라 로그인이 안되고 서버가 먹통이네"),
        ("루모라 결제가 두 번 됐어요, 환불해 주세요", "저도 루모라 결제 두번 되고 환불도 안됨"),
    ],
)
def test_the_same_cause_in_other_words(one: str, other: str) -> None:
    assert alike(gist_of(one), gist_of(other), besides=BRAND)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("My Lumora lamp broke after two days", "The Lumora hinge squeaks and support ignores me"),
        ("I hate this Lumora lamp, worst company", "I hate Lumora, the worst app"),
        ("루모라 배송이 너무 늦어요", "루모라 환불 안해줘요"),
        ("루모라 진짜 너무 짜증나네", "루모라 진짜 실망이네"),
        ("Lumora", "루모라"),
        ("", ""),
        ("😀", "😀"),
    ],
)
def test_anger_and_the_brand_alone_make_nothing_alike(one: str, other: str) -> None:
    assert not alike(gist_of(one), gist_of(other), besides=BRAND)


@given(st.text(max_size=200), st.text(max_size=200))
def test_it_holds_for_any_text_and_both_ways(one: str, other: str) -> None:
    assert alike(gist_of(one), gist_of(other)) == alike(gist_of(other), gist_of(one))
