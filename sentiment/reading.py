"""Reading a text once: its language, cues and emoji, for the models and the rules."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from core.types.assessment import Caution, Intent, Label, Language
from sentiment.cues import Found, Grammar, lowered, read_grammar
from sentiment.emoji import emoji_feeling
from sentiment.guard import Judged
from sentiment.language import korean_share, language_at
from sentiment.model import Floats
from sentiment.signs import Signs
from sentiment.vader import Vader, VaderScores, shared_vader

STRONG = 1.6
"""Weight from which a praise cue cannot be misread: `couldn't be happier`, `폼 미쳤다`."""
_PRAISES: frozenset[str] = frozenset({Intent.PRAISE, Label.POSITIVE})
_COMPLAINS: frozenset[str] = frozenset({Intent.COMPLAINT, Caution.SARCASM})


class Reading:
    """One text, read: what stands in it, before anything is weighed."""

    __slots__ = (
        "_reader",
        "_towards",
        "complaint_weight",
        "emoji",
        "english",
        "judged",
        "korean",
        "language",
        "lower",
        "share",
        "strong_praise",
        "text",
        "vader",
    )

    def __init__(self, reader: Reader, judged: Judged) -> None:
        self._reader = reader
        self.judged = judged
        self.text = judged.text
        self.lower = lowered(judged.text)
        self.share = korean_share(judged.text)
        self.language = language_at(self.share)
        self.english: Sequence[Found] = ()
        self.korean: Sequence[Found] = ()
        if self.language in (Language.ENGLISH, Language.MIXED):
            self.english = reader.english.find(self.lower)
        if self.language in (Language.KOREAN, Language.MIXED):
            self.korean = reader.korean.find(self.lower)
        self.emoji = emoji_feeling(judged.text)
        self._towards: set[str] = set()
        self.complaint_weight = self.strong_praise = 0.0
        for one in (*self.english, *self.korean):
            cue = one.cue
            self._towards.add(cue.towards)
            if cue.towards in _COMPLAINS:
                self.complaint_weight += cue.weight
            elif cue.weight >= STRONG and cue.towards in _PRAISES:
                self.strong_praise += cue.weight
        self.vader: VaderScores | None = None

    def has(self, towards: Intent | Caution) -> bool:
        """Say whether a cue of an intent or caution stands in the text."""
        return towards in self._towards

    @property
    def abuse(self) -> Sequence[Found]:
        """The cues of abuse in the text."""
        return self._reader.abuse.find(self.lower)

    def english_signs(self) -> Floats:
        """Return the signs of the text, read as English."""
        self.vader = self._reader.vader.scores(self.text)
        return self._reader.english_sign_set.vector(self.text, self.emoji, self.english, self.vader)

    def english_figures(self) -> tuple[list[float], list[int]]:
        """Return the same as figures and the places of the cues."""
        self.vader = self._reader.vader.scores(self.text)
        signs = self._reader.english_sign_set
        return signs.figures(self.text, self.emoji, self.english, self.vader), signs.places(self.english)

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
        self.english_sign_set = Signs(self.english, with_vader=True)
        self.korean_sign_set = Signs(self.korean, with_vader=False)

    def read(self, judged: Judged) -> Reading:
        """Read a guarded text."""
        return Reading(self, judged)

    def english_signs(self, text: str) -> Floats:
        """Return the signs of a cleaned text, whatever its language, read as English; for training."""
        found = self.english.find(lowered(text))
        return self.english_sign_set.vector(text, emoji_feeling(text), found, self.vader.scores(text))

    def korean_signs(self, text: str) -> Floats:
        """Return the signs of a cleaned text, whatever its language, read as Korean; for training."""
        return self.korean_sign_set.vector(text, emoji_feeling(text), self.korean.find(lowered(text)), None)


@cache
def shared_reader() -> Reader:
    """Return the one Reader of this process."""
    return Reader(shared_vader())
