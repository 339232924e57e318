"""Charts over the timesteps: the predictions for one sample, and the error at each timestep.

Sequence mode is a line. Last-step mode is an open diamond at T, pooled mode an open square; with
`earlier`, dotted and dashed lines show them before T. Thin lines and small marks are seeds.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, beating, early_names, no_verdict, off_unit, too_few
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import ERROR, RunAt, best_possible, independent_samples
from lib.text import all_of, apart, capital, readable

HEIGHT = 340
# The mark at the last step, and the dash before, of modes with one output per sample.
MARKS = {"last": ("diamond-open", "dot"), "pooled": ("square-open", "longdash")}
OUTCOMES = ("clear", "unclear", "no")  # whether a mode beats the baseline, from the best outcome


class ModeValues(NamedTuple):
    """One mode's values over the timesteps."""

    median: np.ndarray  # over the seeds, (T,)
    seeds: np.ndarray  # by seed, (R, T)


class SamplePredictions:
    """The card of predictions and target of one sample and target column, in the raw unit."""

    title = "Predictions"
    picks: tuple[str, ...] = ("sample", "target", "earlier")

    def __init__(self, run: RunAt, sample: int, target: int, earlier: bool = False) -> None:
        """Select a shown sample, 0 to S-1; `earlier` adds last-step mode before the last step."""
        self.run, self.column, self.earlier = run, target, earlier
        self.index = int(run.snapshot.samples[sample])
        self.target = raw_targets(run.dataset, self.index)[:, target]  # (T,)
        # The predictions in the raw unit by mode, and the median absolute errors over the seeds.
        self.values, self.errors = dict[str, ModeValues](), dict[str, np.ndarray]()
        for mode in run.snapshot.results:
            outputs = run.snapshot.by_seed(mode, "predictions")[:, sample]
            seeds = run.dataset.raw(outputs, self.index)[..., target].astype(np.float64)
            self.values[mode] = ModeValues(np.median(seeds, axis=0), seeds)
            self.errors[mode] = np.median(np.abs(seeds - self.target), axis=0)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw target and predictions by timestep; for a table, also inputs as squares below."""
        run, dataset, index = self.run, self.run.dataset, self.index
        unit, target = dataset.target_unit, self.target
        hover = chart.hover(unit)
        # The target's line is wider than the models' lines, so that it is visible below them.
        size = round(1.5 * chart.dot_size(len(target)))
        style = {"color": palette.ink, "width": 4}
        line = chart.line("target", chart.finite(target), style, hover, dots=size)
        if dataset.has_named_steps:
            after = f"{dataset.lead} after " if dataset.lead else ""
            line["customdata"] = [chart.escaped(f"{after}{n}") for n in dataset.steps_of(index)]
            line["hovertemplate"] += " · %{customdata}"
        same = self._same_series()
        targets = chart.finite(dataset.raw(dataset.y[same], same))[:, :, self.column]
        is_from_zero = axes.from_zero(targets)
        x = axes.timestep_axis(dataset.steps_of(index))
        x["ticklabelstandoff"] = 5 if is_from_zero else 0  # leaves space for diamonds at 0
        title = chart.with_unit(dataset.target_names[self.column], unit)
        traces = [line, *self.moving(palette)]
        y = axes.linear_axis(title, chart.all_y(traces), axes.with_room(targets), zero=is_from_zero)
        look: Part = {"name": f"predictions {dataset.name} {self.column}", "height": HEIGHT}
        if dataset.origin:
            squares, look["yaxis2"] = input_squares(dataset, index, palette, 0.12)
            traces.append(squares)
            look["shapes"] = gaps_of(dataset, index, palette) or None
            x |= {"title": "timestep (gray cells: each step's inputs)", "anchor": "y2"}
            y["domain"] = [0.2, 1.0]
        ends = [chart.End("target", float(target[-1]), "ink")]
        ends += chart.mode_ends({mode: each.median for mode, each in self.values.items()})
        key = [Entry("dots", f"target{dataset.ahead}")] if dataset.ahead else []
        key += [chart.SEEDS] if run.snapshot.others else []
        rows = [key, *([entry] for entry in early_key(run) if self.earlier)]
        return chart.plotted(traces, palette, x, y, rows, ends=ends, **look)

    def moving(self, palette: Palette) -> list[Part]:
        """Return the traces of the modes, which a replay moves."""
        hover = chart.hover(self.run.dataset.target_unit)
        return mode_traces(self.run, self.values, palette, hover, earlier=self.earlier)

    def _same_series(self) -> np.ndarray:
        """Return the shown samples of this sample's series, or all shown samples if it is alone."""
        shown, origin = self.run.snapshot.samples, self.run.dataset.origin
        if not origin:
            return shown
        series = origin.series[origin.starts]
        same = shown[series[shown] == series[self.index]]
        return same if len(same) > 1 else shown

    def takeaway(self) -> str:
        """Return each model's error at the last step, as a sentence."""
        if not self.run.snapshot.epoch:
            return UNTRAINED
        ends = {mode: float(errors[-1]) for mode, errors in self.errors.items()}
        texts = {mode: readable(end, 2, off_unit(self.run.dataset)) for mode, end in ends.items()}
        errors = ", ".join(f"{MODES[mode].kind} {text}" for mode, text in texts.items())
        return f"Errors at the last step: {errors}.".replace("not a number", "NaN")

    def sentence(self) -> str:
        """Return target, predictions and errors at the last step, and errors over all steps."""
        dataset, steps, seeds = self.run.dataset, len(self.target), len(self.run.snapshot.seeds)
        lasts = [values.median[-1] for values in self.values.values()]
        target, *predictions = apart(self.target[-1], *lasts)
        named = f"the last step ({dataset.timestep_names[-1]})"
        where = named if dataset.has_named_steps else f"step {steps}"
        name, label = capital(dataset.sample_name(self.index)), dataset.target_labels[self.column]
        median = "median " if seeds > 1 else ""
        text = f"{name}: at {where}, the target ({label}) is {target}{dataset.spaced_unit}."
        for (mode, errors), value in zip(self.errors.items(), predictions, strict=True):
            error = f"{median}absolute error {readable(errors[-1], 2)}"
            text += f" {capital(MODES[mode].model)}: {median}prediction {value}, {error}."
        if "sequence" in self.errors:
            mean = readable(self.errors["sequence"].mean())
            text += f" The sequence model's mean error over {all_of(steps)} steps is {mean}."
        return text


