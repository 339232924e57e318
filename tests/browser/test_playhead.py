"""The Cell page's playhead moves with keys, mouse and touch, and all pictures follow."""

from pathlib import Path

from playwright.sync_api import expect

from lib.charts import cell
from tests.browser.cell_page import COLUMN, ROW, heatmap, slider, unit_card, wait_for_place
from tests.browser.driver import open_page


def test_space_plays_and_pauses(page):
    """After the last timestep, playback restarts. After a pause, an arrow key moves one step."""
    open_page(page, "/cell?T=100&step=100")
    slider(page, "Timestep").focus()
    page.keyboard.press("Space")
    bar = page.locator(".st-key-cell_playhead")
    expect(bar.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_function(f"+{COLUMN} > 1 && +{COLUMN} < 50")
    page.keyboard.press("Space")
    expect(bar.get_by_role("button", name="Play")).to_be_visible()
    step = int(slider(page, "Timestep").input_value())
    page.keyboard.press("ArrowRight")
    expect(unit_card(page)).to_contain_text(f"Timestep {step + 1},")
    wait_for_place(page, step + 1)


def test_the_cleanup_of_an_older_call_does_not_end_the_playhead(page):
    """Streamlit calls a component again before it cleans up the previous call."""
    page.set_content(Path(cell.__file__).with_name("playhead.html").read_text(encoding="utf-8"))
    data = {"steps": 5, "units": 1, "order": [0], "step": 2, "unit": 0}
    page.evaluate(
        """async ([script, data]) => {
            const module = await import(URL.createObjectURL(
                new Blob([script], { type: "text/javascript" })));
            window.reports = [];
            const setStateValue = (name, at) => window.reports.push(at);
            const call = () => module.default({ data, parentElement: document, setStateValue });
            window.bar = document.querySelector(".bar");
            window.cleanUpFirst = call();
            window.cleanUpLast = call();
        }""",
        [Path(cell.__file__).with_name("playhead.js").read_text(encoding="utf-8"), data],
    )
    page.get_by_role("slider", name="Timestep").press("ArrowRight")
    page.evaluate("window.cleanUpFirst()")
    page.wait_for_function("window.reports.at(-1)?.rests && window.reports.at(-1).step === 3")
    page.evaluate("document.body.replaceChildren(), window.cleanUpLast()")
    assert page.evaluate("window.bar.playhead === undefined")


def test_pressing_a_picture_picks_timestep_and_unit(page):
    """A click on a heatmap sets the sliders for timestep and unit."""
    open_page(page, "/cell?data=running_mean")
    block, box = heatmap(page)
    block.click(position={"x": box["width"] * 4.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(unit_card(page)).to_contain_text("Timestep 5, unit 3")
    page.get_by_text("Order units by similarity").click()
    page.wait_for_function(f"{ROW} !== '2'")  # Unit 3 has another row now.
    block.click(position={"x": box["width"] * 6.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(unit_card(page)).to_contain_text("Timestep 7, unit 15")
    page.wait_for_function(f"{ROW} === '2'")


def test_dragging_over_a_picture_moves_the_playhead(page):
    """The playhead follows the pointer. After the drag, the slider has the focus."""
    open_page(page, "/cell")
    _, box = heatmap(page)
    column, middle = box["width"] / 12, box["y"] + box["height"] * 2.5 / 16
    page.mouse.move(box["x"] + 1.5 * column, middle)
    page.mouse.down()
    for step in (3, 5, 7, 9):
        page.mouse.move(box["x"] + (step - 0.5) * column, middle, steps=5)
        wait_for_place(page, step)
    page.mouse.up()
    expect(unit_card(page)).to_contain_text("Timestep 9, unit 3")
    page.keyboard.press("ArrowLeft")
    expect(unit_card(page)).to_contain_text("Timestep 8, unit 3")


def test_a_tap_or_a_sideways_swipe_picks_a_timestep(page):
    """A vertical swipe over a picture only scrolls the page."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell")
    _, box = heatmap(page)
    column, middle = box["width"] / 12, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(*path):
        """Put the finger down at the first point, move it over the next points, and lift it."""
        for k, (x, y) in enumerate(path):
            kind = "touchMove" if k else "touchStart"
            finger.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def swipe(x, y):
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


def test_the_slider_is_as_wide_as_its_columns(page):
    """The slider reaches from the middle of the first column to the middle of the last column."""
    for query, steps in (("data=worked_raw", 2), ("T=12", 12)):
        open_page(page, f"/cell?{query}")
        box = slider(page, "Timestep").bounding_box()
        columns = page.locator(".st-key-cell_unrolled .cell-time").first.bounding_box()
        assert box is not None
        assert columns is not None
        half = columns["width"] / steps / 2
        assert abs(box["x"] + 8 - columns["x"] - half) < 3
        assert abs(box["width"] - 16 - columns["width"] + 2 * half) < 6


def test_the_address_stays_during_playback(page):
    """Playback adds one entry to the history, at its end."""
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


def test_a_playhead_move_redraws_no_picture(page):
    """A move keeps the image elements of the heatmaps."""
    open_page(page, "/cell?T=100&U=128")
    images = ".st-key-cell_heatmaps img"
    page.evaluate(f"document.querySelectorAll('{images}').forEach(image => image.mark = 1)")
    slider(page, "Timestep").focus()
    page.keyboard.press("ArrowRight")
    expect(unit_card(page)).to_contain_text("Timestep 2,")
    marks = page.evaluate(f"[...document.querySelectorAll('{images}')].map(i => i.mark)")
    assert marks == [1] * 5
