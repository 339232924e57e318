"""A tensor as a grid of shaded entries, (T, columns): time runs down, as NumPy prints a sample.

Of a large tensor some rows and columns are left out for an ellipsis. All tensors of a picture have
the same rows, so that a row is the same moment everywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.figures.html import svg_image
from lib.figures.palette import LEVELS, Palette

WHOLE = 16
"""Up to so many rows or columns are all drawn; of more, some are left out for an ellipsis."""
PITCH = (3.0, 16.0)
"""The least and the greatest distance from entry to entry, in pixels."""
EDGE = 3.0
"""Room around the entries for the outline of a row, in pixels."""
FLAT = 3
"""The shade of entries whose values aren't known, 0 to LEVELS-1."""


def levels_of(
    values: np.ndarray, low: float | None = None, high: float | None = None
) -> np.ndarray:
    """Values (T, …) as shades, 0 to LEVELS-1, from `low` to `high`; gaps as the lowest."""
    known = np.nan_to_num(np.asarray(values, np.float64), posinf=np.nan, neginf=np.nan)
    low = float(known.min()) if low is None else low
    high = float(known.max()) if high is None else high
    share = (known - low) / max(high - low, 1e-12)
    return np.clip(share * LEVELS, 0, LEVELS - 1).astype(int)


@dataclass(frozen=True, slots=True)
class _Side:
    """Which of `count` rows or columns are drawn, and where the ellipsis stands among them."""

    indexes: np.ndarray
    """Of what is drawn, (D,), the first and the last among them."""
    gap: int
    """How many of these come before the ellipsis; D where there is none."""

    @classmethod
    def of(cls, count: int, whole: int = WHOLE) -> _Side:
        if count <= whole:
            return cls(np.arange(count), count)
        # More of a large tensor is drawn than of a small one, so that a moving slider shows.
        drawn = round(whole + whole / 8 * np.log2(count / whole))
        tail = drawn // 3
        return cls(np.r_[: drawn - tail, count - tail : count], drawn - tail)

    @property
    def has_gap(self) -> bool:
        """Whether some are left out."""
        return self.gap < len(self.indexes)

    @property
    def places(self) -> list[int]:
        """The position of each that is drawn, in rows: the ellipsis takes one."""
        return [place + (place >= self.gap) for place in range(len(self.indexes))]

    def of_index(self, index: int) -> int:
        """The position of row `index`, 0 to count-1: that of the ellipsis if it isn't drawn."""
        place = int(np.searchsorted(self.indexes, index))
        return self.places[place] if self.indexes[place] == index else self.gap

    @property
    def length(self) -> int:
        """Rows, with the ellipsis."""
        return len(self.indexes) + self.has_gap


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

    rows: _Side
    pitch: float
    """The distance from entry to entry, in pixels."""
    palette: Palette

    @classmethod
    def of(cls, steps: int, widest: int, palette: Palette, room: Room = Room()) -> Grid:
        """The grid that lets the largest tensor fit, which is (`steps`, `widest`)."""
        rows, columns = _Side.of(steps, room.whole), _Side.of(widest)
        fitting = min(room.height / rows.length, room.width / columns.length)
        return cls(rows, round(min(max(fitting, PITCH[0]), PITCH[1]), 1), palette)

    def size(self, width: int) -> tuple[float, float]:
        """Width and height in rem of a tensor with `width` columns."""
        across, down = _Side.of(width).length, self.rows.length
        return (across * self.pitch + 2 * EDGE) / 16, (down * self.pitch + 2 * EDGE) / 16

    def middles(self) -> list[float]:
        """Where the row of each timestep, 0 to T-1, has its middle: a share of an image's height.

        Those that are left out are all where the ellipsis is.
        """
        steps = range(int(self.rows.indexes[-1]) + 1)
        height = self.rows.length * self.pitch + 2 * EDGE
        return [(EDGE + self.pitch * (self.rows.of_index(step) + 0.5)) / height for step in steps]

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
        columns, rows = _Side.of(width), self.rows
        if levels is None:
            table = np.full((len(rows.indexes), len(columns.indexes)), FLAT)
        else:
            table = levels[np.ix_(rows.indexes, columns.indexes)]
        inner = self.pitch * 0.86 - 2  # the stroke's round corners add 2
        entry = f"h{inner:.1f}v{inner:.1f}h-{inner:.1f}z"
        start = EDGE + self.pitch * 0.07 + 1
        xs = [f"M{start + self.pitch * place:.1f} " for place in columns.places]
        ys = [f"{start + self.pitch * place:.1f}{entry}" for place in rows.places]
        body = _entries(table[-1:], xs, ys[-1:], shades)
        rest = _entries(table[:-1], xs, ys[:-1], shades)
        body = f'<g opacity="0.22">{rest}</g>{body}' if only_last else rest + body
        body += self._ellipses(columns)
        across, down = (16 * side for side in self.size(width))
        if outlined:
            top = down - self.pitch - 2 * EDGE + 1
            body += (
                f'<rect x="1" y="{top:.1f}" width="{across - 2:.1f}" height="{down - top - 1:.1f}" '
                f'rx="3" fill="none" stroke="{self.palette.last}" stroke-width="2"/>'
            )
        return svg_image(body, across, down, 'stroke-width="2" stroke-linejoin="round"')

    def _ellipses(self, columns: _Side) -> str:
        """Dots where rows or columns are left out."""
        spots = [(place, self.rows.gap) for place in columns.places if self.rows.has_gap]
        spots += [(columns.gap, place) for place in self.rows.places if columns.has_gap]
        middle = EDGE + self.pitch / 2
        path = "".join(
            f"M{middle + self.pitch * x:.1f} {middle + self.pitch * y:.1f}h0" for x, y in spots
        )
        dots = f'<path stroke="{self.palette.muted}" stroke-linecap="round" d="{path}"/>'
        return dots if path else ""


def _entries(table: np.ndarray, xs: Sequence[str], ys: Sequence[str], shades: Sequence[str]) -> str:
    """The entries of `table` (rows, columns): one path for each shade."""
    paths: list[list[str]] = [[] for _ in shades]
    for y, row in zip(ys, table.tolist(), strict=True):
        for x, level in zip(xs, row, strict=True):
            paths[level].append(x + y)
    return "".join(
        f'<path fill="{shade}" stroke="{shade}" d="{"".join(path)}"/>'
        for shade, path in zip(shades, paths, strict=True)
        if path
    )
