"""Explore's replay card, the page's charts in one figure, and the scrubber that plays it.

The scrubber is a track that fills while a run trains, with a handle that goes back in time.
`scrubber.js` moves the handle with training or replay, and reports where the handle rests.
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
from lib.ui.explore.run_cards import OPEN_REPLAY, card, head
from lib.ui.session import once
from lib.ui.shown import Epochs
from lib.ui.widgets import press, rerun_when, takeaway

SCRUBBER, REPLAY, CHART, START = "scrubber", "replay", "replay_chart", "replay_start"
POLL_SECONDS = 0.2  # seconds between two checks of whether the requested frames are ready
FRAMES: dict[Snapshot, Future[Frames]] = {}  # by snapshot, for all sessions of this server
MOST_FUTURES = 16
_POOL = ThreadPoolExecutor(2, REPLAY, give_way)
_scrubber = component(SCRUBBER, __file__, SCRUBBER, "plotly_private.js")


def draw_scrubber(epochs: Epochs, *, can_replay: bool) -> None:
    """Draw the scrubber of a run. Its ▶ opens the replay if `can_replay`."""
    texts, snapshot = epochs.choice.texts, epochs.shown.snapshot

    def show_epoch() -> None:
        is_newest = (text := reported("epoch")) in ("newest", texts[-1])
        address.set_page_values({"epoch": "" if is_newest else text})

    open_replay = partial(address.set_page_values, {OPEN_REPLAY.name: "yes"})
    data: Any = {"names": [*texts], "picked": "" if epochs.picked is None else f"{epochs.picked}"}
    data |= {"run": snapshot.run_id, "trained": snapshot.epoch, "epochs": snapshot.epochs}
    data |= {"live": epochs.shown.polling, "replays": can_replay, "received": reported("epoch")}
    on: Any = {"on_epoch_change": show_epoch, "on_replay_change": open_replay}
    on["on_narrow_change"] = lambda: None
    _scrubber(key=SCRUBBER, data=[data], **on)  # a list: see `listener`


def reported(name: str) -> str:
    """Return the first word of scrubber.js's last report: an epoch's name, "yes", or ""."""
    text: str = (st.session_state.get(SCRUBBER) or {}).get(name) or ""
    return text.partition(" ")[0]


def draw(epochs: Epochs, palette: Palette, *, badge: str) -> None:
    """Draw the replay card instead of the other cards. `badge` is as in `run_cards.draw`."""
    shown, snapshot = epochs.shown, epochs.shown.snapshot
    with st.container(key="cards"), card(REPLAY, badge):
        picked, earlier = head(shown, charts.REPLAY_TITLE.lower())
        close = partial(address.set_page_values, {OPEN_REPLAY.name: ""})
        press("Close replay", "close", "close_replay", close, type="tertiary")
        if (future := FRAMES.get(snapshot)) is None:  # computed once for all sessions
            future = _POOL.submit(frames_of, shown, epochs.weights)
            keep_newest(FRAMES, snapshot, future, MOST_FUTURES)
        if not future.done():
            rerun_when(future.done, POLL_SECONDS, "Preparing the replay …")
            return
        frames, epoch = future.result(), epochs.picked
        place, names = len(frames) - 1, [frame.name for frame in frames]
        if epoch is not None:
            place = min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))
        if names[place] != reported("epoch"):  # otherwise the browser already shows this frame
            st.session_state[START] = place
        layout = "narrow" if reported("narrow") else "wide"
        start = st.session_state.get(START, place)
        # The figure is made again only if one of `parts` changes: never while the browser plays it.
        parts = frames, picked, palette.theme, earlier, layout, start
        look: dict[str, Any] = {"earlier": earlier, "layout": layout, "start": start}
        make = partial(charts.replay_figure, shown, frames, *picked, palette=palette, **look)
        text, *details = charts.replay_words(shown.dataset, frames)
        with st.container(key=CHART):
            figure = once(REPLAY, parts, make)
            st.plotly_chart(figure, config=charts.CONFIG, key=f"{CHART}_chart", alt=f"{text}")
        takeaway(text, *details)
