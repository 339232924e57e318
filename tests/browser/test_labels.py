"""User journeys with labels: tag every step, and classify a sequence."""

import re

from playwright.sync_api import expect

from tests.browser.driver import open_page, press_key, settle, wait_for_status, wait_until_whole
from tests.browser.test_accessibility import serious


def matrices(page):
    """Return the confusion matrices of the last step."""
    return page.locator(".st-key-card_confusion").get_by_role("table")


def test_every_step_is_tagged_by_keyboard(page):
    """T trains. The charts then show probabilities, accuracies and matrices of the new run."""
    open_page(page, "/?data=brackets&T=8&N=320&seeds=1&epochs=30&pace=fast")
    strip = page.locator(".st-key-strip")
    for shape in ("(N, 8, 3)", "softmax", "integers 0 to 2"):
        expect(strip).to_contain_text(shape)
    press_key(page, "t", "Train")
    wait_for_status(page, "finished")
    expect(page.locator(".st-key-card_predictions")).to_contain_text(
        re.compile("true: (bal|op|br)")
    )
    expect(page.get_by_role("heading", name="Accuracy at each timestep")).to_be_visible()
    expect(page.locator(".st-key-compare")).to_contain_text("%")
    expect(matrices(page).first).to_contain_text("balanced")
    assert not serious(page)


def test_a_sequence_is_classified_on_a_phone(page):
    """The example run has one mode. No part of the page is wider than the phone."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/?data=digits&mode=last")
    wait_until_whole(page)
    expect(page.locator(".st-key-card_predictions")).to_contain_text(re.compile("true: [0-9]"))
    settle(page)
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
    expect(page.get_by_text(re.compile("In this run, "))).to_be_visible()
    assert not serious(page)
