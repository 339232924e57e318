"""User journeys through the five parts of the Cell page."""

import io

import numpy as np
import pytest
from playwright.sync_api import expect

from lib.recurrence import initial_weights, to_torch
from tests.browser.cell_page import open_part, slider, unit_card, wait_for_keras, wait_for_place
from tests.browser.driver import PAUSE, open_page, picture, settle
from tests.browser.test_accessibility import PHONE, serious, width
from tests.weekly import rest_weekly

BOXES = """() => [...document.querySelectorAll('[data-testid=stMain] :is(h3, [role=img])')].map(
    (part) => JSON.stringify(part.getBoundingClientRect()))"""
"""JavaScript for the places and sizes of headings and pictures."""


def test_arrow_keys_move_the_playhead(page):
    """The page starts at timestep 1. Pictures and formulas follow the playhead."""
    page.set_viewport_size({"width": 1440, "height": 900})
    open_page(page, "/cell?data=running_mean")
    expect(picture(page, "at each timestep the LSTM reads 3 features")).to_be_in_viewport(ratio=1)
    expect(unit_card(page)).to_contain_text("Timestep 1, unit 13: its cell state was 0 and becomes")
    expect(unit_card(page)).to_contain_text("h₀·recurrent_kernel")
    expect(unit_card(page)).to_be_in_viewport(ratio=0.9)
    step = slider(page, "Timestep")
    step.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(unit_card(page)).to_contain_text("Timestep 4, unit 13: keeps")
    wait_for_place(page, 4)
    assert step.get_attribute("aria-valuetext") == "timestep 4 of 12"
    slider(page, "Unit").focus()
    page.keyboard.press("ArrowRight")
    expect(unit_card(page)).to_contain_text("Timestep 4, unit 14")
    open_part(page, "Proof")
    pair = page.get_by_text("unit 14 at timestep 4: return_sequences=True returns")
    expect(pair).to_contain_text("return_sequences=False on timesteps 1 to 4 returns")
    slider(page, "Timestep").focus()
    page.keyboard.press("End")
    expect(page.get_by_text("on timesteps 1 to 12 returns")).to_be_visible()


@pytest.mark.private
def test_a_link_opens_the_same_timestep_and_unit(page):
    """The address has the timestep at which the playhead rests. Back restores the previous one."""
    open_page(page, "/cell?layers=2&U=8&step=7&unit=3&layer=1&sample=246&model=last")
    expect(unit_card(page)).to_contain_text("Timestep 7, unit 3")
    wait_for_place(page, 7)
    expect(page.get_by_role("radio", name="1, bottom")).to_be_checked()
    expect(page.get_by_role("slider", name="Sample")).to_have_value("2")
    slider(page, "Timestep").focus()
    for step in (8, 9):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**step={step}**")
        page.wait_for_timeout(PAUSE)
    page.go_back()
    expect(unit_card(page)).to_contain_text("Timestep 8, unit 3")
    wait_for_place(page, 8)
    page.reload()
    expect(unit_card(page)).to_contain_text("Timestep 8, unit 3")
    expect(slider(page, "Timestep")).to_have_value("8")


@pytest.mark.parametrize("part", rest_weekly(["learn", "stream", "proof", "break", "unrolled"], 3))
def test_each_part_is_small_and_nothing_moves(page, part):
    """A part has at most 1440 by 1800 pixels and 400 words. Keras's results move nothing."""
    page.set_viewport_size({"width": 1440, "height": 1800})
    open_page(page, f"/cell?data=parity&part={part}")
    expect(slider(page, "Timestep")).to_be_visible()
    expect(page.get_by_test_id("stMain").get_by_test_id("stSkeleton")).to_have_count(0)
    before = page.evaluate(BOXES)
    if part != "unrolled":
        wait_for_keras(page)
    if part == "learn":
        expect(page.locator(".st-key-chart_reach .js-plotly-plot").first).to_be_visible()
    assert page.evaluate(BOXES) == before
    main = page.get_by_test_id("stMain")
    assert len(main.inner_text().split()) <= 400
    assert main.evaluate("main => main.scrollHeight") <= 1800


