"""How a person is named on the command line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from core.errors import NotFoundError, UsageError
from core.text import mark
from core.types.post import Source

if TYPE_CHECKING:
    from core.ports.storing import Store

PersonArgument = Annotated[
    str,
    typer.Argument(
        metavar="PERSON",
        help=mark("reddit:NAME, discord:ID (or the name), or an author_key as `maeari mentions` prints it."),
    ),
]

_AUTHOR_KEY = re.compile(r"[0-9a-f]{16,64}")


async def author_key_of(store: Store, person: str) -> str:
    """Return the key of the one person that was meant.

    Raises UsageError for a wrong form, NotFoundError where nobody or more than one person is meant.
    """
    if _AUTHOR_KEY.fullmatch(person):
        return person
    platform, colon, name = person.partition(":")
    if not colon or platform not in tuple(Source) or not name:
        raise UsageError(mark("{person!r} names nobody; write reddit:NAME, discord:ID or an author_key"), person=person)
    source = Source(platform)
    name = name.removeprefix("u/").removeprefix("@")
    async with store.read() as unit:
        direct = store.author_key(source, name)
        if await unit.mentions.author(direct) is not None:
            return direct
        keys = await unit.mentions.keys_of_name(source, name)
    if len(keys) > 1:
        raise NotFoundError(
            mark("{count} people on {source} bear that name; give one author_key: {keys}"),
            count=len(keys),
            source=source,
            keys=", ".join(keys),
        )
    # Nobody stored: an id may still have wishes, cases or messages under its key.
    return keys[0] if keys else direct
