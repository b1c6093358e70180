"""Search: all words, Korean by syllable pairs, nothing typed is an operator."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.ports.storing import Store
from core.types.assessment import Label
from core.types.mention import MentionOrder, MentionQuery
from storage import search
from storage.search import expression
from tests import make

TEXTS = {
    "galaxy": "My Galaxy phone's battery died — again!",
    "samsung": "삼성전자 서비스센터 다녀왔어요",
    "lumora": "루모라 믹서기는 소음이 적어요",
    "mixed": "LG전자 에어컨 AS 접수했는데 답이 없네요",
    "quotes": 'he said "never OR ever" NOT near(me) * col:on',
    "cafe": "Ordered at the Café with Ｌｕｍｏｒａ app",
    "app": "메아리앱 업데이트가 느려요",
    "runs": "갤럭시s24울트라 예약했어요",
}


@pytest.fixture
async def filled(store: Store) -> Store:
    judged = [make.judged(make.post(text, native_id=name)) for name, text in TEXTS.items()]
    await store.write(lambda unit: unit.mentions.add_many(judged))
    return store


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("galaxy", {"galaxy"}),
        ("GALAX", {"galaxy"}),
        ("axy", set()),
        ("battery galaxy", {"galaxy"}),
        ("battery 삼성", set()),
        ("삼성", {"samsung"}),
        ("전자", {"samsung", "mixed"}),
        ("삼성전자", {"samsung"}),
        ("서비스 센터", {"samsung"}),
        ("비스센", {"samsung"}),
        ("루모라", {"lumora"}),
        ("믹서기", {"lumora"}),
        ("루라", set()),
        ("LG전자", {"mixed"}),
        ("lg", {"mixed"}),
        ("갤럭시s24", {"runs"}),
        ("갤럭시s24울트라", {"runs"}),
        ("갤럭시 울트라", {"runs"}),
        ("앱", {"app"}),
        ("cafe", {"cafe"}),
        ("lumora", {"cafe"}),
        ("phone's", {"galaxy"}),
        ("never OR ever", {"quotes"}),
        ("col:on", {"quotes"}),
        ('"near(me', {"quotes"}),
        ("NOT", {"quotes"}),
        ("!!! ***", set()),
        ("—", set()),
    ],
)
async def test_words_find_what_holds_them_all(filled: Store, query: str, names: set[str]) -> None:
    async with filled.read() as unit:
        found = await unit.mentions.find(MentionQuery(text=query), limit=20)
        assert await unit.mentions.count(MentionQuery(text=query)) == len(names)
    assert {mention.native_id for mention in found} == names


async def test_a_blank_query_filters_nothing(filled: Store) -> None:
    async with filled.read() as unit:
        assert await unit.mentions.count(MentionQuery(text="  ")) == len(TEXTS)


@given(st.text())
def test_no_query_is_an_operator(words: str) -> None:
    query = expression(words)
    if query is not None:
        for term in query.split(" AND "):
            inner = term.removesuffix("*")
            assert inner.startswith('"')
            assert inner.endswith('"')
            assert inner[1:-1].replace('""', "").count('"') == 0


async def test_any_query_is_answered(filled: Store) -> None:
    for words in ('"', "'", "a\0b", "\ud83d", "(((", "a AND", "-a", "^a", "{a b}: c", "*", "a" * 5_000, "NEAR(a, 2)"):
        async with filled.read() as unit:
            assert await unit.mentions.count(MentionQuery(text=words)) <= len(TEXTS)


async def test_a_common_word_lists_the_newest_stored_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "SORTED_BY_TIME", 3)
    texts = ["lumora shines", "lumoras shine", "lumora again", "lumora too", "lumora at night", "nothing of ours"]
    posts = [make.post(text, native_id=f"t1_{number}", minutes=number) for number, text in enumerate(texts)]
    labels = (Label.POSITIVE, Label.NEUTRAL)
    judged = [make.judged(post, label=labels[number % 2]) for number, post in enumerate(posts)]
    await store.write(lambda unit: unit.mentions.add_many(judged))

    async def found(query: MentionQuery, limit: int = 9, offset: int = 0) -> list[str | None]:
        async with store.read() as unit:
            return [mention.text for mention in await unit.mentions.find(query, limit=limit, offset=offset)]

    newest = ["lumora at night", "lumora too", "lumora again", "lumora shines"]
    assert await found(MentionQuery(text="lumora")) == newest, "words that only begin with it are left out"
    assert await found(MentionQuery(text="lumora"), limit=2, offset=1) == newest[1:3]
    assert await found(MentionQuery(text="lumora", order=MentionOrder.OLDEST)) == newest[::-1]
    assert await found(MentionQuery(text="lumora", label=Label.NEUTRAL)) == ["lumora too"]
    assert len(await found(MentionQuery(text="lumo"))) == 5
    async with store.read() as unit:
        assert await unit.mentions.count(MentionQuery(text="lumora"), most=3) == 3
        assert await unit.mentions.count(MentionQuery(text="lumora"), most=9) == 4
        assert await unit.mentions.count(MentionQuery(text="shine"), most=9) == 2
        assert await unit.mentions.count(MentionQuery(), most=4) == 4
