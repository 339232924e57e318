"""Journeys on the Explore page: look, train, steer, change, reload."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.driver import (
    TRAINING,
    button,
    choose,
    epoch,
    move_slider,
    open_page,
    picture,
    stop,
    train,
    wait_for_status,
)


def test_first_visit_is_full_of_pictures(page: Page) -> None:
    """Nobody has to press anything: shapes, four charts and code are there, marked as recorded."""
    open_page(page)
    expect(page.get_by_role("img")).not_to_have_count(0)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    expect(page.get_by_text("recorded", exact=True)).to_be_visible()
    strip = page.locator(".st-key-strip")
    for shape in ("(N, 12, 3)", "(N, 12, 16)", "(N, 12, 1)", "(N, 16)", "(N, 1)"):
        expect(strip).to_contain_text(shape)
    expect(picture(page, r"\(N, 12, 16\)").first).to_be_visible()
    expect(page.locator("code").filter(has_text="return_sequences=False").first).to_be_attached()


def test_the_charts_code_is_loaded_once(page: Page) -> None:
    """A script asks early for the very file that Streamlit asks for, and takes no room."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    open_page(page)
    assert len([url for url in asked if "/PlotlyChart." in url]) == 1
    assert page.evaluate("document.querySelector('h1').getBoundingClientRect().top") < 80


def test_a_chart_in_full_screen_lies_above_everything(page: Page) -> None:
    """Also above the sidebar: that is what a presenter presses it for."""
    open_page(page)
    chart = page.locator(".st-key-chart_loss")
    chart.locator(".js-plotly-plot").first.hover()
    chart.get_by_role("button", name="Fullscreen", exact=True).first.click()
    expect(chart.get_by_role("button", name="Close fullscreen").first).to_be_visible()
    for x, y in ((100, 450), (700, 450)):
        inside = f"document.elementFromPoint({x}, {y}).closest('.st-key-chart_loss') !== null"
        page.wait_for_function(inside)


def test_train_both_modes_to_the_end(page: Page) -> None:
    """Train shows progress, ends as finished, and leaves a last-step error for both modes."""
    open_page(page, "/?seed=1&epochs=400")
    button(page, "Train").click()
    wait_for_status(page, "finished")
    expect(page.get_by_test_id("stProgress")).to_contain_text("epoch 400 of 400")
    expect(page.get_by_text("recorded", exact=True)).to_have_count(0)
    numbers = page.locator(".st-key-compare")
    expect(numbers).to_contain_text("Sequence")
    expect(numbers).to_contain_text("Last step")
    page.wait_for_url("**run=**")


@pytest.mark.parametrize(
    ("mode", "present", "absent"),
    [("sequence", "sequence mode", "last-step"), ("last", "last-step", "sequence mode")],
)
def test_one_mode_alone(page: Page, mode: str, present: str, absent: str) -> None:
    """A single mode trains and is shown without the other."""
    open_page(page, f"/?mode={mode}&epochs=100")
    button(page, "Train").click()
    wait_for_status(page, "finished")
    chart = page.locator(".st-key-chart_predictions")
    expect(
        chart.get_by_role("figure", name=re.compile(present, re.IGNORECASE)).first
    ).to_be_visible()
    expect(chart.get_by_role("figure", name=re.compile(absent, re.IGNORECASE))).to_have_count(0)


def test_nothing_moves_while_a_run_trains(page: Page) -> None:
    """Sentences and buttons keep their room from the click on Train to the end."""
    open_page(page, "/?epochs=60")
    _watch_what_moves(page)
    button(page, "Train").click()
    wait_for_status(page, "finished")
    assert len(page.evaluate("[...window.tops]")) == 1


@pytest.mark.parametrize("width", [1280, 390])
def test_nothing_moves_where_the_progress_needs_two_lines(page: Page, width: int) -> None:
    """On a narrow screen they are kept free, and all buttons are in the row that they were in."""
    page.set_viewport_size({"width": width, "height": 844})
    open_page(page, TRAINING)
    _watch_what_moves(page)
    train(page)
    expect(page.get_by_test_id("stProgress")).to_contain_text(" left")
    button(page, "Pause").click()
    wait_for_status(page, "paused")
    stop(page)
    assert len(page.evaluate("[...window.tops]")) == 1


def _watch_what_moves(page: Page) -> None:
    """Keep in `window.tops` every place on the page that the third card has had."""
    page.locator(".st-key-chart_step_error .main-svg").first.wait_for()
    page.evaluate(
        """() => {
            const main = document.querySelector('[data-testid="stMain"]');
            window.tops = new Set();
            setInterval(() => {
                const card = document.querySelector(".st-key-chart_step_error");
                if (!card) return;  // while React puts one in the place of another
                const top = card.getBoundingClientRect().top + main.scrollTop;
                window.tops.add(Math.round(top));
            }, 50);
        }"""
    )


