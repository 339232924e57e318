"""A CSV of one's own, through a real browser. What other files are answered: `tests/app`."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.driver import (
    button,
    choose,
    open_page,
    settle,
    stop,
    unfold,
    upload,
    wait_for_status,
)

SEATTLE = Path(__file__).parents[2] / "lib" / "datasets" / "files" / "seattle-weather.csv"


def table(days: int, header: str = "a,b,c") -> bytes:
    """A CSV of so many rows."""
    rows = (f"{day},{day % 7},{day % 5}" for day in range(days))
    return "\n".join([header, *rows]).encode()


def test_upload_seattle_weather_choose_columns_and_train(page: Page) -> None:
    """The whole way: a file, its columns, a target some rows ahead, a run of both modes."""
    open_page(page, "/?pace=fast")
    choose(page, "Data", "Your own table")
    expect(page.get_by_text("Seattle weather stands in")).to_be_visible()
    expect(button(page, "Train")).to_be_disabled()
    expect(page.locator(".js-plotly-plot").filter(visible=True).first).to_be_visible()
    upload(page, "seattle-weather.csv", SEATTLE.read_bytes())
    expect(page.get_by_text("1,461 rows")).to_be_visible()
    unfold(page, "Target columns")
    page.get_by_role("option", name="temp_max").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("Remove wind|wind")).last.click()
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 12, 4)")
    settle(page)
    button(page, "Train").click()
    wait_for_status(page, "finished")
    expect(page.get_by_text("tomorrow as today").filter(visible=True).first).to_be_visible()
    page.wait_for_url("**data=upload**")


def test_a_picture_is_answered_with_a_sentence_and_takes_nothing_away(page: Page) -> None:
    """The table and the charts that were there stay."""
    open_page(page, "/?data=upload")
    upload(page, "good.csv", table(100))
    expect(page.get_by_text("100 rows")).to_be_visible()
    upload(page, "bad.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    alert = page.get_by_test_id("stAlert")
    expect(alert).to_contain_text(re.compile("PNG|picture|image"))
    expect(alert).to_contain_text("good.csv, stays")
    expect(page.get_by_text("100 rows")).to_be_visible()
    expect(page.locator(".js-plotly-plot").filter(visible=True).first).to_be_visible()


def test_a_file_that_is_too_large_is_answered_on_the_screen(page: Page, tmp_path: Path) -> None:
    """By the file widget itself, which doesn't send it; its words are there for all to read."""
    large = tmp_path / "large.csv"
    large.write_bytes(b"a,b\n" + b"1.5,2.5\n" * 6_600_000)
    open_page(page, "/?data=upload")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(large)
    words = page.get_by_text("File must be 50.0MB or smaller")
    expect(words).to_be_visible()
    box = words.bounding_box()
    assert box is not None
    assert box["height"] > 10  # and not the one pixel that is read aloud


def test_an_uploaded_run_is_the_same_after_a_reload(page: Page) -> None:
    """The table comes back with the run, and the page doesn't say that settings have changed."""
    open_page(page, "/?data=upload")
    upload(page, "good.csv", table(100))
    expect(page.get_by_text("100 rows")).to_be_visible()
    settle(page)
    button(page, "Step").click()
    wait_for_status(page, "paused")
    page.wait_for_url("**run=**")
    page.reload()
    wait_for_status(page, "paused")
    expect(page.get_by_text("100 rows")).to_be_visible()
    expect(page.get_by_text("settings have changed")).to_have_count(0)
    upload(page, "other.csv", table(101, "a,b,d"))
    expect(page.get_by_text("other.csv: 101 rows")).to_be_visible()
    expect(page.get_by_text("settings have changed")).to_be_visible()
    stop(page)
