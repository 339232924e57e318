"""A talk: presented by keyboard only, followed in another browser, legible on a projector."""

import pytest
from playwright.sync_api import ViewportSize, expect

from lib.story import TALK
from tests.browser.driver import settle, wait_for_keys
from tests.browser.test_accessibility import darken, serious
from tests.weekly import rest_weekly

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
TITLES = [scene.title for scene in TALK.values()]


def open_talk(page, query="present=1"):
    """Open Present by a link, on the screen of a projector, and wait until its keys work."""
    page.set_viewport_size(PROJECTOR)
    page.goto(f"/?{query}" if query.startswith("present=1") else f"/present?{query}")
    page.locator(".st-key-open_notes a").wait_for()
    wait_for_keys(page)
    settle(page)


def expect_scene(page, title):
    """Wait until the scene with this title is on the screen and its script run has ended."""
    expect(page.locator("h1")).to_have_text(title)
    settle(page)


def overflow(page):
    """Return the height of the page minus the height of the screen, in pixels."""
    return int(
        page.get_by_test_id("stMain").evaluate("main => main.scrollHeight - main.clientHeight")
    )


def test_the_right_arrow_key_presents_the_ready_talk(page):
    """Each scene is drawn and fits the screen."""
    open_talk(page)
    expect(page.get_by_test_id("stSidebar")).to_have_count(0)
    for place, title in enumerate(TITLES):
        expect_scene(page, title)
        pictures = page.locator(".st-key-shown").get_by_role("img")
        pictures.or_(page.locator("table:visible")).first.wait_for()
        assert overflow(page) <= 0, title
        if place + 1 < len(TITLES):
            page.keyboard.press("ArrowRight")


@pytest.mark.parametrize("scene", rest_weekly(TALK))
def test_axe_finds_nothing_serious_in_a_scene(page, scene):
    """The light theme and the dark theme are checked."""
    open_talk(page, f"scene={scene}")
    page.locator(".st-key-shown").get_by_role("img").or_(page.locator("table")).first.wait_for()
    assert not serious(page)
    darken(page)
    assert not serious(page, "html", "color-contrast")


def test_r_reveals_an_answer_and_b_blanks_the_screen(page):
    """Any key ends the blank screen. This key does nothing else."""
    open_talk(page, "scene=vote")
    page.keyboard.press("r")
    expect(page.locator(".st-key-hands")).to_contain_text("is a hint")
    page.locator(".st-key-chart_step_error").wait_for()
    settle(page)
    black = page.locator(".black")
    page.keyboard.press("b")
    expect(black).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(black).to_be_hidden()
    expect_scene(page, TALK["vote"].title)


def test_space_opens_the_next_scene_after_a_click_on_a_button(page):
    """A clicked button loses the focus. Arrow keys move a slider that has the focus."""
    open_talk(page, "scene=breaks")
    page.locator(".st-key-fix_0 button").click()
    expect(page.locator(".st-key-stack")).to_contain_text("2,089 parameters")
    settle(page)
    page.keyboard.press("Space")
    expect_scene(page, TALK["which"].title)
    open_talk(page, "scene=shapes")
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".strip")).to_contain_text("(N, 7, 16)")
    expect_scene(page, TALK["shapes"].title)


def test_a_late_follower_can_vote(page, other_page):
    """A follower sees the presenter's scene at once, then the votes and the answer."""
    open_talk(page, "scene=shapes")
    for key, title in (("o", "All scenes"), ("q", "Follow me")):
        page.keyboard.press(key)
        expect_scene(page, title)
        assert not serious(page)
    link = page.locator(".share .link").inner_text()
    page.keyboard.press("ArrowRight")
    expect_scene(page, TALK["proof"].title)
    other_page.goto(link)
    wait_for_keys(other_page)
    expect_scene(other_page, TALK["proof"].title)
    page.keyboard.press("ArrowRight")
    expect_scene(other_page, TALK["vote"].title)
    other_page.locator(".st-key-vote_0 button").click()
    expect(page.locator(".options b")).to_have_text(["1", "0"])
    page.keyboard.press("r")
    expect(page.locator(".st-key-hands")).to_contain_text("is a hint")
    expect(other_page.locator(".st-key-hands")).to_contain_text("is a hint")


def test_a_chart_and_its_text_grow_with_the_screen(page):
    """The pointer marks the right timestep on every screen."""
    open_talk(page, "scene=vote")
    plot, mark = page.locator(".nsewdrag:visible").last, page.locator(".marks > div")
    letter = page.locator(".js-plotly-plot:visible .xtick text").first

    def measure(width):
        """Return sizes and the mark's x, divided by the screen's width; [] if one is missing."""
        box = plot.bounding_box()
        if box is None:
            return []
        page.mouse.move(0, 0)
        page.mouse.move(box["x"] + box["width"] * 0.54, box["y"] + box["height"] / 2)
        parts = (letter, plot, mark)
        sizes = [each.bounding_box() for each in parts if each.count()]
        if len(sizes) < len(parts) or not all(sizes):
            return []
        return [size["height"] / width for size in sizes] + [sizes[2]["x"] / width]

    relative = []
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": width * 9 // 16})
        settle(page)
        measured = [[], measure(width)]
        while not measured[-1] or measured[-1] != measured[-2]:  # charts are drawn again, larger
            page.wait_for_timeout(1000)
            measured.append(measure(width))
            assert len(measured) < 60
        relative.append(measured[-1])
    assert relative[1] == pytest.approx(relative[0], rel=0.05)


def test_keys_in_the_notes_window_change_the_scene(page, other_page):
    """Space opens the next scene from the notes window, and R fixes a stack on the screen."""
    open_talk(page, "scene=digits")
    link = page.locator(".st-key-open_notes a").get_attribute("href")
    other_page.goto(f"{link}")
    wait_for_keys(other_page)
    expect_scene(other_page, TALK["digits"].title)
    other_page.keyboard.press("Space")
    expect_scene(page, TALK["breaks"].title)
    expect_scene(other_page, TALK["breaks"].title)
    assert not serious(other_page)
    page.keyboard.press("r")
    expect(page.locator(".st-key-stack")).to_contain_text("From (N, 12, 3) to (N, 1)")


@pytest.mark.parametrize("reduced", [False, True], ids=["as usual", "with little motion"])
def test_the_cell_plays_at_once_unless_motion_is_reduced(page, *, reduced):
    """Outputs appear while the cell runs. With reduced motion, all outputs appear at once."""
    page.emulate_media(reduced_motion="reduce" if reduced else "no-preference")
    open_talk(page, "scene=runs")
    veil, play = page.locator(".veil"), page.locator(".st-key-scene_plays .play")
    if reduced:
        expect(play).to_be_visible()
        expect(veil).to_be_hidden()
        page.keyboard.press("t")
        expect(play).to_contain_text("Pause")
        return
    step = "() => +getComputedStyle(document.documentElement).getPropertyValue('--cell-t') > 1"
    page.wait_for_function(step)
    assert veil.evaluate("element => element.clientWidth") > 0
