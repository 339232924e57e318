"""What the first visitor of a server waits for who has followed a link into a story.

`python -m tests.bench.cold_links [--times 3]` prints for each link the median of so many visits,
each of a server that has served nobody and by a browser that has loaded nothing: seconds from the
request until all pictures are there. Its last line is all of them as one JSON object.
"""

import argparse
import json
import statistics
import time

from playwright.sync_api import sync_playwright

from tests.browser.chromium import FLAGS, find
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


def visit(path):
    """Seconds until a link is there in full."""
    with serve() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        start = time.perf_counter()
        page.goto(f"{server.url}{path}")
        page.wait_for_function(FULL, polling="raf")
        waited = time.perf_counter() - start
        browser.close()
    return waited


def main():
    """Measure, print, and end with one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3, help="visits of each link")
    times = parser.parse_args().times
    figures = {}
    for name, path in LINKS.items():
        visits = [visit(path) for _ in range(times)]
        figures[name] = round(statistics.median(visits), 2)
        print(f"{path:45} {', '.join(f'{each:.2f}' for each in visits)}", flush=True)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
