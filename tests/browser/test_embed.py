"""Cards embedded as frames in a page of another server, and their link to the whole app."""

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import expect

from lib.ui.views import VIEWS
from tests.waiting import eventually
from tests.weekly import rest_weekly

WIDTH, HEIGHT = 600, 460
POST = """<!doctype html><link rel="icon" href="data:,"><h1>A post</h1>
<style>iframe {{ width: {width}px; height: {height}px; border: 0 }}</style>
<iframe id="shapes" src="{url}/?embed=true&card=strip&data=parity&T=7"></iframe>
<iframe id="chart" src="{url}/?embed=true&card=loss&data=parity"></iframe>"""


class _Quiet(SimpleHTTPRequestHandler):
    """A web server without a log."""

    def log_message(self, *_):
        """Print nothing."""


@pytest.fixture
def post(tmp_path, server):
    """Serve a blog post from a second web server, and return its URL.

    `page.set_content` isn't enough: Chromium doesn't count a page at about:blank as local, and
    forbids frames of a local server there (ERR_BLOCKED_BY_LOCAL_NETWORK_ACCESS_CHECKS).
    """
    text = POST.format(url=server.url, width=WIDTH, height=HEIGHT)
    (tmp_path / "post.html").write_text(text, encoding="utf-8")
    with ThreadingHTTPServer(("localhost", 0), partial(_Quiet, directory=str(tmp_path))) as web:
        Thread(target=web.serve_forever, daemon=True).start()
        yield f"http://localhost:{web.server_port}/post.html"
        web.shutdown()


def test_two_cards_in_a_post_fit_their_frames_and_link_to_the_app(page, post):
    """A frame is 600 px wide, and has no sidebar and no header. A chart fills its height."""
    page.goto(post)
    shapes, chart = page.frame_locator("#shapes"), page.frame_locator("#chart")
    expect(shapes.locator(".strip").get_by_text("(N, 7, 16)")).to_be_visible()
    expect(chart.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    for frame in (shapes, chart):
        settled = '[data-testid="stApp"][data-test-script-state="notRunning"]'
        frame.locator(settled).wait_for()
        expect(frame.locator("[data-testid=stSidebar], header button")).to_have_count(0)
        link = frame.get_by_role("link", name="open in full")
        bottom = "e => e.getBoundingClientRect().bottom"
        assert eventually(lambda at=link, edge=bottom: at.evaluate(edge) <= HEIGHT, pause=0.2)
        assert frame.locator("body").evaluate("e => e.scrollWidth") <= WIDTH
    card, height = chart.locator(".st-key-card_loss"), "e => e.getBoundingClientRect().height"
    assert eventually(lambda: card.evaluate(height) > HEIGHT - 70, pause=0.2)
    with page.context.expect_page() as opened:
        chart.get_by_role("link", name="open in full").click()
    full = opened.value
    expect(full.locator(".st-key-card_loss")).to_be_visible()
    expect(full.get_by_test_id("stSidebar")).to_be_visible()
    assert "data=parity" in full.url
    full.close()


LONG = {"advice", "glance", "worked"}
"""Views that are longer than a frame of 600 by 440 pixels."""
LOWEST = """root => Math.max(...[...root.querySelectorAll("*")].filter(part =>
    part.checkVisibility() && (part.matches("img, .js-plotly-plot")
        || !part.childElementCount && part.textContent.trim() && !part.closest("svg"))
).map(part => part.getBoundingClientRect().bottom))"""


@pytest.mark.parametrize("count", rest_weekly([4, len(VIEWS)]))
def test_a_usual_frame_shows_the_first_card_of_each_view_whole(page, server, count):
    """All texts and pictures of a view are above the link, except for LONG, which scroll."""
    page.set_viewport_size({"width": 600, "height": 440})
    for name in [*[*VIEWS][-count:], "parity"]:  # a card of the gallery has a title, too
        page.goto(f"{server.url}/?embed=true&card={name}")
        link, card = page.locator(".st-key-embedded_link"), page.locator(".st-key-embedded")
        link.get_by_role("link").wait_for()
        page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()

        def is_as_expected(name=name, card=card, link=link):
            is_long = card.evaluate(LOWEST) > link.evaluate("e => e.getBoundingClientRect().top")
            return is_long == (name in LONG)

        assert eventually(is_as_expected, pause=0.2, seconds=20), name
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 600, name
