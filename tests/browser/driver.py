"""Helpers for browser tests of the app: open, press, choose, upload, wait."""

import re
from urllib.parse import urlsplit

from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from lib.ui.browser import EVERYWHERE, MENU
from tests import waiting
from tests.session import ENDLESS

TRAINING = f"/?{ENDLESS}"
"""Explore with the settings of a long run. A test starts this run and must stop it."""
PATIENCE = 1000 * waiting.PATIENCE
"""The longest wait of a test, in milliseconds."""
expect.set_options(timeout=PATIENCE)
TRIES, EACH = 10, 30_000
"""The most attempts to upload a file or to pick an option, and milliseconds per attempt."""
PAUSE = 1200
"""After this many milliseconds without an action, the history gets a new entry (listener.js)."""
EPOCH = re.compile(r"epoch ([\d,]+) of", re.IGNORECASE)


def settle(page):
    """Wait until the page's script run has ended."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def open_page(page, path="/"):
    """Open a page and wait until it has its menu and pictures, and handles keys."""
    page.goto(path)
    page.locator(f".st-key-{MENU} a").nth(len(EVERYWHERE) - 1).wait_for()
    page.get_by_test_id("stMain").get_by_role("img").first.wait_for()
    wait_for_keys(page)
    settle(page)


def wait_for_keys(page):
    """Wait until the page handles keys. A key pressed earlier would be lost."""
    page.locator(".st-key-listener .ready").wait_for(state="attached")


def wait_until_whole(page):
    """Wait until Explore has drawn its last card."""
    page.locator(".st-key-take_away section").first.wait_for()
    settle(page)


def train(page):
    """Press Train, and wait for the first epoch: a run stopped earlier would have no results."""
    press(page, "Train")
    wait_for_status(page, "training")
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile(r"epoch [1-9]"))


def stop(page):
    """Press Stop, and wait until the run has ended, so that the processor is free."""
    press(page, "Stop")
    wait_for_status(page, "stopped")


def button(page, name):
    """Return a training button by its label."""
    return page.locator(".st-key-train_controls").get_by_role(
        "button", name=re.compile(rf"^{name}\b")
    )


def press(page, name):
    """Press a training button as soon as it is enabled.

    By default, Playwright waits until nothing moves for two frames: rare while charts change.
    """
    target = button(page, name)
    expect(target).to_be_enabled()
    target.click(force=True)


def press_key(page, key, name):
    """Press the key of a training button once the button is enabled. An earlier press is lost."""
    expect(button(page, name)).to_be_enabled()
    page.keyboard.press(key)


def move_slider(page, label, steps):
    """Move a slider of the sidebar with arrow keys, to the right for positive `steps`."""
    thumb = page.get_by_role("slider", name=re.compile(label))
    thumb.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def unfold(page, label):
    """Open the list of a select box. First scroll to it, because scrolling closes the list."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.evaluate("element => element.scrollIntoView({block: 'center'})")
    box.click()


def choose(page, label, option):
    """Pick an option of a select box. Try again if a script run closes the list."""
    for _ in range(TRIES):
        unfold(page, label)
        try:
            page.get_by_role("option", name=re.compile(option)).first.click(timeout=EACH)
        except Late:
            page.keyboard.press("Escape")
        else:
            settle(page)
            return
    raise AssertionError(f"{option} was never picked")


def epoch(page):
    """Return the epoch in the status of the run."""
    match = EPOCH.search(page.get_by_test_id("stProgress").inner_text())
    assert match
    return int(match[1].replace(",", ""))


def wait_for_status(page, status):
    """Wait until the run's badge is `status`."""
    badge = page.get_by_test_id("stProgress").get_by_text(status, exact=True)
    expect(badge).to_be_visible()


def picture(page, about):
    """Return the picture whose alternative text contains `about`."""
    return page.get_by_role("img", name=re.compile(about, re.IGNORECASE))


def upload(page, name, content):
    """Upload a file in the sidebar. Try again if the browser sends nothing.

    Streamlit (1.67, `ForwardMsgQueue.clear`) drops the upload address if a script run starts at
    that moment, for example because a training run changes its pace. A browser that draws the
    uploader again at that moment takes no file at all.
    """
    if urlsplit(page.url).path == "/":
        wait_until_whole(page)
    for _ in range(TRIES):
        try:
            with page.expect_response(re.compile("/upload_file/"), timeout=EACH):
                page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
                    {"name": name, "mimeType": "text/csv", "buffer": content}
                )
        except Late:
            for remove in page.get_by_role("button", name=f"Remove {name}").all():
                remove.click()
        else:
            return
    raise AssertionError(f"{name} was never sent")
