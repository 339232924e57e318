"""The cards of a run: each has a title, a chart, and a takeaway in words."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any
from weakref import ref

import streamlit as st

from lib.charts import EXPLORE_CARDS, Chart, Palette, Words, off_by, seeds_range
from lib.data import remembered
from lib.experiment import MODES
from lib.results import HIDDEN, RunAt, Snapshot
from lib.text import beside, short
from lib.ui.fragment import Place
from lib.ui.linked import Linked, linked_toggle
from lib.ui.session import session
from lib.ui.shown import ShownRun, pick_answers
from lib.ui.style import lay_above
from lib.ui.text import SteadyChart, Takeaway, hint, is_drawn, plain

Follow = Callable[[ShownRun], object]
"""Updates a drawing of a run."""
CARDS = ("predictions", "loss", "step_error", "compare")
EARLIER = Linked("earlier", ("", "yes"), 0, "earlier")
"""Whether to show last-step mode's outputs before the last step, which the model never returns."""
UPPER = 2
"""The number of cards on the first screen."""
LONGEST: dict[str, str] = beside(__file__)["longest"]
"""The longest usual takeaway of each chart, which reserves its space."""
MOST_LOOKS = 16
"""Charts kept per snapshot: of each card, theme, and choice of sample or target."""


def draw(
    names: Sequence[str], shown: ShownRun, palette: Palette, *, hold: bool = False, badge: str = ""
) -> Follow:
    """Draw these cards, by their names in CARDS; returns what updates them.

    With `hold`, charts that are there stay as they are. The `badge` says which settings they show,
    if not the sidebar's. While a run trains, the lower two cards take turns: a browser needs about
    50 ms for each chart, and people watch the upper two.
    """
    cards, layers, waiting = dict[str, Follow](), Place(), _waiting(names, shown)
    with st.container(key="cards"):
        for name in names:
            with card(name, badge):
                cards[name] = _contents(name, shown, palette, hold=hold or name == waiting)

    def lay() -> None:
        charts = session().charts.by_place
        lay_above({k: charts[k].top for k in map(chart_key, cards) if k in charts}, layers)

    def follow(now: ShownRun) -> None:
        waiting = _waiting(names, now)
        for name, follow_run in cards.items():
            if name != waiting:
                follow_run(now)
        lay()

    lay()
    return follow


def _waiting(names: Sequence[str], shown: ShownRun) -> str:
    """The card to leave out this time; "" for none."""
    session().charts.turn = turn = 1 - session().charts.turn
    return names[UPPER + turn] if shown.polling and len(names) > UPPER else ""


def chart_key(name: str) -> str:
    """The Streamlit key of a card's chart."""
    return f"chart_{name}"


def _contents(name: str, shown: ShownRun, palette: Palette, *, hold: bool) -> Follow:
    """Draw the inside of a card."""
    if name == "loss":
        st.markdown("### Loss over epochs")
        return _picture(name, shown, palette, (), hold=hold)
    if name == "step_error":
        st.markdown("### How early could each model know?")
        earlier = "last" in shown.experiment.model.modes and bool(EARLIER.index)
        return _picture(name, shown, palette, (earlier,), hold=hold)
    if name == "compare":
        several = len(shown.snapshot.results) > 1
        st.markdown(f"### {'One number for both' if several else 'Error at the last step'}")
        follow_numbers = _numbers(shown)
        follow_picture = _picture(name, shown, palette, (), hold=hold)
        return lambda now: (follow_numbers(now), follow_picture(now))
    answer, earlier = head(shown, "the answers")
    if shown.dataset.has_rows:
        return _picture(name, shown, palette, (*answer, earlier), hold=hold)
    hint(HIDDEN)
    return lambda _: None


def head(shown: ShownRun, what: str) -> tuple[tuple[int, int], bool]:
    """Draw a card's title, "… : `what`", and its pickers; returns `pick_answers()`, and EARLIER."""
    with st.container(horizontal=True, key="pickers", vertical_alignment="top"):
        st.markdown(f"### {plain(shown.dataset.title)}: {what}")
        if not shown.dataset.has_rows:  # no answers are drawn
            return (0, 0), False
        picked = pick_answers(shown, labels=False)
    has_last = "last" in shown.experiment.model.modes
    return picked, has_last and linked_toggle("What if we asked it earlier?", EARLIER)


@contextmanager
def card(name: str, badge: str = "") -> Iterator[None]:
    """A card with a badge in its corner: which settings its picture shows, if not the sidebar's."""
    with st.container(border=True, key=f"card_{name}", gap="xxsmall"):
        yield
        if badge:  # the last, wherever it is seen: nothing comes into another's place
            with st.container(key=f"shows_{name}"):
                st.markdown(f":yellow-badge[these show {plain(badge)}]")


def _picture(
    name: str, shown: ShownRun, palette: Palette, picked: tuple[int | bool, ...], *, hold: bool
) -> Follow:
    """Draw a chart, its takeaway and its details; with `hold`, keep what was drawn before."""
    chart, said = SteadyChart(chart_key(name), fills=True), Takeaway(LONGEST[name])
    told = session().charts.told

    def follow(now: ShownRun, *, hold: bool = False) -> None:
        figure = None
        if not (hold and is_drawn(chart_key(name))):
            # Not the data: they have the untrained model, and that what is remembered of it.
            about = now.snapshot, name, now.experiment, ref(now.dataset), picked
            figure, told[name] = _drawn(*about, palette)
        chart.show(figure, " ".join(told[name]))
        said.show(*told[name])

    follow(shown, hold=hold)
    return follow


@partial(remembered, size=MOST_LOOKS)
def _drawn(snapshot: Snapshot, name: str, *of: Any) -> tuple[Chart, Words]:
    """Compute a card's chart and words once for all sessions that look at the same."""
    experiment, dataset, picked, palette = of
    made = EXPLORE_CARDS[name](RunAt(experiment, dataset(), snapshot), *picked)
    return made.figure(palette), (made.takeaway(), made.sentence())


def _numbers(shown: ShownRun) -> Follow:
    """Draw the last-step error, the one number that means the same for both models."""
    dataset, count = shown.dataset, len(shown.snapshot.seeds)
    part = "validation" if dataset.has_validation else "training"
    scaled = ", of scaled targets: 1 is their variance in training" if dataset.is_scaled else ""
    what = f"Median and range over {count} seeds of the mean" if count > 1 else "Mean"
    hint(f"{what} squared error at the last step on {part} data{scaled}")
    places = {mode: Place() for mode in shown.snapshot.results}

    def follow(now: ShownRun) -> None:
        for mode, result in now.snapshot.middle.results.items():
            colored, error = MODES[mode].colored, short(result.final_mse)
            about = filter(None, (seeds_range(now.snapshot, mode), off_by(dataset, result)))
            words = colored(MODES[mode].label), colored(error), " · ".join(about) or None, "off"
            places[mode].show("metric", *words, delta_arrow="off")

    with st.container(key="compare", horizontal=True):
        follow(shown)
    return follow
