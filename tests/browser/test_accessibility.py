"""What axe finds: nothing serious, in light and in dark, on every page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.driver import open_page

PATHS = (
    "/",
    "/?T=9999",  # a link that isn't all right
    "/cell?T=3&U=4&F=2",
    "/cell?part=proof",
    "/cell?part=break",
    "/cell?part=learn",
    "/data?data=seattle",
    "/shapes",
    "/shapes?stack=input~lstm~lstm_u8",
    "/shapes?part=target",
    "/shapes?part=error",
    "/shapes?part=quiz",
)


def serious(page: Page, context: str = "html") -> dict[str, list[str]]:
    """What axe finds in this part of the page that is serious or critical, with its elements."""
    return {
        v["id"]: [node["html"][:200] for node in v["nodes"]]
        for v in Axe().run(page, context).response["violations"]
        if v["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_serious(page: Page, path: str, scheme: str) -> None:
    """No serious or critical violation, such as too little contrast or a control without name."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_page(page, path)
    assert not serious(page)


def test_the_keys_that_are_shown_are_for_all(page: Page) -> None:
    """The overlay has a name, the focus and its contrast, in light and in dark."""
    open_page(page, "/shapes?part=quiz")
    page.keyboard.press("?")
    overlay = page.get_by_role("dialog", name="Keys on this page")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        expect(overlay).to_be_visible()
        assert not serious(page, ".st-key-listener")
