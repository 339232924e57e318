"""The waiting times of one user, in a real browser with a real server.

`python -m tests.bench.first_use [--quick]` prints a line for each measurement and, as its last
line, one JSON object:

- `cold_paint_s`: from the first request of a fresh server to the charts of the recorded run.
- `first_point_new_s`, `first_point_seen_s`: from the click on Train to the first trained epoch on
  the screen, for a new architecture and for a compiled one. The worker is idle before.
- `updates_per_s`: redraws of the loss chart per second while a run trains.
- `slider_s`, `slider_training_s`: from a slider's move to the redrawn shape strip, while no run
  trains and while one trains.
- `page_rss_mb`, `worker_rss_mb`: memory of the Streamlit process and of the worker at the end.
"""

import argparse
import json
import statistics
import time

from playwright.sync_api import sync_playwright

from tests.bench.figures import IDLE_WAIT, QUICK_IDLE_WAIT, wait_for_idle
from tests.browser.chromium import FLAGS, find
from tests.browser.driver import button, move_slider, wait_for_status
from tests.browser.server import serve

FAST = "pace=fast"  # in a link: train at full speed
CHARTS = 4
PAINTED = f"document.querySelectorAll('.js-plotly-plot .main-svg').length >= {CHARTS}"
TRAINED = (
    r"/epoch [1-9][\d,]* of/i.test(document.querySelector('[data-testid=stProgress]')?.innerText)"
)
COUNT_REDRAWS = """() => {
    window.redraws = 0;
    const drawn = node =>
        node.matches?.('.main-svg') && node.parentElement?.firstElementChild === node;
    new MutationObserver(changes => {
        for (const change of changes)
            for (const node of change.addedNodes) if (drawn(node)) window.redraws += 1;
    }).observe(document.querySelector('.st-key-chart_loss'), {childList: true, subtree: true});
}"""  # each redraw adds a chart element with several layers: count only its first layer


def seconds_until(page, condition, timeout=60):
    """Return the seconds until a JavaScript expression is true, checked on every frame."""
    start = time.perf_counter()
    page.wait_for_function(condition, polling="raf", timeout=timeout * 1000)
    return time.perf_counter() - start


def cold_paint(browser, server):
    """Open a fresh server; return the page, and the seconds until its charts are drawn."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    start = time.perf_counter()
    page.goto(server.url)
    page.wait_for_function(PAINTED, polling="raf")
    return page, time.perf_counter() - start


def first_point(page, url, move=0):
    """Open an experiment, move U by `move` and train; return the seconds to the first epoch.

    A link's settings are compiled in advance, but not the settings of a moved slider.
    """
    page.goto(url)
    page.wait_for_function(PAINTED)
    move_slider(page, "Units", move)
    train = button(page, "Train")
    train.wait_for()
    page.wait_for_timeout(1000)
    train.click()
    waited = seconds_until(page, TRAINED)
    wait_for_status(page, "finished")
    return waited


def redraws_per_second(page, url, seconds):
    """Return redraws per second of the loss chart while a long run trains."""
    page.goto(url)
    page.wait_for_function(PAINTED)
    page.wait_for_timeout(1000)
    button(page, "Train").click()
    page.wait_for_function(TRAINED)
    page.evaluate(COUNT_REDRAWS)
    start = time.perf_counter()
    page.wait_for_timeout(seconds * 1000)
    return page.evaluate("window.redraws") / (time.perf_counter() - start)


def seconds_per_slider_move(page, moves):
    """Return the median seconds from an arrow key on the slider of T to the new shape strip."""
    thumb = page.get_by_role("slider", name="Timesteps")
    waits = []
    for _ in range(moves):
        steps = int(thumb.input_value()) + 1
        thumb.focus()
        page.keyboard.press("ArrowRight")
        waits.append(
            seconds_until(
                page, f"document.querySelector('.st-key-strip').innerText.includes('(N, {steps}, ')"
            )
        )
        page.wait_for_timeout(300)
    return statistics.median(waits)


def measure(quick):
    """Measure everything; return the measurements by name."""
    figures = {}

    def note(name, value):
        figures[name] = round(value, 3)
        print(f"{name:20} {value:8.3f}", flush=True)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        with serve() as server:
            page, waited = cold_paint(browser, server)
            note("cold_paint_s", waited)
            note("slider_s", seconds_per_slider_move(page, 5 if quick else 20))
            wait_for_idle(server.children, QUICK_IDLE_WAIT if quick else IDLE_WAIT)
            new = [  # the slider moves to U = 17, 18 and 19, which aren't compiled
                first_point(page, f"{server.url}/?U=16&seed={move}&{FAST}", move)
                for move in range(1, 2 if quick else 4)
            ]
            note("first_point_new_s", statistics.median(new))
            seen = [  # U = 17 is compiled by now
                first_point(page, f"{server.url}/?U=17&seed={seed}&{FAST}")
                for seed in range(1, 3 if quick else 6)
            ]
            note("first_point_seen_s", statistics.median(seen))
            long = f"{server.url}/?T=24&U=32&N=640&epochs=5000&{FAST}"
            note("updates_per_s", redraws_per_second(page, long, 4 if quick else 10))
            note("slider_training_s", seconds_per_slider_move(page, 3 if quick else 10))
            wait_for_status(page, "training")
            note("page_rss_mb", server.process.memory_info().rss / 1e6)
            note("worker_rss_mb", sum(w.memory_info().rss for w in server.workers()) / 1e6)
        browser.close()
    return figures


def main():
    """Measure everything, and print one line of JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="end within 50 s")
    print(json.dumps(measure(parser.parse_args().quick)))


if __name__ == "__main__":
    main()
