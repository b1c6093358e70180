"""Reading a text once: its language, cues and emoji, for the models and the rules."""

from __future__ import annotations

from collections.abc import Sequence, Set
from functools import cache

from core.types.assessment import Caution, Intent, Label, Language
from sentiment.cues import Cue, Found, Grammar, lowered, read_grammar, standing
from sentiment.emoji import emoji_feeling
from sentiment.guard import Judged
from sentiment.language import korean_share, language_at
from sentiment.model import Floats
from sentiment.pieces import Cut, Pieces, Words
from sentiment.signs import Signs
from sentiment.sums import SignSums
from sentiment.triggers import Triggers
from sentiment.vader import Vader, VaderScores, scores_of, shared_vader

STRONG = 1.6
"""Weight from which a praise cue cannot be misread: `couldn't be happier`, `폼 미쳤다`."""
_PRAISES: frozenset[str] = frozenset({Intent.PRAISE, Label.POSITIVE})
_STYLE = "style"
"""What a cue speaks for that says something to the models only."""
_COMPLAINS: frozenset[str] = frozenset({Intent.COMPLAINT, Caution.SARCASM})
_UNCUT = Cut([], {}, closes=False)
_NO_CUES: Sequence[Cue] = ()
_NOTHING: Set[str] = frozenset()


class Reading:
    """One text, read: what stands in it, before anything is weighed."""

    __slots__ = (
        "_reader",
        "_wanted",
        "complaint_weight",
        "cut",
        "emoji",
        "english",
        "judged",
        "korean",
        "language",
        "lower",
        "share",
        "strong_praise",
        "text",
        "towards",
        "vader",
    )

    def __init__(self, reader: Reader, judged: Judged, pieces: Pieces) -> None:
        self._reader = reader
        self.judged = judged
        self.text = text = judged.text
        self.lower = lower = lowered(text)
        self.share = korean_share(text)
        self.language = language = language_at(self.share)
        self.emoji = emoji_feeling(text)
        self.english = self.korean = _NO_CUES
        self.cut = _UNCUT
        self._wanted = 0
        if language is Language.ENGLISH or language is Language.MIXED:
            self.cut = pieces.cut(text)
            self._wanted = reader.triggers.wanted(self.cut.bits, lower)
            if self._wanted:
                self.english = reader.english_among(self._wanted, self.cut, lower)
        if language is Language.KOREAN or language is Language.MIXED:
            self.korean = reader.korean.standing(lower)
        self.vader: VaderScores | None = None
        self.towards = _NOTHING
        self.complaint_weight = self.strong_praise = 0.0
        if self.english or self.korean:
            self._sum_up()

    def _sum_up(self) -> None:
        """Note what the cues speak for."""
        cues = [cue for cue in (*self.english, *self.korean) if cue.towards != _STYLE]
        self.towards = {cue.towards for cue in cues}
        for cue in cues:
            if cue.towards in _COMPLAINS:
                self.complaint_weight += cue.weight
            elif cue.weight >= STRONG and cue.towards in _PRAISES:
                self.strong_praise += cue.weight

    @property
    def abuse(self) -> Sequence[Cue]:
        """The cues of abuse in the text."""
        if self.cut is _UNCUT:
            return self._reader.abuse.standing(self.lower)
        return self._reader.abuse_among(self._wanted, self.cut, self.lower)

    def places(self) -> list[Found]:
        """Return all cues of the text, those of abuse last, with their places: only who shows them needs these."""
        english = self._reader.english.find(self.lower) if self.english else []
        korean = self._reader.korean.find(self.lower) if self.korean else []
        return [*english, *korean, *self._reader.abuse.find(self.lower)]

    def english_signs(self, sums: SignSums) -> int:
        """Return what the signs of the text add, read as English."""
        self.vader = self._reader.felt(self.cut, self.text)
        return sums.total(self.text, self.emoji, self.english, self.vader)

    def korean_signs(self) -> Floats:
        """Return the signs of the text, read as Korean."""
        return self._reader.korean_sign_set.vector(self.text, self.emoji, self.korean, None)


class Reader:
    """The grammars, VADER and sign vectors of both languages."""

    def __init__(self, vader: Vader) -> None:
        self.vader = vader
        self.english: Grammar = read_grammar("english")
        self.korean: Grammar = read_grammar("korean")
        self.abuse: Grammar = read_grammar("abuse")
        # Abuse is looked for in English texts with the same look at each piece; its bits stand behind.
        self.triggers = Triggers([*self.english.cues, *self.abuse.cues])
        self._english_count = len(self.english.cues)
        self._english_bits = (1 << self._english_count) - 1
        self.english_sign_set = Signs(self.english, with_vader=True)
        self.korean_sign_set = Signs(self.korean, with_vader=False)

    def remember(self, words: Words) -> Pieces:
        """Return a memory of pieces for a model of English."""
        return Pieces(self.vader, words, self.triggers)

    def read(self, judged: Judged, pieces: Pieces) -> Reading:
        """Read a guarded text."""
        return Reading(self, judged, pieces)

    def felt(self, cut: Cut, text: str) -> VaderScores:
        """Return VADER's scores of a text that is cut."""
        spelled = self.vader.spelled(text)
        if spelled is text:
            return scores_of(cut.pieces, cut.felt, cut.roles, text)
        return self.vader.scores(spelled)

    def english_among(self, wanted: int, cut: Cut, lower: str) -> Sequence[Cue]:
        """Return the English cues in a text of which those wanted are worth trying."""
        return standing(self.english.cues, wanted & self._english_bits, self.triggers.sure(cut.bits), lower)

    def abuse_among(self, wanted: int, cut: Cut, lower: str) -> Sequence[Cue]:
        """Return the cues of abuse, likewise."""
        behind = self._english_count
        return standing(self.abuse.cues, wanted >> behind, self.triggers.sure(cut.bits) >> behind, lower)

    def english_signs(self, text: str) -> Floats:
        """Return the signs of a cleaned text, whatever its language, read as English; for training."""
        found = self.english.standing(lowered(text))
        return self.english_sign_set.vector(text, emoji_feeling(text), found, self.vader.scores(text))

    def korean_signs(self, text: str) -> Floats:
        """Return the signs of a cleaned text, whatever its language, read as Korean; for training."""
        return self.korean_sign_set.vector(text, emoji_feeling(text), self.korean.standing(lowered(text)), None)


@cache
def shared_reader() -> Reader:
    """Return the one Reader of this process."""
    return Reader(shared_vader())
