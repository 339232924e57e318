"""Charts over the timesteps: the answers to one sample, and the error by timestep.

The sequence mode is a line. The last-step mode is one open diamond at T; a dotted line leads to it
only where somebody asks what it would have said `earlier`. Thin lines and small diamonds are seeds.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, no_verdict, off_unit, too_few
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import RunAt, Snapshot, best_possible, independent_samples, outcomes
from lib.text import apart, capital, readable

HEIGHT = 340
ASKED = {"dense": "its head", "none": "its output"}  # by head, what answers before the last step


class ModeValues(NamedTuple):
    """Values of one mode over the timesteps: (T,) over the seeds, and (R, T) of each seed."""

    median: np.ndarray
    seeds: np.ndarray


class Answers:
    """Predictions of the models for one sample and target column, beside the target, raw."""

    title = "The answers"
    longest = "At the last step: sequence mode off by 0.0000888 °C, last-step mode by 0.0888 °C."
    picks: tuple[str, ...] = ("sample", "target", "earlier")

    def __init__(self, run: RunAt, sample: int, target: int, earlier: bool = False) -> None:
        """Take a shown sample, 0 to S-1; `earlier` asks last-step mode before the last step."""
        self.run, self.target, self.earlier = run, target, earlier
        self.index = int(run.snapshot.samples[sample])
        self.truth = raw_targets(run.dataset, self.index)[:, target]  # (T,)
        self.values = answers_by_mode(run.dataset, run.snapshot, sample, target)
        self.off = {  # by mode the median over the seeds of how far off the answer is, (T,)
            mode: np.median(np.abs(each.seeds - self.truth), axis=0)
            for mode, each in self.values.items()
        }

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw target and predictions by timestep; for tables also the inputs as squares below."""
        run, dataset, index = self.run, self.run.dataset, self.index
        head, unit, truth = run.experiment.model.head, dataset.target_unit, self.truth
        hover = chart.hover(unit)
        # Wider than the models' lines and below them: a model that is right runs inside the target.
        size = round(1.5 * chart.dot_size(len(truth)))
        style = {"color": palette.ink, "width": 4}
        line = chart.line("target", chart.finite(truth), style, hover, dots=size)
        if dataset.has_named_steps:
            after = f"{dataset.lead} after " if dataset.lead else ""
            line["customdata"] = [chart.escaped(f"{after}{n}") for n in dataset.steps_of(index)]
            line["hovertemplate"] += " · %{customdata}"
        alike = self._alike()
        targets = chart.finite(dataset.raw(dataset.y[alike], alike))[:, :, self.target]
        is_from_zero = axes.from_zero(targets)
        x = axes.timestep_axis(dataset.steps_of(index))
        x["ticklabelstandoff"] = 5 if is_from_zero else 0  # half of a diamond lies below the axis
        title = chart.with_unit(dataset.target_names[self.target], unit)
        held = np.append(truth, drawn_values(self.values, earlier=self.earlier))
        y = axes.linear_axis(title, held, axes.with_room(targets), zero=is_from_zero)
        traces = mode_traces(self.values, head, palette, hover, earlier=self.earlier)
        look: Part = {"name": f"predictions {dataset.name} {self.target}", "height": HEIGHT}
        if dataset.origin:
            squares, look["yaxis2"] = input_squares(dataset, index, palette, 0.12)
            traces.append(squares | {"hoverinfo": "skip"})
            look["shapes"] = gaps_of(dataset, index, palette) or None
            x |= {"title": "timestep, its inputs above", "anchor": "y2"}
            y["domain"] = [0.2, 1.0]
        target = [Entry("dots", f"target{dataset.ahead}")]
        modes = chart.mode_keys(self.values, "dots", "open diamond")
        more = [_asked(head)] if self.earlier and "last" in self.values else []
        more += [chart.SEEDS] if run.snapshot.others else []
        # In one row a name with how far ahead it is would be too long for a phone.
        key = [target, modes, more] if dataset.ahead else [target + modes, more]
        return chart.plotted([line, *traces], palette, x, y, key, **look)

    def _alike(self) -> np.ndarray:
        """Return the shown samples of the same series, which are alike; else all."""
        shown, origin = self.run.snapshot.samples, self.run.dataset.origin
        if not origin:
            return shown
        series = origin.series[origin.starts]
        same = shown[series[shown] == series[self.index]]
        return same if len(same) > 1 else shown

    def takeaway(self) -> str:
        """Say how far off each model is at the last step."""
        if not self.run.snapshot.epoch:
            return UNTRAINED
        off: list[str] = []
        for mode, errors in self.off.items():
            error = readable(float(errors[-1]), 2, off_unit(self.run.dataset))
            # There is no room for longer words twice.
            error = error.replace("not a number", "NaN")
            off.append(f"{MODES[mode].name} {'by' if off else 'off by'} {error}")
        return f"At the last step: {', '.join(off)}."

    def sentence(self) -> str:
        """Return target and predictions at the last step, and the errors over all steps."""
        dataset, off, steps = self.run.dataset, self.off, len(self.truth)
        lasts = [values.median[-1] for values in self.values.values()]
        truth, *answers = apart(self.truth[-1], *lasts)
        named = f"the last step ({dataset.timestep_names[-1]})"
        where = named if dataset.has_named_steps else f"step {steps}"
        name, label = capital(dataset.sample_name(self.index)), dataset.target_labels[self.target]
        unit = dataset.spaced_unit
        text = f"{name}: at {where} the target ({label}) is {truth}{unit}."
        for (mode, errors), answer in zip(off.items(), answers, strict=True):
            text += f" The {MODES[mode].model} says {answer}, off by {readable(errors[-1], 2)}."
        if "sequence" in off:
            mean = readable(off["sequence"].mean())
            text += f" Over all {steps} steps the sequence model is off by {mean} on average."
        if "last" in off and self.earlier:
            head, mean = ASKED[self.run.experiment.model.head], readable(off["last"][:-1].mean())
            text += f" Asked before the last step, {head} would have been off by {mean} on average."
        if (seeds := len(self.run.snapshot.seeds)) > 1:
            text += f" All of these are medians over {seeds} seeds."
        return text


