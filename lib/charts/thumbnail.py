"""Small still pictures of a gallery's cards: what is drawn, which a recording keeps, and as SVG."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from lib.charts.html import svg_uri, templates
from lib.charts.over_epochs import Curve, LastStepErrors, Losses
from lib.charts.over_time import StepErrors
from lib.charts.palette import PALETTES, Palette
from lib.results import RunAt, spread_places
from lib.shapes import Damage, Leak

WIDTH, HEIGHT, EDGE, LETTERS = 320, 144, 10, 12
"""Of a picture, its margins, and its letters, in its own units: about a pixel each."""
POINTS = 48  # of a line, at most
DASHES = {"line": "", "dashed": "7 4", "dotted": "1.5 4"}

_HTML = templates(__file__, px="{:.1f}".format)


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
    """All lines of a picture, later ones above; y is maybe drawn by its logarithm."""

    lines: tuple[Line, ...]
    is_log: bool = False


def _steps(y: np.ndarray, *about: str) -> Line:
    """A line of values (T,) over the timesteps."""
    return Line(np.arange(1.0, len(y) + 1), np.asarray(y, np.float64), *about)


def _by_epoch(curve: Curve, *about: str) -> Line:
    """A curve over epochs, thinned evenly."""
    known = np.flatnonzero(np.isfinite(curve.values))
    some = known[spread_places(len(known), POINTS)]
    return Line(curve.epochs[some].astype(np.float64), curve.values[some], *about)


def _level(curve: Curve, value: float, color: str) -> Line:
    """The best possible or the guess, from a curve's first epoch to its last."""
    ends, style = (
        curve.epochs[[0, -1]].astype(np.float64),
        "dashed" if color == "best" else "dotted",
    )
    return Line(ends, np.full(2, value), color, style=style)


def losses(run: RunAt) -> Plot:
    """Both training losses by epoch, with the least there can be, or else what the guess has."""
    card, lines = Losses(run), []
    for mode, curve in card.losses.items():
        best = card.best.get(mode)
        lines.append(_level(curve, best or card.guess[mode], "best" if best else "baseline"))
        lines.append(_by_epoch(curve, mode))
    return Plot(tuple(lines), is_log=True)


def step_errors(run: RunAt) -> Plot:
    """Typical error by timestep, of last-step mode the last, the guess, and the best possible."""
    card = StepErrors(run)
    lines = [_steps(card.guess, "baseline", "", "dotted")]
    if card.best is not None and card.best.any():
        lines.append(_steps(card.best, "best", "", "dashed"))
    lines.append(_steps(card.errors["sequence"].median, "sequence"))
    last = card.errors["last"].median[-1:].astype(np.float64)
    lines.append(Line(np.array([float(len(card.guess))]), last, "last", style="marks"))
    return Plot(tuple(lines))


def leaked(leak: Leak) -> Plot:
    """Error by timestep one way and both ways, beside the best possible of any honest model."""
    best = _steps(np.ones(len(leak.one_way)), "best", "", "dashed")
    one_way = _steps(leak.one_way, "sequence", "LSTM")
    return Plot((best, one_way, _steps(leak.both_ways, "wrong", "Bidirectional")))


def broadcast(damage: Damage) -> Plot:
    """What both models say of what is true, by what is true: the right one says it."""
    order = np.argsort(damage.truth)
    right, wrong = damage.predictions["right"], damage.predictions["wrong"]
    truth, *said = (each[order].astype(np.float64) for each in (damage.truth, right, wrong))
    return Plot(
        (Line(truth, said[0], "best", "right y"), Line(truth, said[1], "wrong", "broadcast y"))
    )


def reach(norms: Mapping[str, np.ndarray]) -> Plot:
    """Sizes (T,) of the gradients by the hidden states, of the loss of each mode."""
    lines = (_steps(np.maximum(norms[mode], 1e-12), mode) for mode in ("sequence", "last"))
    return Plot(tuple(lines), is_log=True)


def one(answer: Mapping[str, np.ndarray]) -> Plot:
    """The last outputs of both modes on the same weights, unit by unit; of one sample."""
    sequence = _steps(answer["sequence"][0, -1], "sequence")
    return Plot((sequence, _steps(answer["last"][0], "last", "", "marks")))


def errors(run: RunAt) -> Plot:
    """Both modes' error at the last step by epoch, that of the guess, and the best possible."""
    card = LastStepErrors(run)
    first = next(iter(card.curves.values()))
    lines = [_level(first, card.guess, "baseline")]
    if card.best:
        lines.append(_level(first, card.best, "best"))
    lines += [_by_epoch(curve, mode) for mode, curve in card.curves.items()]
    return Plot(tuple(lines), is_log=True)


def cells(runs: Mapping[str, RunAt]) -> Plot:
    """Last-step mode's error by epoch for each cell, by its name."""
    curves = {name: LastStepErrors(run).curves["last"] for name, run in runs.items()}
    return Plot(tuple(_by_epoch(c, "last", name) for name, c in curves.items()), is_log=True)


PICTURES: dict[str, tuple[Callable[[Any], Plot], str]] = {
    "losses": (losses, "loss by epoch"),
    "step_errors": (step_errors, "typical error by timestep"),
    "errors": (errors, "error at the last step by epoch"),
    "leaked": (leaked, "mean squared error by timestep"),
    "broadcast": (broadcast, "prediction by what is true"),
    "reach": (reach, "gradient by timestep"),
    "one": (one, "last output by unit"),
    "cells": (cells, "error at the last step by epoch"),
}
"""By the name that cards have for it, what makes a plot of what a card is about, and its axes."""


def caption(picture: str, plot: Plot) -> str:
    """What a picture has on its axes, in words."""
    return f"{PICTURES[picture][1]}{', logarithmic' * plot.is_log}"


@lru_cache(maxsize=128)  # they are the same in every session
def thumbnail(plot: Plot, theme: str) -> str:
    """A plot as the address of an image, in the colours of a theme."""
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
    body = _HTML.drawing(drawn, PALETTES[theme], WIDTH, HEIGHT, LETTERS, DASHES)
    return svg_uri(body, f"0 0 {WIDTH} {HEIGHT}")


def small_picture(plot: Plot, sentence: str, palette: Palette) -> str:
    """The same as an element of `st.html`, with this as its alternative text."""
    return str(_HTML.image(thumbnail(plot, palette.theme), sentence))
