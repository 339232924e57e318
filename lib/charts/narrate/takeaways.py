"""What each chart of Explore shows, in at most 15 plain words; `explore` says the rest.

Of several seeds it is the median that is told. That one mode is better is said only where the seeds
of the run carry it. Last comes what a replay shows.
"""

import math
from collections.abc import Mapping

import numpy as np

from lib.charts.narrate import Told
from lib.charts.narrate.data import raw_targets
from lib.charts.narrate.explore import answers_of_seeds, off_unit
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import (
    OUTCOMES,
    Frame,
    ModeResult,
    RunAt,
    Status,
    compare_modes,
    decisive_ratio,
    independent_samples,
    is_told,
    naive_loss,
    outcomes,
)
from lib.text import apart, beside, capital, readable, short

_SAID = beside(__file__)
SAME = 0.02
"""Errors that differ by less than this share of the larger one have no winner."""
EXPLODED = 1000
"""A training loss of so many times that of a guess has exploded."""
CONSTANT = "The target is constant: there is nothing to learn."
UNTRAINED = "Not trained yet: this is what the initial weights give."


def predictions_takeaway(run: RunAt, sample: int, target: int) -> str:
    """How far off each model is at the last step of the sample that is seen, in the raw unit.

    Of several seeds the median of that: the median of their answers would be nearer than most.
    """
    dataset, snapshot = run.dataset, run.snapshot
    if not snapshot.epoch:
        return UNTRAINED
    truth = raw_targets(dataset, int(snapshot.samples[sample]))[-1, target]
    off: list[str] = []
    for mode, said in answers_of_seeds(run, sample, target).items():
        wrong = np.median(np.abs(said[:, -1] - truth))
        error = readable(float(wrong), 2, off_unit(dataset))
        error = error.replace("less than a millionth", "almost nothing")  # no room for it twice
        off.append(f"{MODES[mode].name} {'by' if off else 'off by'} {error}")
    return f"At the last step: {', '.join(off)}."


def loss_takeaway(run: RunAt) -> str:
    """Whether a model overfits, else why two losses can't be compared, or what one is worth."""
    dataset, snapshot = run.dataset, run.snapshot.middle
    guesses = naive_loss(run.experiment, dataset)
    if words := _exploded(run, guesses):
        return words
    overfits = [mode for mode in snapshot.results if overfits_in_seeds(run, mode, guesses[mode])]
    if overfits:
        kept = all(seed[mode].kept_epoch for seed in run.snapshot.seeds for mode in overfits)
        which = f"{'both' if len(overfits) > 1 else 'one'}{', kept' * kept}"
        return str(_SAID["overfit"][which].format(capital(MODES[overfits[0]].name)))
    if len(snapshot.results) > 1:
        return f"Not to be compared: one averages {dataset.shape[1]} steps, the other counts one."
    mode, result = next(iter(snapshot.results.items()))
    if not len(result.loss):
        return f"{capital(dataset.naive_label)} would have a loss of {readable(guesses[mode])}."
    loss, guess = apart(result.final_loss, guesses[mode])
    return f"Training loss is {loss}; {dataset.naive_label} has {guess}."


def _exploded(run: RunAt, guesses: Mapping[str, float]) -> str:
    """That training losses have grown beyond all measure, of the seed that is worst; "" if not."""
    seeds, is_over = run.snapshot.seeds, run.snapshot.status is Status.DIVERGED
    worst = {mode: max(seed[mode].final_loss for seed in seeds) for mode in run.snapshot.results}
    modes = [mode for mode, loss in worst.items() if loss > EXPLODED * guesses[mode]]
    epoch = f"{run.snapshot.epoch + is_over:,}"
    if not modes:
        return str(_SAID["diverged"].format(epoch)) if is_over else ""
    which = f"{'both' if len(modes) > 1 else 'one'}{', over' * is_over}"
    whose = max(modes, key=worst.__getitem__)
    return capital(_SAID["exploded"][which].format(MODES[whose].name, short(worst[whose]), epoch))


def overfits_in_seeds(run: RunAt, mode: str, guess: float) -> bool:
    """Whether a mode's model overfits in three of four seeds at least: one curve may only swing."""
    seeds, samples = run.snapshot.seeds, independent_samples(run.dataset)
    return 4 * sum(is_overfit(seed[mode], guess, samples) for seed in seeds) >= 3 * len(seeds)


