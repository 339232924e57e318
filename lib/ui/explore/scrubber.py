"""Explore's scrubber: a track that fills while a run trains, and a handle that goes back in time.

`scrubber.js` moves the handle with training or replay, and reports where the handle rests.
"""

from functools import partial
from typing import Any

import streamlit as st

from lib.ui import address
from lib.ui.browser import component
from lib.ui.explore.run_cards import OPEN_REPLAY
from lib.ui.shown import Epochs

KEY = "scrubber"
_scrubber = component(KEY, __file__, KEY, "plotly_private.js")


def draw(epochs: Epochs, *, can_replay: bool) -> None:
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
    _scrubber(key=KEY, data=[data], on_narrow_change=lambda: None, **on)  # a list: see `listener`


def reported(name: str) -> str:
    """Return the first word of scrubber.js's last report: an epoch's name, "yes", or ""."""
    text: str = (st.session_state.get(KEY) or {}).get(name) or ""
    return text.partition(" ")[0]