class StepValues:
    """The card of RMSEs on the evaluated samples, by timestep; `StepAccuracy` has accuracies."""

    title = "Error at each timestep"
    picks: tuple[str, ...] = ("earlier",)
    accuracy: float | None = None  # the best accuracy at the last step, if the card has accuracies

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Compute a run's errors; `earlier` adds last-step mode before the last step."""
        dataset, self.run, self.earlier = run.dataset, run, earlier
        best, baseline = best_possible(run.experiment, dataset), dataset.baseline_mse
        self.unit = error_unit(dataset)
        self.baseline = root_error(dataset, baseline)  # (T,)
        self.best = root_error(dataset, best.mse) if best else None  # (T,)
        self.best_label = best.label if best else ""
        self.samples = independent_samples(dataset)
        # The RMSEs by mode, and whether a mode beats the baseline, by mode and step.
        self.values, self.outcomes = dict[str, ModeValues](), dict[str, list[str]]()
        for mode, result in run.snapshot.middle.results.items():
            seeds = root_error(dataset, run.snapshot.by_seed(mode, "step_mse"))
            self.values[mode] = ModeValues(root_error(dataset, result.step_mse), seeds)
            mse = result.step_mse if MODES[mode].every_step else result.step_mse[-1:]
            self.outcomes[mode] = ERROR.outcomes(mse, baseline[-len(mse) :], self.samples).tolist()

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw the RMSEs of both modes, the baseline and the best possible model."""
        dataset = self.run.dataset
        label, hover = dataset.baseline_label, chart.hover(self.unit)
        data = [chart.level(label, self.baseline, "baseline", palette, hover)]
        data += self.moving(palette)
        ends = [chart.End(label, float(self.baseline[-1]), "baseline")]
        ends += chart.mode_ends({mode: each.median for mode, each in self.values.items()})
        if self.best is not None:  # drawn last, so that a model's line doesn't hide it
            data.append(chart.level(self.best_label, self.best, "best", palette, hover))
            ends.append(chart.End(self.best_label, float(self.best[-1]), "best"))
        *rows, key = [[entry] for entry in early_key(self.run) if self.earlier] or [[]]
        key += [chart.SEEDS] if self.run.snapshot.others else []
        x, y = self.steps_axis(), self.axis(chart.all_y(data))
        look: Part = {"name": f"step error {dataset.name}", "height": HEIGHT, "ends": ends}
        return chart.plotted(data, palette, x, y, [*rows, key], **look)

    def moving(self, palette: Palette) -> list[Part]:
        """Return the traces of the modes, which a replay moves."""
        hover = chart.hover(self.unit)
        return mode_traces(self.run, self.values, palette, hover, earlier=self.earlier)

    def steps_axis(self) -> Part:
        """Return the axis of timesteps."""
        return axes.timestep_axis(self.run.dataset.timestep_names)

    def axis(self, values: np.ndarray) -> Part:
        """Return the y axis for these values."""
        title = chart.with_unit("RMSE", self.unit)
        return axes.linear_axis(title, values, np.append(self.baseline, 0.0))

    def takeaway(self) -> str:
        """Return which modes beat the baseline, sequence mode at how many steps, as a sentence."""
        if why := no_verdict(self.run.dataset, self.run.snapshot.epoch):
            return why
        # A mode's step with the best outcome decides.
        found = {m: next(o for o in OUTCOMES if o in each) for m, each in self.outcomes.items()}
        winners = [MODES[mode].name for mode, outcome in found.items() if outcome == "clear"]
        if not winners and "unclear" in found.values():
            return too_few(self.samples, accuracy=self.accuracy)
        baseline = self.run.dataset.baseline_phrase
        if not winners:
            return f"No mode beats {baseline}."
        text = f"{beating(winners, len(found))} {baseline}"
        if found.get("sequence") == "clear":
            text += f"{', sequence mode' if winners[1:] else ''} {self.where()}"
        verbs = {"unclear": "may", "no": "doesn't"}
        rest = [f"; {MODES[m].kind} {verbs[o]}" for m, o in found.items() if o in verbs]
        return f"{capital(text)}{''.join(rest)}."

    def where(self) -> str:
        """Return at how many steps sequence mode beats the baseline."""
        outcomes = self.outcomes["sequence"]
        wins, steps = outcomes.count("clear"), len(outcomes)
        return "at every step" if wins == steps else f"at {wins} of {steps} steps"

    def sentence(self) -> str:
        """Return the RMSEs of models and baseline at the first and the last step."""
        dataset, is_raw = self.run.dataset, self.run.dataset.raw_scale is not None
        unit, kind = (off_unit(dataset), "RMSE") if is_raw else ("", "RMSE of the scaled targets")
        text = self.at_steps(f"{kind} at steps 1 and {len(self.baseline)}", unit)
        if any("unclear" in each for each in self.outcomes.values()):
            text += f" {too_few(self.samples, 'some steps are too close to tell')}"
        return text

    def at_steps(self, about: str, unit: str, start: int = 0) -> str:
        """Return each model's and the baseline's value at step `start` and at the last step."""
        values = {MODES[mode].model: each.median for mode, each in self.values.items()}
        parts = []
        for who, errors in (values | {self.run.dataset.baseline_label: self.baseline}).items():
            first, last = apart(*errors[[start, -1]], unit=unit)
            if who not in [MODES[mode].model for mode in MARKS]:
                parts.append(f"{who} {first} and {last}")
            else:
                early = f"{first} (applied early) and {last}"
                parts.append(f"{who} {early if self.earlier else f'{last} at the last step'}")
        return f"{about}: {'; '.join(parts)}."


def early_key(run: RunAt) -> list[Entry]:
    """Return the key of the lines before the last step, of modes with one output per sample."""
    glyphs, names = {"last": "dotted", "pooled": "dashed"}, early_names(run.experiment.model)
    return [Entry(glyphs[mode], words, mode) for mode, words in names.items()]


def root_error(dataset: Dataset, mse: np.ndarray) -> np.ndarray:
    """Return the root of mean squared errors, in the raw unit if all targets share one scale."""
    return (dataset.raw_scale or 1.0) * np.sqrt(chart.finite(mse))


def error_unit(dataset: Dataset) -> str:
    """Return the unit of `root_error`."""
    return "scaled" if dataset.raw_scale is None else dataset.target_unit


def raw_targets(dataset: Dataset, sample: int) -> np.ndarray:
    """Return a sample's targets in the raw unit, (T, K) float64, rounded to six digits."""
    y = dataset.y[sample]
    raw = dataset.raw(y, sample).astype(np.float64)
    if not dataset.is_scaled:
        return raw
    size = np.abs([raw, raw - dataset.raw(np.zeros_like(y), sample)]).max()
    return raw.round(max(0, 5 - math.floor(math.log10(max(1e-12, size)))))


