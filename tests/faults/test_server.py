"""Impatient users and a slow browser, on a real server.

The sessions use Streamlit's protocol without a browser (`tests.session`).
"""

import asyncio
import contextlib
from itertools import cycle

import pytest

from lib.ui.widgets import SAME_CLICK_SECONDS
from tests.faults.stories import play, stop, train, wait_for_next_epoch
from tests.session import ENDLESS, Session


def test_a_hundred_quick_clicks(server):
    """The page works after many quick clicks on its buttons, and so does another user's page."""

    async def story():
        async with (
            Session(server.url, ENDLESS) as one,
            Session(server.url, f"{ENDLESS}&seed=1") as other,
        ):
            await train(other)
            pressed, names = 0, cycle(("Train", "Pause", "Resume", "Stop", "Reset"))
            while pressed < 100:
                name = next(names)
                if name in {element.button.label for element in one.elements("button")}:
                    pressed += await one.click(name)  # a disabled button doesn't count
                await asyncio.sleep(0.01)
            for steps in (25, 24):  # the server answers these moves after all clicks
                await one.slide("Timesteps", steps)
                await one.until(lambda t=steps: f"LSTM (N, {t}, 64)" in one.text)
            await asyncio.sleep(2 * SAME_CLICK_SECONDS)
            await one.click("Reset")
            await one.until(lambda: one.has("not trained yet"))
            await train(one)
            await wait_for_next_epoch(other)
            await stop(one, other)
            assert one.errors == other.errors == []

    play(story())


def test_ten_sliders_moved_while_training(server):
    """The page shows the new values, and the run keeps its own settings."""

    async def story():
        async with Session(server.url, ENDLESS) as one:
            await train(one)
            await one.unfold("More")
            moves = [("Timesteps", 20), ("Features", 5), ("Units", 24), ("Layers", 2)]
            moves += [("Noise", 0.2), ("Samples  N", 640), ("Timesteps", 30), ("Units", 40)]
            moves += [("Features", 2), ("Timesteps", 33)]
            for label, value in moves:
                await one.slide(label, value)
                await asyncio.sleep(0.02)
            await one.until(lambda: "LSTM (N, 33, 40)" in one.text and "(N, 33, 2)" in one.text)
            await one.until(lambda: "Settings changed" in one.text)
            await wait_for_next_epoch(one)
            await stop(one)
            assert one.errors == []

    play(story())


@pytest.mark.weekly
def test_a_frozen_browser_delays_no_other_session(server):
    """A session that stops reading messages while it trains blocks no other session."""

    async def story():
        async with Session(server.url, ENDLESS) as other:
            slow = Session(server.url, f"{ENDLESS}&seed=2")
            async with slow:
                await train(slow)
                await slow.stop_reading()
                for _ in range(100):  # the frozen browser's timer still requests script runs
                    with contextlib.suppress(Exception):
                        await asyncio.wait_for(slow.rerun(), 0.05)
                await train(other)
                await wait_for_next_epoch(other)
                await other.move("Timesteps", 20)
                await stop(other)
                await slow.click("Stop")  # the server still receives the frozen browser's clicks
                async with Session(server.url, slow.query) as reader:
                    await reader.until(lambda: reader.has("stopped"))
                assert other.errors == []

    play(story())
