"""The charts of accuracies, by timestep and by epoch, for targets that are labels.

Error bands are 95% intervals of a proportion, for the number of independent samples.
"""

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
from lib.results import BOTH_MODES, RunAt, Snapshot, Verdict
from lib.text import apart, capital, readable

HIGH = 90  # an accuracy that is worth a sentence, in percent
SAME = 0.5  # accuracies are nearly equal if they differ by at most this, in points
AXIS = "accuracy (%)"
INTERVAL_OPACITY = 0.2


class StepAccuracy(StepErrors):
    """The card of accuracies on the evaluated samples, by timestep."""

    title = "Accuracy at each timestep"
    longest = "Both modes beat the best baseline: sequence mode from step 88, 90% from step 88."

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Compute a run's accuracies; `earlier` adds last-step mode before the last step."""
        dataset, self.run, self.earlier = run.dataset, run, earlier
        steps, at_end = results.baseline_accuracy(dataset)  # (T,) and a number
        self.baseline, best = 100 * steps, dataset.best_accuracy
        self.best, self.best_label = None if best is None else 100 * best, "best possible"
        self.counts = results.samples_by_step(dataset, run.snapshot)  # (T,)
        self.samples = float(self.counts.max())
        self.errors = {}
        for mode in run.snapshot.results:
            seeds = step_accuracies(run.snapshot, mode)
            self.errors[mode] = ModeValues(np.median(seeds, axis=0), seeds)
        self.outcomes = {}
        for mode, each in self.errors.items():
            part = slice(-1, None) if mode == "last" else slice(None)
            other = np.append(steps[:-1], at_end) if mode == "last" else steps
            parts = each.median[part] / 100, other[part], self._counts(mode)[part]
            self.outcomes[mode] = results.accuracy_outcomes(*parts).tolist()

    @property
    def hover(self) -> str:
        """The template of hover texts."""
        return chart.hover("%")

    def axis(self, values: np.ndarray) -> Part:
        """Return the y axis for these accuracies."""
        return axes.share_axis(AXIS, values)

    def intervals(self, palette: Palette) -> list[Part]:
        """Return the 95% intervals: an area for sequence mode, a bar for last-step mode."""
        bands = []
        for mode in self.errors:
            low, high = self._interval(mode)
            known = np.isfinite(low)
            if mode == "last" and not self.earlier:
                known &= np.arange(len(known)) == len(known) - 1
            x, name = np.flatnonzero(known) + 1, f"{MODES[mode].name}, 95% interval"
            edges = low[known], high[known]
            bands.append(chart.band(name, x, edges, palette.mode(mode), INTERVAL_OPACITY))
        return [band for band in bands if len(band["x"])]

    def _counts(self, mode: str) -> np.ndarray:
        """Return the samples by timestep (T,). Last-step mode's output is one for every sample."""
        return self.counts if mode == "sequence" else np.append(self.counts[:-1], self.samples)

    def _interval(self, mode: str) -> tuple[np.ndarray, np.ndarray]:
        shares, counts = self.errors[mode].median / 100, self._counts(mode).tolist()
        pairs = zip(shares.tolist(), counts, strict=True)
        low, high = 100 * np.array([results.proportion_interval(*pair) for pair in pairs]).T
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
        baseline = self.run.dataset.baseline_phrase
        if why := sentences.no_verdict(self.run.dataset, self.run.snapshot.epoch):
            return why
        sequence, last = self.outcomes.get("sequence", []), self.outcomes.get("last", [])
        since = self._since(np.array(sequence) == "clear") if sequence else 0
        if not since and "clear" not in last:
            if "unclear" in [*last, *sequence[-1:]]:
                return too_few(max(e.median[-1] for e in self.errors.values()) / 100, self.samples)
            who = "Neither mode beats" if sequence and last else "The model doesn't beat"
            return f"{who} {baseline} at the last step."
        if not since:
            rest = "may not" if "unclear" in sequence[-1:] else "doesn't"
            rest = f"; sequence mode {rest} at the last step" if sequence else ""
            return f"Last-step mode beats {baseline}{rest}."
        high = self._since(self._interval("sequence")[0] >= HIGH)
        beats = f"Sequence mode beats {baseline} from step {since}"
        return {
            (): f"{beats}{f', and reaches 90% at step {high}' if high else ' on'}.",
            ("no",): f"{beats}; last-step mode never does.",
            ("unclear",): f"{beats}; last-step mode may not.",
            ("clear",): f"Both modes beat {baseline}: sequence mode from step {since}"
            f"{f', 90% from step {high}' if high else ''}.",
        }[tuple(last)]

    def sentence(self) -> str:
        """Return accuracies at the first and the last step, with the interval at the last."""
        part = "validation" if self.run.dataset.has_validation else "training"
        values = {MODES[mode].model: each.median for mode, each in self.errors.items()}
        values[self.run.dataset.baseline_label] = self.baseline
        if self.best is not None:
            values["best possible"] = self.best
        parts = []
        for who, shares in values.items():
            first, last = apart(*shares[[0, -1]], unit="%")
            early = who != MODES["last"].model or self.earlier
            parts.append(f"{who} {f'{first} and {last}' if early else f'{last} at the last'}")
        text = (
            f"Accuracy on {part} samples at steps 1 and {len(self.baseline)}: {'; '.join(parts)}."
        )
        for mode in self.errors:
            low, high = (edges[-1] for edges in self._interval(mode))
            text += f" {capital(MODES[mode].model)} at the last step: 95% interval "
            text += f"{' to '.join(apart(low, high, unit='%'))}."
        return (
            f"{text} Intervals (Wilson) count {self.samples:,.0f} independent samples, not seeds."
        )


