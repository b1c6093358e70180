"""Makers of domain objects for tests: sensible defaults, every side can be set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from core.types.assessment import Assessment, Intent, IntentScores, Label, Language, Probabilities
from core.types.brand import Brand, Term
from core.types.decision import Decision, DecisionKind, Reason
from core.types.mention import Hit, JudgedMention, Mention, StoredMention
from core.types.post import Author, Post, PostKind, PostRef, Source

START = datetime(2026, 11, 9, 9, 0, tzinfo=UTC)
"""A Monday: the first day of ISO week 2026-W46."""

LUMORA = Brand(name="Lumora", terms=(Term("lumora"), Term("루모라")))


def post(
    text: str = "I love my Lumora",
    *,
    native_id: str = "t1_a",
    source: Source = Source.REDDIT,
    container: str = "gadgets",
    author: str | None = "someone",
    created_at: datetime = START,
    minutes: float = 0,
    title: str | None = None,
    parent_id: str | None = None,
    is_staff: bool = False,
    is_bot: bool = False,
    edited_at: datetime | None = None,
) -> Post:
    """Return a post, `minutes` after `created_at`."""
    return Post(
        ref=PostRef(source, container, native_id),
        kind=PostKind.MESSAGE if source is Source.DISCORD else PostKind.COMMENT,
        text=text,
        title=title,
        created_at=created_at + timedelta(minutes=minutes),
        author=None if author is None else Author(f"id-{author}", author, is_staff=is_staff, is_bot=is_bot),
        url=f"https://example.com/{native_id}",
        parent_id=parent_id,
        edited_at=edited_at,
    )


def mention(about: Post, brand: str = "Lumora") -> Mention:
    """Return a mention of `brand`, hit at the start of the text."""
    return Mention(post=about, brand=brand, hits=(Hit(brand, brand.lower(), 0, min(len(brand), len(about.text))),))


def assessment(
    label: Label = Label.POSITIVE,
    *,
    score: float | None = None,
    intent: Intent | None = None,
    complaint: float | None = None,
    language: Language = Language.ENGLISH,
) -> Assessment:
    """Return an assessment that is sure of its label; the intent follows the label unless given."""
    by_label = {
        Label.POSITIVE: (0.9, Probabilities(0.02, 0.03, 0.95), Intent.PRAISE),
        Label.NEUTRAL: (0.0, Probabilities(0.05, 0.9, 0.05), Intent.OTHER),
        Label.NEGATIVE: (-0.8, Probabilities(0.95, 0.03, 0.02), Intent.COMPLAINT),
    }
    usual_score, probabilities, usual_intent = by_label[label]
    chosen = usual_intent if intent is None else intent
    return Assessment(
        label=label,
        score=usual_score if score is None else score,
        probabilities=probabilities,
        intent=chosen,
        intents=IntentScores(
            complaint=complaint if complaint is not None else 0.9 * (chosen is Intent.COMPLAINT),
            praise=0.9 * (chosen is Intent.PRAISE),
            question=0.9 * (chosen is Intent.QUESTION),
            suggestion=0.9 * (chosen is Intent.SUGGESTION),
        ),
        language=language,
        model="test",
    )


def judged(
    about: Post | None = None,
    *,
    brand: str = "Lumora",
    label: Label = Label.POSITIVE,
    kind: DecisionKind = DecisionKind.IGNORE,
    reason: Reason = Reason.NOTHING_TO_DO,
) -> JudgedMention:
    """Return a mention with assessment and decision, ready to be stored."""
    return JudgedMention(mention(about or post(), brand), assessment(label), Decision(kind, reason))


def stored(one: JudgedMention, mention_id: int = 1) -> StoredMention:
    """Return a judged mention as the store gives it back."""
    about = one.mention.post
    return StoredMention(
        id=mention_id,
        source=about.ref.source,
        container=about.ref.container,
        native_id=about.ref.native_id,
        brand=one.mention.brand,
        created_at=about.created_at,
        text=about.full_text,
        author=about.author,
        author_key="k",
        url=about.url,
        container_name=about.container_name,
        guild_id=about.guild_id,
        parent_id=about.parent_id,
        thread_id=about.thread_id,
        reply_count=0,
        assessment=one.assessment,
        decision=one.decision,
        edited_at=about.edited_at,
    )
