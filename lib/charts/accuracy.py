"""The cards of Explore for labels. Accuracies by timestep have 95% intervals of a proportion."""

import numpy as np

from lib import results
from lib.charts import axes, chart
from lib.charts.chart import Part
from lib.charts.class_bands import ClassProbabilities
from lib.charts.over_epochs import EXPLORE_CARDS, LastStepValues, Losses
from lib.charts.over_time import ModeValues, SamplePredictions, StepValues
from lib.charts.palette import Palette
from lib.charts.pooling import POOL_CARDS, AttentionWeights
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import ACCURACY, RunAt
from lib.text import apart, capital


class StepAccuracy(StepValues):
    """The card of accuracies on the evaluated samples, by timestep, in percent.

    If sequences end at different steps, accuracies at their ends are apart, right of step T.
    """

    title = "Accuracy at each timestep"

    def __init__(self, run: RunAt, earlier: bool = False) -> None:
        """Compute a run's accuracies; `earlier` adds last-step mode before the last step."""
        dataset, self.run, self.earlier, self.unit = run.dataset, run, earlier, "%"
        counts = results.samples_by_step(dataset, run.snapshot)  # (T,)
        self.samples = float(counts.max())
        self.drawn = np.flatnonzero(counts)
        is_apart = dataset.mask is not None and not dataset.mask[:, -1].all()
        self.gap = max(3, len(counts) // 8) if is_apart else 0  # from step T to the ends
        self.baseline = 100 * self._placed(*results.baseline_accuracy(dataset))
        best = dataset.best_accuracy
        self.best = None if best is None else 100 * self._placed(best, best[-1])
        self.best_label = "best possible"
        counts = self._placed(counts, self.samples)
        self.values, self.intervals, self.outcomes = {}, {}, {}
        for mode in run.snapshot.results:
            scores = [seed[mode].labels for seed in run.snapshot.seeds]
            steps = np.array([each.step_accuracy for each in scores if each])
            seeds = self._placed(steps, run.snapshot.by_seed(mode, "final_accuracy"))
            shares = np.median(seeds, axis=0)
            self.values[mode] = ModeValues(100 * shares, 100 * seeds)
            interval = results.proportion_interval(shares, counts)
            self.intervals[mode] = 100 * np.array(interval)  # (2, …)
            beats = ACCURACY.outcomes(shares, self.baseline / 100, counts)
            self.outcomes[mode] = beats[self.drawn if MODES[mode].every_step else [-1]].tolist()
        self.accuracy = max(each.median[-1] for each in self.values.values()) / 100

    def _placed(self, steps: np.ndarray, end: float | np.ndarray) -> np.ndarray:
        """Return values (…, T) at the drawn steps, NaN at others, and the values at the end."""
        values = np.full((*steps.shape[:-1], steps.shape[-1] + self.gap), np.nan)
        values[..., self.drawn] = steps[..., self.drawn]
        values[..., -2 if self.gap else -1 :] = np.asarray(end)[..., None]  # a short line
        return values

    def axis(self, values: np.ndarray) -> Part:
        """Return the y axis for these accuracies."""
        return axes.share_axis(axes.ACCURACY, values)

    def steps_axis(self) -> Part:
        """Return the axis of timesteps, with the ends right of step T."""
        axis, place = super().steps_axis(), len(self.baseline)
        if self.gap:
            axis["tickvals"][-1], axis["ticktext"][-1] = place - 0.5, "end"
            axis["range"][1] = place + 0.5
        return axis

    def moving(self, palette: Palette) -> list[Part]:
        """Return the modes' 95% intervals, areas or for a single step a bar, below their lines."""
        bands = []
        for mode, edges in self.intervals.items():
            name, color = f"{MODES[mode].name}, 95% interval", palette.mode(mode)
            known = np.flatnonzero(np.isfinite(edges[0]))
            areas = np.split(known, [len(self.drawn)]) if self.gap else [known]
            if not (MODES[mode].every_step or self.earlier):
                areas = [known[-1:]]
            for area in areas:
                low, high = edges[:, area]
                bands.append(chart.band(name, area + 1, (low, high), color, 0.2))
        return [*bands, *super().moving(palette)]

    def sentence(self) -> str:
        """Return accuracies, and their intervals at the last step."""
        first = int(self.drawn[0])
        text = self.at_steps(f"Accuracy at step {first + 1} and at the end", "%", first)
        for mode, edges in self.intervals.items():
            ends = " to ".join(apart(*edges[:, -1], unit="%"))
            text += f" {capital(MODES[mode].model)} at the last step: {ends} (95% interval)."
        text += f" Intervals (Wilson) count {self.samples:,.0f} independent samples, not seeds. A"
        text += " mode beats the baseline where the 95% interval of their difference (Newcombe) is"
        text += " above 0."
        return f"{text} “End” is each sample's last real step." if self.gap else text


class LastStepAccuracy(LastStepValues):
    """The card of accuracies at the last step, in percent, which compare both modes."""

    title = "Accuracy at the last step"
    measure = ACCURACY


Card = (
    SamplePredictions | Losses | StepValues | LastStepValues | ClassProbabilities | AttentionWeights
)
LABEL_CARDS: dict[str, type[Card]] = {
    **EXPLORE_CARDS,
    "predictions": ClassProbabilities,
    "step_error": StepAccuracy,
    "compare": LastStepAccuracy,
}
"""The cards of Explore for labels, with the keys of EXPLORE_CARDS."""


def cards_of(dataset: Dataset, pooling: str = "none") -> dict[str, type[Card]]:
    """Return the cards of Explore by name, in their order on the page; with a pooling, "pool"."""
    cards = LABEL_CARDS if dataset.has_labels else EXPLORE_CARDS
    return {**cards, **({"pool": POOL_CARDS[pooling]} if pooling in POOL_CARDS else {})}
