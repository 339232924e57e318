"""Links: a shared link opens the same experiment on any page, and pages keep its settings."""

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.driver import (
    PAUSE,
    move_slider,
    open_page,
    press,
    settle,
    wait_for_status,
    wait_until_whole,
)
from tests.weekly import rest_weekly

LINK = "T=20&U=24&cell=gru&seed=7"


def values(page):
    """Return the values of T and U from their sliders."""
    sliders = (page.get_by_role("slider", name=name) for name in ("Timesteps", "Units"))
    t, u = (slider.input_value() for slider in sliders)
    return t, u


def test_the_settings_of_a_link_stay_on_other_pages(page):
    """The link opens without a dialog. Its values are the same after two changes of the page."""
    open_page(page, f"/data?{LINK}")
    assert values(page) == ("20", "24")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Explore").click()
    expect(page.get_by_role("heading", name="Loss over epochs")).to_be_visible()
    settle(page)
    assert values(page) == ("20", "24")
    assert "cell=gru" in page.url
    assert "T=20" in page.url
    page.get_by_role("link", name="Data", exact=False).first.click()
    page.wait_for_url("**/data?**")
    settle(page)
    assert values(page) == ("20", "24")


@pytest.mark.private
def test_back_returns_to_the_previous_settings(page):
    """The browser's Back button undoes a move of a slider."""
    open_page(page, "/?T=20")
    move_slider(page, "Timesteps", 1)
    page.wait_for_url("**T=21**")
    settle(page)  # A script run that continued after Back would write its own address.
    page.go_back()
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 20, 3)")
    expect(page.get_by_role("slider", name="Timesteps")).to_have_value("20")


def test_quick_moves_of_a_slider_are_one_entry_of_the_history(page):
    """Three addresses within a second are one entry. An action after a pause adds a new entry."""
    open_page(page, "/?T=20")
    key, write = (
        "dispatchEvent(new KeyboardEvent('keydown'))",
        "history.pushState(null, '', '?T={}')",
    )
    page.wait_for_timeout(PAUSE)
    page.evaluate("; ".join(f"{key}; {write.format(t)}" for t in (21, 22, 23)))
    page.wait_for_timeout(PAUSE)
    page.evaluate(f"{key}; {write.format(24)}")
    for steps in (23, 20):
        page.go_back()
        page.wait_for_url(f"**T={steps}**")


@pytest.mark.parametrize("scheme", rest_weekly(["dark", "light"]))
def test_a_slow_browser_keeps_the_experiment_of_a_link(page, scheme):
    """Widgets whose code arrives late show the link's values, and Train changes none of them."""
    page.emulate_media(color_scheme=scheme)
    slow, late = True, list[Route]()
    widgets = re.compile(r"(lider|NumberInput|Selectbox|ButtonGroup)[^/]*\.js")

    page.route(widgets, lambda route: late.append(route) if slow else route.continue_())
    query = "data=echo&T=30&U=8&cell=gru&mode=last&epochs=30&pace=fast"
    open_page(page, f"/?{query}")
    wait_until_whole(page)
    sidebar = page.get_by_test_id("stSidebar")
    expect(sidebar.get_by_role("slider")).to_have_count(0)
    assert late
    slow = False
    for route in late:
        route.continue_()
    values = {"Timesteps": "30", "Units": "8"}
    for name, value in values.items():
        expect(page.get_by_role("slider", name=name)).to_have_value(value)
    page.get_by_text("More:").click()
    expect(page.get_by_role("spinbutton", name="Epochs")).to_have_value("30")
    press(page, "Train")
    wait_for_status(page, "finished")
    for name, value in values.items():
        expect(page.get_by_role("slider", name=name)).to_have_value(value)
    for part in query.split("&"):
        page.wait_for_url(f"**{part}**")
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 30, 3)")