def test_one_value_at_a_time_and_generated_values(page):
    """Arrow keys move the frame around the states. A button picks data that can be generated."""
    open_page(page, "/cell?data=parity&part=stream")
    slider(page, "Timestep").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Call 2 takes unit 4's h from")).to_be_visible()
    frame = page.locator(".st-key-cell_carried .outline").nth(1)
    shares = frame.evaluate("""frame => [frame.offsetLeft, frame.offsetWidth].map(
        (pixels) => Math.round((13 * pixels) / frame.parentElement.offsetWidth))""")
    assert shares == [1, 2]  # columns of the states, the first one before any call
    page.get_by_role("button", name="Use sine waves").click()
    expect(page.get_by_text("7 timesteps ahead: off by").first).to_be_visible()
    expect(page.get_by_role("radio", name="Streaming")).to_be_checked()
    page.get_by_text("Code to copy").click()
    page.get_by_role("tab", name="PyTorch").click()
    expect(page.get_by_text("batch_first=True")).to_be_visible()


def test_weights_from_pytorch_stay_in_all_parts_of_the_page(page):
    """On a phone, by keyboard. A broken file gets a sentence, and the page keeps its pictures."""

    def upload(content):
        file = page.get_by_test_id("stMain").get_by_test_id("stFileUploaderDropzoneInput")
        file.set_input_files({"name": "mine.npz", "mimeType": "", "buffer": content})

    page.set_viewport_size(PHONE)
    open_page(page, "/cell?data=parity")
    saved = io.BytesIO()
    np.savez(saved, **to_torch("gru", initial_weights("gru", 3, 5, np.random.default_rng(0))))
    opener = page.locator("summary", has_text="Weights from PyTorch")
    opener.press("Enter")
    upload(saved.getvalue())
    expect(page.get_by_text("The page shows mine.npz")).to_be_visible()
    for title, part in (("Proof", "proof"), ("Streaming", "stream"), ("Unrolled", "")):
        page.get_by_role("radio", name=title).press("Space")
        # Only the script run changes the address. Streamlit (1.67) can fail if two runs overlap.
        page.wait_for_url(
            lambda url, part=part: f"part={part}" in url if part else "part=" not in url
        )
        settle(page)
        expect(page.get_by_role("radio", name=title)).to_be_checked()
        expect(page.get_by_text("Weights: mine.npz, from PyTorch")).to_be_visible()
        expect(page.get_by_text("GRU: 1 layer of 5 units").first).to_be_visible()
        assert width(page) <= PHONE["width"]
    slider(page, "Timestep").press("ArrowRight")
    expect(unit_card(page)).to_contain_text("Timestep 2, unit")
    page.wait_for_url("**step=2**")  # The playhead rests: no later script run redraws the part.
    settle(page)
    if opener.locator("..").get_attribute("open") is None:
        opener.press("Enter")
    upload(b"PK broken")
    expect(page.get_by_text("mine.npz can't be shown")).to_be_visible()
    expect(picture(page, "at each timestep the GRU reads")).to_be_visible()
    assert not serious(page)


def test_on_a_phone_nothing_scrolls_sideways_and_the_playhead_stays_visible(page):
    """Every part fits a width of 390 px, including the numbers by hand."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell?data=worked_raw")
    expect(page.get_by_text("Every number by hand")).to_be_visible()
    main = page.get_by_test_id("stMain")
    for title in ("Proof", "Break it", "Learning", "Streaming", "Unrolled"):
        open_part(page, title)
        settle(page)
        assert main.evaluate("main => main.scrollWidth") <= 390
    page.get_by_text("Every number by hand").click()
    unit_card(page).scroll_into_view_if_needed()
    page.mouse.move(200, 600)
    page.mouse.wheel(0, 4000)
    expect(page.locator(".st-key-cell_unrolled")).not_to_be_in_viewport()
    expect(slider(page, "Timestep")).to_be_in_viewport()
    assert main.evaluate("main => main.scrollWidth") <= 390
