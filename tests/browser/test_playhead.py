"""The Cell page's playhead moves with keys, mouse and touch, and all pictures follow."""

from pathlib import Path

from playwright.sync_api import expect

from lib.ui.cell import chosen
from tests.browser.cell_page import COLUMN, ROW, heatmap, slider, wait_for_place, words
from tests.browser.driver import open_page


def test_space_plays_and_pauses(page):
    """Playback restarts after the last timestep; an arrow key continues from a pause."""
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
    expect(words(page)).to_contain_text(f"Timestep {step + 1},")
    wait_for_place(page, step + 1)


def test_an_overtaken_call_does_not_end_the_playhead(page):
    """Streamlit ends a call that a newer call overtakes; the picked place still reaches Python."""
    page.set_content(Path(chosen.__file__).with_name("playhead.html").read_text(encoding="utf-8"))
    data = {"steps": 5, "units": 1, "order": [0], "step": 2, "unit": 0}
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
        [Path(chosen.__file__).with_name("playhead.js").read_text(encoding="utf-8"), data],
    )
    page.get_by_role("slider", name="Timestep").press("ArrowRight")
    page.evaluate("window.overtaken()")
    page.wait_for_function("window.reports.at(-1)?.rests && window.reports.at(-1).step === 3")
    gone = "document.body.replaceChildren(), window.last(), window.bar.playhead === undefined"
    assert page.evaluate(gone), "it ends when its element leaves the page"


def test_pressing_a_picture_picks_timestep_and_unit(page):
    """A press on a heatmap sets both sliders."""
    open_page(page, "/cell?data=running_mean")
    block, box = heatmap(page)
    block.click(position={"x": box["width"] * 4.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(words(page)).to_contain_text("Timestep 5, unit 3")
    page.get_by_text("Order units by similarity").click()
    page.wait_for_function(f"{ROW} !== '2'")  # unit 3 has another row now
    block.click(position={"x": box["width"] * 6.5 / 12, "y": box["height"] * 2.5 / 16})
    expect(words(page)).to_contain_text("Timestep 7, unit 15")
    page.wait_for_function(f"{ROW} === '2'")


def test_dragging_over_a_picture_moves_the_playhead(page):
    """A drag follows the pointer over images; afterwards the slider has the focus."""
    open_page(page, "/cell")
    _, box = heatmap(page)
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


def test_a_finger_picks_by_a_tap_and_sideways_and_scrolls_over_pictures(page):
    """A tap or a sideways swipe picks; a vertical swipe only scrolls the page."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/cell")
    _, box = heatmap(page)
    column, middle = box["width"] / 12, box["y"] + box["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(*path):
        """Touch down at the first place, move over the others, and lift."""
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
    """It reaches from the middle of the first column to the middle of the last."""
    for query, steps in (("data=worked_raw", 2), ("T=12", 12)):
        open_page(page, f"/cell?{query}")
        box = slider(page, "Timestep").bounding_box()
        columns = page.locator(".st-key-cell_unrolled .cell-time").first.bounding_box()
        assert box is not None
        assert columns is not None
        half = columns["width"] / steps / 2
        assert abs(box["x"] + 8 - columns["x"] - half) < 3
        assert abs(box["width"] - 16 - columns["width"] + 2 * half) < 6


def test_while_it_plays_the_address_stays(page):
    """Playback adds one entry to the history, when it rests."""
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
    """The images of the heatmaps stay the same elements."""
    open_page(page, "/cell?T=100&U=128")
    images = ".st-key-cell_heatmaps img"
    page.evaluate(f"document.querySelectorAll('{images}').forEach(image => image.mark = 1)")
    slider(page, "Timestep").focus()
    page.keyboard.press("ArrowRight")
    expect(words(page)).to_contain_text("Timestep 2,")
    marks = page.evaluate(f"[...document.querySelectorAll('{images}')].map(i => i.mark)")
    assert marks == [1] * 5
