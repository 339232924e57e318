"""The cards of a run, each with a title, a chart, and a takeaway."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from typing import Any, cast
from weakref import ref

import streamlit as st

from lib import charts
from lib.charts import Chart, Palette, Words, cards_of, sentences
from lib.data import Dataset, cached_with_object
from lib.experiment import MODES, Experiment
from lib.results import Part, RunAt, Snapshot, measure_of
from lib.text import capital
from lib.ui import widgets
from lib.ui.browser import lay_above
from lib.ui.explore.skill import label_scores, test_button
from lib.ui.fragment import Place
from lib.ui.session import Loaded, session
from lib.ui.shown import Epochs, ShownRun, draw_pickers, sample_and_target
from lib.ui.widgets import Linked, hint, linked_toggle, plain

Follow = Callable[[ShownRun], object]  # updates a drawing of a run
Look = tuple[tuple[Any, ...], Palette]  # the arguments that a card `picks`, and the colors
EARLIER = Linked("earlier", ("", "yes"), 0, "earlier")  # 1: show all modes at every step
OPEN_REPLAY = Linked("replay", ("", "yes"), 0, "open_replay")  # 1: only the replay
KEYS = (EARLIER.name, OPEN_REPLAY.name)  # in the address
CONFUSION = "confusion"  # the key of the card with confusion matrices


def draw(
    names: Sequence[str], epochs: Epochs, palette: Palette, *, badge: str = ""
) -> Callable[[Epochs], None]:
    """Draw cards by their names in `cards_of`. Return a function that updates them.

    For `badge`, see `badge_of`. While a run trains, each update skips one of the lower two cards in
    turn: a browser needs about 50 ms for each chart.
    """
    cards, layers, turns = dict[str, Follow](), Place(), cycle(names[2:] or [""])
    with st.container(key="cards"):
        for name in names:
            with card(name, badge):
                cards[name] = _contents(name, epochs.at_picked_epoch, palette)
        if len(names) > 1 and epochs.shown.dataset.has_labels:
            with card(CONFUSION, badge):
                cards[CONFUSION] = _label_tables(epochs.at_picked_epoch, palette)

    def lay() -> None:
        drawn, keys = session().charts, [f"chart_{name}" for name in cards]
        lay_above({key: drawn[key].top for key in keys if key in drawn}, layers)

    def follow(now: Epochs) -> None:
        skipped = next(turns) if now.shown.polling else ""
        for name, follow_run in cards.items():
            if name != skipped:
                follow_run(now.at_picked_epoch)
        lay()

    lay()
    return follow


def _contents(name: str, shown: ShownRun, palette: Palette) -> Follow:
    """Draw a card's contents. Return a function that updates them."""
    model = shown.experiment.model
    kind, (sample, target) = cards_of(shown.dataset, model.pooling)[name], sample_and_target(shown)
    earlier = bool(sentences.early_names(model)) and EARLIER.index == 1
    if name == "predictions":
        (sample, target), earlier = head(shown, kind.title.lower())
    else:
        st.markdown(f"### {kind.title}")
    options: dict[str, int] = {"sample": sample, "target": target, "earlier": earlier}
    picked = tuple(options[each] for each in kind.picks)
    follow_numbers = _numbers(shown) if name == "compare" else lambda _: None
    chart = widgets.SteadyChart(f"chart_{name}", fills=True)
    takeaway_place = widgets.Takeaway()

    def follow(now: ShownRun) -> None:
        follow_numbers(now)
        # A weak reference: a cached chart of an untrained model must not keep the data alive.
        data, look = ref(now.dataset), (picked, palette)
        figure, words = _drawn(now.snapshot, name, now.experiment, data, look)
        chart.show(figure, " ".join(words))
        takeaway_place.show(*words)

    follow(shown)
    return follow


