"""The answers by timestep: what each model says of one sample, beside its target."""

from dataclasses import dataclass

import numpy as np

from lib.charts import axes, chart, marks, over_time
from lib.charts.marks import Entry, Part
from lib.charts.over_time import ASKED, ModeValues
from lib.charts.palette import Palette
from lib.charts.words import UNTRAINED, off_unit
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import RunAt, Snapshot
from lib.text import ALMOST_0, apart, capital, readable


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Target and answers of one sample and one target column, in the raw unit."""

    run: RunAt
    index: int  # the sample, an index into `Dataset.x`
    target: int  # which column, 0 to K-1
    earlier: bool  # whether last-step mode is asked before the last step, too
    truth: np.ndarray  # (T,)
    answers: dict[str, ModeValues]
    errors: dict[str, np.ndarray]
    """By mode the median over the seeds of how far off the answer is, (T,)."""


def facts_of(run: RunAt, sample: int, target: int, earlier: bool = False) -> Facts:
    """The facts of which of the shown samples, 0 to S-1, and which target column, 0 to K-1."""
    index = int(run.snapshot.samples[sample])
    truth = over_time.raw_targets(run.dataset, index)[:, target]
    answers = answers_by_mode(run.dataset, run.snapshot, sample, target)
    errors = {m: np.median(np.abs(each.seeds - truth), axis=0) for m, each in answers.items()}
    return Facts(run, index, target, earlier, truth, answers, errors)


def answers_by_mode(
    dataset: Dataset, snapshot: Snapshot, sample: int, target: int
) -> dict[str, ModeValues]:
    """What the models say of a shown sample's target column, in the raw unit."""
    answers, index = {}, int(snapshot.samples[sample])
    for mode in snapshot.results:
        outputs = snapshot.by_seed(mode, "predictions")[:, sample]
        seeds = dataset.raw(outputs, index)[..., target].astype(np.float64)
        answers[mode] = ModeValues(np.median(seeds, axis=0), seeds)
    return answers


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Target and answers over the timesteps; of a table's data the inputs as squares below."""
    run, dataset, index, earlier = facts.run, facts.run.dataset, facts.index, facts.earlier
    head, unit, truth = run.experiment.model.head, dataset.target_unit, marks.finite(facts.truth)
    hover = chart.hover(unit)
    # Wider than the models' lines and below them: a model that is right runs inside the target.
    size = round(1.5 * marks.dot_size(len(truth)))
    line = marks.line("target", truth, {"color": palette.ink, "width": 4}, hover, dots=size)
    if dataset.has_named_steps:
        after = f"{dataset.lead} after " if dataset.lead else ""
        line["customdata"] = [chart.escaped(f"{after}{name}") for name in dataset.steps_of(index)]
        line["hovertemplate"] += " · %{customdata}"
    alike = _alike(facts)
    targets = marks.finite(dataset.raw(dataset.y[alike], alike))[:, :, facts.target]
    is_from_zero = axes.from_zero(targets)
    x = axes.timestep_axis(dataset.steps_of(index))
    x["ticklabelstandoff"] = 5 if is_from_zero else 0  # half of a diamond lies below the axis
    title = chart.with_unit(dataset.target_names[facts.target], unit)
    held = np.append(truth, over_time.drawn_values(facts.answers, earlier=earlier))
    y = axes.linear_axis(title, held, axes.with_room(targets), zero=is_from_zero)
    traces = over_time.mode_traces(facts.answers, head, palette, hover, earlier=earlier)
    look: Part = {"name": f"predictions {dataset.name} {facts.target}", "height": over_time.HEIGHT}
    if dataset.origin:
        squares, look["yaxis2"] = over_time.input_squares(dataset, index, palette, 0.12)
        traces.append(squares | {"hoverinfo": "skip"})
        look |= over_time.gaps_of(dataset, index, palette)
        x |= {"title": "timestep, its inputs above", "anchor": "y2"}
        y["domain"] = [0.2, 1.0]
    target = [Entry("dots", f"target{dataset.ahead}")]
    modes, more = over_time.mode_key(facts.answers, head, earlier=earlier)
    more += [marks.SEEDS] * bool(run.snapshot.others)
    # In one row a name with how far ahead it is would be too long for a phone.
    key = [target, modes, more] if dataset.ahead else [target + modes, more]
    return chart.plotted([line, *traces], palette, x, y, key, **look)


def _alike(facts: Facts) -> np.ndarray:
    """The shown samples of the same series, whose targets lie alike; all where there is one."""
    shown, origin = facts.run.snapshot.samples, facts.run.dataset.origin
    if not origin:
        return shown
    series = origin.series[origin.starts]
    same = shown[series[shown] == series[facts.index]]
    return same if len(same) > 1 else shown


def takeaway(facts: Facts) -> str:
    """How far off each model is at the last step."""
    if not facts.run.snapshot.epoch:
        return UNTRAINED
    off: list[str] = []
    for mode, errors in facts.errors.items():
        error = readable(float(errors[-1]), 2, off_unit(facts.run.dataset))
        # There is no room for longer words twice.
        error = error.replace("less than a millionth", "almost nothing")
        error = error.replace("not a number", "NaN")
        off.append(f"{MODES[mode].name} {'by' if off else 'off by'} {error}")
    return f"At the last step: {', '.join(off)}."


def sentence(facts: Facts) -> str:
    """Target and answers at the last step, and how far off the answers are over all steps."""
    dataset, steps, off = facts.run.dataset, len(facts.truth), facts.errors
    lasts = [values.median[-1] for values in facts.answers.values()]
    truth, *answers = apart(facts.truth[-1], *lasts, nothing=ALMOST_0)
    where = f"step {steps}"
    if dataset.has_named_steps:
        where = f"the last step ({dataset.timestep_names[-1]})"
    name, label = capital(dataset.sample_name(facts.index)), dataset.target_labels[facts.target]
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    parts = [f"{name}: at {where} the target ({label}) is {truth}{unit}."]
    parts += [
        f"The {MODES[mode].model} says {answer}, off by {readable(errors[-1], 2)}."
        for (mode, errors), answer in zip(off.items(), answers, strict=True)
    ]
    if "sequence" in off:
        mean = readable(off["sequence"].mean())
        parts.append(f"Over all {steps} steps the sequence model is off by {mean} on average.")
    if "last" in off and facts.earlier:
        head, mean = ASKED[facts.run.experiment.model.head], readable(off["last"][:-1].mean())
        parts.append(
            f"Asked before the last step, {head} would have been off by {mean} on average."
        )
    if facts.run.snapshot.others:
        parts.append(f"All of these are medians over {len(facts.run.snapshot.seeds)} seeds.")
    return " ".join(parts)
