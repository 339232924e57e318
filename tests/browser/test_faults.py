"""What a machine can do to a run, done for real."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.driver import button, open_page, wait_for_status
from tests.browser.server import Server


def test_worker_killed_in_the_middle_is_told_and_mended(page: Page, server: Server) -> None:
    """The run begins again by itself, and says why. Killed again it fails; one click starts it."""
    open_page(page, "/?T=24&U=32&N=1280&epochs=5000")
    button(page, "Train").click()
    wait_for_status(page, "training")
    for worker in server.workers():
        worker.kill()
    expect(page.get_by_text("This run began again")).to_be_visible(timeout=30_000)
    wait_for_status(page, "training")
    for worker in server.workers():
        worker.kill()
    wait_for_status(page, "failed")
    expect(page.get_by_test_id("stAlert").first).to_contain_text("training process")
    page.get_by_role("button", name="Start it again").click()
    wait_for_status(page, "training")
    button(page, "Stop").click()
    wait_for_status(page, "stopped")


def test_tensorflow_stays_out_of_the_page_process(page: Page, server: Server) -> None:
    """After a run, TensorFlow's library is mapped into the worker and not into Streamlit."""
    open_page(page, "/?seed=11&epochs=20")
    button(page, "Train").click()
    wait_for_status(page, "finished")

    def maps(process: object) -> bool:
        return any("tensorflow" in entry.path for entry in process.memory_maps())  # type: ignore[attr-defined]

    assert not maps(server.process)
    assert any(maps(worker) for worker in server.workers())


def test_divergence_ends_with_advice(page: Page) -> None:
    """A learning rate far too high ends as diverged, and the page says what to try."""
    open_page(page, "/?data=running_sum&optimizer=sgd&lr=1&U=128&epochs=300")
    button(page, "Train").click()
    wait_for_status(page, "diverged")
    expect(page.get_by_test_id("stAlert").first).to_contain_text("Lower the learning rate")
