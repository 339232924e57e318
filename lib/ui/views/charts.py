"""Charts: Explore's cards, which follow a run while it trains, a sample, and two cells."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib.charts import Palette, losses_figure, samples
from lib.results import LETTERS, Compared
from lib.story import GALLERY, runs_of
from lib.text import readable
from lib.ui.explore import charts
from lib.ui.explore.charts import CARDS, card
from lib.ui.fragment import following_fragment
from lib.ui.linked import Linked
from lib.ui.session import Loaded
from lib.ui.shown import Epochs, shown_run
from lib.ui.text import steady_chart, takeaway


def chart(name: str, loaded: Loaded, palette: Palette) -> None:
    """Draw one of Explore's cards."""

    def draw(epochs: Epochs) -> Callable[[Epochs], object]:
        follow = charts.draw([name], epochs.then, palette)
        return lambda now: follow(now.then)

    following_fragment(
        lambda: Epochs(shown_run(loaded.experiment, loaded.dataset)),
        draw,
        lambda epochs: epochs.shown.polling,
        about=lambda epochs: epochs.about,
    )


def sample(loaded: Loaded, palette: Palette) -> None:
    """Draw the sample that the address names, else the first, with its takeaway."""
    numbers = [f"{number + 1}" for number in range(len(loaded.dataset.x))]
    number = Linked("sample", numbers, 0, "").index
    with st.container(key="cards"), st.container(border=True, key="card_sample"):
        says, details = samples.sample_words(loaded.dataset, number)
        figure = samples.sample_figure(loaded.dataset, number, palette)
        steady_chart(figure, f"{says} {details}", "chart_sample", fills=True)
        takeaway(says, details)


def cells(_: Loaded, palette: Palette) -> None:
    """Draw the gallery's two recorded cells, whose loss is the error at the last step."""
    runs = [*runs_of(GALLERY["cells"]).items()]
    laid, ends = list[Compared](), list[str]()
    for letter, (name, run) in zip(LETTERS, runs, strict=False):
        compared = Compared(run.experiment, run.dataset, run.snapshot, name, name, letter)
        laid.append(compared)
        ends.append(f"{letter}, {name}, {readable(compared.results['last'].final_mse, 2)}")
    with st.container(key="cards"), card("cells"):
        st.markdown("### Last-step mode on fifty steps")
        words = f"This loss is the mean squared error: {'; '.join(ends)}."
        steady_chart(losses_figure(laid, palette), words, "chart_cells", fills=True)
        takeaway(words)


DRAW = {**{name: partial(chart, name) for name in CARDS}, "sample": sample, "cells": cells}
