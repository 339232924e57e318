"""Visitors who press, move, type and open whatever there is, as a seeded chance has it.

`python -m tests.faults.monkey --seed 1 --seconds 600` starts a server with busy loops beside it,
lets sessions without a browser (`tests.session`) and tabs of Chromium loose on it, and prints what
nobody should meet: an exception on a page or in the server's log, an error in the browser's
console, a page that stays white or doesn't answer, a session that runs its page in a loop, memory
that isn't given back. Each finding comes with the visitor's last steps. Every visitor draws from a
generator of its own, so a seed repeats their wishes; what comes of them depends on the machine too.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page, async_playwright
from playwright.async_api import Error as BrowserError
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.bench.figures import anonymous_mb
from tests.browser.chromium import FLAGS, find
from tests.browser.conftest import DESKTOP, PROBE, TELL_EXCEPTIONS
from tests.browser.server import Server, serve, without_known
from tests.faults.wishes import FILES, KEYS, PAGES, TEXTS, Visitor
from tests.session import WIDGETS, Session

LIMIT = 120.0
"""Seconds in which a page has to answer, be the machine as busy as it likes."""
RUNS, RUNS_PER_SECOND = 6, 1.5
"""How often a page may run as a whole after a single wish, and in each second after it."""
KEPT_MB, REST = 50, 300.0
"""What the page process may have kept, after so many seconds without visitors."""
ANSWERS = """() => document.querySelector("[data-test-script-state=notRunning]")
    && document.querySelector("[data-testid=stMain]")?.innerText.trim()"""
ANY = """(draw) => {
    const all = [...document.querySelectorAll(`button, a[href], summary, [role=slider],
      [role=combobox], [role=radio], [role=checkbox], input[type=checkbox], input[type=range]`)];
    const open = all.filter((each) => each.checkVisibility() && !each.disabled
      && !each.closest("header") && (each.origin ?? location.origin) === location.origin);
    return open[Math.floor(draw * open.length)];
}"""
WORDS = "e => (e.getAttribute('role') ?? e.type ?? e.tagName) + ' ' + (e.ariaLabel ?? e.innerText)"


class Tab(Session):
    """A session that can do whatever its page offers, and knows how often the page runs."""

    finished, runs = 0, 0
    """Runs that have ended, also those of fragments; those of the whole page that have begun."""

    def _on_new_session(self, message: ForwardMsg) -> None:
        super()._on_new_session(message)
        self.runs += not self._run_fragments

    def _on_script_finished(self, message: ForwardMsg) -> None:
        super()._on_script_finished(message)
        self.finished += 1
        there = {getattr(shown.element, kind).id for shown, kind in self._widgets_shown()}
        there |= {*self._folded.values()}
        self._widgets = {name: held for name, held in self._widgets.items() if name in there}

    def _widgets_shown(self) -> list[tuple[Any, str]]:
        shown = [(each, each.element.WhichOneof("type")) for each in self._shown.values()]
        return [(each, kind) for each, kind in shown if kind in WIDGETS]

    async def goes(self, visitor: Visitor) -> None:
        """Follow a link, go back to an older address of this page, or open what is folded."""
        links = [e.page_link for e in self.elements("page_link") if e.page_link.page_script_hash]
        if links and visitor.likes(0.6):
            link = visitor.one_of(links)
            visitor.does(f"follows {link.label}: {link.query_string}")
            self._page, self.query = link.page_script_hash, link.query_string
            await self.rerun()
        elif self._folded and visitor.likes(0.5):
            words = visitor.one_of(self._folded)
            visitor.does(f"opens {words}")
            self._widgets[self._folded[words]] = ("bool_value", True)
            await self.rerun()
        else:
            self.query = visitor.address()[1]
            visitor.does(f"goes to ?{self.query}")
            await self.rerun(is_history_navigation=visitor.likes(0.5))

    async def touches(self, visitor: Visitor) -> None:
        """Move, press, pick or fill in one of the page's widgets."""
        shown = [
            (each, kind, getattr(each.element, kind))
            for each, kind in self._widgets_shown()
            if not getattr(each.element, kind).disabled
        ]
        if not shown:
            return await self.goes(visitor)
        each, kind, widget = visitor.one_of(shown)
        held = wish(visitor, kind, widget)
        visitor.does(f"{kind} {widget.label!r}: {held[1]!r}")
        self._widgets[widget.id] = held
        return await self.rerun(fragment_id=each.fragment)


