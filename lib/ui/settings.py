"""The controls of settings: a widget for each, with the setting's URL key as its key.

A slider, a menu, or a field for a number: their labels and groups are in settings.toml. A setting
that the data don't use has none. One that the data or the head dictates is drawn disabled with the
value that holds instead, and says why. Those of a table's columns: `lib.ui.columns`.
"""

from typing import Any

import streamlit as st

from lib.charts import name_of
from lib.data import DATASETS, OPTIONAL, dictated, example_of_upload, settle
from lib.experiment import LIMITS, MAX_VALUES, MODES, SETTINGS, Experiment, Setting
from lib.text import beside, number
from lib.ui.address import change
from lib.ui.linked import bound
from lib.ui.runs import foreign_upload
from lib.ui.session import session
from lib.ui.text import hint

GROUPS: dict[str, dict[str, dict[str, Any]]] = beside(__file__)
"""Group → URL key → how the setting is drawn."""
LABELS = {"inputs": "Input columns", "targets": "Target columns"}
GUIDE = "[Guide: {0}](guide?at={0})"  # a link to a step of the lesson, as Markdown
_ROWS = {key: row for rows in GROUPS.values() for key, row in rows.items()}


def label_of(setting: Setting) -> str:
    """A setting's label without limits and units: "Targets", "Learning rate"."""
    label = LABELS.get(setting.key) or _ROWS.get(setting.key, {}).get("label") or name_of(setting)
    label = label.format(step="Row", columns="month")
    return label.partition(" (")[0].partition(",")[0].partition("  ")[0]


def settled_experiment() -> Experiment:
    """The session's experiment, as its data allow it.

    The first call for an uploaded table and its `types` may take seconds.
    """
    table = session().upload.table
    experiment = settle(session().subject.experiment, table)
    if experiment.data.name == "upload" and table is None:
        foreign = foreign_upload()
        shown = foreign.experiment if foreign else example_of_upload(experiment)
        experiment = experiment.set(F=shown.data.features)
    return experiment


def _help(key: str) -> str | None:
    """A control's help text: its options, what it means, and the lesson's step that explains it."""
    row = _ROWS[key]
    lines = [f"**{c.label}**: {c.about}" for c in (SETTINGS[key].options or {}).values() if c.about]
    lines += [row["about"]] if "about" in row else []
    lines += [GUIDE.format(row["guide"])] if "guide" in row else []
    return "  \n".join(lines) or None


def bound_setting(key: str) -> tuple[Any, dict[str, Any]]:
    """A setting's value, and arguments that tie a widget to it."""

    def take(value: Any) -> None:
        if value is not None:  # as a button group says for a moment in a dark browser
            change({key: value})

    value = session().subject.experiment.get(key)
    return value, bound(key, value, take)


def mode_control() -> None:
    """Draw the choice of modes."""
    value, control = bound_setting("mode")
    st.segmented_control(
        "Mode",
        list(MODES),
        default=value,
        format_func=lambda name: MODES[name].colored(MODES[name].label),
        required=True,
        **control,
        width="stretch",
        help="`return_sequences=True` answers at every timestep, `False` only at the last. "
        "Both trains a pair from the same initial weights, on the same batches.  \n"
        + GUIDE.format("switch"),
    )


def one_control(key: str, settled: Experiment) -> None:
    """Draw the widget of one setting, by its key."""
    if key == "mode":
        mode_control()
        return
    for group, rows in GROUPS.items():
        if key in rows:
            controls(group, settled, only=key)


def controls(group: str, settled: Experiment, only: str = "", **names: object) -> None:
    """Draw a group's widgets, or `only` one of them; `names` fill in their labels."""
    why, unused = dictated(settled), OPTIONAL - DATASETS[settled.data.name].uses
    if settled.training.keep != "stop":
        unused |= {"patience"}
    for key, row in GROUPS[group].items():
        if key in unused or (only and key != only):
            continue
        label, options = row["label"].format(**names), SETTINGS[key].options
        with st.container(gap=None):  # a sentence below moves no widget to another place
            if key in why:
                value = settled.get(key)
                text = options[value].label if options else f"{value:,}"
                st.selectbox(label, [text], disabled=True, key=f"{key}_fixed_{value}")
                hint(why[key])
            elif row.get("typed"):
                _field(key, label, row.get("step", 1))
            elif options:
                value, control = bound_setting(key)
                labels, places = {name: each.label for name, each in options.items()}, [*options]
                place, about = places.index(value), _help(key)
                st.selectbox(label, places, place, labels.__getitem__, help=about, **control)
            else:
                _slider(key, label, settled)


def _slider(key: str, label: str, settled: Experiment) -> None:
    """A slider; below it what the data need, or which value holds instead."""
    limit, kind, spec = LIMITS[key], type(SETTINGS[key].default), DATASETS[settled.data.name]
    least = kind(spec.at_least.get(key, limit.minimum))
    most = kind(spec.at_most.get(key, limit.maximum))
    asked = session().subject.experiment.get(key)
    value = min(max(asked, least), most)
    if value != asked:
        change({key: value})
    _, control = bound_setting(key)
    drawn = session().limits
    if drawn.get(key) != (least, most):
        # A slider with other limits is another widget for Streamlit (1.67). Unless the key is set
        # now, it gets the value that the key had before any widget was drawn.
        drawn[key], st.session_state[key] = (least, most), value
    st.slider(label, least, most, value, step=kind(limit.step), help=_help(key), **control)
    if least > limit.minimum:
        hint(f"These data need {least:,} at least.")
    # Of settings without such a sentence the two differ only where another run of the page has
    # changed the data since they were settled: its own drawing follows.
    used = settled.get(key)
    if used != value and (clamped := _ROWS[key].get("clamped")):
        hint(f"{used:,} here: {clamped.format(most=f'{MAX_VALUES:,}')}")


def _field(key: str, label: str, step: float) -> None:
    """A field for a number; its label may have the limits."""
    limit, kind = LIMITS[key], type(SETTINGS[key].default)
    value, control = bound_setting(key)
    limits = f"{number(limit.minimum)} to {number(limit.maximum)}"
    st.number_input(
        label.replace("LIMITS", limits),
        kind(limit.minimum),
        kind(limit.maximum),
        value,
        step=kind(step),
        format="%g" if kind is float else None,
        help=_help(key),
        **control,
    )
