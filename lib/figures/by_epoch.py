"""The charts over the epochs: each model's own loss, and the one number that compares the modes."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go

from lib.baselines import best_loss, best_possible, naive_loss
from lib.dataset import Dataset
from lib.experiment import MODES, Experiment
from lib.figures import axes, chart, marks
from lib.figures.marks import Entry
from lib.figures.palette import Palette
from lib.run import ModeResult, Snapshot
from lib.seeds import middle

LOSS_HEIGHT, COMPARE_HEIGHT = 340, 260
LEAST_PLOT = 130
"""The least height of the loss's plot on a small screen, in pixels: words beside it fit then."""
COUNTS = {"sequence": "every step", "last": "last step"}
"""What a mode's loss counts, as it stands beside its level."""
TOGETHER = "both modes"
"""What stands beside two levels that are as good as one."""
FEW_POINTS = 12
"""Up to so many values by epoch are marked each: between them nothing was measured."""
HOVER = f"%{{y:{chart.VALUE}}}"
ByMode = Mapping[str, tuple[np.ndarray, np.ndarray]]
"""Epochs and their values, both (P,), by mode."""


def loss_figure(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, palette: Palette
) -> go.Figure:
    """Training and validation loss by epoch, logarithmic, with the levels that give them a meaning.

    The two modes' losses count different things, so each has its own naive level (grey, dotted)
    and best possible level (green, dashed, for mean squared error alone). A level of exactly 0
    can't stand on a logarithmic axis, and stands in the key.
    """
    results = middle(snapshot).results
    losses: ByMode = {m: (r.loss_epochs, marks.finite(r.loss)) for m, r in results.items()}
    checks: ByMode = {
        mode: (result.checked_epochs, marks.finite(result.validation_loss))
        for mode, result in results.items()
        if dataset.has_validation and len(result.validation_loss)
    }
    seeds = _seeds(snapshot, lambda r: (r.loss_epochs, marks.finite(r.loss)))
    naive, (best, floor) = naive_loss(experiment, dataset), best_loss(experiment, dataset)
    label = floor.label if floor else ""
    own = [value for lines in seeds.values() for _, values in lines for value in values.tolist()]
    drawn = [*naive.values(), *best.values(), *_values(losses), *_values(checks), *own]
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = axes.log_axis("loss", drawn)

    # The levels lie above the lines, of which one may reach the best: below it nobody would see it.
    data, notes = _seed_lines(seeds, palette), []
    data += [*_lines(checks, palette, validation=True), *_lines(losses, palette)]
    for name, levels, style, text in (
        (dataset.naive_label, naive, marks.naive_style(palette), palette.muted),
        (label, best, marks.best_style(palette), palette.best_text),
    ):
        data += [marks.level(name, value, x["range"], style) for value in levels.values()]
        notes += [(COUNTS[mode], value, text) for mode, value in levels.items()]
    key = [_key(losses, palette), [marks.naive_key(dataset.naive_label, palette)]]
    if checks:
        key[0].append(Entry("dashdot", "validation", palette.muted, palette.muted))
    key[1] += [marks.seed_key(palette)] * bool(seeds)
    both = len(naive) > 1
    if best:
        nothing = [COUNTS[mode] for mode, value in best.items() if not value > 0]
        if len(nothing) in (0, len(best)):
            key[1].insert(0, marks.best_key(label, palette, ": 0" if nothing else ""))
        else:
            key.insert(1, [marks.best_key(label, palette, f" ({nothing[0]}: 0)")])
    data += _kept(snapshot, checks, palette, key)
    words = chart.side_notes(notes, y["range"], LEAST_PLOT, TOGETHER) if both else []
    if _values(losses):
        words += chart.all_zero(drawn, palette)
    else:
        words.append(chart.empty("not trained yet", palette))
    name, height, right = f"loss {dataset.name}", LOSS_HEIGHT, 84 if both else 16
    layout = chart.layout(palette, x, y, key, name=name, height=height, right=right, notes=words)
    return chart.figure(data, layout)


