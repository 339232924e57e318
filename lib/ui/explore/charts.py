"""The cards of a run: each has a title, a chart, and a takeaway in words; and the replay card.

The replay has Explore's pictures in one animated figure, which Plotly's slider and buttons move.
`replay.js` adds keys, and reports the epoch to Python once the figure rests.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from typing import Any
from weakref import ref

import streamlit as st

from lib import charts
from lib.charts import Chart, Frames, Palette, Words
from lib.data import cached_with_object, keep_newest
from lib.experiment import MODES
from lib.results import HIDDEN, RunAt, Snapshot, frames_of
from lib.text import beside, short
from lib.training import give_way
from lib.ui import address, widgets
from lib.ui.browser import component, lay_above
from lib.ui.fragment import Place
from lib.ui.session import Loaded, once, session
from lib.ui.settings import label_of
from lib.ui.shown import Epochs, ShownRun, pick_answers
from lib.ui.widgets import Linked, hint, plain, rerun_when, takeaway

Follow = Callable[[ShownRun], object]  # updates a drawing of a run
CARDS = ("predictions", "loss", "step_error", "compare")
EARLIER = Linked("earlier", ("", "yes"), 0, "earlier")  # last-step mode before the last step
OPEN_REPLAY = Linked("replay", ("", "yes"), 0, "open_replay")  # in place of the charts
LONGEST: dict[str, str] = beside(__file__)["longest"]  # takeaways, which reserve their space
MOST_LOOKS = 16  # charts kept per snapshot: of each card, theme, and choice of sample or target
REPLAY, CHART, START = "replay", "replay_chart", "replay_start"
POLL_SECONDS = 0.2  # between two checks whether requested frames are made
FRAMES: dict[Snapshot, Future[Frames]] = {}  # frames by snapshot, of all sessions of this server
MOST_FUTURES = 16
_replay = component(REPLAY, __file__, REPLAY)
_POOL = ThreadPoolExecutor(2, REPLAY, give_way)


def draw(
    names: Sequence[str], epochs: Epochs, palette: Palette, *, hold: bool = False, badge: str = ""
) -> Callable[[Epochs], None]:
    """Draw these cards, by their names in CARDS; returns what updates them.

    With `hold`, charts that are there stay as they are. The `badge` says which settings they show.
    While a run trains, the lower two take turns: a browser needs about 50 ms for each chart.
    """
    cards, layers, turns = dict[str, Follow](), Place(), cycle(names[2:] or [""])
    with st.container(key="cards"):
        for name in names:
            with card(name, badge):
                cards[name] = _contents(name, epochs.at_picked_epoch, palette, hold=hold)

    def lay() -> None:
        drawn, keys = session().charts, [f"chart_{name}" for name in cards]
        lay_above({key: drawn[key].top for key in keys if key in drawn}, layers)

    def follow(now: Epochs) -> None:
        waiting = next(turns) if now.shown.polling else ""
        for name, follow_run in cards.items():
            if name != waiting:
                follow_run(now.at_picked_epoch)
        lay()

    lay()
    return follow


def _contents(name: str, shown: ShownRun, palette: Palette, *, hold: bool) -> Follow:
    """Draw what is in a card; returns what updates it. With `hold` its earlier chart stays."""
    picked: tuple[int | bool, ...] = ()
    if name == "predictions":
        answer, earlier = head(shown, "the answers")
        picked = (*answer, earlier)
        if not shown.dataset.has_rows:
            hint(HIDDEN)
            return lambda _: None
    elif name == "loss":
        st.markdown("### Loss over epochs")
    elif name == "step_error":
        st.markdown("### How early could each model know?")
        picked = ("last" in shown.experiment.model.modes and bool(EARLIER.index),)
    else:
        several = len(shown.snapshot.results) > 1
        st.markdown(f"### {'One number for both' if several else 'Error at the last step'}")
    follow_numbers = _numbers(shown) if name == "compare" else lambda _: None
    key, texts = f"chart_{name}", session().card_texts
    chart, takeaway_place = widgets.SteadyChart(key, fills=True), widgets.Takeaway(LONGEST[name])

    def show(figure: Chart | None) -> None:
        chart.show(figure, " ".join(texts[name]))
        takeaway_place.show(*texts[name])

    def follow(now: ShownRun) -> None:
        follow_numbers(now)
        # A weak reference, or what is remembered of an untrained model would keep its data alive.
        parts = now.snapshot, name, now.experiment, ref(now.dataset), picked
        figure, texts[name] = _drawn(*parts, palette)
        show(figure)

    if hold and any(chart.pair.shown):
        show(None)
    else:
        follow(shown)
    return follow


def head(shown: ShownRun, what: str) -> tuple[tuple[int, int], bool]:
    """Draw a card's title, "… : `what`", and its pickers; returns `pick_answers()`, and EARLIER."""
    with st.container(horizontal=True, key="pickers", vertical_alignment="top"):
        st.markdown(f"### {plain(shown.dataset.title)}: {what}")
        if not shown.dataset.has_rows:  # no answers are drawn
            return (0, 0), False
        picked = pick_answers(shown, labels=False)
    has_last = "last" in shown.experiment.model.modes
    return picked, has_last and widgets.linked_toggle("What if we asked it earlier?", EARLIER)