def wish(visitor: Visitor, kind: str, widget: Any) -> tuple[str, Any]:
    """A value for a widget, and the field of Streamlit's protocol that holds it."""
    if kind == "button":
        return "trigger_value", True
    if kind == "checkbox":
        return "bool_value", visitor.likes(0.5)
    if kind in {"text_area", "text_input"}:
        return "string_value", visitor.one_of(TEXTS)
    if kind == "multiselect":
        return "string_array_value", [each for each in widget.options if visitor.likes(0.3)]
    if options := getattr(widget, "options", None):
        option = visitor.one_of(options)
        is_list = kind in {"button_group", "slider"}
        return "string_array_value" if is_list else "string_value", getattr(
            option, "content", option
        )
    low = widget.min if kind == "slider" or widget.has_min else 0
    high = widget.max if kind == "slider" or widget.has_max else 100
    step = widget.step or 1
    value = low + step * int(visitor.number(0, round((high - low) / step) + 0.99))
    return "double_array_value" if kind == "slider" else "double_value", value


async def wander(server: Server, visitor: Visitor, end: float) -> None:
    """Visit after visit without a browser, until `end` on `time.monotonic`."""
    while time.monotonic() < end:
        page, query = visitor.address()
        visitor.does(f"opens /{page}?{query}")
        try:
            async with asyncio.timeout(4 * LIMIT), Tab(server.url, query, page) as tab:
                await stay(tab, visitor, end)
        except Exception as error:  # whatever it is, the others go on, and so does this one
            visitor.found(f"{type(error).__name__}: {error}")
        await asyncio.sleep(visitor.number(0, 5))


async def stay(tab: Tab, visitor: Visitor, end: float) -> None:
    """Do things, some of them in quick succession, and look what the page makes of them."""
    for _ in range(int(visitor.rng.integers(1, 40))):
        before, runs, start = tab.finished, tab.runs, time.monotonic()
        await (tab.goes if visitor.likes(0.2) else tab.touches)(visitor)
        if visitor.likes(0.3):  # the next thing at once
            await asyncio.sleep(visitor.number(0, 0.2))
            continue
        await tab.until(lambda n=before: tab.finished > n, LIMIT)
        await asyncio.sleep(visitor.number(0, 6))
        visitor.saw(tab.query)
        seconds, count = time.monotonic() - start, tab.runs - runs
        if count > RUNS + RUNS_PER_SECOND * seconds:
            visitor.found(f"{count} runs of the page in {seconds:.1f} s")
        if tab.errors or not tab.text.strip():
            visitor.found("; ".join(tab.errors) or "an empty page")
            return
        if time.monotonic() > end:
            return


async def browse(server: Server, context: BrowserContext, visitor: Visitor, end: float) -> None:
    """Visit after visit with a browser's tab, until `end` on `time.monotonic`."""

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBE.search(message.location.get("url", "")):
            visitor.found(f"console: {message.text} {message.location.get('url', '')}")

    while time.monotonic() < end:
        page = await context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: visitor.found(f"page error: {error} {error.stack}"))
        page.on("popup", lambda other: asyncio.ensure_future(other.close()))
        path, query = visitor.address()
        visitor.does(f"opens /{path}?{query}")
        try:
            await page.goto(f"{server.url}/{path}?{query}", timeout=1000 * LIMIT)
            await answered(page, visitor)
            for _ in range(int(visitor.rng.integers(5, 60))):
                if time.monotonic() > end:
                    break
                with contextlib.suppress(BrowserError):  # what was to be touched has gone
                    await act(page, visitor)
                if visitor.likes(0.7):
                    await answered(page, visitor)
                    await asyncio.sleep(visitor.number(0, 3))
        except (BrowserError, TimeoutError) as error:
            visitor.found(f"{type(error).__name__}: {error}")
        await page.close()


async def answered(page: Page, visitor: Visitor) -> None:
    """Wait until the page shows something and runs no more, and look at what it shows."""
    try:
        await page.wait_for_function(ANSWERS, timeout=1000 * LIMIT)
    except BrowserError:
        text = await page.evaluate("document.body.innerText")
        visitor.found(f"no answer, or a white page, at {page.url}: {text[:500]!r}")
        raise
    visitor.saw(page.url)
    for words in await page.get_by_role("dialog").all_inner_texts():
        if any(each in words for each in ("error", "Error", "not found")):
            visitor.found(f"a dialog: {words}")
            await page.reload()


