"""Discord's own AutoMod, switched on where it is missing.

Spam, floods of mentions and slurs are held back by Discord itself, before anybody reads them; Maeari writes no filter
of its own. What stands there already is left as it is.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import aiohttp
import discord

from bot.sender import as_send_error
from core.errors import NotAllowedError
from core.text import Translate, mark

MENTION_LIMIT = 8
"""Different people and roles in one message from which it is a flood of mentions."""
MOST_EXEMPT = 20
"""Roles that Discord lets a rule pass over."""
_SPAM, _MENTIONS, _WORDS = (
    discord.AutoModRuleTriggerType.spam,
    discord.AutoModRuleTriggerType.mention_spam,
    discord.AutoModRuleTriggerType.keyword_preset,
)
NAMES: Mapping[discord.AutoModRuleTriggerType, str] = MappingProxyType(
    {_SPAM: mark("Spam"), _MENTIONS: mark("Floods of mentions"), _WORDS: mark("Slurs and sexual words")}
)
"""The rules; of each kind Discord lets a server have one."""
_UNREACHABLE = (discord.DiscordException, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True)
class SwitchedOn:
    """What became of the rules."""

    made: tuple[discord.AutoModRuleTriggerType, ...]
    there: tuple[discord.AutoModRuleTriggerType, ...]
    """Stood there before, and were not touched."""


async def switch_on(
    guild: discord.Guild, *, actor: str, alerts: int | None, exempt: Collection[int], t: Translate
) -> SwitchedOn:
    """Make the rules that are missing: they hold a message back and, where `alerts` names a channel, tell staff there.

    Staff, by their roles, are exempt. Raises NotAllowedError where the bot may not manage the server, SendError where
    Discord does not answer or another one was faster.
    """
    try:
        standing = {rule.trigger.type for rule in await guild.fetch_automod_rules()}
        missing = [kind for kind in NAMES if kind not in standing]
        for kind in missing:
            await guild.create_automod_rule(
                name=f"Maeari: {t(NAMES[kind])}",
                event_type=discord.AutoModRuleEventType.message_send,
                trigger=_trigger(kind),
                actions=_actions(alerts, t),
                enabled=True,
                exempt_roles=[discord.Object(role) for role in list(exempt)[:MOST_EXEMPT]],
                reason=f"<@{actor}>: /setup automod",
            )
    except discord.Forbidden as error:
        raise NotAllowedError(mark("Discord does not give the bot the right to do this there.")) from error
    except _UNREACHABLE as error:
        raise as_send_error(error) from error
    return SwitchedOn(tuple(missing), tuple(kind for kind in NAMES if kind in standing))


def _trigger(kind: discord.AutoModRuleTriggerType) -> discord.AutoModTrigger:
    if kind is _MENTIONS:
        return discord.AutoModTrigger(mention_limit=MENTION_LIMIT)
    if kind is _WORDS:
        return discord.AutoModTrigger(presets=discord.AutoModPresets(slurs=True, sexual_content=True))
    return discord.AutoModTrigger(type=kind)


def _actions(alerts: int | None, t: Translate) -> list[discord.AutoModRuleAction]:
    words = t("This message was held back by the rules of this server. If you think this is wrong, tell the team.")
    actions = [discord.AutoModRuleAction(custom_message=words)]
    if alerts is not None:
        actions.append(discord.AutoModRuleAction(channel_id=alerts))
    return actions