def mode_traces(
    run: RunAt, values: Mapping[str, ModeValues], palette: Palette, hover: str, *, earlier: bool
) -> list[Part]:
    """Return the traces of a run's values by mode over the timesteps 1 to T."""
    traces: list[Part] = []
    drawn = [mode for mode in values if mode not in MARKS or earlier]
    for mode in drawn:
        if len(seeds := values[mode].seeds) > 1:
            steps, name = np.arange(1, seeds.shape[1] + 1), f"{MODES[mode].name}, each seed"
            dash = MARKS[mode][1] if mode in MARKS else "solid"
            thin: Part = {"color": palette.mode(mode), "dash": dash}
            lines = [(steps, chart.finite(seed)) for seed in seeds]
            traces.append(chart.seed_lines(name, lines, thin))
    for mode in reversed(drawn):  # draws sequence mode last, over the dotted line
        median, style = chart.finite(values[mode].median), {"color": palette.mode(mode)}
        name, dots = MODES[mode].name, chart.dot_size(len(median))
        if mode in MARKS:
            dots, style["dash"] = 0, MARKS[mode][1]
            name = early_names(run.experiment.model)[mode]
        traces.append(chart.line(name, median, {"width": 2.5, **style}, hover, dots=dots))
    size, gap = (13, 8) if len(values) > 2 else (17, 0)  # of three, the square is left of step T
    for mode in (mode for mode in values if mode in MARKS):
        last, x = chart.finite(values[mode].seeds[:, -1]), [len(values[mode].median)]
        marker: Part = {"color": (color := palette.mode(mode)), "symbol": MARKS[mode][0]}
        marker |= {"standoff": gap, "angle": 90 if mode == "pooled" else -90}
        if len(last) > 1:
            small = marker | {"size": size // 2 + 1, "line": {"color": color, "width": 1}}
            name = f"{MODES[mode].name}, each seed"
            traces.append(chart.points(name, x * len(last), last, small, ""))
        large = marker | {"size": size, "line": {"color": color, "width": 3.5}}
        last = chart.finite(values[mode].median[-1:])
        traces.append(chart.points(MODES[mode].name, x, last, large, hover))
    return traces


def input_squares(
    dataset: Dataset, sample: int, palette: Palette, end: float, names: Sequence[str] = ()
) -> tuple[Part, Part]:
    """Return a sample's inputs (F, T) as shades, and their y axis; `names` also add hover texts."""
    steps, shades = dataset.shape[1], palette.shades(palette.ink)
    axis: Part = {"domain": [0.0, end], "autorange": "reversed"}
    axis |= {"showgrid": False, "zeroline": False, "tickvals": [*range(len(names))]}
    axis["ticktext"] = [chart.escaped(name) for name in names]
    axis["tickfont"] = {"size": chart.FONT_SIZE, "color": palette.muted}
    gap = 1 if steps <= 30 else 0  # on a phone, gaps of more timesteps would fill half the width
    more: Part = {"yaxis": "y2", "xgap": gap, "ygap": 1}
    values, hover = dataset.x[sample].T, "%{text}<extra></extra>" if names else ""
    if dataset.mask is not None:  # padded steps have no squares
        values = np.where(dataset.mask[sample], values, np.nan)
    if names:
        rows = zip(dataset.feature_names, map(chart.hover_texts, values), strict=True)
        more["text"] = [[f"{chart.escaped(name)}: {text}" for text in row] for name, row in rows]
    return chart.heatmap("inputs", values, shades, hover, **more), axis


def gaps_of(dataset: Dataset, sample: int, palette: Palette) -> list[Part]:
    """Return a line between timesteps of the sample wherever rows are missing."""
    if (origin := dataset.origin) is None:
        return []
    return chart.gap_lines(origin.segment[origin.rows(dataset.shape[1], sample)], 1, palette)
