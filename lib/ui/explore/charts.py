"""The cards of a run: each a title, a picture, and the sentence that says the same in words."""

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.english import short
from lib.experiment import MODES
from lib.figures.by_epoch import compare_figure, loss_figure
from lib.figures.by_timestep import predictions_figure, step_error_figure
from lib.figures.chart import Chart
from lib.figures.palette import Palette
from lib.narrate import Told, explore, takeaways
from lib.run import RunAt, Snapshot
from lib.tables.table import remembered
from lib.toml import beside
from lib.ui.linked import Linked, linked_toggle
from lib.ui.session import session
from lib.ui.shown import ShownRun, pick_answers
from lib.ui.text import hint, is_drawn, plain, steady_chart, takeaway

EARLIER = Linked("earlier", ("", "yes"), 0, "earlier")
"""Whether last-step mode's answers before the last step are shown, which nobody gets from it."""
UPPER = 2
"""So many cards are on the first screen."""
LONGEST: dict[str, str] = beside(__file__)["longest"]
"""The longest usual takeaway of each chart: its room is kept."""
MOST_LOOKS = 16
"""So many charts of one snapshot are kept: of each card, theme, and choice of sample or target."""


def draw(shown: ShownRun, palette: Palette, *, with_lower: bool, hold: bool, badge: str) -> None:
    """All cards; those of the lower two charts only `with_lower`.

    While a run trains, these two change in turns: a browser needs about 50 ms for each chart, and
    the upper two are what people watch. With `hold`, charts that are there stay as they are. The
    `badge` says which settings they show, where these aren't the sidebar's.
    """
    session().charts.turn = 1 - session().charts.turn
    turn = session().charts.turn if shown.polling else None
    with st.container(key="cards"):
        for place, name in enumerate(CARDS):
            if place < UPPER or with_lower:
                waits = turn is not None and place == UPPER + turn
                draw_card(name, shown, palette, hold=hold or waits, badge=badge)


def draw_card(
    name: str, shown: ShownRun, palette: Palette, *, hold: bool = False, badge: str = ""
) -> None:
    """One of the cards, by its name in CARDS."""
    with card(name, badge, _title(name, shown)):
        CARDS[name](shown, palette, hold=hold)


def _title(name: str, shown: ShownRun) -> str:
    """What stands above a card; the answers have a head of their own."""
    several = len(shown.snapshot.results) > 1
    return {
        "loss": "Loss over epochs",
        "step_error": "How early could each model know?",
        "compare": "One number for both" if several else "Error at the last step",
    }.get(name, "")


def _predictions(shown: ShownRun, palette: Palette, *, hold: bool) -> None:
    picked, earlier = head(shown, "the answers")
    _picture("predictions", shown, palette, (*picked, earlier), hold=hold)


def _loss(shown: ShownRun, palette: Palette, *, hold: bool) -> None:
    _picture("loss", shown, palette, hold=hold)


def _step_error(shown: ShownRun, palette: Palette, *, hold: bool) -> None:
    earlier = "last" in shown.experiment.model.modes and bool(EARLIER.index)
    _picture("step_error", shown, palette, (earlier,), hold=hold)


def _compare(shown: ShownRun, palette: Palette, *, hold: bool) -> None:
    _numbers(shown)
    _picture("compare", shown, palette, hold=hold)


CARDS: dict[str, Callable[..., None]] = {
    "predictions": _predictions,
    "loss": _loss,
    "step_error": _step_error,
    "compare": _compare,
}
"""By name, what draws the inside of a card."""


def head(shown: ShownRun, what: str) -> tuple[tuple[int, int], bool]:
    """The head of a card of `what`, its title, and two choices: as `pick_answers`, and EARLIER."""
    with st.container(horizontal=True, key="pickers", vertical_alignment="top"):
        st.markdown(f"### {plain(shown.dataset.title)}: {what}")
        picked = pick_answers(shown, labels=False)
    has_last = "last" in shown.experiment.model.modes
    return picked, has_last and linked_toggle("What if we asked it earlier?", EARLIER)


def card(name: str, badge: str, title: str = "") -> DeltaGenerator:
    """A card, in the corner of which stands which settings its picture shows, if others."""
    card = st.container(border=True, key=f"card_{name}", gap="xxsmall")
    with card, st.container(key=f"shows_{name}"):  # there always: nothing below it moves
        if badge:
            st.markdown(f":yellow-badge[these show {plain(badge)}]")
    if title:
        card.markdown(f"### {title}")
    return card


def _picture(
    name: str, shown: ShownRun, palette: Palette, picked: tuple[int | bool, ...] = (), *, hold: bool
) -> None:
    """A chart, its takeaway and its details. With `hold` one that is there costs nothing."""
    key, about = f"chart_{name}", (shown.snapshot, name, shown.experiment, shown.dataset, picked)
    words, details = _told(*about)
    figure = None if hold and is_drawn(key) else _figure(*about, palette)
    steady_chart(figure, f"{words} {details}", key, fills=True)
    takeaway(words, details, longest=LONGEST[name])


@partial(remembered, size=MOST_LOOKS)
def _told(snapshot: Snapshot, name: str, *of: Any) -> Told:
    """What is said of a card's chart, found once for all who look at the same."""
    experiment, dataset, picked = of
    return TOLD[name](RunAt(experiment, dataset, snapshot), *picked)


@partial(remembered, size=MOST_LOOKS)
def _figure(snapshot: Snapshot, name: str, *of: Any) -> Chart:
    """A card's chart, drawn once for all who look at the same."""
    experiment, dataset, picked, palette = of
    return FIGURES[name](RunAt(experiment, dataset, snapshot), *picked, palette=palette)


FIGURES: dict[str, Callable[..., Chart]] = {
    "predictions": lambda run, sample, target, earlier, palette: predictions_figure(
        run, sample, target, palette=palette, earlier=earlier
    ),
    "loss": loss_figure,
    "step_error": lambda run, earlier, palette: step_error_figure(run, palette, earlier=earlier),
    "compare": compare_figure,
}
TOLD: dict[str, Callable[..., Told]] = {
    "predictions": lambda run, sample, target, earlier: (
        takeaways.predictions_takeaway(run, sample, target),
        explore.predictions_sentence(run, sample, target, earlier=earlier),
    ),
    "loss": lambda run: (takeaways.loss_takeaway(run), explore.loss_sentence(run)),
    "step_error": lambda run, earlier: (
        takeaways.step_error_takeaway(run),
        explore.step_error_sentence(run, earlier=earlier),
    ),
    "compare": lambda run: (takeaways.compare_takeaway(run), explore.compare_sentence(run)),
}
"""By card, of a run at a moment and what is picked in the card."""


def _numbers(shown: ShownRun) -> None:
    """Last-step error, the one number that means the same for both models."""
    dataset = shown.dataset
    part = "validation" if dataset.has_validation else "training"
    scaled = ", of scaled targets: 1 is their variance in training" if dataset.is_scaled else ""
    count = len(shown.snapshot.seeds)
    what = f"Median and range over {count} seeds of the mean" if count > 1 else "Mean"
    hint(f"{what} squared error at the last step on {part} data{scaled}")
    with st.container(key="compare", horizontal=True):
        for mode, result in shown.snapshot.middle.results.items():
            colored, error = MODES[mode].colored, short(result.final_mse)
            spread = explore.seeds_range(shown.snapshot, mode)
            about = " · ".join(filter(None, (spread, explore.typical_error(dataset, result))))
            label = colored(MODES[mode].label)
            st.metric(label, colored(error), about or None, "off", delta_arrow="off")