def step_accuracies(snapshot: Snapshot, mode: str) -> np.ndarray:
    """Return accuracies in percent, (R, T) by seed. Last-step mode's last one is its output's."""
    scores = [seed[mode].labels for seed in snapshot.seeds]
    steps = np.array([each.step_accuracy for each in scores if each])
    if mode == "last":
        steps[:, -1] = [each.accuracy for each in scores if each]
    return 100 * steps


class LastStepAccuracy(LastStepErrors):
    """The card of accuracies at the last step, in percent, which compare both modes."""

    title = "Accuracy at the last step"
    noun, unit = "accuracy", "%"
    field, measure = "final_accuracy", results.ACCURACY

    def __init__(self, run: RunAt) -> None:
        dataset, snapshot, self.run = run.dataset, run.snapshot, run
        shares = {mode: snapshot.by_seed(mode, self.field) for mode in snapshot.results}
        self.curves = curves_of(snapshot, "checked_epochs", "last_step_accuracy", scale=100)
        self.medians = {mode: 100 * float(np.median(each)) for mode, each in shares.items()}
        self.baseline = 100 * results.baseline_accuracy(dataset)[1]
        self.samples = float(results.samples_by_step(dataset, snapshot).max())
        self.levels: list[Level] = [(dataset.baseline_label, {"both": self.baseline}, "baseline")]
        if dataset.best_accuracy is not None:
            best = {"both": 100 * float(dataset.best_accuracy[-1])}
            self.levels.append(("best possible", best, "best"))
        self.verdict = None
        if len(shares) > 1 and np.isfinite([*shares.values()]).all():
            self.verdict = self.measure.compare(shares["sequence"], shares["last"])

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw accuracies by epoch, with the baseline and the best possible accuracy."""
        levels = [value["both"] for _, value, _ in self.levels]
        drawn = np.concatenate([levels, *(curve.values for curve in self.curves.values())])
        look: Part = {"y": axes.share_axis(AXIS, drawn), "height": 260}
        look |= {"name": f"compare {self.run.dataset.name}"}
        return epochs_figure(self.run, self.curves, {}, self.levels, palette, **look)

    def too_close(self, best: float, other: float, *, modes_compete: bool) -> str:
        """Return that two accuracies are too close to tell, as a sentence; "" if they aren't."""
        is_same = modes_compete and best - other <= SAME
        if is_same or self.measure.decided(best / 100, other / 100, self.samples):
            return ""
        who = "modes are too close" if modes_compete else "too close to tell"
        return too_few(best / 100, self.samples, who)

    def winner(self, verdict: Verdict, best: float, other: float) -> str:
        """Return which mode is more accurate, with the evidence from the seeds."""
        better, is_same = MODES[BOTH_MODES[verdict.better]].name, best - other <= SAME
        higher, lower = apart(best, other, unit="%")
        equal = f"equal: {higher}" if higher == lower else f"nearly equal: {higher} and {lower}"
        if verdict.seeds == 1:
            result = f"{better} is more accurate, {higher} against {lower}"
            if is_same:
                result = f"both accuracies are {equal}"
            return f"One seed decides nothing. Here, {result}."
        if is_same:
            return f"The median accuracies of {verdict.seeds} seeds are {equal}."
        if not verdict.is_clear:
            return f"No clear winner: {verdict.seeds} seeds can't tell the two modes apart."
        wins = f"{verdict.wins} of {verdict.seeds} seeds"
        return f"{capital(better)} is better in {wins}: median accuracy {higher} against {lower}."

    def where(self) -> str:
        """Return the measure and the step, for a sentence."""
        return "accuracy at the last step"


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
