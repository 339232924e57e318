"""One widget for one setting, whose URL key is its key: a slider, a menu, or a field for a number.

A setting that the data or the head dictates is drawn disabled with the value that holds instead,
and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.datasets import DATASETS, dictated, example_of_upload, settle
from lib.english import number
from lib.experiment import LIMITS, MAX_VALUES, SETTINGS, Choice, Experiment, Limit
from lib.ui.address import drawn, seed_widget
from lib.ui.session import session
from lib.ui.text import hint

CLAMPED = {
    "N": f"N·T·F can be {MAX_VALUES:,} at most.",
    "lag": "the lag has to be less than T.",
    "test": "5% are for validation at least.",
}
"""Why a setting that a person chose can't hold, where `settle` brings it into range."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The sidebar's experiment as its data allow it."""

    experiment: Experiment
    why: Mapping[str, str]
    """Why these settings, by key, are dictated and can't be set."""
    below: DeltaGenerator | None = None
    """A place below the sidebar's controls of a table, for what has to be said of its samples."""


def settle_widgets() -> Settled:
    """Settle what the widgets say; once in a run of a page, after a dataset has been chosen."""
    table = session().upload.table
    experiment = settle(drawn(), table)
    if experiment.data.name == "upload" and table is None:
        experiment = experiment.set(F=example_of_upload(experiment).data.features)
    return Settled(experiment, dictated(experiment))


def slider(key: str, label: str, settled: Settled, about: str | None = None) -> None:
    """A number within its limits; where another one holds that is said below."""
    limit, kind = LIMITS[key], type(SETTINGS[key].default)
    used = settled.experiment.get(key)
    with st.container(gap=None):
        if key in settled.why:
            low, high = min(limit.minimum, used), max(limit.maximum, used)
            place = f"{key}_fixed_{used}"
            st.slider(label, kind(low), kind(high), kind(used), disabled=True, key=place)
            hint(settled.why[key])
            return
        spec = DATASETS[settled.experiment.data.name]
        least = spec.at_least.get(key, limit.minimum)
        most = spec.at_most.get(key, limit.maximum)
        value = seed_widget(key)
        if not least <= value <= most:
            value = st.session_state[key] = kind(Limit(least, most).clamp(value))
        value = st.slider(
            label, kind(least), kind(most), value, step=kind(limit.step), key=key, help=about
        )
        if least > limit.minimum:
            hint(f"These data need {least:,} at least.")
        if used != value:
            hint(f"{used:,} here: {CLAMPED[key]}")


def menu(key: str, label: str, settled: Settled) -> None:
    """One of a setting's options."""
    options: Mapping[str, Choice] = SETTINGS[key].options or {}
    if key in settled.why:
        value = str(settled.experiment.get(key))
        with st.container(gap=None):
            st.selectbox(label, [options[value].label], disabled=True, key=f"{key}_fixed_{value}")
            hint(settled.why[key])
        return
    place = list(options).index(seed_widget(key))
    labels = {name: choice.label for name, choice in options.items()}
    lines = [f"**{c.label}**: {c.about}" for c in options.values() if c.about]
    about = "  \n".join(lines) or None
    st.selectbox(label, list(options), place, labels.__getitem__, key=key, help=about)


def field(
    key: str, label: str, step: float = 1, about: str | None = None, *, says_limits: bool = True
) -> None:
    """A number that is typed, mostly with its limits in the label."""
    limit, kind = LIMITS[key], type(SETTINGS[key].default)
    limits = f" ({number(limit.minimum)} to {number(limit.maximum)})" if says_limits else ""
    st.number_input(
        f"{label}{limits}",
        kind(limit.minimum),
        kind(limit.maximum),
        seed_widget(key),
        step=kind(step),
        format="%g" if kind is float else None,
        key=key,
        help=about,
    )
