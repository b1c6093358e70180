"""The configuration as data: one frozen section per table of config.toml, parsed values only.

Loading (TOML, environment, secret files) is bot/config's business. Descriptions are the documentation: the example
file and docs/configuration.md are tested against them.
"""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from core.text import Phrase, mark
from core.types.brand import Brand, Term
from core.types.post import Source

NO_ZONE = mark("there is no time zone {zone!r}; write one like 'Asia/Seoul' or 'UTC'")


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(Phrase(NO_ZONE, {"zone": value})) from None
    return value


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values never change."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class MaeariSection(Section):
    """`[maeari]`: the installation."""

    locale: Literal["en", "ko"] = Field(
        "en", description="Language of reports, staff cards and the command line: en or ko."
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="Time zone of weeks, days and quiet hours, e.g. Asia/Seoul."
    )
    data_dir: Path = Field(Path("data"), description="Folder for the database and the reports.")
    metrics_host: str = Field("127.0.0.1", description="Address of /metrics and /healthz.")
    metrics_port: int = Field(0, ge=0, le=65535, description="Port of /metrics and /healthz; 0 switches them off.")
    log_format: Literal["console", "json"] = Field("console", description="How log lines are written: console or json.")


class StorageSection(Section):
    """`[storage]`: the database."""

    url: str = Field("maeari.db", description="SQLite file (relative to data_dir) or a SQLAlchemy URL.")


class DiscordSection(Section):
    """`[discord]`: the bot's Discord side."""

    token: SecretStr | None = Field(
        None, description="Bot token; without it Discord is not served. `file:/path` reads it from a file."
    )
    home_guild: int | None = Field(None, description="Guild that holds the staff and report channels.")
    staff_channel: int | None = Field(None, description="Channel for case cards.")
    report_channel: int | None = Field(None, description="Channel for weekly reports.")
    staff_roles: tuple[int, ...] = Field((), description="Roles whose members may handle cases.")
    listen: tuple[int, ...] = Field(
        (),
        description="Channels or categories to follow; empty follows every channel that everyone can read.",
    )
    ignore: tuple[int, ...] = Field((), description="Channels, categories or roles to leave out.")
    api_url: str | None = Field(None, description="Another REST address: a proxy or a stand-in.")
    gateway_url: str | None = Field(None, description="Another gateway address: a proxy or a stand-in.")
    cdn_url: str | None = Field(None, description="Another address for pictures: a proxy or a stand-in.")


class RedditMode(StrEnum):
    """How Reddit is answered."""

    OFF = "off"
    DRAFT = "draft"
    AUTO = "auto"


class RedditSection(Section):
    """`[reddit]`: the bot's Reddit side."""

    client_id: str | None = Field(
        None, description="Client id of the approved Reddit app; without it Reddit is not served."
    )
    client_secret: SecretStr | None = Field(None, description="Client secret. `file:/path` reads it from a file.")
    username: str | None = Field(None, description="Account of the script app.")
    password: SecretStr | None = Field(None, description="Password of that account; or use refresh_token.")
    refresh_token: SecretStr | None = Field(None, description="Refresh token, instead of username and password.")
    user_agent: str = Field("", description="`<platform>:<app id>:<version> (by /u/<name>)`; required with client_id.")
    subreddits: tuple[str, ...] = Field((), description="Subreddits to follow, without r/.")
    poll_seconds: float = Field(15.0, gt=0, le=3600, description="Shortest time between two polls of a feed, seconds.")
    recheck_hours: float = Field(
        24.0, gt=0, le=168, description="How often stored posts are looked at for deletion and edits, hours."
    )
    mode: RedditMode = Field(RedditMode.DRAFT, description="off, draft (a person presses Send; default) or auto.")
    auto_containers: tuple[str, ...] = Field(
        (), description="Subreddits that permit automatic answers; auto works only there."
    )
    staff_accounts: tuple[str, ...] = Field(
        (), description="Reddit names of our own people; their answers stop the clock."
    )
    oauth_url: str | None = Field(None, description="Another API address: a proxy or a stand-in.")
    reddit_url: str | None = Field(None, description="Another site address: a proxy or a stand-in.")


class BrandSection(Section):
    """`[[brands]]`: what is followed. Seeds the database at the first start; afterwards the rows win."""

    name: str = Field(min_length=1, max_length=80, description="Name people see.")
    terms: tuple[str, ...] = Field(min_length=1, description="Words, phrases, #hashtags and hosts that name the brand.")
    exclusions: tuple[str, ...] = Field((), description="Terms that veto: a post holding one is not a mention.")
    competitor: bool = Field(False, description="A brand we compare with but never answer.")

    def brand(self) -> Brand:
        """Return it as the domain's type."""
        return Brand(
            name=self.name,
            terms=tuple(Term(t) for t in self.terms),
            exclusions=tuple(Term(t) for t in self.exclusions),
            competitor=self.competitor,
        )


