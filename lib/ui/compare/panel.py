"""The list and the pictures: one fragment, which draws itself anew while one of the runs trains."""

from collections.abc import Sequence

import streamlit as st

from lib.compared import Compared, same_data
from lib.figures.compare import answers_figure, errors_figure, losses_figure
from lib.figures.palette import Palette
from lib.narrate import compare as words
from lib.ui.compare.picks import listed
from lib.ui.compare.rows import draw_list
from lib.ui.fragment import fragment
from lib.ui.load import RHYTHM, turn
from lib.ui.shown import sample_index, sample_key
from lib.ui.steady import told_chart
from lib.ui.text import hint, plain

SECONDS = 1.0
"""Between two looks for new figures, at least: each row is many elements."""


def side_by_side(palette: Palette) -> None:
    """Draw all runs of the list, and those that are picked over one another."""
    going, is_drawn = _going(listed()), list[bool]()
    interval = max(SECONDS, RHYTHM.interval()) if going else None
    fragment(_panel, run_every=interval)(palette, going, is_drawn)
    is_drawn.append(True)


def _going(runs: Sequence[Compared]) -> set[str]:
    return {run.id for run in runs if run.snapshot.status.active}


def _panel(palette: Palette, going: set[str], is_drawn: list[bool]) -> None:
    with turn(first=not is_drawn):  # drawn with the page, for which somebody waits
        runs = listed()
        if is_drawn and _going(runs) != going:
            st.rerun()  # from now on there is more to look for, or less
        st.markdown(f"# {plain(words.headline([run for run in runs if run.letter]))}")
        draw_list(runs, palette)
        laid = [run for run in runs if run.letter and run.snapshot.results]
        if laid:
            _pictures(sorted(laid, key=lambda run: run.letter), palette)


def _pictures(runs: Sequence[Compared], palette: Palette) -> None:
    with st.container(key="compare_pictures"):
        with st.container(border=True):
            st.markdown("### Loss over epochs")
            told_chart(losses_figure(runs, palette), *words.losses_told(runs), "compare_losses")
        with st.container(border=True):
            st.markdown("### How wrong at each timestep")
            told_chart(errors_figure(runs, palette), *words.errors_told(runs), "compare_errors")
        with st.container(border=True):
            st.markdown("### One sample, answered by each")
            if same_data(runs):
                _answers(runs, palette)
            else:
                hint(words.WORDS["open"]["answers"])


def _answers(runs: Sequence[Compared], palette: Palette) -> None:
    dataset = runs[0].dataset
    names = [dataset.short_sample_name(index) for index in runs[0].snapshot.samples]
    which, target = sample_index(len(names)), 0
    if dataset.targets > 1:
        columns, key = range(dataset.targets), f"target_{dataset.targets}"
        target = st.selectbox("Target", columns, 0, dataset.target_names.__getitem__, key=key)
    if len(names) > 1:
        key = sample_key(len(names))
        st.select_slider("Sample", range(len(names)), format_func=names.__getitem__, key=key)
    told = words.answers_told(runs, which, target)
    told_chart(answers_figure(runs, which, target, palette), *told, "compare_answers")
