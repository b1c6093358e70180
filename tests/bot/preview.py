"""Pictures of what staff see in Discord, in both languages: `python -m tests.bot.preview --out docs/pictures`.

The real bot runs in simcord over a real database; simcord's preview shows the channel, a headless Chromium takes the
picture. Needs Chromium and a Korean font (Debian: chromium, fonts-nanum).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import aiohttp

from core.types.brand import Brand, Term
from core.types.case import Severity
from core.types.reply import Template
from engagement.desk.explain import Explainer
from matching.matcher import BrandMatcher
from sentiment.judge import TextJudge
from tests.bot.chromium import command
from tests.bot.world import World, flagged, running, speaking

TEXTS = {
    "en": "Two weeks in and my Lumora lamp died overnight. Support has not answered for three days. I want a refund!",
    "ko": "산 지 2주 만에 루모라 조명이 하룻밤 사이에 꺼졌어요. 고객센터는 사흘째 답이 없네요. 환불해 주세요!",
}
REPLY = {"en": "Reply", "ko": "답변"}
CANNED = {
    "en": ("A new lamp", "Hello {author}, we are sorry. A new lamp is on its way: your case is number {case}."),
    "ko": ("새 제품 발송", "{author}님, 불편을 드려 죄송합니다. 새 제품을 보내 드립니다. 접수 번호는 {case}번입니다."),
}
TYPED = {
    "en": "We are sorry to hear that. A new lamp is on its way and arrives on Friday.",
    "ko": "불편을 드려 죄송합니다. 새 제품을 오늘 보내 드립니다.",
}
MORNING_SECONDS = (9 * 60 + 14) * 60
"""From simcord's midnight to office hours."""
# The preview speaks English only; Discord itself shows a Korean reader these words of its own in Korean.
DISCORDS_KOREAN = {
    "Cancel": "취소",
    "Submit": "제출",
    "This form will be submitted to Maeari. Do not share passwords or other sensitive information.": (
        "이 양식은 Maeari에 제출됩니다. 비밀번호나 기타 민감한 정보를 공유하지 마세요."
    ),
}
CARD, MODAL = "article", "dialog, [role=dialog]"
LOCALES: tuple[Literal["en", "ko"], ...] = ("en", "ko")
WAIT_SECONDS = 15.0
"""How long the page may take to show something."""


class Page:
    """One tab of a headless Chromium, driven through its DevTools protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._numbers = itertools.count(1)

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """Call a method of the protocol and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": params})
        async for frame in self._socket:
            answer = frame.json()
            if answer.get("id") == number:
                result: dict[str, Any] = answer["result"]
                return result
        raise RuntimeError("Chromium went away")

    async def evaluate(self, script: str) -> Any:
        """Run a script in the page and return its value."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return answer["result"].get("value")

    async def wait_for(self, script: str) -> Any:
        """Return the value of a script once it is true."""
        async with asyncio.timeout(WAIT_SECONDS):
            while not (value := await self.evaluate(script)):
                await asyncio.sleep(0.1)
        return value

    async def type(self, text: str) -> None:
        """Write into the text field of the window."""
        await self.evaluate("document.querySelector('dialog textarea, [role=dialog] textarea').focus()")
        await self.call("Input.insertText", text=text)
        await self.evaluate("document.activeElement.blur()")

    async def hide(self, words: str) -> None:
        """Take the innermost element that says so off the page."""
        await self.evaluate(
            f"[...document.querySelectorAll('*')].filter(e => !e.children.length && e.textContent.includes({words!r}))"
            ".forEach(e => e.style.display = 'none')"
        )

    async def translate(self, words: Mapping[str, str]) -> None:
        """Put other words in the place of the page's own."""
        await self.evaluate(
            f"(() => {{ const words = {json.dumps(words)};"
            " const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);"
            " for (let n = walk.nextNode(); n; n = walk.nextNode())"
            " n.data = words[n.data.trim()] ?? n.data; })()"
        )

    async def picture(self, selector: str, path: Path, *, margin: int = 12) -> None:
        """Save the part of the page that the last element of a kind covers, twice as sharp as the screen."""
        box = await self.wait_for(
            f"(() => {{ const r = [...document.querySelectorAll({selector!r})].at(-1)?.getBoundingClientRect();"
            " return r && r.width ? [r.x, r.y, r.width, r.height] : null })()"
        )
        x, y, width, height = box
        clip = {
            "x": x - margin,
            "y": y - margin,
            "width": width + 2 * margin,
            "height": height + 2 * margin,
            "scale": 2,
        }
        shot = await self.call("Page.captureScreenshot", format="png", clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))


