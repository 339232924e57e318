"""The controls of settings: a widget for each setting, with the setting's URL key as widget key.

Labels and groups are in settings.toml. A setting that the data don't use has no widget. A setting
that the data or the head dictates is disabled, and shows the dictated value with the reason.
"""

from functools import partial
from typing import Any

import streamlit as st

from lib import data
from lib.charts import name_of, split
from lib.data import DATASETS, MAX_COLUMNS, Dataset, Table
from lib.experiment import LIMITS, MAX_VALUES, NO_SERIES, SETTINGS, Experiment, Setting
from lib.story import GUIDE
from lib.text import beside, counted, joined, typed
from lib.ui.address import change
from lib.ui.session import session
from lib.ui.widgets import bound, hint, plain

GROUPS: dict[str, dict[str, dict[str, Any]]] = beside(__file__)  # by group and URL key
LABELS = {"inputs": "Input columns", "targets": "Target columns"}
_ROWS = {key: row for rows in GROUPS.values() for key, row in rows.items()}


def label_of(setting: Setting) -> str:
    """Return a setting's label without limits and units: "Targets", "Learning rate"."""
    label = LABELS.get(setting.key) or _ROWS.get(setting.key, {}).get("label") or name_of(setting)
    label = label.format(limits="", step="row")
    return label.partition(" (")[0].partition(",")[0].partition("  ")[0]


def settled_experiment() -> Experiment:
    """Return the session's experiment within its data's limits. A new table may take seconds."""
    table = session().upload.table
    experiment = data.settle(session().subject.experiment, table)
    if experiment.data.name == "upload" and table is None:
        experiment = experiment.set(F=data.example_of_upload(experiment).data.features)
    return experiment


def _help(key: str, settled: Experiment) -> str | None:
    """Return a control's help text: its options, its explanation, and a link to the guide."""
    row = _ROWS[key]
    options = data.options_of(key, settled).values()
    lines = [f"**{option.label}**: {option.about}" for option in options if option.about]
    lines += [row["about"]] if "about" in row else []
    if step := row.get("guide"):
        lines.append(f"[See the guide: “{GUIDE[step].title}”](guide?at={step})")
    return "  \n".join(lines) or None


def bound_setting(key: str, value: Any = None) -> tuple[Any, dict[str, Any]]:
    """Return a setting's value, or another shown `value`, and arguments that tie a widget to it."""

    def take(value: Any) -> None:
        if value is not None:  # a button group reports None for a moment in a dark browser
            change({key: value})

    value = session().subject.experiment.get(key) if value is None else value
    return value, bound(key, value, take)


def controls(group: str, settled: Experiment, **names: object) -> None:
    """Draw the widgets of a group. `names` fill in placeholders of the labels."""
    for key in GROUPS[group]:
        one_control(key, settled, **names)


def one_control(key: str, settled: Experiment, **names: object) -> None:
    """Draw the widget of a setting, if the data use the setting."""
    row, why = _ROWS[key], data.locked(settled).get(key)
    if why == "":
        return
    limit, options = LIMITS.get(key), data.options_of(key, settled)
    limits = f"{typed(limit.minimum)} to {typed(limit.maximum)}" if limit else ""
    label = row["label"].format(limits=limits, **names)
    with st.container(gap=None):  # so that a sentence below the widget doesn't move later widgets
        if why:
            value, fixed_key = settled.get(key), f"{key}_fixed_{settled.get(key)}"
            if options:
                st.selectbox(label, [options[value].label], disabled=True, key=fixed_key)
            else:
                most = max(value, int(LIMITS[key].maximum))
                st.slider(label, 1, most, value, disabled=True, key=fixed_key)
            hint(why)
        elif row.get("typed"):
            _field(key, label, settled)
        elif options:
            choices, (value, control) = list(options), bound_setting(key, settled.get(key))
            control["format_func"] = lambda name: options[name].colored(options[name].label)
            control["help"] = _help(key, settled)
            if key == "mode":
                control |= {"default": value, "required": True, "width": "stretch"}
                st.segmented_control(label, choices, **control)
            else:
                st.selectbox(label, choices, choices.index(value), **control)
        else:
            _slider(key, label, settled)


def _slider(key: str, label: str, settled: Experiment) -> None:
    """Draw a slider, with a hint if the data limit the setting or another value is used."""
    limit, kind, spec = LIMITS[key], type(SETTINGS[key].default), DATASETS[settled.data.name]
    least = kind(spec.at_least.get(key, limit.minimum))
    most = kind(spec.at_most.get(key, limit.maximum))
    chosen = session().subject.experiment.get(key)
    value = min(max(chosen, least), most)
    if value != chosen:
        change({key: value})
    _, control = bound_setting(key)
    drawn = session().limits
    if drawn.get(key) != (least, most):
        # A slider with other limits is a new widget (Streamlit 1.67): it would show an old value.
        drawn[key], st.session_state[key] = (least, most), value
    control |= {"step": kind(limit.step), "help": _help(key, settled)}
    st.slider(label, least, most, value, **control)
    if least > limit.minimum:
        hint(f"These data need at least {least:,}.")
    used = settled.get(key)
    if used != value and (clamped := _ROWS[key].get("clamped")):
        hint(f"{used:,} is used: {clamped.format(most=f'{MAX_VALUES:,}')}")


def _field(key: str, label: str, settled: Experiment) -> None:
    limit, kind, step = LIMITS[key], type(SETTINGS[key].default), _ROWS[key].get("step", 1)
    value, control = bound_setting(key)
    control |= {"format": "%g" if kind is float else None, "help": _help(key, settled)}
    low, high = kind(limit.minimum), kind(limit.maximum)
    st.number_input(label, low, high, value, step=kind(step), **control)


