"""The script of every page: it handles keys, marks a timestep, and closes the phone's sidebar."""

import pytest
from playwright.sync_api import expect
from streamlit.proto.BackMsg_pb2 import BackMsg

from tests.browser.driver import (
    TRAINING,
    button,
    epoch,
    open_page,
    press_key,
    settle,
    stop,
    wait_for_status,
    wait_until_whole,
)

LETTER = "button => getComputedStyle(button, '::after').content"
"""JavaScript for the key in the corner of a button."""


def focus_slider(page, name="Timesteps"):
    """Give the focus to one of Streamlit's sliders, and return the slider."""
    thumb = page.get_by_role("slider", name=name)
    thumb.focus()
    return thumb


def test_keys_control_a_run_with_any_focus(page):
    """Keys work with the focus on a slider, on a button or nowhere, but not in a text field."""
    open_page(page, TRAINING)
    wait_until_whole(page)
    stops = "a[aria-label='Link to heading']:visible, .modebar button:visible"
    page.mouse.move(0, 0)
    assert page.locator(stops).count() == 0, "Tab stops at elements meant for a pointer"
    assert "T" in button(page, "Train").evaluate(LETTER)
    focus_slider(page)
    press_key(page, "t", "Train")
    wait_for_status(page, "training")
    press_key(page, "p", "Pause")
    wait_for_status(page, "paused")
    press_key(page, "p", "Resume")
    wait_for_status(page, "training")
    press_key(page, "p", "Pause")
    wait_for_status(page, "paused")
    paused_at = epoch(page)
    button(page, "Step").focus()
    press_key(page, "s", "Step")
    expect(page.get_by_test_id("stProgress")).to_contain_text(f"epoch {paused_at + 1:,} of")
    wait_for_status(page, "paused")
    press_key(page, "t", "Resume")
    wait_for_status(page, "training")
    field = page.get_by_role("combobox", name="Data")
    field.focus()
    page.keyboard.type("px")
    expect(field).to_have_value("px")
    page.keyboard.press("Escape")
    focus_slider(page)
    page.keyboard.press("Control+x")
    page.keyboard.press("?")
    overlay = page.get_by_role("dialog", name="Keys on this page")
    expect(overlay).to_contain_text("train, pause or resume")
    page.keyboard.press("x")
    page.keyboard.press("Escape")
    expect(overlay).to_have_count(0)
    expect(page.get_by_role("slider", name="Timesteps")).to_be_focused()
    wait_for_status(page, "training")
    press_key(page, "x", "Stop")
    wait_for_status(page, "stopped")


def test_keys_of_the_menu_work_while_a_slider_has_the_focus(page):
    """Shift and a digit open a page, and ← moves the scrubber. test_guide presses digits alone."""
    open_page(page, "/data")
    focus_slider(page)
    page.keyboard.press("Shift+Digit6")
    page.wait_for_url("**/shapes**")
    expect(page.get_by_role("slider", name="Timesteps")).to_be_visible()
    focus_slider(page)
    page.keyboard.press("Shift+Digit1")
    expect(page.get_by_role("slider", name="After epoch")).to_be_visible()
    page.get_by_test_id("stMain").click(position={"x": 8, "y": 500})  # This removes the focus.
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**epoch=**")


def middle(box):
    """Return x and y of the middle of a box."""
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_timestep_under_the_pointer_is_marked_in_all_pictures(page):
    """It is marked in tensors and charts, also if a tensor leaves out rows."""
    page.set_viewport_size({"width": 1440, "height": 2000})
    open_page(page, "/?T=20&mode=sequence")
    wait_until_whole(page)
    tensors = page.locator(".st-key-strip .timesteps")
    marks = page.locator(".st-key-listener .marks > div")
    charts = [page.locator(f".st-key-chart_{name}") for name in ("predictions", "step_error")]
    for chart in charts:
        expect(chart.locator(".points path").first).to_be_visible()
    # The middle of each timestep's row, from 0 (top) to 1 (bottom).
    middles = (tensors.first.get_attribute("data-middles") or "").split()
    expect(tensors).to_have_count(3)

    def row(step):
        box = tensors.nth(1).bounding_box()
        assert box is not None
        return box["x"] + box["width"] / 2, box["y"] + box["height"] * float(middles[step - 1])

    def point_of(chart, step):
        dots = chart.locator(".js-plotly-plot:visible .trace").filter(
            has=page.locator(".points path:nth-of-type(20)")
        )
        return middle(dots.last.locator(".points path").nth(step - 1).bounding_box())

    def marked(count):
        expect(marks).to_have_count(count)
        return [middle(mark.bounding_box()) for mark in marks.all()]

    page.mouse.move(*row(4))
    for place, chart in zip(marked(5)[-2:], charts, strict=True):
        assert abs(place[0] - point_of(chart, 4)[0]) < 2
    page.mouse.move(*point_of(charts[1], 20))
    assert abs(marked(4)[1][1] - row(20)[1]) < 2
    page.mouse.move(*row(14))
    expect(marks).to_have_count(0)  # This row is an ellipsis for several timesteps.
    page.mouse.move(*row(1))
    marked(5)
    page.mouse.move(5, 5)
    expect(marks).to_have_count(0)


def test_on_a_phone_the_sidebar_closes_after_a_click_on_a_page(page):
    """On a phone, charts have no toolbar, and buttons show no keys."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/data")
    page.get_by_test_id("stExpandSidebarButton").click()
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar).to_have_attribute("data-collapsed", "false")
    page.get_by_role("link", name="Explore").click()
    expect(sidebar).to_have_attribute("data-collapsed", "true")
    page.locator(".js-plotly-plot").first.hover()
    expect(page.locator(".modebar").first).to_be_hidden()
    assert button(page, "Train").evaluate(LETTER) == "none"


def test_a_click_at_the_same_moment_as_a_message_counts_and_ends_the_messages(page):
    """The browser sends the message and the click as one request of the listener's fragment.

    After a click on a link, it sends no message: a late message would bring back the previous page,
    or show an empty page.
    """
    act = """({ listener }, [message, button, late]) => {
        listener.tell("heights", message);
        document.querySelector(button).click();
        if (late) listener.tell("heights", late);
    }"""
    with page.expect_websocket() as connected:
        open_page(page)
    wait_until_whole(page)
    root = page.locator(".st-key-listener .listener")
    root.evaluate(act, ["chart_loss:300", ".st-key-do_step button", ""])
    wait_for_status(page, "paused")
    stop(page)
    settle(page)
    sent = []
    connected.value.on("framesent", lambda data: sent.append(BackMsg.FromString(data)))
    root.evaluate(act, ["chart_loss:301", ".st-key-menu a[href^=cell]", "chart_loss:302"])
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    settle(page)
    expect(page.get_by_role("link", name="Explore")).to_be_visible()
    pages = [message.rerun_script.page_script_hash for message in sent]
    click = next(k for k, page_hash in enumerate(pages) if page_hash != pages[0])
    assert set(pages[click:]) == {pages[click]}
    assert "chart_loss:301" in f"{sent[:click]}"
    assert "chart_loss:302" not in f"{sent}"


@pytest.mark.weekly
def test_a_white_page_is_reloaded(page):
    """Streamlit shows a white page if a message refers to an element that doesn't exist."""
    open_page(page, "/data?T=6")
    page.evaluate("document.querySelector('#root').replaceChildren()")
    expect(page.get_by_role("slider", name="Timesteps")).to_have_value("6")
