"""There is one way out: a look at the source of every room for calls that reach the outside world.

Allowed are the senders of the outbox, the lab (it is the outside world), and answers to interactions in bot/.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
ROOMS = ("core", "matching", "sentiment", "listeners", "storage", "engagement", "reports", "bot", "benchmarks")
SENDERS = {
    "bot/sender.py",
    "listeners/reddit/sender.py",
    "listeners/reddit/write.py",
    "engagement/outgoing/outbox.py",
    "bot/moderator.py",
    "listeners/reddit/moderator.py",
}
"""The two senders and moderators, with what speaks to Reddit for them, and the outbox that calls their `send`."""
REACHING = {
    "send",
    "send_message",
    "send_modal",
    "reply",
    "edit",
    "edit_message",
    "edit_original_response",
    "add_reaction",
    "create_thread",
    "create_dm",
    "crosspost",
    "publish",
    "submit",
    "message",
    "comment_reply",
    "delete",
    "ban",
    "kick",
    "timeout",
    "mod_note",
    "upvote",
    "downvote",
}
"""Methods of discord.py and praw that write something at a platform."""
OURS = {
    ("bot/", "desk", "reply"),  # engagement.desk.desk.Desk: puts an action into the outbox
    ("bot/demo/", "view", "send"),  # the demo's terminal view
    ("bot/demo/", "tally", "send"),
    ("bot/cogs/", "templates", "edit"),  # engagement.desk.templates.Templates: words of our own, kept
    ("bot/connection.py", "_ready_sender()", "send"),  # the sender of the moment; the outbox calls the connection
    ("bot/", "asyncio", "timeout"),
    ("benchmarks/", "asyncio", "timeout"),
    ("benchmarks/", "pipe", "send"),  # to a process of the benchmark itself
    ("sentiment/", "worker", "send"),  # texts to a judging process of our own
    ("storage/", "_writer", "submit"),  # a job for the database's single writer
    ("storage/", "writer", "submit"),
    ("storage/", "tally", "reply"),  # a count
}
"""Calls that only share a name, as (where, last part of the object, method)."""
RAW = re.compile(r"\bapi/(?:comment|submit|compose|message|editusertext|del|vote|remove|lock|report)\b")
"""Addresses of Reddit's that write."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call that may reach outside."""

    path: str
    line: int
    receiver: str
    method: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.receiver}.{self.method}("


def calls_in(path: str, source: str) -> Iterator[Call]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in REACHING:
            yield Call(path, node.lineno, ast.unparse(node.func.value), node.func.attr)


def answers_an_interaction(call: Call) -> bool:
    """Interaction responses answer within 3 s whoever asked: they need no gate, and reach nobody else."""
    if not call.path.startswith("bot/"):
        return False
    parts = call.receiver.split(".")
    through = parts[-1] in {"response", "followup"} or call.method == "edit_original_response"
    return through and "interaction" in parts[0]


def is_ours(call: Call) -> bool:
    last = call.receiver.split(".")[-1]
    return any(
        call.path.startswith(where) and (last, call.method) == (receiver, method) for where, receiver, method in OURS
    )


def raw_requests(path: str, source: str) -> Iterator[str]:
    """Yield requests that go round the libraries: writing addresses, the Reddit transport, discord.py's own HTTP."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and RAW.search(node.value):
            yield f"{path}:{node.lineno}: {RAW.search(node.value)}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            receiver = ast.unparse(node.func.value).split(".")[-1]
            if (receiver.endswith("transport") and node.func.attr in {"post", "put", "delete"}) or receiver == "http":
                yield f"{path}:{node.lineno}: {receiver}.{node.func.attr}("


def sources() -> Iterator[tuple[str, str]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if name not in SENDERS:
                yield name, path.read_text("utf-8")


def leaks(path: str, source: str) -> list[str]:
    """Return what in a source reaches the outside past the gate."""
    calls = [str(c) for c in calls_in(path, source) if not answers_an_interaction(c) and not is_ours(c)]
    return [*calls, *raw_requests(path, source)]


def test_nothing_leaves_but_through_the_senders() -> None:
    assert [leak for path, source in sources() for leak in leaks(path, source)] == []


def test_the_senders_are_where_the_fence_thinks_they_are() -> None:
    for path in sorted(SENDERS - {"listeners/reddit/write.py"}):
        source = (ROOT / path).read_text("utf-8")
        assert any(calls_in(path, source)) or any(raw_requests(path, source)), path


def test_only_the_outbox_calls_a_sender() -> None:
    source = (ROOT / "engagement/outgoing/outbox.py").read_text("utf-8")
    assert [f"{call.receiver}.{call.method}" for call in calls_in("outbox", source)] == ["sender.send"]


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("bot/cogs/x.py", "await message.reply('hi')"),
        ("bot/cogs/x.py", "await member.timeout(until)"),
        ("bot/views/x.py", "await guild.ban(member)"),
        ("engagement/desk/x.py", "await message.delete()"),
        ("bot/cogs/x.py", "await channel.send('hi')"),
        ("bot/cogs/x.py", "await member.send('hi')"),
        ("bot/views/x.py", "await interaction.channel.send('hi')"),
        ("bot/views/x.py", "await interaction.message.edit(content='hi')"),
        ("bot/cogs/x.py", "await message.add_reaction('x')"),
        ("bot/client.py", "await self.http.send_message(1, params=p)"),
        ("listeners/reddit/x.py", "comment.reply('hi')"),
        ("listeners/reddit/x.py", "self._transport.post('x', {})"),
        ("listeners/reddit/x.py", "reddit.request('POST', 'api/comment')"),
        ("engagement/desk/x.py", "await sender.send(action)"),
        ("listeners/discord/x.py", "await interaction.response.send_message('hi')"),
        ("storage/x.py", "desk.reply(1, 'x', 'y')"),
    ],
)
def test_the_fence_sees_what_it_should(path: str, line: str) -> None:
    body = f"async def f():\n    {line}\n"
    assert leaks(path, body)


@pytest.mark.parametrize(
    "line",
    [
        "await interaction.response.send_message('hi')",
        "await interaction.followup.send('hi')",
        "await interaction.edit_original_response(content='hi')",
        "await services.desk.reply(1, 'x', 'y')",
    ],
)
def test_answers_to_interactions_are_exempt(line: str) -> None:
    assert leaks("bot/cogs/x.py", f"async def f():\n    {line}\n") == []
