"""What Reddit's names tell: kinds of things, known bots, and what stands where something was deleted."""

from __future__ import annotations

COMMENT_PREFIX = "t1_"
ACCOUNT_PREFIX = "t2_"
SUBMISSION_PREFIX = "t3_"

DELETED = "[deleted]"
"""Stands for the author and the text of what its author deleted."""

REMOVED = frozenset({"[removed]", "[ Removed by Reddit ]", "[removed by reddit]"})
"""Stands for the text of what moderators or Reddit removed."""

SITE = "https://www.reddit.com"

# Accounts that serve whole communities and say so in their names; Reddit marks no account as automatic in listings.
_KNOWN_BOTS = frozenset(
    {
        "automoderator",
        "anti-gif-bot",
        "assistantbot",
        "b0trank",
        "botdefense",
        "commonmisspellingbot",
        "converter-bot",
        "factorion-bot",
        "gifreversingbot",
        "haikubot-1911",
        "haikusbot",
        "imguralbumbot",
        "magic_eye_bot",
        "remindmebot",
        "repostsleuthbot",
        "savevideo",
        "savevideobot",
        "sneakpeekbot",
        "stabbot",
        "totesmessenger",
        "tweetposter",
        "vredditdownloader",
        "wikisummarizerbot",
        "wikitextbot",
    }
)


def is_bot_name(name: str, *, distinguished: bool = False) -> bool:
    """Say whether an account is automatic: known by name, or a `…bot` that speaks for its subreddit."""
    folded = name.casefold()
    return folded in _KNOWN_BOTS or (
        folded.endswith(("-bot", "_bot", "-modteam")) or (distinguished and folded.endswith("bot"))
    )
