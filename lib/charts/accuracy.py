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
    Losses,
    epochs_figure,
)
from lib.charts.over_time import ModeValues, SamplePredictions, StepErrors
from lib.charts.palette import Palette
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import RunAt, Snapshot
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

    def moving(self, palette: Palette) -> list[Part]:
        """Return the modes' 95% intervals, areas or for a single step a bar, below their lines."""
        bands = []
        for mode in self.errors:
            low, high = self._interval(mode)
            known = np.isfinite(low)
            if mode == "last" and not self.earlier:
                known &= np.arange(len(known)) == len(known) - 1
            x, name = np.flatnonzero(known) + 1, f"{MODES[mode].name}, 95% interval"
            edges = low[known], high[known]
            bands.append(chart.band(name, x, edges, palette.mode(mode), INTERVAL_OPACITY))
        return [*bands, *super().moving(palette)]

    def _counts(self, mode: str) -> np.ndarray:
        """Return the samples by timestep (T,). Last-step mode's output is one for every sample."""
        return self.counts if mode == "sequence" else np.append(self.counts[:-1], self.samples)

    def _interval(self, mode: str) -> tuple[np.ndarray, np.ndarray]:
        shares, counts = self.errors[mode].median / 100, self._counts(mode).tolist()
        pairs = zip(shares.tolist(), counts, strict=True)
        low, high = 100 * np.array([results.proportion_interval(*pair) for pair in pairs]).T
        return low, high

    @property
    def _known(self) -> np.ndarray:
        return np.flatnonzero(self.counts >= self.counts.max() / 2)

    def _since(self, flags: np.ndarray) -> int:
        """Return the first step, from 1, from which `flags` (T,) are always true; 0 if none.

        Steps that fewer than half as many samples have as the step of most samples don't count.
        """
        known = self._known
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
        end = [sequence[self._known[-1]]] if sequence else []
        if not since and "clear" not in last:
            if "unclear" in [*last, *end]:
                return too_few(max(e.median[-1] for e in self.errors.values()) / 100, self.samples)
            who = "Neither mode beats" if sequence and last else "The model doesn't beat"
            return f"{who} {baseline} at the last step."
        if not since:
            rest = "may not" if "unclear" in end else "doesn't"
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
        text = self.at_steps("Accuracy", "%")
        for mode in self.errors:
            ends = apart(*(float(edges[-1]) for edges in self._interval(mode)), unit="%")
            text += f" {capital(MODES[mode].model)} at the last step: {' to '.join(ends)} (95% "
            text += "interval)."
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
    noun, nouns, unit, wins = "accuracy", "accuracies", "%", "is more accurate"
    field, curve, scale = "final_accuracy", "last_step_accuracy", 100
    measure = results.ACCURACY

    def bounds(self) -> list[tuple[str, float, str]]:
        """Return label, accuracy and color of the baseline and, if known, of the best possible."""
        dataset, best = self.run.dataset, self.run.dataset.best_accuracy
        known = [] if best is None else [("best possible", 100 * float(best[-1]), "best")]
        baseline = 100 * results.baseline_accuracy(dataset)[1]
        return [(dataset.baseline_label, baseline, "baseline"), *known]

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw accuracies by epoch, with the baseline and the best possible accuracy."""
        levels = [value["both"] for _, value, _ in self.levels]
        drawn = np.concatenate([levels, *(curve.values for curve in self.curves.values())])
        look: Part = {"y": axes.share_axis(AXIS, drawn), "height": 260}
        look |= {"name": f"compare {self.run.dataset.name}"}
        return epochs_figure(self.run, self.curves, {}, self.levels, palette, **look)

    def too_close(self, best: float, other: float, *, modes_compete: bool) -> str:
        """Return that two accuracies are too close to tell, as a sentence; "" if they aren't."""
        is_same = modes_compete and self.is_same(best, other)
        samples = float(results.samples_by_step(self.run.dataset, self.run.snapshot).max())
        if is_same or results.accuracies_differ(best / 100, other / 100, samples):
            return ""
        who = "modes are too close" if modes_compete else "too close to tell"
        return too_few(best / 100, samples, who)

    def is_same(self, best: float, other: float) -> bool:
        """Return whether two accuracies are nearly equal."""
        return best - other <= SAME

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
