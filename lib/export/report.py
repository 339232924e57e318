"""A run as one HTML page that needs nothing else: for who wasn't there, and for paper.

Always light. Its charts move as in the app, by Plotly's own script, which is most of the file. How
the page is made of the run stands in report.html.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io
from jinja2 import Environment, StrictUndefined
from plotly.offline import get_plotlyjs

from lib.charts import (
    PALETTES,
    compare_figure,
    explore,
    html,
    loss_figure,
    predictions_figure,
    replay_figure,
    replay_told,
    step_error_figure,
    strip,
    takeaways,
)
from lib.data import idle
from lib.experiment import MODES, SETTINGS
from lib.export.script import keras_script
from lib.recurrence import forward
from lib.results import FEWEST, RunAt, SeedWeights, frames_of
from lib.text import english

_PAGE = Path(__file__).with_suffix(".html")
_LIGHT = PALETTES["light"]


@dataclass(frozen=True, slots=True, eq=False)
class Reported(RunAt):
    """A run, and what of it is on the screen."""

    sample: int = 0
    """Which of the shown samples, 0 to S-1."""
    target: int = 0
    earlier: bool = False
    """Whether last-step mode's answers before the last step are shown."""
    past: tuple[tuple[int, SeedWeights], ...] = ()
    """Weights after earlier epochs, increasing."""
    source: str = ""
    """Where it is from, unless it was trained here: "from mine.unrolled"."""


def figures(of: Reported) -> list[tuple[str, go.Figure, str, str]]:
    """Each picture's title, the picture, its takeaway, and the sentences that say the same."""
    picked, earlier = (of.sample, of.target), of.earlier
    pictures = list[tuple[str, go.Figure, str, str]]()
    if of.dataset.has_rows:
        answers = predictions_figure(of, *picked, palette=_LIGHT, earlier=earlier)
        answer = takeaways.predictions_takeaway(of, *picked)
        said = explore.predictions_sentence(of, *picked, earlier=earlier)
        pictures.append(("The answers", answers, answer, said))
    steps = step_error_figure(of, _LIGHT, earlier=earlier)
    known = takeaways.step_error_takeaway(of)
    early = explore.step_error_sentence(of, earlier=earlier)
    learned, losses = takeaways.loss_takeaway(of), explore.loss_sentence(of)
    best, errors = takeaways.compare_takeaway(of), explore.compare_sentence(of)
    pictures += [
        ("Loss over epochs", loss_figure(of, _LIGHT), learned, losses),
        ("How early could each model know?", steps, known, early),
        ("The last step", compare_figure(of, _LIGHT), best, errors),
    ]
    past = {epoch: weights for epoch, weights in of.past if epoch <= of.snapshot.epoch}
    if len(past) >= FEWEST and of.dataset.has_rows:
        frames = frames_of(of, past)
        look: dict[str, Any] = {"palette": _LIGHT, "earlier": earlier, "layout": "page"}
        moving = replay_figure(of, frames, *picked, **look)
        pictures.append(("The training, epoch by epoch", moving, *replay_told(of.dataset, frames)))
    return pictures


def report(of: Reported, link: str, made: datetime, versions: Mapping[str, str]) -> bytes:
    """The page, UTF-8, of this time and these versions; `link` opens the run's settings in the app.

    Names of columns and files are text in it, and never markup or script. Of data whose rows are
    hidden it has neither samples nor code.
    """
    experiment, dataset, snapshot = of.experiment, of.dataset, of.snapshot
    index, shown = int(snapshot.samples[of.sample]), figures(of)
    x, sentence = dataset.x[index : index + 1], explore.strip_sentence(experiment, dataset)
    known = snapshot.weights[0] if dataset.has_rows else {}
    traces = {mode: forward(experiment, own, x) for mode, own in known.items()}
    about = experiment, dataset, sentence, _LIGHT
    plots = [plotly.io.to_json(figure.to_dict(), validate=False) for _, figure, *_ in shown]
    page = Environment(autoescape=True, undefined=StrictUndefined).from_string(
        _PAGE.read_text("utf-8")
    )
    return page.render(
        source=of.source,
        run=of,
        experiment=experiment,
        dataset=dataset,
        snapshot=snapshot,
        results=snapshot.middle.results,
        settings=[setting for key, setting in SETTINGS.items() if key not in idle(experiment)],
        strip=strip.shape_strip(*about, traces=traces, sample=index),
        pictures_css=html.CSS + strip.CSS,
        figures=shown,
        # No text in it can end the script that it stands in.
        plots=f"[{','.join(plots)}]".replace("<", "\\u003c"),
        plotly=get_plotlyjs(),
        script=keras_script(experiment, dataset, snapshot) if dataset.has_rows else "",
        link=link if link.startswith("http") else "",
        made=made,
        versions=versions,
        modes=MODES,
        **{"explore": explore, "takeaways": takeaways, "english": english},
    ).encode()
