"""The class probabilities of one sample: a band for each class, by timestep.

Sequence mode's bands have a blue frame. Last-step mode's only output is a column after the last
step, with a vermilion frame. With `earlier`, last-step mode's bands replace sequence mode's. A key
names the colors of classes, and a strip shows the true class.
"""

import numpy as np

from lib.charts import axes, chart, classes
from lib.charts.chart import Part
from lib.charts.over_time import HEIGHT, ModeValues, input_squares, mode_traces
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, early_names
from lib.data import class_numbers, class_probabilities
from lib.experiment import MODES
from lib.results import RunAt
from lib.text import capital


class ClassProbabilities:
    """The card of class probabilities by timestep of one sample, with its true classes."""

    title = "Predictions"
    picks: tuple[str, ...] = ("sample", "earlier")

    def __init__(self, run: RunAt, sample: int, earlier: bool = False) -> None:
        """Select a shown sample, 0 to S-1; `earlier` shows a mode with one output at every step."""
        dataset, models = run.dataset, run.snapshot.middle.results
        self.run, self.sample, self.index = run, sample, int(run.snapshot.samples[sample])
        self.steps, self.early = dataset.shape[1], early_names(run.experiment.model)
        self.earlier = earlier and bool(self.early)
        # A line doesn't break at the spaces of a name.
        self.classes = tuple(name.replace(" ", "\u00a0") for name in dataset.classes)
        self.real = dataset.real[self.index]  # (T,) bool
        self.true = class_numbers(dataset.y[self.index])  # (T,)
        self.end = int(dataset.last_step[self.index])
        # Mean probabilities over the seeds by mode (T, C), and those at the last step (C,).
        self.probabilities = {
            mode: class_probabilities(each.predictions[sample].astype(np.float64))
            for mode, each in models.items()
        }
        ends = {mode: self.end if MODES[mode].every_step else -1 for mode in models}
        self.lasts = {mode: each[ends[mode]] for mode, each in self.probabilities.items()}

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw the true classes, the bands of a mode, and the inputs below."""
        dataset, steps = self.run.dataset, self.steps
        x = axes.timestep_axis(dataset.steps_of(self.index)) | {"range": [0.4, steps + 0.6]}
        mode = next(iter(self.early if self.earlier else self.probabilities))
        y: Part = {"title": MODES[mode].name, "color": palette.words(mode), "range": [0, 1]}
        y |= {"domain": [0.2, 0.84], "tickvals": [0, 0.5, 1], "showgrid": False}
        traces, frames, notes = [self._true_classes(palette)], [], []
        if MODES[mode].every_step or self.earlier:
            traces += self._bands(np.arange(1, steps + 1), self.probabilities[mode], palette, 1.0)
            frames.append(_frame(0.5, steps + 0.5, palette.mode(mode)))
        ones = [mode for mode in self.probabilities if not MODES[mode].every_step]
        for place, one in enumerate(ones):
            width = max(1.0, 0.08 * steps)
            at = 1.12 * steps + 1 + place * 2 * max(width, 0.1 * steps)
            traces += self._bands(np.array([at]), self.probabilities[one][-1:], palette, width)
            frames.append(_frame(at - width / 2, at + width / 2, palette.mode(one)))
            high = 0.97 - 0.08 * place if ones[1:] else 0.94  # on a phone, two labels would overlap
            label = chart.note(MODES[one].kind, at, high, palette.words(one), 13)
            notes.append(label | {"xref": "x", "yanchor": "middle"})
            x["range"] = [0.4, at + max(width, 0.15 * steps)]
        look: Part = {"barmode": "stack", "bargap": 0, "height": HEIGHT, "shapes": frames}
        look |= {"name": f"classes {dataset.name}", "notes": notes}
        squares, look["yaxis2"] = input_squares(dataset, self.index, palette, 0.13)
        traces.append(squares)
        x |= {"title": "timestep (gray cells: each step's inputs)", "anchor": "y2"}
        strip: Part = {"domain": [0.88, 1.0], "range": [0, 1], "showgrid": False, "zeroline": False}
        font = {"size": chart.FONT_SIZE, "color": palette.muted}
        look["yaxis3"] = strip | {"tickvals": [0.5], "ticktext": ["true"], "tickfont": font}
        return chart.plotted(traces, palette, x, y, classes.class_key(dataset, palette), **look)

    def _true_classes(self, palette: Palette) -> Part:
        """Return the strip of true classes: a cell for each timestep, hatched if it is padded."""
        dataset, hatch = self.run.dataset, np.where(self.real, "", "/").tolist()
        colors = np.where(self.real, np.array(palette.classes)[self.true], palette.border)
        names = classes.names_of(dataset, classes.labels_of(dataset, self.index))
        bar = self._bar("true", np.arange(1, self.steps + 1), np.ones(self.steps), palette)
        pattern = {"shape": hatch, "fgcolor": palette.muted}
        bar["marker"] |= {"color": colors.tolist(), "pattern": pattern}
        return bar | {"text": [*map(chart.escaped, names)], "width": 1, "yaxis": "y3"}

    def _bands(
        self, x: np.ndarray, probabilities: np.ndarray, palette: Palette, width: float
    ) -> list[Part]:
        """Return the bands of `probabilities` (P, C) at `x`. The first class is on top."""
        bars = []
        for k in reversed(range(len(self.classes))):
            values = chart.finite(probabilities[:, k])
            bar = self._bar(self.classes[k], x, values, palette)
            bar["marker"]["color"] = palette.classes[k]
            bars.append(bar | {"text": chart.hover_texts(values), "width": width})
        return bars

    def _bar(self, name: str, x: np.ndarray, y: np.ndarray, palette: Palette) -> Part:
        line = {"color": palette.background, "width": 1 if self.steps <= 30 else 0}
        trace: Part = {"type": "bar", "name": name, "x": x, "y": y, "marker": {"line": line}}
        return trace | {"textposition": "none", "hovertemplate": "%{text}"}

    def takeaway(self) -> str:
        """Return each mode's most probable class at the last step, and the true class."""
        if not self.run.snapshot.epoch:
            return UNTRAINED
        said: list[str] = []
        for mode, probabilities in self.lasts.items():
            says = "" if said else " says"
            said.append(f"{MODES[mode].kind}{says} {self._most_probable(probabilities)}")
        return f"Last step: {', '.join(said)}; true: {self.classes[self.true[self.end]]}."

    def _most_probable(self, probabilities: np.ndarray) -> str:
        if not np.isfinite(probabilities).all():
            return "NaN"
        return f"{self.classes[int(probabilities.argmax())]} ({probabilities.max():.2f})"

    def sentence(self) -> str:
        """Return the probabilities of the true class, and how many steps are right."""
        dataset, true, real = self.run.dataset, int(self.true[self.end]), int(self.real.sum())
        when = f"at the last step ({self.end + 1}) is {self.classes[true]}"
        text = f"{capital(dataset.sample_name(self.index))}: the {dataset.target_column} {when}."
        for mode, probabilities in self.lasts.items():
            says = f"{self._most_probable(probabilities)}, true class {probabilities[true]:.2f}"
            text += f" {capital(MODES[mode].model)}: {says}."
        if "sequence" in self.probabilities:
            right = self.probabilities["sequence"].argmax(axis=1) == self.true
            text += f" The sequence model is right at {(right & self.real).sum()} of {real} steps."
        if self.earlier:
            text += f" The wide bands: {next(iter(self.early.values()))}."
        if self.run.snapshot.others:
            text += f" Probabilities are means over {len(self.run.snapshot.seeds)} seeds."
        return text


