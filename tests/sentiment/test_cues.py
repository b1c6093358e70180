from __future__ import annotations

import pytest

from core.types.assessment import AbuseKind, Caution, Intent, Label
from sentiment.cues import Grammar, lowered, read_grammar
from sentiment.training.sets import corpus_rows

TOWARDS = {*Intent, *Caution, *Label, *AbuseKind, "style"}


@pytest.mark.parametrize("name", ["english", "korean", "abuse"])
def test_cues_are_well_formed(name: str) -> None:
    grammar = read_grammar(name)
    codes = [cue.code for cue in grammar.cues]
    assert len(set(codes)) == len(codes)
    for cue in grammar.cues:
        assert cue.towards in TOWARDS
        assert cue.triggers
        assert all(trigger == trigger.lower() for trigger in (*cue.triggers, *cue.also))
        assert "<" not in cue.pattern.pattern.replace("(?<", "").replace("<!", ""), f"{cue.code}: a part is unknown"


@pytest.mark.parametrize("name", ["english", "korean"])
def test_triggers_find_what_the_patterns_find(name: str) -> None:
    grammar: Grammar = read_grammar(name)
    missed: dict[str, list[str]] = {}
    hits = 0
    for row in corpus_rows():
        lower = lowered(row.text)
        found = {one.cue.code for one in grammar.find(lower)}
        assert {one.code for one in grammar.standing(lower)} == found, row.text  # those that were not searched for, too
        hits += len(found)
        for cue in grammar.cues:
            if cue.code not in found and (match := cue.pattern.search(lower)):
                missed.setdefault(cue.code, []).append(match[0])
    # A few odd spellings may slip through; a cue whose triggers are wrong does not.
    assert sum(map(len, missed.values())) <= hits / 200, missed
    assert all(len(places) <= 3 for places in missed.values()), missed


def test_lowering_keeps_the_length() -> None:
    for text in ("İstanbul", "ABC", "ΑΣ", "가나", "ǅ"):
        assert len(lowered(text)) == len(text)
