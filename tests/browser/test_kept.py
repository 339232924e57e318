"""A saved run opens when its file is dropped on a page, in a browser that has no session."""

import base64

from playwright.sync_api import expect

from tests.app.test_kept import saved_run
from tests.browser.driver import open_page, settle, wait_for_status, wait_until_whole

DRAG = """([name, text, types]) => {
    const dragged = new DataTransfer();
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    dragged.items.add(new File([bytes], name));
    const init = { dataTransfer: dragged, bubbles: true, cancelable: true };
    const main = document.querySelector("[data-testid=stMain]");
    for (const type of types) main.dispatchEvent(new DragEvent(type, init));
}"""


def drag(page, name, content, *types):
    """Send these drag events, such as "dragover" and "drop", with a file to the page."""
    page.evaluate(DRAG, [name, base64.b64encode(content).decode(), types])


def test_a_saved_run_opens_when_it_is_dropped(page):
    """A frame marks the drop area during the drag. A damaged file gets an error."""
    _, content = saved_run()
    open_page(page)
    wait_until_whole(page)
    drag(page, "mine.unrolled", content, "dragover")
    frame = page.get_by_text("Drop the file to open it")
    expect(frame).to_be_visible()
    expect(frame).to_be_hidden()  # The frame disappears if no other "dragover" follows.
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
