"""States of recurrent layers: those that a layer gives back, and those that another starts from.

What a layer with return_state=True gives is a list; most of these messages come from a list where
one tensor belongs, or the other way round. States that are kept from batch to batch are in
`tables/stateful.toml`.
"""

from __future__ import annotations

import re

from lib.english import counted
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
    return MESSAGES.say("states of another size", received=received, units=units)


@MESSAGES.computed(
    r"(?P<layer>LSTM|GRU|SimpleRNN)\.call\(\).{0,50}?Too few leaves for PyTreeSpec; "
    r"expected: (?P<received>\d+), got: (?P<states>\d+)",
    r"(?P<layer>)Layer has (?P<states>\d+) states but was passed (?P<received>\d+) initial states",
)
def _too_many_states(match: re.Match[str]) -> Explanation:
    kept = counted(int(match["states"]), "state")
    return MESSAGES.say("too many states", match, kept=kept)


@MESSAGES.computed(
    r"`?initial_state`? was passed that is not compatible with `?cell\.state_size`?"
    r"(?:\. Received `?state_spec`?=(?P<received>.{0,1000}?); however `?cell\.state_size`? is "
    r"(?P<expected>[\[\]\d, ]{1,100}))?"
)
def _other_state_spec(match: re.Match[str]) -> Explanation:
    shapes = re.findall(r"shape=(\([^)]{0,50}\))", match["received"] or "")
    expected = entries(match["expected"] or "")
    if not (shapes and expected):
        return MESSAGES.say("other states")
    return MESSAGES.say(
        "other states",
        kept=counted(len(expected), "state"),
        units=expected[0],
        count=len(shapes),
        of=f"of the shape{'s' * (len(shapes) > 1)} {', '.join(shapes[:5])}",
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
        return MESSAGES.say("two directions", layer=layer, shape=tensors[0])
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}
    words = {"names": names.get(received, "out, *states")}
    if re.match(r"(lstm|gru|simple_rnn|bidirectional)(_\d+)?$", layer):
        words["start"] = " States to start from go into initial_state."
        if received in (2, 3):
            words["states"] = "h" if received == 2 else "[h, c]"
    if received == 2:
        words["directions"] = " (or, with merge_mode=None, the two directions)"
    return MESSAGES.say("several tensors", layer=layer, received=received, **words)


def shapes_of_a_step(text: str) -> tuple[list[str], list[str]]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    match = re.search(rf"(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?'?{tensor}", text)
    return (entries(match[1]), entries(match[2])) if match else ([], [])
