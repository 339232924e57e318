"""The lesson's own pictures: a cell by hand, mismatched targets, masks, states and directions.

The markup is in lesson.html, the words in lesson.toml. All numbers are computed from recordings, by
the NumPy recurrence, and by the target diagnosis.
"""

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from lib import charts
from lib.charts import Palette
from lib.charts import cell as pictures
from lib.charts import target as words
from lib.data import make_dataset, suggested
from lib.experiment import MODES
from lib.recurrence import LayerPass, highest_output, unroll
from lib.results import Snapshot, best_loss
from lib.shapes import MISTAKES, code_lines, mistake_of, read_question, write_question
from lib.text import beside, number, say, short, signed
from lib.training import read, recorded_damage
from lib.ui import address
from lib.ui.cell import unrolled
from lib.ui.cell.chosen import At, choose, follow_playhead, where
from lib.ui.fragment import slot
from lib.ui.session import Loaded
from lib.ui.shapes.doctor import damage_card
from lib.ui.stage import traced_stack
from lib.ui.text import hint, plain, press, takeaway

SAID: dict[str, str] = beside(__file__)
REAL_STEPS = 3
"""The steps of a sample before its padding, if it has more."""
Recording = tuple[dict[str, str], Snapshot]
_HTML = charts.templates(__file__, signed=signed, short=short, MODES=MODES, SAID=SAID)


def chain(loaded: Loaded, palette: Palette) -> None:
    """Draw the layer along time with its outputs."""
    chosen = choose(loaded)
    with st.container(border=True, key="chain"):
        unrolled.chain(chosen, palette)


def hand(loaded: Loaded, palette: Palette) -> None:
    """Draw a layer's states, and the playhead's step computed by hand."""
    chosen = choose(loaded)
    layer, bar, title = chosen.layer_pass, st.container(key="cell_bar"), say(SAID, "states")
    states, units = {title: layer.trace.hidden[0]}, np.arange(layer.units)
    with st.container(border=True, gap="xsmall"):
        unrolled.chain(chosen, palette, told=False)
        st.html(
            pictures.heatmaps(states, units, palette, start=0, outlined_name="", sentence=title)
        )
        tables = slot()
    is_at, is_small = address.page_value("step"), pictures.can_show(layer.x.shape[1], layer.units)

    def write(at: At) -> None:
        if is_small:
            tables.html(pictures.by_hand(layer, at.step, palette))
        if address.page_value("step") != is_at:  # the page may wait for that
            st.rerun()

    write(where(layer))
    follow_playhead(bar, layer, write)


def pair(_: Loaded, palette: Palette) -> None:
    """Draw an output and a target without a verdict."""
    question = read_question(address.page_value("check"))
    with st.container(border=True):
        hint(say(SAID, "pair"))
        st.html(charts.shapes_picture([question.output, question.target], palette))


def target(_: Loaded, palette: Palette) -> None:
    """Draw what a loss makes of an output and a target, the damage, and buttons that fix it."""
    question = read_question(address.page_value("check"))
    diagnosis = question.diagnose()
    with st.container(border=True, gap="xsmall", key="target"):
        takeaway(words.verdict_title(diagnosis))
        st.html(charts.lineup_picture(diagnosis, words.compared_sentence(diagnosis), palette))
        case = mistake_of(question.output, question.target)
        if case and diagnosis.verdict == "silent":
            trained = recorded_damage(case)
            errors = {side: number(trained.error(side)) for side in trained.loss}
            hint(say(SAID, "trained", **errors, mended=MISTAKES[case].right))
        else:
            hint(words.compared_takeaway(diagnosis))
        with st.container(key="target_fixes", gap="xsmall"):
            for place, fix in enumerate(diagnosis.fixes):
                mended = replace(question, output=fix.output_shape, target=fix.target_shape)
                act = partial(address.set_page_value, "check", write_question(mended))
                label = say(SAID, "fix", code=fix.model or fix.y)
                press(plain(label), "build", f"target_fix_{place}", act)


def damage(_: Loaded, palette: Palette) -> None:
    """Draw both trainings of the mistake that the address asks about."""
    with st.container(border=True, key="damage"):
        damage_card(read_question(address.page_value("check")), palette)


def code(_: Loaded, __: Palette) -> None:
    """Draw a stack as Keras code, without its shapes."""
    with st.container(border=True):
        st.code("\n".join(code_lines(traced_stack())), language="python", wrap_lines=True)


def worked(_: Loaded, __: Palette) -> None:
    """Draw the two worked examples in numbers, and why their targets are out of reach."""
    st.html(f"{_HTML.worked(**worked_numbers())}")


def worked_numbers() -> dict[str, Any]:
    """The numbers of the worked examples: data, recorded models' outputs, floors, bounds."""
    raw, scaled = suggested("worked_raw"), suggested("worked_scaled")
    data, easy = make_dataset(raw), make_dataset(scaled)
    run, eased = (read(name, Recording)[1] for name in ("worked_raw", "worked_scaled"))
    off = {mode: result.predictions - easy.y for mode, result in eased.results.items()}
    off["last"] = off["last"][:, -1:]
    return {
        "x": data.x,
        "y": data.y,
        "answers": {mode: result.predictions for mode, result in run.results.items()},
        "losses": {mode: result.final_loss for mode, result in run.results.items()},
        "floors": best_loss(raw, data)[0],
        "bound": highest_output("lstm", 2),
        "off": {mode: np.abs(each * easy.target_scale).max() for mode, each in off.items()},
    }


def glance(loaded: Loaded, _: Palette) -> None:
    """Draw a mask, the final states, and both directions, with this layer's numbers."""
    layer = choose(loaded).layer_pass
    with st.container(border=True):
        st.html(f"{_HTML.glance(**glance_numbers(layer))}")


def glance_numbers(layer: LayerPass) -> dict[str, Any]:
    """The numbers of the last step: behind a mask, as states, and in both directions."""
    mask = np.arange(len(layer.x)) < min(REAL_STEPS, len(layer.x) - 1)
    masked = unroll(layer.cell, layer.weights, layer.x[None], mask[None]).hidden[0]
    backward = unroll(layer.cell, layer.weights, layer.x[None], go_backwards=True).hidden[0]
    last = layer.trace.hidden[0, -1]
    states = [last, last, *([] if layer.trace.cell is None else [layer.trace.cell[0, -1]])]
    # Of both directions, with the same weights: the last row of True, and False; (2, 2U).
    both = np.stack([np.append(last, backward[0]), np.append(last, backward[-1])])
    return {"mask": mask, "masked": masked, "states": states, "both": both}


DRAW = {
    "chain": chain,
    "hand": hand,
    "pair": pair,
    "target": target,
    "damage": damage,
    "code": code,
    "worked": worked,
    "glance": glance,
}
