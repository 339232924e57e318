"""Views: named pictures of the page's data, run and address, for scenes and embedded cards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import PurePath
from urllib.parse import urlencode

import streamlit as st

from lib import charts, shapes
from lib.charts import Palette, cell, scenes
from lib.data import keras_target
from lib.story import GALLERY, SCENES, Scene, plot_of
from lib.text import joined
from lib.ui import address
from lib.ui.browser import PICTURED, current_palette
from lib.ui.cell import parts
from lib.ui.cell.chosen import choose, follow_playhead
from lib.ui.explore import run_cards
from lib.ui.explore.live import draw_strip
from lib.ui.frame import PAGES, begin_page, complaints
from lib.ui.session import Loaded
from lib.ui.settings import settled_experiment
from lib.ui.shapes.parts import damage_card
from lib.ui.shown import follow_epochs, load_data
from lib.ui.stage import traced_stack
from lib.ui.widgets import Linked, card_chart, hint, plain, press, takeaway

Draw = Callable[[Loaded, Palette], None]
TEXTS = scenes.TEXTS


@dataclass(frozen=True, slots=True)
class View:
    """A picture, and the page that shows more of it."""

    title: str
    draw: Draw
    page: str = "Explore"
    part: str = ""  # the part of that page, as in its address


def _charts(names: Sequence[str], loaded: Loaded, palette: Palette) -> None:
    if "pool" in names and loaded.experiment.model.pooling not in charts.POOL_CARDS:
        hint(TEXTS["no_pool"])
        return
    follow_epochs(loaded, partial(run_cards.draw, names, palette=palette))


def _sample(loaded: Loaded, palette: Palette) -> None:
    with st.container(key="cards"):
        sample_card(loaded, palette)


def sample_card(loaded: Loaded, palette: Palette) -> None:
    """Draw the sample named in the address, by default the first, with its takeaway."""
    numbers = [f"{index + 1}" for index in range(len(loaded.dataset.x))]
    sample = Linked("sample", numbers, 0, "").index
    with st.container(border=True, key="card_sample"):
        drawing = scenes.sample(loaded.dataset, sample)
        card_chart(drawing.draw(palette), *drawing.words, "chart_sample", fills=True)


def _recorded(name: str, _: Loaded, palette: Palette) -> None:
    """Draw the recorded runs of a gallery card by epoch."""
    scene = GALLERY[name]
    with st.container(key="cards"), run_cards.card(name):
        if plot := plot_of(scene):
            words = scene.title, TEXTS.get(name, "")
            drawing = scenes.small_chart(scene.picture, plot, *words)
            st.markdown(f"### {drawing.title}")
            card_chart(drawing.draw(palette), *drawing.words, f"chart_{name}", fills=True)


def _traced(loaded: Loaded) -> tuple[shapes.TracedLayer, ...]:
    """Trace the address's stack or, if the address has none, the model that Explore trains."""
    model, (_, timesteps, features) = loaded.experiment.model, loaded.dataset.shape
    own = (model, model.modes[0], timesteps, features, loaded.dataset.targets)
    labels = keras_target(loaded.experiment, loaded.dataset).layers
    return traced_stack() or shapes.trace(shapes.model_stack(*own, **labels))


def _stack(loaded: Loaded, palette: Palette) -> None:
    """Draw a stack, and buttons that fix it if it breaks."""
    steps = _traced(loaded)
    with st.container(border=True, key="stack"):
        drawing = scenes.traced(steps)
        takeaway(drawing.takeaway)
        st.html(drawing.draw(palette))
        for number, fix in enumerate(shapes.fixes(steps)):
            apply = partial(address.set_page_value, "stack", shapes.to_text(fix.stack))
            press(plain(fix.fix), "build", f"fix_{number}", apply, wrap=True)


def _advice(_: Loaded, __: Palette) -> None:
    with st.container(border=True):
        st.html(scenes.advice_table())


def _chain(loaded: Loaded, palette: Palette, *, plays: bool = False) -> None:
    """Draw the layer at every timestep, with a playing playhead if `plays` is True."""
    chosen = choose(loaded)
    with st.container(border=True, key="cell_unrolled" if plays else "chain"):
        parts.draw_chain(chosen, palette, as_it_runs=plays)
    if plays:
        follow_playhead(st.container(key="scene_plays"), chosen, plays=True)


def _hand(loaded: Loaded, palette: Palette) -> None:
    """Draw a layer with its outputs, and the arithmetic of the playhead's step."""
    chosen = choose(loaded)
    layer, bar = chosen.layer_pass, st.container(key="cell_bar")
    with st.container(border=True, gap="xsmall"):
        parts.draw_chain(chosen, palette, has_takeaway=False)
        tables = st.container().empty()
    drawn_at, is_small = address.page_value("step"), cell.can_show(layer.x.shape[1], layer.units)

    def write(step: int, _: int) -> None:
        if is_small:
            tables.html(cell.by_hand(layer, step, palette))
        if address.page_value("step") != drawn_at:  # the guide's task may be to reach this step
            st.rerun()

    follow_playhead(bar, chosen, write)


def _pair(_: Loaded, palette: Palette) -> None:
    drawing = scenes.pair(shapes.read_question(address.page_value("check")))
    with st.container(border=True, key="pair"):
        hint(drawing.takeaway)
        st.html(drawing.draw(palette))


