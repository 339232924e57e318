"""Charts: those of Explore, which follow a run while it trains, and a sample of the data."""

from functools import partial

import streamlit as st

from lib.figures import data as figures
from lib.figures.palette import Palette
from lib.narrate import data as words
from lib.ui.explore.charts import CARDS, draw_card
from lib.ui.fragment import following_fragment
from lib.ui.linked import Linked
from lib.ui.session import Loaded
from lib.ui.shown import Epochs, shown_run
from lib.ui.text import steady_chart, takeaway


def chart(name: str, loaded: Loaded, palette: Palette) -> None:
    """One of Explore's cards."""
    with st.container(key="cards"):
        following_fragment(
            lambda: Epochs.of(shown_run(loaded.experiment, loaded.dataset)),
            lambda epochs: draw_card(name, epochs.then, palette),
            lambda epochs: epochs.shown.polling,
            about=lambda epochs: (epochs.shown.run, epochs.shown.snapshot.status, epochs.picked),
        )


def sample(loaded: Loaded, palette: Palette) -> None:
    """The sample that the address names, else the first, and what is to be learned from it."""
    numbers = [f"{number + 1}" for number in range(len(loaded.dataset.x))]
    number = Linked("sample", numbers, 0, "").index
    with st.container(key="cards"), st.container(border=True, key="card_sample"):
        says, details = words.sample_told(loaded.dataset, number)
        figure = figures.sample_figure(loaded.dataset, number, palette)
        steady_chart(figure, f"{says} {details}", "chart_sample", fills=True)
        takeaway(says, details)


DRAW = {**{name: partial(chart, name) for name in CARDS}, "sample": sample}
