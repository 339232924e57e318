"""User journey on Compare: train two runs, compare them, and rename one."""

from playwright.sync_api import expect

from tests.browser.driver import open_page, press, settle, wait_for_status
from tests.browser.test_accessibility import serious

SHORT = "data=running_mean&T=6&N=64&epochs=30&seeds=1&pace=fast"


def curves(page, name="losses"):
    """Return the lines of the visible chart with this name."""
    return page.locator(f".st-key-compare_{name} .js-plotly-plot:visible .scatterlayer .trace")


def test_two_runs_are_trained_and_compared(page):
    """Compare shows the runs and keeps a new name. The page fits a phone."""
    for rate in (0.001, 0.02):  # Equal shapes: the second run needs no compiling.
        open_page(page, f"/?{SHORT}&lr={rate}")
        press(page, "Train")
        wait_for_status(page, "finished")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs side by side.")
    for name in ("losses", "errors", "predictions"):
        expect(curves(page, name).first).to_be_visible()
    settle(page)
    assert "Run+1" in page.url
    row = page.locator(".compared").first
    expect(row).to_contain_text("learning rate 0.001")
    page.get_by_role("button", name="More").first.click()
    page.get_by_label("Name").fill("small one")
    page.keyboard.press("Enter")
    page.wait_for_url("**small+one**")
    assert not serious(page)
    page.reload()
    expect(page.get_by_role("checkbox", name="small one")).to_be_checked()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(curves(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert row.evaluate("row => row.scrollWidth <= row.clientWidth")
