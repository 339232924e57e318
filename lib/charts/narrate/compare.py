"""Runs side by side in words: what differs, each one's numbers, and what the pictures tell.

No run is called better than another unless `lib.results.compare_modes` says so of each pair: with
the same data and the same seeds, several of them.
"""

import math
from collections.abc import Sequence

import numpy as np

from lib.charts.narrate import Told
from lib.charts.narrate.explore import name_of, off_unit, value_of
from lib.charts.narrate.takeaways import too_few
from lib.data import idle, suggested
from lib.experiment import LOSSES, MODES, SETTINGS
from lib.results import Compared, independent_samples, is_told, lead_of, part_of, same_data
from lib.text import beside, capital, counted, joined, readable, short

WORDS: dict[str, dict[str, str]] = beside(__file__)
MOST_SETTINGS = 5
"""So many settings of a run are named as its own; of more the others are counted."""
ERROR = "final_mse"
LOSSES_AT_END = {"validation": "final_validation_loss", "training": "final_loss"}
"""Figures of `ModeResult`, by the part of the data."""


def headline(runs: Sequence[Compared]) -> str:
    """What is laid over one another, in a line."""
    several = "recorded" if all(run.is_recorded for run in runs) else "several"
    return WORDS["headline"][("none", "one", several)[min(len(runs), 2)]].format(count=len(runs))


def differences(runs: Sequence[Compared]) -> list[str]:
    """What each of the runs has that not all have: "Echo · units 8 · cell GRU", its data first.

    Beside runs of other data it is what those data don't suggest. Where nothing differs it is what
    all are.
    """
    return [_own(run, runs) or _named(run, ("data", "T", "U")) for run in runs]


def _own(run: Compared, runs: Sequence[Compared]) -> str:
    alike = [other for other in runs if other.dataset.title == run.dataset.title]
    usual = suggested(run.experiment.data.name).set(seeds=run.experiment.seeds)
    others = [other.experiment for other in alike]
    others += [usual] * (len(alike) < len(runs))
    own = [k for k in SETTINGS if any(run.experiment.get(k) != each.get(k) for each in others)]
    return _named(run, ["data"] * (len(alike) < len(runs)) + [k for k in own if k != "data"])


def _named(run: Compared, keys: Sequence[str]) -> str:
    """These settings and their values, but for those that change nothing with the run's data."""
    used = [SETTINGS[key] for key in keys if key not in idle(run.experiment)]
    said = [f"{name_of(s)} {value_of(s, run.experiment)}" for s in used]
    if "data" in keys:
        said[0] = run.dataset.title
    rest = len(said) - MOST_SETTINGS
    return " · ".join(said[:MOST_SETTINGS] + [f"and {rest} more"] * (rest > 0))


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


def losses_told(runs: Sequence[Compared]) -> Told:
    """Which run's loss is the smallest, where it counts the same and the seeds tell."""
    labels = dict.fromkeys(LOSSES[run.experiment.training.loss].label for run in runs)
    words, details = _told(runs, LOSSES_AT_END[part_of(runs)], f"{part_of(runs)} loss")
    if len(labels) > 1:
        words = WORDS["open"]["loss"]
    return words, f"{joined(list(labels))}, {part_of(runs)}: {details}"


def errors_told(runs: Sequence[Compared]) -> Told:
    """Which run's error at the last step is the smallest, where the seeds tell."""
    words, details = _told(runs, ERROR, "last-step error")
    return words, f"Mean squared error at the last step: {details}"


def _told(runs: Sequence[Compared], figure: str, what: str) -> Told:
    """The verdict on a figure; the details are each run's numbers and what the verdict rests on."""
    say, said = WORDS["verdict"], list[str]()
    for run in runs:
        said += [f"{run.letter} {spread(run, m, figure)} in {MODES[m].name}" for m in run.results]
    details = [f"{'; '.join(said)}.", say["range"]]
    if why := why_open(runs, figure):
        return why, " ".join(details)
    leading: dict[str, str] = {}
    for mode in _modes(runs):
        lead, verdicts = lead_of([run.snapshot.by_seed(mode, figure) for run in runs])
        first, name = runs[lead].letter, MODES[mode].name
        is_clear = all(each.is_clear and not each.better for each in verdicts.values())
        least, second = sorted(_medians(runs, mode, figure))[:2]
        is_clear &= bool(is_told(least, second, independent_samples(runs[0].dataset)))
        leading[name] = first if is_clear else ""
        for place, each in verdicts.items():
            shares = [readable(100 * share, 2) for share in (each.by, each.p_value)]
            below, above = (first, runs[place].letter)[:: -1 if each.better else 1]
            words = say["each"].format(name, below, above, each, *shares)
            if each.is_equal:
                words = say["equal"].format(name, below, above)
            details.append(capital(words) + say["split"] * (not each.agrees))
    if any(leading.values()):
        clauses = [f"{letter or 'unclear'} in {name}" for name, letter in leading.items()]
        return say["clear"].format(what, ", ".join(clauses)), " ".join(details)
    return say["none"].format(len(runs[0].snapshot.seeds)), " ".join(details)


def why_open(runs: Sequence[Compared], figure: str = ERROR) -> str:
    """Why no run can be called better, in a sentence; "" where seeds may decide."""
    first, modes = runs[0], _modes(runs)
    samples = independent_samples(first.dataset)
    medians = [_medians(runs, mode, figure) for mode in modes]
    figures = [run.snapshot.by_seed(m, figure) for run in runs for m in modes]
    reasons = {
        "alone": len(runs) < 2,
        "training": not all(run.snapshot.status.over for run in runs),
        "data": not same_data(runs),
        "modes": not modes,
        "seed": any(len(run.snapshot.seeds) < 2 for run in runs),
        "seeds": len({(run.experiment.seed, len(run.snapshot.seeds)) for run in runs}) > 1,
        "number": not all(np.isfinite(each).all() for each in figures),
        "few": not any(is_told(min(each), max(each), samples) for each in medians),
    }
    why = next((name for name, holds in reasons.items() if holds), "")
    if why == "few":
        return too_few(samples)
    return WORDS["open"][why] if why else ""


def _medians(runs: Sequence[Compared], mode: str, figure: str) -> list[float]:
    """A figure's median over the seeds, of each run."""
    return [float(np.median(run.snapshot.by_seed(mode, figure))) for run in runs]


def _modes(runs: Sequence[Compared]) -> list[str]:
    """The modes that all of them have."""
    return [mode for mode in runs[0].results if all(mode in run.results for run in runs)]


def answers_told(runs: Sequence[Compared], sample: int, target: int) -> Told:
    """How far off the answers at a sample's last step are, for runs of the same data.

    `sample` is which of the shown samples, and `target` which column.
    """
    dataset, index = runs[0].dataset, int(runs[0].snapshot.samples[sample])
    unit, truth = off_unit(dataset), float(dataset.raw(dataset.y[index], index)[-1, target])
    off = {
        f"{run.letter} in {MODES[mode].name}": abs(float(answer) - truth)
        for run in runs
        for mode, result in run.results.items()
        for answer in [dataset.raw(result.predictions[sample], index)[-1, target]]
    }
    least, most = (readable(edge(off.values()), 2, unit) for edge in (min, max))
    said = [f"{who} by {readable(error, 2, unit)}" for who, error in off.items()]
    about = capital(dataset.sample_name(index)), f"{readable(truth)}{unit}", joined(said)
    words = WORDS["verdict"]
    return words["sample"].format(least, most), f"{words['off'].format(*about)} {words['range']}"
