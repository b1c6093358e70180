"""The stand-in's gateway and REST faults, as the real discord.py client lives through them."""

from __future__ import annotations

import asyncio
import logging
import zlib

import aiohttp
import discord
import msgspec
import pytest
import zstandard

from core.clock import SteppedClock
from core.errors import AddressInUseError
from lab.discord import Channel, Guild, Member, StandInDiscord
from lab.discord.gateway import HEARTBEAT_ACK, HELLO
from lab.faults import Fault, FaultKind
from tests.lab.discord_client import SmallBot, connected
from tests.lab.test_discord_people import bot, channel_of, guild, help_channel, minji, stand_in

__all__ = ["bot", "guild", "help_channel", "minji", "stand_in"]


@pytest.fixture(autouse=True)
def quick_reconnects(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client's own back-off before a reconnect, seconds long, is not ours to test."""
    monkeypatch.setattr("discord.backoff.ExponentialBackoff.delay", lambda _: 0.01)


async def shut_out(stand_in: StandInDiscord) -> None:
    """Close the gateway and wait until nobody is there."""
    stand_in.gateway.is_open = False
    await stand_in.gateway.drop()
    await gone(stand_in)


async def gone(stand_in: StandInDiscord) -> None:
    async with asyncio.timeout(5):
        while stand_in.gateway.connections:
            await asyncio.sleep(0.001)


async def back(stand_in: StandInDiscord) -> None:
    """Open the gateway and wait until the client has caught up."""
    stand_in.gateway.is_open = True
    async with asyncio.timeout(5):
        while not stand_in.gateway.connections:
            await asyncio.sleep(0.001)
    await stand_in.gateway.barrier()


async def test_what_happens_while_we_are_away_is_replayed(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    await stand_in.say(minji, help_channel, "before")
    await bot.next()
    await shut_out(stand_in)
    await stand_in.say(minji, help_channel, "meanwhile")
    await back(stand_in)
    await stand_in.say(minji, help_channel, "after")
    assert [(await bot.next()).content for _ in range(2)] == ["meanwhile", "after"]
    assert (stand_in.gateway.identifies, stand_in.gateway.resumes) == (1, 1)
    assert "resumed" in bot.happened


async def test_a_torn_connection_is_resumed(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    stand_in.gateway.is_open = False
    stand_in.gateway.cut()
    await gone(stand_in)
    await stand_in.say(minji, help_channel, "meanwhile")
    await back(stand_in)
    assert (await bot.next()).content == "meanwhile"
    assert stand_in.gateway.resumes == 1


async def test_asked_to_reconnect_the_client_resumes(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    stand_in.gateway.is_open = False
    stand_in.gateway.ask_to_reconnect()
    await gone(stand_in)
    await stand_in.say(minji, help_channel, "meanwhile")
    await back(stand_in)
    assert (await bot.next()).content == "meanwhile"
    assert (stand_in.gateway.identifies, stand_in.gateway.resumes) == (1, 1)


async def test_an_invalid_session_starts_anew_and_its_events_are_lost(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    await shut_out(stand_in)
    stand_in.gateway.invalidate()
    await stand_in.say(minji, help_channel, "lost")
    await back(stand_in)
    await stand_in.say(minji, help_channel, "heard")
    assert (await bot.next()).content == "heard"
    assert (stand_in.gateway.identifies, stand_in.gateway.resumes) == (2, 0)
    # Nothing is lost for who looks back.
    channel = bot.get_channel(help_channel.id)
    assert isinstance(channel, discord.TextChannel)
    assert [one.content async for one in channel.history(oldest_first=True)] == ["lost", "heard"]


async def test_invalidated_while_connected(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    stand_in.gateway.is_open = False
    stand_in.gateway.invalidate()
    await gone(stand_in)
    await back(stand_in)
    await stand_in.say(minji, help_channel, "heard")
    assert (await bot.next()).content == "heard"
    assert stand_in.gateway.identifies == 2


async def test_heartbeats_are_answered_or_the_connection_counts_as_dead(
    stand_in: StandInDiscord, help_channel: Channel, minji: Member
) -> None:
    stand_in.gateway.heartbeat_seconds = 0.02
    async with connected(stand_in, heartbeat_timeout=0.2) as bot:
        await asyncio.sleep(0.5)
        assert stand_in.gateway.identifies == 1
        assert bot.latency < 5
        stand_in.gateway.acknowledges = False
        async with asyncio.timeout(5):
            while not stand_in.gateway.resumes:
                await asyncio.sleep(0.01)
        stand_in.gateway.acknowledges = True
        await stand_in.say(minji, help_channel, "still here")
        assert (await bot.next()).content == "still here"


async def test_a_wrong_token_is_a_login_failure(stand_in: StandInDiscord) -> None:
    stand_in.token = "another"
    client = discord.Client(intents=discord.Intents.none())
    with pytest.raises(discord.LoginFailure):
        await client.login("stand-in.token")
    await client.close()


async def test_an_intent_that_was_not_granted_ends_the_client(stand_in: StandInDiscord, guild: Guild) -> None:
    stand_in.gateway.allowed_intents = 0
    with pytest.raises(discord.PrivilegedIntentsRequired):
        async with connected(stand_in):
            pass


async def test_a_429_is_waited_out_and_sent_again(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in.faults.add(Fault(route="/channels/*/messages", method="POST", status=429, retry_after="0.05", times=2))
    with caplog.at_level(logging.WARNING, "discord.http"):
        await channel_of(bot, help_channel).send("patience")
    tries = stand_in.seen("POST", f"/channels/{help_channel.id}/messages")
    assert [one.status for one in tries] == [429, 429, 200]
    assert [one.text for one in stand_in.messages(help_channel)] == ["patience"]
    assert sum("Retrying in 0.05 seconds" in record.message for record in caplog.records) == 2


async def test_a_rate_limit_holds_the_client_back(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel
) -> None:
    stand_in.limit("POST /channels/*/messages", requests=2, seconds=0.1)
    for number in range(5):
        await channel_of(bot, help_channel).send(str(number))
    statuses = [one.status for one in stand_in.seen("POST", f"/channels/{help_channel.id}/messages")]
    assert statuses == [200] * 5  # the headers are enough: it never runs into a 429


async def test_a_burst_past_a_rate_limit_gets_429_and_all_arrive(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel
) -> None:
    stand_in.limit("PUT /channels/*/messages/*/reactions/*", requests=1, seconds=0.05)
    message = await channel_of(bot, help_channel).send("vote")
    await asyncio.gather(*(message.add_reaction(emoji) for emoji in "👍👎🙏"))
    assert {one.emoji for one in stand_in.messages(help_channel)[0].reactions} == set("👍👎🙏")


async def test_503_is_not_retried_and_a_refused_message_leaves_nothing(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel
) -> None:
    stand_in.faults.add(Fault(route="/channels/*/messages", method="POST", status=503))
    with pytest.raises(discord.DiscordServerError):
        await channel_of(bot, help_channel).send("once")
    assert stand_in.messages(help_channel) == []


async def test_a_lost_answer_is_retried_and_the_nonce_keeps_it_one_message(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = asyncio.sleep
    monkeypatch.setattr("discord.http.asyncio.sleep", lambda _: real(0))
    stand_in.faults.add(Fault(route="/channels/*/messages", method="POST", status=502, after_effect=True))
    await channel_of(bot, help_channel).send("once", nonce=7)
    assert [one.text for one in stand_in.messages(help_channel)] == ["once"]
    assert [one.status for one in stand_in.seen("POST", f"/channels/{help_channel.id}/messages")] == [502, 200]


async def test_a_reset_is_an_error_of_the_connection(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel
) -> None:
    stand_in.faults.add(Fault(route="/channels/*/messages", method="POST", kind=FaultKind.RESET))
    with pytest.raises((aiohttp.ClientError, OSError)):
        await channel_of(bot, help_channel).send("cut")


async def frames(stand_in: StandInDiscord, query: str) -> list[bytes | str]:
    """Say one heartbeat and return the first two frames."""
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{stand_in.gateway_url}?v=10&encoding=json{query}") as socket,
    ):
        first = (await socket.receive()).data
        await socket.send_str('{"op": 1, "d": null}')
        return [first, (await socket.receive()).data]


async def test_both_stream_compressions_and_none(stand_in: StandInDiscord) -> None:
    plain = await frames(stand_in, "")
    zlib_frames = await frames(stand_in, "&compress=zlib-stream")
    zstd_frames = await frames(stand_in, "&compress=zstd-stream")
    inflate, expand = zlib.decompressobj(), zstandard.ZstdDecompressor().decompressobj()
    texts = [
        [frame.encode() for frame in plain if isinstance(frame, str)],
        [inflate.decompress(frame) for frame in zlib_frames if isinstance(frame, bytes)],
        [expand.decompress(frame) for frame in zstd_frames if isinstance(frame, bytes)],
    ]
    for both in texts:
        assert [msgspec.json.decode(text)["op"] for text in both] == [HELLO, HEARTBEAT_ACK]
    assert all(isinstance(frame, bytes) and frame.endswith(b"\x00\x00\xff\xff") for frame in zlib_frames)


async def test_a_taken_port_is_one_clear_error(stand_in: StandInDiscord, clock: SteppedClock) -> None:
    with pytest.raises(AddressInUseError, match=f"port {stand_in.port} is taken"):
        await StandInDiscord(clock, port=stand_in.port).start()


async def test_a_thousand_events_arrive_in_order(
    stand_in: StandInDiscord, bot: SmallBot, help_channel: Channel, minji: Member
) -> None:
    for number in range(1_000):
        await stand_in.say(minji, help_channel, str(number))
    assert [(await bot.next()).content for _ in range(1_000)] == [str(number) for number in range(1_000)]
    assert stand_in.is_quiet