def compare_figure(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, palette: Palette
) -> go.Figure:
    """Mean squared error at the last step on the judged samples, by epoch, for each mode.

    Here the two lines count the same thing, so one naive level and one best possible level serve
    both. The error of scaled targets has no unit, and the axis says so. The axis is logarithmic; a
    best possible error of exactly 0 stands in the key.
    """

    def checked(result: ModeResult) -> tuple[np.ndarray, np.ndarray]:
        return result.checked_epochs, marks.finite(result.last_step_mse)

    errors: ByMode = {mode: checked(r) for mode, r in middle(snapshot).results.items()}
    seeds = _seeds(snapshot, checked)
    naive = float(dataset.naive_mse[-1])
    scaled = " (scaled)" if dataset.is_scaled else ""
    floor = best_possible(experiment, dataset)
    best, label = (float(floor.mse[-1]), floor.label) if floor else (None, "")
    own = [value for lines in seeds.values() for _, values in lines for value in values.tolist()]
    drawn = [*_values(errors), *own]
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = axes.log_axis(f"MSE{scaled}", [naive, best or 0.0, *drawn])
    level = marks.level(dataset.naive_label, naive, x["range"], marks.naive_style(palette))
    data = [level, *_seed_lines(seeds, palette), *_lines(errors, palette)]
    key = [_key(errors, palette), [marks.naive_key(dataset.naive_label, palette)]]
    key[0] += [marks.seed_key(palette)] * bool(seeds)
    if best is not None:
        key[1].insert(0, marks.best_key(label, palette, "" if best > 0 else ": 0"))
    if best:  # above a line that reaches it, where it can be seen
        data.append(marks.level(label, best, x["range"], marks.best_style(palette)))
    data += _kept(snapshot, errors, palette, key)
    notes = chart.all_zero([naive, *drawn], palette) if drawn else []
    name = f"compare {dataset.name}"
    layout = chart.layout(palette, x, y, key, name=name, height=COMPARE_HEIGHT, notes=notes)
    return chart.figure(data, layout)


Lines = list[tuple[np.ndarray, np.ndarray]]


def _seeds(snapshot: Snapshot, curve: Callable[[ModeResult], Any]) -> dict[str, Lines]:
    """By mode a curve of each seed, epochs and values; nothing where there is one seed."""
    modes = snapshot.results if snapshot.others else ()
    return {mode: [curve(seed[mode]) for seed in snapshot.seeds] for mode in modes}


def _seed_lines(seeds: Mapping[str, Lines], palette: Palette) -> list[dict[str, Any]]:
    """The traces of `_seeds`."""
    return [
        marks.seed_lines(f"{MODES[m].name}, each seed", lines, {"color": palette.mode(m)})
        for m, lines in seeds.items()
    ]


def _values(by_mode: ByMode) -> list[float]:
    return [float(value) for _, values in by_mode.values() for value in values]


def _lines(values: ByMode, palette: Palette, *, validation: bool = False) -> list[dict[str, Any]]:
    """The traces by mode; few points are dots, so that all can be seen."""
    style = {"width": 1.8, "dash": "dashdot"} if validation else {"width": 2.5}
    traces = []
    for mode, (epochs, y) in values.items():
        name = f"{MODES[mode].name}{', validation' if validation else ''}"
        color = palette.mode(mode)
        trace = marks.line(name, y, {"color": color, **style}, HOVER, x=epochs)
        trace["mode"] = "lines" if len(epochs) > FEW_POINTS else "lines+markers"
        traces.append(trace | {"marker": {"color": color, "size": 9 if len(epochs) == 1 else 6}})
    return traces


def _kept(
    snapshot: Snapshot, values: ByMode, palette: Palette, key: list[list[Entry]]
) -> list[dict[str, Any]]:
    """A ring around the value of each kept epoch; the key says so."""
    rings = []
    for mode, (epochs, y) in values.items():
        if (kept := middle(snapshot).results[mode].kept_epoch) is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            name, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(marks.points(name, epochs[at], y[at], marker, HOVER))
    if rings:
        words = "each seed's best epoch" if snapshot.others else "the epoch that is kept"
        key.append([Entry("rings", words, palette.muted, palette.muted)])
    return rings


def _key(modes: Mapping[str, Any], palette: Palette) -> list[Entry]:
    """The key of `_lines`."""
    return [Entry("line", MODES[m].name, palette.mode(m), palette.mode_text(m)) for m in modes]
