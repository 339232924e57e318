"""The charts of accuracies, by timestep and by epoch, for targets that are labels.

Error bands are 95% intervals of a proportion, for the number of independent samples.
"""

import math
from collections.abc import Mapping

import numpy as np

from lib import results
from lib.charts import axes, chart, sentences
from lib.charts.chart import Part
from lib.charts.class_bands import ClassProbabilities
from lib.charts.over_epochs import (
    EXPLORE_CARDS,
    LastStepErrors,
    Level,
    Losses,
    curves_of,
    epochs_figure,
)
from lib.charts.over_time import ModeValues, SamplePredictions, StepErrors
from lib.charts.palette import Palette
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import BOTH_MODES, RunAt
from lib.text import apart, capital, readable

HIGH = 0.9  # an accuracy that is worth a sentence
SAME = 0.005  # accuracies are nearly equal if they differ by at most this
INTERVAL_OPACITY = 0.2
DASHES = ("solid", "dash", "dot")  # of the first, second and third run


class StepAccuracy(StepErrors):
    """The card of accuracies on the evaluated samples, by timestep."""

    title = "Accuracy at each timestep"
    longest = "Both modes beat the best baseline: sequence mode from step 88, 90% from step 88."

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Compute a run's accuracies; `earlier` adds last-step mode before the last step."""
        dataset, self.run, self.earlier = run.dataset, run, earlier
        self.baseline, at_end = results.baseline_accuracy(dataset)  # (T,) and a number
        self.best, self.best_label = dataset.best_accuracy, "best possible"
        self.counts = results.samples_by_step(dataset, run.snapshot)  # (T,)
        self.samples = float(self.counts[-1])
        self.errors = {}
        for mode in run.snapshot.results:
            seeds = np.array(
                [_step_accuracy(seed[mode].labels, mode) for seed in run.snapshot.seeds]
            )
            self.errors[mode] = ModeValues(np.median(seeds, axis=0), seeds)
        self.outcomes = {}
        for mode, each in self.errors.items():
            part = slice(-1, None) if mode == "last" else slice(None)
            other = np.append(self.baseline[:-1], at_end) if mode == "last" else self.baseline
            parts = each.median[part], other[part], self.counts[part]
            self.outcomes[mode] = results.accuracy_outcomes(*parts)

    @property
    def hover(self) -> str:
        """The template of hover texts: the accuracy alone."""
        return chart.hover()

    def axis(self, values: np.ndarray) -> Part:
        """Return the y axis for these accuracies."""
        return axes.share_axis("accuracy", values)

    def intervals(self, palette: Palette) -> list[Part]:
        """Return the 95% intervals: an area for sequence mode, a bar for last-step mode."""
        bands = []
        for mode, each in self.errors.items():
            low, high = self._interval(each.median)
            known = np.isfinite(low)
            if mode == "last" and not self.earlier:
                known &= np.arange(len(known)) == len(known) - 1
            x, name = np.flatnonzero(known) + 1, f"{MODES[mode].name}, 95% interval"
            edges = low[known], high[known]
            bands.append(chart.band(name, x, edges, palette.mode(mode), INTERVAL_OPACITY))
        return [band for band in bands if len(band["x"])]

    def _interval(self, shares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pairs = zip(shares.tolist(), self.counts.tolist(), strict=True)
        low, high = np.array([results.proportion_interval(*pair) for pair in pairs]).T
        return low, high

    def _since(self, flags: np.ndarray) -> int:
        """Return the first step, from 1, from which `flags` (T,) are always true; 0 if none.

        Steps that fewer than half as many samples have as the step of most samples don't count.
        """
        known = np.flatnonzero(self.counts >= self.counts.max() / 2)
        wrong = np.flatnonzero(~flags[known])
        first = int(wrong[-1]) + 1 if len(wrong) else 0
        return int(known[first]) + 1 if first < len(known) else 0

    def takeaway(self) -> str:
        """Return from which step on sequence mode beats the baseline, and reaches 90%."""
        dataset, baseline = self.run.dataset, self.run.dataset.baseline_phrase
        if why := sentences.no_verdict(dataset, self.run.snapshot.epoch):
            return why
        sequence, last = self.outcomes.get("sequence", []), self.outcomes.get("last", [])
        since = self._since(np.array(sequence) == "clear") if sequence else 0
        ends = [*last, *sequence[-1:]]
        if since:
            high = self._since(self._interval(self.errors["sequence"].median)[0] >= HIGH)
            if last == ["clear"]:
                rest = f", 90% from step {high}" if high else ""
                return f"Both modes beat {baseline}: sequence mode from step {since}{rest}."
            text = f"Sequence mode beats {baseline} from step {since}"
            if last:
                return f"{text}; last-step mode {'may not' if 'unclear' in last else 'never does'}."
            return f"{text}, and reaches 90% at step {high}." if high else f"{text} on."
        if last == ["clear"]:
            rest = "may not" if "unclear" in sequence[-1:] else "doesn't"
            rest = f"; sequence mode {rest} at the last step" if sequence else ""
            return f"Last-step mode beats {baseline}{rest}."
        if "unclear" in ends:
            return too_few(max(float(v.median[-1]) for v in self.errors.values()), self.samples)
        who = "Neither mode beats" if len(self.errors) > 1 else "The model doesn't beat"
        return f"{who} {baseline} at the last step."

    def sentence(self) -> str:
        """Return accuracies at the first and the last step, with the interval at the last."""
        part = "validation" if self.run.dataset.has_validation else "training"
        values = {MODES[mode].model: each.median for mode, each in self.errors.items()}
        values[self.run.dataset.baseline_label] = self.baseline
        if self.best is not None:
            values["best possible"] = self.best
        parts = []
        for who, shares in values.items():
            first, last = apart(*shares[[0, -1]])
            early = who != MODES["last"].model or self.earlier
            parts.append(f"{who} {f'{first} and {last}' if early else f'{last} at the last'}")
        text = (
            f"Accuracy on {part} samples at steps 1 and {len(self.baseline)}: {'; '.join(parts)}."
        )
        for mode, each in self.errors.items():
            low, high = (edges[-1] for edges in self._interval(each.median))
            text += f" {capital(MODES[mode].model)} at the last step: 95% interval "
            text += f"{' to '.join(apart(low, high))}."
        return (
            f"{text} Intervals (Wilson) count {self.samples:,.0f} independent samples, not seeds."
        )


def _step_accuracy(labels: results.LabelScores, mode: str) -> np.ndarray:
    """Return a model's accuracy by timestep (T,). Last-step mode's last one is of its output."""
    if mode == "sequence":
        return labels.step_accuracy
    return np.append(labels.step_accuracy[:-1], labels.accuracy)


class LastStepAccuracy(LastStepErrors):
    """The card of accuracies at the last step, which compare both modes."""

    title = "Accuracy at the last step"

    def __init__(self, run: RunAt) -> None:
        dataset, snapshot, self.run = run.dataset, run.snapshot, run
        accuracies = {mode: snapshot.by_seed(mode, "final_accuracy") for mode in snapshot.results}
        self.curves = curves_of(snapshot, "checked_epochs", "last_step_accuracy")
        self.medians = {mode: float(np.median(each)) for mode, each in accuracies.items()}
        self.baseline = results.baseline_accuracy(dataset)[1]
        self.samples = float(results.samples_by_step(dataset, snapshot).max())
        self.levels: list[Level] = [(dataset.baseline_label, {"both": self.baseline}, "baseline")]
        if dataset.best_accuracy is not None:
            best = {"both": float(dataset.best_accuracy[-1])}
            self.levels.append(("best possible", best, "best"))
        self.verdict = None
        if len(accuracies) > 1 and np.isfinite([*accuracies.values()]).all():
            pair = (accuracies[mode] for mode in BOTH_MODES)
            self.verdict = results.compare_accuracies(*pair)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw accuracies by epoch, with the baseline and the best possible accuracy."""
        levels = [value["both"] for _, value, _ in self.levels]
        shares = np.concatenate([levels, *(curve.values for curve in self.curves.values())])
        look: Part = {"y": axes.share_axis("accuracy", shares), "height": 260}
        look |= {"name": f"compare {self.run.dataset.name}"}
        return epochs_figure(self.run, self.curves, {}, self.levels, palette, **look)

    def takeaway(self) -> str:
        """Return which mode's accuracy is higher if one beats the baseline, else both."""
        dataset, medians, baseline = self.run.dataset, self.medians, self.baseline
        if why := sentences.no_verdict(dataset, self.run.snapshot.epoch):
            return why
        if not medians or not all(map(math.isfinite, medians.values())):
            return "No accuracies to compare: they are NaN."
        least, most = min(medians.values()), max(medians.values())
        modes_compete = len(medians) > 1 and most > baseline
        other = least if modes_compete else baseline
        are_nearly_equal = modes_compete and most - least <= SAME
        if not (results.accuracies_differ(most, other, self.samples) or are_nearly_equal):
            what = "modes are too close" if modes_compete else "too close to tell"
            return too_few(most, self.samples, what)
        higher, lower = apart(most, other)
        median = "median " if self.run.snapshot.others else ""
        if self.verdict and modes_compete:
            return self._winner(higher, lower, is_same=are_nearly_equal)
        if len(medians) > 1:
            who = f"Neither mode beats {dataset.baseline_phrase} at the last step"
            return f"{who}: {median}accuracy {higher} against {lower}."
        alone = capital(f"{median}accuracy at the last step: {higher}")
        return f"{alone}. {capital(dataset.baseline_phrase)}: {lower}."

    def _winner(self, higher: str, lower: str, *, is_same: bool) -> str:
        """Return which mode is more accurate, with the evidence from the seeds."""
        verdict = self.verdict
        better = MODES[BOTH_MODES[verdict.better]].name
        if verdict.seeds == 1:
            result = f"{better} is more accurate, {higher} against {lower}"
            if is_same:
                result = f"both accuracies are nearly equal, {higher} and {lower}"
            return f"One seed decides nothing. Here, {result}."
        if is_same:
            equal = "are nearly equal" if higher != lower else "are equal"
            return f"The median accuracies of {verdict.seeds} seeds {equal}: {higher} and {lower}."
        if not verdict.is_clear:
            return f"No clear winner: {verdict.seeds} seeds can't tell the two modes apart."
        seeds = f"{verdict.wins} of {verdict.seeds} seeds"
        return f"{capital(better)} is better in {seeds}: median accuracy {higher} against {lower}."

    def sentence(self) -> str:
        """Return the accuracies of models and baseline, the best possible one, and the test."""
        dataset, snapshot = self.run.dataset, self.run.snapshot
        numbers = apart(*self.medians.values())
        texts = [f"{MODES[m].model} {text}" for m, text in zip(self.medians, numbers, strict=True)]
        texts += [f"{label} {readable(value['both'])}" for label, value, _ in self.levels]
        kind = "Median accuracy" if snapshot.others else "Accuracy"
        which = "validation" if dataset.has_validation else "training"
        parts = [f"{kind} at the last step on the {which} samples: {', '.join(texts)}."]
        if snapshot.others:
            ranges = [
                f"{MODES[m].model} {sentences.seeds_range(snapshot, m, 'final_accuracy')}"
                for m in self.medians
            ]
            parts.append(f"Range over {len(snapshot.seeds)} seeds: {', '.join(ranges)}.")
            if (found := self.verdict) and snapshot.epoch:
                p_value = f"p = {found.p_value:.2f}" if found.p_value >= 0.01 else "p < 0.01"
                better = MODES[BOTH_MODES[found.better]].name
                wins = f"{found.wins} of {found.seeds} seeds ({p_value}, paired t-test)"
                parts.append(f"{capital(better)} is more accurate in {wins}.")
        return " ".join(parts)


def runs_figure(runs: Mapping[str, RunAt], palette: Palette) -> chart.Chart:
    """Draw last-step mode's median accuracy by epoch for up to three runs, with their names."""
    first = next(iter(runs.values()))
    label, baseline = first.dataset.baseline_label, results.baseline_accuracy(first.dataset)[1]
    x = axes.epoch_axis(first.snapshot.epochs)
    lines = [chart.level(label, [baseline, baseline], "baseline", palette, x=x["range"])]
    ends = [chart.End(label, baseline, "baseline")]
    for (name, run), dash in zip(runs.items(), DASHES, strict=False):
        epochs, values, *_ = LastStepAccuracy(run).curves["last"]
        style = {"color": palette.last, "width": 2.5, "dash": dash}
        lines.append(chart.line(name, values, style, chart.hover(), x=epochs))
        ends.append(chart.End(name, float(values[-1]), "last"))
    look: Part = {"name": "accuracies of runs", "height": 340, "ends": ends}
    return chart.plotted(lines, palette, x, axes.share_axis("accuracy"), [], **look)


Card = SamplePredictions | Losses | StepErrors | LastStepErrors | ClassProbabilities
LABEL_CARDS: dict[str, type[Card]] = {
    "predictions": ClassProbabilities,
    "loss": Losses,
    "step_error": StepAccuracy,
    "compare": LastStepAccuracy,
}
"""The cards of Explore for labels, with the keys of EXPLORE_CARDS."""


def cards_of(dataset: Dataset) -> dict[str, type[Card]]:
    """Return the cards of Explore by name, in their order on the page."""
    return LABEL_CARDS if dataset.has_labels else {**EXPLORE_CARDS}


def too_few(share: float, samples: float, what: str = "too close to tell") -> str:
    """Return that accuracies are too close for this number of independent samples."""
    points = readable(100 * results.decisive_difference(share, samples), 2)
    count = f"{samples:,.0f} independent samples"
    return f"{capital(what)}: with {count}, differences below {points} points may be chance."
