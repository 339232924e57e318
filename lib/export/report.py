"""A run as one HTML page that needs nothing else: for who wasn't there, and for paper.

Always light. Its charts move as in the app, by Plotly's own script, which is most of the file.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from math import isfinite
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
    """Which column, 0 to K-1."""
    earlier: bool = False
    """Whether last-step mode's answers before the last step are shown."""
    past: tuple[tuple[int, SeedWeights], ...] = ()
    """Weights after earlier epochs, increasing."""


Shown = tuple[str, go.Figure, str, str]
"""A picture's title, the picture, its takeaway, and the sentences that say the same."""


def figures(of: Reported) -> list[Shown]:
    """The pictures, in order. Another one is another line."""
    run, picked = (of.experiment, of.dataset, of.snapshot), (of.sample, of.target)
    answers = predictions_figure(*run, *picked, palette=_LIGHT, earlier=of.earlier)
    said = explore.predictions_sentence(*run, *picked, earlier=of.earlier)
    errors = step_error_figure(*run, _LIGHT, earlier=of.earlier)
    told = explore.step_error_sentence(*run, earlier=of.earlier)
    losses, compared = explore.loss_sentence(*run), explore.compare_sentence(*run)
    known = takeaways.predictions_takeaway(*run[1:], *picked)
    title = "One number for both" if len(of.snapshot.results) > 1 else "Error at the last step"
    return [
        ("The answers", answers, known, said),
        ("Loss over epochs", loss_figure(*run, _LIGHT), takeaways.loss_takeaway(*run), losses),
        ("How early could each model know?", errors, takeaways.step_error_takeaway(*run[1:]), told),
        (title, compare_figure(*run, _LIGHT), takeaways.compare_takeaway(*run[1:]), compared),
        # The replay of the training has its line here.
    ]


def report(of: Reported, link: str, made: datetime) -> bytes:
    """The page, UTF-8, of this time; `link` opens the run's settings in the app.

    Names of columns and files are text in it, and never markup or script.
    """
    run = experiment, dataset, snapshot = of.experiment, of.dataset, of.snapshot
    shown = figures(of)
    plots = [json.loads(plotly.io.to_json(f.to_dict(), validate=False)) for _, f, *_ in shown]
    index = int(snapshot.samples[of.sample])
    x, known = dataset.x[index : index + 1], snapshot.weights[0]
    traces = {mode: forward(experiment, weights, x) for mode, weights in known.items()}
    words = explore.strip_sentence(experiment, dataset)
    shapes = strip.shape_strip(experiment, dataset, words, _LIGHT, traces=traces, sample=index)
    cards = [
        f"<figure><h2>{escape(title)}</h2><div class=plot id=plot{k}></div><figcaption>"
        f"<strong>{escape(takeaway)}</strong> {escape(sentence)}</figcaption></figure>"
        for k, (title, _, takeaway, sentence) in enumerate(shown)
    ]
    unused = idle(experiment)
    settings = [
        (explore.name_of(setting), explore.value_of(setting, experiment))
        for key, setting in SETTINGS.items()
        if key not in unused
    ]
    fields = {
        "title": explore.setup_sentence(experiment, dataset),
        "data": dataset.title,
        "progress": explore.progress_sentence(snapshot),
        "about": " ".join((dataset.about, *dataset.notes, dataset.source)),
        "lead": takeaways.compare_takeaway(dataset, snapshot),
        "words": words,
        "made": f"{made:%d %B %Y, %H:%M} {made.tzname() or ''}".strip(),
        "versions": ", ".join(" ".join(each) for each in versions().items()),
        "code": keras_script(experiment, dataset),
        "link": link if link.startswith("http") else "",
    }
    return (
        Template(_PAGE.read_text("utf-8"))
        .substitute(
            {name: escape(text) for name, text in fields.items()},
            strip_css=strip.CSS,
            strip=shapes,
            figures="".join(cards),
            numbers=_table(_numbers(*run[1:])),
            settings=_table(settings),
            plotly=get_plotlyjs(),
            # No text in it can end the script that it stands in.
            plots=json.dumps({"plots": plots, "config": CONFIG}).replace("<", "\\u003c"),
        )
        .encode()
    )


def _numbers(dataset: Dataset, snapshot: Snapshot) -> list[tuple[str, ...]]:
    """What each mode came to; the first row has their names."""
    results = middle(snapshot).results
    each, guess = results.values(), readable(dataset.naive_mse[-1])
    losses = [result.final_validation_loss for result in each]
    rows = [
        ("", *(MODES[mode].label for mode in results)),
        ("Error at the last step (MSE)", *(readable(r.final_mse) for r in each)),
        ("Its range over seeds", *(explore.seeds_range(snapshot, mode) for mode in results)),
        ("In the target's unit", *(explore.typical_error(dataset, r) for r in each)),
        (capital(dataset.naive_label), *[guess] * len(results)),
        ("Training loss, its own", *(readable(r.final_loss) for r in each)),
        ("Validation loss, its own", *(readable(v) for v in losses if isfinite(v))),
        ("Weights of epoch", *(f"{r.kept_epoch or snapshot.epoch:,}" for r in each)),
    ]
    return [row for row in rows if any(row[1:])]


def _table(rows: Sequence[tuple[str, ...]]) -> str:
    lines = (
        f"<tr><th scope=row>{escape(name)}{''.join(f'<td>{escape(each)}' for each in values)}"
        for name, *values in rows
    )
    return f"<table>{''.join(lines)}</table>"
