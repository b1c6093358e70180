"""Wishes, guild settings, brands."""

from __future__ import annotations

from datetime import timedelta

from core.ports.storing import Store
from core.types.action import Purpose
from core.types.brand import Brand, Term
from core.types.member import ContactRule, ContactWish, GuildSettings
from core.types.post import Source
from tests import make


async def wish(store: Store, rule: ContactRule, minutes: float, purpose: Purpose | None = None) -> ContactWish:
    given = ContactWish("person", Source.DISCORD, rule, purpose, make.START + timedelta(minutes=minutes))
    await store.write(lambda unit: unit.members.wish(given))
    return given


async def wants(store: Store, purpose: Purpose = Purpose.SURVEY) -> tuple[bool, bool]:
    """Return whether the person opted out, and whether they consented."""
    async with store.read() as unit:
        return await unit.members.opted_out("person"), await unit.members.consented("person", purpose)


async def test_the_newest_wish_counts(store: Store) -> None:
    assert await wants(store) == (False, False)
    await wish(store, ContactRule.CONSENT, 0, Purpose.SURVEY)
    assert await wants(store) == (False, True)
    assert await wants(store, Purpose.ADVERT) == (False, False)
    await wish(store, ContactRule.OPT_OUT, 1)
    assert await wants(store) == (True, False)
    await wish(store, ContactRule.OPT_IN, 2)
    assert await wants(store) == (False, False)
    await wish(store, ContactRule.CONSENT, 3, Purpose.SURVEY)
    assert await wants(store) == (False, True)


async def test_an_older_wish_that_comes_late_changes_nothing(store: Store) -> None:
    await wish(store, ContactRule.OPT_OUT, 5)
    await wish(store, ContactRule.OPT_OUT, 1)
    await wish(store, ContactRule.OPT_IN, 3)

    assert await wants(store) == (True, False)


async def test_wishes_are_listed_oldest_first(store: Store) -> None:
    late = await wish(store, ContactRule.OPT_OUT, 9)
    early = await wish(store, ContactRule.CONSENT, 1, Purpose.SURVEY)

    async with store.read() as unit:
        assert await unit.members.wishes("person") == [early, late]
        assert await unit.members.wishes("nobody") == []


async def test_forgetting_a_person_keeps_a_standing_opt_out(store: Store) -> None:
    await wish(store, ContactRule.CONSENT, 0, Purpose.SURVEY)
    out = await wish(store, ContactRule.OPT_OUT, 1)
    await store.write(lambda unit: unit.members.forget("person"))
    async with store.read() as unit:
        assert await unit.members.wishes("person") == [out]

    await wish(store, ContactRule.OPT_IN, 2)
    await store.write(lambda unit: unit.members.forget("person"))
    async with store.read() as unit:
        assert await unit.members.wishes("person") == []


async def test_guild_settings_are_replaced_as_a_whole(store: Store) -> None:
    first = GuildSettings("77", "ko", "1", "2", ("3", "4"), ("5",), ("6",))
    second = GuildSettings("77", locale="en")
    for given in (first, second):
        await store.write(lambda unit, given=given: unit.members.put_guild(given))  # type: ignore[misc]
        async with store.read() as unit:
            assert await unit.members.guild("77") == given
            assert await unit.members.guild("78") is None


async def test_brands_keep_their_order(store: Store) -> None:
    lumora = Brand("Lumora", (Term("lumora"), Term("루모라")), (Term("lumora station"),))
    rival = Brand("Rival", (Term("rival"),), competitor=True)
    changed = Brand("Lumora", (Term("#lumora"),))
    for brand in (lumora, rival, changed):
        await store.write(lambda unit, brand=brand: unit.brands.put(brand))  # type: ignore[misc]

    async with store.read() as unit:
        assert await unit.brands.all() == [changed, rival]
    assert await store.write(lambda unit: unit.brands.remove("Lumora"))
    assert not await store.write(lambda unit: unit.brands.remove("Lumora"))
    async with store.read() as unit:
        assert await unit.brands.all() == [rival]
