"""Two shapes, axis by axis: which axis differs, which one lacks, and what each axis is called."""

from dataclasses import dataclass

from lib.english import counted, joined
from lib.errors.facts import Shape

NAMES = {
    1: ("sample",),
    2: ("sample", "feature"),
    3: ("sample", "timestep", "feature"),
    4: ("sample", "row", "column", "channel"),
    5: ("sample", "timestep", "row", "column", "channel"),
}
"""By the number of axes, what one entry of each is."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a shape differs from the one that was expected, the batch in front of both."""

    expected: Shape
    received: Shape
    last: str = "feature"
    """What one entry of the last axis is: "column" for targets and outputs."""

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
        long, short = sorted((self.expected, self.received), key=len, reverse=True)
        if len(long) != len(short) + 1:
            return []
        without = [(*long[:place], *long[place + 1 :]) for place in range(len(long))]
        return [place for place, rest in enumerate(without) if fits(rest, short)]

    @property
    def is_batch(self) -> bool:
        """Whether they differ in the samples of a batch alone."""
        return not self.lacks and self.differing == [0]

    @property
    def is_swapped(self) -> bool:
        """Whether timesteps and features stand in each other's place."""
        return (
            len(self.expected) == len(self.received) == 3
            and len(self.differing) == 2
            and self.expected[1:] == self.received[:0:-1]
        )

    def name(self, place: int) -> str:
        """What an entry of the axis at a place is, in the longer of the two."""
        axes = max(len(self.expected), len(self.received))
        names = (*NAMES.get(axes, ("sample", *["entry"] * (axes - 1)))[:-1], self.last)
        return names[place] if axes > 1 else "sample"

    def told(self) -> str:
        """The axes that differ, in words: "7 timesteps instead of 5"."""
        return joined(
            [
                f"{counted(self.received[place] or 0, self.name(place))} instead of "
                f"{self.expected[place]}"
                for place in self.differing
            ]
        )


def fits(one: Shape, other: Shape) -> bool:
    """Whether two shapes may be the same."""
    return len(one) == len(other) and all(
        None in pair or pair[0] == pair[1] for pair in zip(one, other, strict=True)
    )


def written(shape: Shape) -> str:
    """A shape as Python writes it."""
    return f"({', '.join(map(str, shape))}{',' * (len(shape) == 1)})"