@contextmanager
def card(name: str, badge: str = "") -> Iterator[None]:
    """Draw a card with a badge in its corner, if its picture shows other settings."""
    with st.container(border=True, key=f"card_{name}", gap="xxsmall"):
        yield
        if badge:  # the last, wherever it is seen: nothing comes into another's place
            with st.container(key=f"shows_{name}"):
                st.markdown(f":yellow-badge[these show {plain(badge)}]")


@partial(cached_with_object, size=MOST_LOOKS)
def _drawn(snapshot: Snapshot, name: str, *of: Any) -> tuple[Chart, Words]:
    """Compute a card's chart and words once for all sessions that look at the same."""
    experiment, dataset, picked, palette = of
    made = charts.EXPLORE_CARDS[name](RunAt(experiment, dataset(), snapshot), *picked)
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
            ranges = charts.seeds_range(now.snapshot, mode), charts.off_by(dataset, result)
            text = " · ".join(filter(None, ranges)) or None
            texts = colored(MODES[mode].label), colored(error), text, "off"
            places[mode].show("metric", *texts, delta_arrow="off")

    with st.container(key="compare", horizontal=True):
        follow(shown)
    return follow


def is_same(loaded: Loaded, shown: ShownRun) -> bool:
    """Whether the shown run has the sidebar's settings and data."""
    run = shown.run
    return run is not None and run.experiment == loaded.experiment and run.dataset is loaded.dataset


def badge_of(loaded: Loaded, shown: ShownRun) -> str:
    """The settings or data that the shown run has instead of the sidebar's: "T = 40"."""
    if shown.run is None or is_same(loaded, shown):
        return ""
    title = shown.dataset.title
    own = charts.own_settings(shown.experiment, loaded.experiment, label_of)
    return title if title != loaded.dataset.title or not own else own


def replay(epochs: Epochs, palette: Palette, *, badge: str) -> None:
    """Draw the replay card in place of all others; `badge` as in `draw`."""
    shown, snapshot, choice = epochs.shown, epochs.shown.snapshot, epochs.choice

    def note_epoch() -> None:
        """Show the epoch at which the replay rests in the rest of the page."""
        if (picked_name := _reported("epoch")) in choice.texts:
            is_newest = choice.texts.index(picked_name) == choice.default
            address.set_page_values({"epoch": "" if is_newest else picked_name})

    with st.container(key="cards"), card(REPLAY, badge):
        picked, earlier = head(shown, "the training, epoch by epoch")
        if (asked := FRAMES.get(snapshot)) is None:  # once for all sessions that show the snapshot
            asked = _POOL.submit(frames_of, shown, epochs.weights)
            keep_newest(FRAMES, snapshot, asked, MOST_FUTURES)
        if not asked.done():
            rerun_when(asked.done, POLL_SECONDS, "The replay is being made …")
            return
        frames, epoch = asked.result(), epochs.picked
        place, names = len(frames) - 1, [frame.name for frame in frames]
        if epoch is not None:
            place = min(range(len(frames)), key=lambda k: abs(frames[k].snapshot.epoch - epoch))
        if names[place] != _reported("epoch"):  # else the browser's figure is there already
            st.session_state[START] = place
        layout = "narrow" if _reported("narrow") else "wide"
        start = st.session_state.get(START, place)
        # The very same one as long as the figure in the browser moves by itself.
        parts = frames, picked, palette.theme, earlier, layout, start
        look: dict[str, Any] = {"earlier": earlier, "layout": layout, "start": start}
        make = partial(charts.replay_figure, shown, frames, *picked, palette=palette, **look)
        text, *details = charts.replay_words(shown.dataset, frames)
        with st.container(key=CHART):
            figure = once(REPLAY, parts, make)
            st.plotly_chart(figure, config=charts.CONFIG, key=f"{CHART}_chart", alt=f"{text}")
        takeaway(text, *details)
        data = {"names": names, "epoch": names[place]}
        _replay(key=REPLAY, data=data, on_epoch_change=note_epoch, on_narrow_change=lambda: None)


def _reported(what: str) -> str:
    """The epoch's name without the count of times, or the layout, as replay.js reports it."""
    text: str = (st.session_state.get(REPLAY) or {}).get(what) or ""
    return text.partition(" ")[0]