class ThanksPolicy(Section):
    """`[policy.thanks]`: when positive posters are thanked."""

    enabled: bool = Field(True, description="Thank at all.")
    min_probability: float = Field(0.9, ge=0.5, le=1, description="Calibrated probability of positive that is needed.")
    per_author_days: int = Field(30, ge=1, description="A person is thanked once in so many days.")
    per_container_hour: int = Field(4, ge=0, description="Most thanks in one channel in an hour.")
    per_thread: int = Field(2, ge=0, description="Most thanks under one Reddit submission.")
    per_day: int = Field(40, ge=0, description="Most thanks a day in all.")


class FlagsPolicy(Section):
    """`[policy.flags]`: when staff are called."""

    min_complaint: float = Field(0.5, ge=0, le=1, description="Complaint score from which a mention is flagged.")
    review_complaint: float = Field(0.3, ge=0, le=1, description="Complaint score from which a person looks.")
    question_minutes: int = Field(
        30, ge=1, description="A question nobody answered for so long becomes a case, minutes."
    )
    join_minutes: int = Field(
        60,
        ge=0,
        description="More complaints of an author or thread within this time join the open case, minutes.",
    )
    burst_minutes: int = Field(
        30,
        ge=0,
        description="Complaints of several people about one thing within this time join one case, minutes; 0: never.",
    )
    burst_posts: int = Field(3, ge=2, description="So many people make such a burst, the newest one counted.")
    reach_replies: int = Field(
        20, ge=1, description="A complaint or question that drew so many replies is of high severity at least."
    )


class PolicySection(Section):
    """`[policy]`: what decides."""

    thanks: ThanksPolicy = Field(default_factory=ThanksPolicy, description="When positive posters are thanked.")
    flags: FlagsPolicy = Field(default_factory=FlagsPolicy, description="When staff are called.")


WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""How days are named in `sla.hours`."""
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _open_span(value: object) -> object:
    """Parse `09:00-12:30`; `24:00` is the midnight that ends the day and becomes 00:00."""
    if not isinstance(value, str):
        return value
    start, dash, end = value.partition("-")
    try:
        opens = time.fromisoformat(start.strip())
        closes = time(0, 0) if end.strip() == "24:00" else time.fromisoformat(end.strip())
    except ValueError:
        dash = ""
    if not dash or (closes <= opens and closes != time(0, 0)):
        raise ValueError(Phrase(mark("{value!r} is no span of a day; write one like '09:00-12:30'"), {"value": value}))
    return opens, closes


OpenSpan = Annotated[tuple[time, time], BeforeValidator(_open_span)]
"""Opening and closing time of one span; closing 00:00 is the midnight that ends the day."""


def _business_week(week: dict[Weekday, tuple[OpenSpan, ...]]) -> dict[Weekday, tuple[OpenSpan, ...]]:
    if not any(week.values()):
        raise ValueError(Phrase(mark("no day has business hours; leave hours out to be there around the clock")))
    for day, spans in week.items():
        for (_, closes), (opens, _) in pairwise(spans):
            if closes == time(0, 0) or opens < closes:
                raise ValueError(Phrase(mark("the spans of {day} overlap or are out of order"), {"day": day}))
    return week


BusinessWeek = Annotated[dict[Weekday, tuple[OpenSpan, ...]], AfterValidator(_business_week)]
"""Spans of each day in order; a day that is not named is closed."""


class SlaSection(Section):
    """`[sla]`: minutes to the first response and to the resolution, by severity, counted in business hours."""

    urgent: int = Field(5, ge=1, description="Minutes to the first response for urgent cases.")
    high: int = Field(30, ge=1, description="Minutes for high severity.")
    normal: int = Field(240, ge=1, description="Minutes for normal severity.")
    low: int = Field(1440, ge=1, description="Minutes for low severity.")
    urgent_terms: tuple[str, ...] = Field(
        (
            "injury",
            "fire",
            "recall",
            "lawsuit",
            "lawyer",
            "data leak",
            "outage",
            "double charge",
            "charged twice",
            "화재",
            "부상",
            "리콜",
            "소송",
            "변호사",
            "개인정보",
            "먹통",
            "이중 결제",
            "중복 결제",
        ),
        description="Words that make a complaint urgent.",
    )
    resolve_urgent: int = Field(240, ge=1, description="Minutes to the resolution of urgent cases.")
    resolve_high: int = Field(1440, ge=1, description="Minutes to the resolution, high severity.")
    resolve_normal: int = Field(2880, ge=1, description="Minutes to the resolution, normal severity.")
    resolve_low: int = Field(7200, ge=1, description="Minutes to the resolution, low severity.")
    hours: BusinessWeek | None = Field(
        None, description="Business hours, several spans a day; without them the clocks always run."
    )
    holidays: tuple[date, ...] = Field((), description="Days on which nobody works, whatever the weekday.")
    timezone: Annotated[str, AfterValidator(_zone)] | None = Field(
        None, description="Time zone of the business hours; without it that of the installation."
    )
    remind_percent: int = Field(
        80, ge=1, le=99, description="Staff are reminded when so much of a clock's time is used, percent."
    )
    escalation_role: int | None = Field(
        None, description="Role that is pinged once when a clock runs out; no role is pinged then without it."
    )


class DeskSection(Section):
    """`[desk]`: how staff work on cases."""

    auto_assign: bool = Field(False, description="Give each new case to the next of the staff on duty.")
    goodwill_month: int = Field(
        0, ge=0, description="Most goodwill offered in a month, in whole units of the currency; 0 allows none."
    )
    goodwill_alone: int = Field(0, ge=0, description="Goodwill up to this amount needs no second person.")
    goodwill_currency: str = Field("USD", min_length=1, max_length=8, description="Currency of goodwill.")


class ChatSection(Section):
    """`[chat]`: answers from a folder of Markdown articles."""

    enabled: bool = Field(True, description="Answer when mentioned, in direct messages and to /ask.")
    knowledge_dir: Path | None = Field(None, description="Folder of Markdown articles to quote answers from.")
    per_member_minute: int = Field(6, ge=1, description="Most answers to one person in a minute.")


class SurveysSection(Section):
    """`[surveys]`: questions after a case is resolved."""

    enabled: bool = Field(False, description="Ask for satisfaction after a resolved case, with consent only.")


DEFAULT_TEXT_DAYS = {Source.REDDIT: 14, Source.DISCORD: 90, Source.FEED: 90, Source.FILE: 3650}
"""Days a text lives. Reddit asks for routine deletion; a file is the operator's own."""


