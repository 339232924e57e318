"""Uploads in a browser: several kinds of file, a file that is too large, and a reload."""

import re

import numpy as np
from playwright.sync_api import expect

from lib.ui.streamlit_private import PRIVATE
from tests.browser.driver import (
    choose,
    move_slider,
    open_page,
    press,
    settle,
    stop,
    upload,
    wait_for_status,
)
from tests.unit.own_data import csv, panel
from tests.unit.test_uploads_arrays import X, npz
from tests.unit.workbooks import workbook


def table(days, header="a,b,c"):
    """Return a CSV file with one row per day."""
    rows = (f"{day},{day % 7},{day % 5}" for day in range(days))
    return "\n".join([header, *rows]).encode()


def test_a_file_that_is_too_large_gets_a_visible_error(page, tmp_path):
    """Streamlit's uploader shows the error, and sends nothing."""
    large = tmp_path / "large.csv"
    with large.open("wb") as file:
        file.truncate(105_000_000)
    open_page(page, "/?data=upload")
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(large)
    error = page.get_by_text("File must be 100.0MB or smaller")
    expect(error).to_be_visible()
    box = error.bounding_box()
    assert box is not None
    assert box["height"] > 10  # A text for screen readers alone would be one pixel high.


def test_an_uploaded_run_is_the_same_after_a_reload(page):
    """The table returns with the run, and no settings count as changed."""
    open_page(page, "/?data=upload")
    upload(page, "good.csv", table(100))
    expect(page.get_by_text("100 rows")).to_be_visible()
    settle(page)
    press(page, "Step")
    wait_for_status(page, "paused")
    page.wait_for_url("**run=**")
    page.reload()
    wait_for_status(page, "paused")
    expect(page.get_by_text("100 rows")).to_be_visible()
    expect(page.get_by_text("Settings changed")).to_have_count(0)
    upload(page, "other.csv", table(101, "a,b,d"))
    expect(page.get_by_text("other.csv: 101 rows")).to_be_visible()
    expect(page.get_by_text("Settings changed")).to_be_visible()
    stop(page)


def test_files_are_read_and_their_bytes_are_dropped(page):
    """The uploader still shows the name of the file after the server has dropped its bytes."""
    book = workbook({"A": [["a", "b"], *([i % 7, i] for i in range(80))]})
    open_page(page, "/data?data=seattle")
    for name, content, note in (
        ("book.xlsx", book, "book.xlsx: 80 rows"),
        ("samples.npz", npz(x=X, y=X[:, -1]), "12 timesteps, read as series"),
        ("long.csv", table(5_000), "5,000 rows"),
    ):
        upload(page, name, content)
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        expect(page.get_by_text(note).first).to_be_visible()
        settle(page)
        remove = page.get_by_role("button", name=f"Remove {name}")
        metrics = page.request.get("/_stcore/metrics").text()
        assert "cache_memory_bytes" in metrics
        if PRIVATE:  # At most 999 bytes are left.
            assert not re.search(r'cache_type="UploadedFileManager"[^}]*\} \d{4}', metrics)
        remove.click()
        expect(remove).to_have_count(0)
        settle(page)
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)


def test_the_shown_arrays_can_be_downloaded(page):
    """The download has the arrays shown on the page, also after a change of T."""
    open_page(page, "/data?data=gapminder&T=5")
    expect(page.get_by_text("994 samples of 5 timesteps")).to_be_visible()
    for steps in (5, 5, 4):
        if steps == 4:
            move_slider(page, "Timesteps", -1)
            expect(page.get_by_text("1,136 samples of 4 timesteps")).to_be_visible()
            settle(page)  # The button is redrawn after the text.
        with page.expect_download() as saved:
            page.get_by_role("button", name="Arrays (.npz)").click()
        with np.load(saved.value.path()) as arrays:
            assert arrays["x"].shape[1:] == (steps, 3)


def test_a_table_of_several_series_is_uploaded_trained_and_forecast(page):
    """The user changes a column's kind, trains, evaluates the test part and forecasts."""
    open_page(page, "/data?data=upload&T=7&epochs=4&pace=fast")
    upload(page, "sales.csv", csv(panel(90).assign(zone=3)))
    expect(page.get_by_text("store separates 3 series")).to_be_visible()
    choose(page, "Numbers to read as categories", "zone")
    page.keyboard.press("Escape")  # closes the list
    expect(page).to_have_url(re.compile("types=zone%3Acategory"))
    expect(page.get_by_text("At each step, predict sales one day ahead")).to_be_visible()
    page.get_by_role("link", name="Train in Explore").click()
    settle(page)
    press(page, "Train")
    wait_for_status(page, "finished")
    skill = page.locator(".st-key-skill")
    expect(skill).to_contain_text("MASE")
    skill.get_by_role("button", name="Evaluate on the test part").click()
    expect(skill).to_contain_text("Evaluated 1 time in this session")
    skill.get_by_text("Forecast", exact=True).click()
    expect(skill).to_contain_text("2024-03-31: sequence mode")
    expect(skill.locator(".js-plotly-plot").filter(visible=True)).to_have_count(1)
