"""One widget for one setting, whose URL key is its key: a slider, a menu, or a field for a number.

What they are called, and in which groups they stand, is in settings.toml. A setting that the data
don't use has none. One that the data or the head dictates is drawn disabled with the value that
holds instead, and says why.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.datasets import DATASETS, OPTIONAL, dictated, example_of_upload, settle
from lib.english import number
from lib.experiment import LIMITS, MAX_VALUES, SETTINGS, Choice, Experiment, Limit
from lib.toml import beside
from lib.ui.address import drawn, seed_widget
from lib.ui.session import session
from lib.ui.text import hint

GROUPS: dict[str, dict[str, dict[str, Any]]] = beside(__file__)
"""By group and URL key, how a setting is drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The sidebar's experiment as its data allow it."""

    experiment: Experiment
    below: DeltaGenerator | None = None
    """A place below the sidebar's controls of a table, for what has to be said of its samples."""


def settle_widgets() -> Settled:
    """Settle what the widgets say; once in a run of a page, after a dataset has been chosen."""
    table = session().upload.table
    experiment = settle(drawn(), table)
    if experiment.data.name == "upload" and table is None:
        experiment = experiment.set(F=example_of_upload(experiment).data.features)
    return Settled(experiment)


def controls(group: str, settled: Settled, **names: object) -> None:
    """Draw a group's widgets; `names` are those in their labels."""
    experiment = settled.experiment
    why, unused = dictated(experiment), OPTIONAL - DATASETS[experiment.data.name].uses
    if experiment.training.keep != "stop":
        unused |= {"patience"}
    for key, row in GROUPS[group].items():
        if key in unused:
            continue
        label = row["label"].format(**names)
        with st.container(gap=None):
            if key in why:
                _fixed(key, label, experiment.get(key))
                hint(why[key])
            elif row.get("typed"):
                _field(key, label, row)
            elif options := SETTINGS[key].options:
                _menu(key, label, options)
            else:
                _slider(key, label, row, experiment)


def _fixed(key: str, label: str, value: Any) -> None:
    """What holds instead of what a person could choose."""
    setting, place = SETTINGS[key], f"{key}_fixed_{value}"
    if setting.options:
        st.selectbox(label, [setting.options[value].label], disabled=True, key=place)
    else:
        limit, kind = LIMITS[key], type(setting.default)
        low, high = min(limit.minimum, value), max(limit.maximum, value)
        st.slider(label, kind(low), kind(high), kind(value), disabled=True, key=place)


def _slider(key: str, label: str, row: Mapping[str, str], experiment: Experiment) -> None:
    """A number within its limits; where another one holds that is said below."""
    limit, kind, spec = LIMITS[key], type(SETTINGS[key].default), DATASETS[experiment.data.name]
    least = spec.at_least.get(key, limit.minimum)
    most = spec.at_most.get(key, limit.maximum)
    value, used = seed_widget(key), experiment.get(key)
    if not least <= value <= most:
        value = st.session_state[key] = kind(Limit(least, most).clamp(value))
    value = st.slider(
        label, kind(least), kind(most), value, step=kind(limit.step), key=key, help=row.get("about")
    )
    if least > limit.minimum:
        hint(f"These data need {least:,} at least.")
    if used != value:
        hint(f"{used:,} here: {row['clamped'].format(most=f'{MAX_VALUES:,}')}")


def _menu(key: str, label: str, options: Mapping[str, Choice]) -> None:
    place = list(options).index(seed_widget(key))
    labels = {name: choice.label for name, choice in options.items()}
    lines = [f"**{c.label}**: {c.about}" for c in options.values() if c.about]
    about = "  \n".join(lines) or None
    st.selectbox(label, list(options), place, labels.__getitem__, key=key, help=about)


def _field(key: str, label: str, row: Mapping[str, Any]) -> None:
    """A number that is typed; its label may have its limits."""
    limit, kind = LIMITS[key], type(SETTINGS[key].default)
    st.number_input(
        label.replace("LIMITS", f"{number(limit.minimum)} to {number(limit.maximum)}"),
        kind(limit.minimum),
        kind(limit.maximum),
        seed_widget(key),
        step=kind(row.get("step", 1)),
        format="%g" if kind is float else None,
        key=key,
        help=row.get("about"),
    )
