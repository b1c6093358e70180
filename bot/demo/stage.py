"""The demo's configuration: what an operator would have written, had the scenario been their life."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from core.settings import (
    BrandSection,
    ChatSection,
    DiscordSection,
    MaeariSection,
    PrivacySection,
    RedditMode,
    RedditSection,
    Settings,
)
from core.types.post import Source
from lab.casting import Cast
from lab.discord import StandInDiscord
from lab.reddit import StandInReddit
from lab.scenario import Scenario

POLL_SECONDS = 3600.0
"""Scenario seconds; the player asks for a poll whenever somebody wrote on Reddit."""


def demo_settings(
    scenario: Scenario,
    reddit: StandInReddit,
    discord: StandInDiscord,
    cast: Cast,
    out: Path,
    locale: Literal["en", "ko"],
) -> Settings:
    """Return the settings that point the product at the stand-ins."""
    return Settings(
        maeari=MaeariSection(locale=locale, timezone=str(scenario.zone), data_dir=out),
        discord=_discord(discord, cast),
        reddit=_reddit(scenario, reddit),
        brands=tuple(
            BrandSection(
                name=brand.name,
                terms=tuple(term.text for term in brand.terms),
                exclusions=tuple(term.text for term in brand.exclusions),
                competitor=brand.competitor,
            )
            for brand in scenario.brands
        ),
        chat=ChatSection(knowledge_dir=scenario.articles),
        # The whole scenario stays readable: the last report opens on both weeks.
        privacy=PrivacySection(text_days={Source.REDDIT: 30}),
    )


def _discord(discord: StandInDiscord, cast: Cast) -> DiscordSection:
    return DiscordSection(
        token=SecretStr(discord.token),
        home_guild=cast.guild.id,
        staff_channel=cast.staff_channel.id,
        report_channel=cast.report_channel.id,
        staff_roles=tuple(role.id for role in cast.staff_roles),
        api_url=discord.api_url,
        gateway_url=discord.gateway_url,
        cdn_url=discord.url,
    )


def _reddit(scenario: Scenario, reddit: StandInReddit) -> RedditSection:
    keys = reddit.credentials
    return RedditSection(
        client_id=keys.client_id,
        client_secret=SecretStr(keys.client_secret),
        username=keys.username,
        password=SecretStr(keys.password),
        user_agent=f"linux:maeari-demo:v1 (by /u/{keys.username})",
        subreddits=scenario.reddit.subreddits,
        poll_seconds=POLL_SECONDS,
        # Our own subreddit permits automatic answers; everywhere else thanks wait as drafts for a person.
        mode=RedditMode.AUTO,
        auto_containers=tuple(name for name in scenario.reddit.subreddits if name.endswith("Official")),
        staff_accounts=scenario.reddit.staff_accounts,
        oauth_url=reddit.url,
        reddit_url=reddit.url,
    )
