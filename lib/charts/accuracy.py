"""The cards of Explore for labels. Accuracies by timestep have 95% intervals of a proportion."""

import numpy as np

from lib import results
from lib.charts import axes, chart, sentences
from lib.charts.chart import Part
from lib.charts.class_bands import ClassProbabilities
from lib.charts.over_epochs import EXPLORE_CARDS, LastStepErrors, Levels, Losses
from lib.charts.over_time import ModeValues, SamplePredictions, StepErrors
from lib.charts.palette import Palette
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import RunAt
from lib.text import apart, capital

HIGH = 90  # percent: from here on, a model knows the class
INTERVAL_OPACITY = 0.2


class StepAccuracy(StepErrors):
    """The card of accuracies on the evaluated samples, by timestep, in percent."""

    title = "Accuracy at each timestep"

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Compute a run's accuracies; `earlier` adds last-step mode before the last step."""
        dataset, self.run, self.earlier = run.dataset, run, earlier
        steps, at_end = results.baseline_accuracy(dataset)
        self.baseline = 100 * steps  # (T,)
        best = dataset.best_accuracy
        self.best, self.best_label = None if best is None else 100 * best, "best possible"
        counts = results.samples_by_step(dataset, run.snapshot)  # (T,)
        self.samples = float(counts.max())
        # Steps that at least half of the samples have. The takeaway is about these steps.
        self.common = np.flatnonzero(counts >= self.samples / 2)
        self.errors, self.intervals, self.outcomes = {}, {}, {}
        for mode in run.snapshot.results:
            seeds = results.step_accuracy(run.snapshot, mode)
            shares, other, samples = np.median(seeds, axis=0), steps, counts
            if mode == "last":  # one output for each sample, of any length
                other, samples = np.append(steps[:-1], at_end), np.append(counts[:-1], self.samples)
            pairs = zip(shares.tolist(), samples.tolist(), strict=True)
            intervals = [results.proportion_interval(*pair) for pair in pairs]
            self.errors[mode] = ModeValues(100 * shares, 100 * seeds)
            self.intervals[mode] = 100 * np.transpose(intervals)  # (2, T)
            outcomes = results.accuracy_outcomes(shares, other, samples)
            self.outcomes[mode] = (
                outcomes[-1:] if mode == "last" else outcomes[self.common]
            ).tolist()

    @property
    def hover(self) -> str:
        """The template of hover texts."""
        return chart.hover("%")

    def axis(self, values: np.ndarray) -> Part:
        """Return the y axis for these accuracies."""
        return axes.share_axis(axes.ACCURACY, values)

    def moving(self, palette: Palette) -> list[Part]:
        """Return the modes' 95% intervals, areas or for a single step a bar, below their lines."""
        bands = []
        for mode, edges in self.intervals.items():
            known = np.flatnonzero(np.isfinite(edges[0]))
            if mode == "last" and not self.earlier:
                known = known[-1:]
            name, color = f"{MODES[mode].name}, 95% interval", palette.mode(mode)
            low, high = edges[:, known]
            bands.append(chart.band(name, known + 1, (low, high), color, INTERVAL_OPACITY))
        return [*bands, *super().moving(palette)]

    def since(self, flags: list[bool]) -> int:
        """Return the first step, from 1, from which `flags` of common steps are true; 0 if none."""
        first = len(flags) - flags[::-1].index(False) if False in flags else 0
        return int(self.common[first]) + 1 if first < len(flags) else 0

    def where(self) -> str:
        """Return from which step on sequence mode beats the baseline, or at how many steps."""
        since = self.since([each == "clear" for each in self.outcomes["sequence"]])
        return f"from step {since}" if since else super().where()

    def too_few(self) -> str:
        """Return that accuracies are too close to tell, as a sentence."""
        best = max(each.median[-1] for each in self.errors.values()) / 100
        return sentences.too_few(self.samples, accuracy=best)

    def sentence(self) -> str:
        """Return accuracies, intervals at the last step, and from which step on 90% are right."""
        text = self.at_steps("Accuracy", "%")
        for mode, edges in self.intervals.items():
            ends = " to ".join(apart(*edges[:, -1], unit="%"))
            text += f" {capital(MODES[mode].model)} at the last step: {ends} (95% interval)."
            high = self.since((edges[0, self.common] >= HIGH).tolist())
            if mode == "sequence" and high:
                end = self.common[-1] + 1
                until = f" to step {end}" if end < len(self.baseline) else ""
                text += f" The interval is above {HIGH}% from step {high}{until}."
        count = f"{self.samples:,.0f} independent samples, not seeds"
        return f"{text} Intervals (Wilson) count {count}."


class LastStepAccuracy(LastStepErrors):
    """The card of accuracies at the last step, in percent, which compare both modes."""

    title = "Accuracy at the last step"
    measure, curve, unit, scale = results.ACCURACY, "last_step_accuracy", "%", 100

    def bounds(self) -> Levels:
        """Return the accuracies of the baseline and, if known, of the best possible model."""
        dataset, best = self.run.dataset, self.run.dataset.best_accuracy
        known = [] if best is None else [("best possible", {"both": 100 * float(best[-1])}, "best")]
        baseline = 100 * results.baseline_accuracy(dataset)[1]
        return [(dataset.baseline_label, {"both": baseline}, "baseline"), *known]


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