def _target(_: Loaded, palette: Palette) -> None:
    """Draw how a loss compares an output with a target, the damage, and buttons that fix it."""
    question = shapes.read_question(address.page_value("check"))
    drawing = scenes.compared(question)
    with st.container(border=True, gap="xsmall", key="target"):
        takeaway(drawing.title)
        st.html(drawing.draw(palette))
        hint(drawing.takeaway)
        with st.container(key="target_fixes", gap="xsmall"):
            for place, fix in enumerate(question.diagnose().fixes):
                label, fixed = scenes.fixed(question, fix)
                act = partial(address.set_page_value, "check", shapes.write_question(fixed))
                press(plain(label), "build", f"target_fix_{place}", act)


def _damage(_: Loaded, palette: Palette) -> None:
    with st.container(border=True, key="damage"):
        damage_card(shapes.read_question(address.page_value("check")), palette)


def _code(loaded: Loaded, _: Palette) -> None:
    with st.container(border=True):
        st.code("\n".join(shapes.code_lines(_traced(loaded))), language="python", wrap_lines=True)


def _worked(_: Loaded, __: Palette) -> None:
    st.html(scenes.worked_picture())


def _glance(loaded: Loaded, palette: Palette) -> None:
    layer = choose(loaded).layer_pass
    with st.container(border=True):
        st.html(scenes.glance_picture(layer, palette))


def _of_cell(title: str, name: str, draw_one: parts.Draw | None = None) -> View:
    """Return the view of a part of the Cell page, or of one of its cards (`draw_one`)."""
    part = parts.PARTS[name]
    if draw_one:
        part = replace(part, places=part.places[:1], draw=draw_one, has_playhead=False)
    own_part = "" if name == "unrolled" else name
    return View(title, partial(parts.draw_part, part), "Cell", own_part)


VIEWS = {  # by name in scenes and in the address
    "strip": View("Shapes of the models", draw_strip),
    "predictions": View("Predictions by timestep", partial(_charts, ["predictions"])),
    "loss": View("Loss over epochs", partial(_charts, ["loss"])),
    "step_error": View("Error at each timestep", partial(_charts, ["step_error"])),
    "compare": View("Error at the last step", partial(_charts, ["compare"])),
    "pool": View("Steps that the pool reads", partial(_charts, ["pool"])),
    "attention": View(
        "Error, and steps that the pool reads", partial(_charts, ["compare", "pool"])
    ),
    "sample": View("One sample", _sample, "Data"),
    "cells": View("Two cells on fifty steps", partial(_recorded, "cells")),
    "padding": View("Padding with and without a mask", partial(_recorded, "padded")),
    "unrolled": _of_cell("The layer, unrolled", "unrolled"),
    "runs": View("The cell runs over time", partial(_chain, plays=True), "Cell"),
    "proof": _of_cell("Both modes compute the same", "proof"),
    "one": _of_cell("The last row of True is False", "proof", parts.draw_last_step),
    "break": _of_cell("What breaks the equality", "break"),
    "learn": _of_cell("How far back each loss reaches", "learn"),
    "reach": _of_cell("Gradient of each loss by timestep", "learn", parts.draw_reach),
    "leak": View("Noise 'predicted' in both directions", parts.draw_leak, "Cell", "break"),
    "stack": View("A stack of layers", _stack, "Shapes"),
    "chain": View("The layer along time", _chain, "Cell"),
    "hand": View("One cell by hand", _hand, "Cell"),
    "pair": View("An output and a target", _pair, "Shapes", "target"),
    "target": View("How a loss compares a target", _target, "Shapes", "target"),
    "code": View("A stack as code", _code, "Shapes"),
    "worked": View(scenes.WORKED_TITLE, _worked),
    "glance": View("Masks, states, both directions", _glance, "Cell"),
    "damage": View("Damage of a silent mistake", _damage, "Shapes", "target"),
    "advice": View(scenes.QUESTION, _advice),
}
_PICTURES = (Scene(f"view.{name}", v.title, name, page=v.page) for name, v in VIEWS.items())
TALK_SCENES = SCENES | {scene.name: scene for scene in _PICTURES}  # all that a talk can show


def draw(name: str, loaded: Loaded, palette: Palette) -> None:
    """Draw a view, by its name in VIEWS."""
    VIEWS[name].draw(loaded, palette)


def embed() -> None:
    """Draw one card for an iframe, as high as the frame, and a link to its page.

    The card is a view, whose settings are in the link, or a card of the gallery. Example:
    `/?embed=true&card=loss&data=parity`. Streamlit itself handles `embed`: it hides the header.
    """
    key = "card"
    name = st.query_params[key]
    scene = None if name in VIEWS else GALLERY.get(name)
    shows = scene.shows if scene else name
    view = VIEWS.get(shows)
    begin_page(view.page if view else "Explore", (key, *address.PICTURE_KEYS), [*PICTURED, "embed"])
    if view is None:
        text = f"There is no card {shows[:24]!r}. The cards are {joined([*{**VIEWS, **GALLERY}])}."
        st.error(f"{plain(text)} [Open Unrolled](./)", icon=":material/error:")
        return
    if scene:
        address.put(scene.query)
    address.finish()
    complaints()
    if scene:
        with st.container(key="embedded_title"):
            st.markdown(f"**{plain(scene.title)}**")
    with st.container(key="embedded"):
        draw(shows, load_data(settled_experiment()), current_palette())
    query = {each: texts for each, texts in address.query().items() if each != key}
    query |= {"part": [view.part]} if view.part else {}
    path, _ = PAGES[view.page]
    full = f"./{'' if path == 'app.py' else PurePath(path).stem}?{urlencode(query, doseq=True)}"
    with st.container(key="embedded_link"):
        st.markdown(f":small[[Unrolled: open in full]({full})]", width="content")
