"""The guide in a browser: used by keyboard only, on a phone, and checked by axe."""

import re

import pytest
from playwright.sync_api import expect

from lib.story import GUIDE
from tests.browser.driver import settle, wait_for_keys
from tests.browser.test_accessibility import darken, serious
from tests.weekly import rest_weekly

PHONE = {"width": 390, "height": 844}


def open_step(page, name=""):
    """Open a step of the guide by its link."""
    page.goto(f"/guide?at={name}" if name else "/guide")
    wait_for_keys(page)
    page.locator(".st-key-lesson_picture").get_by_role("img").or_(
        page.locator(".st-key-lesson_picture [data-testid=stCode]")
    ).first.wait_for()
    settle(page)


def answer(page, scene):
    """Answer the open questions with the number keys."""
    question = page.locator(".st-key-lesson_question")
    for ask in scene.asks:
        if page.locator(".st-key-option_0").is_visible():
            page.keyboard.press(f"{ask.right + 1}")
            right = question.get_by_text(f"✓ {ask.options[ask.right].text}", exact=False)
            expect(right.first).to_be_visible()
            settle(page)


def tab_to(page, selector):
    """Press Tab until the focus is within an element with this CSS selector."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("selector => !!document.activeElement.closest(selector)", selector):
            return
    raise AssertionError(f"Tab never reached {selector}")


def test_steps_can_be_completed_by_keyboard_only(page):
    """Keys answer questions, do tasks and open the next step. The address has its name."""
    page.set_viewport_size({"width": 1280, "height": 720})
    open_step(page)
    names, scenes = list(GUIDE), [*GUIDE.values()]
    # If the address named the first step, the Back button would return to the guide.
    expect(page).to_have_url(re.compile("/guide$"))
    answer(page, scenes[0])
    page.locator(".bar.ready").wait_for()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    for place in (1, 2):
        expect(page.locator(".st-key-scene_next button")).to_be_enabled()
        page.keyboard.press("n")
        expect(page.locator(".st-key-lesson h1")).to_have_text(scenes[place].title)
        expect(page).to_have_url(re.compile(f"at={names[place]}"))
        settle(page)
        answer(page, scenes[place])
        if place == 1:
            tab_to(page, ".st-key-mode [role=radiogroup]")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
    page.keyboard.press("b")
    expect(page.locator(".st-key-lesson h1")).to_have_text(scenes[1].title)


@pytest.mark.parametrize("name", rest_weekly(GUIDE))
def test_axe_finds_nothing_serious_in_a_step_and_the_step_fits_a_phone(page, name):
    """The step has its answers. The light theme and the dark theme are checked."""
    page.set_viewport_size(PHONE)
    open_step(page, name)
    parts = [page.locator(f".st-key-lesson_{part}") for part in ("words", "picture", "question")]
    tops = [part.bounding_box()["y"] for part in parts]
    assert tops == sorted(tops)
    answer(page, GUIDE[name])
    assert not serious(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    darken(page)
    assert not serious(page, "html", "color-contrast")
