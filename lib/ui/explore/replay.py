"""The training to be seen again: Explore's pictures in one figure that the browser moves alone.

Plotly's slider and buttons move the figure; the script beside this module gives it keys, moves the
shape strip's shades with it, and tells Python the epoch once it rests, so that all else follows.
"""

import json
import re
import zlib
from base64 import b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from functools import lru_cache
from typing import Any

import streamlit as st

from lib.charts import CONFIG, Frames, Palette, replay_figure, replay_words, shape_strip
from lib.results import FEWEST, Snapshot, frames_of
from lib.training import give_way
from lib.ui import runs
from lib.ui.address import set_page_values
from lib.ui.browser import component
from lib.ui.explore.charts import card, head
from lib.ui.fragment import fragment
from lib.ui.linked import Linked, linked_toggle
from lib.ui.session import Loaded, Made, once
from lib.ui.shown import Epochs, ShownRun, picked_answers, strip_values
from lib.ui.text import hint, takeaway

REPLAY = Linked("replay", ("", "yes"), 0, "open_replay")
"""Whether it stands in the place of the charts."""
KEY, CHART = "replay", "replay_chart"
POLL_SECONDS = 0.2
"""Between two looks whether frames that were asked for are made."""
_component = component(KEY, __file__)
_AHEAD, _ASKED = ThreadPoolExecutor(1, KEY, give_way), ThreadPoolExecutor(2, f"{KEY}_asked")
"""Make frames before anybody asks for them, and those that somebody waits for."""
_IMAGE = re.compile(r'<img[^>]* src="([^"]+)"')


def replay_toggle(epochs: Epochs) -> bool:
    """Draw the switch, where enough epochs are known; returns whether the replay is to be drawn."""
    choice, shown = epochs.choice, epochs.shown
    if choice is None or len(choice.texts) < FEWEST:
        return False
    # A run that isn't over may have others in a moment; and who watches may not ask for them.
    if shown.run is None or (shown.snapshot.status.over and runs.may_steer(shown.run)):
        _frames_ahead(epochs)
    return linked_toggle("Replay", REPLAY)


def _frames_ahead(epochs: Epochs) -> Future[Frames]:
    """Have another thread make the frames, before anybody asks for them."""
    shown = epochs.shown

    def begin() -> Future[Frames]:
        return _AHEAD.submit(frames_of, shown, epochs.weights)

    return once("ahead", (), begin, _futures(shown.snapshot))


def _frames_asked(epochs: Epochs) -> Future[Frames]:
    """Make the frames for somebody who waits, not queued behind those that are made ahead."""
    shown, ahead = epochs.shown, _frames_ahead(epochs)

    def begin() -> Future[Frames]:
        if ahead.running() or ahead.done():
            return ahead
        return _ASKED.submit(frames_of, shown, epochs.weights)

    return once("asked", (), begin, _futures(shown.snapshot))


def _futures(snapshot: Snapshot) -> Made:
    """The futures of a snapshot's frames: all sessions that look at it share them."""
    return once("frames", (snapshot,), lambda: shared_futures(snapshot))


@lru_cache(maxsize=8)
def shared_futures(_: Snapshot) -> Made:
    """What is kept of a snapshot's frames for all sessions."""
    return {}


def _show_when_made(asked: Future[Frames]) -> None:
    """Run the page again once the frames are made."""
    if asked.done():
        st.rerun()
    hint("The replay is being made …")


def draw(epochs: Epochs, loaded: Loaded, palette: Palette, *, badge: str) -> None:
    """The card, in the place of all others; `badge` is as of theirs."""
    shown = epochs.shown
    with st.container(key="cards"), card(KEY, badge):
        picked, earlier = head(shown, "the training, epoch by epoch")
        asked = _frames_asked(epochs)
        if not asked.done():
            fragment(_show_when_made, run_every=POLL_SECONDS)(asked)
            return
        frames = asked.result()
        layout = "narrow" if _told("narrow") else "wide"
        look: dict[str, Any] = {"earlier": earlier, "layout": layout}
        look |= {"palette": palette, "start": _place(frames, epochs.picked)}
        # The very same one as long as nothing but the epoch changes: the browser moves that alone.
        about = frames, picked, palette.theme, earlier, layout
        figure = once("replay", about, lambda: replay_figure(shown, frames, *picked, **look))
        words, *details = replay_words(shown.dataset, frames)
        with st.container(key=CHART):
            st.plotly_chart(figure, config=CONFIG, key=f"{CHART}_chart", alt=f"{words}")
        takeaway(words, *details)
        _control(epochs, loaded, frames, palette)


def _place(frames: Frames, epoch: int | None) -> int:
    """Which frame is at an epoch, or nearest to it; None is the newest."""
    if epoch is None:
        return len(frames) - 1
    return min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))


def _control(epochs: Epochs, loaded: Loaded, frames: Frames, palette: Palette) -> None:
    """What the script needs: the frames' names, and the strip's images in each of them."""
    shown, model = epochs.shown, loaded.experiment.model
    fits = shown.dataset is loaded.dataset and shown.experiment.model == model
    then = [replace(shown, snapshot=frame.snapshot) for frame in frames * fits]

    def strips() -> str:
        images = [_images(each, palette) for each in then]
        return b64encode(zlib.compress(json.dumps(images).encode())).decode("ascii")

    about = frames, palette.theme, fits, picked_answers(shown)[0]
    names = [frame.name for frame in frames]
    at = names[_place(frames, epochs.picked)]
    _component(
        key=KEY,
        data={"names": names, "strips": once("strips", about, strips), "epoch": at},
        on_epoch_change=lambda: _note_epoch(epochs),
        on_narrow_change=lambda: None,
    )


def _images(shown: ShownRun, palette: Palette) -> list[str]:
    sample, traces = strip_values(shown)
    about = shown.experiment, shown.dataset
    return _IMAGE.findall(shape_strip(*about, palette, traces=traces, sample=sample))


def _note_epoch(epochs: Epochs) -> None:
    """All else follows to the epoch at which the replay rests."""
    told, choice = _told("epoch").partition(" ")[0], epochs.choice
    if choice is not None and told in choice.texts:
        is_newest = choice.texts.index(told) == choice.default
        set_page_values({"epoch": "" if is_newest else told})


def _told(what: str) -> str:
    return (st.session_state.get(KEY) or {}).get(what) or ""
