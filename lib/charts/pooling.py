"""Which timesteps a pooled model reads: attention's weights, or where the maxima are."""

import numpy as np

from lib.charts import axes, chart
from lib.charts.chart import Entry, Part
from lib.charts.over_time import input_squares
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED
from lib.results import RunAt, step_shares
from lib.text import capital, counted, readable

HEIGHT = 300
HIDDEN = "The weights of this large model are shown once the run pauses or ends."
LOST = "Some outputs are NaN or infinite."


class AttentionWeights:
    """The card of attention's weights by timestep: of one sample, and of all evaluated samples."""

    title = "Where attention looks"
    picks: tuple[str, ...] = ("sample",)
    share, largest = "weight", "the largest weight"
    about = "A step's weight is the softmax, over all steps, of its output times the last output."

    def __init__(self, run: RunAt, sample: int) -> None:
        """Select a shown sample, 0 to S-1, and compute the first seed's shares of the steps."""
        self.run, self.index = run, int(run.snapshot.samples[sample])
        self.shares = step_shares(run, sample)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw the sample's shares as bars, the mean as a line with its spread, and the inputs."""
        dataset, shares = self.run.dataset, self.shares
        squares, inputs = input_squares(dataset, self.index, palette, 0.16)
        x = axes.timestep_axis(dataset.steps_of(self.index))
        x |= {"title": "timestep (gray cells: each step's inputs)", "anchor": "y2"}
        data, values, key = [squares], np.zeros(1), [[Entry("", HIDDEN, "muted")]]
        if shares:
            parts = shares.sample, shares.mean, shares.low, shares.high
            own, mean, low, high = values = 100 * np.array([*map(chart.finite, parts)])
            steps, name = np.arange(1, len(mean) + 1), dataset.sample_name(self.index, short=True)
            look: Part = {"color": palette.pooled, "opacity": 0.55}
            bars = chart.points(name, steps, own, look, chart.hover("%")) | {
                "type": "bar",
                "textposition": "none",
            }
            area = chart.band("10% to 90% of samples", steps, (low, high), palette.muted, 0.25)
            style = {"color": palette.pooled_text, "width": 2.5}
            line = chart.line("mean", mean, style, chart.hover("%"), dots=chart.dot_size(len(mean)))
            data += [bars, area, line]
            mean_of = f"mean of {counted(shares.count, 'sample')} and 10% to 90% of them"
            key = [[Entry("square", name, "pooled")], [Entry("dots", mean_of, "pooled_text")]]
        y = axes.linear_axis(f"{self.share} (%)", values, np.zeros(1), zero=True)
        about: Part = {"name": f"pool {dataset.name}", "height": HEIGHT, "yaxis2": inputs}
        return chart.plotted(data, palette, x, y | {"domain": [0.24, 1.0]}, key, **about)

    def takeaway(self) -> str:
        """Return the step with the largest share in the mean over the samples."""
        if not self.run.snapshot.epoch:
            return UNTRAINED
        if self.shares is None:
            return HIDDEN
        mean = self.shares.mean
        if not np.isfinite(mean).all():
            return LOST
        step, most = f"step {mean.argmax() + 1} of {len(mean)}", readable(100 * mean.max(), 2, "%")
        equal = "" if self.run.dataset.mask is not None else readable(100 / len(mean), 2, "%")
        equal = equal and f" Equal {self.share}s: {equal}."
        return f"On average, {step} has {self.largest}: {most}.{equal}"

    def sentence(self) -> str:
        """Return what the shares are, and the shares of the sample and of all samples."""
        seed, shares = self.run.experiment.seed, self.shares
        if shares is None:
            return self.about
        name = capital(self.run.dataset.sample_name(self.index))
        parts = [f"{self.about} The model is that of seed {seed}, the first seed."]
        everyone = f"Mean of {counted(shares.count, 'sample')}"
        for who, each in {name: shares.sample, everyone: shares.mean}.items():
            most = int(np.nan_to_num(each).argmax())
            steps = sorted({0, most, len(each) - 1})
            texts = [f"step {k + 1} {readable(100 * each[k], 2, '%')}" for k in steps]
            parts.append(f"{who}: {', '.join(texts)}, the largest at step {most + 1}.")
        return " ".join(parts)


class MaximumSteps(AttentionWeights):
    """The card of the shares of units whose largest output is at a timestep."""

    title = "Where the units' maxima are"
    share, largest = "share", "the most units' maxima"
    about = "The share of units whose largest output is at a step, or first at it."


POOL_CARDS = {"attention": AttentionWeights, "max": MaximumSteps}
"""The card of a pooled model by pooling. The mean reads all steps equally, and has none."""
