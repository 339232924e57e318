"""The controls of settings: a widget for each, whose URL key is its key, and those of a table.

A slider, a menu, or a field for a number: what they are called, and in which groups they stand, is
in settings.toml. A setting that the data don't use has none. One that the data or the head dictates
is drawn disabled with the value that holds instead, and says why.

Those that say how a table becomes samples serve a person's own and the bundled series. Which
columns are chosen is in the session's experiment alone; their widgets, with keys of their own, are
set to it in each run of a page. A choice that equals the table's default is kept as "no choice", so
that a link stays short.
"""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts import gaps_hint, levels_hint, name_of, range_hint, series_hint
from lib.data import (
    DATASETS,
    KINDS,
    MAX_COLUMNS,
    OPTIONAL,
    Dataset,
    Table,
    WindowError,
    calendar_names,
    counts_rows,
    default_columns,
    dictated,
    example_of_upload,
    prepared,
    settle,
    wide_columns,
)
from lib.experiment import (
    LIMITS,
    MAX_VALUES,
    MODES,
    NO_SERIES,
    SETTINGS,
    Choice,
    Experiment,
    Limit,
    Setting,
)
from lib.text import beside, counted, joined, number
from lib.ui.address import change
from lib.ui.linked import bound
from lib.ui.session import session
from lib.ui.strangers import foreign_upload
from lib.ui.text import hint, plain

GROUPS: dict[str, dict[str, dict[str, Any]]] = beside(__file__)
"""By group and URL key, how a setting is drawn."""
LABELS = {"inputs": "Input columns", "targets": "Target columns"}
_EXPLAINED = {"U", *(key for spec in DATASETS.values() for key in (*spec.why, *spec.at_least))} | {
    key for rows in GROUPS.values() for key, row in rows.items() if "clamped" in row
}
"""Settings below which something may be said: it must not take the place of the next one."""
_NAMES = {key: row["label"] for rows in GROUPS.values() for key, row in rows.items()} | LABELS
WANTED = {"inputs": "Choose what to read", "targets": "Choose what to predict"}


def label_of(setting: Setting) -> str:
    """What its control is called, without limits and units: "Targets", "Learning rate"."""
    label = _NAMES.get(setting.key, name_of(setting)).format(step="Row", columns="month")
    return label.partition(" (")[0].partition(",")[0].partition("  ")[0]


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """The sidebar's experiment as its data allow it."""

    experiment: Experiment
    below: DeltaGenerator | None = None
    """A place below the sidebar's controls of a table, for what has to be said of its samples."""


def settled_experiment() -> Settled:
    """The session's experiment, as its data allow it.

    The first call for an uploaded table and its `types` may take seconds.
    """
    table = session().upload.table
    experiment = settle(session().address.experiment, table)
    if experiment.data.name == "upload" and table is None:
        shown = (foreign := foreign_upload()) and foreign.experiment
        experiment = experiment.set(F=(shown or example_of_upload(experiment)).data.features)
    return Settled(experiment)


def _guide(step: str) -> str:
    """The link to a step of the lesson, as Markdown."""
    return f"[Guide: {step}](guide?at={step})"


def _help(row: Mapping[str, Any], *lines: str) -> str | None:
    """What a control means, and the way to the step of the lesson that explains it."""
    about = [*lines, row.get("about", ""), _guide(row["guide"]) if "guide" in row else ""]
    return "  \n".join(filter(None, about)) or None


def bound_setting(key: str, limit: Limit | None = None) -> tuple[Any, dict[str, Any]]:
    """The experiment's value of a setting, and arguments that tie a widget to it.

    Within the `limit` where the data have one of their own.
    """

    def take(value: Any) -> None:
        if value is not None:  # as a button group says for a moment in a dark browser
            change({key: value})

    value = session().address.experiment.get(key)
    if limit:
        value = type(value)(limit.clamp(value))
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
        + _guide("switch"),
    )


def one_control(key: str, settled: Settled) -> None:
    """Draw the widget of one setting, by its key, on a page that has no others."""
    if key == "mode":
        mode_control()
        return
    for group, rows in GROUPS.items():
        if key in rows:
            controls(group, settled, only=key)


