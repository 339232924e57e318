"""What axe finds: nothing serious, in light and in dark, on every page."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_serious(page: Page, path: str, scheme: str) -> None:
    """No serious or critical violation, such as too little contrast or a control without name."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    open_page(page, path)
    violations = Axe().run(page).response["violations"]
    serious = {
        v["id"]: [node["html"][:200] for node in v["nodes"]]
        for v in violations
        if v["impact"] in ("serious", "critical")
    }
    assert not serious, serious