class StepErrors:
    """Typical errors on the evaluated samples by timestep."""

    title = "How early could each model know?"
    longest = "Sequence mode beats the best baseline at 88 of 88 steps; last-step mode is unclear."
    picks: tuple[str, ...] = ("earlier",)

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Take a run; `earlier` also asks last-step mode before the last step."""
        dataset, self.run, self.earlier = run.dataset, run, earlier
        naive = np.asarray(dataset.naive_mse, np.float64)
        best = best_possible(run.experiment, dataset)
        self.errors = errors_by_mode(dataset, run.snapshot)
        self.guess = typical_error(dataset, naive)  # of the guess or baseline, (T,)
        # The least that the models can expect, (T,).
        self.best = typical_error(dataset, best.mse) if best else None
        self.best_label = best.label if best else ""
        self.samples = independent_samples(dataset)
        self.outcomes = {  # by mode whether it beats the guess at each of its steps
            mode: outcomes(mse, naive[-len(mse) :], self.samples).tolist()
            for mode, result in run.snapshot.middle.results.items()
            for mse in [result.step_mse[-1:] if mode == "last" else result.step_mse]
        }

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw both modes' typical errors by timestep, the guess's, and the best possible."""
        dataset, head, earlier = self.run.dataset, self.run.experiment.model.head, self.earlier
        unit, label = error_unit(dataset), dataset.naive_label
        hover = chart.hover(unit)
        data = [chart.level(label, self.guess, "baseline", palette, hover)]
        data += mode_traces(self.errors, head, palette, hover, earlier=earlier)
        modes = chart.mode_keys(self.errors, "dots", "open diamond")
        levels = [Entry("dotted", label, "baseline")]
        if self.best is not None:  # above the line that reaches it, to be seen
            data.append(chart.level(self.best_label, self.best, "best", palette, hover))
            levels.insert(0, Entry("dashed", self.best_label, "best"))
        levels += [chart.SEEDS] if self.run.snapshot.others else []
        x = axes.timestep_axis(dataset.timestep_names)
        held = np.append(self.guess, drawn_values(self.errors, earlier=earlier))
        title = chart.with_unit("typical error", unit)
        y = axes.linear_axis(title, held, np.append(self.guess, 0.0))
        modes += [_asked(head)] if earlier and "last" in self.errors else []
        name = f"step error {dataset.name}"
        return chart.plotted(data, palette, x, y, [modes, levels], name=name, height=HEIGHT)

    def takeaway(self) -> str:
        """Say at how many of its steps each mode beats the guess or baseline."""
        if why := no_verdict(self.run.dataset, self.run.snapshot.epoch):
            return why
        rival, steps = self.run.dataset.rival, len(self.guess)
        sequence, last = self.outcomes.get("sequence", []), self.outcomes.get("last", [])
        if "clear" not in [*sequence, *last]:  # the last step decides, as on the other cards
            if "unclear" in [*sequence[-1:], *last]:
                return too_few(self.samples)
            who = "Neither mode beats" if sequence and last else "The model doesn't beat"
            if "unclear" in sequence:
                return f"{who} {rival} at the last step; earlier steps are unclear."
            return f"{who} {rival} at {'any' if sequence else 'the last'} step."
        if "clear" not in sequence:
            rest = "; sequence mode doesn't" if sequence else ""
            if unclear := sequence.count("unclear"):
                rest = f"; sequence mode is unclear at {unclear} of {steps} steps"
            return f"Last-step mode beats {rival}{rest}."
        wins = sequence.count("clear")
        where = "every step" if wins == steps else f"{wins} of {steps} steps"
        says = {"no": "; last-step mode doesn't", "unclear": "; last-step mode is unclear"}
        says["clear"] = ", last-step at its one"  # "mode" would be a 16th word
        return f"Sequence mode beats {rival} at {where}{says[last[0]] if last else ''}."

    def sentence(self) -> str:
        """Return typical errors at the first and last step, of each model and the guess."""
        dataset, is_raw = self.run.dataset, self.run.dataset.raw_scale is not None
        unit, kind = (off_unit(dataset), "RMSE") if is_raw else ("", "RMSE of the scaled targets")
        values = {MODES[mode].model: each.median for mode, each in self.errors.items()}
        parts = []
        for who, errors in (values | {dataset.naive_label: self.guess}).items():
            first, last = apart(*errors[[0, -1]], unit=unit)
            if who != MODES["last"].model:
                parts.append(f"{who} {first} and {last}")
            else:
                asked = f"{first} (asked earlier) and {last}"
                alone = f"{last}, at the last step alone"
                parts.append(f"{who} {asked if self.earlier else alone}")
        steps = len(self.guess)
        return f"Typical error ({kind}) at step 1 and at step {steps}: {'; '.join(parts)}."


