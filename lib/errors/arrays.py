"""What goes into a model: tensors that are connected, arrays that are joined, and data to train on.

In a functional model a KerasTensor has a shape and no values: what needs values fails.
"""

import math
import re

from lib.errors.message import Explanation, Messages, entries

FUNCTIONAL_MODELS = Messages("functional_models")
JOINED_ARRAYS = Messages("joined_arrays")
INPUT_ARRAYS = Messages("input_arrays")


def _no_symbols(match: re.Match[str]) -> Explanation:
    return FUNCTIONAL_MODELS.say("no symbols", ends=f"{match['what'].lower().removesuffix('s')}s")


def _fewer_inputs(match: re.Match[str]) -> Explanation:
    keys = re.findall(r"'([^']{1,100})'", match["keys"] or "")
    arrays = ", ".join(f"x{i}" for i in range(1, min(int(match["expected"]), 6) + 1))
    code = f"model.predict([{arrays}])"
    if match["layer"] and re.match(r"(lstm|gru|simple_rnn)", match["layer"]):
        code = "y = layer(x, initial_state=[h, c])"
    return FUNCTIONAL_MODELS.say("fewer inputs", match, keys=", ".join(keys[:6]), call=code)


def _slice(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    axes = parts.get("axes") or f"{len(entries(parts['shape']))}, {parts['shape']}"
    return FUNCTIONAL_MODELS.say("slice", axes=axes)


def _reshaped(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    before, after = parts.get("before"), parts.get("after")
    numbers = parts.get("numbers") or (_count(before) if before else "some")
    expected = parts.get("expected") or (_count(after) if after else "others")
    shapes = f", {before} → {after}" if before and after else f", into {after}" if after else ""
    if after and "-1" in after:
        expected = f"a multiple of {expected.removeprefix('-')}"
    return JOINED_ARRAYS.say("reshaped", numbers=numbers, expected=expected, shapes=shapes)


def _count(shape: str) -> str:
    """How many numbers a shape holds; -1 counts as 1."""
    return str(math.prod(map(int, re.findall(r"(?<!-)\b\d+", shape))))


def _concatenated(match: re.Match[str]) -> Explanation:
    one, other = entries(match["one"] or ""), entries(match["other"] or "")
    return JOINED_ARRAYS.say("joined" if len(one) == len(other) else "joined without time", match)


def _cardinality(match: re.Match[str]) -> Explanation:
    sizes, y, weights = (match["x"] or "").split(", "), match["y"], match.groupdict().get("w")
    row = "samples"
    if y and len(sizes) > 1 and str(len(sizes)) == y:
        row = "samples in a list"
    elif weights and sizes[0] == y != weights:
        row = "samples and weights"
    return INPUT_ARRAYS.say(row, x=sizes[0], y=y, w=weights)


def _no_numbers(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    what = "dates" if parts.get("dates") else f"a {parts['kind']}" if parts.get("kind") else "text"
    return INPUT_ARRAYS.say("no numbers", what=what)


def _embedding(match: re.Match[str]) -> Explanation:
    largest, needed = int(match["size"]) - 1, max(int(match["index"]) + 1, 1)
    return INPUT_ARRAYS.say("embedding", match, largest=largest, needed=needed)


def _too_large(match: re.Match[str]) -> Explanation:
    numbers = math.prod(int(size) for size in match["sizes"].split(",") if size)
    return INPUT_ARRAYS.say("too large", match, megabytes=f"{numbers * 4 / 1e6:,.0f}")
