"""Whether Explore can train a stack: one kind of cell, one width, and perhaps a Dense."""

from typing import Any

from lib.experiment import LIMITS, ModelSettings
from lib.shapes.stack.base import Stack
from lib.shapes.stack.plain import Dense, Input
from lib.shapes.stack.recurrent import Recurrent
from lib.shapes.stack.tracing import model_stack


def as_settings(stack: Stack, targets: int) -> dict[str, Any] | str:
    """The settings of the experiment with this model, or a sentence why there is none.

    `targets` is the number of target columns in the data.
    """
    layers = [layer for layer in stack[1:] if isinstance(layer, Recurrent)]
    dense = isinstance(stack[-1], Dense) if stack else False
    if not layers or len(stack) != 1 + len(layers) + dense:
        return "Explore trains an LSTM, GRU or SimpleRNN, several of them, and a Dense on top."
    top, count = layers[-1], len(layers)
    mode, head = "sequence" if top.return_sequences else "last", "dense" if dense else "none"
    model = ModelSettings(mode, top.units, top.cell, count, head)
    _, *own = model_stack(model, mode, 1, 1, targets)
    if layers != own[:count]:
        return "Explore trains layers of one kind and width, with Keras's other defaults."
    if [*stack[1:]] != own:
        return f"Explore’s data have {targets} columns to learn: it would take Dense({targets})."
    most = {"layers": count, "U": top.units}
    for key, value in most.items():
        if value > LIMITS[key].maximum:
            return f"Explore trains {key} up to {LIMITS[key].maximum:,.0f}; here it is {value:,}."
    settings = {"cell": top.cell, "head": head, "mode": mode, **most}
    first = stack[0]
    if isinstance(first, Input) and first.form == "sequence" and first.timesteps:
        settings["T"] = int(LIMITS["T"].clamp(first.timesteps))
    return settings