def answers_by_mode(
    dataset: Dataset, snapshot: Snapshot, sample: int, target: int
) -> dict[str, ModeValues]:
    """Return the models' predictions of a shown sample's target column, in the raw unit."""
    answers, index = {}, int(snapshot.samples[sample])
    for mode in snapshot.results:
        outputs = snapshot.by_seed(mode, "predictions")[:, sample]
        seeds = dataset.raw(outputs, index)[..., target].astype(np.float64)
        answers[mode] = ModeValues(np.median(seeds, axis=0), seeds)
    return answers


def errors_by_mode(dataset: Dataset, snapshot: Snapshot) -> dict[str, ModeValues]:
    """Return the typical errors of the models."""
    errors = {}
    for mode, result in snapshot.middle.results.items():
        seeds = typical_error(dataset, snapshot.by_seed(mode, "step_mse"))
        errors[mode] = ModeValues(typical_error(dataset, result.step_mse), seeds)
    return errors


def typical_error(dataset: Dataset, mse: np.ndarray) -> np.ndarray:
    """Return the root of mean squared errors, in the raw unit if all targets have one."""
    return (dataset.raw_scale or 1.0) * np.sqrt(chart.finite(mse))


def error_unit(dataset: Dataset) -> str:
    """Return the unit of typical errors."""
    return "scaled" if dataset.raw_scale is None else dataset.target_unit


