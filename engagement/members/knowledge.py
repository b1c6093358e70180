"""The knowledge base: a folder of Markdown articles, cut at their headings and searched by words and syllable pairs.

Nothing is made up: an answer is a quotation of the operator's own text, or there is none.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from core.errors import InputError
from core.text import mark
from core.types.assessment import Language
from core.types.member import Passage
from matching.hangul import bigrams
from sentiment.language import language_of

__all__ = ["KnowledgeBase"]

K1, B = 1.2, 0.6
"""Okapi BM25's term saturation and length normalisation; B below the usual 0.75, since passages are short."""
HEAD_WEIGHT = 2
"""Words of title, heading and tags count so often: they say what a passage is about."""
OTHER_LANGUAGE = 0.6
"""A passage in another language than the asker's is worth so much less."""
ENOUGH = 0.34
"""Share of the question's weight (rare words weigh more) that a passage must hold to be an answer."""
UNKNOWN_WORD = 0.4
"""A word no article holds weighs so much of a rare one: it may be a synonym, or the whole point of the question."""
PASSAGE_LENGTH = 1_200
"""Longer sections are cut at paragraphs, characters."""
ARTICLE_LIMIT = 1_000_000
"""Larger files are no articles, bytes."""

_FRONT = re.compile(r"\A---\s*\n(.*?)\n---\s*(?:\n|\Z)", re.DOTALL)
_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
_FENCE = re.compile(r"^(?:```|~~~)")
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[가-힣]{1,2}")
_LOCALE_SUFFIX = re.compile(r"\.(en|ko)$")

_STOP_ENGLISH = (
    "a an and any are as at be but by can could did do does for from get got had has have how i if in is it its me "
    "my of on or our please should so that the their them there they this to us was we what when where which who "
    "why will with would you your hello hi hey thanks need want know tell"
)
_STOP_KOREAN = (
    "어떻 떻게 하나 나요 인가 가요 어디 어요 습니 니다 합니 니까 주세 세요 해요 하는 하고 되나 되는 되어 있나 있는 "
    "있어 있습 언제 왜 뭐 누구 얼마 알려 려주 궁금 금해 금합 안녕 녕하 하세 혹시 무엇 뭐예 예요 이에 에요 싶어 싶은 "
    "싶습 수 좀 제 저 는 은 이 가 을 를 에 도"
)
_STOP = frozenset(_STOP_ENGLISH.split()) | frozenset(_STOP_KOREAN.split())
"""Words of asking, not of what is asked about."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Indexed:
    passage: Passage
    terms: Counter[str]
    length: int


class KnowledgeBase:
    """Immutable once made; reading the folder again makes a new one."""

    def __init__(self, passages: Sequence[Passage], tags: Sequence[Sequence[str]] | None = None) -> None:
        of_passage = tags if tags is not None else [()] * len(passages)
        self._indexed = [_index(p, t) for p, t in zip(passages, of_passage, strict=True)]
        self._frequency: Counter[str] = Counter(term for one in self._indexed for term in one.terms)
        self._mean = sum(one.length for one in self._indexed) / max(len(self._indexed), 1)
        self.articles = len({passage.article for passage in passages})

    def __len__(self) -> int:
        return len(self._indexed)

    @classmethod
    def load(cls, folder: Path | None) -> KnowledgeBase:
        """Read all `*.md` of a folder and below; no folder gives an empty base.

        Raises InputError when the folder is not there or a file cannot be read.
        """
        if folder is None:
            return cls(())
        if not folder.is_dir():
            raise InputError(
                mark("chat.knowledge_dir: there is no folder {folder}; create it or leave the key out"), folder=folder
            )
        passages: list[Passage] = []
        tags: list[Sequence[str]] = []
        for path in sorted(folder.rglob("*.md")):
            for passage, of_article in _read(path, folder):
                passages.append(passage)
                tags.append(of_article)
        base = cls(passages, tags)
        _log.info("knowledge.loaded", articles=base.articles, passages=len(base))
        return base

    def search(self, question: str, *, locale: str = "en", limit: int = 3) -> list[Passage]:
        """Return the passages that answer a question, the best first; empty when nothing really does."""
        asked = _terms(question)
        if not asked or not self._indexed:
            return []
        weights = {term: self._weight(term) for term in asked}
        total = sum(weights.values())
        found: list[tuple[float, int]] = []
        for number, one in enumerate(self._indexed):
            held = sum(weight for term, weight in weights.items() if term in one.terms)
            if held / total < ENOUGH:
                continue
            score = sum(weight * self._saturation(one, term) for term, weight in weights.items())
            found.append((score * (1.0 if one.passage.locale == locale else OTHER_LANGUAGE), number))
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        return [_scored(self._indexed[number].passage, score) for score, number in found[:limit]]

    def _weight(self, term: str) -> float:
        """Return BM25's inverse document frequency, kept positive."""
        frequency = self._frequency.get(term, 0)
        weight = math.log(1 + (len(self._indexed) - frequency + 0.5) / (frequency + 0.5))
        return weight if frequency else weight * UNKNOWN_WORD

    def _saturation(self, one: _Indexed, term: str) -> float:
        count = one.terms.get(term, 0)
        return count * (K1 + 1) / (count + K1 * (1 - B + B * one.length / self._mean))


