"""The list and the pictures: one fragment, which draws itself anew while one of the runs trains."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from lib.compared import LETTERS, Compared, part_of, same_data
from lib.experiment import MODES
from lib.figures.compare import answers_figure, errors_figure, losses_figure, sparkline
from lib.figures.html import templates
from lib.figures.palette import Palette
from lib.narrate import compare as words
from lib.ui import runs
from lib.ui.address import page_value, query_of
from lib.ui.compare.picks import listed, take_off, toggle, write_picks
from lib.ui.explore.live import WORDS
from lib.ui.fragment import following_fragment
from lib.ui.frame import PAGES
from lib.ui.session import session
from lib.ui.shown import pick_answers
from lib.ui.steady import told_chart
from lib.ui.text import card, hint, plain, press

LONGEST = 40
"""Of a name, in letters."""
SECONDS = 1.0
"""Between two looks for new figures, at least: each row is many elements."""
_HTML = templates(__file__)


def side_by_side(palette: Palette) -> None:
    """Draw all runs of the list, and those that are picked over one another."""
    following_fragment(listed, partial(_panel, palette), _going, SECONDS)


def _going(rows: Sequence[Compared]) -> set[str]:
    return {run.id for run in rows if run.snapshot.status.active}


def _panel(palette: Palette, rows: Sequence[Compared]) -> None:
    laid = sorted((run for run in rows if run.letter), key=lambda run: run.letter)
    st.markdown(f"# {plain(words.headline(laid))}")
    _list(rows, palette)
    if known := [run for run in laid if run.snapshot.results]:
        _pictures(known, palette)


def _list(rows: Sequence[Compared], palette: Palette) -> None:
    """A row for each run; those with a letter are laid over one another."""
    with st.container(key="compare_list", gap=None):
        for run, own in zip(rows, words.differences(rows), strict=True):
            key = f"compare_row_{run.id}"
            with st.container(key=key, horizontal=True, vertical_alignment="center"):
                _pick(run)
                st.html(_row(run, own, palette))
                with st.popover("More"):
                    _more(run)


def _pick(run: Compared) -> None:
    key, picks = f"pick_{run.id}", session().compare.picks
    st.session_state[key] = is_picked = run.id in picks
    full = len(picks) == len(LETTERS) and not is_picked
    act, name = partial(toggle, run.id), plain(run.name)
    st.checkbox(name, is_picked, key=key, disabled=full, on_change=act)


def _row(run: Compared, own: str, palette: Palette) -> str:
    """What is known of a run, as a list of terms with their values."""
    badge = "[recorded]" if run.is_recorded else WORDS[run.snapshot.status][0]
    badge = "[from a file]" if run.is_kept else badge
    part = part_of([run])
    said = {
        badge.partition("[")[2].rstrip("]"): words.reached(run),
        "settings": own,
        "error by epoch": sparkline(run, palette),
        "error at the last step": {
            mode: f"{MODES[mode].label} {words.spread(run, mode)}" for mode in run.results
        },
        f"{part} loss": {m: words.middling(run, m, words.LOSSES_AT_END[part]) for m in run.results},
    }
    return str(_HTML.row(run.letter, said, palette))


def _more(run: Compared) -> None:
    """What can be done with a run: another browser's can be looked at alone."""
    explore, icon = PAGES["Explore"]
    run_id, pace = None if run.is_recorded or run.is_kept else run.id, page_value("pace")
    there = query_of(run.experiment, run_id, {"pace": pace} if pace else {})
    st.page_link(explore, label="Open in Explore", icon=icon, query_params=there)
    if not runs.name_of(run.id):
        other = "A run from a file." if run.is_kept else "Another browser has started this run."
        hint("A recorded run." if run.is_recorded else other)
        return
    key = f"name_{run.id}"

    def rename() -> None:
        runs.rename(run.id, st.session_state[key])
        write_picks()

    st.text_input("Name", run.name, LONGEST, key, on_change=rename)
    about = "Takes it off this list, and stops it if it trains. Who watches it keeps its figures."
    press("Remove", "delete", f"remove_{run.id}", take_off, args=(run.id,), help=about)


def _pictures(laid: Sequence[Compared], palette: Palette) -> None:
    with st.container(key="compare_pictures"):
        with card("Loss over epochs"):
            told_chart(losses_figure(laid, palette), *words.losses_told(laid), "compare_losses")
        with card("How wrong at each timestep"):
            told_chart(errors_figure(laid, palette), *words.errors_told(laid), "compare_errors")
        with card("One sample, answered by each"):
            if same_data(laid):
                picked = pick_answers(laid[0])
                figure = answers_figure(laid, *picked, palette)
                told_chart(figure, *words.answers_told(laid, *picked), "compare_answers")
            else:
                hint(words.WORDS["open"]["answers"])
