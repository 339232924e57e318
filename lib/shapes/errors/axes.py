"""Two shapes, axis by axis: which axis differs, which one lacks, and what each is called."""

from dataclasses import dataclass

from lib.shapes.output import Shape
from lib.text import counted, joined

NAMES = {
    "2": "sample feature",
    "3": "sample timestep feature",
    "4": "sample row column channel",
    "5": "sample timestep row column channel",
    "conv_lstm1d": "sample timestep row channel",
}
"""By the number of axes, or the kind of layer, what one entry of each is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a shape differs from the one that was expected, the batch in front of both."""

    expected: Shape
    received: Shape

    @property
    def longer(self) -> Shape:
        """The one with more axes."""
        return max(self.expected, self.received, key=len)

    @property
    def lacks(self) -> int:
        """How many axes are too few; below 0, how many too many."""
        return len(self.expected) - len(self.received)

    @property
    def differing(self) -> list[int]:
        """The places of the axes that differ, of as many; an open size differs from none."""
        pairs = enumerate(zip(self.expected, self.received, strict=False))
        return [place for place, (e, r) in pairs if None not in (e, r) and e != r]

    @property
    def gaps(self) -> list[int]:
        """The places of the longer shape's axes without which the two would fit."""
        shorter = min(self.received, self.expected, key=len)
        without = [self.longer[:at] + self.longer[at + 1 :] for at in range(len(self.longer))]
        fits = [len(r) == len(shorter) and not Comparison(r, shorter).differing for r in without]
        return [place for place, fit in enumerate(fits) if fit]

    @property
    def is_batch(self) -> bool:
        """Whether they differ in the samples of a batch alone."""
        return not self.lacks and self.differing == [0]

    def name(self, place: int) -> str:
        """What an entry of the axis at a place is."""
        return NAMES.get(f"{len(self.longer)}", "sample" + 9 * " entry").split()[place]

    def told(self) -> str:
        """The axes that differ, in words: "7 timesteps instead of 5", "no axis of features"."""
        if self.lacks:
            gaps = [f"{self.name(at)}s" for at in self.gaps]
            count = counted(abs(self.lacks), "axis", "axes")
            which = f", of {' or '.join(gaps)}" if gaps and any(self.expected) else ""
            return f"{count} too {'few' if self.lacks > 0 else 'many'}{which}"
        pairs = [
            (self.received[at] or 0, self.name(at), self.expected[at]) for at in self.differing
        ]
        return joined([f"{counted(got, name)} instead of {want}" for got, name, want in pairs])
