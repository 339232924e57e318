"""Draw README's screenshot and a preview of each gallery card: `python -m tests.pictures`.

The screenshot shows Explore on a fresh server. A preview, `.github/cards/NAME.png`, shows a card's
claim and chart in the size of a link preview (`og:image`). To draw only some pictures, give their
names: `python -m tests.pictures explore parity`.
"""

import sys
from html import escape
from io import BytesIO

from PIL import Image
from playwright.sync_api import sync_playwright

from lib.charts.palette import PALETTES
from lib.story import GALLERY
from tests.browser.chromium import FLAGS, find
from tests.browser.driver import settle
from tests.browser.server import ROOT, serve

GITHUB = ROOT / ".github"
CARD = """<!doctype html><style>
body {{ margin: 0; height: 630px; display: flex; flex-direction: column; color: {ink};
  background: {background}; font-family: sans-serif }}
h1 {{ font-size: 40px; line-height: 1.2; margin: 28px 40px 12px }}
iframe {{ border: 0; flex: 1; margin: 0 20px 16px; zoom: 1.5 }}
</style><h1>{title}</h1><iframe src="{url}"></iframe>"""
PRESSED = """[data-testid=stExpander], .st-key-earlier, .st-key-embedded_link,
.st-key-pickers>:not(:first-child) { display: none }
.st-key-embedded [class*=st-key-card_] { min-height: calc(100dvh - 1rem) }"""
"""CSS that hides controls and their space."""


def write(path, png):
    """Write a picture with 256 colors, which looks the same and has a third of the bytes."""
    path.parent.mkdir(exist_ok=True)
    with Image.open(BytesIO(png)) as picture:
        # Only this method keeps rare colors, such as the color of a line's label.
        reduced = picture.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE)
        reduced.save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB", flush=True)


def wait_until_still(page):
    """Wait until animations end: two screenshots, a second apart, are equal; at most 15 s."""
    before = b""
    for _ in range(15):
        now = page.screenshot()
        if now == before:
            return
        before = now
        page.wait_for_timeout(1000)


def draw_card(page, url, scene):
    """Return a screenshot of a card's claim and chart, as PNG."""
    page.goto(f"{url}/_stcore/health")  # a page without scripts, of the same origin
    page.set_viewport_size({"width": 1200, "height": 630})
    colors = PALETTES["light"]
    address = escape(f"{url}/?embed=true&card={scene.shows}&{scene.setup}")
    look = {"background": colors.background, "ink": colors.ink}
    page.set_content(CARD.format(title=escape(scene.title), url=address, **look))
    page.frame_locator("iframe").locator(".st-key-embedded").wait_for()
    page.frames[-1].add_style_tag(content=PRESSED)
    wait_until_still(page)
    return page.screenshot()


def main(names):
    """Draw the named pictures; all pictures if there are no names."""
    with serve() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        page = browser.new_page()
        if not names or "explore" in names:
            page.set_viewport_size({"width": 1440, "height": 1130})
            page.goto(server.url)
            settle(page)
            wait_until_still(page)
            write(GITHUB / "explore.png", page.screenshot())
        for name, scene in GALLERY.items():
            if not names or name in names:
                write(GITHUB / "cards" / f"{name}.png", draw_card(page, server.url, scene))
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
