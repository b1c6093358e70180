"""What of a text is judged: a window around the hits, without links, handles, code, quotes and the brand's own name.

Characters are blanked rather than cut, so that offsets stay; only characters that nobody sees (zero-width, variation
selectors, skin tones) and decomposed Hangul make the judged text shorter, and `Judged.span` undoes that on request.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from core.types.brand import Brand
from core.types.mention import Hit
from sentiment.cues import lowered

WINDOW = 1_200
"""Characters judged before the first and behind the last hit; longer texts are about more than the brand."""
LONGEST = 4_000
"""Most characters judged at all."""

_UNSEEN = "\u200b-\u200f \u2060-\u2064 \ufe00-\ufe0f \ufeff-\ufeff \u00ad-\u00ad \U0001f3fb-\U0001f3ff"
"""Ranges of signs that nobody sees."""
_CURLY = str.maketrans("‘’‛′`´“”„″…\u00a0\u3000", "''''''\"\"\"\"." + "  ")
_FOLDED: dict[int, int | None] = {
    **_CURLY,
    **{
        code: None
        for first, last in (span.split("-") for span in _UNSEEN.split())
        for code in range(ord(first), ord(last) + 1)
    },
}
_is_folded = frozenset(map(chr, _FOLDED)).isdisjoint
_OFTEN_CURLY = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("…", "."), ("\u00a0", " "))
"""The commonest of them: a text is often plain without these, and then needs no further look."""
_CODE = re.compile(r"```.*?(?:```|$)|`[^`\n]+`", re.DOTALL)
_QUOTED = re.compile(r"^[ \t]*(?:>|&gt;)[^\n]*", re.MULTILINE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_HANDLE = re.compile(r"<[@#][!&]?\d+>|<a?:\w+:\d+>|(?<![\w.])@[\w.]*\w|(?<!\w)/?[ru]/[\w-]+")
_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|#x200b);", re.IGNORECASE)
_TOKENS = ("[NAME]", "[RELIGION]")
_COMBINING_HANGUL = range(0x1160, 0x1200)


class Judged:
    """The part of a text that is judged, and the way back to the original."""

    __slots__ = ("blanked", "original", "start", "text", "window")

    def __init__(self, original: str, start: int, window: str, blanked: str) -> None:
        self.original = original
        self.start = start
        """Where the window begins in the original."""
        self.window = window
        """The window of the original as it is."""
        self.blanked = blanked
        """The window with blanks in place of what is not judged, as long as the window itself."""
        self.text = _fold(blanked)

    def without(self, spans: Sequence[tuple[int, int]]) -> Judged:
        """Return the same with further spans of the window blanked."""
        blanked = self.blanked
        for start, end in spans:
            blanked = _blank(blanked, start, end)
        return Judged(self.original, self.start, self.window, blanked)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the place in the original of `text[start:end]`."""
        if len(self.text) == len(self.blanked):
            return self.start + start, self.start + end
        places = _places(self.blanked)
        if len(places) != len(self.text):
            return self.start, self.start + len(self.blanked)
        last = places[max(end - 1, start)]
        behind = next((place for place in places[end:] if place > last), len(self.blanked))
        return self.start + places[start], self.start + behind


def named(text: str, brand: Brand | None) -> tuple[Hit, ...]:
    """Return where a brand's terms stand in a text that nobody matched: plainly, whatever surrounds them."""
    if brand is None:
        return ()
    lower = lowered(text)
    return tuple(
        Hit(brand.name, term.text, found.start(), found.end())
        for term in brand.terms
        for found in re.finditer(re.escape(lowered(term.text)), lower)
    )


def guard(text: str, hits: Sequence[Hit], *, centre: Sequence[Hit] = ()) -> Judged:
    """Return what of `text` is judged, around the hits of `centre`; all `hits` are blanked."""
    start, end = (0, len(text)) if len(text) <= 2 * WINDOW else _window(text, centre or hits)
    window = text[start:end] if end - start < len(text) else text
    blanked = window
    for hit in hits:
        if start <= hit.start < hit.end <= end:
            blanked = _blank(blanked, hit.start - start, hit.end - start)
    return Judged(text, start, window, _without_foreign_words(blanked))


def _window(text: str, hits: Sequence[Hit]) -> tuple[int, int]:
    """Return the span of a long text around the hits, ends moved to white space where there is some near."""
    first = hits[0].start if hits else 0
    last = hits[-1].end if hits else 0
    start = max(first - WINDOW, 0)
    end = min(last + WINDOW if hits else 2 * WINDOW, start + LONGEST, len(text))
    if start and (space := text.find(" ", start, start + 40)) > 0:
        start = space + 1
    if end < len(text) and (space := text.rfind(" ", end - 40, end)) > start:
        end = space
    return start, end


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _without_foreign_words(text: str) -> str:
    """Blank code, quoted lines, links and handles; each is looked for only where its sign stands in the text."""
    if "`" in text:
        text = _CODE.sub(_as_blank, text)
    if ">" in text or "&gt;" in text:
        text = _QUOTED.sub(_as_blank, text)
    if "&" in text:
        text = _ENTITY.sub(_as_blank, text)
    if "://" in text or "www." in text:
        text = _LINK.sub(_as_blank, text)
    if "@" in text or "r/" in text or "u/" in text or "<" in text:
        text = _HANDLE.sub(_as_blank, text)
    if "[" in text:
        for token in _TOKENS:
            text = text.replace(token, " " * len(token))
    return text


def _as_blank(match: re.Match[str]) -> str:
    return " " * len(match[0])


def _fold(text: str) -> str:
    """Compose, straighten quotes, drop what nobody sees."""
    if not text.isascii():
        for sign, plain in _OFTEN_CURLY:
            text = text.replace(sign, plain)
        if not text.isascii():
            return _composed(text)
    return text.replace("`", "'")


def _composed(text: str) -> str:
    """Do the same for a text with further signs."""
    try:
        text.encode()
    except UnicodeEncodeError:  # half characters, which JSON can carry
        text = text.encode("utf-8", "replace").decode()
    if not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", text)
    return text if _is_folded(text) else text.translate(_FOLDED)


def _places(text: str) -> list[int]:
    """Return for each character of the folded text where its first character stands in `text`."""
    places: list[int] = []
    at = 0
    while at < len(text):
        end = at + 1
        while end < len(text) and (unicodedata.combining(text[end]) or ord(text[end]) in _COMBINING_HANGUL):
            end += 1
        places.extend([at] * len(_fold(text[at:end])))
        at = end
    return places
