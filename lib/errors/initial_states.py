"""States of recurrent layers: those that a layer gives back, and those that another starts from.

What a layer with return_state=True gives is a list; most of these messages come from a list where
one tensor belongs, or the other way round. States that are kept from batch to batch are in
`tables/stateful.toml`.
"""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Messages, entries

MESSAGES = Messages("initial_states")


@MESSAGES.computed(
    r"Dimensions must be equal, but are (?P<received>\d+) and (?P<units>\d+) for "
    r"'\{\{node [^=]{0,1000}MatMul_1\b"
)
def _other_states(match: re.Match[str]) -> Explanation:
    return states_of_another_size(match["received"], match["units"])


def states_of_another_size(received: str, units: str) -> Explanation:
    """For a layer that starts from states with other units than its own."""
    return Explanation(
        f"The layer has {units} units and starts from states of {received}: initial_state must "
        "have as many as the layer.",
        "Give encoder and decoder the same number of units.",
        f"out, *states = LSTM({received}, return_state=True)(x)\n"
        f"y = LSTM({received}, return_sequences=True)(decoder_input, initial_state=states)",
    )


@MESSAGES.computed(
    r"(?P<layer>LSTM|GRU|SimpleRNN)\.call\(\).{0,50}?Too few leaves for PyTreeSpec; "
    r"expected: (?P<received>\d+), got: (?P<states>\d+)",
    r"(?P<layer>)Layer has (?P<states>\d+) states but was passed (?P<received>\d+) initial states",
)
def _too_many_states(match: re.Match[str]) -> Explanation:
    layer, received, states = match["layer"] or "layer", match["received"], match["states"]
    return Explanation(
        f"The {layer} keeps {states} state{'s' * (states != '1')} and got {received}. Most likely "
        "they are all that the layer before returned with return_state=True: its output comes "
        "first, and is none of the states.",
        "Leave the output out.",
        "out, *states = LSTM(units, return_state=True)(x)\n"
        "y = LSTM(units)(decoder_input, initial_state=states)",
    )


@MESSAGES.computed(
    r"`?initial_state`? was passed that is not compatible with `?cell\.state_size`?"
    r"(?:\. Received `?state_spec`?=(?P<received>.{0,1000}?); however `?cell\.state_size`? is "
    r"(?P<expected>[\[\]\d, ]{1,100}))?"
)
def _other_state_spec(match: re.Match[str]) -> Explanation:
    shapes = re.findall(r"shape=(\([^)]{0,50}\))", match["received"] or "")
    expected = entries(match["expected"] or "")
    cause = "The initial states are not those that the layer keeps."
    if shapes and expected:
        cause = (
            f"The layer keeps {len(expected)} state{'s' * (len(expected) > 1)}, of {expected[0]} "
            f"units, and got {len(shapes)}, of the shape{'s' * (len(shapes) > 1)} "
            f"{', '.join(shapes[:5])}."
        )
    return Explanation(
        f"{cause} An LSTM starts from two, h and c; a GRU and a SimpleRNN from one; each is "
        "(batch, units).",
        "Take them from a layer of the same kind with as many units, and leave its output out.",
        "out, *states = LSTM(units, return_state=True)(x)\n"
        "y = LSTM(units)(decoder_input, initial_state=states)",
    )


@MESSAGES.computed(
    r"(?:[Ll]ayer (?P<quote>[\"']?)(?P<layer>[^\"' ]{1,200})(?P=quote) )?"
    r"expects 1 input(?:\(s\)|s)?,? but it received (?P<received>\d+) input tensors"
    r"(?P<shapes>.{0,2000})"
)
def _many_inputs(match: re.Match[str]) -> Explanation:
    layer, received = match["layer"] or "the next layer", int(match["received"])
    tensors = re.findall(r"shape=(\([\w, ]{0,50}\)|\[[\w, ]{0,50}\])", match["shapes"])
    if received == 2 and len(set(tensors)) == 1 and len(entries(tensors[0])) == 3:
        return Explanation(
            f"{layer} takes one tensor and got two sequences, {tensors[0]} each. Most likely the "
            "layer below is a Bidirectional with merge_mode=None, which gives forward and backward "
            "apart.",
            "Leave merge_mode out, so that it joins them; or join them yourself.",
            "Bidirectional(LSTM(units, return_sequences=True))",
        )
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}.get(
        received, "out, *states"
    )
    fix, start = "Unpack them, and pass on the output.", ""
    if re.match(r"(lstm|gru|simple_rnn|bidirectional)(_\d+)?$", layer):
        fix += " States to start from go into initial_state."
        start = (
            f"\ny = layer(x, initial_state={'h' if received == 2 else '[h, c]'})  # to start there"
        )
    directions = " (or, with merge_mode=None, the two directions)" if received == 2 else ""
    return Explanation(
        f"With return_state=True the layer below returns {received} tensors, its output and its "
        f"states{directions}, and {layer} takes one.",
        fix,
        f"{names} = recurrent_layer(x)\ny = layer(out){start if received in (2, 3) else ''}",
    )


def shapes_of_a_step(text: str) -> tuple[list[str], list[str]]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    match = re.search(rf"(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?'?{tensor}", text)
    return (entries(match[1]), entries(match[2])) if match else ([], [])
