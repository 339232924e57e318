"""Small still pictures of a gallery's cards, which a recording keeps, as SVG."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from lib.charts.html import render, svg_uri
from lib.charts.palette import PALETTES, Palette
from lib.shapes import Leak
from lib.text import beside

WIDTH, HEIGHT, EDGE, LETTERS = 320, 144, 10, 12  # a picture, its margin, its letters, in pixels
DASHES = {"line": "", "dashed": "7 4", "dotted": "1.5 4"}
PICTURES: dict[str, str] = beside(__file__)["pictures"]  # what is on the axes, by name


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through (P,) points of increasing x, or marks, with its name beside its end."""

    x: np.ndarray
    y: np.ndarray
    color: str  # a colour of `Palette`
    name: str = ""
    style: str = "line"  # A key of DASHES, or "marks": a diamond at each point


@dataclass(frozen=True, slots=True, eq=False)
class Plot:
    """All lines of a picture, later ones on top; with `is_log`, y is drawn by its logarithm."""

    lines: tuple[Line, ...]
    is_log: bool = False


def by_step(y: np.ndarray, *about: str) -> Line:
    """Return a line of values (T,) over the timesteps."""
    return Line(np.arange(1.0, len(y) + 1), np.asarray(y, np.float64), *about)


def leaked(leak: Leak) -> Plot:
    """Return errors by timestep one way and both ways, beside the best possible without a leak."""
    best = by_step(np.ones(len(leak.one_way)), "best", "", "dashed")
    one_way = by_step(leak.one_way, "sequence", "LSTM")
    return Plot((best, one_way, by_step(leak.both_ways, "wrong", "Bidirectional")))


def caption(picture: str, plot: Plot) -> str:
    """Return what a picture has on its axes, in words."""
    return f"{PICTURES[picture]}{', logarithmic' if plot.is_log else ''}"


@lru_cache(maxsize=128)  # they are the same in every session
def thumbnail(plot: Plot, theme: str) -> str:
    """Return a plot as a data URI, in the colours of a theme."""
    heights = [np.log10(line.y) if plot.is_log else line.y for line in plot.lines]
    low, high = min(map(np.min, heights)), max(map(np.max, heights))
    left, right = min(line.x[0] for line in plot.lines), max(line.x[-1] for line in plot.lines)
    drawn = []
    for number, (line, height) in enumerate(zip(plot.lines, heights, strict=True)):
        x = EDGE + (line.x - left) / (right - left) * (WIDTH - 2 * EDGE)
        y = EDGE + (high - height) / ((high - low) or 1) * (HEIGHT - 2 * EDGE)
        at = int(len(x) * (0.75 if number % 2 else 0.2))
        has_room = y[at] > EDGE + 2 * LETTERS  # for its name above that point
        place = x[at], y[at] - 6 if has_room else y[at] + LETTERS + 4
        drawn.append((line, list(zip(x, y, strict=True)), place))
    body = render(
        "charts/thumbnail.html", "drawing", drawn, PALETTES[theme], WIDTH, HEIGHT, LETTERS, DASHES
    )
    return svg_uri(body, f"0 0 {WIDTH} {HEIGHT}")


def small_picture(plot: Plot, sentence: str, palette: Palette) -> str:
    """Return a plot as an HTML image, with `sentence` as its alternative text."""
    return render("charts/thumbnail.html", "image", thumbnail(plot, palette.theme), sentence)
