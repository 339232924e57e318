"""What gives y and the output one shape, where a loss found that they have two.

Advice alone: the messages that it answers are in `lib.errors.target_shapes`,
`lib.errors.incompatible_shapes` and `lib.errors.keras2_wordings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.doctor.fixes import EVERY_STEP, LAST_STEP, compile_with
from lib.english import capital

SPARSE = compile_with("sparse_categorical_crossentropy")
LOOK = "print(y.shape, model.output_shape)"
CUT = "steps = min(x.shape[1], y.shape[1])\nx, y = x[:, :steps], y[:, :steps]"


@dataclass(frozen=True, slots=True)
class Remedy:
    """How y and the output differ, and what gives them one shape."""

    what: str
    """The difference, as a clause that may follow on a colon; empty where the fix says it."""
    fix: str
    """As a clause that may follow on a colon."""
    code: str
    difference: Literal["time axis of y", "time axis of output", "sizes", "other"] = "other"
    """Its kind: one alone has a time axis, or both have the same axes, of other sizes."""

    @property
    def advice(self) -> str:
        """Both in one sentence."""
        return sentence(f"{self.what}: {self.fix}" if self.what else self.fix)


def sentence(clause: str) -> str:
    """A clause as a sentence; but y is a name."""
    return clause if clause.startswith("y ") else capital(clause)


def to_one_shape(y: list[str], output: list[str], *, sparse: bool) -> Remedy:
    """What gives y and the output, as a loss compared them, one shape.

    Args:
        y: its sizes, without the samples.
        output: the same of the output.
        sparse: whether y may hold class numbers, for which there is another loss.
    """
    if len(y) > len(output):
        return _without_axis_in_output(y, output, sparse=sparse)
    if len(y) < len(output):
        return _without_axis_in_y(y, output, sparse=sparse)
    if len(y) == 1:
        return _two_axes(y[0], output[0], sparse=sparse)
    return same_axes(y, output, sparse=sparse)


def same_axes(y: list[str], output: list[str], *, sparse: bool, columns: str = "") -> Remedy:
    """For y with a time axis, as the output; or for shapes of which nothing could be read.

    `columns` stands in the code for y's number of columns; without it, the number does.
    """
    if not y:
        return Remedy("", "give y and the output one shape.", LOOK)
    if y[-1] == output[-1]:
        fix = "cut x and y to the same timesteps."
        return Remedy("output and y have different timesteps", fix, CUT, "sizes")
    if sparse and y[-1] == "1":
        return Remedy("", "with class numbers in y take the sparse loss.", SPARSE)
    dense = f"Dense({columns or y[-1]})"
    if y[:-1] == output[:-1]:
        fix = "end the model with as many columns as y has."
        return Remedy("output and y have different columns", fix, dense, "sizes")
    if y == output[::-1]:
        return Remedy(
            "y's sizes are the output's, but swapped, columns before timesteps",
            "swap them; a reshape would mix the values up.",
            "y = np.swapaxes(y, 1, 2)",
        )
    return Remedy(
        "output and y have different timesteps, and different columns",
        "cut x and y to the same timesteps, and end with as many columns as y has.",
        f"{CUT}\n{dense}",
        "sizes",
    )


def _without_axis_in_output(y: list[str], output: list[str], *, sparse: bool) -> Remedy:
    """For y with an axis more than the output."""
    if (len(y), len(output)) != (2, 1):
        return Remedy("y has more axes than the output", "give the two the same axes.", LOOK)
    if y[0] == "1":
        what, fix, code = "y has an axis of 1 for timesteps", "take it out", "y = y[:, 0]"
        if y == ["1", "1"] and sparse:
            fix += "; with class numbers take the sparse loss."
            return Remedy(what, fix, f"{code}\n{SPARSE}")
        if y[1] == output[0]:
            return Remedy(f"{what}, and the output has no time axis", f"{fix}.", code)
        fix += ", and end with as many columns as y has."
        return Remedy(f"{what}, and other columns than the output", fix, f"{code}\nDense({y[1]})")
    return Remedy(
        "y has a time axis and the output has none",
        "return every step.",
        EVERY_STEP if y[-1] == output[-1] else f"{EVERY_STEP}\nDense({y[-1]})",
        "time axis of y",
    )


def _without_axis_in_y(y: list[str], output: list[str], *, sparse: bool) -> Remedy:
    """For y with an axis less than the output, or two."""
    if len(output) > 2:
        return Remedy("the output has more axes than y", "give the two the same axes.", LOOK)
    if y == output[:-1]:
        return _one_number(y, output[-1], sparse=sparse)
    has, end, code = " and y has none", "", ""
    if output[-1] == "1" or y[-1:] == output[-1:]:
        if not y:
            end, code = ", and give y the output's axis of 1", "\ny = y[:, None]"
    elif y not in ([], ["1"]):
        end, code = ", and end with as many columns as y has", f"\nDense({y[-1]})"
    elif sparse:
        has, end = ", and y has a class number for each sample", ", and take the sparse loss"
        code = f"\n{SPARSE}"
    else:
        has, end = ", and y has one number for each sample", ", and end with one column"
        code = "\nDense(1)"
    return Remedy(
        f"the output has a time axis{has}",
        f"return the last step only{end}.",
        f"{LAST_STEP}{code}",
        "time axis of output",
    )


def _one_number(y: list[str], columns: str, *, sparse: bool) -> Remedy:
    """For y with one number for each answer of the output, which has these columns."""
    if columns == "1":
        return Remedy("y lacks the output's last axis, of 1", "add it.", "y = y[..., None]")
    if sparse:
        return Remedy("", "y has class numbers, so take the sparse loss.", SPARSE)
    each = "timestep" if y else "sample"
    return Remedy(
        f"y has one number for each {each}, and the output {columns} columns",
        "end with one.",
        "Dense(1)",
    )


def _two_axes(y: str, output: str, *, sparse: bool) -> Remedy:
    """For columns that may be timesteps: Keras drops a last axis of 1 that the other hasn't."""
    if output == "1":
        return Remedy(
            "",
            f"with {y} timesteps in y return every step; with {y} answers per sample end with as "
            "many columns.",
            f"{EVERY_STEP}  # y is (N, {y}) or (N, {y}, 1)\nDense({y})  # or: y has {y} columns",
        )
    last = f"{LAST_STEP}  # the output is (N, {output}, 1)"
    if y != "1":
        return Remedy(
            "Keras drops a last axis of 1 that the other hasn't, so that timesteps may have met "
            "columns",
            "if y alone has a time axis return every step, if the output alone has one return the "
            "last only. Else end with as many columns as y has.",
            f"{LOOK}\n{EVERY_STEP}  # y is (N, {y}, 1): then Dense(1)\n{last}: then Dense({y})\n"
            f"Dense({y})  # neither",
        )
    fix = f"if the output has {output} timesteps, of one column, return the last step only; "
    if sparse:
        fix += "if it has a column per class, and y class numbers, take the sparse loss."
        return Remedy("", fix, f"{last}\n{SPARSE}")
    fix += "with columns end with one."
    return Remedy("", fix, f"{last}\nDense(1)  # the output has {output} columns")
