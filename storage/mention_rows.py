"""Mentions between the domain's types and the tables."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.engine import Row

from core.types.assessment import (
    AbuseKind,
    Assessment,
    Caution,
    Intent,
    IntentScores,
    Label,
    Language,
    Probabilities,
)
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import JudgedMention, StoredMention
from core.types.post import Author, Source
from matching.hangul import search_text
from storage.session import Keys
from storage.tables import authors, case_mentions, mentions, texts
from storage.times import HOUR, floor, micros, moment


class Verdict(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """The part of an assessment that nobody filters by; one JSON array in `texts.verdict`."""

    negative: float
    neutral: float
    positive: float
    complaint: float
    praise: float
    question: float
    suggestion: float
    model: str
    abuse_kinds: tuple[AbuseKind, ...]
    cautions: tuple[Caution, ...]
    library_score: float | None
    error: str | None = None


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Verdict)

MENTION_NAMES = (
    "id",
    "source",
    "container",
    "native_id",
    "brand",
    "author_key",
    "created_at",
    "label",
    "score",
    "intent",
    "language",
    "decision",
    "reason",
    "reply_count",
    "container_name",
    "recheck_at",
)
TEXT_NAMES = (
    "mention_id",
    "text",
    "words",
    "terms",
    "url",
    "guild_id",
    "parent_id",
    "thread_id",
    "edited_at",
    "verdict",
)

_case = (
    select(case_mentions.c.case_id)
    .where(case_mentions.c.mention_id == mentions.c.id)
    .order_by(case_mentions.c.case_id.desc())
    .limit(1)
    .scalar_subquery()
    .label("case_id")
)


def stored_mentions() -> Select[Any]:
    """Return the select whose rows `stored` reads."""
    m, x, a = mentions.c, texts.c, authors.c
    return (
        select(
            *(m.id, m.source, m.container, m.native_id, m.brand, m.author_key, m.created_at),
            *(m.label, m.score, m.intent, m.language, m.decision, m.reason),
            *(m.reply_count, m.container_name, m.thanked, m.purged_at),
            *(x.text, x.url, x.guild_id, x.parent_id, x.thread_id, x.edited_at, x.verdict),
            *(a.native_id.label("author_id"), a.name, a.is_bot, a.is_staff, a.is_self),
            _case,
        )
        .outerjoin(texts, x.mention_id == m.id)
        .outerjoin(authors, a.author_key == m.author_key)
    )


def stored(row: Row[Any]) -> StoredMention:
    """Return the mention of a row of `stored_mentions`."""
    return StoredMention(
        id=row.id,
        source=Source(row.source),
        container=row.container,
        native_id=row.native_id,
        brand=row.brand,
        created_at=moment(row.created_at),
        text=row.text,
        author=_author(row),
        author_key=row.author_key,
        url=row.url,
        container_name=row.container_name,
        guild_id=row.guild_id,
        parent_id=row.parent_id,
        thread_id=row.thread_id,
        reply_count=row.reply_count,
        assessment=_assessment(row),
        decision=Decision(
            DecisionKind(row.decision),
            Reason(row.reason),
            opens_case=row.decision in (DecisionKind.FLAG, DecisionKind.REVIEW),
        ),
        case_id=row.case_id,
        thanked=bool(row.thanked),
        edited_at=moment(row.edited_at),
        purged_at=moment(row.purged_at),
    )


def _author(row: Row[Any]) -> Author | None:
    if row.author_id is None:
        return None
    return Author(row.author_id, row.name, bool(row.is_bot), bool(row.is_staff), bool(row.is_self))


def _assessment(row: Row[Any]) -> Assessment:
    label = Label(row.label)
    if row.verdict is None:  # a tombstone kept the label, nothing finer
        return Assessment(
            label=label,
            score=row.score,
            probabilities=Probabilities(*(float(label is each) for each in Label)),
            intent=Intent(row.intent),
            intents=IntentScores(),
            language=Language(row.language),
            model="",
        )
    verdict = _DECODER.decode(row.verdict)
    return Assessment(
        label=label,
        score=row.score,
        probabilities=Probabilities(verdict.negative, verdict.neutral, verdict.positive),
        intent=Intent(row.intent),
        intents=IntentScores(verdict.complaint, verdict.praise, verdict.question, verdict.suggestion),
        language=Language(row.language),
        model=verdict.model,
        abuse_kinds=verdict.abuse_kinds,
        cautions=verdict.cautions,
        library_score=verdict.library_score,
        error=verdict.error,
    )


def clean(text: str) -> str:
    """Return a text as SQLite can hold it: half characters (lone surrogates) become question marks."""
    if text.isascii():
        return text
    try:
        text.encode()  # quicker than looking for surrogates
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode("utf-8")
    return text


def cleaned(text: str | None) -> str | None:
    """Return what `clean` makes of a text that may be missing."""
    return None if text is None else clean(text)


def search_words(text: str) -> str | None:
    """Return a text's search text, or None where the text itself serves: the index folds the case of ASCII."""
    return None if text.isascii() else search_text(text)


