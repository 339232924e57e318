"""The layers that Keras builds from a script in public documentation."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import keras


def built(code: str) -> dict[str, Any]:
    """Run a script that builds `model`. Return its layers and its number of parameters.

    A layer has its class, and the shapes of its outputs for each of its calls. Inputs and sums of
    tensors, `x + y`, count as layers. Layers inside a layer don't.
    """
    keras.backend.clear_session()
    names: dict[str, Any] = {}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # Old scripts use deprecated arguments.
        exec(code, names)  # noqa: S102 - The code is in the tests.
    model = names["model"]
    graph = model._functional if isinstance(model, keras.Sequential) else model
    nodes = [node for depth in graph._nodes_by_depth.values() for node in depth]
    layers = []
    for layer in graph.operations:
        calls = [node for node in layer._inbound_nodes if node in nodes]
        shapes = [[list(x.shape) for x in node.outputs] for node in calls]
        layers.append({"class": type(layer).__name__, "shapes": shapes})
    return {"layers": layers, "parameters": model.count_params()}