def raw_targets(dataset: Dataset, sample: int) -> np.ndarray:
    """Return a sample's targets, (T, K) float64, raw; of 32-bit y to six digits."""
    y = dataset.y[sample]
    raw = dataset.raw(y, sample).astype(np.float64)
    if not dataset.is_scaled:
        return raw
    size = np.abs([raw, raw - dataset.raw(np.zeros_like(y), sample)]).max()
    return raw.round(max(0, 5 - math.floor(math.log10(max(1e-12, size)))))


def mode_traces(
    values: Mapping[str, ModeValues], head: str, palette: Palette, hover: str, *, earlier: bool
) -> list[Part]:
    """Return the traces of values by mode, "sequence" and "last", over the timesteps 1 to T."""
    traces: list[Part] = []
    drawn = [mode for mode in values if mode == "sequence" or earlier]
    for mode in drawn:
        if len(seeds := values[mode].seeds) > 1:
            steps, name = np.arange(1, seeds.shape[1] + 1), f"{MODES[mode].name}, each seed"
            thin: Part = {"color": palette.mode(mode), "dash": "dot" if mode == "last" else "solid"}
            lines = [(steps, chart.finite(seed)) for seed in seeds]
            traces.append(chart.seed_lines(name, lines, thin))
    for mode in reversed(drawn):  # sequence mode above the dotted line
        median, style = chart.finite(values[mode].median), {"color": palette.mode(mode)}
        name, dots = MODES[mode].name, chart.dot_size(len(median))
        if mode == "last":
            name, dots, style["dash"] = f"{ASKED[head]}, asked earlier", 0, "dot"
        traces.append(chart.line(name, median, {"width": 2.5, **style}, hover, dots=dots))
    if "last" in values:
        last, x = chart.finite(values["last"].seeds[:, -1]), [len(values["last"].median)]
        marker: Part = {"color": palette.last, "symbol": "diamond-open"}
        if len(last) > 1:
            small = marker | {"size": 9, "line": {"color": palette.last, "width": 1}}
            name = f"{MODES['last'].name}, each seed"
            traces.append(chart.points(name, x * len(last), last, small, ""))
        large = marker | {"size": 17, "line": {"color": palette.last, "width": 3.5}}
        last = chart.finite(values["last"].median[-1:])
        traces.append(chart.points(MODES["last"].name, x, last, large, hover))
    return traces


def _asked(head: str) -> Entry:
    return Entry("dotted", f"{ASKED[head]}, asked earlier", "last")


def drawn_values(values: Mapping[str, ModeValues], *, earlier: bool) -> np.ndarray:
    """Return all numbers that `mode_traces` draws, which an axis has to hold."""
    drawn = [np.zeros(0)]
    for mode, of_mode in values.items():
        both = np.vstack([of_mode.median, of_mode.seeds])
        drawn.append((both if earlier or mode == "sequence" else both[:, -1:]).ravel())
    return chart.finite(np.concatenate(drawn))


def input_squares(
    dataset: Dataset, sample: int, palette: Palette, end: float, names: Sequence[str] = ()
) -> tuple[Part, Part]:
    """Return a trace of a sample's inputs as shades, features by timesteps, and its y axis."""
    steps, shades = dataset.shape[1], palette.shades(palette.ink)
    texts = np.array([chart.escaped(name) for name in dataset.feature_names])
    axis: Part = {"domain": [0.0, end], "autorange": "reversed"}
    axis |= {"showgrid": False, "zeroline": False, "tickvals": [*range(len(names))]}
    axis["ticktext"] = [chart.escaped(name) for name in names]
    axis["tickfont"] = {"size": chart.FONT_SIZE, "color": palette.muted}
    hover = f"%{{text}}: %{{z:{chart.VALUE}}}<extra></extra>"
    gap = 1 if steps <= 30 else 0  # of more timesteps gaps would be half of it on a phone
    more = {"yaxis": "y2", "xgap": gap, "ygap": 1, "text": np.tile(texts[:, None], (1, steps))}
    return chart.heatmap("inputs", dataset.x[sample].T, shades, hover, **more), axis


def gaps_of(dataset: Dataset, sample: int, palette: Palette) -> list[Part]:
    """Return a line between timesteps of the sample wherever rows of time are missing."""
    if (origin := dataset.origin) is None:
        return []
    return chart.gap_lines(origin.segment[origin.rows(dataset.shape[1], sample)], 1, palette)
