"""The marks that mean the same in every chart: each mode's line, the levels, and their key.

The sequence mode is a line with a dot at every timestep. The last-step mode is one diamond at T;
a dotted line leads to it, since at the earlier steps its head can be read but was never asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lib.experiment import MODES
from lib.figures.palette import Palette

UNASKED = {"dense": "its head before that", "none": "its output before that"}
"""What the dotted line is called, next to "last-step mode", by the model's head."""
GLYPHS = {
    "line": "━━",
    "dots": "●",
    "rings": "○",
    "diamond": "◆",
    "dotted": "•••",
    "dashed": "▬ ▬",
    "dashdot": "▬ •",
    "cells": "▦",
    "cross": "✕",
}
"""How a key draws marks and lines, in letters that every system has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One word of a chart's key: what a mark or a line stands for."""

    glyph: str
    """A key of GLYPHS."""
    words: str
    color: str
    """Of the mark."""
    text: str
    """Of the words."""


def finite(values: np.ndarray) -> np.ndarray:
    """`values` as float64 with a gap (nan) wherever there is no finite number."""
    values = np.asarray(values, dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def by_timestep(
    said: Mapping[str, np.ndarray], head: str, palette: Palette, hover: str
) -> list[dict[str, Any]]:
    """The traces of values (T,) by mode, "sequence" and "last", over the timesteps 1 to T."""
    traces: list[dict[str, Any]] = []
    if "last" in said:
        dots = {"color": palette.last, "width": 2.5, "dash": "dot"}
        traces.append(line(UNASKED[head], said["last"], dots, hover))
    if "sequence" in said:
        values = said["sequence"]
        traces.append(
            {
                **line(
                    MODES["sequence"].name, values, {"color": palette.sequence, "width": 2.5}, hover
                ),
                "mode": "lines+markers",
                "marker": {"color": palette.sequence, "size": dot_size(len(values))},
            }
        )
    if "last" in said:
        values = said["last"]
        traces.append(
            {
                **line(MODES["last"].name, values[-1:], {}, hover),
                "x": [len(values)],
                "mode": "markers",
                "marker": {
                    "color": palette.last,
                    "size": 16,
                    "symbol": "diamond",
                    "line": {"color": palette.background, "width": 2},
                },
                "cliponaxis": False,
            }
        )
    return traces


FEW = 12
"""Up to so many values by epoch are marked each: between them nothing was measured."""


def by_epoch(
    values: Mapping[str, tuple[np.ndarray, np.ndarray]], palette: Palette, hover: str
) -> list[dict[str, Any]]:
    """The traces of (epochs, values) by mode; few points are dots, so that all can be told."""
    return [
        {
            "type": "scatter",
            "name": MODES[mode].name,
            "x": epochs,
            "y": y,
            "mode": "lines" if len(epochs) > FEW else "lines+markers",
            "line": {"color": palette.mode(mode), "width": 2.5},
            "marker": {"color": palette.mode(mode), "size": 9 if len(epochs) == 1 else 6},
            "hovertemplate": hover,
        }
        for mode, (epochs, y) in values.items()
    ]


def line(name: str, values: np.ndarray, style: dict[str, Any], hover: str) -> dict[str, Any]:
    """A plain line of values (T,) over the timesteps 1 to T."""
    return {
        "type": "scatter",
        "name": name,
        "x": np.arange(1, len(values) + 1),
        "y": values,
        "mode": "lines",
        "line": style,
        "hovertemplate": hover,
    }


def dot_size(steps: int) -> int:
    """The diameter of a timestep's dot, so that a hundred of them don't touch."""
    return 7 if steps <= 30 else 4


def level(name: str, value: float, x: Sequence[float], style: dict[str, Any]) -> dict[str, Any]:
    """A line straight across the plot at `value`."""
    return {
        "type": "scatter",
        "name": name,
        "x": list(x),
        "y": [value, value],
        "mode": "lines",
        "line": style,
        "hoverinfo": "skip",
    }


def naive_style(palette: Palette) -> dict[str, Any]:
    """A guess without learning: grey, dotted."""
    return {"color": palette.baseline, "width": 2, "dash": "dot"}


def best_style(palette: Palette) -> dict[str, Any]:
    """The best possible, or what `Dataset.best_label` calls it: green, dashed."""
    return {"color": palette.best, "width": 2, "dash": "dash"}


def sequence_key(palette: Palette) -> Entry:
    """The key of the sequence mode's line in `by_timestep`."""
    return Entry("dots", MODES["sequence"].name, palette.sequence, palette.sequence_text)


def last_key(head: str, palette: Palette) -> list[Entry]:
    """The key of the last-step mode's diamond and dotted line in `by_timestep`."""
    color, text = palette.last, palette.last_text
    words = UNASKED[head]
    return [Entry("diamond", MODES["last"].name, color, text), Entry("dotted", words, color, text)]


def mode_key(modes: Mapping[str, Any], palette: Palette) -> list[Entry]:
    """The key of `by_epoch`."""
    return [Entry("line", MODES[m].name, palette.mode(m), palette.mode_text(m)) for m in modes]


def naive_key(name: str, palette: Palette) -> Entry:
    """The key of `naive_style`, by the name of the guess."""
    return Entry("dotted", name, palette.baseline, palette.muted)


def best_key(name: str, palette: Palette, zero: str = "") -> Entry:
    """The key of `best_style`, by `Dataset.best_label`.

    `zero` says what of it is exactly 0, which a logarithmic axis can't show: ": 0" for all of it.
    """
    return Entry("dashed", f"{name}{zero}", palette.best, palette.best_text)
