"""The cards of a run: each a title, a picture, and the sentence that says the same in words."""

from __future__ import annotations

from collections.abc import Callable

import plotly.graph_objects as go
import streamlit as st

from lib.english import short
from lib.experiment import MODES
from lib.figures.by_epoch import compare_figure, loss_figure
from lib.figures.by_timestep import predictions_figure, step_error_figure
from lib.figures.palette import Palette
from lib.narrate.explore import (
    compare_sentence,
    loss_sentence,
    predictions_sentence,
    step_error_sentence,
    typical_error,
)
from lib.ui.session import session
from lib.ui.shown import ShownRun, sample_index, sample_key
from lib.ui.steady import is_drawn, steady_chart
from lib.ui.text import hint, say_steadily

METRIC = 132
"""The width of a number in pixels: the longest fits, and two do beside each other on a phone."""


def draw(shown: ShownRun, palette: Palette, *, with_lower: bool, hold: bool) -> None:
    """All cards, two to a row on a wide screen and one below the other on others: `lib.ui.style`.

    While a run trains, the lower two charts change in turns: a browser needs about 50 ms for
    each chart, and the upper two are what people watch. Without `with_lower` there are only
    these. With `hold`, charts that are there stay as they are.
    """
    session().charts.turn = 1 - session().charts.turn
    turn = session().charts.turn if shown.polling else None
    experiment, dataset, snapshot = shown.experiment, shown.dataset, shown.snapshot
    cards = st.container(key="cards")
    wide, narrow = cards.columns([3, 2])
    with wide.container(border=True, height="stretch"):
        sample, target = _pickers(shown)
        _picture(
            "predictions",
            lambda: predictions_figure(
                experiment, dataset, snapshot, sample, target, palette=palette
            ),
            predictions_sentence(experiment, dataset, snapshot, sample, target),
            hold=hold,
        )
    with narrow.container(border=True, height="stretch"):
        st.markdown("### Loss over epochs")
        _picture(
            "loss",
            lambda: loss_figure(experiment, dataset, snapshot, palette),
            loss_sentence(experiment, dataset, snapshot),
            hold=hold,
        )
    if not with_lower:
        return
    wide, narrow = cards.columns([3, 2])
    with wide.container(border=True, height="stretch"):
        st.markdown("### How early could each model know?")
        _picture(
            "step_error",
            lambda: step_error_figure(experiment, dataset, snapshot, palette),
            step_error_sentence(experiment, dataset, snapshot),
            hold=hold or turn == 0,
        )
    with narrow.container(border=True, height="stretch"):
        st.markdown("### The one number that compares them")
        _numbers(shown)
        _picture(
            "compare",
            lambda: compare_figure(dataset, snapshot, palette),
            compare_sentence(dataset, snapshot),
            hold=hold or turn == 1,
        )


def _picture(name: str, draw: Callable[[], go.Figure], sentence: str, *, hold: bool) -> None:
    """A chart with its text twin. With `hold` one that is there stays, and costs nothing."""
    key = f"chart_{name}"
    steady_chart(None if hold and is_drawn(key) else draw(), sentence, key)
    say_steadily(sentence)


def _pickers(shown: ShownRun) -> tuple[int, int]:
    """The first card's title, and which sample and which target column it shows."""
    dataset = shown.dataset
    names = [dataset.short_sample_name(index) for index in shown.snapshot.samples]
    sample, target = sample_index(len(names)), 0
    title, picker = st.columns([2, 1])
    title.markdown("### What each model says at every timestep")
    if len(names) > 1:
        picker.select_slider(
            "Sample",
            range(len(names)),
            format_func=names.__getitem__,
            key=sample_key(len(names)),
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
    return sample, target


def _numbers(shown: ShownRun) -> None:
    """Last-step error, the one number that means the same for both models."""
    dataset = shown.dataset
    part = "validation" if dataset.has_validation else "training"
    scaled = ", of scaled targets: 1 is their variance in training" if dataset.is_scaled else ""
    hint(f"Mean squared error at the last step on {part} data{scaled}")
    with st.container(key="compare", horizontal=True):
        for mode, result in shown.snapshot.results.items():
            colored, error = MODES[mode].colored, short(result.last_step_mse[-1])
            st.metric(
                colored(MODES[mode].label),
                colored(error),
                typical_error(dataset, result) or None,
                delta_color="off",
                delta_arrow="off",
                width=METRIC,
            )