def controls(group: str, settled: Settled, only: str = "", **names: object) -> None:
    """Draw a group's widgets, or `only` one of them; `names` are those in their labels."""
    experiment = settled.experiment
    why, unused = dictated(experiment), OPTIONAL - DATASETS[experiment.data.name].uses
    if experiment.training.keep != "stop":
        unused |= {"patience"}
    for key, row in GROUPS[group].items():
        if key in unused or (only and key != only):
            continue
        label = row["label"].format(**names)
        with st.container(gap=None) if only or key in _EXPLAINED else nullcontext():
            if key in why:
                _fixed(key, label, experiment.get(key))
                hint(why[key])
            elif row.get("typed"):
                _field(key, label, row)
            elif options := SETTINGS[key].options:
                _menu(key, label, row, options)
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
    value, control = bound_setting(key, Limit(least, most))
    drawn = session().address.limits
    if drawn.get(key) != (least, most):
        # A slider with other limits is another widget for Streamlit (1.67). Unless the key is set
        # now, it gets the value that the key had before any widget was drawn.
        drawn[key], st.session_state[key] = (least, most), value
    step, about, used = kind(limit.step), _help(row), experiment.get(key)
    st.slider(label, kind(least), kind(most), value, step=step, help=about, **control)
    if least > limit.minimum:
        hint(f"These data need {least:,} at least.")
    # Of settings without such a sentence the two differ only where another run of the page has
    # changed the data since `experiment` was settled: its own drawing follows.
    if used != value and "clamped" in row:
        hint(f"{used:,} here: {row['clamped'].format(most=f'{MAX_VALUES:,}')}")


def _menu(key: str, label: str, row: Mapping[str, str], options: Mapping[str, Choice]) -> None:
    value, control = bound_setting(key)
    labels = {name: choice.label for name, choice in options.items()}
    lines = [f"**{c.label}**: {c.about}" for c in options.values() if c.about]
    about = _help(row, *lines)
    place = list(options).index(value)
    st.selectbox(label, list(options), place, labels.__getitem__, help=about, **control)


def _field(key: str, label: str, row: Mapping[str, Any]) -> None:
    """A number that is typed; its label may have its limits."""
    limit, kind = LIMITS[key], type(SETTINGS[key].default)
    value, control = bound_setting(key)
    st.number_input(
        label.replace("LIMITS", f"{number(limit.minimum)} to {number(limit.maximum)}"),
        kind(limit.minimum),
        kind(limit.maximum),
        value,
        step=kind(row.get("step", 1)),
        format="%g" if kind is float else None,
        help=_help(row),
        **control,
    )


def has_columns(settled: Settled) -> bool:
    """Whether the chosen data are a table, of which something can be chosen."""
    return "horizon" in DATASETS[settled.experiment.data.name].uses


def columns(settled: Settled) -> None:
    """Draw the controls that the chosen table uses; only how far ahead where there is none yet."""
    table = _table(settled)
    if table is not None:
        for key, usual in zip(LABELS, default_columns(table), strict=True):
            _names(key, table, settled.experiment.get(key), usual)
    controls("ahead", settled, step=table.step.capitalize() if table else "Row")
    if table is not None:
        controls("gaps", settled)


def all_columns(settled: Settled, dataset: Dataset, *, expanded: bool) -> None:
    """The Data page's: these and all others, in groups of which the first may be open."""
    table, uses = _table(settled), DATASETS[settled.experiment.data.name].uses
    with st.expander("Columns, and how far ahead", expanded=expanded):
        columns(settled)
        mine = session().upload.table
        if mine is not None and "types" in uses:
            _types(mine, settled.experiment.data.types)
            if wide_columns(mine):
                controls("wide", settled, columns=len(mine.numbers))
    if table is not None and "scale" in uses:
        _series(table, settled, by_menu="id" in uses)
    with st.expander("Windows: how far apart, values or change"):
        controls("windows", settled)
    with st.expander("Split: training, validation, test"):
        controls("shares", settled)
    advice(dataset, uses)


def advice(dataset: Dataset, uses: frozenset[str]) -> None:
    """What makes models of these data fail, where that can be told, and the click that mends it."""
    for words, label, values in (
        (range_hint(dataset), "Predict the change", {"form": "change"}),
        (series_hint(dataset), "Split by series", {"split": "id"}),
        (levels_hint(dataset), "Scale each series by itself", {"scale": "id"}),
        (gaps_hint(dataset), "Stop windows at gaps", {"at_gaps": "stop"}),
    ):
        if words and uses >= values.keys():
            st.info(plain(words), icon=":material/lightbulb:")
            st.button(label, on_click=change, args=(values,))


