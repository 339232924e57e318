"""A user journey: pool all outputs, train, and see which steps attention reads."""

from playwright.sync_api import expect

from tests.browser.driver import (
    TRAINING,
    choose,
    open_page,
    press_key,
    stop,
    wait_for_status,
    wait_until_whole,
)
from tests.browser.test_accessibility import PHONE, darken, serious, width
from tests.browser.test_one_screen import SCREENS, SEEN, boxes


def test_choose_attention_train_and_see_where_it_looks(page):
    """The third mode appears at once, on the same screen, and training draws its card."""
    page.set_viewport_size(SCREENS[0])
    open_page(page, TRAINING)
    wait_until_whole(page)
    places = boxes(page, SEEN)
    page.get_by_text("More:").click()
    choose(page, "Pool all outputs", "Attention")
    page.wait_for_url("**pool=attention**")
    strip = page.locator(".st-key-strip .mode")
    expect(strip).to_have_count(3)
    expect(strip.last).to_contain_text("Attention")
    assert boxes(page, SEEN) == places
    right = page.locator(".st-key-strip").evaluate("strip => strip.getBoundingClientRect().right")
    assert all(
        tensor.evaluate("tensor => tensor.getBoundingClientRect().right") <= right
        for tensor in strip.locator(".chain>div").all()
    )
    page.locator(".st-key-title h1").click()  # a key in the sidebar's field would be text
    press_key(page, "t", "Train")
    wait_for_status(page, "training")
    card = page.locator(".st-key-card_pool")
    expect(card.locator(".takeaway")).to_contain_text("has the largest weight")
    expect(card.get_by_role("figure", name="that of seed").first).to_be_attached()
    expect(page.locator(".st-key-compare")).to_contain_text("Pooled")
    stop(page)
    assert not serious(page, ".st-key-card_pool")
    assert not serious(page, ".st-key-strip")
    darken(page)
    assert not serious(page, "html", "color-contrast")
    page.set_viewport_size(PHONE)
    expect(card).to_be_visible()
    assert width(page) <= PHONE["width"]
