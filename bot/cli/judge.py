"""`maeari judge`: texts in, assessments out."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from bot.cli._shared import ConfigOption, settings_of
from core.errors import InputError
from core.text import mark
from core.types.brand import Brand, Term

if TYPE_CHECKING:
    from core.types.assessment import Assessment
    from core.types.decision import Decision
    from core.types.mention import Hit
    from engagement.intake.decide import IntakePolicy
    from sentiment.judge import TextJudge

NO_BRAND = "-"
"""Stands for the brand where a line names none."""


def judge(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help=mark("JSON lines to judge (default: standard input)."))
    ] = None,
    evidence: Annotated[
        bool, typer.Option("--evidence", help=mark("Also print the words and cues that decided."))
    ] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option("--evaluate", metavar="FILE", help=mark("Measure against a labelled TSV or JSONL file instead.")),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help=mark("With --evaluate: print JSON."))] = False,
    config: ConfigOption = None,
) -> None:
    """Judge texts: one {"text": …, "brand"?: …, "terms"?: […]} line in, one assessment line out, in order."""
    from bot.i18n import Catalogues
    from engagement.intake.decide import IntakePolicy
    from sentiment.judge import TextJudge

    judge_of = TextJudge.load()
    if evaluate is not None:
        from bot.cli._evaluation import print_evaluation

        print_evaluation(evaluate, judge_of, as_json=as_json)
        return
    policy = IntakePolicy.of(settings_of(config), Catalogues())
    with _opened(file) as lines:
        for answer in judged_lines(lines, judge_of, policy, evidence=evidence):
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
            if file is None:
                sys.stdout.flush()


def judged_lines(
    lines: Iterable[bytes], judge_of: TextJudge, policy: IntakePolicy, *, evidence: bool
) -> Iterator[dict[str, object]]:
    """Yield one answer for each line, an `error` for a line that cannot be used."""
    for line in lines:
        try:
            text, brand = _parsed(line)
        except InputError as error:
            yield {"error": str(error)}
        else:
            yield _answer(text, brand, judge_of, policy, evidence=evidence)


def _opened(file: Path | None) -> BinaryIO:
    if file is None:
        return sys.stdin.buffer
    try:
        return file.open("rb")
    except OSError as error:
        raise InputError(
            mark("{path} cannot be read ({problem}); check its permissions"), path=file, problem=error.strerror
        ) from None


def _parsed(line: bytes) -> tuple[str, Brand | None]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        raise InputError("the line is not JSON; write one object a line") from None
    if not isinstance(value, dict):
        raise InputError('the line is not an object; write {"text": "…"}')
    text, name, terms = value.get("text"), value.get("brand"), value.get("terms")
    if not isinstance(text, str):
        raise InputError("text is missing or not a text")
    if name is not None and not (isinstance(name, str) and name.strip()):
        raise InputError("brand is not a name")
    if terms is not None and not (isinstance(terms, list) and all(isinstance(t, str) and t.strip() for t in terms)):
        raise InputError("terms is not a list of words")
    # A lone surrogate is legal JSON but no text: it cannot be written out again.
    text = text.encode("utf-8", "replace").decode("utf-8")
    words = [*([name] if name else []), *(terms or [])]
    brand = Brand(name or words[0], tuple(Term(word) for word in dict.fromkeys(words))) if words else None
    return text, brand


def _answer(
    text: str, brand: Brand | None, judge_of: TextJudge, policy: IntakePolicy, *, evidence: bool
) -> dict[str, object]:
    from matching.matcher import BrandMatcher

    hits = BrandMatcher((brand,)).match(text) if brand is not None else ()
    assessment = judge_of.assess(text, brand, hits, evidence=evidence)
    decision = _decision(text, brand, hits, assessment, policy)
    answer = _fields(assessment) | {"decision": decision.kind.value, "reason": decision.reason.value}
    if evidence:
        answer["evidence"] = [
            {
                "start": e.start,
                "end": e.end,
                "text": e.text,
                "weight": round(e.weight, 4),
                "towards": e.towards,
                "cue": e.cue,
            }
            for e in assessment.evidence
        ]
    return answer


def _decision(
    text: str, brand: Brand | None, hits: tuple[Hit, ...], assessment: Assessment, policy: IntakePolicy
) -> Decision:
    """Decide as for a post that stands alone: nothing is known of its author, and nobody is written to."""
    from core.types.mention import Mention
    from core.types.post import Post, PostKind, PostRef, Source
    from engagement.intake.decide import History, decide

    post = Post(PostRef(Source.FILE, "", ""), PostKind.MESSAGE, text, datetime.fromtimestamp(0, UTC))
    mention = Mention(post, brand.name if brand is not None else NO_BRAND, hits)
    return decide(mention, assessment, policy, History(silent=True))


def _fields(assessment: Assessment) -> dict[str, object]:
    p = assessment.probabilities
    return {
        "label": assessment.label.value,
        "score": round(assessment.score, 4),
        "probabilities": {
            "negative": round(p.negative, 4),
            "neutral": round(p.neutral, 4),
            "positive": round(p.positive, 4),
        },
        "intent": assessment.intent.value,
        "abuse": bool(assessment.abuse_kinds),
        "abuse_kinds": [kind.value for kind in assessment.abuse_kinds],
        "language": assessment.language.value,
        "cautions": [caution.value for caution in assessment.cautions],
    }
