"""The languages as code asks for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.i18n import Catalogues
from core.errors import ConfigError

HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n\n'


def _folder(tmp_path: Path, **domains: str) -> Path:
    (tmp_path / "ko").mkdir()
    for domain, body in domains.items():
        (tmp_path / "ko" / f"{domain}.po").write_text(HEADER + body, "utf-8")
    return tmp_path


def test_domains_merge_and_particles_follow_the_value(tmp_path: Path) -> None:
    folder = _folder(
        tmp_path,
        desk='msgid "{brand} was flagged"\nmsgstr "{brand:을/를} 표시했습니다"\n',
        chat='msgid "Hello"\nmsgstr "안녕하세요"\n',
    )
    t = Catalogues(folder).for_locale("ko-KR")
    assert t.locale == "ko"
    assert t("{brand} was flagged", brand="루모라") == "루모라를 표시했습니다"
    assert t("{brand} was flagged", brand="님버스원") == "님버스원을 표시했습니다"
    assert t("Hello") == "안녕하세요"


@pytest.mark.parametrize("locale", ["en", "en-US", "en_GB", "fr", "", "../ko", "KO-nonsense-x"])
def test_any_locale_gives_readable_words(tmp_path: Path, locale: str) -> None:
    t = Catalogues(_folder(tmp_path)).for_locale(locale)
    assert t("{count} mentions", count=3) == "3 mentions"


def test_an_unknown_message_stays_english(tmp_path: Path) -> None:
    assert Catalogues(_folder(tmp_path)).for_locale("ko")("Nobody wrote {name} yet", name="x") == "Nobody wrote x yet"


def test_fuzzy_and_empty_entries_are_not_used(tmp_path: Path) -> None:
    folder = _folder(tmp_path, desk='#, fuzzy\nmsgid "Hi"\nmsgstr "아마"\n\nmsgid "Bye"\nmsgstr ""\n')
    t = Catalogues(folder).for_locale("ko")
    assert (t("Hi"), t("Bye")) == ("Hi", "Bye")


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path, desk='msgid "a"\nmsgstr "b\nnonsense here\n')
    with pytest.raises(ConfigError, match=r"desk\.po"):
        Catalogues(folder).for_locale("ko")


def test_the_shipped_catalogues_load() -> None:
    assert Catalogues().locales == ("en", "ko")
    assert Catalogues().translator("ko").texts
