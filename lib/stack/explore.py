"""Whether Explore can train a stack: one kind of cell, one width, and perhaps a Dense."""

from dataclasses import replace
from typing import Any

from lib.experiment import LIMITS
from lib.stack.base import Stack
from lib.stack.plain import Dense, Input
from lib.stack.recurrent import Recurrent


def as_settings(stack: Stack, targets: int) -> dict[str, Any] | str:
    """The settings of an experiment whose model a stack is, by key; or why there is none.

    `targets` is how many columns the data have that it would be trained on.
    """
    first, *rest = stack or (Input(),)
    dense = rest.pop() if rest and isinstance(rest[-1], Dense) else None
    if not rest or not all(isinstance(layer, Recurrent) for layer in rest):
        return "Explore trains an LSTM, GRU or SimpleRNN, several of them, and a Dense on top."
    last: Any = rest[-1]
    plain = type(last)(units=last.units)
    usual = [replace(plain, return_sequences=True)] * (len(rest) - 1)
    usual.append(replace(plain, return_sequences=last.return_sequences))
    if rest != usual:
        return "Explore trains layers of one kind and width, with Keras's other defaults."
    if dense is not None and dense != Dense(units=targets):
        return f"Explore’s data have {targets} columns to learn: it would take Dense({targets})."
    most = {"layers": len(rest), "U": last.units}
    for key, value in most.items():
        if value > LIMITS[key].maximum:
            return f"Explore trains {key} up to {LIMITS[key].maximum:,.0f}; here it is {value:,}."
    settings = {"cell": last.cell, "head": "none" if dense is None else "dense", **most}
    settings["mode"] = "sequence" if last.return_sequences else "last"
    if isinstance(first, Input) and first.form == "sequence" and first.timesteps:
        settings["T"] = int(LIMITS["T"].clamp(first.timesteps))
    return settings
