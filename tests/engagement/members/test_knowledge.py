"""The knowledge base quotes the right passage, in the asker's language, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import InputError
from engagement.members.knowledge import KnowledgeBase

ORDERS = """---
title: Orders and delivery
tags: [shipping, parcel]
url: https://lumora.example/help/orders
---
Everything about your order.

## When does my parcel come?
Parcels leave our warehouse within two working days. You find the tracking number in the confirmation mail.

## Returning a lamp
You can return a lamp within 30 days. Print the return label from your account page.

```
# not a heading
```
"""
KOREAN = """# 주문과 배송

## 배송은 얼마나 걸리나요?
주문하신 제품은 영업일 기준 이틀 안에 출고됩니다. 송장 번호는 확인 메일에서 보실 수 있습니다.

## 환불과 반품
제품을 받으신 날부터 30일 안에 반품하실 수 있습니다. 환불은 반품이 도착한 뒤 사흘 안에 처리됩니다.
"""
PAIRING = """# Pairing
Hold the button for five seconds until the light blinks blue, then open the app and choose Add device.
"""


@pytest.fixture
def base(tmp_path: Path) -> KnowledgeBase:
    (tmp_path / "orders.md").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "ko").mkdir()
    (tmp_path / "ko" / "orders.md").write_text(KOREAN, encoding="utf-8")
    (tmp_path / "pairing.md").write_text("\ufeff" + PAIRING, encoding="utf-8")
    return KnowledgeBase.load(tmp_path)


@pytest.mark.parametrize(
    ("question", "locale", "heading"),
    [
        ("When will my parcel arrive?", "en", "When does my parcel come?"),
        ("how do I return my lamp", "en", "Returning a lamp"),
        ("can I get a label for returning it?", "en", "Returning a lamp"),
        ("배송 언제 오나요?", "ko", "배송은 얼마나 걸리나요?"),
        ("송장번호는 어디서 볼 수 있어요", "ko", "배송은 얼마나 걸리나요?"),
        ("환불은 어떻게 받나요", "ko", "환불과 반품"),
        ("how to pair the device with the app", "en", ""),
        ("adding devices", "en", ""),
    ],
)
def test_the_best_passage_comes_first(base: KnowledgeBase, question: str, locale: str, heading: str) -> None:
    assert base.search(question, locale=locale)[0].heading == heading


@pytest.mark.parametrize(
    ("question", "locale"),
    [
        ("Who won the football game last night?", "en"),
        ("오늘 점심 뭐 먹을까요", "ko"),
        ("how are you", "en"),
        ("???", "en"),
        ("", "en"),
        ("안녕하세요", "ko"),
    ],
)
def test_what_is_not_in_the_articles_is_not_answered(base: KnowledgeBase, question: str, locale: str) -> None:
    assert base.search(question, locale=locale) == []


def test_passages_carry_their_source(base: KnowledgeBase) -> None:
    passage = base.search("return a lamp")[0]
    assert (passage.article, passage.title) == ("orders.md", "Orders and delivery")
    assert passage.url == "https://lumora.example/help/orders"
    assert passage.locale == "en"
    assert passage.text.startswith("You can return a lamp within 30 days.")
    assert "# not a heading" in passage.text
    assert base.articles == 3


def test_the_askers_language_is_preferred(tmp_path: Path) -> None:
    (tmp_path / "warranty.en.md").write_text("# Warranty\nLumora warranty lasts two years.", encoding="utf-8")
    (tmp_path / "warranty.ko.md").write_text("# Warranty 보증\nLumora warranty 보증은 2년입니다.", encoding="utf-8")
    base = KnowledgeBase.load(tmp_path)
    assert base.search("lumora warranty", locale="ko")[0].locale == "ko"
    assert base.search("lumora warranty", locale="en")[0].locale == "en"


def test_long_sections_are_cut_at_paragraphs(tmp_path: Path) -> None:
    paragraphs = [f"Paragraph {number} about dimming. " + "word " * 80 for number in range(8)]
    (tmp_path / "long.md").write_text("# Dimming\n" + "\n\n".join(paragraphs), encoding="utf-8")
    base = KnowledgeBase.load(tmp_path)
    assert len(base) > 2
    assert all(len(passage.text) <= 1_300 for passage in base.search("dimming", limit=10))


def test_no_folder_is_an_empty_base_and_a_missing_one_an_error(tmp_path: Path) -> None:
    assert KnowledgeBase.load(None).search("anything") == []
    with pytest.raises(InputError, match="knowledge_dir"):
        KnowledgeBase.load(tmp_path / "nowhere")
    (tmp_path / "broken.md").write_bytes(b"\xff\xfe\x00text")
    with pytest.raises(InputError, match=r"broken\.md"):
        KnowledgeBase.load(tmp_path)
