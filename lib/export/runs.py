"""Runs as a table in CSV: a row for each run, mode and seed, with every setting and number."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from lib.compared import Compared
from lib.experiment import SETTINGS

OWN = ("run", "name", "recorded", "status", "epoch", "mode", "seed")
NUMBERS = ("last_step_mse", "loss", "validation_loss", "kept_epoch")
"""Of the weights at the end: errors on the judged samples, and the training's own losses."""


def runs_csv(runs: Sequence[Compared]) -> str:
    """The table. What isn't known is empty; several columns' names are in one field, with "|"."""
    settings = [key for key in SETTINGS if key not in ("mode", "seed", "seeds")]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*OWN, *settings, *NUMBERS])
    for run in runs:
        about = [run.id, run.name, run.is_recorded, run.snapshot.status, run.snapshot.epoch]
        values = [run.experiment.get(key) for key in settings]
        for seed, results in enumerate(run.snapshot.seeds, start=run.experiment.seed):
            for mode, result in results.items():
                losses = result.final_mse, result.final_loss, result.final_validation_loss
                row = [*about, mode, seed, *values, *losses, result.kept_epoch]
                writer.writerow(map(field, row))
    return file.getvalue()


def field(value: Any) -> Any:
    """A value in CSV: a text that a spreadsheet would take for a formula begins with a '."""
    if value != value:  # noqa: PLR0124  not a number
        return ""
    text = "|".join(value) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text[:1] in tuple("=+-@") else text
