"""The models of an experiment as stacks, which strip, sentences and script all read.

Of several recurrent layers all but the top one return sequences in either mode, since the next one
needs the time axis.
"""

from collections.abc import Mapping
from functools import lru_cache

from lib.experiment import ModelSettings
from lib.stack import recurrent
from lib.stack.base import Stack
from lib.stack.plain import Dense, Input
from lib.stack.tracing import TracedLayer, trace


def model_stack(
    model: ModelSettings, mode: str, timesteps: int, features: int, targets: int
) -> Stack:
    """The model of one mode, "sequence" or "last", for data of T timesteps, F features, K targets.

    Without a head the output has U columns, whatever K is.
    """
    layers = [
        recurrent.LAYER_OF_CELL[model.cell](
            units=model.units, return_sequences=mode == "sequence" or level < model.layers - 1
        )
        for level in range(model.layers)
    ]
    head = (Dense(units=targets),) if model.head == "dense" else ()
    return (Input(timesteps=timesteps, features=features), *layers, *head)


@lru_cache(maxsize=256)
def model_layers(
    model: ModelSettings, timesteps: int, features: int, targets: int
) -> Mapping[str, tuple[TracedLayer, ...]]:
    """Every layer of an experiment's models, by mode: "sequence", "last", or both.

    All recurrent layers have the same U, so that their letters have no index. Remembered, since
    each run of a page asks three times, and a live chart runs it often.
    """
    return {
        mode: trace(model_stack(model, mode, timesteps, features, targets), indexes=False)
        for mode in model.modes
    }
