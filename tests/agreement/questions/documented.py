"""What Keras makes of a model as people write it: a script that builds `model`."""

from __future__ import annotations

import contextlib
import io
import warnings
from typing import Any

import keras


def built(code: str) -> dict[str, Any]:
    """The class and the tensors of each layer, and all parameters of the model.

    Inputs are layers, and so are sums of tensors, `x + y`. A layer that is called twice tells the
    tensors of both calls. No layer inside of a layer is among them.
    """
    keras.backend.clear_session()
    names: dict[str, Any] = {}
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")  # of what is called otherwise today
        exec(code, names)  # noqa: S102 - what stands in the documentation
    model = names["model"]
    graph = model._functional if isinstance(model, keras.Sequential) else model
    nodes = [node for depth in graph._nodes_by_depth.values() for node in depth]
    found = []
    for one in graph.operations:
        calls = [node for node in one._inbound_nodes if node in nodes]
        shapes = [[list(x.shape) for x in node.outputs] for node in calls]
        found.append({"class": type(one).__name__, "shapes": shapes})
    return {"layers": found, "parameters": model.count_params()}
