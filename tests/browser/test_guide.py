"""The lesson in a browser: by keys alone, on a phone, on paper, and what axe finds."""

import re

import pytest
from playwright.sync_api import ViewportSize, expect

from lib.story import GUIDE, Until
from tests.browser.driver import settle, wait_for_keys
from tests.browser.test_accessibility import darken, serious
from tests.weekly import first_of

PHONE: ViewportSize = {"width": 390, "height": 844}
LAPTOP: ViewportSize = {"width": 1280, "height": 720}


def open_step(page, name=""):
    """Open a step of the lesson by its link."""
    page.goto(f"/guide?at={name}" if name else "/guide")
    wait_for_keys(page)
    page.locator(".st-key-lesson_picture").get_by_role("img").or_(
        page.locator(".st-key-lesson_picture [data-testid=stCode]")
    ).first.wait_for()
    settle(page)


def answer(page, scene, wrong=0):
    """Answer the questions that are asked now by their keys, so many places beside the right."""
    for ask in scene.asks:
        if not page.locator(".st-key-option_0").is_visible():
            return
        if page.get_by_text(ask.text, exact=True).locator("visible=true").count() == 0:
            continue
        if answered(page, ask):
            continue
        page.keyboard.press(f"{(ask.right + wrong) % len(ask.options) + 1}")
        expect(verdicts(page, ask)).to_be_visible()
        settle(page)


def verdicts(page, ask):
    """What is said of an answered question."""
    right = f"✓ {ask.options[ask.right].text}"
    return page.locator(".st-key-lesson_question").get_by_text(right, exact=False).first


def answered(page, ask):
    """Whether a question has been answered."""
    return verdicts(page, ask).is_visible()


def next_step(page):
    """Go on by the key, once that can be done."""
    expect(page.locator(".st-key-scene_next button")).to_be_enabled()
    page.keyboard.press("n")


def do(page, scene):
    """Do what the step waits for, by keys alone."""
    match scene.until:
        case Until(key="step"):
            page.locator(".bar.ready").wait_for()
            page.keyboard.press("ArrowRight")
            page.keyboard.press("ArrowRight")
        case Until(key="mode"):
            tab_to(page, ".st-key-mode [role=radiogroup]")
            page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
        case Until(key="T", value=value):
            tab_to(page, ".st-key-T :is(input,[role=slider])")
            for _ in range(int(value) - int(scene.query["T"][-1])):
                page.keyboard.press("ArrowRight")
        case Until(epoch=epoch) if epoch:
            page.keyboard.press("t")
        case Until(key="check"):
            tab_to(page, ".st-key-target_fix_0")
            page.keyboard.press("Enter")
        case Until(mended=True):
            for layer in ("layer 2", "layer 5"):
                expect(page.locator(".st-key-fix_0")).to_contain_text(layer)
                tab_to(page, ".st-key-fix_0")
                page.keyboard.press("Enter")


def tab_to(page, place):
    """Press Tab until the focus is within a place."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("place => !!document.activeElement.closest(place)", place):
            return
    raise AssertionError(f"Tab never came to {place}")


def test_the_lesson_from_start_to_end_by_keyboard_alone(page):
    """Answers, controls, training and the way on; the first answer is wrong, and told why."""
    page.set_viewport_size(LAPTOP)
    open_step(page)
    for place, (name, scene) in enumerate(GUIDE.items(), start=1):
        expect(page.get_by_text(f"{place} of {len(GUIDE)}", exact=True)).to_be_visible()
        bare = place == 1  # where the address said nothing, Back leads away
        expect(page).to_have_url(re.compile("/guide$" if bare else f"at={name}"))
        answer(page, scene, wrong=place == 1)
        if place == 1:
            wrong = scene.asks[0].options[1]
            expect(page.get_by_text(f"✗ {wrong.text}").first).to_be_visible()
        do(page, scene)
        settle(page)
        if scene.asks[-1].after:
            page.locator(".st-key-option_0").or_(verdicts(page, scene.asks[-1])).first.wait_for()
            answer(page, scene)
        if place < len(GUIDE):
            next_step(page)
            expect(page.locator(".st-key-lesson h1")).to_have_text([*GUIDE.values()][place].title)
            settle(page)
    tab_to(page, ".st-key-lesson_ways a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/\?data=echo"))


@pytest.mark.parametrize("name", first_of(GUIDE))
def test_axe_finds_nothing_serious_in_a_step_and_a_phone_has_room_for_it(page, name):
    """All of it as it is revealed, light and dark; on a phone nothing is wider than that."""
    page.set_viewport_size(PHONE)
    open_step(page, name)
    words, picture, question = (
        page.locator(f".st-key-lesson_{part}").bounding_box()
        for part in ("words", "picture", "question")
    )
    assert words
    assert picture
    assert question
    assert words["y"] < picture["y"] < question["y"]
    answer(page, GUIDE[name])
    assert not serious(page)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
    darken(page)
    assert not serious(page, "html", "color-contrast")


def test_the_lesson_is_handed_out_on_paper(page):
    """The open step's picture, then each step with its answers; nothing that is pressed."""
    open_step(page, "targets")
    page.emulate_media(media="print")  # else it would be the screen that is printed
    printed = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 3
    expect(page.locator(".st-key-lesson_picture")).to_be_visible()
    expect(page.locator(".st-key-lesson_question")).to_be_hidden()
    handout = page.locator(".st-key-handout")
    expect(handout.get_by_role("heading")).to_have_count(len(GUIDE) + 1)
    text = handout.inner_text()
    for scene in GUIDE.values():
        for ask in scene.asks:
            assert ask.options[ask.right].why in text