def test_pause_step_resume_and_stop(page: Page) -> None:
    """Step trains one epoch more than where Pause has held it; Resume goes on, Reset forgets."""
    open_page(page, TRAINING)
    train(page)
    button(page, "Pause").click()
    wait_for_status(page, "paused")
    held = epoch(page)
    progress = page.get_by_test_id("stProgress")
    for more in (1, 2):
        button(page, "Step").click()
        expect(progress).to_contain_text(f"epoch {held + more:,} of 5,000")
        wait_for_status(page, "paused")
    button(page, "Resume").click()
    wait_for_status(page, "training")
    expect(progress).not_to_contain_text(f"epoch {held + 2:,} of 5,000")
    stop(page)
    button(page, "Reset").click()
    wait_for_status(page, "not trained yet")


def test_no_click_is_lost(page: Page) -> None:
    """Pressed as soon as they can be, the buttons do what they say, round after round."""
    open_page(page, TRAINING)
    for _ in range(2):
        for name, status in (
            ("Train", "training"),
            ("Pause", "paused"),
            ("Resume", "training"),
            ("Pause", "paused"),
            ("Stop", "stopped"),
        ):
            button(page, name).click()
            wait_for_status(page, status)


def test_step_alone_trains_one_epoch(page: Page) -> None:
    """Step works from the start: one epoch, then it waits."""
    open_page(page, "/?seed=3")
    button(page, "Step").click()
    wait_for_status(page, "paused")
    expect(page.get_by_test_id("stProgress")).to_contain_text("epoch 1 of 200")


def test_moving_t_while_training_redraws_the_shapes_and_keeps_the_run(page: Page) -> None:
    """The strip follows the slider at once; the run goes on, and the page says what it shows."""
    open_page(page, TRAINING)
    train(page)
    move_slider(page, "Timesteps", 3)
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 27, 3)")
    expect(page.get_by_text("settings have changed since")).to_be_visible()
    wait_for_status(page, "training")
    button(page, "Train").click()
    expect(page.get_by_text("settings have changed since")).to_have_count(0)
    wait_for_status(page, "training")
    stop(page)


def test_reload_in_the_middle_shows_the_run_again(page: Page) -> None:
    """A reload is a new session: the run goes on meanwhile, and can still be steered."""
    open_page(page, TRAINING)
    train(page)
    before = epoch(page)
    page.reload()
    wait_for_status(page, "training")
    expect(button(page, "Stop")).to_be_enabled()
    assert epoch(page) >= before
    stop(page)


def test_a_control_that_does_not_apply_says_why(page: Page) -> None:
    """The worked example has two timesteps: its T can't be moved, and the page says so."""
    open_page(page)
    choose(page, "Data", "Worked example$")
    expect(page.get_by_role("slider", name="Timesteps")).to_be_disabled()
    expect(page.get_by_text("The worked example has 2 timesteps")).to_be_visible()


def test_charts_have_words(page: Page) -> None:
    """Every chart has alternative text, and the same sentence stands below it."""
    open_page(page)
    for key in ("predictions", "loss", "step_error"):
        chart = page.locator(f".st-key-chart_{key}")
        about = chart.locator("[role=figure]:visible").get_attribute("aria-label")
        assert about
        assert len(about) > 40
        expect(page.get_by_text(about[:40]).filter(visible=True).first).to_be_visible()


def test_the_script_can_be_taken_away_while_a_run_trains(page: Page) -> None:
    """The file that is saved is the code on the page, however often the page was redrawn."""
    open_page(page, TRAINING)
    train(page)
    move_slider(page, "Timesteps", 1)
    code = page.locator("code").filter(has_text="return_sequences=False").first
    expect(code).to_contain_text("(N, 25, 3)")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download the script").click()
    assert saved.value.path().read_text().strip() == code.inner_text().strip()
    stop(page)


@pytest.mark.parametrize(("width", "columns"), [(1440, 2), (1024, 1), (390, 1)])
def test_charts_stand_side_by_side_only_where_there_is_room(
    page: Page, width: int, columns: int
) -> None:
    """On a projector, where the sidebar takes a third, each chart has a row of its own.

    A phone, of 390 px, has no sideways scroll.
    """
    page.set_viewport_size({"width": width, "height": 768})
    open_page(page)
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    boxes = [chart.bounding_box() for chart in page.locator(".js-plotly-plot").all()]
    assert len({round(box["x"]) for box in boxes if box}) == columns
    assert all(box["width"] > 280 for box in boxes if box)
    main = page.get_by_test_id("stMain")
    assert width > 390 or main.evaluate("main => main.scrollWidth") <= 390
