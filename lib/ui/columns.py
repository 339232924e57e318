"""The controls that say how a table becomes samples, a person's own or a bundled one."""

from contextlib import suppress

import streamlit as st

from lib.charts import gaps_hint, levels_hint, range_hint, series_hint
from lib.data import (
    DATASETS,
    KINDS,
    MAX_COLUMNS,
    Dataset,
    Table,
    WindowError,
    calendar_names,
    default_columns,
    prepared,
    wide_columns,
)
from lib.experiment import NO_SERIES, Experiment
from lib.text import counted, joined
from lib.ui.address import change
from lib.ui.linked import bound
from lib.ui.session import session
from lib.ui.settings import LABELS, bound_setting, controls
from lib.ui.text import hint, plain


def has_columns(settled: Experiment) -> bool:
    """Whether the chosen data are a table with columns to choose."""
    return "horizon" in DATASETS[settled.data.name].uses


def columns(settled: Experiment) -> None:
    """Draw the controls of the chosen table; without a table only how far ahead."""
    table = _table(settled)
    if table is not None:
        for key, usual in zip(LABELS, default_columns(table), strict=True):
            _names(key, table, settled.get(key), usual)
    controls("ahead", settled, step=table.step.capitalize() if table else "Row")
    if table is not None:
        controls("gaps", settled)


def all_columns(settled: Experiment, dataset: Dataset, *, expanded: bool) -> None:
    """Draw all controls of a table, for the Data page, in groups; the first may be open."""
    table, uses = _table(settled), DATASETS[settled.data.name].uses
    with st.expander("Columns, and how far ahead", expanded=expanded):
        columns(settled)
        mine = session().upload.table
        if mine is not None and "types" in uses:
            _types(mine, settled.data.types)
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
    """Say what makes models of these data fail, each with a button that fixes it."""
    for words, label, values in (
        (range_hint(dataset), "Predict the change", {"form": "change"}),
        (series_hint(dataset), "Split by series", {"split": "id"}),
        (levels_hint(dataset), "Scale each series by itself", {"scale": "id"}),
        (gaps_hint(dataset), "Stop windows at gaps", {"at_gaps": "stop"}),
    ):
        if words and uses >= values.keys():
            st.info(plain(words), icon=":material/lightbulb:")
            st.button(label, on_click=change, args=(values,))


def _table(settled: Experiment) -> Table | None:
    """The chosen table as its `types` say, or as it is where they can't be applied."""
    spec = DATASETS[settled.data.name]
    table = spec.table() if spec.table else session().upload.table
    with suppress(WindowError):  # the page says why
        table = table and prepared(table, settled.data)
    return table


def _names(key: str, table: Table, chosen: tuple[str, ...], usual: tuple[str, ...]) -> None:
    """Draw the menu of input or target columns."""
    names = [str(name) for name in table.frame.columns]
    if key == "inputs":
        names += calendar_names(table)
    kept = tuple(name for name in chosen or usual if name in names)
    emptied, limits = session().upload.emptied, f"1 to {MAX_COLUMNS}."
    # Columns that were all removed don't come back by themselves beside what is picked next.
    picked = [] if emptied.get(key) == kept else list(kept)

    def choose(now: list[str]) -> None:
        """Set the picked columns in the table's order; () for the table's default."""
        chosen = tuple(name for name in names if name in now)
        emptied[key] = () if chosen else kept
        if chosen:
            change({key: () if set(chosen) == set(usual) else chosen})

    control, most = bound(f"{key}_widget", picked, choose), MAX_COLUMNS
    st.multiselect(LABELS[key], names, picked, max_selections=most, help=limits, **control)
    if not picked:
        stay = f"; until then {joined(kept)} {'stays' if len(kept) == 1 else 'stay'}"
        wanted = "read" if key == "inputs" else "predict"
        hint(f"Choose what to {wanted}{stay if kept else ''}.")
    elif key == "targets" and not (table.targets or chosen):
        hint(f"{usual[0]} is predicted until you choose what to predict.")


def _types(table: Table, types: tuple[str, ...]) -> None:
    """Draw two menus that correct what a column is read as."""
    with st.container(horizontal=True):
        names = [*table.labels, *(str(name) for name in table.frame.columns)]
        name = st.selectbox("A column", names, key="types_column")
        said = dict(each.rsplit(":", 1) for each in types if ":" in each)
        found = (
            "date" if name in table.labels else "number" if name in table.numbers else "category"
        )
        kinds, value = list(KINDS), said.get(name, found)

        def read_as(kind: str) -> None:
            now = {**said, name: kind}
            if kind == found:
                del now[name]
            change({"types": tuple(map(":".join, now.items()))})

        control = bound(f"types_of_{name}", value, read_as)
        st.selectbox("is read as", kinds, kinds.index(value), KINDS.__getitem__, **control)


def _series(table: Table, settled: Experiment, *, by_menu: bool) -> None:
    """Draw which column tells series apart; unfolded where times repeat or one was chosen."""
    chosen = settled.data.series
    by = {"": table.series, NO_SERIES: ""}.get(chosen, chosen)
    repeat = table.times is not None and not table.times.is_unique
    with st.container(border=True) if repeat or by else st.expander("Series"):
        if by in table.frame.columns:
            count = counted(table.frame[by].nunique(dropna=False), "series", "series")
            hint(f"{by} tells {count} apart, and no window crosses them.")
        else:
            hint("All rows are one series: where a time repeats, its rows are averaged.")
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
            if settled.data.split == "time":  # else a new series has no scale of its own
                controls("scaling", settled)
