"""Cards in frames of a page that isn't ours, and the way from there to all of it."""

from __future__ import annotations

from contextlib import suppress

from playwright.sync_api import Page, expect

from tests.browser.driver import EACH, TRIES, settle
from tests.browser.server import Server
from tests.browser.test_accessibility import darken, serious
from tests.waiting import eventually

WIDTH, HEIGHT = 600, 460
POST = """<!doctype html><h1>A post</h1>
<style>iframe {{ width: {width}px; height: {height}px; border: 0 }}</style>
<iframe id="shapes" src="{url}/?embed=true&card=strip&data=parity&T=7"></iframe>
<iframe id="chart" src="{url}/?embed=true&card=loss&data=parity"></iframe>"""


def test_two_cards_in_a_post_are_whole_and_lead_to_the_app(page: Page, server: Server) -> None:
    """In 600 pixels, without sidebar and header; the chart takes its frame's height."""
    shapes, chart = page.frame_locator("#shapes"), page.frame_locator("#chart")
    for _ in range(TRIES):  # as a reader would, where a busy server's first answer is lost
        page.set_content(POST.format(url=server.url, width=WIDTH, height=HEIGHT))
        with suppress(AssertionError):
            tensor = shapes.locator(".strip").get_by_text("(N, 7, 16)")
            expect(tensor).to_be_visible(timeout=EACH)
            break
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


def test_axe_finds_nothing_serious_in_a_card(page: Page) -> None:
    """As on the page that it is from: in light, and in dark."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    for card in ("predictions", "unrolled", "stack", "nothing"):
        page.emulate_media(color_scheme="light")
        page.goto(f"/?embed=true&card={card}")
        page.locator(".st-key-embedded_link a, [role=alert]").first.wait_for()
        settle(page)
        assert not serious(page), card
        darken(page)
        assert not serious(page, "html", "color-contrast"), card