@asynccontextmanager
async def browser(url: str) -> AsyncIterator[Page]:
    """Open a page in a headless Chromium."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = await asyncio.create_subprocess_exec(
            *command(), "--window-size=1200,1000", "--remote-debugging-port=0", f"--user-data-dir={profile}",
            "about:blank",
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            port = await _port(Path(profile) / "DevToolsActivePort")
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    tabs = await answer.json()
                address = next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page")
                async with session.ws_connect(address, max_msg_size=0) as socket:
                    page = Page(socket)
                    await page.call("Page.navigate", url=url)
                    yield page
        finally:
            process.terminate()
            await process.wait()


async def _port(path: Path) -> int:
    async with asyncio.timeout(WAIT_SECONDS):
        while not path.exists() or not path.read_text("utf-8"):
            await asyncio.sleep(0.05)
    return int(path.read_text("utf-8").splitlines()[0])


async def pictures(out: Path, locale: Literal["en", "ko"]) -> None:
    """Take the pictures of one language."""
    brand = Brand("Lumora", (Term("lumora"), Term("루모라")))
    matcher = BrandMatcher([brand])
    explainer = Explainer(TextJudge.load(), lambda: matcher)
    with tempfile.TemporaryDirectory() as folder, speaking(locale):
        async with running(Path(folder), locale=locale, explainer=explainer) as world:
            with world.env.time_context():
                await world.env.advance_time(MORNING_SECONDS)
                name, text = CANNED[locale]
                await world.services.templates.add(Template(name, locale, text, "Lumora"), str(world.sora.id))
                await world.complaint(TEXTS[locale], author="night_owl")
                await _of_card(world, out, locale)
    with tempfile.TemporaryDirectory() as folder, speaking(locale):
        async with running(Path(folder), locale=locale) as world:
            with world.env.time_context():
                await world.env.advance_time(MORNING_SECONDS)
                await _of_queue(world, out, locale)


async def _of_queue(world: World, out: Path, locale: str) -> None:
    """Show a morning's queue: one case overdue, one answered, one of two people with a case."""
    cases = []
    for number, minutes in enumerate((95, 20, 10, 2)):
        text = f"{TEXTS[locale]} #{number}"
        cases.append(await flagged(world.store, world.desk, world.clock, text, native_id=f"t1_{number}"))
        await world.env.advance_time(minutes * 60)
    await world.services.care.prioritise(cases[3].id, str(world.sora.id), Severity.URGENT)
    await world.services.care.prioritise(cases[2].id, str(world.sora.id), Severity.NORMAL)
    for person in (world.sora, world.minho):
        await world.services.watch.go(str(person.id), on=True)
    await world.desk.claim(cases[1].id, str(world.minho.id))
    await world.drain()
    await world.services.watch.post_board()
    await world.drain()
    preview = world.env.preview(
        world.staff_channel,
        viewers=[world.boss],
        display="fixed",
        width=680,
        height=700,
        locale="ko" if locale == "ko" else "en-US",
    )
    async with preview as shown, browser(shown.url) as page:
        words = world.services.catalogues.for_locale(locale)("Take the next case")
        await page.wait_for(f"[...document.querySelectorAll('button')].some(b => b.textContent.trim() === {words!r})")
        await page.wait_for("document.fonts.status === 'loaded'")
        await asyncio.sleep(0.5)  # the page scrolls to its end
        await page.picture(CARD, out / f"queue-{locale}.png", margin=8)


async def _of_card(world: World, out: Path, locale: str) -> None:
    preview = world.env.preview(
        world.staff_channel,
        viewers=[world.sora],
        display="fixed",
        width=680,
        height=560,
        locale="ko" if locale == "ko" else "en-US",
    )
    async with preview as shown, browser(shown.url) as page:
        button = f"[...document.querySelectorAll('button')].find(b => b.textContent.trim() === {REPLY[locale]!r})"
        await page.wait_for(f"{button} && !{button}.disabled && getComputedStyle({button}).opacity === '1'")
        await page.wait_for("document.fonts.status === 'loaded'")
        await page.picture(CARD, out / f"card-{locale}.png", margin=8)
        await page.evaluate(f"{button}.click()")
        await page.wait_for("Boolean(document.querySelector('dialog textarea, [role=dialog] textarea'))")
        await page.type(TYPED[locale])
        await page.hide("selected. Choose")  # a hint of the preview's own, which Discord does not show
        if locale == "ko":
            await page.translate(DISCORDS_KOREAN)
        await page.picture(MODAL, out / f"reply-{locale}.png", margin=-2)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    out: Path = parser.parse_args().out
    command()  # says what is missing, before anything starts
    out.mkdir(parents=True, exist_ok=True)
    for locale in LOCALES:
        asyncio.run(pictures(out, locale))


if __name__ == "__main__":
    main()
