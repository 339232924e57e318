"""User journey on Sweep: start, pause, reload, resume and stop a sweep, and open a point."""

import re

from playwright.sync_api import expect

from tests.browser.driver import open_page, settle, wait_for_status

SMALL = "/sweep?data=running_mean&N=64&epochs=1000&vary=U%3D2%2C3%2C4%2C5%2C6%2C7%2C8&each=1"


def press(page, name):
    """Press one of the sweep's buttons once it is enabled."""
    controls = page.locator(".st-key-sweep_controls")
    button = controls.get_by_role("button", name=re.compile(rf"^{name}\b"))
    expect(button).to_be_enabled()
    button.click(force=True)  # the page moves while charts change


def test_a_sweep_keeps_its_results_and_a_click_on_a_point_opens_its_run(page):
    """The results stay after a pause, a reload and a stop. The run opens in Explore."""
    open_page(page, SMALL)
    press(page, "Start")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile("training [1-6] of 7 points"))
    press(page, "Pause")
    wait_for_status(page, "paused")
    page.wait_for_url("**sweep=**")
    page.reload()
    wait_for_status(page, "paused")
    expect(progress).to_contain_text(re.compile("paused [1-6] of 7 points"))
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
