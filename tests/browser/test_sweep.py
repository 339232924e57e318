"""A sweep in the browser: started, paused, reloaded, resumed, stopped, and a point opened."""

import re

from playwright.sync_api import expect

from tests.browser.driver import open_page, settle, wait_for_status

SMALL = "/sweep?data=running_mean&N=64&epochs=800&vary=U%3D2%2C3%2C4%2C5&each=1"


def press(page, name):
    """Press one of the sweep's buttons, once it is enabled."""
    found = page.locator(".st-key-sweep_controls").get_by_role(
        "button", name=re.compile(rf"^{name}\b")
    )
    expect(found).to_be_enabled()
    found.click()


def test_a_sweep_is_paused_reloaded_stopped_and_a_point_opened(page):
    """Results survive each action, and a clicked point opens in Explore."""
    open_page(page, SMALL)
    press(page, "Start")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile("training [1-3] of 4 points"))
    press(page, "Pause")
    wait_for_status(page, "paused")
    page.wait_for_url("**sweep=**")
    page.reload()
    wait_for_status(page, "paused")
    expect(progress).to_contain_text(re.compile("paused [1-3] of 4 points"))
    settle(page)
    press(page, "Resume")
    wait_for_status(page, "training")
    press(page, "Stop")
    wait_for_status(page, "stopped")
    expect(page.locator(".takeaway")).to_contain_text("One seed decides nothing")
    curve = page.locator(".st-key-sweep_curve .js-plotly-plot").filter(visible=True)
    curve.locator(".trace", has=page.locator(".point")).last.locator(".point").first.click(
        force=True
    )
    page.wait_for_url("**run=**")
    wait_for_status(page, "finished")
    expect(page.get_by_role("slider", name=re.compile("Units"))).to_have_value("2")
