"""The gallery in a browser: open a card with the keyboard, with a click, and by its link."""

from playwright.sync_api import expect

from lib.story import GALLERY
from tests.browser.driver import open_page, picture, settle


def test_a_card_opens_with_the_keyboard_and_with_its_picture(page):
    """The whole card is one link, and an outline shows the focus."""
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, "/gallery")
    expect(page.locator(".thumbnail")).to_have_count(len(GALLERY))
    tops = [card.bounding_box()["y"] for card in page.locator("[class*=st-key-card_]").all()[:4]]
    assert tops[0] == tops[1] == tops[2] < tops[3]
    link = page.get_by_role("link", name=GALLERY["diverged"].title)
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(link).to_be_focused()
    card = page.locator(".st-key-card_diverged")
    assert card.evaluate("card => getComputedStyle(card).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.wait_for_url("**/gallery?card=diverged")
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(GALLERY["diverged"].title)
    expect(heading).to_be_in_viewport()
    settle(page)
    page.get_by_role("link", name="Open in Explore").click()
    page.wait_for_url("**/?data=recall_first&optimizer=sgd&lr=1.0*")
    expect(page.get_by_text("Lower the learning rate (1)")).to_be_visible()
    open_page(page, "/gallery")
    place = picture(page, "Targets at every step help").bounding_box()
    page.mouse.click(place["x"] + 50, place["y"] + 50)
    expect(page.get_by_text("Sequence mode is best in 4 of 4 seeds")).to_be_in_viewport(ratio=1)
    expect(page.locator(".st-key-chart_compare")).to_be_in_viewport(ratio=1)


def test_a_link_shows_one_card_with_links_to_others(page):
    """On a phone, the first screen shows the proof. Links open the next card and all cards."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/gallery?card=proof")
    expect(page.get_by_role("heading", name=GALLERY["proof"].title)).to_be_visible()
    expect(page.get_by_text("✓ 0.0").first).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="Next").click()
    expect(page.get_by_role("heading", name=GALLERY["losses"].title)).to_be_in_viewport()
    page.get_by_role("link", name="All cards").click()
    expect(page.locator(".thumbnail")).to_have_count(len(GALLERY))
    titles = page.locator(".st-key-gallery [data-testid=stPageLink] a")
    assert max(title.bounding_box()["height"] for title in titles.all()) < 50  # at most two lines
    lefts = {card.bounding_box()["x"] for card in page.locator("[class*=st-key-card_]").all()}
    assert len(lefts) == 1
