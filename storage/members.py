"""What people told us about being written to, and per-guild settings."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlalchemy.engine import Row

from core.types.action import Purpose
from core.types.member import ContactRule, ContactWish, GuildSettings
from core.types.post import Source
from storage.session import Session, decode_strings, encode_list
from storage.tables import guilds, wishes
from storage.times import micros, moment


class Members:
    """The member repository."""

    __slots__ = ("_session",)

    def __init__(self, session: Session) -> None:
        self._session = session

    async def wish(self, wish: ContactWish) -> None:
        """Store a wish; of two equal ones the newer counts."""
        statement = upsert(wishes).values(
            author_key=wish.author_key,
            rule=wish.rule,
            purpose=wish.purpose or "",
            source=wish.source,
            given_at=micros(wish.given_at),
        )
        newest = func.max(wishes.c.given_at, statement.excluded.given_at)
        await self._session.run(
            statement.on_conflict_do_update(index_elements=list(wishes.primary_key), set_={"given_at": newest})
        )

    async def opted_out(self, author_key: str) -> bool:
        """Say whether this person's newest opt-out was not taken back; a tie counts as an opt-out."""
        given = await self._given(author_key)
        out = given.get((ContactRule.OPT_OUT, ""))
        return out is not None and out >= given.get((ContactRule.OPT_IN, ""), out)

    async def consented(self, author_key: str, purpose: Purpose) -> bool:
        """Say whether this person agreed to this purpose and has neither withdrawn that nor opted out since."""
        given = await self._given(author_key)
        consent = given.get((ContactRule.CONSENT, purpose))
        if consent is None:
            return False
        ends = (given.get((ContactRule.OPT_OUT, "")), given.get((ContactRule.WITHDRAWN, purpose)))
        return all(end is None or consent > end for end in ends)

    async def wishes(self, author_key: str) -> list[ContactWish]:
        """Return all that a person told us about being written to, oldest first."""
        of_them = select(wishes).where(wishes.c.author_key == author_key)
        return [
            ContactWish(
                author_key=row.author_key,
                source=Source(row.source),
                rule=ContactRule(row.rule),
                purpose=Purpose(row.purpose) if row.purpose else None,
                given_at=moment(row.given_at),
            )
            for row in await self._session.all(of_them.order_by(wishes.c.given_at, wishes.c.rule, wishes.c.purpose))
        ]

    async def guild(self, guild_id: str) -> GuildSettings | None:
        """Return a guild's settings."""
        row = await self._session.first(select(guilds).where(guilds.c.guild_id == guild_id))
        return None if row is None else _guild(row)

    async def put_guild(self, settings: GuildSettings) -> None:
        """Store a guild's settings."""
        sides = {
            "locale": settings.locale,
            "staff_channel": settings.staff_channel,
            "report_channel": settings.report_channel,
            "staff_roles": encode_list(settings.staff_roles),
            "listen": encode_list(settings.listen),
            "ignore": encode_list(settings.ignore),
            "timezone": settings.timezone,
        }
        statement = upsert(guilds).values(guild_id=settings.guild_id, **sides)
        await self._session.run(statement.on_conflict_do_update(index_elements=["guild_id"], set_=sides))

    async def guilds(self) -> list[GuildSettings]:
        """Return the settings of all guilds that have any."""
        return [_guild(row) for row in await self._session.all(select(guilds).order_by(guilds.c.guild_id))]

    async def forget(self, author_key: str) -> None:
        """Delete a person's wishes; an opt-out stays, so that it keeps being honoured."""
        gone = [wishes.c.author_key == author_key]
        if await self.opted_out(author_key):
            gone.append(wishes.c.rule != ContactRule.OPT_OUT)
        await self._session.run(delete(wishes).where(*gone))

    async def _given(self, author_key: str) -> dict[tuple[str, str], int]:
        of_them = select(wishes.c.rule, wishes.c.purpose, wishes.c.given_at).where(wishes.c.author_key == author_key)
        return {(row.rule, row.purpose): row.given_at for row in await self._session.all(of_them)}


def _guild(row: Row[Any]) -> GuildSettings:
    return GuildSettings(
        guild_id=row.guild_id,
        locale=row.locale,
        staff_channel=row.staff_channel,
        report_channel=row.report_channel,
        staff_roles=decode_strings(row.staff_roles),
        listen=decode_strings(row.listen),
        ignore=decode_strings(row.ignore),
        timezone=row.timezone,
    )
