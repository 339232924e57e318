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
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    settings = [key for key in SETTINGS if key not in ("mode", "seed", "seeds")]
    writer.writerow([*OWN, *settings, *NUMBERS])
    for run in runs:
        about = [run.id, run.name, run.is_recorded, run.snapshot.status, run.snapshot.epoch]
        values = [run.experiment.get(key) for key in settings]
        for seed, results in enumerate(run.snapshot.seeds, start=run.experiment.seed):
            for mode, result in results.items():
                loss = result.final_loss if len(result.loss) else None
                checked = result.final_validation_loss if len(result.validation_loss) else None
                numbers = [result.final_mse, loss, checked, result.kept_epoch]
                writer.writerow(map(_field, [*about, mode, seed, *values, *numbers]))
    return file.getvalue()


def _field(value: Any) -> Any:
    """A text that a spreadsheet would take for a formula begins with an apostrophe."""
    text = "|".join(value) if isinstance(value, tuple) else value
    return f"'{text}" if isinstance(text, str) and text[:1] in tuple("=+-@") else text
