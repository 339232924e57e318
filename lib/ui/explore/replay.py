"""Replay a training: Explore's pictures in one animated figure.

Plotly's slider and buttons move the figure. `replay.js` adds keys, and reports the epoch to Python
once the figure rests.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import streamlit as st

from lib.charts import CONFIG, Frames, Palette, replay_figure, replay_words
from lib.data import remember
from lib.results import FEWEST, Snapshot, frames_of
from lib.training import give_way
from lib.ui.address import set_page_values
from lib.ui.browser import component
from lib.ui.explore.charts import card, head
from lib.ui.fragment import fragment
from lib.ui.linked import Linked, linked_toggle
from lib.ui.session import once
from lib.ui.shown import Epochs
from lib.ui.text import hint, takeaway

REPLAY = Linked("replay", ("", "yes"), 0, "open_replay")
"""Whether the replay replaces the charts."""
KEY, CHART, START = "replay", "replay_chart", "replay_start"
POLL_SECONDS = 0.2
"""Between two checks whether requested frames are made."""
_component = component(KEY, __file__)
_POOL = ThreadPoolExecutor(2, KEY, give_way)
FRAMES: dict[Snapshot, Future[Frames]] = {}
"""Frames by snapshot, of all sessions of this server."""
MOST_FUTURES = 16


def replay_toggle(epochs: Epochs) -> bool:
    """Draw the switch if enough epochs are known; returns whether to draw the replay."""
    return len(epochs.choice.texts) >= FEWEST and linked_toggle("Replay", REPLAY)


def _frames(epochs: Epochs) -> Future[Frames]:
    """Have a thread make the frames, once for all sessions that show the snapshot."""
    snapshot = epochs.shown.snapshot
    if (future := FRAMES.get(snapshot)) is None:
        future = _POOL.submit(frames_of, epochs.shown, epochs.weights)
        remember(FRAMES, snapshot, future, MOST_FUTURES)
    return future


def _show_when_made(asked: Future[Frames]) -> None:
    """Rerun the page once the frames are made."""
    if asked.done():
        st.rerun()
    hint("The replay is being made …")


def draw(epochs: Epochs, palette: Palette, *, badge: str) -> None:
    """Draw the replay card in place of all others; `badge` as in `charts.draw`."""
    shown = epochs.shown
    with st.container(key="cards"), card(KEY, badge):
        picked, earlier = head(shown, "the training, epoch by epoch")
        asked = _frames(epochs)
        if not asked.done():
            fragment(_show_when_made, asked, run_every=POLL_SECONDS)
            return
        frames = asked.result()
        names, place = [frame.name for frame in frames], _place(frames, epochs.picked)
        if names[place] != _told("epoch"):  # else the browser's figure is there already
            st.session_state[START] = place
        layout, start = "narrow" if _told("narrow") else "wide", st.session_state.get(START, place)
        look: dict[str, Any] = {"earlier": earlier, "layout": layout, "start": start}
        look["palette"] = palette
        # The very same one as long as the figure in the browser moves by itself.
        about = frames, picked, palette.theme, *look.values()
        figure = once("replay", about, lambda: replay_figure(shown, frames, *picked, **look))
        words, *details = replay_words(shown.dataset, frames)
        with st.container(key=CHART):
            st.plotly_chart(figure, config=CONFIG, key=f"{CHART}_chart", alt=f"{words}")
        takeaway(words, *details)
        _component(
            key=KEY,
            data={"names": names, "epoch": names[place]},
            on_epoch_change=lambda: _note_epoch(epochs),
            on_narrow_change=lambda: None,
        )


def _place(frames: Frames, epoch: int | None) -> int:
    """The index of the frame nearest to an epoch; None is the newest."""
    if epoch is None:
        return len(frames) - 1
    return min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))


def _note_epoch(epochs: Epochs) -> None:
    """Show the epoch at which the replay rests in the rest of the page."""
    told, choice = _told("epoch"), epochs.choice
    if told in choice.texts:
        is_newest = choice.texts.index(told) == choice.default
        set_page_values({"epoch": "" if is_newest else told})


def _told(what: str) -> str:
    """What the script has told: the name of an epoch without the count of times, or a layout."""
    said: str = (st.session_state.get(KEY) or {}).get(what) or ""
    return said.partition(" ")[0]