async def act(page: Page, visitor: Visitor) -> None:
    """One thing that a person does with a browser."""
    kind = visitor.one_of(
        ["touch"] * 8
        + ["key"] * 3
        + ["menu"] * 2
        + ["quick", "back", "reload"]
        + ["upload", "type", "link"]
    )
    if kind == "touch":
        return await touch(page, visitor)
    if kind == "key":
        key = visitor.one_of(KEYS)
        visitor.does(f"presses {key}")
        return await page.keyboard.press(key)
    if kind in {"menu", "quick"}:
        links = page.locator(".st-key-menu a")
        for _ in range(3 if kind == "quick" else 1):
            place = int(visitor.rng.integers(8))
            visitor.does(f"menu {place}")
            await links.nth(place).evaluate("link => link.click()", timeout=2000)
            await asyncio.sleep(visitor.number(0, 1))
        kind = "back" if kind == "quick" else ""
    if kind == "back":
        visitor.does("goes back")
        await page.evaluate("history.back()")
    if kind == "reload":
        visitor.does("reloads")
        await page.reload(timeout=1000 * LIMIT)
    if kind == "link":
        path, query = visitor.address()
        visitor.does(f"opens /{path}?{query}")
        await page.goto(f"/{path}?{query}", timeout=1000 * LIMIT)
    if kind == "upload":
        name = visitor.one_of(FILES)
        visitor.does(f"uploads {name}")
        file = {"name": name, "mimeType": "text/csv", "buffer": FILES[name]}
        await page.locator("input[type=file]").first.set_input_files(file, timeout=2000)
    if kind == "type":
        text = visitor.one_of(TEXTS)
        visitor.does(f"types {text!r}")
        field = page.locator("textarea, input[type=text], input[type=number]")
        field = field.nth(int(visitor.rng.integers(await field.count() or 1)))
        await field.fill(text, timeout=2000)
        await field.press("Control+Enter", timeout=2000)
    return None


async def touch(page: Page, visitor: Visitor) -> None:
    """Press, or move a few steps, something that can be."""
    handle = await page.evaluate_handle(ANY, float(visitor.rng.random()))
    element = handle.as_element()
    if not element:
        return
    words = " ".join((await element.evaluate(WORDS)).split())
    visitor.does(f"touches {words}")
    if "slider" in words or words.startswith("range"):
        await element.focus()
        key = visitor.one_of(["ArrowLeft", "ArrowRight", "Home", "End"])
        for _ in range(int(visitor.rng.integers(1, 15))):
            await page.keyboard.press(key)
    else:
        await element.click(timeout=3000, force=True)
    if words.startswith("combobox"):
        for _ in range(int(visitor.rng.integers(1, 8))):
            await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")


async def let_loose(
    server: Server, seed: int, seconds: float, sessions: int = 4, tabs: int = 2
) -> list[str]:
    """So many visitors of each kind, for so many seconds: what they have found."""
    findings: list[str] = []
    runs: list[str] = []
    end = time.monotonic() + seconds
    async with contextlib.AsyncExitStack() as stack:
        work = [
            wander(server, Visitor(f"session {k}", [seed, 0, k], runs, findings), end)
            for k in range(sessions)
        ]
        if tabs:
            playwright = await stack.enter_async_context(async_playwright())
            browser = await playwright.chromium.launch(executable_path=find(), args=[*FLAGS])
            stack.push_async_callback(browser.close)
        for k in range(tabs):
            context = await browser.new_context(viewport=DESKTOP, base_url=server.url)
            await context.add_init_script(TELL_EXCEPTIONS)
            visitor = Visitor(f"tab {k}", [seed, 1, k], runs, findings)
            work.append(browse(server, context, visitor, end))
        await asyncio.gather(*work)
    return findings


async def come_and_go(server: Server) -> float:
    """One who opens every page: what the page process holds after that, in MB."""
    for page in PAGES:
        async with Session(server.url, page=page):
            await asyncio.sleep(2)
    return anonymous_mb([server.process])


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """So many processes that take all the processor time that they get."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def main() -> int:
    """Run it, and print what was found; 1 if there is something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--busy", type=int, default=2, help="busy loops beside it")
    parser.add_argument("--sessions", type=int, default=4, help="visitors without a browser")
    parser.add_argument("--tabs", type=int, default=2, help="visitors with a browser")
    parser.add_argument("--rest", type=float, default=REST, help="seconds until memory is read")
    asked = parser.parse_args()
    os.environ["STREAMLIT_CLIENT_SHOW_ERROR_DETAILS"] = "full"
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.txt"
        with serve(log) as server:
            before = asyncio.run(come_and_go(server))
            with busy_loops(asked.busy):
                people = asked.sessions, asked.tabs
                findings = asyncio.run(let_loose(server, asked.seed, asked.seconds, *people))
            most = anonymous_mb([server.process])
            for _ in range(int(asked.rest // 30)):
                time.sleep(30)
                print(f"page: {anonymous_mb([server.process]):.0f} MB", flush=True)
            kept = anonymous_mb([server.process]) - before
        output = without_known(log.read_text(encoding="utf-8", errors="replace"))
    print(output if "Traceback" in output else "")
    findings += ["a traceback in the server's log"] * ("Traceback" in output)
    if asked.rest >= REST and kept > KEPT_MB:
        findings.append(f"the page process keeps {kept:.0f} MB more than before")
    print(f"page: {before:.0f} MB at first, {most:.0f} MB at the end, {kept:+.0f} MB kept")
    print(f"seed {asked.seed}: {len(findings)} findings", *findings, sep="\n")
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