class TrueClass(ClassProbabilities):
    """The probability of one sample's true class by timestep, as lines, which a replay can move."""

    title = "Probability of the true class"

    def values(self) -> dict[str, ModeValues]:
        """Return the probabilities by mode: means over the seeds, and NaN at padded steps.

        The last one of last-step mode is that of the label at the last real step.
        """
        values, snapshot = {}, self.run.snapshot
        for mode in snapshot.results:
            predicted = snapshot.by_seed(mode, "predictions")[:, self.sample]
            probabilities = class_probabilities(predicted.astype(np.float64))
            seeds = np.where(self.real, probabilities[:, np.arange(self.steps), self.true], np.nan)
            if not MODES[mode].every_step:
                seeds[:, -1] = probabilities[:, -1, self.true[self.end]]
            values[mode] = ModeValues(seeds.mean(axis=0), seeds)
        return values

    def moving(self, palette: Palette) -> list[Part]:
        """Return the traces of the modes."""
        return mode_traces(self.run, self.values(), palette, chart.hover(), earlier=self.earlier)

    def figure(self, palette: Palette) -> chart.Chart:
        """Draw the probabilities from 0 to 1."""
        x = axes.timestep_axis(self.run.dataset.timestep_names)
        y = axes.share_axis("probability", np.zeros(1), 1)
        return chart.plotted(self.moving(palette), palette, x, y, [], name="true", height=HEIGHT)


def _frame(left: float, right: float, color: str) -> Part:
    place = {"x0": left, "x1": right, "y0": 0, "y1": 1, "yref": "y"}
    return {"type": "rect", **place, "line": {"color": color, "width": 2.5}}