def _scored(passage: Passage, score: float) -> Passage:
    return Passage(
        passage.article, passage.title, passage.heading, passage.text, round(score, 4), passage.locale, passage.url
    )


def _index(passage: Passage, tags: Sequence[str]) -> _Indexed:
    terms = Counter(_all_terms(passage.text))
    length = sum(terms.values())
    for term in _all_terms(f"{passage.title} {passage.heading} {' '.join(tags)}"):
        terms[term] += HEAD_WEIGHT
    return _Indexed(passage, terms, max(length, 1))


def _terms(text: str) -> set[str]:
    return set(_all_terms(text))


def _all_terms(text: str) -> Iterator[str]:
    """Yield search terms: English words without their endings, Hangul as syllable pairs."""
    for word in _WORD.findall(bigrams(text)):
        if word not in _STOP:
            yield _stem(word) if word[0].isascii() else word


def _stem(word: str) -> str:
    """Take common English endings off, so that `orders` finds `order` and `returning` finds `return`."""
    word = word.removesuffix("'s").partition("'")[0]
    for ending, kept in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + kept
            break
    if len(word) > 4 and word[-1] == word[-2] and word[-1] in "bdgmnprt":
        return word[:-1]  # shipping, shipped: ship
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def _read(path: Path, folder: Path) -> Iterator[tuple[Passage, Sequence[str]]]:
    try:
        if path.stat().st_size > ARTICLE_LIMIT:
            raise InputError(
                mark("chat.knowledge_dir: {name} is larger than {limit} bytes; split it"),
                name=path.name,
                limit=ARTICLE_LIMIT,
            )
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            mark("chat.knowledge_dir: {name} cannot be read as UTF-8 text ({problem}); save it as UTF-8"),
            name=path.name,
            problem=error,
        ) from error
    article = path.relative_to(folder).as_posix()
    front, body = _front_matter(text)
    tags = [tag.strip(" \"'") for tag in front.get("tags", "").strip("[]").split(",") if tag.strip(" \"'")]
    sections = list(_sections(body))
    title = front.get("title") or next((head for _, head, _ in sections if head), path.stem)
    suffix = _LOCALE_SUFFIX.search(path.stem)
    korean = language_of(body) in (Language.KOREAN, Language.MIXED)
    locale = front.get("locale") or (suffix[1] if suffix else "ko" if korean else "en")
    for _, heading, section in sections:
        for part in _parts(section):
            shown = "" if heading == title else heading
            yield Passage(article, title, shown, part, 0.0, locale[:2], front.get("url")), tags


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the `key: value` lines between two `---` at the top, and the rest."""
    found = _FRONT.match(text)
    if found is None:
        return {}, text
    pairs = (line.partition(":") for line in found[1].splitlines() if ":" in line)
    return {key.strip().casefold(): value.strip().strip("\"'") for key, _, value in pairs}, text[found.end() :]


def _sections(body: str) -> Iterator[tuple[int, str, str]]:
    """Yield (level, heading, text) per heading; a `#` inside a code fence is none."""
    level, heading, fenced = 0, "", False
    lines: list[str] = []
    for line in body.splitlines():
        fenced ^= bool(_FENCE.match(line))
        found = None if fenced else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        yield level, heading, "\n".join(lines).strip()
        level, heading, lines = len(found[1]), found[2], []
    yield level, heading, "\n".join(lines).strip()


def _parts(section: str) -> Iterator[str]:
    """Yield a section in pieces of bearable length, cut at empty lines."""
    part = ""
    for paragraph in re.split(r"\n\s*\n", section):
        if part and len(part) + len(paragraph) > PASSAGE_LENGTH:
            yield part
            part = ""
        part = f"{part}\n\n{paragraph}" if part else paragraph
    if part.strip():
        yield part
