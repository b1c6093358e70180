"""What people choose from when they name a case, a brand or a tag."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, TypeVar

import structlog
from discord import app_commands

from bot.context import AnyInteraction, is_staff, live_roles, reader
from bot.services import Services
from bot.views.answering import in_time
from bot.views.posts import post_name
from bot.views.text import CHOICE_LIMIT, plain
from core.errors import NotFoundError, StorageError
from core.text import Translate
from core.types.case import Case, CaseQuery, CaseState
from engagement.desk.view import KINDS, SEVERITIES

P = ParamSpec("P")
C = TypeVar("C", int, str)
log = structlog.get_logger(__name__)

MOST_CHOICES = 25
"""What Discord shows of an autocomplete."""
MOST_LOOKED_AT = 100
"""Most pressing cases that are looked through while somebody types."""
MOST_DIGITS = 15
LARGEST_ID = 2**53 - 1
"""Largest whole number that Discord lets people type."""
LIVE = (CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING)

CaseNumber = app_commands.Range[int, 1, LARGEST_ID]


def in_time_or_none(
    choose: Callable[P, Awaitable[list[app_commands.Choice[C]]]],
) -> Callable[P, Coroutine[Any, Any, list[app_commands.Choice[C]]]]:
    """Offer nothing where the database takes longer than Discord waits: choices cannot be put off."""

    @functools.wraps(choose)
    async def chosen(*args: P.args, **kwargs: P.kwargs) -> list[app_commands.Choice[C]]:
        try:
            return await in_time(choose(*args, **kwargs))
        except StorageError:
            log.warning("choices_too_slow", of=choose.__name__)
            return []

    return chosen


@in_time_or_none
async def case_choices(
    services: Services,
    interaction: AnyInteraction,
    typed: str | int,
    states: tuple[CaseState, ...] = LIVE,
) -> list[app_commands.Choice[int]]:
    """Return cases whose number holds what was typed, to staff only."""
    if not may_choose(services, interaction):
        return []
    number, t = str(typed).strip(), reader(interaction)
    async with services.store.read() as unit:
        cases = await unit.cases.find(CaseQuery(states=states), limit=MOST_LOOKED_AT)
        # The very number that was typed, though it is none of the most pressing.
        exact = await unit.cases.get(int(number)) if number.isdecimal() and len(number) <= MOST_DIGITS else None
    fitting = [case for case in cases if number in str(case.id)]
    if exact is not None and exact.state in states:
        fitting = [exact, *(case for case in fitting if case.id != exact.id)]
    return [app_commands.Choice(name=_choice(case, t), value=case.id) for case in fitting[:MOST_CHOICES]]


@in_time_or_none
async def post_choices(
    services: Services, interaction: AnyInteraction, typed: str | int
) -> list[app_commands.Choice[int]]:
    """Return the posts of the case that was typed before, those that wait for an answer first; to staff only."""
    case = getattr(interaction.namespace, "case", None)
    if not may_choose(services, interaction) or not isinstance(case, int):
        return []
    t, said = reader(interaction), str(typed).strip().casefold()
    try:
        _, posts = await services.desk.posts(case)
    except NotFoundError:
        return []
    ordered = sorted(posts, key=lambda post: post.answered)
    named = [(plain(post_name(post, t), CHOICE_LIMIT), post.mention.id) for post in ordered]
    return [app_commands.Choice(name=name, value=value) for name, value in named if said in name.casefold()][
        :MOST_CHOICES
    ]


@in_time_or_none
async def brand_choices(services: Services, typed: str) -> list[app_commands.Choice[str]]:
    """Return brands whose name holds what was typed."""
    brands = await services.brands.all()
    fitting = [brand.name for brand in brands if typed.casefold().strip() in brand.name.casefold()]
    return [app_commands.Choice(name=plain(name, CHOICE_LIMIT), value=name[:CHOICE_LIMIT]) for name in fitting][
        :MOST_CHOICES
    ]


@in_time_or_none
async def tag_choices(services: Services, typed: str) -> list[app_commands.Choice[str]]:
    """Return tags in use that begin with what was typed."""
    return [app_commands.Choice(name=tag, value=tag) for tag in await services.care.known_tags(typed)]


def may_choose(services: Services, interaction: AnyInteraction) -> bool:
    """Say whether choices may be offered: to staff only."""
    return is_staff(interaction.user, interaction.permissions, services.settings.discord, live_roles(services))


def _choice(case: Case, t: Translate) -> str:
    parts = (str(case.id), t(SEVERITIES[case.severity]), t(KINDS[case.kind]), case.brand)
    return plain(" · ".join(parts), CHOICE_LIMIT)
