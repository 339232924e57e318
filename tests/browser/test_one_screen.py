"""Explore fits on one screen, and its controls and charts stay in their places."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from tests.browser.driver import (
    TRAINING,
    move_slider,
    open_page,
    press,
    stop,
    train,
    wait_for_status,
    wait_until_whole,
)
from tests.weekly import rest_weekly

CONTROLS = ("train_controls", "run_scrubber", "run_progress", "run_options", "run_words")
SEEN = ("title", "strip", *CONTROLS, "card_predictions", "card_loss")
PHONE = ("title", "train_controls", "run_progress", "card_predictions", "strip", "card_loss")
BOXES = """names => Object.fromEntries(names.map(name => {
    const element = document.querySelector(`.st-key-${name}`);
    const { x, y, width, height } = element.getBoundingClientRect();
    return [name, [x, y, width, height].map(Math.round)];
}))"""
SLOWEST = """.st-key-run_progress p::after {
    content: " · 0.3 epochs/s · about 4 h 50 min left · about 4 h 50 min left";
}"""
"""The progress text of a slow run, longer than that of a quick run."""
SCREENS: list[ViewportSize] = [{"width": 1280, "height": 720}, {"width": 1440, "height": 900}]
FULL_HD: ViewportSize = {"width": 1920, "height": 1080}
SMALL: ViewportSize = {"width": 390, "height": 844}


def boxes(page, names=SEEN):
    """Return left, top, width and height of each part in pixels, once nothing moves."""
    before = {}
    for _ in range(100):
        now = page.evaluate(BOXES, list(names))
        if now == before:
            return now
        before = now
        page.wait_for_timeout(100)
    raise AssertionError(f"the page never stops moving: {before}")


def test_all_parts_fit_on_the_screen_with_any_settings(page):
    """They have the same places in each mode, with 2 to 100 timesteps, and with 1 or 3 layers."""
    places = {}
    for settings in ("T=2&mode=sequence", "T=12&mode=last", "T=100&F=16&U=128&layers=3"):
        open_page(page, f"/?data=parity&{settings}")
        wait_until_whole(page)
        for screen in SCREENS:
            page.set_viewport_size(screen)
            seen = boxes(page)
            places.setdefault(screen["width"], set()).add(f"{seen}")
            for left, top, width, height in seen.values():
                assert top >= 0
                assert top + height <= screen["height"]
                assert left + width <= screen["width"]
        expect(page.locator(".st-key-title p")).to_contain_text("At each step, predict the product")
        assert boxes(page)["title"][3] < 60, "the title or the sentence has more than one line"
    assert all(len(different) == 1 for different in places.values()), places
    page.set_viewport_size(FULL_HD)
    assert boxes(page)["card_predictions"][3] > 500
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "20px"


@pytest.mark.parametrize("screen", rest_weekly([SCREENS[0], SMALL]), ids=["1280", "390"])
def test_nothing_moves_from_the_first_click_to_the_last(page, screen):
    """Nothing moves in any state of a run. A phone shows Train on its first screen."""
    page.set_viewport_size(screen)
    open_page(page, TRAINING)
    wait_until_whole(page)
    names = (*SEEN, "card_step_error", "card_compare")
    places = {"at first": boxes(page, names)}
    train(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text(" left")
    expect(page.get_by_test_id("stProgress")).to_contain_text(re.compile(r"epoch ([2-9]|\d\d)"))
    places["training"] = boxes(page, names)
    press(page, "Pause")
    wait_for_status(page, "paused")
    places["paused"] = boxes(page, names)
    page.add_style_tag(content=SLOWEST)
    places["with a long progress text"] = boxes(page, names)
    page.get_by_role("slider", name="After epoch").press("ArrowLeft")
    expect(page.get_by_test_id("stProgress")).to_contain_text("shown: after epoch")
    places["at an earlier epoch"] = boxes(page, names)
    if screen is not SMALL:
        move_slider(page, "Timesteps", 1)
        expect(page.get_by_text("Current run: other settings").first).to_be_visible()
        places["other settings"] = boxes(page, names)
    stop(page)
    places["stopped"] = boxes(page, names)
    assert len({f"{box}" for box in places.values()}) == 1, places
    if screen is SMALL:
        tops = [box[1] for box in boxes(page, PHONE).values()]
        assert tops == sorted(tops)
        assert tops[1] + 40 < screen["height"]
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth") <= 390
