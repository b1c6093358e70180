"""Thank-you texts: short, varied, naming what was praised where the evidence tells, and honest about who writes.

The text is chosen by the post's identity, so the same post always gets the same words; texts that stand in the same
place already are passed over.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator

from core.text import Translate, mark
from core.types.assessment import Assessment, Language
from core.types.mention import Mention

__all__ = ["compose", "locale_of", "praised"]

_OPENINGS = (
    mark("Thank you, this made our day."),
    mark("Thanks for the kind words about {brand}!"),
    mark("This is lovely to read, thank you."),
    mark("Thank you for taking the time to write this."),
    mark("What a nice thing to come across. Thank you!"),
    mark("Happy to hear that {brand} does its job for you."),
    mark("Words like these keep us going. Thank you!"),
    mark("Thank you for telling people about {brand}."),
    mark("That put a smile on our faces, thanks."),
    mark("It is good to know that you like {brand}. Thank you!"),
    mark("Thanks for sharing how it went for you."),
    mark("We were glad to read this, thank you."),
)
_ABOUT = (
    mark("Thank you, we are glad that you like the {aspect}."),
    mark("Great to hear that the {aspect} works so well for you. Thanks!"),
    mark("Thanks! A lot of care went into the {aspect}, so this is good to read."),
    mark("Thank you for the kind words about the {aspect}."),
    mark("The {aspect} of {brand} has one more fan, how nice. Thank you!"),
    mark("Good to know that the {aspect} lives up to it. Thank you!"),
)
_CLOSINGS = (
    mark("The team reads it in this week's report."),
    mark("We are glad that you are with us."),
    mark("Have a great day!"),
    mark("If anything ever goes wrong, just say so here."),
    mark("Tips and wishes are welcome at any time."),
    mark("Enjoy it!"),
    mark("We will do our best to keep it that way."),
    mark("It helps more than you think."),
)
_HINT = mark("I am {brand}'s bot. Answer “stop” and I will not write to you again.")

_ASPECTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (message, re.compile(pattern, re.IGNORECASE))
    for message, pattern in (
        (mark("battery"), r"\bbatter(?:y|ies)\b|배터리"),
        (mark("camera"), r"\bcameras?\b|카메라"),
        (mark("sound"), r"\bsound(?:s|stage)?\b|\baudio\b|\bnoise cancel|음질|사운드|소리가"),
        (mark("screen"), r"\bscreens?\b|\bdisplay\b|화면|디스플레이"),
        (mark("design"), r"\bdesign\b|\blooks\b|디자인"),
        (mark("app"), r"\bapp\b|(?<![가-힣])앱(?=[은이을도의에 ,.!]|$)|어플"),
        (mark("price"), r"\bpric(?:e|es|ing)\b|\bvalue\b|가격|가성비"),
        (mark("delivery"), r"\bdeliver(?:y|ed)\b|\bshipping\b|배송|택배"),
        (mark("support"), r"\bsupport\b|\bcustomer service\b|\bhelp ?desk\b|고객센터|상담원?|응대"),
        (mark("update"), r"\bupdates?\b|\bfirmware\b|업데이트|펌웨어"),
        (mark("quality"), r"\bquality\b|\bbuild\b|품질|마감|퀄리티"),
        (mark("light"), r"\blights?\b|\blamps?\b|\bbrightness\b|조명|밝기|불빛"),
        (mark("battery life"), r"\bbattery life\b|사용 ?시간"),
    )
)
_SENTENCE_END = re.compile(r"[.!?。…\n]+")
_POSITIVE = frozenset({"positive", "praise"})


def locale_of(language: Language) -> str:
    """Return the language to answer a text in."""
    return "ko" if language in (Language.KOREAN, Language.MIXED) else "en"


def praised(text: str, assessment: Assessment) -> str | None:
    """Return the message id of what was praised, e.g. `battery`: named in a sentence with a word that decided."""
    cues = [found.start for found in assessment.evidence if found.weight > 0 and found.towards in _POSITIVE]
    nearest: tuple[int, str] | None = None
    for start, sentence in _sentences(text):
        for cue in (place - start for place in cues if start <= place < start + len(sentence)):
            for message, pattern in _ASPECTS:
                for found in pattern.finditer(sentence):
                    # `<=`: the later, more special aspect wins where two start at one place.
                    if nearest is None or abs(found.start() - cue) <= nearest[0]:
                        nearest = abs(found.start() - cue), message
    return None if nearest is None else nearest[1]


def compose(mention: Mention, assessment: Assessment, *, recent: Collection[str], t: Translate) -> str:
    """Return a thank-you for a post in the language of `t`, none of `recent` where there is a choice left."""
    aspect = praised(mention.post.full_text, assessment)
    seed = hashlib.sha256("\0".join(mention.post.ref).encode()).digest()
    first = ""
    for text in _variants(mention.brand, aspect, int.from_bytes(seed[:4], "big"), t):
        if text not in recent:
            return text
        first = first or text
    return first


def _variants(brand: str, aspect: str | None, seed: int, t: Translate) -> Iterator[str]:
    hint = t(_HINT, brand=brand)
    named = "" if aspect is None else t(aspect)
    pools = (_ABOUT, _OPENINGS) if aspect is not None else (_OPENINGS,)
    for openings in pools:
        combinations = len(openings) * len(_CLOSINGS)
        for step in range(combinations):
            # 29 shares no factor with the number of combinations: each is met once, neighbours differ in both halves.
            chosen = (seed + step * 29) % combinations
            opening = t(openings[chosen % len(openings)], brand=brand, aspect=named)
            yield f"{opening} {t(_CLOSINGS[chosen // len(openings)])}\n{hint}"


def _sentences(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield start, text[start : end.start()]
        start = end.end()
    yield start, text[start:]
