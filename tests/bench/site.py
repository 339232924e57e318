"""Measure the static site in Chromium: first pictures, transferred bytes, and Lighthouse's scores.

`python -m tests.bench.site` writes the site, serves it from this machine, and opens each page in a
new browser with an empty cache. With Node and a network, Lighthouse (npm) then rates pages as a
phone and as a desktop. The last line is one JSON object: by page, `first_picture_s` (when the
first picture is painted), `first_picture_mb` (received until then), `all_mb` (with all charts
drawn), and `lighthouse`: the lowest score of each category, in percent.
"""

import json
import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from playwright.sync_api import sync_playwright

from lib.export.site import write_site
from tests.browser.chromium import FLAGS, find

PAGES = ("index", "parity", "digits", "guide-cell", "guide-parity", "cell", "choose")
CATEGORIES = ("performance", "accessibility", "best-practices")
FIRST_PICTURE = """(() => {
    const pictures = "main :is(img, table, .tensor i)";
    const isShown = (each) => each.checkVisibility() && (each.complete ?? true)
        && each.getBoundingClientRect().height > 0;
    function look() {
        const some = [...document.querySelectorAll(pictures)];
        if (!some.some(isShown)) return requestAnimationFrame(look);
        requestAnimationFrame(() => { // after the picture is painted
            const types = ["navigation", "resource"];
            const files = types.flatMap((type) => performance.getEntriesByType(type));
            const received = files.reduce((sum, file) => sum + file.encodedBodySize, 0) / 1e6;
            window.firstPicture = [performance.now() / 1000, received];
        });
    }
    look();
})()"""
"""JavaScript that notes when the first picture is painted, and the bytes received until then."""


class Quiet(SimpleHTTPRequestHandler):
    """A file server without a log."""

    def log_message(self, *_):
        """Log nothing."""


@contextmanager
def served(folder):
    """Serve a folder, and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def measure(browser, url):
    """Return the figures of one page, opened with an empty cache."""
    context, sizes = browser.new_context(viewport={"width": 1280, "height": 720}), []
    page = context.new_page()
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    page.add_init_script(FIRST_PICTURE)
    page.goto(url)
    painted_s, received_mb = page.wait_for_function("() => window.firstPicture").json_value()
    figures = {"first_picture_s": painted_s, "first_picture_mb": received_mb}
    for chart in page.locator(".plot:visible").all():
        chart.scroll_into_view_if_needed()
        chart.locator(".main-svg").first.wait_for()
    figures["all_mb"] = sum(sizes) / 1e6
    context.close()
    return {name: round(value, 3) for name, value in figures.items()}


def rate(url, folder):
    """Return Lighthouse's lowest scores of a page, as a phone and as a desktop, in percent."""
    scores = []
    for options in ([], ["--preset=desktop"]):
        out = Path(folder) / "lighthouse.json"
        command = ["npx", "--yes", "lighthouse", url, *options, "--quiet", "--output=json"]
        command += [f"--output-path={out}", f"--only-categories={','.join(CATEGORIES)}"]
        command += [f"--chrome-flags=--headless {' '.join(FLAGS)}"]
        subprocess.run(command, check=True, env=os.environ | {"CHROME_PATH": find()})
        rated = json.loads(out.read_text("utf-8"))["categories"]
        scores.append([round(100 * rated[name]["score"]) for name in CATEGORIES])
    return dict(zip(CATEGORIES, map(min, zip(*scores, strict=True)), strict=True))


def main():
    """Print the figures of each page, and all figures as JSON."""
    with tempfile.TemporaryDirectory() as folder, served(folder) as address:
        write_site(Path(folder))
        figures = {}
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
            for name in PAGES:
                figures[name] = measure(browser, f"{address}/{name}.html")
            browser.close()
        for name in PAGES if shutil.which("npx") else ():
            figures[name]["lighthouse"] = rate(f"{address}/{name}.html", folder)
        for name, found in figures.items():
            print(name, found, flush=True)
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