def mention_row(mention_id: int, judged: JudgedMention, keys: Keys, recheck_at: int | None) -> tuple[Any, ...]:
    """Return a row of `mentions`, in the order of MENTION_NAMES."""
    post, assessment, decision = judged.mention.post, judged.assessment, judged.decision
    ref, author = post.ref, post.author
    return (
        mention_id,
        ref.source,
        clean(ref.container),
        clean(ref.native_id),
        judged.mention.brand,
        None if author is None else keys.author(ref.source, author.native_id),
        micros(post.created_at),
        assessment.label,
        assessment.score,
        assessment.intent,
        assessment.language,
        decision.kind,
        decision.reason,
        post.reply_count or 0,
        cleaned(post.container_name),
        recheck_at,
    )


def text_row(mention_id: int, judged: JudgedMention) -> tuple[Any, ...]:
    """Return a row of `texts`, in the order of TEXT_NAMES."""
    post = judged.mention.post
    text = clean(post.full_text)
    return (
        mention_id,
        text,
        search_words(text),
        _ENCODER.encode(terms_of(judged)).decode(),
        cleaned(post.url),
        post.guild_id,
        post.parent_id,
        post.thread_id,
        micros(post.edited_at),
        _ENCODER.encode(_verdict(judged.assessment)).decode(),
    )


def terms_of(judged: JudgedMention) -> list[str]:
    """Return the terms that named the brand, each once."""
    hits = judged.mention.hits
    return [hits[0].term] if len(hits) == 1 else list(dict.fromkeys(hit.term for hit in hits))


def _verdict(assessment: Assessment) -> Verdict:
    chances, intents = assessment.probabilities, assessment.intents
    return Verdict(
        chances.negative,
        chances.neutral,
        chances.positive,
        intents.complaint,
        intents.praise,
        intents.question,
        intents.suggestion,
        assessment.model,
        assessment.abuse_kinds,
        assessment.cautions,
        assessment.library_score,
        assessment.error,
    )


def hour_of(created_at: int) -> int:
    """Return the hour of a moment: what a tombstone keeps of it."""
    return floor(created_at, HOUR)


def ids_of_posts() -> Select[Any]:
    """Return the select of `place`, `id`: the mentions of the posts in the JSON array `refs` (see `encode_refs`)."""
    refs = func.json_each(bindparam("refs")).table_valued("key", "value", name="refs")
    source, container, native_id = (func.json_extract(refs.c.value, f"$[{index}]") for index in range(3))
    named = and_(mentions.c.source == source, mentions.c.container == container, mentions.c.native_id == native_id)
    return select(refs.c.key.label("place"), mentions.c.id).select_from(refs).join(mentions, named)
