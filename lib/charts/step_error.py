"""The error by timestep: how early could each model know?"""

from dataclasses import dataclass

import numpy as np

from lib.charts import axes, chart, marks, over_time
from lib.charts.marks import Entry
from lib.charts.over_time import ASKED, ModeValues
from lib.charts.palette import Palette
from lib.charts.words import no_verdict, off_unit, too_few
from lib.data import Dataset
from lib.results import RunAt, Snapshot, best_possible, independent_samples, outcomes
from lib.text import apart, capital


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Typical errors on the judged samples by timestep: see `typical_error`."""

    run: RunAt
    earlier: bool  # whether last-step mode is asked before the last step, too
    errors: dict[str, ModeValues]
    guess: np.ndarray  # of the guess or baseline, (T,)
    best: np.ndarray | None  # the least that the models can expect, (T,)
    best_label: str
    samples: float  # how many independent samples were judged
    outcomes: dict[str, list[str]]
    """By mode whether it beats the guess, see `results.outcomes`, at each of its steps."""


def facts_of(run: RunAt, earlier: bool = False) -> Facts:
    """The facts of a run; `earlier` asks last-step mode before the last step, too."""
    dataset, snapshot = run.dataset, run.snapshot
    samples, naive = independent_samples(dataset), np.asarray(dataset.naive_mse, np.float64)
    best = best_possible(run.experiment, dataset)
    beats = {}
    for mode, result in snapshot.middle.results.items():
        asked = slice(-1 if mode == "last" else 0, None)
        beats[mode] = [*map(str, outcomes(result.step_mse[asked], naive[asked], samples))]
    return Facts(
        run=run,
        earlier=earlier,
        errors=errors_by_mode(dataset, snapshot),
        guess=typical_error(dataset, naive),
        best=typical_error(dataset, best.mse) if best else None,
        best_label=best.label if best else "",
        samples=samples,
        outcomes=beats,
    )


def errors_by_mode(dataset: Dataset, snapshot: Snapshot) -> dict[str, ModeValues]:
    """The typical errors of the models."""
    errors = {}
    for mode, result in snapshot.middle.results.items():
        seeds = typical_error(dataset, snapshot.by_seed(mode, "step_mse"))
        errors[mode] = ModeValues(typical_error(dataset, result.step_mse), seeds)
    return errors


def typical_error(dataset: Dataset, mse: np.ndarray) -> np.ndarray:
    """The root of mean squared errors, in the raw unit where all targets have one."""
    return (dataset.raw_scale or 1.0) * np.sqrt(marks.finite(mse))


def error_unit(dataset: Dataset) -> str:
    """The unit of typical errors."""
    return "scaled" if dataset.raw_scale is None else dataset.target_unit


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Both modes' typical errors over the timesteps, beside the guess and the best possible."""
    dataset, head, earlier = facts.run.dataset, facts.run.experiment.model.head, facts.earlier
    unit, label = error_unit(dataset), dataset.naive_label
    hover = chart.hover(unit)
    data = [marks.line(label, facts.guess, marks.naive_style(palette), hover)]
    data += over_time.mode_traces(facts.errors, head, palette, hover, earlier=earlier)
    modes, asked = over_time.mode_key(facts.errors, head, earlier=earlier)
    levels = [Entry("dotted", label, "baseline")]
    if facts.best is not None:  # above the line that reaches it, to be seen
        data.append(marks.line(facts.best_label, facts.best, marks.best_style(palette), hover))
        levels.insert(0, Entry("dashed", facts.best_label, "best"))
    levels += [marks.SEEDS] * bool(facts.run.snapshot.others)
    x = axes.timestep_axis(dataset.timestep_names)
    held = np.append(facts.guess, over_time.drawn_values(facts.errors, earlier=earlier))
    title = chart.with_unit("typical error", unit)
    y = axes.linear_axis(title, held, np.append(facts.guess, 0.0))
    key, name = [modes + asked, levels], f"step error {dataset.name}"
    return chart.plotted(data, palette, x, y, key, name=name, height=over_time.HEIGHT)


def takeaway(facts: Facts) -> str:
    """At how many of its steps each mode beats the guess or baseline."""
    if why := no_verdict(facts.run.dataset, facts.run.snapshot.epoch):
        return why
    beats, rival = facts.outcomes, facts.run.dataset.rival
    if not any("clear" in steps for steps in beats.values()):
        if any(steps[-1] == "unclear" for steps in beats.values()):
            return too_few(facts.samples)
        who = "Neither mode beats" if len(beats) > 1 else "The model doesn't beat"
        return f"{who} {rival} at the last step."
    last = beats.get("last", [""])[-1]
    if "sequence" not in beats:
        return f"Last-step mode beats {rival}."
    wins = f"{beats['sequence'].count('clear')} of {len(facts.guess)} steps"
    does = "does, too" if "clear" in beats["sequence"] else "beats it"
    also = {"clear": f"; last-step mode {does}", "no": "; last-step mode doesn't"}
    rest = also.get(last, "; last-step mode is unclear" if last else "")
    return f"Sequence mode beats {rival} at {wins}{rest}."


def sentence(facts: Facts) -> str:
    """Typical error at the first and the last step, beside that of the guess or baseline."""
    dataset, steps = facts.run.dataset, len(facts.guess)
    is_raw = dataset.raw_scale is not None
    unit, kind = (off_unit(dataset), "RMSE") if is_raw else ("", "RMSE of the scaled targets")
    parts = []
    if "sequence" in facts.errors:
        first, last = apart(*facts.errors["sequence"].median[[0, -1]], unit=unit)
        parts.append(
            f"The sequence model's typical error ({kind}) is {first} at step 1 and {last} at step "
            f"{steps}."
        )
    if "last" in facts.errors:
        first, last = apart(*facts.errors["last"].median[[0, -1]], unit=unit)
        parts.append(
            f"The last-step model answers at step {steps} alone, and is off by {last} there."
        )
        if facts.earlier:
            asked = ASKED[facts.run.experiment.model.head]
            parts.append(f"Asked at step 1, {asked} would have been off by {first}.")
    first, last = apart(*facts.guess[[0, -1]], unit=unit)
    guess = capital(dataset.naive_label)
    parts.append(f"{guess} is off by {first} at step 1 and {last} at step {steps}.")
    return " ".join(parts)
