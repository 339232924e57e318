"""What a replay takes in the browser: `python -m tests.bench.replay` prints one JSON object.

- `replay_first_s`: from the click on Replay to the figure, of a recorded run that nobody has
  replayed yet in this session.
- `frame_script_ms`: script of one frame of T = 100 and 24 epochs, by Chromium's profiler.
"""

import json
import statistics
from dataclasses import replace

import numpy as np
import plotly.io
from playwright.sync_api import sync_playwright
from plotly.offline import get_plotlyjs

from lib.charts.chart import CONFIG
from lib.charts.palette import PALETTES
from lib.charts.replay import replay_figure
from lib.data.datasets import make_settled_dataset, settle
from lib.experiment.experiment import Experiment
from lib.results.replay import MOST, as_of, frames_of, untrained
from lib.results.run import RunAt
from tests.browser.chromium import FLAGS, find
from tests.browser.driver import open_page, wait_until_whole
from tests.browser.server import serve

NOTE_WHEN_THERE = """() => {
    document.addEventListener('click', () => { window.clicked ??= performance.now(); }, true);
    const look = () => document.querySelector('.st-key-replay_chart .slider-label')
        ? window.there = performance.now() : requestAnimationFrame(look);
    look();
}"""
PLAY = """async names => {
    const frame = {duration: 0, redraw: false};
    const at_once = {mode: 'immediate', transition: {duration: 0}, frame};
    for (const name of names) {
        await Plotly.animate('plot', [name], at_once);
        await new Promise(done => requestAnimationFrame(() => setTimeout(done, 0)));
    }
}"""
NO_SCRIPT = ("(idle)", "(program)")


def first_use(browser, address):
    """Seconds until a replay is there, in a session of its own."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=address)
    page = context.new_page()
    open_page(page, "/?data=running_mean")
    wait_until_whole(page)
    page.wait_for_timeout(3000)
    page.evaluate(NOTE_WHEN_THERE)
    page.locator(".st-key-open_replay label").first.click()
    page.wait_for_function("window.there > 0")
    seconds = page.evaluate("(window.there - window.clicked) / 1000")
    context.close()
    return float(seconds)


def frame_script(browser):
    """Milliseconds of script for a frame, without what Chromium does besides."""
    experiment = settle(Experiment().set(data="running_mean", T=100, U=32, seeds=1, epochs=1000))
    dataset = make_settled_dataset(experiment)
    start, rng = untrained(experiment, dataset), np.random.default_rng(0)
    (models,) = start.weights
    past = {
        40 * k: (
            {m: tuple(w + rng.normal(0, 0.02 * k, w.shape) for w in models[m]) for m in models},
        )
        for k in range(MOST)
    }
    last = max(past)
    end = as_of(RunAt(experiment, dataset, replace(start, epoch=last)), last, past[last])
    frames = frames_of(RunAt(experiment, dataset, end), past)
    figure = replay_figure(
        RunAt(experiment, dataset, frames[-1].snapshot), frames, 0, 0, palette=PALETTES["light"]
    )
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_content(f"<div id=plot style='width:1100px'></div><script>{get_plotlyjs()}</script>")
    draw = "([f, c]) => Plotly.newPlot('plot', {...f, config: c})"
    page.evaluate(draw, [json.loads(plotly.io.to_json(figure, validate=False)), CONFIG])
    names = [frame.name for frame in frames]
    page.evaluate(PLAY, names)  # compiled by now
    session = page.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.start")
    page.evaluate(PLAY, 3 * names)
    profile = session.send("Profiler.stop")["profile"]
    called = {node["id"]: node["callFrame"]["functionName"] for node in profile["nodes"]}
    samples = zip(profile["samples"], profile["timeDeltas"], strict=True)
    busy = sum(micros for node, micros in samples if called[node] not in NO_SCRIPT)
    page.close()
    return busy / 1000 / (3 * len(names))


def main():
    """Measure, and print it."""
    with sync_playwright() as playwright, serve() as server:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        first = statistics.median(first_use(browser, server.url) for _ in range(5))
        script = statistics.median(frame_script(browser) for _ in range(3))
        browser.close()
    print(json.dumps({"replay_first_s": round(first, 2), "frame_script_ms": round(script, 1)}))


if __name__ == "__main__":
    main()
