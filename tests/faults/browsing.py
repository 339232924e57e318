"""What visitors of `tests.faults.monkey` do with a tab of Chromium, and look for there."""

import asyncio
import contextlib
import re
import time

from playwright.async_api import Error as BrowserError

from tests.browser.conftest import PROBE
from tests.faults.wishes import FILES, KEYS, LIMIT, TEXTS

EXPECTED = (
    "File uploader error on file upload - CanceledError",  # the page was left meanwhile
    "Cannot rerun script when disconnected",  # R, Streamlit's own key, while a page loads
)
"""What Streamlit's client says of what a person did."""
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


async def browse(server, context, visitor, end):
    """Visit after visit with a browser's tab, until `end` on `time.monotonic`."""

    def listen(message):
        where = message.location.get("url", "")
        is_expected = PROBE.search(where) or any(each in message.text for each in EXPECTED)
        if message.type == "error" and not is_expected:
            visitor.found(f"console: {message.text} {where}")

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
                # What was to be touched has gone, or a key was pressed while a page loaded, of
                # which Playwright sometimes never hears.
                with contextlib.suppress(BrowserError, TimeoutError):
                    async with asyncio.timeout(LIMIT):
                        await act(page, visitor)
                if visitor.likes(0.7):
                    await answered(page, visitor)
                    await asyncio.sleep(visitor.number(0, 3))
        except (BrowserError, TimeoutError) as error:
            visitor.found(f"{type(error).__name__}: {error}")
        await page.close()


async def answered(page, visitor):
    """Wait until the page shows something and runs no more, and look at what it shows."""
    try:
        await page.wait_for_function(ANSWERS, timeout=1000 * LIMIT)
    except BrowserError:
        text = await page.evaluate("document.body.innerText")
        visitor.found(f"no answer, or a white page, at {page.url}: {text[:500]!r}")
        raise
    visitor.saw(page.url)
    for words in await page.get_by_role("dialog").all_inner_texts():
        if re.match("Bad message format|Connection error|Page not found", words.strip()):
            visitor.found(f"a dialog: {words}")
            await page.reload()


async def act(page, visitor):
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
        await page.evaluate("navigation.canGoBack && history.back()")  # else to about:blank
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


async def touch(page, visitor):
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
