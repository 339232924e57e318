"""Journeys on the Cell page: see, prove, break."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from lib.ui.cell.playhead import FILES
from tests.browser.driver import (
    TRAINING,
    move_slider,
    open_page,
    picture,
    stop,
    train,
)

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


def wait_for_place(page: Page, step: int) -> None:
    """Wait until the pictures have the playhead at this timestep, from 1."""
    page.wait_for_function(f"{COLUMN} === '{step - 1}'")


def wait_for_keras(page: Page) -> None:
    """Wait until Keras has answered, so that the page no longer runs by itself.

    Where pages that were left have asked too much, it is asked again, as a person would.
    """
    answered = page.get_by_text("Keras has answered all").first
    again = page.get_by_role("button", name="Ask Keras again")
    expect(answered.or_(again).first).to_be_visible()
    while again.is_visible():
        again.click()
        expect(again).to_have_count(0)
        expect(answered.or_(again).first).to_be_visible()


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
    wait_for_place(page, 9)
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
    open_page(page, "/cell")
    slider(page, "Timestep").focus()
    page.evaluate(  # the test says when the time for the next timestep has come
        """() => {
            window.ticks = new Map();
            const set = window.setInterval, clear = window.clearInterval;
            window.setInterval = (act) => {
                const id = set(() => {}, 1e9);
                window.ticks.set(id, act);
                return id;
            };
            window.clearInterval = (id) => { window.ticks.delete(id); clear(id); };
        }"""
    )
    tick = "[...window.ticks.values()].forEach((act) => act())"
    bar = page.locator(".st-key-cell_playhead")
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    expect(words(page)).to_contain_text("Timestep 1,")
    for _ in range(2):
        page.evaluate(tick)
    expect(words(page)).to_contain_text("Timestep 3,")
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Play")).to_be_visible()
    page.evaluate(tick)
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_contain_text("Timestep 4,")
    wait_for_place(page, 4)


def test_an_overtaken_call_does_not_end_the_playhead(page: Page) -> None:
    """Streamlit ends a call of the script that a newer one overtakes; what was picked is told."""
    page.set_content(FILES.with_suffix(".html").read_text(encoding="utf-8"))
    data = {"opened": 1, "steps": 5, "units": 1, "order": [0], "step": 2, "unit": 0, "widest": 3}
    page.evaluate(
        """async ([script, data]) => {
            const module = await import(URL.createObjectURL(
                new Blob([script], { type: "text/javascript" })));
            window.reports = [];
            const setStateValue = (name, at) => window.reports.push(at);
            const call = () => module.default({ data, parentElement: document, setStateValue });
            window.bar = document.querySelector(".bar");
            window.overtaken = call();
            window.last = call();
        }""",
        [FILES.with_suffix(".js").read_text(encoding="utf-8"), data],
    )
    page.get_by_role("slider", name="Timestep").press("ArrowRight")
    page.evaluate("window.overtaken()")
    page.wait_for_function("window.reports.at(-1)?.rests && window.reports.at(-1).step === 3")
    gone = "document.body.replaceChildren(), window.last(), window.bar.playhead === undefined"
    assert page.evaluate(gone), "with its place in the page it ends"


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
    page.wait_for_function(f"{ROW} === '2'")


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
        wait_for_place(page, step)
    page.mouse.up()
    expect(words(page)).to_contain_text("Timestep 9, unit 3")
    page.keyboard.press("ArrowLeft")
    expect(words(page)).to_contain_text("Timestep 8, unit 3")


def test_a_finger_picks_by_a_tap_and_sideways_and_scrolls_over_pictures(page: Page) -> None:
    """Swiping up over a picture moves the page alone."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell")
    expect(slider(page, "Unit")).to_be_visible()
    block = page.locator(".st-key-cell_heatmaps .cell-units").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    column, middle = box["width"] / 12, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(*path: tuple[float, float]) -> None:
        """Down at the first place, over the others, and up."""
        for k, (x, y) in enumerate(path):
            kind = "touchMove" if k else "touchStart"
            finger.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def swipe(x: float, y: float) -> None:
        start = box["x"] + 0.5 * column
        touch(*((start + k * x / 10, middle + k * y / 10) for k in range(11)))

    touch((box["x"] + 4.5 * column, middle))
    wait_for_place(page, 5)
    swipe(8 * column, 0)
    wait_for_place(page, 9)
    scrolled = "document.querySelector('[data-testid=stMain]').scrollTop"
    before = page.evaluate(scrolled)
    swipe(0, -150)
    page.wait_for_function(f"{scrolled} > {before}")
    wait_for_place(page, 9)


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
    page.wait_for_function(f"{ROW} === '{int(unit) - 1}'")


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
        wait_for_place(page, shown)


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
    open_page(page, "/cell?U=8&T=4")
    slider(page, "Timestep").focus()
    page.evaluate(
        """() => {
            window.entries = [];
            const push = history.pushState.bind(history);
            history.pushState = (...entry) => { window.entries.push(entry[2]); push(...entry); };
        }"""
    )
    page.keyboard.press("Space")
    page.wait_for_url("**step=4**")
    assert len(page.evaluate("window.entries")) == 1


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
    for said in (
        re.compile("^Keras: return_sequences=False"),
        "no output is moved",
        "in 15 of 15 pairs an output is moved by an input that comes after it",
        "Padded at the end, without a mask: last is always step 6",
    ):
        expect(page.get_by_text(said).filter(visible=True).first).to_be_visible()
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
