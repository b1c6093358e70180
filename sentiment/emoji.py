"""What people mean by an emoji or emoticon; VADER is deaf to many of the commonest."""

from __future__ import annotations

import re

_POSITIVE = {
    2.5: "❤💖💕💗💘💝😍🥰🤩💯🏆",
    2.0: "👍👏🙌🎉💚💙💜🧡💛🤍🖤😊😁😄😃☺😘🥳⭐🌟✨🫶🤗😻♥👌💪🔥",
    1.0: "🙏😀🙂😉😎😆😂🤣😋😇✅🤝🎊🎁🌸😸✌",
}
_NEGATIVE = {
    -2.5: "😡🤬👎💩🤮😤👿🖕",
    -2.0: "😠🤢😭💔😩😫😞😢😖😣☹🙁😒😾🗑",
    -1.0: "🙄😑😕😟😔😓😥🤦😐😬🤡⚠❌😰😨💀🥴🤷",
}
EMOJI: dict[str, float] = {
    sign: value for group in (_POSITIVE, _NEGATIVE) for value, signs in group.items() for sign in signs
}
"""Emoji -> feeling, about -2.5 .. 2.5, without variation selectors and skin tones."""

_EMOTICONS = re.compile(
    r"(?P<good>(?:[:;=]-?[)D\]pP]|<3|\^\^|\^_\^|:'\)))|(?P<bad>(?:[:;=]-?[(\[/\\|]|>:\(|:'\(|-_-|ㅡㅡ|D:))"
)
_NONE = frozenset(EMOJI).isdisjoint


def emoji_feeling(text: str) -> tuple[float, float]:
    """Return the sums of good and bad feeling (both >= 0), repeated signs counting three times at most."""
    good = bad = 0.0
    if not text.isascii() and not _NONE(text):
        for sign in set(text) & EMOJI.keys():
            value = EMOJI[sign] * min(text.count(sign), 3)
            good, bad = (good + value, bad) if value > 0 else (good, bad - value)
    # Plain tests are cheaper than the pattern, and most texts hold none of these.
    if ":" in text or ";" in text or "=" in text or "<" in text or "^" in text or "_" in text or "ㅡ" in text:
        for match in _EMOTICONS.finditer(text):
            good, bad = (good + 1.0, bad) if match.lastgroup == "good" else (good, bad + 1.0)
    return good, bad
