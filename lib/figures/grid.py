"""A tensor as a grid of shaded entries, (T, columns): time runs down, as NumPy prints a sample.

All tensors of a picture have the same rows, so that a row is the same moment everywhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.figures.html import svg_image
from lib.figures.palette import LEVELS, Palette

WHOLE = 16
"""Up to so many rows or columns are all drawn; of more, some are left out for an ellipsis."""
EDGE = 3.0
"""Room around the entries for the outline of a row, in pixels."""


def levels_of(
    values: np.ndarray, low: float | None = None, high: float | None = None
) -> np.ndarray:
    """Values (T, …) as shades, 0 to LEVELS-1, from `low` to `high`; gaps as the lowest."""
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=np.nan, neginf=np.nan)
    low = float(known.min()) if low is None else low
    high = float(known.max()) if high is None else high
    share = (known - low) / max(high - low, 1e-12)
    return np.clip(share * LEVELS, 0, LEVELS - 1).astype(int)


def _drawn(count: int, whole: int = WHOLE) -> list[int | None]:
    """Which of `count` rows or columns are drawn, in order; None is the ellipsis among them."""
    if count <= whole:
        return [*range(count)]
    # More of a large tensor is drawn than of a small one, so that a moving slider shows.
    drawn = round(whole + whole / 8 * np.log2(count / whole))
    tail = drawn // 3
    return [*range(drawn - tail), None, *range(count - tail, count)]


@dataclass(frozen=True, slots=True)
class Room:
    """What the largest tensor of a picture may take, in pixels at the usual 16 px per rem."""

    height: float = 96.0
    width: float = 120.0
    whole: int = WHOLE
    """So many rows are all drawn; of more an ellipsis stands for the rest."""


@dataclass(frozen=True, slots=True)
class Grid:
    """How the tensors of one picture are drawn: all with the same rows, and entries of one size."""

    rows: list[int | None]
    """Which timesteps are drawn, and None for those that are left out."""
    pitch: float
    """The distance from entry to entry, in pixels."""
    palette: Palette

    @classmethod
    def of(cls, steps: int, widest: int, palette: Palette, room: Room = Room()) -> Grid:
        """The grid that lets the largest tensor fit, which is (`steps`, `widest`)."""
        rows, columns = _drawn(steps, room.whole), _drawn(widest)
        fitting = min(room.height / len(rows), room.width / len(columns))
        return cls(rows, round(min(max(fitting, 3.0), 16.0), 1), palette)

    def size(self, width: int) -> tuple[float, float]:
        """Width and height in rem of a tensor with `width` columns."""
        across, down = len(_drawn(width)), len(self.rows)
        return (across * self.pitch + 2 * EDGE) / 16, (down * self.pitch + 2 * EDGE) / 16

    def middles(self) -> list[float]:
        """Where the row of each timestep, 0 to T-1, has its middle: a share of an image's height.

        Those that are left out are all where the ellipsis is.
        """
        steps = range((self.rows[-1] or 0) + 1)
        places = [self.rows.index(step if step in self.rows else None) for step in steps]
        height = len(self.rows) * self.pitch + 2 * EDGE
        return [(EDGE + self.pitch * (place + 0.5)) / height for place in places]

    def image(
        self,
        width: int,
        levels: np.ndarray | None,
        shades: Sequence[str],
        *,
        only_last: bool = False,
        outlined: bool = False,
    ) -> str:
        """A tensor with `width` columns as an image element; its words stand elsewhere.

        Its entries have the `levels` (T, width), 0 to LEVELS-1, of the `shades`; None draws it
        flat. Where the layer returns `only_last`, the other rows are pale; `outlined` is the last
        row where the last-step mode takes it.
        """
        columns = _drawn(width)
        inner = self.pitch * 0.86 - 2  # the stroke's round corners add 2
        entry = f"h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"
        start, middle = EDGE + self.pitch * 0.07 + 1, EDGE + self.pitch / 2
        xs = [f"M{start + self.pitch * x:.1f} " for x in range(len(columns))]
        paths: dict[tuple[bool, int], str] = defaultdict(str)
        dots, known = "", None if levels is None else levels.tolist()
        for y, row in enumerate(self.rows):
            pale, down = only_last and y < len(self.rows) - 1, self.pitch * y
            here = f"{start + down:.1f}{entry}"
            for x, column in enumerate(columns):
                if row is not None and column is not None:
                    level = known[row][column] if known else 3
                    paths[pale, level] += xs[x] + here
                elif row is not column:  # dots where rows or columns are left out
                    dots += f"M{middle + self.pitch * x:.1f} {middle + down:.1f}h0"
        body = "".join(
            f'<path fill="{shades[level]}" stroke="{shades[level]}" '
            f'opacity="{0.22 if pale else 1}" d="{path}"/>'
            for (pale, level), path in paths.items()
        )
        if dots:
            body += f'<path stroke="{self.palette.muted}" stroke-linecap="round" d="{dots}"/>'
        across, high = (16 * side for side in self.size(width))
        if outlined:
            top = high - self.pitch - 2 * EDGE + 1
            body += (
                f'<rect x="1" y="{top:.1f}" width="{across - 2:.1f}" height="{high - top - 1:.1f}" '
                f'rx="3" fill="none" stroke="{self.palette.last}" stroke-width="2"/>'
            )
        return svg_image(body, across, high, 'stroke-width="2" stroke-linejoin="round"')
