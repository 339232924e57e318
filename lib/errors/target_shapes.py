"""Targets and losses that check shapes: cross-entropies, class numbers, several outputs.

A loss that broadcasts instead fails, if at all, as two tensors that can't be paired:
`lib.errors.incompatible_shapes`, which asks `to_one_shape` too. Last come wordings that Keras 1
and 2 had of their own; what they said in other words only stands with today's wording.
"""

import math
import re
from dataclasses import dataclass

from lib.doctor.fixes import TargetFix, target_fixes
from lib.english import capital
from lib.errors.inputs import other_input
from lib.errors.message import SNIPPETS, Explanation, Messages, entries
from lib.toml import beside

TARGETS, OLD = Messages("target_shapes"), Messages("keras2_wordings")
_ROWS = [(row.pop("shapes"), row.pop("sparse", False), row) for row in beside(__file__).values()]


def _sparse_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    if y and y == output:
        return TARGETS.say("sparse: columns of classes", match)
    if len(y) == len(output) == 1:  # a last axis of 1 may be gone
        return TARGETS.say("sparse: a sample's or a timestep's", match, columns=y[0])
    if match["y"] and (ways := _ways_out(y, output)):
        fix = " Or: ".join(way.when for way in ways)
        code = "\n# or:\n".join(way.code for way in ways)
        return TARGETS.say("sparse: the doctor's", match, advice=fix, right=code)
    if len(y) == len(output) > 1 and y[:-1] == output[:-1]:
        return TARGETS.say("sparse: other columns", match, columns=y[-1])
    return TARGETS.say("sparse: other axes", match)


def _ways_out(y: list[str], output: list[str]) -> tuple[TargetFix, ...]:
    """The doctor's first two for the sparse loss; none where a size is open."""
    if not all(size.isdigit() and int(size) for size in (*y, *output)):
        return ()
    samples = 1009  # those aren't known; any number will do that is no other axis's
    shape, target = ((samples, *map(int, sizes)) for sizes in (output, y))
    return target_fixes(shape, target, "sparse_categorical_crossentropy", samples)[:2]


def _unequal_shapes(match: re.Match[str]) -> Explanation:
    y, output = (entries(sizes or "")[1:] for sizes in (match["y"], match["output"]))
    if not output:
        return TARGETS.say("cross-entropy without shapes", match)
    advice, code = _by_loss(y, output, match.string)
    return TARGETS.say("cross-entropy", match, advice=advice, right=code)


def _by_loss(y: list[str], output: list[str], text: str) -> tuple[str, str]:
    """The fix and its code; both readings where the text doesn't say which cross-entropy it is."""
    categorical, binary = (to_one_shape(y, output, sparse=sparse) for sparse in (True, False))
    if re.search(r"binary_(?:focal_)?crossentropy", text) or categorical == binary:
        return binary.advice, binary.code
    if "categorical_crossentropy" in text:
        return categorical.advice, categorical.code
    return (
        f"If the loss is categorical: {categorical.advice} If it is binary: {binary.advice}",
        f"# categorical:\n{categorical.code}\n# binary:\n{binary.code}",
    )


def _two_shapes(match: re.Match[str]) -> Explanation:
    one, other = (entries(sizes)[1:] for sizes in (match["one"], match["other"]))
    checked = match[0].startswith("Shapes")
    if checked and len(one) == len(other) == 1 and "1" not in one:
        return TARGETS.say("compared, other columns", match, columns=one[0])
    # Binary cross-entropy, which says it otherwise, has the output in front.
    y, output = (one, other) if checked else (other, one)
    remedy = to_one_shape(y, output, sparse=checked)
    return TARGETS.say("compared", match, advice=remedy.advice, right=remedy.code)


def _class_numbers(match: re.Match[str]) -> Explanation:
    # Both may be flattened, so that timesteps count as samples; then how many they are tells.
    labels, (*answers, classes) = entries(match["labels"]), entries(match["logits"]) or ["None"]
    numbers, expected = (
        math.prod(int(size) for size in shape if size.isdigit()) for shape in (labels, answers)
    )
    row = "too many class numbers"
    if numbers < expected:
        row = "too few class numbers"
    elif classes.isdigit() and numbers == expected * int(classes):
        row = "columns for class numbers"
    return TARGETS.say(row, match, classes=classes)


def _label(match: re.Match[str]) -> Explanation:
    return TARGETS.say("label", match, largest=int(match["classes"]) - 1)


def _other_number_of_outputs(match: re.Match[str]) -> Explanation:
    outputs, targets = ((match[name] or "").count("*") or None for name in ("output", "y"))
    return TARGETS.say("other outputs", outputs=outputs, targets=targets)


