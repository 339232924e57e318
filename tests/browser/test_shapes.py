"""User journeys on the Shapes page: trace a stack, fix it, and share it."""

import pytest
from playwright.sync_api import expect

from tests.browser.driver import open_page, settle


def expect_heading(page, words):
    """Wait until the page's title contains these words."""
    expect(page.get_by_role("heading", level=1)).to_contain_text(words)


def test_the_first_visit_shows_a_stack_and_one_click_shows_a_pattern(page):
    """The page opens with tensors and code. A pattern replaces both. T may be empty."""
    open_page(page, "/shapes")
    expect_heading(page, "From (N, 12, 3) to (N, 12, 1) with 1,297 parameters")
    expect(page.locator(".st-key-rows img")).to_have_count(3)
    page.get_by_text("Encoder–decoder", exact=True).click()
    expect_heading(page, "From (N, 12, 3) to (N, 6, 1)")
    page.wait_for_url("**stack=input~lstm~repeat~lstm_seq~dense**")
    expect(page.locator("code").filter(has_text="RepeatVector(6)")).to_be_visible()
    field = page.get_by_role("spinbutton", name="timesteps T")
    field.fill("")
    field.press("Enter")
    expect_heading(page, "From (N, T, 3) to (N, 6, 1)")
    page.wait_for_url("**input_tany**")


def test_a_failing_layer_is_visible_with_the_switch_that_broke_it(page):
    """Rows don't move when a layer drops the time axis. The failing row has the error and a fix."""
    page.set_viewport_size({"width": 1280, "height": 720})
    open_page(page, "/shapes?stack=input~lstm_u4_seq~td")
    page.get_by_text("Pooling over time").wait_for()  # Now the pills above have their height.
    rows = [page.locator(f".st-key-layer_{place}") for place in range(3)]
    switch = rows[1].get_by_role("button", name="return_sequences")
    boxes = [row.bounding_box() for row in rows[:2]]
    switch.click()
    expect_heading(page, "This stack breaks at layer 3, TimeDistributed")
    settle(page)
    assert [row.bounding_box() for row in rows[:2]] == boxes
    expect(switch).to_be_in_viewport()
    expect(rows[2].get_by_text("✗ breaks here")).to_be_in_viewport()
    expect(rows[2]).to_contain_text("should be passed an `input_shape` with at least 3")
    rows[2].get_by_role("button", name="return_sequences=True on layer 2").click()
    expect_heading(page, "to (N, 12, 1)")
    open_page(page, "/shapes?stack=input~lstm_u4_seq~dense")
    page.get_by_text("Pooling over time").wait_for()
    boxes = [row.bounding_box() for row in rows]
    switch.click()
    expect_heading(page, "to (N, 1)")
    settle(page)
    assert [row.bounding_box() for row in rows] == boxes


@pytest.mark.private
def test_a_stack_stays_after_a_reload_and_in_its_link(page, other_page):
    """The link opens the stack in another browser. Back undoes the last change."""
    link = "/shapes?stack=input~gru_u5&T=20"
    open_page(page, link)
    expect_heading(page, "to (N, 5)")
    page.reload()
    expect_heading(page, "to (N, 5)")
    settle(page)
    page.locator(".st-key-layer_1_gru_units").get_by_test_id("stNumberInputStepUp").click()
    expect_heading(page, "to (N, 6)")
    page.wait_for_url("**gru_u6**")
    open_page(other_page, page.url)
    expect_heading(other_page, "to (N, 6)")
    page.go_back()
    expect_heading(page, "to (N, 5)")


def test_the_advice_is_one_click_away(page):
    """The advice opens below the menu, and fits the sidebar of a phone."""
    open_page(page, "/data")
    opener = page.get_by_role("button", name="Which setting do I need?")
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 720})
        if width == 390:
            page.reload()
            page.get_by_test_id("stExpandSidebarButton").click()
        opener.click()
        advice = page.locator(".advice")
        expect(advice).to_contain_text("What to set")
        expect(advice.locator("> table").get_by_text("A number per sequence")).to_be_in_viewport()
        box = advice.bounding_box()
        assert box
        assert 0 <= box["x"] <= box["x"] + box["width"] <= width
