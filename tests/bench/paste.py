"""From paste to picture: `python -m tests.bench.paste` prints one JSON object.

- `paste_s`: from the paste of 30 layers of code into the box of the Shapes page to their rows in
  the browser, the median of five sessions.
- `paste_script_s`: what of it Python takes: reading, tracing, drawing, without the page.
- `hostile_s`: the longest that an answer to hostile input took, again without the page.
"""

import json
import statistics
import time

from playwright.sync_api import sync_playwright

from lib.charts.palette import PALETTES
from lib.charts.stack import layer_pictures, rows_picture
from lib.shapes import trace
from lib.shapes.stack.read import ModelError, read
from tests.browser.chromium import FLAGS, find
from tests.browser.driver import open_page
from tests.browser.server import serve

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
HOSTILE: dict[str, str | bytes] = {
    "5 MB": "x = 1\n" * 800_000,
    "brackets": "(" * 100_000,
    "lists": "[" * 90 + "]" * 90 + "\n" + "x = " + "[" * 5000,
    "numbers": "n = 9 ** 9 ** 9 ** 9\nmodel = Sequential([LSTM(n)])",
    "sum": "n = " + "+".join(["1"] * 60_000),
    "JSON": '{"a":' * 90_000,
    "JSON of 5 MB": '{"class_name": "Sequential", "config": [' + "1," * 2_000_000 + "1]}",
    "ZIP": b"PK\x03\x04" + bytes(5_000_000),
}
PASTE = """text => {
    const box = document.querySelector(".st-key-model_text textarea");
    const look = () => document.querySelectorAll(".stack-row").length >= 30
        ? window.there = performance.now() : requestAnimationFrame(look);
    box.focus();
    window.pasted = performance.now();
    document.execCommand("insertText", false, text);
    box.dispatchEvent(new ClipboardEvent("paste", { bubbles: true }));
    look();
}"""


def pasted(browser, address):
    """Seconds until the rows are there, in a session of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    page = context.new_page()
    open_page(page, "/shapes")
    page.wait_for_timeout(2000)
    page.evaluate(PASTE, CODE)
    page.wait_for_function("window.there > 0")
    seconds = page.evaluate("(window.there - window.pasted) / 1000")
    context.close()
    return float(seconds)


def script():
    """Seconds of reading, tracing and drawing."""
    start = time.perf_counter()
    steps = trace(read(CODE).stack)
    palette = PALETTES["light"]
    rows_picture(steps, list(layer_pictures(steps, palette)), 0, palette)
    return time.perf_counter() - start


def hostile():
    """By what it is, the seconds that the answer took."""
    seconds = {}
    for name, text in HOSTILE.items():
        start = time.perf_counter()
        try:
            trace(read(text).stack)
        except ModelError as error:
            print(f"{name}: {error}"[:160])
        seconds[name] = time.perf_counter() - start
    return seconds


def main():
    """Measure, and print it."""
    script()
    with sync_playwright() as playwright, serve() as server:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        seen = statistics.median(pasted(browser, server.url) for _ in range(5))
        browser.close()
    taken = statistics.median(script() for _ in range(5))
    answers = hostile()
    print(json.dumps(answers))
    figures = {"paste_s": seen, "paste_script_s": taken, "hostile_s": max(answers.values())}
    print(json.dumps({name: round(seconds, 3) for name, seconds in figures.items()}))


if __name__ == "__main__":
    main()
