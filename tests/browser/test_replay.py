"""The replay of a run: the browser alone moves its charts."""

import re

from playwright.sync_api import expect

from tests.browser.driver import TRAINING, epoch, open_page, settle, stop, train, wait_until_whole

RECORD_LABELS = """() => {
    const plot = document.querySelector('.st-key-replay_chart');
    window.labels = [];
    const note = () => {
        const text = plot.querySelector('.slider-label')?.textContent;
        if (text && text !== window.labels.at(-1)) window.labels.push(text);
    };
    new MutationObserver(note).observe(plot, {childList: true, subtree: true});
}"""
"""JavaScript that records the epochs that the replay shows: they change too fast for a test."""
ADDRESS_FOLLOWS = """() => {
    const label = document.querySelector('.st-key-replay_chart .slider-label').textContent;
    return label === `after epoch ${new URL(location).searchParams.get('epoch')}`;
}"""
"""JavaScript that returns whether the address has the epoch that the replay shows."""


def click_link(page, name, epoch):
    """Click a link of the menu once its address has this epoch."""
    link = page.get_by_role("link", name=name)
    expect(link).to_have_attribute("href", re.compile(rf"[?&]epoch={epoch}(&|$)"))
    link.click()


def test_keys_control_the_replay_and_other_pages_open_at_its_epoch(page):
    """Space opens and plays the replay. ← and → step. Cell opens at the replay's epoch."""
    open_page(page, "/?data=parity")
    wait_until_whole(page)
    play = page.locator(".st-key-scrubber .play")
    expect(play).to_be_enabled()
    page.keyboard.press("Space")
    label = page.locator(".st-key-replay_chart .slider-label").first
    page.locator(".st-key-scrubber .replays").wait_for(state="attached")
    expect(play).to_have_attribute("aria-label", "Pause the replay")
    expect(play).to_have_attribute("aria-label", "Play the replay")  # The replay has ended.
    expect(label).to_have_text("after epoch 200")
    maps = page.locator(".st-key-replay_chart .imagelayer image")
    expect(maps).to_have_count(2)
    page.keyboard.press("ArrowLeft")
    expect(label).to_have_text("after epoch 183")
    page.keyboard.press("ArrowLeft")
    expect(label).to_have_text("after epoch 166")
    page.wait_for_url("**epoch=166**")
    expect(page.get_by_test_id("stProgress")).to_contain_text("after epoch 166")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(label).to_have_text("after epoch 200")
    settle(page)  # The server receives the last epoch, and may redraw its frame.
    page.evaluate(RECORD_LABELS)
    page.keyboard.press("Space")  # At the end of the replay, Space starts it over.
    page.wait_for_function("labels.length >= 3")
    assert page.evaluate("labels.slice(0, 3)") == [f"after epoch {epoch}" for epoch in (0, 3, 8)]
    page.keyboard.press("Space")
    page.wait_for_function(ADDRESS_FOLLOWS)
    paused = (label.text_content() or "").removeprefix("after epoch ")
    expect(maps).to_have_count(2)
    click_link(page, "Cell", paused)
    # Explore's scrubber has a slider of this name, too, and stays until Cell is drawn.
    slider = page.locator(".st-key-cell_chosen").get_by_role("slider", name="After epoch")
    expect(slider).to_have_attribute("aria-valuetext", paused)
    settle(page)  # Until Cell is drawn, its address would keep the epoch of the link.
    slider.press("ArrowLeft")
    page.wait_for_url(lambda url: f"epoch={paused}" not in url)
    earlier = slider.get_attribute("aria-valuetext") or ""
    click_link(page, "Explore", earlier)
    expect(label).to_have_text(f"after epoch {earlier}")
    page.get_by_role("button", name="Close replay").click()
    expect(page.locator(".st-key-chart_loss .main-svg:visible").first).to_be_visible()
    page.wait_for_url(re.compile(rf"epoch={earlier}\b"))


def test_a_link_opens_the_replay_at_its_epoch_and_a_click_changes_it(page):
    """On a phone, the panels are in one column, and the scrubber is 44 px high for fingers."""
    page.set_viewport_size({"width": 390, "height": 844})
    open_page(page, "/?data=worked_scaled&epoch=74&replay=yes")
    label = page.locator(".st-key-replay_chart .slider-label").first
    expect(label).to_have_text("after epoch 74")
    page.wait_for_function(
        "document.querySelector('.st-key-replay_chart .js-plotly-plot')?._fullLayout?.height > 1000"
    )
    page.locator(".st-key-scrubber .replays").wait_for(state="attached")
    scrubber = page.get_by_role("slider", name="After epoch")
    box = scrubber.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    scrubber.click(position={"x": 0.5 * box["width"], "y": 0.5 * box["height"]})
    expect(label).not_to_have_text("after epoch 74")
    page.wait_for_url(re.compile(r"epoch=(?!74\b)\d+"))


def test_the_scrubber_follows_the_training_until_it_is_moved(page):
    """While training continues, the page shows the scrubber's epoch. The key End ends this."""
    open_page(page, TRAINING)
    train(page)
    scrubber = page.get_by_role("slider", name="After epoch")
    progress = page.get_by_test_id("stProgress")
    expect(progress).to_contain_text(re.compile(r"epoch ([2-9]|\d\d)"))
    expect(scrubber).to_be_enabled()  # It is disabled until two epochs are stored.
    scrubber.press("Home")
    expect(progress).to_contain_text("shown: after epoch 0")
    seen = epoch(page)
    expect(progress).not_to_contain_text(f"epoch {seen} of")
    expect(progress).to_contain_text("shown: after epoch 0")
    scrubber.press("End")
    expect(progress).not_to_contain_text("shown:")
    stop(page)
