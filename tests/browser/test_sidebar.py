"""What a person sets first is in sight on a small laptop, whatever the data are."""

from itertools import pairwise

from playwright.sync_api import expect

from lib.data.datasets.registry import DATASETS, FIRST
from tests.browser.driver import open_page, settle, upload

HEIGHT = 720


def boxes(page):
    """Where mode, data, T, F and U begin and end, from the top of the screen."""
    found = []
    for key in ("mode", "data", "T", "F", "U"):
        drawn = page.locator(f".st-key-{key}, [class*='st-key-{key}_fixed_']").bounding_box()
        assert drawn
        found.append((drawn["y"], drawn["y"] + drawn["height"]))
    return found


def test_the_five_controls_are_in_sight_whatever_the_data_are(page):
    """In this order: of a task, a table, data with settings of their own, and a file."""
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    open_page(page, "/data")
    for spec in (DATASETS[name] for name in (FIRST, "seattle", "worked_raw", "upload")):
        if spec.name != FIRST:  # it is there from the start
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
