"""Printed pages have all content and no controls."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.driver import open_page

CONTROLS = (
    "[data-testid=stSidebar], .st-key-cell_bar, input:not([aria-hidden]), "
    "button:not([role=radio] *, [role=radio], [data-testid=stElementToolbar] *)"
)
CONTENT = ".st-key-usual_cases"
"""Elements whose buttons are printed, because their labels are content."""
PAGES = {"/": 2, "/cell?part=learn&U=4&T=6": 1, "/data": 1, "/shapes?part=target": 2}
"""The most sheets of paper for each address."""


@pytest.mark.weekly
def test_every_page_prints_without_controls(page):
    """A page prints on one or two sheets of paper."""
    for address, sheets in PAGES.items():
        page.emulate_media(media="screen")
        open_page(page, address)
        expect(page.locator("h3").first).to_be_visible()
        printed = page.pdf(prefer_css_page_size=True)
        assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= sheets, address
        page.emulate_media(media="print")
        visible = page.locator(CONTROLS).locator("visible=true").all()
        extra = [each for each in visible if not each.evaluate(f"e => e.closest('{CONTENT}')")]
        assert not extra, (address, [each.evaluate("e => e.outerHTML") for each in extra])
