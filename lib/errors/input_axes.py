"""Axes: a layer or a model that got too many, or too few, of them."""

import math
import re

from lib.errors.message import Explanation, Messages, entries
from lib.shapes import bracketed

MESSAGES = Messages("input_axes")


def _other_number_of_axes(match: re.Match[str]) -> Explanation | None:
    expected, received = int(match["expected"]), int(match["received"])
    shape = match["shape"] or f"{received} axes"
    kind = re.sub(r"_\d+$", "", (match["layer"] or "").split("/")[-1])
    of_images = MESSAGES.file["of_images"].get(kind)
    needs = of_images or {2: "features", 3: "timesteps, features"}.get(expected)
    if not needs:
        return None
    letters, flat = needs.replace("timesteps", "T").replace("features", "F"), _flattened(shape)
    words = {"layer": match["layer"], "letters": letters, "shape": shape}
    if of_images:
        return MESSAGES.say("images", **words, needs=needs)
    if (expected, received) == (3, 4):
        inner = ", ".join(entries(shape)[2:]) or "timesteps, features"
        return MESSAGES.say("one axis too many", **words, inner=inner, flat=flat)
    if (expected, received) in ((3, 1), (3, 2), (2, 3)):  # they have rows of their own
        return None
    return MESSAGES.say(
        "axes",
        **words,
        needs=f"{needs}{',' * (expected == 2)}",
        expected=expected,
        less=f"{abs(received - expected)} too {'many' if received > expected else 'few'}",
        flat=flat if expected == 3 and received > 4 and entries(shape)[4:] else "",
    )


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
        return MESSAGES.say("batched twice", match, sizes=sizes)
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
        return MESSAGES.say(row, match, steps=steps)
    if expected[-1] == "1":
        return MESSAGES.say("no axis of features", match)
    if received[1:] == expected[1:-1]:
        return MESSAGES.say("one feature", match, features=expected[-1], steps=expected[1])
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
    return MESSAGES.say(row, layer=name, takes=one, got=other, sample=bracketed(received))
