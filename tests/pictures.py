"""Draw README's picture anew: `python -m tests.pictures`.

It is Explore as it opens, on a server that has trained nothing.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.chromium import FLAGS, find
from tests.browser.driver import open_page, wait_until_whole
from tests.browser.server import ROOT, serve

SCREEN: ViewportSize = {"width": 1440, "height": 1130}
FILE = ROOT / ".github" / "explore.png"


def wait_until_still(page: Page) -> bytes:
    """Take screenshots, a second apart, until two are the same; the last one."""
    before = b""
    while (now := page.screenshot()) != before:
        before = now
        page.wait_for_timeout(1000)
    return now


def main() -> None:
    """Write the picture, of 256 colours: a third of the bytes, and nobody sees it."""
    with serve() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=list(FLAGS))
        page = browser.new_page(viewport=SCREEN, base_url=server.url)
        open_page(page)
        wait_until_whole(page)
        with Image.open(BytesIO(wait_until_still(page))) as whole:
            # That method alone keeps a colour of which there is little, as that of a line's name.
            few = whole.convert("RGB").quantize(method=Image.Quantize.MAXCOVERAGE)
            few.save(FILE, optimize=True)
        browser.close()
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
