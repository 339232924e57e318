"""Links: a shared one opens the same experiment, cold, on any page, and survives moving about."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.driver import button, move_slider, open_page, settle, upload, wait_for_status

LINK = "T=20&U=24&cell=gru&seed=7"


def values(page: Page) -> tuple[str, str]:
    """T and U as their sliders say."""
    sliders = (page.get_by_role("slider", name=name) for name in ("Timesteps", "Units"))
    t, u = (slider.input_value() for slider in sliders)
    return t, u


def test_link_opens_cold_on_a_page_other_than_the_first(page: Page) -> None:
    """A deep link shows its page at once, without a dialog, with the settings of the link."""
    open_page(page, f"/data?{LINK}")
    assert values(page) == ("20", "24")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("link", name="Explore")).to_be_visible()


def test_settings_of_a_link_survive_moving_between_pages(page: Page) -> None:
    """Values that came from the link and weren't touched are still there two pages later."""
    open_page(page, f"/data?{LINK}")
    page.get_by_role("link", name="Explore").click()
    page.get_by_text("GRU").first.wait_for()
    settle(page)
    assert values(page) == ("20", "24")
    assert "cell=gru" in page.url
    assert "T=20" in page.url
    page.get_by_role("link", name="Data", exact=False).first.click()
    page.wait_for_url("**/data?**")
    settle(page)
    assert values(page) == ("20", "24")


def test_back_returns_to_the_settings_before(page: Page) -> None:
    """The browser's Back button undoes a move of a slider."""
    open_page(page, "/?T=20")
    move_slider(page, "Timesteps", 1)
    page.wait_for_url("**T=21**")
    page.wait_for_timeout(1500)
    page.go_back()
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 20, 3)")
    expect(page.get_by_role("slider", name="Timesteps")).to_have_value("20")


def test_back_leads_past_a_run(page: Page) -> None:
    """Train adds the run to the address; Back takes it away again, and the page follows."""
    open_page(page, "/?seed=5&epochs=50")
    button(page, "Train").click()
    wait_for_status(page, "finished")
    page.wait_for_url("**run=**")
    page.wait_for_timeout(1500)
    page.go_back()
    wait_for_status(page, "not trained yet")
    assert "run=" not in page.url


def test_a_link_to_a_dataset_brings_its_suggested_settings(page: Page) -> None:
    """`?data=seattle` is enough: its timesteps and units, and a recorded run of them."""
    open_page(page, "/?data=seattle")
    assert values(page) == ("24", "32")
    wait_for_status(page, "recorded")


def test_nonsense_in_the_address_is_dropped(page: Page) -> None:
    """Unknown keys and values of no use are ignored, numbers out of range are clamped."""
    open_page(page, "/?T=99999&U=abc&mode=x&data=nothing&colour=red&lr=nan&inputs=q")
    assert values(page) == ("100", "16")
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 100, 3)")


def test_a_link_shows_a_run_to_others_who_cannot_stop_it(page: Page, other_page: Page) -> None:
    """Another browser that opens the address watches the run; its buttons don't steer it."""
    open_page(page, "/?T=24&U=32&N=640&epochs=5000")
    button(page, "Train").click()
    wait_for_status(page, "training")
    open_page(other_page, page.url)
    expect(other_page.get_by_text("You are watching a run")).to_be_visible()
    expect(button(other_page, "Stop")).to_be_disabled()
    button(other_page, "Train").click()
    expect(other_page.get_by_text("You are watching a run")).to_have_count(0)
    button(other_page, "Stop").click()
    wait_for_status(other_page, "stopped")
    wait_for_status(page, "training")
    button(page, "Stop").click()
    wait_for_status(page, "stopped")


def test_who_watches_a_run_on_a_file_is_told_that_the_file_stays(
    page: Page, other_page: Page
) -> None:
    """The sidebar's settings can't be had without it, so Train is dimmed."""
    rows = "".join(f"{n % 7},{n % 5}\n" for n in range(400))
    open_page(page, "/?data=upload&T=8&epochs=5000")
    upload(page, "own.csv", f"a,b\n{rows}".encode())
    expect(page.get_by_text("own.csv: 400 rows")).to_be_visible()
    button(page, "Train").click()
    wait_for_status(page, "training")
    open_page(other_page, page.url)
    expect(other_page.get_by_text("a file that stays with that person")).to_be_visible()
    expect(button(other_page, "Train")).to_be_disabled()
    button(page, "Stop").click()
    wait_for_status(page, "stopped")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_slow_browser_keeps_the_experiment_of_a_link(own_page: Page, scheme: str) -> None:
    """Widgets whose code comes late show the link's values, and Train changes none of them."""
    own_page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]

    def later(route: Route) -> None:
        time.sleep(2.5)
        route.continue_()

    own_page.route(re.compile(r"(lider|NumberInput|Selectbox|ButtonGroup)[^/]*\.js"), later)
    query = "data=echo&T=30&U=8&cell=gru&mode=last&epochs=30"
    open_page(own_page, f"/?{query}")
    values = {"Timesteps": "30", "Units": "8"}
    for name, value in values.items():
        expect(own_page.get_by_role("slider", name=name)).to_have_value(value)
    own_page.get_by_text("More:").click()
    expect(own_page.get_by_role("spinbutton", name="Epochs")).to_have_value("30")
    button(own_page, "Train").click()
    wait_for_status(own_page, "finished")
    for name, value in values.items():
        expect(own_page.get_by_role("slider", name=name)).to_have_value(value)
    for part in query.split("&"):
        assert part in own_page.url
    expect(own_page.locator(".st-key-strip")).to_contain_text("(N, 30, 3)")


def test_what_a_link_cannot_have_is_said_without_covering_or_moving_anything(
    own_page: Page,
) -> None:
    """On a phone too: it stands above the headline from the first paint on, until it is closed."""
    own_page.set_viewport_size({"width": 390, "height": 844})
    own_page.add_init_script(
        """window.tops = new Set();
        setInterval(() => {
            const title = document.querySelector("h1");
            if (title) window.tops.add(Math.round(title.getBoundingClientRect().top));
        }, 20);"""
    )
    open_page(own_page, "/?T=9999&cell=banana")
    own_page.wait_for_timeout(1500)
    assert len(own_page.evaluate("[...window.tops]")) == 1
    notice = own_page.get_by_role("alert")
    expect(notice).to_contain_text("100 was taken")
    said, title = notice.bounding_box(), own_page.get_by_role("heading", level=1).bounding_box()
    assert said
    assert title
    assert said["y"] + said["height"] <= title["y"]
    own_page.get_by_role("button", name="Close").click()
    expect(notice).to_have_count(0)
