"""The main settings in the sidebar are visible on a small laptop, with any data."""

from itertools import pairwise

from playwright.sync_api import expect

from lib.data.datasets.registry import DATASETS, FIRST
from tests.browser.driver import open_page, settle, upload

HEIGHT = 720


def boxes(page):
    """Return top and bottom of mode, data, T, F and U, in pixels from the top of the screen."""
    edges = []
    for key in ("mode", "data", "T", "F", "U"):
        box = page.locator(f".st-key-{key}, [class*='st-key-{key}_fixed_']").bounding_box()
        assert box
        edges.append((box["y"], box["y"] + box["height"]))
    return edges


def test_the_five_main_controls_are_visible_and_in_order_with_any_data(page):
    """They are visible for a task, a table, data with fixed settings, and an uploaded file."""
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    open_page(page, "/data")
    for spec in (DATASETS[name] for name in (FIRST, "seattle", "worked_raw", "upload")):
        if spec.name != FIRST:  # The page opens with the first data.
            group = page.locator(f".st-key-pick_{spec.group}")
            group.get_by_text(spec.title, exact=True).click()
            page.wait_for_url(f"**data={spec.name}")
            settle(page)
            expect(page.locator("[data-testid=stRadio] input:checked")).to_have_count(1)
        places = boxes(page)
        assert all(end <= begin for (_, end), (begin, _) in pairwise(places)), spec.name
        assert 0 <= places[0][0] < places[-1][1] <= HEIGHT, spec.name
    expect(page.get_by_text("You see Seattle weather")).to_be_visible()
    upload(page, "good.csv", b"a,b\n" + b"1,2\n2,1\n" * 50)
    expect(page.get_by_text("good.csv: 100 rows")).to_be_visible()
    assert boxes(page)[-1][1] <= HEIGHT
