"""Journeys on the Cell page: see, prove, break."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.cell_page import slider, wait_for_keras, wait_for_place, words
from tests.browser.driver import TRAINING, open_page, picture, stop, train


def test_see_the_cell_by_keyboard(page: Page) -> None:
    """Arrow keys move the playhead; pictures, formulas and the proof's sentence follow it."""
    open_page(page, "/cell?data=running_mean")
    expect(picture(page, "one LSTM used 12 times")).to_be_visible()
    expect(words(page)).to_contain_text("Timestep 12, unit 13")
    step = slider(page, "Timestep")
    step.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 9, unit 13")
    wait_for_place(page, 9)
    assert step.get_attribute("aria-valuetext") == "timestep 9 of 12"
    expect(page.get_by_text("on the first 9 timesteps gives unit 13")).to_be_visible()
    page.keyboard.press("Home")
    expect(words(page)).to_contain_text("Timestep 1, unit 13")
    expect(words(page)).to_contain_text("h₀·recurrent_kernel")
    slider(page, "Unit").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_contain_text("Timestep 1, unit 14")


def test_what_was_picked_is_there_again_after_another_page(page: Page) -> None:
    """Sample, layer, mode, order and playhead, when the person comes back from Explore."""
    open_page(page, "/cell?layers=2&U=8")
    page.get_by_role("slider", name="Sample").focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("radio", name="1, bottom").click()
    page.get_by_role("radio", name="Last step").last.click()
    page.get_by_text("Order units by similarity").click()
    slider(page, "Timestep").focus()
    page.keyboard.press("Home")
    expect(words(page)).to_contain_text("Timestep 1, ")
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Loss over epochs")).to_be_visible()
    page.get_by_role("link", name="Cell").click()
    expect(words(page)).to_contain_text("Timestep 1, ")
    expect(page.get_by_role("radio", name="1, bottom")).to_be_checked()
    expect(page.get_by_role("radio", name="Last step").last).to_be_checked()
    expect(page.get_by_role("switch", name="Order units")).to_be_checked()
    expect(page.get_by_role("slider", name="Sample")).to_have_value("1")


def test_a_link_brings_others_to_the_same_place(page: Page) -> None:
    """Where the playhead has come to rest stands in the address; Back takes it to where it was."""
    open_page(page, "/cell?layers=2&U=8&step=7&unit=3&layer=1&sample=246&weights=last")
    expect(words(page)).to_contain_text("Timestep 7, unit 3")
    wait_for_place(page, 7)
    expect(page.get_by_role("radio", name="1, bottom")).to_be_checked()
    expect(page.get_by_role("slider", name="Sample")).to_have_value("2")
    slider(page, "Timestep").focus()
    for rest in (8, 9):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**step={rest}**")
    wait_for_keras(page)
    page.go_back()
    expect(words(page)).to_contain_text("Timestep 8, unit 3")
    wait_for_place(page, 8)
    page.reload()
    expect(words(page)).to_contain_text("Timestep 8, unit 3")
    expect(slider(page, "Timestep")).to_have_value("8")


def test_the_parts_are_linked_from_the_top(page: Page) -> None:
    """A heading that is jumped to stands below the playhead, not under it."""
    open_page(page, "/cell?U=8")
    expect(slider(page, "Timestep")).to_be_visible()
    page.get_by_role("link", name="how modes learn").click()
    heading = page.get_by_role("heading", name="Why the modes learn differently")
    expect(heading).to_be_in_viewport()
    box, bar = heading.bounding_box(), page.locator(".st-key-cell_bar").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["y"] >= bar["y"] + bar["height"]
    for name in ("what it computes", "the proof", "ways to break it"):
        target = page.get_by_role("link", name=name).get_attribute("href")
        expect(page.locator(target or "")).to_have_count(1)


def test_keras_proves_that_the_modes_are_one_and_what_breaks_that(page: Page) -> None:
    """Asked by the page: Bidirectional differs, its true rule doesn't, and charts come."""
    open_page(page, "/cell?U=8&T=6")
    wait_for_keras(page)
    card = page.locator("[data-testid=stHtml]", has_text="max |NumPy − Keras|")
    expect(card).to_contain_text("✓ 0.0")
    expect(card).not_to_contain_text("≠")
    expect(card).to_contain_text("returns [out, h, c]: h and c are (N, 8) in both modes")
    card = page.locator("[data-testid=stHtml]", has_text="go_backwards=True")
    expect(card).to_contain_text(
        re.compile(r"≠ 0\.\d+\s+max \|sequence\[:, -1\] − last\|\s+✓ 0\.0"), use_inner_text=True
    )
    for sentence in (
        re.compile("^Keras: return_sequences=False"),
        "no output is moved",
        "in 15 of 15 pairs an output is moved by an input that comes after it",
        "Padded at the end, without a mask: last is always step 6",
    ):
        expect(page.get_by_text(sentence).filter(visible=True).first).to_be_visible()
    for chart in ("reach_h", "reach_x"):
        expect(
            page.locator(f".st-key-chart_{chart} .js-plotly-plot").filter(visible=True).first
        ).to_be_visible()


def test_it_follows_a_run_and_looks_back_at_it(page: Page) -> None:
    """While a run trains the newest weights are shown; when it is over, any epoch that was kept."""
    open_page(page, TRAINING)
    train(page)
    page.get_by_role("link", name="Cell").click()
    note = page.get_by_text(re.compile(r"^Weights: the sequence model's after epoch [\d,]+\."))
    expect(note).to_be_visible()
    first = note.inner_text()
    expect(note).not_to_have_text(first)
    page.get_by_role("link", name="Explore").click()
    stop(page)
    page.get_by_role("link", name="Cell").click()
    expect(note).to_be_visible()
    thumb = page.get_by_role("slider", name="After epoch")
    thumb.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text(re.compile(r"^Weights: .* before training\."))).to_be_visible()


def test_phone_has_no_sideways_scroll(page: Page) -> None:
    """At 390 px everything fits the width, the numbers by hand included."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell?data=worked_raw")
    expect(page.get_by_text("Every number, by hand")).to_be_visible()
    assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
