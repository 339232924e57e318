"""The charts over the epochs: each model's own loss, and the one number that compares the modes."""

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.experiment import MODES
from lib.results import ModeResult, RunAt, Snapshot, best_loss, best_possible, naive_loss

LEAST_PLOT = 130
"""The least height of the loss's plot on a small screen, in pixels: words beside it fit then."""
COUNTS = {"sequence": "every step", "last": "last step"}
"""What a mode's loss counts, as it stands beside its level."""
Curve = tuple[np.ndarray, np.ndarray]
"""Epochs and their values, both (P,)."""
ByMode = Mapping[str, Curve]
BySeed = Mapping[str, Sequence[Curve]]
"""By mode a curve of each seed; nothing where there is one seed."""


def loss_figure(run: RunAt, palette: Palette) -> chart.Chart:
    """Training and validation loss by epoch, logarithmic, with the levels that give them a meaning.

    The two modes' losses count different things, so each has its own naive level (grey, dotted)
    and best possible level (green, dashed, for mean squared error alone). A level of exactly 0
    can't stand on a logarithmic axis, and stands in the key.
    """
    experiment, dataset, snapshot = run.experiment, run.dataset, run.snapshot
    losses, seeds = _curves(snapshot, lambda r: (r.loss_epochs, marks.finite(r.loss)))
    checks: ByMode = {
        mode: (result.checked_epochs, marks.finite(result.validation_loss))
        for mode, result in snapshot.middle.results.items()
        if dataset.has_validation and len(result.validation_loss)
    }
    naive, (best, floor) = naive_loss(experiment, dataset), best_loss(experiment, dataset)
    label = floor.label if floor else ""
    drawn = [*naive.values(), *best.values(), *_values(losses, seeds), *_values(checks)]
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = axes.log_axis("loss", drawn)

    # The levels lie above the lines, of which one may reach the best: below it nobody would see it.
    data, notes = _seed_lines(seeds, palette), []
    data += [*_lines(checks, palette, validation=True), *_lines(losses, palette)]
    for name, levels, style, text in (
        (dataset.naive_label, naive, marks.naive_style(palette), palette.muted),
        (label, best, marks.best_style(palette), palette.best_text),
    ):
        data += [marks.line(name, [v, v], style, "", x=x["range"]) for v in levels.values()]
        notes += [(COUNTS[mode], value, text) for mode, value in levels.items()]
    key = [marks.mode_keys(losses), [Entry("dotted", dataset.naive_label, "baseline")]]
    key[0] += [Entry("dashdot", "validation", "muted")] * bool(checks)
    key[1] += [marks.SEEDS] * bool(seeds)
    nothing, both = [COUNTS[m] for m, value in best.items() if not value > 0], len(naive) > 1
    if len(nothing) not in (0, len(best)):
        key.insert(1, [Entry("dashed", f"{label} ({nothing[0]}: 0)", "best")])
    elif best:
        key[1].insert(0, Entry("dashed", f"{label}{': 0' if nothing else ''}", "best"))
    data += _kept(snapshot, checks, palette, key)
    words = chart.side_notes(notes, y["range"], LEAST_PLOT, "both modes") if both else []
    if _values(losses):
        words += chart.all_zero(drawn, palette)
    else:
        words.append(chart.empty("not trained yet", palette))
    look: Part = {"name": f"loss {dataset.name}", "right": 84 if both else 16}
    return chart.plotted(data, palette, x, y, key, height=340, notes=words, **look)


def compare_figure(run: RunAt, palette: Palette) -> chart.Chart:
    """Mean squared error at the last step on the judged samples, by epoch, for each mode.

    Here the two lines count the same thing, so one naive level and one best possible level serve
    both. The error of scaled targets has no unit, and the axis says so. The axis is logarithmic; a
    best possible error of exactly 0 stands in the key.
    """
    dataset, snapshot = run.dataset, run.snapshot
    errors, seeds = _curves(snapshot, lambda r: (r.checked_epochs, marks.finite(r.last_step_mse)))
    naive, drawn = float(dataset.naive_mse[-1]), _values(errors, seeds)
    floor = best_possible(run.experiment, dataset)
    best, label = (float(floor.mse[-1]), floor.label) if floor else (None, "")
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    scaled = " (scaled)" if dataset.is_scaled else ""
    y = axes.log_axis(f"MSE{scaled}", [naive, best or 0.0, *drawn])
    ends, style = x["range"], marks.naive_style(palette)
    data = [marks.line(dataset.naive_label, [naive, naive], style, "", x=ends)]
    data += [*_seed_lines(seeds, palette), *_lines(errors, palette)]
    key = [marks.mode_keys(errors), [Entry("dotted", dataset.naive_label, "baseline")]]
    key[0] += [marks.SEEDS] * bool(seeds)
    if best is not None:
        key[1].insert(0, Entry("dashed", f"{label}{'' if best > 0 else ': 0'}", "best"))
    if best:  # above a line that reaches it, where it can be seen
        data.append(marks.line(label, [best, best], marks.best_style(palette), "", x=ends))
    data += _kept(snapshot, errors, palette, key)
    notes = chart.all_zero([naive, *drawn], palette) if drawn else []
    name = f"compare {dataset.name}"
    return chart.plotted(data, palette, x, y, key, name=name, height=260, notes=notes)


def _curves(snapshot: Snapshot, curve: Callable[[ModeResult], Curve]) -> tuple[ByMode, BySeed]:
    """A curve by mode: of the median, and of each seed."""
    modes = snapshot.results if snapshot.others else ()
    seeds = {mode: [curve(seed[mode]) for seed in snapshot.seeds] for mode in modes}
    return {mode: curve(result) for mode, result in snapshot.middle.results.items()}, seeds


def _seed_lines(seeds: BySeed, palette: Palette) -> list[Part]:
    return [
        marks.seed_lines(f"{MODES[m].name}, each seed", lines, {"color": palette.mode(m)})
        for m, lines in seeds.items()
    ]


def _values(median: ByMode, seeds: BySeed | None = None) -> list[float]:
    every = chain(median.values(), *(seeds or {}).values())
    return [float(value) for _, values in every for value in values]


def _lines(values: ByMode, palette: Palette, *, validation: bool = False) -> list[Part]:
    """The traces by mode; few points are dots, so that all can be seen."""
    style = {"width": 1.8, "dash": "dashdot"} if validation else {"width": 2.5}
    traces = []
    for mode, (epochs, y) in values.items():
        name = f"{MODES[mode].name}{', validation' if validation else ''}"
        color = palette.mode(mode)
        trace = marks.line(name, y, {"color": color, **style}, chart.hover(), x=epochs)
        trace["mode"] = "lines" if len(epochs) > 12 else "lines+markers"
        traces.append(trace | {"marker": {"color": color, "size": 9 if len(epochs) == 1 else 6}})
    return traces


def _kept(
    snapshot: Snapshot, values: ByMode, palette: Palette, key: list[list[Entry]]
) -> list[Part]:
    """A ring around the value of each kept epoch; the key says so."""
    rings = []
    for mode, (epochs, y) in values.items():
        if (kept := snapshot.middle.results[mode].kept_epoch) is not None:
            marker = {"color": palette.mode(mode), "size": 12, "symbol": "circle-open"}
            name, at = f"{MODES[mode].name}, kept", epochs == kept
            rings.append(marks.points(name, epochs[at], y[at], marker, chart.hover()))
    if rings:
        words = "each seed's best epoch" if snapshot.others else "the epoch that is kept"
        key.append([Entry("rings", words, "muted")])
    return rings