def is_overfit(result: ModeResult, guess: float, samples: float = math.inf) -> bool:
    """Whether validation loss has risen from its least, and clearly above the training loss.

    Medians of a tenth of all judgements, nine at least, are compared, since single ones swing. The
    rise has to be more than such swings make (four deviations of a median, by how neighbouring
    judgements differ), and so much that so many independent `samples` tell it. The least must lie
    before the last quarter. What rises has to be worth something beside `guess`, the loss of a
    guess. Training loss has fallen then: it is below the least validation loss.
    """
    checks = np.asarray(result.validation_loss, np.float64)
    if len(checks) < 9 or not len(result.loss) or not np.isfinite(checks).all():
        return False
    width = max(3, len(checks) // 10)
    medians = np.median(np.lib.stride_tricks.sliding_window_view(checks, width), axis=1)
    now, least = medians[-1], medians.min()
    training = float(np.median(result.loss[-width:]))
    logs = np.log(np.maximum(checks, np.finfo(np.float64).tiny))
    deviation = float(np.median(np.abs(np.diff(logs)))) / 0.954  # normal: 0.6745 · √2 of it
    swing = math.exp(4 * 1.25 * deviation / math.sqrt(width))
    rises = now > max(1.25, swing, decisive_ratio(samples)) * least
    rises &= now - least > 0.02 * guess
    rises &= 4 * int(checks.argmin()) < 3 * len(checks)
    return bool(rises and now > 1.25 * training and training < least)


def too_few(samples: float, what: str = "") -> str:
    """That errors are closer than `lib.results.decisive_ratio` of so many independent samples."""
    ratio = apart(1, decisive_ratio(samples))[1]
    apart_by = f"{samples:,.0f} independent samples need squared errors {ratio} times apart"
    return f"{capital(f'{what}too close to tell')}: {apart_by}."


def no_verdict(dataset: Dataset, epoch: int) -> str:
    """Why no error can be compared yet, or ever; "" where errors can be."""
    if not dataset.naive_mse.any() and (dataset.y == dataset.y[0, 0]).all():
        return CONSTANT
    return "" if epoch else UNTRAINED


def step_error_takeaway(run: RunAt) -> str:
    """Where each model beats the guess or baseline: sequence mode by step, last-step mode once."""
    dataset, snapshot = run.dataset, run.snapshot
    if why := no_verdict(dataset, snapshot.epoch):
        return why
    naive, samples = np.asarray(dataset.naive_mse, np.float64), independent_samples(dataset)
    rival, by_step = dataset.rival, dict[str, list[str]]()
    for mode, result in snapshot.middle.results.items():
        first = -1 if mode == "last" else 0  # last-step mode answers once
        by_step[mode] = [*outcomes(np.asarray(result.step_mse[first:]), naive[first:], samples)]
    best = {mode: min(each, key=OUTCOMES.index) for mode, each in by_step.items()}
    last, sequence = best.get("last", ""), best.get("sequence", "")
    at_end = {mode: each[-1] for mode, each in by_step.items()}
    if "clear" not in best.values():  # the last step decides, as on the other cards
        if "unclear" in at_end.values():
            return too_few(samples)
        name = capital(MODES["sequence" if sequence else "last"].name)
        who = "Neither mode beats" if len(best) > 1 else f"{name} doesn't beat"
        if sequence == "unclear":
            return f"{who} {rival} at the last step; earlier steps are unclear."
        return f"{who} {rival}{' at any step' * bool(sequence)}."
    if sequence != "clear":
        also = {"": "", "no": "; sequence mode doesn't", "unclear": "; sequence mode is unclear"}
        if sequence == "unclear" and at_end["sequence"] == "no":
            also["unclear"] = "; sequence mode's earlier steps are unclear"
        return f"Last-step mode beats {rival}{also[sequence]}."
    steps, clearly = len(naive), by_step["sequence"].count("clear")
    where = f"at {clearly} of {steps} steps" if clearly < steps else "at every step"
    says = {"": "", "no": "; last-step mode doesn't", "unclear": "; last-step mode is unclear"}
    says["clear"] = ", last-step at its one"  # there is no room for "mode"
    return f"Sequence mode beats {rival} {where}{says[last]}."


def compare_takeaway(run: RunAt) -> str:
    """The number that can be compared: of both modes, if one beats the guess or baseline."""
    dataset, snapshot = run.dataset, run.snapshot
    if why := no_verdict(dataset, snapshot.epoch):
        return why
    count, seeds = len(snapshot.seeds), {m: snapshot.by_seed(m) for m in snapshot.results}
    errors = {mode: float(np.median(each)) for mode, each in seeds.items()}
    if not all(map(math.isfinite, errors.values())):
        return "There is no error to compare: the figures aren't numbers any more."
    rival = dataset.rival if dataset.baselines else dataset.naive_label
    naive = float(dataset.naive_mse[-1])
    least, most = min(errors.values()), max(errors.values())
    samples = independent_samples(dataset)
    other = naive if len(errors) == 1 or least >= naive else most
    nearly_same = least < naive and most - least < SAME * most
    if not (nearly_same or is_told(least, other, samples)):
        return too_few(samples, "modes are " * (other != naive))
    error, guess = apart(least, naive)
    if len(errors) == 1:
        its = "Its median error" if count > 1 else "Its error"
        return f"{its} is {error}; {rival} has {guess}."
    if least >= naive:
        return f"At the last step neither mode beats {rival}: {error} against {guess}."
    return _winner(seeds, count)


def _winner(seeds: Mapping[str, np.ndarray], count: int) -> str:
    """Which mode's errors (R,) are smaller, as far as so many seeds can tell."""
    least, most = sorted(float(np.median(each)) for each in seeds.values())
    found = compare_modes(seeds["sequence"], seeds["last"])
    better = MODES[("sequence", "last")[found.better]].name
    less, more = apart(least, most)
    if count == 1:
        if less == more:
            return f"Both modes have the same error at the last step: {less}."
        says = f"{better}'s error is smaller, {less} against {more}"
        if most - least < SAME * most:
            says = f"both modes' errors are nearly the same, {less} and {more}"
        return f"One seed decides nothing; here {says}."
    if found.is_clear and found.by < SAME:
        return f"Both modes' errors are nearly the same in {count} seeds: {less} and {more}."
    if found.is_clear:
        wins = f"all {count}" if found.wins == count else f"{found.wins} of {count}"
        by = f"{found.by:.0%}".replace("100%", "over 99%")
        return f"{capital(better)} is better in {wins} seeds, by {by} in the median."
    return f"No clear winner: {count} seeds can't tell the two modes apart."


def replay_told(dataset: Dataset, frames: tuple[Frame, ...]) -> Told:
    """From which epoch on each mode beats the guess or baseline at the last step, by its history.

    The details have that error, the median over the seeds, after each of the frames' epochs.
    """
    guess, samples = float(dataset.naive_mse[-1]), independent_samples(dataset)
    errors = {
        mode: np.array([np.median(frame.snapshot.by_seed(mode)) for frame in frames])
        for mode in frames[-1].snapshot.results
    }
    said, from_epoch = [], "from epoch"
    for mode, result in frames[-1].snapshot.middle.results.items():
        beats = outcomes(np.asarray(result.last_step_mse), guess, samples)
        since = _since(result.checked_epochs, beats == "clear")
        since = "unclear" if "unclear" in beats[-1:] else since
        said.append(f"{MODES[mode].name} {since.replace('from', from_epoch)}")
        from_epoch = "from" if since.startswith("from") else from_epoch  # there is no room for both
    words = no_verdict(dataset, 1) or f"Last step beats {dataset.rival}: {', '.join(said)}."
    scale = 1.0 if dataset.raw_scale is None else dataset.raw_scale
    unit = off_unit(dataset) if dataset.raw_scale is not None else ", scaled"
    names = [MODES[mode].name for mode in errors]
    rows = [
        f"{frame.label} {', '.join(readable(scale * np.sqrt(v), 3) for v in at)}"
        for frame, *at in zip(frames, *errors.values(), strict=True)
    ]
    which = f"Typical error at the last step ({', then '.join(names)}{unit}), by epoch"
    few = " Before the end some samples stand for all." * any(f.is_estimated for f in frames)
    return words, f"{which}: {'; '.join(rows)}.{few}"


def _since(epochs: np.ndarray, beats: np.ndarray) -> str:
    """In words, the first of the epochs (Q,) from which on a model is always better, (Q,) bool."""
    worse = np.flatnonzero(~beats)
    first = int(worse[-1]) + 1 if len(worse) else 0
    if first == len(epochs):
        return "no more" if beats.any() else "never"
    return f"from {epochs[first]:,}"