def _all_sources(days: dict[Source, int]) -> dict[Source, int]:
    return {**DEFAULT_TEXT_DAYS, **days}


class PrivacySection(Section):
    """`[privacy]`: how long texts live, and when people are left alone."""

    text_days: Annotated[dict[Source, Annotated[int, Field(ge=1)]], AfterValidator(_all_sources)] = Field(
        default_factory=DEFAULT_TEXT_DAYS.copy,
        description="Days that a post's text is kept, per source (reddit, discord, feed, file); counts stay.",
    )
    quiet_hours: tuple[time, time] = Field(
        (time(22, 0), time(8, 0)),
        description="Nobody is written to unasked between these times, in the installation's time zone.",
    )


class ReportSection(Section):
    """`[report]`: the weekly mention report."""

    weekday: int = Field(1, ge=1, le=7, description="Day the report is posted, ISO: 1 is Monday.")
    hour: int = Field(9, ge=0, le=23, description="Hour the report is posted, in the installation's time zone.")
    top: int = Field(5, ge=1, le=20, description="How many top praises and complaints are shown.")


class Settings(Section):
    """The whole configuration."""

    maeari: MaeariSection = Field(default_factory=MaeariSection, description="The installation.")
    storage: StorageSection = Field(default_factory=StorageSection, description="The database.")
    discord: DiscordSection = Field(default_factory=DiscordSection, description="The bot's Discord side.")
    reddit: RedditSection = Field(default_factory=RedditSection, description="The bot's Reddit side.")
    brands: tuple[BrandSection, ...] = Field((), description="What is followed.")
    policy: PolicySection = Field(default_factory=PolicySection, description="What decides.")
    sla: SlaSection = Field(default_factory=SlaSection, description="Minutes to the first response and resolution.")
    desk: DeskSection = Field(default_factory=DeskSection, description="How staff work on cases.")
    chat: ChatSection = Field(default_factory=ChatSection, description="Answers from a folder of articles.")
    surveys: SurveysSection = Field(default_factory=SurveysSection, description="Questions after a resolved case.")
    privacy: PrivacySection = Field(default_factory=PrivacySection, description="How long texts live.")
    report: ReportSection = Field(default_factory=ReportSection, description="The weekly mention report.")

    @model_validator(mode="after")
    def _distinct_brands(self) -> Settings:
        names = [brand.name.casefold() for brand in self.brands]
        doubled = next((name for name in names if names.count(name) > 1), None)
        if doubled is not None:
            raise ValueError(
                Phrase(mark("brand {name!r} is listed twice; give each brand one [[brands]] table"), {"name": doubled})
            )
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The installation's time zone."""
        return ZoneInfo(self.maeari.timezone)
