"""Pictures by name, for scenes and for cards that are embedded elsewhere.

Each is drawn from the page's data, the session's run, and the values in the address.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lib.charts import Palette, losses_figure, samples, shape_strip, stack_picture, stack_title
from lib.results import HIDDEN, LETTERS, Compared
from lib.shapes import broken, fixes, read_text, to_text, trace
from lib.story import GALLERY, Scene, find, offer, runs_of
from lib.text import readable
from lib.ui import address
from lib.ui.advice import TABLE
from lib.ui.cell import parts
from lib.ui.cell.chosen import choose, follow_playhead
from lib.ui.explore import charts
from lib.ui.explore.charts import card
from lib.ui.fragment import following_fragment
from lib.ui.linked import Linked
from lib.ui.session import Loaded, session
from lib.ui.shown import Epochs, fitting_run, shown_run, strip_values
from lib.ui.stage import traced_stack
from lib.ui.text import hint, plain, press, steady_chart, takeaway
from lib.ui.views import lesson

Draw = Callable[[Loaded, Palette], None]


@dataclass(frozen=True, slots=True)
class View:
    """A picture of the app, and the page that shows all of it."""

    title: str
    draw: Draw
    page: str = "Explore"
    part: str = ""  # of that page, as in its address
    needs_rows: bool = False  # whether it draws a sample of the data


def draw_strip(loaded: Loaded, palette: Palette) -> None:
    """Draw every tensor of both models, with one sample's values as shades."""
    experiment, dataset = loaded.experiment, loaded.dataset
    with st.container(border=True, key="strip"):
        sample, traces = strip_values(Epochs.of(fitting_run(experiment, dataset)).then)
        st.html(shape_strip(experiment, dataset, palette, traces=traces, sample=sample))


def _chart(name: str, loaded: Loaded, palette: Palette) -> None:
    """Draw one of Explore's cards, which follows a run while it trains."""

    def draw_card(epochs: Epochs) -> Callable[[Epochs], object]:
        follow = charts.draw([name], epochs.then, palette)
        return lambda now: follow(now.then)

    following_fragment(
        lambda: Epochs.of(shown_run(loaded.experiment, loaded.dataset)),
        draw_card,
        lambda epochs: epochs.shown.polling,
        about=lambda epochs: epochs.about,
    )


def _sample(loaded: Loaded, palette: Palette) -> None:
    """Draw the sample that the address names, else the first, with its takeaway."""
    numbers = [f"{number + 1}" for number in range(len(loaded.dataset.x))]
    number = Linked("sample", numbers, 0, "").index
    with st.container(key="cards"), st.container(border=True, key="card_sample"):
        says, details = samples.sample_words(loaded.dataset, number)
        figure = samples.sample_figure(loaded.dataset, number, palette)
        steady_chart(figure, f"{says} {details}", "chart_sample", fills=True)
        takeaway(says, details)


def _cells(_: Loaded, palette: Palette) -> None:
    """Draw the gallery's two recorded cells, whose loss is the error at the last step."""
    laid, ends = list[Compared](), list[str]()
    for letter, (name, run) in zip(LETTERS, runs_of(GALLERY["cells"]).items(), strict=False):
        compared = Compared(run.experiment, run.dataset, run.snapshot, name, name, letter)
        laid.append(compared)
        ends.append(f"{letter}, {name}, {readable(compared.results['last'].final_mse, 2)}")
    with st.container(key="cards"), card("cells"):
        st.markdown("### Last-step mode on fifty steps")
        words = f"This loss is the mean squared error: {'; '.join(ends)}."
        steady_chart(losses_figure(laid, palette), words, "chart_cells", fills=True)
        takeaway(words)


def _cell_runs(loaded: Loaded, palette: Palette) -> None:
    """Draw the layer at every timestep, with a playhead that plays by itself."""
    chosen = choose(loaded)
    with st.container(border=True, key="cell_unrolled"):
        parts.draw_chain(chosen, palette, as_it_runs=True)
    follow_playhead(st.container(key="scene_plays"), chosen.layer_pass, plays=True)


