"""The chart of each model's own training loss over the epochs, between naive and best possible."""

from __future__ import annotations

import plotly.graph_objects as go

from lib.baselines import best_loss, naive_loss
from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.figures import chart, marks
from lib.figures.palette import Palette
from lib.run import Snapshot

HEIGHT = 340
COUNTS = {"sequence": "every step", "last": "last step"}
"""What a mode's loss counts, as it stands beside its level."""
TOGETHER = "both modes"
"""What stands beside two levels that are as good as one."""


def loss_figure(
    experiment: Experiment, dataset: Dataset, snapshot: Snapshot, palette: Palette
) -> go.Figure:
    """Training loss by epoch on a logarithmic axis, with the levels that give it a meaning.

    The two modes' losses count different things, so each has its own naive level (grey, dotted)
    and best possible level (green, dashed, for mean squared error alone). A level of exactly 0
    can't stand on a logarithmic axis, and is told in the key.
    """
    losses = {
        mode: (result.loss_epochs, marks.finite(result.loss))
        for mode, result in snapshot.results.items()
    }
    naive, best = naive_loss(experiment, dataset), best_loss(experiment, dataset)
    drawn = [float(value) for _, loss in losses.values() for value in loss]
    x = chart.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = chart.log_axis("training loss", [*naive.values(), *best.values(), *drawn])

    # The levels lie above the lines, of which one may reach the best: below it nobody would see it.
    data = marks.by_epoch(losses, palette, f"%{{y:{chart.VALUE}}}")
    notes = []
    for name, levels, style, text in (
        (dataset.naive_label, naive, marks.naive_style(palette), palette.muted),
        (dataset.best_label, best, marks.best_style(palette), palette.best_text),
    ):
        data += [marks.level(name, value, x["range"], style) for value in levels.values()]
        notes += [(COUNTS[mode], value, text) for mode, value in levels.items()]
    key = [marks.mode_key(losses, palette), [marks.naive_key(dataset.naive_label, palette)]]
    both = len(naive) > 1
    if best:
        nothing = [COUNTS[mode] for mode, value in best.items() if not value > 0]
        if len(nothing) in (0, len(best)):
            key[1].insert(0, marks.best_key(dataset.best_label, palette, ": 0" if nothing else ""))
        else:
            key.insert(1, [marks.best_key(dataset.best_label, palette, f" ({nothing[0]}: 0)")])
    plot = HEIGHT - chart.top(key) - chart.BOTTOM
    words = chart.side_notes(notes, y["range"], plot, TOGETHER) if both else []
    if not drawn:
        words.append(chart.empty("not trained yet", palette))
    else:
        words += chart.all_zero([*naive.values(), *best.values(), *drawn], palette)
    return chart.figure(
        data,
        chart.layout(
            palette,
            x,
            y,
            key,
            name=f"loss {dataset.name}",
            height=HEIGHT,
            right=76 if both else 16,
            notes=words,
        ),
    )
