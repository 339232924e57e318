"""Journeys on the Cell page: see, prove, break."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.driver import button, move_slider, open_page, picture, wait_for_status
from tests.browser.server import Server

KERAS = 60_000
"""Milliseconds that Keras may take on a cold server."""


COLUMN = "getComputedStyle(document.documentElement).getPropertyValue('--cell-t')"
"""The timestep that the pictures mark, from 0."""
ROW = "getComputedStyle(document.documentElement).getPropertyValue('--cell-row')"
"""The row that the pictures mark, from 0."""


def slider(page: Page, name: str) -> Locator:
    """One of the playhead's own sliders, "Timestep" or "Unit", once it can be moved."""
    found = page.locator(".st-key-cell_playhead").get_by_role("slider", name=name)
    expect(found).to_be_visible()
    return found


def words(page: Page) -> Locator:
    """What is said of the picked unit at the playhead."""
    return page.locator(".st-key-cell_unit")


def place(page: Page) -> str:
    """Where the pictures place the playhead: the column, from 0."""
    return str(page.evaluate(COLUMN))


def test_see_the_cell_by_keyboard(page: Page) -> None:
    """Arrow keys move the playhead; pictures, formulas and the proof's sentence follow it."""
    open_page(page, "/cell")
    expect(picture(page, "one LSTM used 12 times")).to_be_visible()
    expect(words(page)).to_contain_text("Timestep 12, unit 13")
    step = slider(page, "Timestep")
    step.focus()
    for _ in range(3):
        page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 9, unit 13")
    assert place(page) == "8"
    assert step.get_attribute("aria-valuetext") == "timestep 9 of 12"
    expect(page.get_by_text("on the first 9 timesteps gives unit 13")).to_be_visible()
    page.keyboard.press("Home")
    expect(words(page)).to_contain_text("Timestep 1, unit 13")
    expect(words(page)).to_contain_text("h₀·recurrent_kernel")
    slider(page, "Unit").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_contain_text("Timestep 1, unit 14")


def test_space_plays_and_pauses(page: Page) -> None:
    """From the end it starts again at the first timestep; space stops it where it is."""
    open_page(page, "/cell?T=60")
    slider(page, "Timestep").focus()
    page.keyboard.press("Space")
    bar = page.locator(".st-key-cell_playhead")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    expect(words(page)).to_contain_text(re.compile(r"Timestep ([2-9]|[1-4]\d),"))
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Play")).to_be_visible()
    held = place(page)
    page.wait_for_timeout(400)
    assert place(page) == held
    expect(words(page)).to_contain_text(f"Timestep {int(held) + 1},")


