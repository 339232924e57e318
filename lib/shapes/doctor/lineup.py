"""Line up the axes of an output and a target as a loss does, and say what becomes of each axis."""

from dataclasses import dataclass

from lib.shapes.doctor.loss_shapes import BatchResult, LossRule, Sizes, Verdict, padded

SIGNS: dict[Verdict, str] = {"correct": "✓", "silent": "≈", "error": "✗"}
"""A sign for each verdict, so that colour is never the only cue."""


@dataclass(frozen=True, slots=True)
class AxisFate:
    """What a loss does with the two lengths of an axis."""

    verdict: Verdict
    words: str = ""
    """What happens, in words: "y repeated 12 times"; empty where the two fit."""

    @property
    def text(self) -> str:
        """The sign with the words."""
        return f"{SIGNS[self.verdict]} {self.words}".rstrip()


@dataclass(frozen=True, slots=True)
class AxisPair:
    """One axis of the pairs: its length on either side, and what one entry is called there."""

    output: int
    target: int
    of_output: str
    of_target: str

    @property
    def fits(self) -> bool:
        """Whether the two lengths can be paired: they are equal, or one of them is repeated."""
        return self.output == self.target or 1 in (self.output, self.target)

    def fate(self, rule: LossRule, *, compared: bool) -> AxisFate:
        """What a loss does with this axis; `compared` is False where no batch is made."""
        if self.output != self.target:
            if rule.checks or not self.fits or not compared:
                return AxisFate("error", f"{self.output} ≠ {self.target}")
            if self.target == 1:
                return AxisFate("silent", f"y repeated {self.output} times")
            return AxisFate("silent", f"output repeated {self.target} times")
        names = self.of_output, self.of_target  # "number" leaves open what is counted
        missing = "" in names
        if not missing and "number" not in names and self.of_output != self.of_target:
            return AxisFate("silent", f"{self.of_output}s meet {self.of_target}s")
        if rule.classes and self.of_output == "column" and self.output == 1:
            return AxisFate("silent", "one class alone")
        return AxisFate("error", "missing") if rule.checks and missing else AxisFate("correct")


def line_up(output: Sizes, target: Sizes, batch: BatchResult) -> list[AxisPair]:
    """The axes from the left, lined up from the right as broadcasting does.

    Names come from the shapes as they came: an axis keeps its meaning when another is
    dropped. A side that lacks an axis has a length of 1 and no name there.
    """
    rank = max(len(batch.output), len(batch.target))
    sides = []
    for shape, axes in ((batch.output, _names(output)), (batch.target, _names(target, "number"))):
        names = (*axes, "column")[: len(shape)]
        sides.append((padded(shape, rank), ("",) * (rank - len(names)) + names))
    (outputs, of_output), (targets, of_target) = sides
    return list(map(AxisPair, outputs, targets, of_output, of_target))


def _names(shape: Sizes, second: str = "column") -> tuple[str, ...]:
    """What one entry along each axis is; `second` for the second axis of two."""
    if len(shape) <= 3:
        return (("sample",), ("sample", second), ("sample", "timestep", "column"))[len(shape) - 1]
    return ("sample", *(f"axis-{i} row" for i in range(1, len(shape) - 1)), "column")
