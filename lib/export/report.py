"""A run as one HTML page that needs nothing else: for who wasn't there, and for paper.

Always light. Its charts move as in the app, by Plotly's own script, which is most of the file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from string import Template

import plotly.graph_objects as go
import plotly.io
from plotly.offline import get_plotlyjs

from lib.dataset import Dataset
from lib.datasets import idle
from lib.english import capital, readable
from lib.experiment import MODES, SETTINGS, Experiment
from lib.export.script import keras_script
from lib.figures import strip
from lib.figures.by_epoch import compare_figure, loss_figure
from lib.figures.by_timestep import predictions_figure, step_error_figure
from lib.figures.chart import CONFIG
from lib.figures.palette import PALETTES
from lib.kept.file import versions
from lib.narrate import explore, takeaways
from lib.narrate.explore import name_of, value_of
from lib.recurrence import forward
from lib.run import SeedWeights, Snapshot
from lib.seeds import middle

_PAGE = Path(__file__).with_suffix(".html")
_LIGHT = PALETTES["light"]


@dataclass(frozen=True, slots=True, eq=False)
class Reported:
    """A run, and what of it is on the screen."""

    experiment: Experiment
    dataset: Dataset
    snapshot: Snapshot
    sample: int = 0
    """Which of the shown samples, 0 to S-1."""
    target: int = 0
    earlier: bool = False
    """Whether last-step mode's answers before the last step are shown."""
    past: tuple[tuple[int, SeedWeights], ...] = ()
    """Weights after earlier epochs, increasing."""


def figures(of: Reported) -> list[tuple[str, go.Figure, str, str]]:
    """Each picture's title, the picture, its takeaway, and the sentences that say the same."""
    run, picked = (of.experiment, of.dataset, of.snapshot), (of.sample, of.target)
    answers = predictions_figure(*run, *picked, palette=_LIGHT, earlier=of.earlier)
    answer = takeaways.predictions_takeaway(*run[1:], *picked)
    said = explore.predictions_sentence(*run, *picked, earlier=of.earlier)
    early, step = explore.step_error_sentence, step_error_figure(*run, _LIGHT, earlier=of.earlier)
    known, best = takeaways.step_error_takeaway(*run[1:]), takeaways.compare_takeaway(*run[1:])
    compared = explore.compare_sentence(*run)
    return [
        ("The answers", answers, answer, said),
        (
            "Loss",
            loss_figure(*run, _LIGHT),
            takeaways.loss_takeaway(*run),
            explore.loss_sentence(*run),
        ),
        ("How early could each model know?", step, known, early(*run, earlier=of.earlier)),
        ("Error at the last step", compare_figure(*run, _LIGHT), best, compared),
        # The replay of the training has its line here.
    ]


def report(of: Reported, link: str, made: datetime) -> bytes:
    """The page, UTF-8, of this time; `link` opens the run's settings in the app.

    Names of columns and files are text in it, and never markup or script.
    """
    run = experiment, dataset, snapshot = of.experiment, of.dataset, of.snapshot
    index, shown, plots = int(snapshot.samples[of.sample]), "", []
    for k, (title, figure, *words) in enumerate(figures(of)):
        head, takeaway, sentence = map(escape, (title, *words))
        shown += f"<figure><h2>{head}</h2><div class=plot id=plot{k}></div><figcaption>"
        shown += f"<strong>{takeaway}</strong> {sentence}</figcaption></figure>"
        plots.append(json.loads(plotly.io.to_json(figure.to_dict(), validate=False)))
    x, sentence = dataset.x[index : index + 1], explore.strip_sentence(*run[:2])
    traces = {mode: forward(experiment, own, x) for mode, own in snapshot.weights[0].items()}
    shapes = strip.shape_strip(*run[:2], sentence, _LIGHT, traces=traces, sample=index)
    used = [setting for key, setting in SETTINGS.items() if key not in idle(experiment)]
    texts = {
        "title": explore.setup_sentence(experiment, dataset),
        "data": dataset.title,
        "progress": explore.progress_sentence(snapshot),
        "about": " ".join((dataset.about, *dataset.notes, dataset.source)),
        "lead": takeaways.compare_takeaway(dataset, snapshot),
        "words": sentence,
        "made": f"{made:%d %B %Y, %H:%M %Z}",
        "versions": ", ".join(" ".join(each) for each in versions().items()),
        "code": keras_script(experiment, dataset),
        "link": link if link.startswith("http") else "",
    }
    parts = {
        "strip_css": strip.CSS,
        "strip": shapes,
        "figures": shown,
        "numbers": _table(_numbers(dataset, snapshot)),
        "settings": _table([(name_of(each), value_of(each, experiment)) for each in used]),
        "plotly": get_plotlyjs(),
        # No text in it can end the script that it stands in.
        "plots": json.dumps({"plots": plots, "config": CONFIG}).replace("<", "\\u003c"),
    }
    escaped = {name: escape(text) for name, text in texts.items()}
    return Template(_PAGE.read_text("utf-8")).substitute(escaped | parts).encode()


def _numbers(dataset: Dataset, snapshot: Snapshot) -> list[tuple[str, ...]]:
    """What each mode came to; the first row has their names."""
    modes, each = zip(*middle(snapshot).results.items(), strict=True)
    guess = [readable(dataset.naive_mse[-1])] * len(modes)
    losses = [r.final_validation_loss for r in each if len(r.validation_loss)]
    rows = [
        ("", *(MODES[mode].label for mode in modes)),
        ("Error at the last step (MSE)", *(readable(r.final_mse) for r in each)),
        ("Its range over seeds", *(explore.seeds_range(snapshot, mode) for mode in modes)),
        ("In the target's unit", *(explore.typical_error(dataset, r) for r in each)),
        (capital(dataset.naive_label), *guess),
        ("Training loss, its own", *(readable(r.final_loss) for r in each)),
        ("Validation loss, its own", *map(readable, losses)),
        ("Weights of epoch", *(f"{r.kept_epoch or snapshot.epoch:,}" for r in each)),
    ]
    return [row for row in rows if any(row[1:])]


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    cells = (f"<td>{'<td>'.join(map(escape, values))}" for _, *values in rows)
    heads = (f"<tr><th scope=row>{escape(name)}" for name, *_ in rows)
    return f"<table>{''.join(map(''.join, zip(heads, cells, strict=True)))}</table>"