def test_pressing_a_picture_picks_timestep_and_unit(page: Page) -> None:
    """The heatmaps are as good as the sliders."""
    open_page(page, "/cell")
    expect(slider(page, "Unit")).to_be_visible()  # the script that hears of presses is there
    block = page.locator(".st-key-cell_heatmaps .cell-units").first
    box = block.bounding_box()
    assert box is not None
    block.click(position={"x": box["width"] * 4.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(words(page)).to_contain_text("Timestep 5, unit 3")
    page.get_by_text("Order units by similarity").click()
    page.wait_for_function(f"{ROW} !== '2'")  # unit 3 has another place now
    block.click(position={"x": box["width"] * 6.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(words(page)).to_contain_text("Timestep 7, unit 15")  # and this one its own
    assert page.evaluate(ROW) == "2"


def test_dragging_over_a_picture_moves_the_playhead(page: Page) -> None:
    """All the way, though pictures are images; afterwards the keys are the slider's."""
    open_page(page, "/cell")
    expect(slider(page, "Unit")).to_be_visible()
    block = page.locator(".st-key-cell_heatmaps .cell-units").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    column, middle = box["width"] / 12, box["y"] + box["height"] * 2.5 / 16
    page.mouse.move(box["x"] + 1.5 * column, middle)
    page.mouse.down()
    for step in (3, 5, 7, 9):
        page.mouse.move(box["x"] + (step - 0.5) * column, middle, steps=5)
        assert place(page) == f"{step - 1}"
    page.mouse.up()
    expect(words(page)).to_contain_text("Timestep 9, unit 3")
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 8, unit 3")


def test_a_finger_picks_by_a_tap_and_sideways_and_scrolls_over_pictures(
    browser: Browser, server: Server
) -> None:
    """Swiping up over a picture moves the page alone."""
    with browser.new_context(
        base_url=server.url, viewport={"width": 390, "height": 844}, has_touch=True
    ) as context:
        page = context.new_page()
        open_page(page, "/cell")
        expect(slider(page, "Unit")).to_be_visible()
        block = page.locator(".st-key-cell_heatmaps .cell-units").first
        block.scroll_into_view_if_needed()
        box = block.bounding_box()
        assert box is not None
        column, middle = box["width"] / 12, box["y"] + box["height"] / 2
        page.touchscreen.tap(box["x"] + 4.5 * column, middle)
        page.wait_for_function(f"{COLUMN} === '4'")
        finger = context.new_cdp_session(page)

        def swipe(x: float, y: float) -> None:
            for k in range(11):
                at = {"x": box["x"] + 0.5 * column + k * x / 10, "y": middle + k * y / 10}
                kind = "touchMove" if k else "touchStart"
                finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [at]})
                page.wait_for_timeout(20)
            finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        swipe(8 * column, 0)
        page.wait_for_function(f"{COLUMN} === '8'")
        main = page.get_by_test_id("stMain")
        before = main.evaluate("main => main.scrollTop")
        swipe(0, -150)
        assert main.evaluate("main => main.scrollTop") > before
        assert place(page) == "8"


def test_the_slider_is_as_wide_as_its_columns(page: Page) -> None:
    """From the middle of the first column to that of the last, with two timesteps too."""
    open_page(page, "/cell?data=worked_raw")
    box = slider(page, "Timestep").bounding_box()
    columns = page.locator(".st-key-cell_unrolled .cell-time").first.bounding_box()
    assert box is not None
    assert columns is not None
    half = columns["width"] / 4
    assert abs(box["x"] + 8 - columns["x"] - half) < 3
    assert abs(box["width"] - 16 - 2 * half) < 6


def test_the_playhead_goes_where_the_page_is_before_anybody_moved_it(page: Page) -> None:
    """Another sample has another unit that moves most: bar, pictures and formulas go to it."""
    open_page(page, "/cell")
    expect(words(page)).to_contain_text("unit 13")
    sample = page.get_by_role("slider", name="Sample")
    sample.focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).not_to_contain_text("unit 13")
    expect(slider(page, "Unit")).not_to_have_value("13")
    unit = slider(page, "Unit").input_value()
    expect(words(page)).to_contain_text(f"Timestep 12, unit {unit}")
    assert page.evaluate(ROW) == str(int(unit) - 1)


def test_where_t_becomes_shorter_and_longer_the_playhead_stays(page: Page) -> None:
    """It stands at the last timestep that there is, and goes back to the one that was picked."""
    open_page(page, "/cell?T=12")
    slider(page, "Timestep").focus()
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 11, unit 13")
    for steps, shown in ((-4, 8), (4, 11)):
        move_slider(page, "Timesteps", steps)
        expect(words(page)).to_contain_text(f"Timestep {shown}, ")
        expect(page.locator(".st-key-cell_playhead")).to_contain_text(f"{shown} of")
        assert place(page) == str(shown - 1)


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
    page.wait_for_function(f"{COLUMN} === '6'")
    expect(page.get_by_role("radio", name="1, bottom")).to_be_checked()
    expect(page.get_by_role("slider", name="Sample")).to_have_value("2")
    slider(page, "Timestep").focus()
    for rest in (8, 9):
        page.keyboard.press("ArrowRight")
        page.wait_for_url(f"**step={rest}**")
    page.wait_for_timeout(1500)  # the address may lag behind for a second
    page.go_back()
    expect(words(page)).to_contain_text("Timestep 8, unit 3")
    page.wait_for_function(f"{COLUMN} === '7'")
    page.reload()
    expect(words(page)).to_contain_text("Timestep 8, unit 3")
    expect(slider(page, "Timestep")).to_have_value("8")


def test_the_playhead_stays_in_sight(page: Page) -> None:
    """Also beside the proofs and maps far below that it moves."""
    open_page(page, "/cell?U=8")
    expect(slider(page, "Timestep")).to_be_in_viewport()
    page.locator(".st-key-cell_prefixes").scroll_into_view_if_needed()
    page.mouse.wheel(0, 400)
    expect(page.locator(".st-key-cell_unrolled")).not_to_be_in_viewport()
    expect(slider(page, "Timestep")).to_be_in_viewport()


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


def test_while_it_plays_the_address_stays(page: Page) -> None:
    """One entry in the history for all of it, when it has come to rest."""
    open_page(page, "/cell?U=8&T=24")
    slider(page, "Timestep").focus()
    before = page.evaluate("history.length")
    page.keyboard.press("Space")
    page.wait_for_url("**step=24**")
    assert page.evaluate("history.length") == before + 1


def test_a_playhead_move_draws_no_picture_anew(page: Page) -> None:
    """The images of the heatmaps are the same elements before and after."""
    open_page(page, "/cell?T=100&U=128")
    images = ".st-key-cell_heatmaps img"
    page.evaluate(f"document.querySelectorAll('{images}').forEach(image => image.mark = 1)")
    slider(page, "Timestep").focus()
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 99,")
    marks = page.evaluate(f"[...document.querySelectorAll('{images}')].map(i => i.mark)")
    assert marks == [1] * 6


def test_prove_the_modes_are_one(page: Page) -> None:
    """Keras is asked by the page, and says 0.0; NumPy differs by rounding alone."""
    open_page(page, "/cell")
    card = page.locator("[data-testid=stHtml]", has_text="max |NumPy − Keras|")
    expect(card).to_contain_text("✓ 0.0", timeout=KERAS)
    expect(card).not_to_contain_text("≠")
    expect(card).to_contain_text("returns [out, h, c]: h and c are (N, 16) in both modes")
    expect(page.get_by_text(re.compile("^Keras: return_sequences=False"))).to_be_visible()
    for chart in ("reach_h", "reach_x"):
        expect(page.locator(f".st-key-chart_{chart} .js-plotly-plot").first).to_be_visible()


def test_break_it(page: Page) -> None:
    """Bidirectional differs, its true rule doesn't, and the map shows that it sees the future."""
    open_page(page, "/cell?U=8&T=6")
    card = page.locator("[data-testid=stHtml]", has_text="go_backwards=True")
    expect(card).to_contain_text("≠", timeout=KERAS)
    text = card.inner_text()
    assert re.search(r"≠ 0\.\d+\s+max \|sequence\[:, -1\] − last\|\s+✓ 0\.0", text)
    seen = "an output is moved by an input that comes after it"
    expect(page.get_by_text("no output is moved").first).to_be_visible(timeout=KERAS)
    expect(page.get_by_text(f"in 15 of 15 pairs {seen}").first).to_be_visible(timeout=KERAS)
    expect(
        page.get_by_text("Padded at the end, without a mask: last is always step 6")
    ).to_be_visible()


def test_it_follows_a_run_and_looks_back_at_it(page: Page) -> None:
    """While a run trains the newest weights are shown; when it is over, any epoch that was kept."""
    open_page(page, "/?seed=1&epochs=3000&N=640")
    button(page, "Train").click()
    wait_for_status(page, "training")
    page.get_by_role("link", name="Cell").click()
    note = page.get_by_text(re.compile(r"^Weights: the sequence model's after epoch [\d,]+\."))
    expect(note).to_be_visible()
    first = note.inner_text()
    expect(note).not_to_have_text(first)
    page.get_by_role("link", name="Explore").click()
    wait_for_status(page, "finished")
    page.get_by_role("link", name="Cell").click()
    expect(page.get_by_text(re.compile(r"^Weights: .* after epoch 3,000\."))).to_be_visible()
    thumb = page.get_by_role("slider", name="After epoch")
    thumb.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text(re.compile(r"^Weights: .* before training\."))).to_be_visible()


def test_phone_has_no_sideways_scroll(page: Page) -> None:
    """At 390 px everything fits the width, the numbers by hand included."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell?data=worked_raw")
    expect(page.get_by_text("Every number, by hand")).to_be_visible()
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390
