"""Runs side by side: trained, laid over one another, pointed at, named, and sent as a link."""

from playwright.sync_api import expect

from tests.browser.driver import open_page, press, settle, wait_for_status
from tests.browser.test_accessibility import serious
from tests.browser.test_listener import middle

SHORT = "data=running_mean&T=6&N=64&epochs=30&seeds=4&pace=fast"
OPACITY = "curves => curves.map(curve => +getComputedStyle(curve).opacity)"


def curves(page, name="losses"):
    """The lines and letters of a picture, in the chart that lies above."""
    return page.locator(f".st-key-compare_{name} .js-plotly-plot:visible .scatterlayer .trace")


def expect_lifted(page, letter):
    """Only this run's curves stand out, and its row; all do where the letter is empty."""
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


def lift_each_way(page):
    """By a row that is pointed at, and a row that has the focus."""
    rows = page.locator(".compared")
    expect(rows.first).to_contain_text("learning rate 0.001")
    rows.first.hover()
    expect_lifted(page, "A")
    page.mouse.move(*middle(page.get_by_role("heading", level=1).bounding_box()))
    expect_lifted(page, "")
    page.get_by_role("checkbox", name="Run 2").focus()
    expect_lifted(page, "B")


def train_two(page):
    """Two short runs of the same data and seeds; the second needs no compiling."""
    for rate in (0.001, 0.02):
        open_page(page, f"/?{SHORT}&lr={rate}")
        press(page, "Train")
        wait_for_status(page, "finished")


def test_two_runs_are_trained_laid_over_one_another_named_and_sent(page, other_page):
    """The whole way: from Explore to a link that somebody else opens."""
    train_two(page)
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 runs side by side.")
    for name in ("losses", "errors", "answers"):
        expect(curves(page, name).first).to_be_visible()
    settle(page)
    assert "Run+1" in page.url

    lift_each_way(page)
    page.get_by_role("button", name="More").first.click()
    page.get_by_label("Name").fill("small one")
    page.keyboard.press("Enter")
    page.wait_for_url("**small+one**")
    assert not serious(page)
    page.keyboard.press("Escape")
    expect(page.get_by_role("checkbox", name="small one")).to_be_checked()
    page.reload()
    expect(page.get_by_role("checkbox", name="small one")).to_be_checked()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(curves(page).first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.locator(".compared").first.evaluate("row => row.scrollWidth <= row.clientWidth")

    open_page(other_page, page.url.replace("runs=", "runs=deadbeef,"))
    expect(other_page.get_by_role("alert")).to_contain_text("1 run of the link or list is gone")
    expect(other_page.get_by_role("checkbox", name="small one")).to_be_checked()
    expect(curves(other_page).first).to_be_visible()
    other_page.get_by_role("button", name="More").last.click()
    expect(other_page.get_by_text("Another browser has started this run.")).to_be_visible()
    other_page.get_by_role("link", name="Open in Explore").click()
    expect(other_page.get_by_text("You are watching a run")).to_be_visible()

    page.get_by_role("button", name="More").first.click()
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "One run: pick another one to lay over it."
    )
    expect(page.get_by_role("checkbox", name="small one")).to_have_count(0)
    assert "small+one" not in page.url
