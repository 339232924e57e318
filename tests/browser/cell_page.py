"""What journeys on the Cell page look at: its playhead, the picked unit, and what Keras answers."""

from playwright.sync_api import expect

COLUMN = "getComputedStyle(document.documentElement).getPropertyValue('--cell-t')"
"""The timestep that the pictures mark, from 0."""
ROW = "getComputedStyle(document.documentElement).getPropertyValue('--cell-row')"
"""The row that the pictures mark, from 0."""


def slider(page, name):
    """One of the playhead's own sliders, "Timestep" or "Unit", once it can be moved."""
    thumb = page.locator(".st-key-cell_playhead").get_by_role("slider", name=name)
    expect(thumb).to_be_visible()
    return thumb


def words(page):
    """What is said of the picked unit at the playhead."""
    return page.locator(".st-key-cell_unit")


def heatmap(page):
    """The first picture of all units and timesteps, in sight, and where it stands on the screen."""
    expect(slider(page, "Unit")).to_be_visible()  # the script that hears of presses is there
    block = page.locator(".st-key-cell_heatmaps .cell-units").first
    block.scroll_into_view_if_needed()
    box = block.bounding_box()
    assert box is not None
    return block, box


def wait_for_place(page, step):
    """Wait until the pictures have the playhead at this timestep, from 1."""
    page.wait_for_function(f"{COLUMN} === '{step - 1}'")


def open_part(page, title):
    """Choose one of the page's parts, by its button."""
    button = page.locator(".st-key-cell_part").get_by_role("radio", name=title)
    button.click()
    expect(button).to_be_checked()


def wait_for_keras(page):
    """Wait until Keras has answered, so that the page no longer runs by itself.

    Where pages that were left have asked too much, it is asked again, as a person would.
    """
    answered = page.get_by_text("Keras has answered").first
    again = page.get_by_role("button", name="Ask Keras again")
    expect(answered.or_(again).first).to_be_visible()
    while again.is_visible():
        again.click()
        expect(again).to_have_count(0)
        expect(answered.or_(again).first).to_be_visible()
