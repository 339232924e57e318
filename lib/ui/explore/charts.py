"""The cards of a run: each a title, a picture, and the sentence that says the same in words."""

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
"""Brings what was drawn of a run up to date."""
EARLIER = Linked("earlier", ("", "yes"), 0, "earlier")
"""Whether last-step mode's answers before the last step are shown, which nobody gets from it."""
UPPER = 2
"""So many cards are on the first screen."""
LONGEST: dict[str, str] = beside(__file__)["longest"]
"""The longest usual takeaway of each chart: its room is kept."""
MOST_LOOKS = 16
"""So many charts of one snapshot are kept: of each card, theme, and choice of sample or target."""


def draw(
    names: Sequence[str],
    shown: ShownRun,
    palette: Palette,
    *,
    hold: bool = False,
    badge: str = "",
) -> Follow:
    """These cards, by their names in CARDS.

    With `hold`, charts that are there stay as they are. The `badge` says which settings they show,
    where these aren't the sidebar's. What is returned brings them up to date. While a run trains,
    the lower two change in turns: a browser needs about 50 ms for each chart, and the upper two are
    what people watch.
    """
    cards, layers, waiting = dict[str, Follow](), Place(), _waiting(names, shown)
    with st.container(key="cards"):
        for name in names:
            with card(name, badge, _title(name, shown)):
                cards[name] = CARDS[name](shown, palette, hold=hold or name == waiting)

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
    """The card that isn't drawn this time; "" where all are."""
    session().charts.turn = turn = 1 - session().charts.turn
    return names[UPPER + turn] if shown.polling and len(names) > UPPER else ""


def chart_key(name: str) -> str:
    """Of a card's chart."""
    return f"chart_{name}"


def _title(name: str, shown: ShownRun) -> str:
    """What stands above a card; the answers have a head of their own."""
    several = len(shown.snapshot.results) > 1
    return {
        "loss": "Loss over epochs",
        "step_error": "How early could each model know?",
        "compare": "One number for both" if several else "Error at the last step",
    }.get(name, "")


def _predictions(shown: ShownRun, palette: Palette, *, hold: bool) -> Follow:
    picked, earlier = head(shown, "the answers")
    if not shown.dataset.has_rows:
        hint(HIDDEN)
        return lambda _: None
    return _picture("predictions", shown, palette, (*picked, earlier), hold=hold)


def _step_error(shown: ShownRun, palette: Palette, *, hold: bool) -> Follow:
    earlier = "last" in shown.experiment.model.modes and bool(EARLIER.index)
    return _picture("step_error", shown, palette, (earlier,), hold=hold)


def _compare(shown: ShownRun, palette: Palette, *, hold: bool) -> Follow:
    both = _numbers(shown), _picture("compare", shown, palette, hold=hold)
    return lambda now: [follow(now) for follow in both]


CARDS: dict[str, Callable[..., Follow]] = {
    "predictions": _predictions,
    "loss": lambda shown, palette, *, hold: _picture("loss", shown, palette, hold=hold),
    "step_error": _step_error,
    "compare": _compare,
}
"""By name, what draws the inside of a card."""


def head(shown: ShownRun, what: str) -> tuple[tuple[int, int], bool]:
    """The head of a card of `what`, its title, and two choices: as `pick_answers`, and EARLIER."""
    with st.container(horizontal=True, key="pickers", vertical_alignment="top"):
        st.markdown(f"### {plain(shown.dataset.title)}: {what}")
        if not shown.dataset.has_rows:  # no answers are drawn
            return (0, 0), False
        picked = pick_answers(shown, labels=False)
    has_last = "last" in shown.experiment.model.modes
    return picked, has_last and linked_toggle("What if we asked it earlier?", EARLIER)


@contextmanager
def card(name: str, badge: str, title: str = "") -> Iterator[None]:
    """A card, in the corner of which stands which settings its picture shows, if others."""
    with st.container(border=True, key=f"card_{name}", gap="xxsmall"):
        if title:
            st.markdown(f"### {title}")
        yield
        if badge:  # the last, wherever it is seen: nothing comes into another's place
            with st.container(key=f"shows_{name}"):
                st.markdown(f":yellow-badge[these show {plain(badge)}]")


def _picture(
    name: str, shown: ShownRun, palette: Palette, picked: tuple[int | bool, ...] = (), *, hold: bool
) -> Follow:
    """A chart, its takeaway and its details. With `hold` what is there stays, and costs nothing."""
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
    """A card's chart and words, made once for all who look at the same."""
    experiment, dataset, picked, palette = of
    made = EXPLORE_CARDS[name]
    facts = made.facts(RunAt(experiment, dataset(), snapshot), *picked)
    return made.figure(facts, palette), (made.takeaway(facts), made.sentence(facts))


def _numbers(shown: ShownRun) -> Follow:
    """Last-step error, the one number that means the same for both models."""
    dataset = shown.dataset
    part = "validation" if dataset.has_validation else "training"
    scaled = ", of scaled targets: 1 is their variance in training" if dataset.is_scaled else ""
    count = len(shown.snapshot.seeds)
    what = f"Median and range over {count} seeds of the mean" if count > 1 else "Mean"
    hint(f"{what} squared error at the last step on {part} data{scaled}")
    places = {mode: Place() for mode in shown.snapshot.results}

    def follow(now: ShownRun) -> None:
        for mode, result in now.snapshot.middle.results.items():
            colored, error = MODES[mode].colored, short(result.final_mse)
            spread = seeds_range(now.snapshot, mode)
            about = " · ".join(filter(None, (spread, off_by(dataset, result))))
            what = colored(MODES[mode].label), colored(error), about or None, "off"
            places[mode].show("metric", *what, delta_arrow="off")

    with st.container(key="compare", horizontal=True):
        follow(shown)
    return follow