@dataclass(frozen=True, slots=True)
class Remedy:
    """How y and the output differ, and what gives them one shape."""

    fix: str
    """As a clause that may follow on a colon."""
    code: str
    what: str = ""
    """The difference, as a clause that may follow on a colon; empty where the fix says it."""
    difference: str = "other"
    """Its kind: "time axis of y" or "time axis of output", which one alone has; or "sizes"."""

    @property
    def advice(self) -> str:
        """Both in one sentence."""
        return sentence(f"{self.what}: {self.fix}" if self.what else self.fix)


def sentence(clause: str) -> str:
    """A clause as a sentence; but y is a name."""
    return clause if clause.startswith("y ") else capital(clause)


def to_one_shape(y: list[str], output: list[str], *, sparse: bool, columns: str = "") -> Remedy:
    """What gives y and the output, as a loss compared them, one shape.

    Args:
        y: its sizes, without the samples.
        output: the same of the output.
        sparse: whether y may hold class numbers, for which there is another loss.
        columns: what stands in the code for y's number of columns; without it, the number does.
    """
    axes = "=" if len(y) == len(output) else "<>"[len(y) > len(output)]
    sizes = f"{','.join(y)} {axes} {','.join(output)}"
    texts = next(
        texts
        for shapes, of_classes, texts in _ROWS
        if (sparse or not of_classes) and re.fullmatch(shapes, sizes)
    )
    ends = {"y": columns or "".join(y[-1:]), "output": "".join(output[-1:])}
    words = {**SNIPPETS, **ends, "each": "timestep" if y else "sample"}
    return Remedy(**{name: text.format_map(words) for name, text in texts.items()})


def _dimensions(match: re.Match[str]) -> Explanation:
    layer, axes, shape = match["layer"], int(match["axes"]), match["shape"]
    received = len(entries(shape))
    if not _is_input(match):
        return _target(layer, axes, shape, received)
    row = "x lacks an axis" if received == axes - 1 else "x of other axes"
    return OLD.say(row, match, received=received)


def _is_input(match: re.Match[str]) -> bool:
    """Whether x is meant, not y: the message says so, or else the layer's name does."""
    if match["what"]:
        return "input" in match["what"]
    return bool(re.search(r"(^|_)input(_\d+)?$", match["layer"]))


def _target(layer: str, axes: int, shape: str, received: int) -> Explanation:
    """For y that has other axes than the output, which has 2 or 3."""
    row = f"output of {axes} axes, y of {received}"
    if (axes, received) == (2, 3) and entries(shape)[-2] == "1":
        row += " with 1"
    elif row not in OLD.said:
        row = "y with an axis of 1" if "1" in entries(shape)[1:] else "y of other axes"
    return OLD.say(row, layer=layer, axes=axes, received=received, shape=shape)


def _shape(match: re.Match[str]) -> Explanation:
    layer, one, other = match["layer"], match["expected"], match["received"]
    expected, received = entries(one), entries(other)
    is_input = _is_input(match)
    # An open size in front is the batch; but in (None, 3), of a recurrent layer, it is the time.
    is_time = is_input and len(expected) == 2 and re.search("rnn|lstm|gru", layer, re.IGNORECASE)
    if expected[:1] == ["None"] and not is_time:
        expected, received = expected[1:], received[1:]
    if is_input:
        return other_input(layer, one, other, expected, received)
    if len(expected) != len(received):
        return _target(layer, len(expected) + 1, other, len(received) + 1)
    row = "columns"  # of y with as many axes as the output
    if expected[-1:] == received[-1:]:
        row = "timesteps"
    elif received[-1] == "1":
        row = "class numbers"
    elif expected[-1] == "1":  # the sparse loss of Keras 2 said so of any output
        row = "columns for one"
    columns, y_columns = "".join(expected[-1:]), "".join(received[-1:])
    return OLD.say(row, layer=layer, output=one, y=other, columns=columns, y_columns=y_columns)


def _passed(match: re.Match[str]) -> Explanation:
    y, output = match["y"], match["output"]
    sparse = "categorical" in (match["loss"] or "")
    remedy = to_one_shape(entries(y)[1:], entries(output)[1:], sparse=sparse)
    return OLD.say("passed", y=y, output=output, advice=remedy.advice, code=remedy.code)


def _other_number_of_arrays(match: re.Match[str]) -> Explanation:
    expected, received = int(match["expected"]), match["received"].replace("one", "1")
    arrays = ", ".join(f"x{i}" for i in range(1, min(expected, 6) + 1))
    row = "one array" if expected == 1 else "several arrays"
    return OLD.say(row, expected=expected, received=received, arrays=arrays)
