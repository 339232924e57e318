"""Explore's replay card: the page's pictures in one figure, which Plotly's slider and buttons move.

`replay.js` adds keys, and reports the epoch to Python once the figure rests.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any

import streamlit as st

from lib import charts
from lib.charts import Frames, Palette
from lib.data import keep_newest
from lib.results import Snapshot, frames_of
from lib.training import give_way
from lib.ui import address
from lib.ui.browser import component
from lib.ui.explore.run_cards import card, head
from lib.ui.session import once
from lib.ui.shown import Epochs
from lib.ui.widgets import rerun_when, takeaway

REPLAY, CHART, START = "replay", "replay_chart", "replay_start"
POLL_SECONDS = 0.2  # between two checks whether requested frames are made
FRAMES: dict[Snapshot, Future[Frames]] = {}  # frames by snapshot, of all sessions of this server
MOST_FUTURES = 16
_replay = component(REPLAY, __file__, REPLAY)
_POOL = ThreadPoolExecutor(2, REPLAY, give_way)


def draw(epochs: Epochs, palette: Palette, *, badge: str) -> None:
    """Draw the card in place of all others; `badge` as in `run_cards.draw`."""
    shown, snapshot, choice = epochs.shown, epochs.shown.snapshot, epochs.choice

    def note_epoch() -> None:
        """Show the epoch at which the replay rests in the rest of the page."""
        if (picked_name := _reported("epoch")) in choice.texts:
            is_newest = choice.texts.index(picked_name) == choice.default
            address.set_page_values({"epoch": "" if is_newest else picked_name})

    with st.container(key="cards"), card(REPLAY, badge):
        picked, earlier = head(shown, charts.REPLAY_TITLE.lower())
        if (asked := FRAMES.get(snapshot)) is None:  # once for all sessions that show the snapshot
            asked = _POOL.submit(frames_of, shown, epochs.weights)
            keep_newest(FRAMES, snapshot, asked, MOST_FUTURES)
        if not asked.done():
            rerun_when(asked.done, POLL_SECONDS, "The replay is being made …")
            return
        frames, epoch = asked.result(), epochs.picked
        place, names = len(frames) - 1, [frame.name for frame in frames]
        if epoch is not None:
            place = min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))
        if names[place] != _reported("epoch"):  # else the browser's figure is there already
            st.session_state[START] = place
        layout = "narrow" if _reported("narrow") else "wide"
        start = st.session_state.get(START, place)
        # The same figure as long as the one in the browser moves by itself.
        parts = frames, picked, palette.theme, earlier, layout, start
        look: dict[str, Any] = {"earlier": earlier, "layout": layout, "start": start}
        make = partial(charts.replay_figure, shown, frames, *picked, palette=palette, **look)
        text, *details = charts.replay_words(shown.dataset, frames)
        with st.container(key=CHART):
            figure = once(REPLAY, parts, make)
            st.plotly_chart(figure, config=charts.CONFIG, key=f"{CHART}_chart", alt=f"{text}")
        takeaway(text, *details)
        data = {"names": names, "epoch": names[place]}
        _replay(key=REPLAY, data=data, on_epoch_change=note_epoch, on_narrow_change=lambda: None)


def _reported(what: str) -> str:
    """The epoch's name, or the layout, as replay.js reports it: the first word of its text."""
    text: str = (st.session_state.get(REPLAY) or {}).get(what) or ""
    return text.partition(" ")[0]
