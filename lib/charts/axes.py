"""The axes of all charts: ranges that rarely change during training, and ticks without overlap."""

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from lib.charts.chart import Part, escaped
from lib.results import spread_places
from lib.text import beside

_LOOK: dict[str, Part] = beside(__file__)
WIDE = 1e8  # an axis with a larger range shows powers of ten, for example after divergence
SMALL = 3e-3  # an axis that ends below has ticks below 0.001, and shows powers of ten, too
ACCURACY = "accuracy (%)"  # the title of an axis
ROUNDING = 1e-6  # a value this close to 0, as a share of the range, counts as 0


def timestep_axis(names: Sequence[str]) -> Part:
    """Return the x axis of T timesteps, 1 to T, with few enough names to avoid overlap."""
    steps = len(names)
    most = 8 if max(map(len, names)) <= 2 else _most_names(names)
    stride = max(1, math.ceil((steps - 1) / (most - 1)))  # the smallest stride without overlap
    # The last step matters most, so it always has a name. The other ticks count back from it.
    ticks = list(range(steps, 0, -stride))[::-1]
    room = max(0.35, 0.03 * (steps - 1))
    axis = _LOOK["timestep"] | {"range": [1 - room, steps + room]}
    return axis | {"tickvals": ticks, "ticktext": [escaped(names[k - 1]) for k in ticks]}


def _most_names(names: Iterable[str]) -> int:
    """Return how many names fit side by side on a phone, where a plot is about 170 pixels wide."""
    return max(2, min(6, round(170 / (7.5 * max(map(len, names)) + 12))))


def row_ticks(names: Mapping[int, str]) -> Part:
    """Return ticks with rows' names: as many as fit on a phone, with the first and the last."""
    rows = list(names)
    ticks = [rows[place] for place in spread_places(len(rows), _most_names(names.values()))]
    return {"tickvals": ticks, "ticktext": [escaped(names[row]) for row in ticks], "tickangle": 0}


def epoch_axis(epochs: int) -> Part:
    """Return the x axis of a run, which has space for all `epochs` from the start."""
    last = max(1, epochs)
    return _LOOK["epoch"] | {"range": [-0.01 * last, 1.02 * last]}


def linear_axis(title: str, values: np.ndarray, core: np.ndarray, *, zero: bool = False) -> Part:
    """Return a y axis that contains `values`, with a range that ignores small changes.

    `core` holds the values that never change. Beyond them, the range grows in steps. A step is a
    quarter of the core's span, doubled until 8 steps cover all values. `zero` adds 0 to the core.
    """
    low, high = _span(np.append(core, 0.0) if zero else core)
    least, most = _span(np.concatenate([[low, high], np.ravel(values)]))
    step = (high - low) / 4
    while most - least > 8 * step:
        step *= 2
    bottom = low - step * math.ceil(max(0.0, (low - least) / step - 0.2))
    peak = high + step * math.ceil(max(0.0, (most - high) / step - 0.2))
    room = 0.07 * (peak - bottom)
    is_from_zero = zero and least >= -ROUNDING * (high - low)
    begin = min(bottom, least) if is_from_zero else bottom - room
    axis = _LOOK["linear"] | {"title": title, "range": [begin, peak + room]}
    if not SMALL < max(-begin, peak + room) <= WIDE:
        axis |= {"exponentformat": "power", "minexponent": 2}  # 0.5 × 10⁻³ rather than 0.0005
    return axis


def share_axis(title: str, values: np.ndarray, whole: float = 100) -> Part:
    """Return a y axis for shares of `whole`, the axis's end, from a quarter below all values."""
    least = float(np.min(values / whole, initial=0.75, where=np.isfinite(values)))
    low, room = math.floor(4 * least) / 4, 0.06 * (1 - least)
    span: Part = {"range": [whole * (low - room), whole * (1 + room)]}
    return {"title": title, **span, "dtick": whole / 4, "tick0": 0}


def from_zero(values: np.ndarray) -> bool:
    """Return whether the smallest value is 0, as in amounts, counts, or labels of 0 and 1."""
    low, high = _span(values)
    return abs(low) <= ROUNDING * (high - low)


def with_room(values: np.ndarray) -> np.ndarray:
    """Return the range of `values`, a quarter wider at each end; a minimum of 0 stays 0."""
    low, high = _span(values)
    room = (high - low) / 4
    return np.array([low if from_zero(values) else low - room, high + room])


def _span(values: np.ndarray) -> tuple[float, float]:
    """Return the smallest and largest finite value, moved apart if equal; 0 and 1 if all are 0."""
    known = values[np.isfinite(values)]
    if not known.any():
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    if high - low < 1e-9 * max(1.0, abs(high)):
        room = 0.5 * max(abs(high), 1.0)
        return low - room, high + room
    return low, high


def log_axis(title: str, values: Iterable[float]) -> Part:
    """Return a logarithmic y axis that spans the positive values, rounded out to half decades."""
    powers = [math.log10(v) for v in values if v > 0 and math.isfinite(v)] or [-1.0, 0.0]
    low = math.floor(2 * min(powers) - 0.2) / 2
    high = math.ceil(2 * max(powers) + 0.2) / 2
    low = min(low, high - 1)
    decades = range(math.ceil(low), math.floor(high) + 1)
    stride = max(1, math.ceil(len(decades) / 6))
    ticks = [(1, k) for k in decades if k % stride == 0]
    if len(ticks) < 3 and high - low <= 2.5:
        extra = [(m, k) for k in range(math.floor(low), math.ceil(high)) for m in (2, 5)]
        ticks += [(m, k) for m, k in extra if low <= math.log10(m) + k <= high]
    # Either all ticks are decimals (0.001, 20, 100,000) or all show powers of ten (10⁻⁴, 2·10⁶).
    if all(-3 <= power <= 5 for _, power in ticks):
        texts = [f"{times * 10.0**power:,.{max(0, -power)}f}" for times, power in ticks]
    else:
        texts = [
            (f"{times}·" if times > 1 else "") + f"10<sup>{power}</sup>".replace("-", "−")
            for times, power in ticks
        ]
    axis = {"title": title, "type": "log", "range": [low, high], "exponentformat": "power"}
    places = [times * 10.0**power for times, power in ticks]
    return axis | {"tickvals": places, "ticktext": texts}
