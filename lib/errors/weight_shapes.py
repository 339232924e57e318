"""Features: a layer whose kernel was made for another number of them, or for an unknown one.

Weights of another shape, saved or set, are the same mistake seen from the other side.
"""

from __future__ import annotations

import re

from lib.errors.initial_states import shapes_of_a_step, states_of_another_size
from lib.errors.message import Explanation, Messages, entries

MESSAGES = Messages("weight_shapes")


@MESSAGES.computed(
    r"Dimensions must be equal, but are (?P<received>\d+) and (?P<expected>\d+).{0,1000}?MatMul",
    r"Matrix size-incompatible: In\[0\]: \[(?:\d+,)*(?P<received>\d+)\], "
    r"In\[1\]: \[(?P<expected>\d+),\d+\]",
)
def _wrong_features(match: re.Match[str]) -> Explanation:
    received, expected = match["received"], match["expected"]
    # The second kernel, for the states, fails in the same words as the first.
    x, state = shapes_of_a_step(match.string)
    if state[-1:] == [received] != x[-1:]:
        return states_of_another_size(received, expected)
    return MESSAGES.say("features", match)


@MESSAGES.computed(
    r"(?:layer [\"']?(?P<layer>[\w/]+)[\"']? is incompatible with the layer: )?"
    r"expected axis -1 of input shape to have value (?P<expected>\d+),? but received input with "
    r"shape (?P<shape>SHAPE)"
)
def _other_last_axis(match: re.Match[str]) -> Explanation:
    sizes = entries(match["shape"])
    received = sizes[-1] if sizes else "another"
    sample = f"{received}," if len(sizes) == 2 else f"timesteps, {received}"
    return MESSAGES.say("last axis", match, received=received, sample=sample)


@MESSAGES.computed(
    r"Layer (?P<layer>\S{1,200}) weight shape (?P<own>\([\d, ]{1,50}\)) is not compatible with "
    r"provided weight shape (?P<received>\([\d, ]{1,50}\))",
    r"object <(?P<layer>\w{1,100}) name=.{0,500}?must match\. variable\.shape="
    r"(?P<own>\([\d, ]{1,50}\)), Received: value\.shape=(?P<received>\([\d, ]{1,50}\))",
    r"Layer #\d+ \(named \"(?P<layer>[^\"]{1,100})\"[^)]{0,50}\).{0,300}? has shape "
    r"(?P<own>\([\d, ]{1,50}\)), but the saved weight has shape (?P<received>\([\d, ]{1,50}\))",
)
def _other_weights(match: re.Match[str]) -> Explanation:
    own, received = entries(match["own"]), entries(match["received"])
    what = "other sizes than those of the model that the weights come from"
    if len(own) == len(received) == 2 and own[1] == received[1]:
        what = f"{own[0]} features, and the weights come from one for {received[0]}"
    elif len(own) == len(received) and own[-1] != received[-1]:
        what = (
            f"other units: a kernel's last axis is {own[-1]} here and {received[-1]} there, four "
            "times the units of an LSTM, three times those of a GRU"
        )
    return MESSAGES.say("weights", match, what=what)