def has_columns(settled: Experiment) -> bool:
    """Return whether the data are a table with columns to choose."""
    return "horizon" in DATASETS[settled.data.name].uses


def columns(settled: Experiment) -> None:
    """Draw the controls of the chosen table; without a table, only "steps ahead"."""
    if (table := data.table_of(settled, session().upload.table)) is not None:
        each = data.default_columns(table, settled.data.targets, settled.data.horizon)
        for key, usual in zip(LABELS, each, strict=True):
            _pick_names(key, table, settled.get(key), usual)
    controls("ahead", settled, step=table.step if table else "row")
    if table is not None:
        controls("gaps", settled)


def all_columns(settled: Experiment, dataset: Dataset, *, expanded: bool) -> None:
    """Draw all controls of a table in groups, for the Data page. The first group may be open."""
    own, uses = session().upload.table, DATASETS[settled.data.name].uses
    table = data.table_of(settled, own)
    with st.expander("Columns and steps ahead", expanded=expanded):
        columns(settled)
        if own is not None and "types" in uses:
            _pick_categories(own, settled.data.types)
    if table is not None and "split" in uses:
        _series(table, settled, by_menu="id" in uses)
    with st.expander("Windows (spacing) and targets (values or changes)"):
        controls("windows", settled)
    with st.expander("Split: training, validation, test"):
        controls("shares", settled)
    advice(dataset, uses)


def advice(dataset: Dataset, uses: frozenset[str]) -> None:
    """Show causes of failure in these data, each with a button that changes a setting."""
    for text, label, values in (
        (split.range_hint(dataset), "Predict the change", {"form": "change"}),
        (split.gaps_sentence(dataset), "Stop windows at gaps", {"at_gaps": "stop"}),
    ):
        if text and uses >= values.keys():
            st.info(plain(text), icon=":material/lightbulb:")
            st.button(label, on_click=change, args=(values,))


def _pick_names(key: str, table: Table, chosen: tuple[str, ...], usual: tuple[str, ...]) -> None:
    """Draw the picker of input or target columns, with the `usual` columns if none is chosen."""
    names = [str(name) for name in table.frame.columns]
    if key == "inputs":
        names += data.calendar_names(table)
    current = tuple(name for name in chosen or usual if name in names)
    emptied, limits = session().upload.emptied, f"Choose 1 to {MAX_COLUMNS} columns."
    labels = dict[str, str]()
    if key == "targets":
        labels = {name: f"{name} (labels)" for name in table.categories}
        limits += " A text column must be the only target. Its texts are classes."
    # Show no columns after the user has removed all, so that the next pick is the only column.
    picked = [] if emptied.get(key) == current else list(current)

    def choose(now: list[str]) -> None:
        """Set the picked columns in the table's order; () for the table's default."""
        if not chosen and {*now} & labels.keys() and {*now} - labels.keys():
            now = [name for name in now if name not in usual]  # replace the default target
        new = tuple(name for name in names if name in now)
        emptied[key] = () if new else current  # keeps the field empty
        if new:
            change({key: () if set(new) == set(usual) else new})

    control = bound(f"{key}_widget", picked, choose)
    control |= {"format_func": lambda name: labels.get(name, name), "help": limits}
    st.multiselect(LABELS[key], names, picked, max_selections=MAX_COLUMNS, **control)
    if not picked:
        in_use = f" Until then, the page uses {joined(current)}." if current else ""
        hint(f"Choose the {LABELS[key].lower()}.{in_use}")
    elif key == "targets" and table.fingerprint and current[0] not in table.categories:
        if not (table.targets or chosen):
            hint(f"The target is {usual[0]} until you choose another column.")
        counts = data.label_columns(table)
        order = sorted(counts, key=lambda name: name in table.numbers and name not in current)
        for name in order[:3]:
            values: dict[str, Any] = {"targets": (name,)}
            if name in table.numbers:
                values["types"] = (*session().subject.experiment.data.types, f"{name}:category")
            label = f"Predict {plain(name)} ({counts[name]:,} classes)"
            st.button(label, f"predict_{name}", type="tertiary", on_click=partial(change, values))


def _pick_categories(table: Table, types: tuple[str, ...]) -> None:
    """Draw the picker of number columns to read as categories."""
    picked = [name for name in table.numbers if f"{name}:category" in types]

    def read(names: list[str]) -> None:
        change({"types": tuple(f"{name}:category" for name in names)})

    control = bound("types_widget", picked, read)
    st.multiselect("Numbers to read as categories", table.numbers, picked, **control)


def _series(table: Table, settled: Experiment, *, by_menu: bool) -> None:
    """Draw the choice of the series column, open if times repeat or a column is chosen."""
    chosen = settled.data.series
    column = {"": table.series, NO_SERIES: ""}.get(chosen, chosen)
    times_repeat = table.times is not None and not table.times.is_unique
    with st.container(border=True) if times_repeat or column else st.expander("Series"):
        if column in table.frame.columns:
            count = counted(table.frame[column].nunique(dropna=False), "series", "series")
            hint(f"The column {column} separates {count}. Each window stays within one series.")
        else:
            hint("All rows form one series. Rows with the same time are averaged.")
        if by_menu:
            (chosen, control), none = bound_setting("id"), "None: all rows form one series"
            texts = {"": f"{table.series} (detected)" if table.series else none, NO_SERIES: none}
            names = ["", *(str(name) for name in table.frame.columns if name != table.series)]
            names += [NO_SERIES] if table.series else []
            names += {chosen} - {*names}  # a link may name a column that isn't in the table
            label, place = "Series column", names.index(chosen)
            st.selectbox(label, names, place, lambda name: texts.get(name, name), **control)
        if column:
            controls("parts", settled)
