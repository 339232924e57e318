"""User journeys on Explore: look at charts, train, pause, change settings, reload."""

import re

from playwright.sync_api import expect

from lib.ui.fragment import AFRESH
from tests.browser.driver import (
    TRAINING,
    epoch,
    move_slider,
    open_page,
    picture,
    press,
    press_key,
    settle,
    stop,
    train,
    wait_for_status,
)
from tests.waiting import eventually


def test_the_first_visit_shows_an_example_run(page):
    """Explore has the shapes, four charts in rows of two or one, and folded code.

    A chart in full screen covers the sidebar, too.
    """
    open_page(page)
    expect(page.get_by_role("img")).not_to_have_count(0)
    expect(page.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    expect(page.locator(".js-plotly-plot")).to_have_count(4)
    expect(page.get_by_text("example", exact=True)).to_be_visible()
    strip = page.locator(".st-key-strip")
    for shape in ("(N, 12, 3)", "(N, 12, 16)", "(N, 12, 1)", "(N, 16)", "(N, 1)"):
        expect(strip).to_contain_text(shape)
    expect(picture(page, r"\(N, 12, 16\)").first).to_be_visible()
    page.get_by_text("Read the plain script").click()
    expect(page.locator("code").filter(has_text="return_sequences=False").first).to_be_visible()
    icon = page.locator("link[rel*=icon]").first
    expect(icon).to_have_attribute("href", re.compile("^data:image/png;"))  # It needs no request.
    charts = page.locator(".js-plotly-plot")
    for width, columns in ((390, 1), (1024, 1), (1280, 2)):
        page.set_viewport_size({"width": width, "height": 768})

        def are_placed(width=width, columns=columns):
            boxes = [chart.bounding_box() for chart in charts.all()]
            lefts = {round(box["x"]) for box in boxes}
            return len(lefts) == columns and all(280 < box["width"] < width for box in boxes)

        assert eventually(are_placed, seconds=20), width
    chart = page.locator(".st-key-chart_loss")
    chart.locator(".js-plotly-plot").first.hover()
    chart.get_by_role("button", name="Fullscreen", exact=True).first.click()
    expect(chart.get_by_role("button", name="Close fullscreen").first).to_be_visible()
    for x, y in ((100, 450), (700, 450)):
        inside = f"document.elementFromPoint({x}, {y}).closest('.st-key-chart_loss') !== null"
        page.wait_for_function(inside)


def test_train_both_modes_to_the_end(page):
    """A finished run shows the last-step error of both modes, and charts include its last epoch."""
    open_page(page, "/?data=running_mean&seed=1&epochs=90&seeds=1&U=4&pace=fast")
    press(page, "Train")
    wait_for_status(page, "finished")
    expect(page.get_by_test_id("stProgress")).to_contain_text("epoch 90 of 90")
    numbers = page.locator(".st-key-compare")
    expect(numbers).to_contain_text("Sequence")
    expect(numbers).to_contain_text("Last step")
    page.wait_for_url("**run=**")
    seen = page.locator(".st-key-chart_loss .js-plotly-plot:visible")
    ends = "plots => plots.map(plot => plot._fullData.map(trace => [trace.name, trace.x.at(-1)]))"

    def last_epochs():
        names = "sequence mode", "last-step mode, validation"
        return [[dict(traces).get(name) for name in names] for traces in seen.evaluate_all(ends)]

    assert eventually(lambda: last_epochs() == [[90, 90]])


def test_a_long_run_obeys_each_click_and_outlives_a_reload_and_a_visit_to_cell(page):
    """Buttons act as soon as they are enabled. The browser keeps the charts of the last updates.

    While the run trains, Cell shows its newest weights.
    """
    open_page(page, TRAINING)
    for name, status in (("Train", "training"), ("Pause", "paused"), ("Resume", "training")):
        press(page, name)
        wait_for_status(page, status)
    seen = set[int]()
    while len(seen) < 8:
        seen.add(epoch(page))
        page.wait_for_timeout(50)
    assert page.locator(".js-plotly-plot").count() <= 8 + 3 * AFRESH
    page.reload()
    wait_for_status(page, "training")
    assert epoch(page) >= max(seen)
    page.get_by_role("link", name="Cell").click()
    note = page.get_by_text(re.compile(r"^Weights: sequence model, epoch [\d,]+\."))
    expect(note).to_be_visible()
    first = note.inner_text()
    expect(note).not_to_have_text(first)
    page.get_by_role("link", name="Explore").click()
    for name, status in (("Pause", "paused"), ("Stop", "stopped")):
        press(page, name)
        wait_for_status(page, status)


def test_a_short_run_can_be_paused_and_its_earlier_epochs_shown(page):
    """P pauses a slow run, T resumes it at the chosen pace, and the scrubber shows past epochs."""
    open_page(page, "/?data=running_mean&epochs=30&seed=7&pace=slow")
    progress, seen = page.get_by_test_id("stProgress"), set[int]()
    press(page, "Train")
    expect(progress).to_contain_text(re.compile(r"epoch [1-9]\d? of 30"))
    while len(seen) < 3:  # A busy browser may handle the key many epochs later.
        seen.add(epoch(page))
        page.wait_for_timeout(50)
    press_key(page, "p", "Pause")
    wait_for_status(page, "paused")
    assert epoch(page) < 30
    slider = page.get_by_role("slider", name="After epoch")
    slider.press("Home")
    expect(progress).to_contain_text("shown: after epoch 0")
    expect(page.get_by_text("Not trained yet: these results").first).to_be_visible()
    page.wait_for_url("**epoch=0**")
    press_key(page, "t", "Resume")
    page.wait_for_url(lambda url: "epoch=0" not in url)
    page.get_by_role("button", name="Options").click()
    page.get_by_text("Fastest", exact=True).click()
    page.keyboard.press("Escape")
    wait_for_status(page, "finished")
    settle(page)  # At the end of a run, the whole page is drawn again, including the scrubber.
    page.get_by_role("slider", name="After epoch").press("ArrowLeft")
    expect(progress).to_contain_text(re.compile(r"shown: after epoch [1-9]\d?$"))


def test_settings_changed_during_training_leave_the_run_and_its_script(page):
    """The strip follows the slider. Badges and the saved script keep the run's settings."""
    open_page(page, TRAINING)
    train(page)
    move_slider(page, "Timesteps", 1)
    expect(page.locator(".st-key-strip")).to_contain_text("(N, 25, 3)")
    expect(page.get_by_text("Settings changed:")).to_be_visible()
    card = page.locator(".st-key-take_away")
    expect(card.get_by_text("with other settings. Press Train")).to_be_visible()
    stop(page)
    card.get_by_text("Read the plain script").click()
    code = card.locator("code").filter(has_text="return_sequences=False").first
    expect(code).to_contain_text("(N, 24, 3)")
    expect(code).to_contain_text("The app's run was stopped")
    with page.expect_download() as download:
        card.locator('[data-id="keras"]').click()
    assert download.value.path().read_text().strip() == code.inner_text().strip()
    press(page, "Train")
    expect(page.get_by_text("Settings changed:")).to_have_count(0)
    stop(page)
