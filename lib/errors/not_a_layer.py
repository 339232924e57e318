"""What stands where a layer, a cell or a tensor belongs: a class, a list, a tensor, nothing."""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Messages

MESSAGES = Messages("not_a_layer")


@MESSAGES.computed(
    r"Please initialize `(?P<wrapper>\w{1,30})` layer with a `[\w.]{1,60}` instance\. "
    r"(?:Received|You passed): (?P<received>.{1,200})"
)
def _no_layer_inside(match: re.Match[str]) -> Explanation:
    wrapper, received = match["wrapper"], match["received"]
    inner = "LSTM(units)" if wrapper == "Bidirectional" else "Dense(1)"
    if layer := re.match(r"<class '[\w.]*?(\w+)'>", received):
        cause = f"{layer[1]} without brackets is the class, and no layer yet."
        inner = f"{layer[1]}({'1' if layer[1] == 'Dense' else 'units'})"
    elif re.match(r"<KerasTensor|Tensor\(|KerasTensor|<tf\.Tensor|tf\.Tensor", received):
        cause = "The layer inside had been called already: what it returned is a tensor."
    else:
        cause = f"What stands inside is no layer: {received.split(' (of type')[0][:80]}."
    return MESSAGES.say("no layer inside", wrapper=wrapper, cause=cause, inner=inner)
