"""Waiting times of pages: `python -m tests.bench.pages` prints one JSON object.

- `explore_s`, `card_s`, `step_s`, `scene_s`, `embed_s`: from the request of a link until all
  pictures of the page are drawn, with a fresh server and an empty browser cache.
- `replay_first_s`: from the click on Replay to the replay's chart, for a recorded run.
- `paste_s`: from pasting 30 layers of code into the Shapes page to their rows.

Each value is the median of several visits.
"""

import json
import statistics
import time

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, find
from tests.browser.driver import open_page, wait_until_whole
from tests.browser.server import serve

LINKS = {
    "explore_s": "/",
    "card_s": "/gallery?card=parity",
    "step_s": "/guide?at=parity",
    "scene_s": "/present?scene=adding",
    "embed_s": "/?embed=true&card=predictions&data=parity",
}
FULL = """() => {
    const app = document.querySelector("[data-testid=stApp]");
    const main = document.querySelector("[data-testid=stMain]");
    if (app?.dataset.testScriptState !== "notRunning" || !main) return false;
    const charts = [...main.querySelectorAll("[data-testid=stPlotlyChart]")];
    return main.querySelector("[role=img], [data-testid=stPlotlyChart]")
        && !main.querySelector("[data-testid=stSkeleton]")
        && charts.every(chart => chart.querySelector(".main-svg"));
}"""
WATCH_REPLAY = """() => {
    document.addEventListener('click', () => { window.start ??= performance.now(); }, true);
    const look = () => document.querySelector('.st-key-replay_chart .slider-label')
        ? window.shownAt = performance.now() : requestAnimationFrame(look);
    look();
}"""
BLOCK = """\
model.add(layers.Conv1D(16, 3, padding="causal"))
model.add(layers.BatchNormalization())
model.add(layers.ReLU())
model.add(layers.Dropout(0.2))
"""
CODE = f"""\
import keras
from keras import layers
model = keras.Sequential()
model.add(keras.Input((100, 8)))
{BLOCK * 6}model.add(layers.GRU(64, return_sequences=True))
model.add(layers.LSTM(32, return_sequences=True))
model.add(layers.LayerNormalization())
model.add(layers.GlobalAveragePooling1D())
model.add(layers.Dense(5, activation="softmax"))
"""
PASTE = """text => {
    const box = document.querySelector(".st-key-model_text textarea");
    const look = () => document.querySelectorAll(".stack-row").length >= 30
        ? window.shownAt = performance.now() : requestAnimationFrame(look);
    box.focus();
    window.start = performance.now();
    document.execCommand("insertText", false, text);
    box.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
    look();
}"""


def first_visit(path):
    """Return the seconds until a page of a fresh server is completely drawn."""
    with serve() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        start = time.perf_counter()
        page.goto(f"{server.url}{path}")
        page.wait_for_function(FULL, polling="raf")
        waited = time.perf_counter() - start
        browser.close()
    return waited


def replay(page):
    """Open the replay of a recorded run."""
    open_page(page, "/?data=running_mean")
    wait_until_whole(page)
    page.wait_for_timeout(3000)
    page.evaluate(WATCH_REPLAY)
    page.locator(".st-key-scrubber .play").click()


def paste(page):
    """Paste a model into the Shapes page."""
    open_page(page, "/shapes")
    page.wait_for_timeout(2000)
    page.evaluate(PASTE, CODE)


def waited(act, browser, address):
    """Return the seconds from an action to its result on the page, in a new session."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    page = context.new_page()
    act(page)
    page.wait_for_function("window.shownAt > 0")
    seconds = page.evaluate("(window.shownAt - window.start) / 1000")
    context.close()
    return seconds


def main():
    """Measure, and print one line of JSON."""
    figures = {
        name: statistics.median(first_visit(path) for _ in range(3)) for name, path in LINKS.items()
    }
    with sync_playwright() as playwright, serve() as server:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        for name, act in (("replay_first_s", replay), ("paste_s", paste)):
            figures[name] = statistics.median(waited(act, browser, server.url) for _ in range(5))
        browser.close()
    print(json.dumps({name: round(seconds, 2) for name, seconds in figures.items()}))


if __name__ == "__main__":
    main()