def _label_tables(shown: ShownRun, palette: Palette) -> Follow:
    """Draw the tables of a run with labels. Return a function that updates them."""
    st.markdown("### Last step: true classes (rows) and predicted classes (columns)")
    place, words, tables = Place(), widgets.Takeaway(), st.container(gap="xxsmall")
    parts: list[Part] = ["evaluated", "test"] if test_button(shown) else ["evaluated"]

    def follow(now: ShownRun) -> None:
        skills = {part: label_scores(now, part) for part in parts}
        place.show("html", charts.confusion.label_tables(now, skills, palette))
        words.show(*charts.confusion.label_words(now, skills))

    with tables:
        follow(shown)
    return follow


def head(shown: ShownRun, topic: str) -> tuple[tuple[int, int], bool]:
    """Draw a card's title and pickers. Return sample and target, and whether EARLIER is chosen."""
    with st.container(horizontal=True, key="pickers", vertical_alignment="top"):
        st.markdown(f"### {plain(shown.dataset.title.removesuffix('?'))}: {topic}")
        picked = draw_pickers(shown, labels=False)
    has_early = bool(sentences.early_names(shown.experiment.model))
    return picked, has_early and linked_toggle("Models at earlier steps", EARLIER)


@contextmanager
def card(name: str, badge: str = "") -> Iterator[None]:
    """Draw a card, with a badge on its edge if the card shows a run with other settings."""
    with st.container(border=True, key=f"card_{name}", gap="xxsmall"):
        yield
        if badge:  # drawn last, so that a badge moves no other element
            with st.container(key=f"shows_{name}"):
                st.markdown(f":yellow-badge[{plain(badge)}]")


@partial(cached_with_object, size=16)  # charts of a snapshot, by card, theme, sample and target
def _drawn(
    snapshot: Snapshot, name: str, experiment: Experiment, dataset: ref[Dataset], look: Look
) -> tuple[Chart, Words]:
    """Compute a card's chart and words once for all sessions that show them."""
    picked, palette = look
    run = RunAt(experiment, cast(Dataset, dataset()), snapshot)
    card = cards_of(run.dataset, experiment.model.pooling)[name](run, *picked)
    return card.figure(palette), (card.takeaway(), card.sentence())


def _numbers(shown: ShownRun) -> Follow:
    """Draw the error or accuracy at the last step. Return a function that updates it."""
    dataset, count = shown.dataset, len(shown.snapshot.seeds)
    part = "validation" if dataset.has_validation else "training"
    whose = ["", " of both modes", " of all modes"][len(shown.snapshot.results) - 1]
    measure = measure_of(dataset)
    hint(capital(f"{'median ' if count > 1 else ''}{part} {measure.short_name}{whose}"))
    places = {mode: Place() for mode in shown.snapshot.results}

    def follow(now: ShownRun) -> None:
        for mode, result in now.snapshot.middle.results.items():
            colored, value = MODES[mode].colored, measure.text(getattr(result, measure.field))
            seeds = charts.seeds_range(now.snapshot, mode, measure)
            off = charts.off_by(dataset, result)
            details = " · ".join(filter(None, (seeds and f"seeds: {seeds}", off))) or None
            texts = colored(MODES[mode].label), colored(value), details
            places[mode].show("metric", *texts, delta_color="off", delta_arrow="off")

    with st.container(key="compare", horizontal=True):
        follow(shown)
    return follow


def is_same(loaded: Loaded, shown: ShownRun) -> bool:
    """Return whether the shown run has the sidebar's settings and data."""
    run = shown.run
    return run is not None and run.experiment == loaded.experiment and run.dataset is loaded.dataset


def badge_of(loaded: Loaded, shown: ShownRun) -> str:
    """Return how the shown run differs from the sidebar: its data or "other settings", or ""."""
    if shown.run is None or is_same(loaded, shown):
        return ""
    is_same_data = shown.dataset.title == loaded.dataset.title
    return "other settings" if is_same_data else shown.dataset.title
