"""What a layer was made for, and what came: states to start from, features, and other weights.

What a layer with return_state=True gives is a list; most messages about states come from a list
where one tensor belongs, or the other way round.
"""

import re

from lib.english import counted
from lib.errors.message import Explanation, Messages, entries

STATES, WEIGHTS = Messages("initial_states"), Messages("weight_shapes")


def _too_many_states(match: re.Match[str]) -> Explanation:
    return STATES.say("too many states", match, kept=counted(int(match["states"]), "state"))


def _other_state_spec(match: re.Match[str]) -> Explanation:
    shapes = re.findall(r"shape=(\([^)]{0,50}\))", match["received"] or "")
    expected = entries(match["expected"] or "")
    if not (shapes and expected):
        return STATES.say("other states")
    return STATES.say(
        "other states",
        kept=counted(len(expected), "state"),
        units=expected[0],
        count=len(shapes),
        of=f"of the shape{'s' * (len(shapes) > 1)} {', '.join(shapes[:5])}",
    )


def _many_inputs(match: re.Match[str]) -> Explanation:
    layer, received = match["layer"] or "the next layer", int(match["received"])
    tensors = re.findall(r"shape=(\([\w, ]{0,50}\)|\[[\w, ]{0,50}\])", match["shapes"])
    if received == 2 and len(set(tensors)) == 1 and len(entries(tensors[0])) == 3:
        return STATES.say("two directions", layer=layer, shape=tensors[0])
    names = {2: "out, h", 3: "out, h, c", 5: "out, h, c, back_h, back_c"}
    words = {"names": names.get(received, "out, *states")}
    if re.match(r"(lstm|gru|simple_rnn|bidirectional)(_\d+)?$", layer):
        words["start"] = " States to start from go into initial_state."
        if received in (2, 3):
            words["states"] = "h" if received == 2 else "[h, c]"
    if received == 2:
        words["directions"] = " (or, with merge_mode=None, the two directions)"
    return STATES.say("several tensors", layer=layer, received=received, **words)


def shapes_of_a_step(text: str) -> tuple[list[str], list[str]]:
    """The shapes of a cell's input and of its first state, where the text lists them."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]{0,50}\))"
    match = re.search(rf"(?:inputs|sequence)={tensor}.{{0,200}}? states=\(?\[?'?{tensor}", text)
    return (entries(match[1]), entries(match[2])) if match else ([], [])


def _wrong_features(match: re.Match[str]) -> Explanation:
    received, expected = match["received"], match["expected"]
    # The second kernel, for the states, fails in the same words as the first.
    x, state = shapes_of_a_step(match.string)
    if state[-1:] == [received] != x[-1:]:
        return STATES.say("states of another size", received=received, units=expected)
    return WEIGHTS.say("features", match)


def _other_last_axis(match: re.Match[str]) -> Explanation:
    sizes = entries(match["shape"])
    received = sizes[-1] if sizes else "another"
    sample = f"{received}," if len(sizes) == 2 else f"timesteps, {received}"
    return WEIGHTS.say("last axis", match, received=received, sample=sample)


def _other_weights(match: re.Match[str]) -> Explanation:
    own, received = entries(match["own"]), entries(match["received"])
    if len(own) == len(received) == 2 and own[1] == received[1]:
        return WEIGHTS.say("for other features", match, here=own[0], there=received[0])
    if len(own) == len(received) and own[-1:] != received[-1:]:
        return WEIGHTS.say("of other units", match, here=own[-1], there=received[-1])
    return WEIGHTS.say("of another model", match)
