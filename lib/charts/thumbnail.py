"""Small SVG pictures for the gallery's cards. Their lines are part of a recorded run."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lib.charts.html import drawing, render
from lib.charts.palette import Palette
from lib.text import beside, number, percent

WIDTH, HEIGHT, LETTERS = 320, 160, 12  # a picture's width and height, its font size; in pixels
LEFT, EDGE, BELOW = 64, 10, 22  # margins in pixels: left (y axis), top and right, bottom (x axis)
NAMED = (0.2, 0.75, 0.5)  # places of lines' names, as shares of their points
DASHES = {"line": "", "dashed": "7 4", "dotted": "1.5 4"}
PICTURES: dict[str, str] = beside(__file__)["pictures"]  # a description of both axes, by name


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through P points of increasing x, or a mark at each point; and the line's name."""

    x: np.ndarray
    y: np.ndarray
    color: str  # a color of `Palette`
    name: str = ""
    style: str = "line"  # A key of DASHES, or "marks": a diamond at each point


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """The lines of a picture, later ones on top, and its y axis."""

    lines: tuple[Line, ...]
    is_log: bool = False  # whether the y axis is logarithmic
    is_share: bool = False  # whether the y axis is from 0% to 100%


def caption(picture: str, plot: Plot) -> str:
    """Return a description of a picture's axes."""
    return f"{PICTURES[picture]}{' (log scale)' if plot.is_log else ''}"


@lru_cache(maxsize=128)  # All sessions share the pictures.
def small_picture(plot: Plot, sentence: str, palette: Palette) -> str:
    """Return a plot as an HTML image."""
    heights = [np.log10(line.y) if plot.is_log else line.y for line in plot.lines]
    low, high = min(map(np.min, heights)), max(map(np.max, heights))
    if plot.is_share:
        low, high = 0.0, 100.0
    first, last = min(line.x[0] for line in plot.lines), max(line.x[-1] for line in plot.lines)
    right, bottom = WIDTH - EDGE, HEIGHT - BELOW
    drawn = []
    for place, (line, height) in enumerate(zip(plot.lines, heights, strict=True)):
        x = LEFT + (line.x - first) / (last - first) * (right - LEFT)
        y = EDGE + (high - height) / ((high - low) or 1) * (bottom - EDGE)
        at = int(len(x) * NAMED[place % len(NAMED)])  # the point next to the line's name
        fits_above = y[at] > EDGE + 2 * LETTERS  # whether the line's name fits above the point
        name_at = x[at], y[at] - 6 if fits_above else y[at] + 2 * LETTERS
        drawn.append((line, list(zip(x, y, strict=True)), name_at))
    y_ends = [10**end if plot.is_log else end for end in (high, low)]
    ends = [number(float(end), 2) for end in (*y_ends, first, last)]
    if plot.is_share:
        ends[:2] = [percent(end) for end in (high, low)]
    box, looks = (LEFT, EDGE, right, bottom), (palette, LETTERS, DASHES)
    body = render("charts/thumbnail.html", "drawing", drawn, box, ends, *looks)
    block = drawing(body, (0, 0, WIDTH, HEIGHT), "max-width:60rem", alt=sentence)
    return f'<div class="thumbnail">{block}</div>'
