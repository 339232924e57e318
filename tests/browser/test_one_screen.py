"""Explore is one screen that stands still: what is pressed and what that changes are in sight."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.driver import (
    TRAINING,
    button,
    open_page,
    stop,
    train,
    wait_for_status,
    wait_until_whole,
)

SEEN = ("h1", "strip", "train_controls", "run_progress", "card_predictions", "card_loss")
PHONE = ("h1", "train_controls", "run_progress", "card_predictions", "strip", "card_loss")
BOXES = """names => Object.fromEntries(names.map(name => {
    const element = document.querySelector(name === "h1" ? name : `.st-key-${name}`);
    const { x, y, width, height } = element.getBoundingClientRect();
    return [name, [x, y, width, height].map(Math.round)];
}))"""
SCREENS: list[ViewportSize] = [{"width": 1280, "height": 720}, {"width": 1440, "height": 900}]
FULL_HD: ViewportSize = {"width": 1920, "height": 1080}
SMALL: ViewportSize = {"width": 390, "height": 844}


def boxes(page: Page, names: tuple[str, ...] = SEEN) -> dict[str, list[int]]:
    """Left, top, width and height of each part, in pixels, once they have come to rest."""
    before: dict[str, list[int]] = {}
    while (now := page.evaluate(BOXES, list(names))) != before:
        before = now
        page.wait_for_timeout(100)
    return before


def words(page: Page) -> int:
    """How many words the page's middle says, without pictures' own and what is folded."""
    text: str = page.evaluate(
        """() => {
            const main = document.querySelector("[data-testid=stMain]");
            const hidden = [...main.querySelectorAll("svg, [data-testid=stIconMaterial]")];
            const styles = hidden.map(each => each.style.display);
            hidden.forEach(each => each.style.display = "none");
            const text = main.innerText;
            hidden.forEach((each, k) => each.style.display = styles[k]);
            return text;
        }"""
    )
    return len(re.findall(r"[^\W\d_][\w’'-]+", text))


def test_all_of_it_is_in_sight_and_in_its_place_in_every_state(page: Page) -> None:
    """Of each mode, from 2 timesteps to 100, with one layer and with three."""
    places: dict[int, set[str]] = {}
    for settings in ("T=2&mode=sequence", "T=12&mode=last", "T=100&F=16&U=128&layers=3", "T=40"):
        open_page(page, f"/?data=parity&{settings}")
        for screen in SCREENS:
            page.set_viewport_size(screen)
            seen = boxes(page)
            places.setdefault(screen["width"], set()).add(f"{seen}")
            for left, top, width, height in seen.values():
                assert top >= 0
                assert top + height <= screen["height"]
                assert left + width <= screen["width"]
        line = boxes(page)["h1"][3]
        assert line < 40, "the sentence has one line"
    assert all(len(found) == 1 for found in places.values()), places
    page.set_viewport_size(FULL_HD)
    assert boxes(page)["card_predictions"][3] > 500
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


@pytest.mark.parametrize("screen", [SCREENS[0], SMALL], ids=["1280", "390"])
def test_nothing_moves_from_the_first_click_to_the_last(page: Page, screen: ViewportSize) -> None:
    """Before, while and after a run trains; on a phone Train is on the first screen."""
    page.set_viewport_size(screen)
    open_page(page, TRAINING)
    wait_until_whole(page)
    names = (*SEEN, "card_step_error", "card_compare")
    places = {f"{boxes(page, names)}"}
    train(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text(" left")
    places.add(f"{boxes(page, names)}")
    button(page, "Pause").click()
    wait_for_status(page, "paused")
    expect(page.get_by_role("slider", name="After epoch")).to_be_visible()
    places.add(f"{boxes(page, names)}")
    stop(page)
    places.add(f"{boxes(page, names)}")
    assert len(places) == 1, "\n".join(places)
    if screen is SMALL:
        tops = [box[1] for box in boxes(page, PHONE).values()]
        assert tops == sorted(tops)
        assert tops[1] + 40 < screen["height"]
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390


def test_it_says_what_it_shows_in_few_words(page: Page) -> None:
    """An example first; each chart has one bold line and, folded, the sentences of its picture."""
    open_page(page)
    wait_until_whole(page)
    assert words(page) <= 200
    expect(page.get_by_text("Example result. Press Train to make your own.")).to_be_visible()
    for key in ("predictions", "loss", "step_error", "compare"):
        card = page.locator(f".st-key-card_{key}")
        line = card.locator(".takeaway span").inner_text()
        assert len(line.split()) <= 15
        about = card.locator("[role=figure]:visible").get_attribute("aria-label")
        assert about
        assert about.startswith(line)
        folded = card.get_by_text(about.removeprefix(line).strip()[:40])
        expect(folded).to_be_hidden()
    details = page.locator(".st-key-card_loss").get_by_text("details")
    details.click()
    expect(page.locator(".st-key-card_loss").get_by_text("The two losses")).to_be_visible()


def test_on_paper_it_has_two_pages_and_no_buttons(page: Page) -> None:
    """Without the sidebar and what is pressed, and no chart is cut in two."""
    open_page(page)
    wait_until_whole(page)
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert 1 <= pages <= 2
    page.emulate_media(media="print")
    for hidden in ("[data-testid=stSidebar]", ".st-key-train_controls", ".st-key-earlier"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator(".st-key-chart_compare .main-svg").first).to_be_visible()
    page.emulate_media(media="screen")
