"""User journey on Compare: train two runs, compare them, highlight one, and rename it."""

from playwright.sync_api import expect

from tests.browser.driver import open_page, press, settle, wait_for_status
from tests.browser.test_accessibility import serious
from tests.browser.test_listener import middle

SHORT = "data=running_mean&T=6&N=64&epochs=30&seeds=4&pace=fast"
OPACITY = "curves => curves.map(curve => +getComputedStyle(curve).opacity)"


def curves(page, name="losses"):
    """Return the lines of the visible chart with this name."""
    return page.locator(f".st-key-compare_{name} .js-plotly-plot:visible .scatterlayer .trace")


def expect_highlighted(page, letter):
    """Check that only this run is highlighted, or no run if the letter is empty."""
    root = page.locator("html")
    if not letter:
        expect(root).not_to_have_attribute("data-lifts", "A")
        assert set(curves(page).evaluate_all(OPACITY)) == {1}
        return
    expect(root).to_have_attribute("data-lifts", letter)
    seen = curves(page).evaluate_all(
        "curves => curves.map(c => [c.dataset.run, +getComputedStyle(c).opacity])"
    )
    assert {run for run, opacity in seen if opacity == 1} == {letter}
    row = page.locator("[class*=st-key-compare_row_]").filter(
        has=page.locator(f"[data-letter={letter}]")
    )
    assert row.evaluate("row => getComputedStyle(row).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_two_runs_are_trained_compared_and_highlighted(page):
    """Compare highlights the run under the pointer or with the focus. The page fits a phone."""
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
    row.hover()
    expect_highlighted(page, "A")
    page.mouse.move(*middle(page.get_by_role("heading", level=1).bounding_box()))
    expect_highlighted(page, "")
    page.get_by_role("checkbox", name="Run 2").focus()
    expect_highlighted(page, "B")
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
