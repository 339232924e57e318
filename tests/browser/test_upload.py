"""A CSV of one's own: a real one to the end, and ten kinds that can't be used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import button, choose, open_page, settle, unfold, upload, wait_for_status

SEATTLE = Path(__file__).parents[2] / "lib" / "datasets" / "files" / "seattle-weather.csv"

ROWS = "\n".join(f"{day},{day % 7},{day % 5}" for day in range(100))
BAD = {
    "empty": (b"", "empty"),
    "header only": (b"a,b,c\n", "row"),
    "words only": (b"name,colour\nAnna,red\nBen,blue\n", "number"),
    "two rows": (b"a,b\n1,2\n3,4\n", "rows"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG|picture|image"),
    "a zip": (b"PK\x03\x04" + bytes(200), "zip|Excel|xlsx"),
    "binary": (bytes(range(256)) * 8, "text|binary|CSV"),
    "ragged": (f"a,b,c\n{ROWS}\n1,2,3,4,5,6\n".encode(), "Line 102 has 6 cells"),
    "markup": (b"<html><body>no table</body></html>", "row|column|number"),
    "one word": (b"hello", "row|column|number"),
}
"""What a file holds, and what the sentence must speak of."""


ODD = {
    "infinities": (f"a,b,c\n{ROWS}\n1,inf,3\n", "infin"),
    "duplicate headers": (f"a,a,c\n{ROWS}\n", "stand twice"),
}
"""What can be used after all, and what the note must speak of."""


def test_upload_seattle_weather_choose_columns_and_train(page: Page) -> None:
    """The whole way: a file, its columns, a target some rows ahead, a run of both modes."""
    open_page(page)
    choose(page, "Data", "Your own table")
    expect(page.get_by_text("needs an uploaded table")).to_be_visible()
    expect(button(page, "Train")).to_be_disabled()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    upload(page, "seattle-weather.csv", SEATTLE.read_bytes())
    expect(page.get_by_text("1,461 rows")).to_be_visible()
    unfold(page, "Target columns")
    page.get_by_role("option", name="temp_max").click()
    page.keyboard.press("Escape")
    page.get_by_role("button", name=re.compile("Remove wind|wind")).last.click()
    settle(page)
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 12, 4)")
    settle(page)
    button(page, "Train").click()
    wait_for_status(page, "finished", seconds=120)
    expect(page.get_by_text("tomorrow as today").first).to_be_visible()
    assert "data=upload" in page.url


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_answered_with_a_sentence(page: Page, kind: str) -> None:
    """What was there stays: charts of the data before, and a sentence that says what to do."""
    content, about = BAD[kind]
    open_page(page, "/?data=upload")
    upload(page, "mine.csv", content)
    alert = page.get_by_test_id("stAlert").filter(has_text=re.compile(about, re.IGNORECASE))
    expect(alert.first).to_be_visible()
    expect(page.locator(".js-plotly-plot").first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_file_that_is_too_large_is_answered_on_the_screen(page: Page, tmp_path: Path) -> None:
    """By the file widget itself, which doesn't send it; its words are there for all to read."""
    large = tmp_path / "large.csv"
    large.write_bytes(b"a,b\n" + b"1.5,2.5\n" * 6_400_000)
    open_page(page, "/?data=upload")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(large)
    words = page.get_by_text("File must be 50.0MB or smaller")
    expect(words).to_be_visible()
    assert words.bounding_box()["height"] > 10  # and not the one pixel that is read aloud


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_file_is_used_and_the_page_says_how(page: Page, kind: str) -> None:
    """Infinities count as missing and columns of one name are told apart: a note says so."""
    content, about = ODD[kind]
    open_page(page, "/?data=upload")
    upload(page, "mine.csv", content.encode())
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_text(re.compile(r"mine\.csv: 10\d rows"))).to_be_visible()
    expect(sidebar.get_by_text(re.compile(about, re.IGNORECASE)).last).to_be_visible()


def test_a_good_file_outlives_a_bad_one(page: Page) -> None:
    """A file that can't be read doesn't take away the one before."""
    open_page(page, "/?data=upload")
    upload(page, "good.csv", f"a,b,c\n{ROWS}\n".encode())
    expect(page.get_by_text("100 rows")).to_be_visible()
    upload(page, "bad.csv", b"")
    expect(page.get_by_text("good.csv, stays")).to_be_visible()
    expect(page.get_by_text("100 rows")).to_be_visible()


def test_a_file_that_is_too_short_is_a_click_away(page: Page) -> None:
    """The earlier one stays until the person takes the short one with the T that it allows."""
    open_page(page, "/?data=upload&T=40")
    upload(page, "good.csv", f"a,b,c\n{ROWS}\n".encode())
    expect(page.get_by_text("100 rows")).to_be_visible()
    settle(page)
    upload(page, "short.csv", f"a,b,c\n{ROWS[:100]}\n".encode())
    expect(page.get_by_text("good.csv, stays")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("good.csv.* 40 timesteps"))).to_be_visible()
    page.get_by_role("button", name=re.compile(r"Use it with T = \d+")).click()
    expect(page.get_by_role("heading", name=re.compile("short.csv"))).to_be_visible()
    expect(page.get_by_text("good.csv")).to_have_count(0)
    expect(button(page, "Train")).to_be_enabled()


def test_an_uploaded_run_is_the_same_after_a_reload(page: Page) -> None:
    """The table comes back with the run, and the page doesn't say that settings have changed."""
    open_page(page, "/?data=upload&epochs=5000&U=64")
    upload(page, "good.csv", f"a,b,c\n{ROWS}\n".encode())
    expect(page.get_by_text("100 rows")).to_be_visible()
    settle(page)
    button(page, "Train").click()
    wait_for_status(page, "training")
    page.reload()
    wait_for_status(page, "training")
    expect(page.get_by_text("100 rows")).to_be_visible()
    expect(page.get_by_text("settings have changed")).to_have_count(0)
    upload(page, "other.csv", f"a,b,d\n{ROWS}\n1,1,1\n".encode())
    expect(page.get_by_text("other.csv: 101 rows")).to_be_visible()
    expect(page.get_by_text("settings have changed")).to_be_visible()
    settle(page)
    button(page, "Stop").click()
    wait_for_status(page, "stopped")


def test_upload_on_the_data_page_is_used_at_once(page: Page) -> None:
    """There a file is taken as the data, whatever was chosen before."""
    open_page(page, "/data")
    upload(page, "good.csv", f"a,b,c\n{ROWS}\n".encode())
    expect(page.get_by_role("heading", name=re.compile("good.csv"))).to_be_visible()
