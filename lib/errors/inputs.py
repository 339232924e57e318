"""What goes into a layer or a model: axes, arrays, connected tensors, states; and its weights.

In a functional model a KerasTensor has a shape and no values: what needs values fails. What a layer
with return_state=True gives is a list; most messages about states come from a list where one tensor
belongs, or the other way round.
"""

import math
import re

from lib.english import counted
from lib.errors.message import Explanation, Messages, entries
from lib.shapes import bracketed

AXES, STATES, WEIGHTS = map(Messages, ("input_axes", "initial_states", "weight_shapes"))
CONNECTED, JOINED, ARRAYS = map(Messages, ("functional_models", "joined_arrays", "input_arrays"))


def _other_number_of_axes(match: re.Match[str]) -> Explanation | None:
    expected, received = int(match["expected"]), int(match["received"])
    shape = match["shape"] or f"{received} axes"
    kind = re.sub(r"_\d+$", "", (match["layer"] or "").split("/")[-1])
    of_images = AXES.file["of_images"].get(kind)
    needs = of_images or {2: "features", 3: "timesteps, features"}.get(expected)
    if not needs:
        return None
    letters, flat = needs.replace("timesteps", "T").replace("features", "F"), _flattened(shape)
    words = {"layer": match["layer"], "letters": letters, "shape": shape}
    if of_images:
        return AXES.say("images", **words, needs=needs)
    if (expected, received) == (3, 4):
        inner = ", ".join(entries(shape)[2:]) or "timesteps, features"
        return AXES.say("one axis too many", **words, inner=inner, flat=flat)
    if (expected, received) in ((3, 1), (3, 2), (2, 3)):  # they have rows of their own
        return None
    needs += "," * (expected == 2)
    less = f"{abs(received - expected)} too {'many' if received > expected else 'few'}"
    flat = flat if expected == 3 and received > 4 and entries(shape)[4:] else ""
    return AXES.say("axes", **words, needs=needs, expected=expected, less=less, flat=flat)


def _flattened(shape: str) -> str:
    """Code that leaves a row of features at each timestep."""
    sizes = entries(shape)
    row = [int(size) for size in sizes[2:] if size.isdigit()]
    after = bracketed([*sizes[:2], str(math.prod(row)) if row else "features"])
    return f"TimeDistributed(Flatten())  # {shape} → {after}"


def _other_shape(match: re.Match[str]) -> Explanation:
    one, other = match["expected"], match["received"]
    expected, received = entries(one), entries(other)
    one_less = received and len(received) == len(expected) - 1
    if one_less and (axis := _axis_missing(match, expected, received)):
        return axis
    if received[-len(expected) + 1 :] == expected[1:] and len(received) == len(expected) + 1:
        sizes = ", ".join(size.replace("None", "-1") for size in expected[1:])
        return AXES.say("batched twice", match, sizes=sizes)
    return other_input("The model", one, other, expected[1:], received[1:])


def _axis_missing(
    match: re.Match[str], expected: list[str], received: list[str]
) -> Explanation | None:
    """For a model that got an axis too few: which one, if the two shapes tell."""
    if all("None" in (e, r) or e == r for e, r in zip(expected[1:], received, strict=True)):
        # Perhaps a sample; but with an open size in front also a table's rows.
        is_sample = received[0].isdigit() and received[0] == expected[1]
        row = f"sample{'' if is_sample else ' or table'}"
        row += " in training" * ("training=True" in match.string)
        steps = expected[1] if expected[1].isdigit() else "timesteps"
        return AXES.say(row, match, steps=steps)
    if expected[-1] == "1":
        return AXES.say("no axis of features", match)
    if received[1:] == expected[1:-1]:
        return AXES.say("one feature", match, features=expected[-1], steps=expected[1])
    return None


def other_input(
    name: str, one: str, other: str, expected: list[str], received: list[str]
) -> Explanation:
    """For x: the shapes as the message has them, and the sizes of one sample."""
    row = "other input"
    if len(expected) == 2 and expected != received and expected == received[::-1]:
        row = "swapped"
    # An Input for the data as it is may be none that an LSTM takes.
    elif len(received) != len(expected):
        row = "other axes"
    return AXES.say(row, layer=name, takes=one, got=other, sample=bracketed(received))


def _no_symbols(match: re.Match[str]) -> Explanation:
    return CONNECTED.say("no symbols", ends=f"{match['what'].lower().removesuffix('s')}s")


def _fewer_inputs(match: re.Match[str]) -> Explanation:
    keys = re.findall(r"'([^']{1,100})'", match["keys"] or "")
    arrays = ", ".join(f"x{i}" for i in range(1, min(int(match["expected"]), 6) + 1))
    code = f"model.predict([{arrays}])"
    if match["layer"] and re.match(r"(lstm|gru|simple_rnn)", match["layer"]):
        code = "y = layer(x, initial_state=[h, c])"
    return CONNECTED.say("fewer inputs", match, keys=", ".join(keys[:6]), call=code)


def _slice(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    axes = parts.get("axes") or f"{len(entries(parts['shape']))}, {parts['shape']}"
    return CONNECTED.say("slice", axes=axes)


def _reshaped(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    before, after = parts.get("before"), parts.get("after")
    numbers = parts.get("numbers") or (_count(before) if before else "some")
    expected = parts.get("expected") or (_count(after) if after else "others")
    shapes = f", {before} → {after}" if before and after else f", into {after}" if after else ""
    if after and "-1" in after:
        expected = f"a multiple of {expected.removeprefix('-')}"
    return JOINED.say("reshaped", numbers=numbers, expected=expected, shapes=shapes)


def _count(shape: str) -> str:
    """How many numbers a shape holds; -1 counts as 1."""
    return str(math.prod(map(int, re.findall(r"(?<!-)\b\d+", shape))))


def _concatenated(match: re.Match[str]) -> Explanation:
    one, other = entries(match["one"] or ""), entries(match["other"] or "")
    return JOINED.say("joined" if len(one) == len(other) else "joined without time", match)


def _cardinality(match: re.Match[str]) -> Explanation:
    sizes, y, weights = (match["x"] or "").split(", "), match["y"], match.groupdict().get("w")
    row = "samples"
    if y and len(sizes) > 1 and str(len(sizes)) == y:
        row = "samples in a list"
    elif weights and sizes[0] == y != weights:
        row = "samples and weights"
    return ARRAYS.say(row, x=sizes[0], y=y, w=weights)


def _no_numbers(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    what = "dates" if parts.get("dates") else f"a {parts['kind']}" if parts.get("kind") else "text"
    return ARRAYS.say("no numbers", what=what)


def _embedding(match: re.Match[str]) -> Explanation:
    largest, needed = int(match["size"]) - 1, max(int(match["index"]) + 1, 1)
    return ARRAYS.say("embedding", match, largest=largest, needed=needed)


def _too_large(match: re.Match[str]) -> Explanation:
    numbers = math.prod(int(size) for size in match["sizes"].split(",") if size)
    return ARRAYS.say("too large", match, megabytes=f"{numbers * 4 / 1e6:,.0f}")


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
