"""Pictures that only scenes show: which setting to use, the worked examples, masks and states.

HTML fragments from advice.html and scenes.html. Figures of a scene are those of other modules.
"""

from typing import Any

import numpy as np

from lib.charts.html import render
from lib.charts.palette import Palette
from lib.data import make_dataset, suggested
from lib.recurrence import LayerPass, highest_output, unroll
from lib.results import Snapshot, best_loss
from lib.text import beside
from lib.training import read_recording

TEXTS: dict[str, str] = beside(__file__)
QUESTION = "Which setting do I need?"
ADVICE = beside(__file__, "advice")  # use cases, tested in Keras with both modes, and letters


def advice_table() -> str:
    """Return the answer to QUESTION as HTML: a table of use cases."""
    return render("charts/advice.html", "advice", ADVICE["advice"], ADVICE["letters"])


def worked_picture() -> str:
    """Return the two worked examples as HTML, with every number."""
    return render("charts/scenes.html", "worked", TEXTS, **worked_numbers())


def worked_numbers() -> dict[str, Any]:
    """Return the worked examples' data, recorded predictions, smallest losses and bounds."""
    names = "worked_raw", "worked_scaled"
    raw, scaled = map(suggested, names)
    data, scaled_data = make_dataset(raw), make_dataset(scaled)
    run, scaled_run = (read_recording(name, tuple[dict[str, str], Snapshot])[1] for name in names)
    errors = {mode: each.predictions - scaled_data.y for mode, each in scaled_run.results.items()}
    errors["last"] = errors["last"][:, -1:]  # last-step mode predicts only the last target
    return {"x": data.x, "y": data.y, "epochs": run.epoch} | {
        "predictions": {mode: result.predictions for mode, result in run.results.items()},
        "losses": {mode: result.final_loss for mode, result in run.results.items()},
        "floors": best_loss(raw, data)[0],
        "bound": highest_output("lstm", 2),
        "off": {mode: np.abs(e * scaled_data.target_scale).max() for mode, e in errors.items()},
    }


def glance_picture(layer: LayerPass, palette: Palette) -> str:
    """Return the numbers of one layer as HTML: masked steps, final states, both directions."""
    return render("charts/scenes.html", "glance", TEXTS, palette, **glance_numbers(layer))


def glance_numbers(layer: LayerPass) -> dict[str, Any]:
    """Return outputs (T, U) after a mask, the final states, and outputs of both directions."""
    mask = np.arange(len(layer.x)) < min(3, len(layer.x) - 1)  # at least one step is padded
    masked = unroll(layer.cell, layer.weights, layer.x[None], mask[None]).hidden[0]
    backward = unroll(layer.cell, layer.weights, layer.x[None], go_backwards=True).hidden[0]
    last = layer.trace.hidden[0, -1]
    states = [last, last, *([] if layer.trace.cell is None else [layer.trace.cell[0, -1]])]
    both = {"forward": layer.trace.hidden[0], "backward": backward[::-1]}  # with the same weights
    return {"mask": mask, "masked": masked, "states": states, **both}