def _stack(_: Loaded, palette: Palette) -> None:
    """Draw a stack, and buttons that fix it if it breaks."""
    steps = traced_stack()
    with st.container(border=True, key="stack"):
        title = stack_title(steps)
        scene = find(session().stage.scene)
        first = read_text(scene.query.get("stack", [""])[-1])[0] if scene else ()
        is_mended = broken(trace(first)) is not None and broken(steps) is None
        takeaway(f"Mended: {title[:1].lower()}{title[1:]}" if is_mended else title)
        st.html(stack_picture(steps, palette))
        for number, fix in enumerate(fixes(steps)):
            mend = partial(address.set_page_value, "stack", to_text(fix.stack))
            press(plain(fix.words), "build", f"fix_{number}", mend, wrap=True)


def _advice(_: Loaded, __: Palette) -> None:
    """Draw the table of usual cases."""
    with st.container(border=True):
        st.html(TABLE)


def _of_cell(title: str, name: str, draw_one: parts.Draw | None = None) -> View:
    """A part of the Cell page, or one of its cards, for which Keras answers the first question."""
    _, places, draw_all = parts.PARTS[name]
    asked = places[:1] if draw_one else places
    has_playhead = draw_one is not parts.draw_last_step
    draw_it = partial(parts.draw_part, asked, draw_one or draw_all, has_playhead=has_playhead)
    return View(title, draw_it, "Cell", "" if name == "unrolled" else name, needs_rows=True)


VIEWS = {
    "strip": View("Shapes of both models", draw_strip),
    "predictions": View("Answers by timestep", partial(_chart, "predictions")),
    "loss": View("Loss over epochs", partial(_chart, "loss")),
    "step_error": View("Error by timestep", partial(_chart, "step_error")),
    "compare": View("The number that compares", partial(_chart, "compare")),
    "sample": View("One sample", _sample, "Data", needs_rows=True),
    "cells": View("Two cells on fifty steps", _cells),
    "unrolled": _of_cell("The layer, unrolled", "unrolled"),
    "runs": View("The cell runs through time", _cell_runs, "Cell", needs_rows=True),
    "proof": _of_cell("The modes are one", "proof"),
    "one": _of_cell("The last row of one is the other", "proof", parts.draw_last_step),
    "break": _of_cell("What breaks that", "break"),
    "learn": _of_cell("How far each loss reaches", "learn"),
    "reach": _of_cell("The gradient that each loss leaves", "learn", parts.draw_reach),
    "leak": View("Noise foretold, both ways", parts.draw_leak, "Cell", "break"),
    "stack": View("A stack of layers", _stack, "Shapes"),
    "chain": View("The layer along time", lesson.chain, "Cell", needs_rows=True),
    "hand": View("One cell by hand", lesson.hand, "Cell", needs_rows=True),
    "pair": View("An output and a target", lesson.pair, "Shapes", "target"),
    "target": View("What a loss makes of a target", lesson.target, "Shapes", "target"),
    "code": View("A stack as code", lesson.code, "Shapes"),
    "worked": View("The two worked examples, number by number", lesson.worked),
    "glance": View("Masks, states, both directions", lesson.glance, "Cell", needs_rows=True),
    "damage": View("What a silent mistake does", lesson.damage, "Shapes", "target"),
    "advice": View("Which one do I need?", _advice),
}
"""Views by their names in scenes and in the address."""
offer(Scene(f"view.{name}", view.title, name, page=view.page) for name, view in VIEWS.items())


def draw(name: str, loaded: Loaded, palette: Palette) -> None:
    """Draw a view, by its name in VIEWS."""
    view = VIEWS[name]
    if view.needs_rows and not loaded.dataset.has_rows:
        hint(HIDDEN)
    else:
        view.draw(loaded, palette)
