"""The cards of a run: each a title, a picture, and the sentence that says the same in words."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from lib.english import short
from lib.experiment import MODES
from lib.figures.compare import compare_figure
from lib.figures.loss import loss_figure
from lib.figures.palette import Palette
from lib.figures.predictions import predictions_figure
from lib.figures.step_error import step_error_figure
from lib.narrate.explore import (
    compare_sentence,
    loss_sentence,
    predictions_sentence,
    step_error_sentence,
    typical_error,
)
from lib.ui.session import session
from lib.ui.shown import View, sample_index
from lib.ui.steady import is_drawn, steady_chart
from lib.ui.text import hint, say_steadily

METRIC = 132
"""The width of a number in pixels: the longest fits, and two do beside each other on a phone."""


def draw(shown: View, palette: Palette, *, whole: bool, hold: bool) -> None:
    """All cards, two to a row on a wide screen and one below the other on others: `lib.ui.style`.

    While a run trains, the lower two charts change in turns: a browser needs about 50 ms for
    each chart, and the upper two are what people watch.

    Args:
        shown: what they show.
        palette: the colours.
        whole: draw the lower two as well.
        hold: leave charts that are there as they are.
    """
    session().charts.turn = 1 - session().charts.turn
    with st.container(key="cards"):
        _cards(shown, palette, whole=whole, hold=hold)


def _cards(shown: View, palette: Palette, *, whole: bool, hold: bool) -> None:
    turn = session().charts.turn
    wide, narrow = st.columns([3, 2])
    with wide.container(border=True, height="stretch"):
        _predictions(shown, palette, hold=hold)
    with narrow.container(border=True, height="stretch"):
        _loss(shown, palette, hold=hold)
    if not whole:
        return
    wide, narrow = st.columns([3, 2])
    with wide.container(border=True, height="stretch"):
        _step_error(shown, palette, hold=hold or (shown.polling and turn == 0))
    with narrow.container(border=True, height="stretch"):
        _compare(shown, palette, hold=hold or (shown.polling and turn == 1))


def _picture(draw: Callable[[], go.Figure], sentence: str, key: str, *, hold: bool) -> None:
    """A chart with its text twin. With `hold` one that is there stays, and costs nothing."""
    place = f"chart_{key}"
    steady_chart(None if hold and is_drawn(place) else draw(), sentence, place)
    say_steadily(sentence)


def _predictions(shown: View, palette: Palette, *, hold: bool) -> None:
    dataset, snapshot = shown.dataset, shown.snapshot
    names = [dataset.short_sample_name(index) for index in snapshot.samples]
    sample, target = sample_index(len(names)), 0
    title, picker = st.columns([2, 1])
    title.markdown("### What each model says at every timestep")
    if len(names) > 1:
        picker.select_slider(
            "Sample",
            range(len(names)),
            format_func=names.__getitem__,
            key=f"sample_{len(names)}",
            label_visibility="collapsed",
        )
    if dataset.targets > 1:
        target = picker.selectbox(
            "Target column",
            range(dataset.targets),
            format_func=dataset.target_names.__getitem__,
            key=f"target_{dataset.targets}",
            label_visibility="collapsed",
        )
    _picture(
        lambda: predictions_figure(
            shown.experiment, dataset, snapshot, sample, target, palette=palette
        ),
        predictions_sentence(shown.experiment, dataset, snapshot, sample, target),
        key="predictions",
        hold=hold,
    )


def _loss(shown: View, palette: Palette, *, hold: bool) -> None:
    st.markdown("### Loss over epochs")
    _picture(
        lambda: loss_figure(shown.experiment, shown.dataset, shown.snapshot, palette),
        loss_sentence(shown.experiment, shown.dataset, shown.snapshot),
        key="loss",
        hold=hold,
    )


def _step_error(shown: View, palette: Palette, *, hold: bool) -> None:
    st.markdown("### How early could each model know?")
    _picture(
        lambda: step_error_figure(shown.experiment, shown.dataset, shown.snapshot, palette),
        step_error_sentence(shown.experiment, shown.dataset, shown.snapshot),
        key="step_error",
        hold=hold,
    )


def _compare(shown: View, palette: Palette, *, hold: bool) -> None:
    """Last-step error, the one number that means the same for both models."""
    dataset, results = shown.dataset, shown.snapshot.results
    st.markdown("### The one number that compares them")
    part = "validation" if dataset.has_validation else "training"
    scaled = ", of scaled targets: 1 is their variance in training" if dataset.is_scaled else ""
    hint(f"Mean squared error at the last step on {part} data{scaled}")
    with st.container(key="compare", horizontal=True):
        for mode, result in results.items():
            colored, error = MODES[mode].colored, short(result.last_step_mse[-1])
            st.metric(
                colored(MODES[mode].label),
                colored(error),
                typical_error(dataset, result) or None,
                delta_color="off",
                delta_arrow="off",
                width=METRIC,
            )
    _picture(
        lambda: compare_figure(dataset, shown.snapshot, palette),
        compare_sentence(dataset, shown.snapshot),
        key="compare",
        hold=hold,
    )
