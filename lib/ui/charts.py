"""The cards of a run: each a title, a picture, and the sentence that says the same in words."""

from __future__ import annotations

import plotly.graph_objects as go
import streamlit as st

from lib import narrate
from lib.figures import CONFIG
from lib.figures.loss import loss_figure
from lib.figures.palette import Palette
from lib.figures.predictions import predictions_figure
from lib.figures.step_error import step_error_figure
from lib.ui.view import View


def draw(shown: View, palette: Palette) -> None:
    """All cards, two to a row on a wide screen and one below the other on a phone."""
    wide, narrow = st.columns([3, 2])
    with wide.container(border=True):
        _predictions(shown, palette)
    with narrow.container(border=True):
        _loss(shown, palette)
    wide, narrow = st.columns([3, 2])
    with wide.container(border=True):
        _step_error(shown, palette)
    with narrow.container(border=True):
        _compare(shown)


def _card(title: str, figure: go.Figure, sentence: str, key: str) -> None:
    st.markdown(f"##### {title}")
    st.plotly_chart(figure, key=key, config=CONFIG, alt=sentence)
    st.caption(sentence)


def _predictions(shown: View, palette: Palette) -> None:
    dataset, snapshot = shown.dataset, shown.snapshot
    names = [dataset.sample_name(index) for index in snapshot.samples]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        index = 0
        if len(names) > 1:
            index = st.select_slider(
                "Sample", range(len(names)), format_func=names.__getitem__, key=f"sample_{len(names)}"
            )
        target = 0
        if dataset.targets > 1:
            target = st.selectbox(
                "Target",
                range(dataset.targets),
                format_func=dataset.target_names.__getitem__,
                key=f"target_{dataset.targets}",
            )
    _card(
        f"What each model says at every timestep · {names[index]}",
        predictions_figure(dataset, snapshot, index, target, palette),
        narrate.predictions_sentence(dataset, snapshot, index, target),
        key="predictions",
    )


def _loss(shown: View, palette: Palette) -> None:
    _card(
        "Loss over epochs",
        loss_figure(shown.experiment, shown.dataset, shown.snapshot, palette),
        narrate.loss_sentence(shown.experiment, shown.dataset, shown.snapshot),
        key="loss",
    )


def _step_error(shown: View, palette: Palette) -> None:
    _card(
        "How early could each model know? Error by timestep",
        step_error_figure(shown.dataset, shown.snapshot, palette),
        narrate.step_error_sentence(shown.dataset, shown.snapshot),
        key="step_error",
    )


def _compare(shown: View) -> None:
    st.markdown("##### The one number that compares them")
