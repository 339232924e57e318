"""Helpers for tests of the Cell page: its playhead, the picked unit, and Keras's checks."""

from playwright.sync_api import expect

COLUMN = "getComputedStyle(document.documentElement).getPropertyValue('--cell-t')"
"""JavaScript for the timestep that the pictures mark, counted from 0."""
ROW = "getComputedStyle(document.documentElement).getPropertyValue('--cell-row')"
"""JavaScript for the row that the pictures mark, counted from 0."""


def slider(page, name):
    """Return the playhead's slider "Timestep" or "Unit" when it is visible."""
    thumb = page.locator(".st-key-cell_playhead").get_by_role("slider", name=name)
    expect(thumb).to_be_visible()
    return thumb


def unit_card(page):
    """Return the card that describes the picked unit at the picked timestep."""
    return page.locator(".st-key-cell_unit")


def heatmap(page):
    """Scroll to the first heatmap, and return the heatmap and its box on the screen."""
    expect(slider(page, "Unit")).to_be_visible()  # Now the playhead's script is ready.
    block = page.locator(".st-key-cell_unrolled .cell-units").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    return block, box


def wait_for_place(page, step):
    """Wait until the pictures mark this timestep, counted from 1."""
    page.wait_for_function(f"{COLUMN} === '{step - 1}'")


def open_part(page, title):
    """Open a part of the page with its button."""
    button = page.locator(".st-key-cell_part").get_by_role("radio", name=title)
    button.click()
    expect(button).to_be_checked()


def wait_for_keras(page):
    """Wait until the page shows all results of Keras. Then the page stops rerunning.

    If earlier pages filled Keras's queue, repeat the failed checks with the button.
    """
    answered = page.get_by_text("Checked against Keras").first
    again = page.get_by_role("button", name="Run the checks again")
    expect(answered.or_(again).first).to_be_visible()
    while again.is_visible():
        again.click()
        expect(again).to_have_count(0)
        expect(answered.or_(again).first).to_be_visible()
