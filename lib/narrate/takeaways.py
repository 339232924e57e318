"""What each chart of Explore shows, in at most 15 plain words; `lib.narrate.explore` says the rest.

Each is of the run that is shown and of its numbers alone: none says what other seeds would give.
"""

from __future__ import annotations

import math

import numpy as np

from lib.baselines import naive_loss
from lib.dataset import Dataset
from lib.english import capital, readable
from lib.experiment import MODES, Experiment
from lib.run import ModeResult, Snapshot

RISE = 1.1
"""Validation loss this many times its least one has risen, and not just swung."""
BETTER = 0.95
"""An error of at most this share of the guess's beats it, and isn't just as good."""
UNTRAINED = "Not trained yet: this is what the initial weights give."


def predictions_takeaway(dataset: Dataset, snapshot: Snapshot, sample: int, target: int) -> str:
    """How far off each model is at the last step of the sample that is seen, in the raw unit."""
    if not snapshot.epoch:
        return UNTRAINED
    index = int(snapshot.samples[sample])
    truth = float(dataset.raw(dataset.y[index])[-1, target])
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    off: list[str] = []
    for mode, result in snapshot.results.items():
        said = float(dataset.raw(result.predictions[sample])[-1, target])
        verb = "" if off else "is off "
        off.append(f"{MODES[mode].name} {verb}by {readable(abs(said - truth))}{unit}")
    return f"At the last step, {' and '.join(off)}."


def loss_takeaway(experiment: Experiment, dataset: Dataset, snapshot: Snapshot) -> str:
    """Whether a model overfits, else why two losses can't be compared, or what one is worth."""
    for mode, result in snapshot.results.items():
        since = overfits_since(result)
        if since is not None:
            name, when = capital(MODES[mode].name), f"since epoch {since:,}" if since else "at once"
            return f"{name} overfits: its validation loss rises {when}."
    if len(snapshot.results) > 1:
        return f"Not to be compared: one averages {dataset.shape[1]} steps, the other counts one."
    mode, result = next(iter(snapshot.results.items()))
    guess = naive_loss(experiment, dataset)[mode]
    if not len(result.loss):
        return f"{capital(dataset.naive_label)} would have a loss of {readable(guess)}."
    now = readable(result.loss[-1])
    return f"Training loss is {now}; {dataset.naive_label} has {readable(guess)}."


def overfits_since(result: ModeResult) -> int | None:
    """Since which epoch validation loss has risen while training loss fell; None where not."""
    validation = np.asarray(result.validation_loss, np.float64)
    if len(validation) < 3 or len(result.loss) < 2:
        return None
    least = int(np.argmin(validation))
    epoch = int(result.checked_epochs[least])
    then = int(np.searchsorted(result.loss_epochs, epoch))
    rises = validation[-1] > RISE * validation[least]
    falls = then < len(result.loss) and result.loss[-1] < result.loss[then]
    return epoch if rises and falls else None


def step_error_takeaway(dataset: Dataset, snapshot: Snapshot) -> str:
    """Where each model beats guessing: sequence mode step by step, last-step mode once."""
    if not snapshot.epoch:
        return UNTRAINED
    naive, parts = BETTER * dataset.naive_mse, []
    if sequence := snapshot.results.get("sequence"):
        better = np.asarray(sequence.step_mse) < naive
        where = (
            "at every step"
            if better.all()
            else "at no step"
            if not better.any()
            else f"at {better.sum()} of {len(naive)} steps"
        )
        parts.append(f"sequence mode beats {dataset.naive_label} {where}")
    if last := snapshot.results.get("last"):
        beats = last.step_mse[-1] < naive[-1]
        guess = "it" if parts else dataset.naive_label
        verb = "beats" if beats else "doesn't beat"
        parts.append(f"last-step mode's one answer {verb} {guess}")
    return f"{capital('; '.join(parts))}."


def compare_takeaway(dataset: Dataset, snapshot: Snapshot) -> str:
    """The number that can be compared, of both modes or of one beside the guess."""
    if not snapshot.epoch:
        return UNTRAINED
    errors = {mode: float(result.last_step_mse[-1]) for mode, result in snapshot.results.items()}
    if not all(map(math.isfinite, errors.values())):
        return "There is no error to compare: the figures aren't numbers any more."
    if len(errors) > 1:
        first, second = sorted(errors, key=errors.__getitem__)
        if errors[first] == errors[second]:
            return f"Both modes have the same error at the last step: {readable(errors[first])}."
        return (
            f"In this run {MODES[first].name}'s error is smaller: "
            f"{readable(errors[first])} against {readable(errors[second])}."
        )
    error, guess = next(iter(errors.values())), float(dataset.naive_mse[-1])
    return f"Its error is {readable(error)}; {dataset.naive_label} has {readable(guess)}."