def _table(settled: Settled) -> Table | None:
    """The chosen table, as it is set to be read where that can be."""
    spec = DATASETS[settled.experiment.data.name]
    table = spec.table() if spec.table else session().upload.table
    with suppress(WindowError):  # the page says why
        table = table and prepared(table, settled.experiment.data)
    return table


def _names(key: str, table: Table, chosen: tuple[str, ...], usual: tuple[str, ...]) -> None:
    names = [str(name) for name in table.frame.columns]
    if key == "inputs":
        names += calendar_names(table)
    kept = tuple(name for name in chosen or usual if name in names)
    emptied, limits = session().upload.emptied, f"1 to {MAX_COLUMNS}."
    if emptied.get(key) != kept:
        emptied.pop(key, None)
    # What was taken away doesn't come back by itself, to be trained beside what is picked next.
    picked = [] if key in emptied else list(kept)

    def choose(now: list[str]) -> None:
        """Keep what is picked, in the table's own order; () where it is the usual."""
        emptied.pop(key, None)
        if chosen := tuple(name for name in names if name in now):
            change({key: () if set(chosen) == set(usual) else chosen})
        else:
            emptied[key] = kept

    control, most = bound(f"{key}_widget", picked, choose), MAX_COLUMNS
    st.multiselect(LABELS[key], names, picked, max_selections=most, help=limits, **control)
    if not picked:
        stay = f"; until then {joined(kept)} {'stays' if len(kept) == 1 else 'stay'}"
        hint(f"{WANTED[key]}{stay if kept else ''}.")
    elif key == "targets" and not (table.targets or chosen):
        column = table.frame[usual[0]]
        which = " that varies" if column.min() < column.max() else ""
        counts = counts_rows(table.frame[table.numbers[-1]]) and usual[0] != table.numbers[-1]
        rest = " but for row numbers" * counts
        hint(f"The last column{which}{rest}, until you choose what to predict.")


def _types(table: Table, types: tuple[str, ...]) -> None:
    """Correct what a column is read as."""
    with st.container(horizontal=True):
        labels = [] if table.label is None else [str(name) for name in table.label.columns]
        names = [*labels, *(str(name) for name in table.frame.columns)]
        name = st.selectbox("A column", names, key="types_column")
        said = dict(each.rsplit(":", 1) for each in types if ":" in each)
        found = "date" if name in labels else "number" if name in table.numbers else "category"
        kinds, value = list(KINDS), said.get(name, found)

        def read_as(kind: str) -> None:
            now = {**said, name: kind}
            if kind == found:
                del now[name]
            change({"types": tuple(map(":".join, now.items()))})

        control = bound(f"types_of_{name}", value, read_as)
        st.selectbox("is read as", kinds, kinds.index(value), KINDS.__getitem__, **control)


def _series(table: Table, settled: Settled, *, by_menu: bool) -> None:
    """Which column tells series apart, in sight where times repeat or one was chosen."""
    chosen = settled.experiment.data.series
    by = {"": table.series, NO_SERIES: ""}.get(chosen, chosen)
    repeat = table.times is not None and not table.times.is_unique
    with st.container(border=True) if repeat or by else st.expander("Series"):
        times = "Times repeat" if repeat else "Times don't repeat"
        if by in table.frame.columns:
            count = counted(table.frame[by].nunique(dropna=False), "series", "series")
            hint(f"{times}: {by} tells {count} apart, and no window crosses them.")
        else:
            asks = ". Choose what tells them apart, or rows of one time become one, averaged."
            hint(f"{times}{asks if repeat else ': all rows are one series.'}")
        if by_menu:
            (chosen, control), one = bound_setting("id"), "Nothing: all rows are one series"
            words = {"": f"{table.series} (noticed)" if table.series else one, NO_SERIES: one}
            names = ["", *(str(name) for name in table.frame.columns if name != table.series)]
            names += [NO_SERIES] if table.series else []
            names += {chosen} - {*names}  # a link may say what the table hasn't
            label, place = "What tells series apart", names.index(chosen)
            st.selectbox(label, names, place, lambda name: words.get(name, name), **control)
        if by:
            controls("parts", settled)
            if settled.experiment.data.split == "time":  # else a new series has no scale of its own
                controls("scaling", settled)
