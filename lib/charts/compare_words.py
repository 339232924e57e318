"""Runs side by side in words: what differs, each one's numbers, and what the pictures tell."""

import math
from collections.abc import Sequence

import numpy as np

from lib.charts.words import Words, name_of, off_unit, pair_sentence, too_few, value_of
from lib.data import idle, suggested
from lib.experiment import LOSSES, MODES, SETTINGS
from lib.results import Compared, decided, independent_samples, lead_of, part_of, same_data
from lib.text import capital, counted, joined, readable, short

MOST_SETTINGS = 5  # so many settings of a run are named as its own; of more the others are counted
ERROR = "final_mse"
LOSSES_AT_END = {"validation": "final_validation_loss", "training": "final_loss"}
"""Figures of `ModeResult`, by the part of the data."""
RANGE = "Of several seeds this is the median, with the range in brackets."
NO_COMMON_SAMPLE = "Their data aren't the same, so there is no sample that all were asked about."


def headline(runs: Sequence[Compared]) -> str:
    """What is laid over one another, in a line."""
    if not runs:
        return "Nothing is laid side by side: pick runs in the list."
    if len(runs) == 1:
        return "One run: pick another one to lay over it."
    if all(run.is_recorded for run in runs):
        return f"{len(runs)} recorded runs side by side, until you train your own."
    return f"{len(runs)} runs side by side."


def differences(runs: Sequence[Compared]) -> list[str]:
    """The settings of each run that not all have: "Echo · units 8 · cell GRU", its data first.

    Beside runs of other data they are those that differ from what the data suggest. Where nothing
    differs they are data, timesteps and units.
    """
    return [_own(run, runs) or _named(run, ("data", "T", "U")) for run in runs]


def _own(run: Compared, runs: Sequence[Compared]) -> str:
    others = [o.experiment for o in runs if o.dataset.title == run.dataset.title]
    has_other_data = len(others) < len(runs)
    if has_other_data:
        others.append(suggested(run.experiment.data.name).set(seeds=run.experiment.seeds))
    own = [k for k in SETTINGS if any(run.experiment.get(k) != each.get(k) for each in others)]
    return _named(run, ["data"] * has_other_data + [key for key in own if key != "data"])


def _named(run: Compared, keys: Sequence[str]) -> str:
    """These settings and their values, but for those that change nothing with the run's data."""
    used = [SETTINGS[key] for key in keys if key not in idle(run.experiment)]
    texts = [f"{name_of(s)} {value_of(s, run.experiment)}" for s in used]
    if "data" in keys:
        texts[0] = run.dataset.title
    rest = len(texts) - MOST_SETTINGS
    return " · ".join(texts[:MOST_SETTINGS] + [f"and {rest} more"] * (rest > 0))


def spread(run: Compared, mode: str, figure: str = ERROR) -> str:
    """A figure's median over the seeds, and from where to where it goes: "0.01 (0.008 to 0.02)"."""
    ends = np.sort(run.snapshot.by_seed(mode, figure))[[0, -1]]
    least, most = (short(float(f"{end:.2g}")) for end in ends)
    return middling(run, mode, figure) + (f" ({least} to {most})" if least != most else "")


def middling(run: Compared, mode: str, figure: str) -> str:
    """Its median alone."""
    value = float(np.median(run.snapshot.by_seed(mode, figure)))
    return "–" if math.isnan(value) else short(value)


def reached(run: Compared) -> str:
    """How far it is: "200 epochs, 8 s"; a recording was made at another pace, so without a time."""
    snapshot = run.snapshot
    of = "" if snapshot.epoch == snapshot.epochs else f"{snapshot.epoch:,} of "
    text, rate = f"{of}{counted(snapshot.epochs, 'epoch')}", snapshot.epochs_per_second
    return text if run.is_recorded or not rate else f"{text}, {snapshot.epoch / rate:,.0f} s"


def losses_words(runs: Sequence[Compared]) -> Words:
    """Which run's loss is the smallest, where it counts the same and the seeds tell."""
    part = part_of(runs)
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    takeaway, details = _verdict_words(runs, LOSSES_AT_END[part], f"{part} loss")
    if len(labels) > 1:
        takeaway = "Their losses count different things, so no run is called better than another."
    return takeaway, f"{joined(list(labels))}, {part}: {details}"


