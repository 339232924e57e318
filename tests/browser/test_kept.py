"""A saved run is dropped on a page, in a browser without a session."""

import base64

from playwright.sync_api import expect

from tests.app.test_kept import of
from tests.browser.driver import open_page, settle, wait_for_status, wait_until_whole

DRAG = """([name, text, types]) => {
    const dragged = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    dragged.items.add(new File([bytes], name));
    const told = { dataTransfer: dragged, bubbles: true, cancelable: true };
    const place = document.querySelector("[data-testid=stMain]");
    for (const type of types) place.dispatchEvent(new DragEvent(type, told));
}"""


def drag(page, name, content, *types):
    """Send the events of dragging a file over the page."""
    page.evaluate(DRAG, [name, base64.b64encode(content).decode(), types])


def test_a_kept_run_opens_where_it_is_dropped_and_a_damaged_one_is_answered(page):
    """A frame marks the drop area; the run's charts appear, and a damaged file changes nothing."""
    _, content = of()
    open_page(page)
    wait_until_whole(page)
    drag(page, "mine.unrolled", content, "dragover")
    frame = page.get_by_text("Drop the file to open it")
    expect(frame).to_be_visible()
    expect(frame).to_be_hidden()  # where it leaves the window again
    drag(page, "mine.unrolled", content, "dragover", "drop")
    wait_for_status(page, "from a file")
    expect(page.get_by_text("From the file mine.unrolled, saved on")).to_be_visible()
    expect(frame).to_be_hidden()
    page.wait_for_url("**data=echo&lr=0.123**")
    settle(page)
    slider = page.get_by_role("slider", name="After epoch")
    slider.focus()
    page.keyboard.press("Home")
    expect(page.get_by_text("shown: after epoch 0")).to_be_visible()
    drag(page, "bad.unrolled", content[:9999], "dragover", "drop")
    expect(
        page.get_by_text("bad.unrolled couldn't be opened. It isn't a saved run")
    ).to_be_visible()
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_text("bad.unrolled couldn't be opened")).to_be_hidden()
    wait_for_status(page, "from a file")
