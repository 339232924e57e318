"""How a test drives the app: the few moves that every journey is made of."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import Locator, Page, expect

EPOCH = re.compile(r"epoch ([\d,]+) of ([\d,]+)", re.IGNORECASE)


def settle(page: Page) -> None:
    """Wait until the page's script has run to its end."""
    page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]').wait_for()


def open_page(page: Page, path: str = "/") -> None:
    """Open a page of the app and wait until its pictures are there."""
    page.goto(path)
    page.get_by_role("img").first.wait_for()
    settle(page)


def button(page: Page, name: str) -> Locator:
    """One of the training buttons, by its word."""
    return page.locator(".st-key-train_controls").get_by_role(
        "button", name=re.compile(rf"^{name}\b")
    )


def move_slider(page: Page, label: str, steps: int) -> None:
    """Move a sidebar slider by keyboard, to the right for positive steps."""
    thumb = page.get_by_role("slider", name=re.compile(label))
    thumb.focus()
    for _ in range(abs(steps)):
        page.keyboard.press("ArrowRight" if steps > 0 else "ArrowLeft")


def unfold(page: Page, label: str) -> None:
    """Open a select box's list. A list that opens at the screen's edge closes as it scrolls."""
    box = page.get_by_role("combobox", name=re.compile(label))
    box.evaluate("element => element.scrollIntoView({block: 'center'})")
    box.click()


def choose(page: Page, label: str, option: str) -> None:
    """Pick an option of a select box."""
    unfold(page, label)
    page.get_by_role("option", name=re.compile(option)).first.click()
    settle(page)


def progress(page: Page) -> tuple[int, int]:
    """The epoch that is shown and the epochs asked for; (0, 0) where none is shown."""
    found = EPOCH.search(page.get_by_test_id("stProgress").inner_text())
    return (0, 0) if not found else tuple(int(n.replace(",", "")) for n in found.groups())  # type: ignore[return-value]


def wait_for_status(page: Page, status: str, seconds: float = 60) -> None:
    """Wait until the run's badge says `status`."""
    expect(page.get_by_test_id("stProgress").get_by_text(status, exact=True)).to_be_visible(
        timeout=seconds * 1000
    )


def picture(page: Page, about: str) -> Locator:
    """A picture by a part of its alternative text."""
    return page.get_by_role("img", name=re.compile(about, re.IGNORECASE))


def upload(page: Page, name: str, content: bytes) -> None:
    """Give the sidebar's uploader a file, once the page is whole: a person isn't as quick.

    Streamlit (1.67, `ForwardMsgQueue.clear`) drops its answer to where the file goes, if the page
    is drawn anew at that moment, as Explore is a second after its first charts.
    """
    if urlsplit(page.url).path == "/":
        page.get_by_role("heading", name="The experiment as Keras code").wait_for()
        settle(page)
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "text/csv", "buffer": content}
    )
