"""Replay a training: Explore's pictures in one animated figure.

Plotly's slider and buttons move the figure. `replay.js` adds keys, moves the shape strip's shades
with the figure, and reports the epoch to Python once the figure rests.
"""

import json
import re
import zlib
from base64 import b64encode
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import streamlit as st

from lib.charts import CONFIG, Frames, Palette, replay_figure, replay_words, shape_strip
from lib.data import remember
from lib.results import FEWEST, Snapshot, frames_of
from lib.training import give_way
from lib.ui import runs
from lib.ui.address import set_page_values
from lib.ui.browser import component
from lib.ui.explore.charts import card, head
from lib.ui.fragment import fragment
from lib.ui.linked import Linked, linked_toggle
from lib.ui.session import Loaded, once
from lib.ui.shown import Epochs, picked_answers, strip_values
from lib.ui.text import hint, takeaway

REPLAY = Linked("replay", ("", "yes"), 0, "open_replay")
"""Whether the replay replaces the charts."""
KEY, CHART = "replay", "replay_chart"
POLL_SECONDS = 0.2
"""Between two checks whether requested frames are made."""
_component = component(KEY, __file__)
_AHEAD, _ASKED = ThreadPoolExecutor(1, KEY, give_way), ThreadPoolExecutor(2, f"{KEY}_asked")
"""Make frames before anybody asks for them, and frames that somebody waits for."""
FRAMES: dict[tuple[ThreadPoolExecutor, Snapshot], Future[Frames]] = {}
"""Frames by pool and snapshot, of all sessions of this server."""
MOST_FUTURES = 16
_IMAGE = re.compile(r'<img[^>]* src="([^"]+)"')


def replay_toggle(epochs: Epochs) -> bool:
    """Draw the switch if enough epochs are known; returns whether to draw the replay."""
    choice, shown = epochs.choice, epochs.shown
    if choice is None or len(choice.texts) < FEWEST:
        return False
    # A run that isn't over may have others in a moment; and who watches may not ask for them.
    if shown.run is None or (shown.snapshot.status.over and runs.may_steer(shown.run)):
        _frames(_AHEAD, epochs)
    return linked_toggle("Replay", REPLAY)


def _frames(pool: ThreadPoolExecutor, epochs: Epochs) -> Future[Frames]:
    """Have a thread of the pool make the frames, once for all sessions that show the snapshot."""
    key = pool, epochs.shown.snapshot
    if (future := FRAMES.get(key)) is None:
        future = pool.submit(frames_of, epochs.shown, epochs.weights)
        remember(FRAMES, key, future, MOST_FUTURES)
    return future


def _frames_asked(epochs: Epochs) -> Future[Frames]:
    """Make the frames for somebody who waits, not queued behind those made ahead."""
    ahead = _frames(_AHEAD, epochs)
    is_asked = (_ASKED, epochs.shown.snapshot) in FRAMES
    return ahead if not is_asked and (ahead.running() or ahead.done()) else _frames(_ASKED, epochs)


def _show_when_made(asked: Future[Frames]) -> None:
    """Rerun the page once the frames are made."""
    if asked.done():
        st.rerun()
    hint("The replay is being made …")


def draw(epochs: Epochs, loaded: Loaded, palette: Palette, *, badge: str) -> None:
    """Draw the replay card in place of all others; `badge` as in `charts.draw`."""
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
    """The index of the frame nearest to an epoch; None is the newest."""
    if epoch is None:
        return len(frames) - 1
    return min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))


def _control(epochs: Epochs, loaded: Loaded, frames: Frames, palette: Palette) -> None:
    """Give the script the frames' names and the strip's images of each frame."""
    shown, model = epochs.shown, loaded.experiment.model
    fits = shown.dataset is loaded.dataset and shown.experiment.model == model
    then = [replace(shown, snapshot=frame.snapshot) for frame in frames * fits]

    def strips() -> str:
        images = []
        for each in then:
            sample, traces = strip_values(each)
            about = each.experiment, each.dataset, palette
            images.append(_IMAGE.findall(shape_strip(*about, traces=traces, sample=sample)))
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


def _note_epoch(epochs: Epochs) -> None:
    """Show the epoch at which the replay rests in the rest of the page."""
    told, choice = _told("epoch").partition(" ")[0], epochs.choice
    if choice is not None and told in choice.texts:
        is_newest = choice.texts.index(told) == choice.default
        set_page_values({"epoch": "" if is_newest else told})


def _told(what: str) -> str:
    return (st.session_state.get(KEY) or {}).get(what) or ""