def errors_words(runs: Sequence[Compared]) -> Words:
    """Which run's error at the last step is the smallest, where the seeds tell."""
    takeaway, details = _verdict_words(runs, ERROR, "last-step error")
    return takeaway, f"Mean squared error at the last step: {details}"


def _verdict_words(runs: Sequence[Compared], figure: str, what: str) -> Words:
    """The verdict on a figure; the details are each run's numbers and what the verdict rests on."""
    numbers = [
        f"{run.letter} {spread(run, mode, figure)} in {MODES[mode].name}"
        for run in runs
        for mode in run.results
    ]
    details = [f"{'; '.join(numbers)}.", RANGE]
    if why := why_open(runs, figure):
        return why, " ".join(details)
    winners = {}
    for mode in _modes(runs):
        lead, verdicts = lead_of([run.snapshot.by_seed(mode, figure) for run in runs])
        least, second = sorted(_medians(runs, mode, figure))[:2]
        is_clear = decided(least, second, independent_samples(runs[0].dataset)) and all(
            each.is_clear and not each.better for each in verdicts.values()
        )
        winners[mode] = runs[lead].letter if is_clear else "unclear"
        for place, found in verdicts.items():
            one, other = runs[lead].letter, runs[place].letter
            pair = pair_sentence(found, one, other, f"{one} and {other}")
            details.append(f"{capital(MODES[mode].name)}: {pair}")
    clauses = [f"{letter} in {MODES[mode].name}" for mode, letter in winners.items()]
    takeaway = f"Smallest {what}, by all seeds together: {', '.join(clauses)}."
    if set(winners.values()) == {"unclear"}:
        count = len(runs[0].snapshot.seeds)
        takeaway = f"No clear winner: {count} seeds can't tell these runs apart."
    return takeaway, " ".join(details)


def why_open(runs: Sequence[Compared], figure: str = ERROR) -> str:
    """Why no run can be called better, in a sentence; "" where seeds may decide."""
    if len(runs) < 2:
        return "One run alone: pick another one to lay over it."
    if not all(run.snapshot.status.over for run in runs):
        return "Some of these runs aren't at their end yet: no verdict."
    seeds, modes = {(run.experiment.seed, len(run.snapshot.seeds)) for run in runs}, _modes(runs)
    same = {"data": same_data(runs), "modes": bool(modes), "seeds": len(seeds) == 1}
    if differing := [name for name, is_same in same.items() if not is_same]:
        return f"Their {joined(differing)} differ, so no run is called better than another."
    if len(runs[0].snapshot.seeds) < 2:
        return "One seed decides nothing: several seeds of each run would tell."
    medians = [_medians(runs, mode, figure) for mode in modes]
    if not np.isfinite(medians).all():
        return "One run has an error that isn't a number, so none is called better."
    samples = independent_samples(runs[0].dataset)
    is_decided = any(decided(min(each), max(each), samples) for each in medians)
    return "" if is_decided else too_few(samples)


def _medians(runs: Sequence[Compared], mode: str, figure: str) -> list[float]:
    """A figure's median over the seeds, of each run."""
    return [float(np.median(run.snapshot.by_seed(mode, figure))) for run in runs]


def _modes(runs: Sequence[Compared]) -> list[str]:
    """The modes that all of them have."""
    return [mode for mode in runs[0].results if all(mode in run.results for run in runs)]


def answers_words(runs: Sequence[Compared], sample: int, target: int) -> Words:
    """How far off the answers at a sample's last step are, for runs of the same data."""
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])
    unit, truth = off_unit(dataset), float(dataset.raw(dataset.y[index], index)[-1, target])
    off = {
        f"{run.letter} in {MODES[mode].name}": abs(float(answer) - truth)
        for run in runs
        for mode, result in run.results.items()
        for answer in [dataset.raw(result.predictions[sample], index)[-1, target]]
    }
    least, most = (readable(edge(off.values()), 2, unit) for edge in (min, max))
    answers = joined([f"{who} by {readable(error, 2, unit)}" for who, error in off.items()])
    name = capital(dataset.sample_name(index))
    return (
        f"One sample: at its last step the answers are off by {least} to {most}.",
        f"{name}: at the last step the target is {readable(truth)}{unit}; off are {answers}.",
    )
