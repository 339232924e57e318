"""A run as one HTML page that loads nothing: report.html, always light, with Plotly's script."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import plotly.io
from jinja2 import Environment, StrictUndefined
from plotly.offline import get_plotlyjs

from lib import text
from lib.charts import EXPLORE_CARDS, PALETTES, html, replay_figure, replay_words, strip, words
from lib.data import idle
from lib.experiment import MODES, SETTINGS
from lib.export.script import keras_script
from lib.recurrence import forward
from lib.results import FEWEST, RunAt, SeedWeights, frames_of

_PAGE = Path(__file__).with_suffix(".html")
_LIGHT = PALETTES["light"]
_TITLES = {
    "predictions": "The answers",
    "loss": "Loss over epochs",
    "step_error": "How early could each model know?",
    "compare": "The last step",
}


@dataclass(frozen=True, slots=True, eq=False)
class Reported(RunAt):
    """A run, and what of it is on the screen."""

    sample: int = 0  # one of the shown samples, 0 to S-1
    target: int = 0
    earlier: bool = False  # whether last-step mode's outputs before the last step are shown
    past: tuple[tuple[int, SeedWeights], ...] = ()  # epochs, increasing, with their weights
    source: str = ""  # "from mine.unrolled" of a run that wasn't trained here


def figures(of: Reported) -> list[tuple[str, go.Figure, str, str]]:
    """Title, figure, takeaway and sentences of each chart."""
    pictures = list[tuple[str, go.Figure, str, str]]()
    picked = {"predictions": (of.sample, of.target, of.earlier), "step_error": (of.earlier,)}
    for name, title in _TITLES.items():
        if name == "predictions" and not of.dataset.has_rows:
            continue
        card = EXPLORE_CARDS[name](of, *picked.get(name, ()))
        pictures.append((title, card.figure(_LIGHT), card.takeaway(), card.sentence()))
    past = {epoch: weights for epoch, weights in of.past if epoch <= of.snapshot.epoch}
    if len(past) >= FEWEST and of.dataset.has_rows:
        frames = frames_of(of, past)
        look: dict[str, Any] = {"palette": _LIGHT, "earlier": of.earlier, "layout": "page"}
        moving = replay_figure(of, frames, of.sample, of.target, **look)
        pictures.append(("The training, epoch by epoch", moving, *replay_words(of.dataset, frames)))
    return pictures


def report(of: Reported, link: str, made: datetime, versions: Mapping[str, str]) -> bytes:
    """Render the page, UTF-8; `link` opens the run's settings in the app. Names are escaped."""
    experiment, dataset, snapshot = of.experiment, of.dataset, of.snapshot
    index, shown = int(snapshot.samples[of.sample]), figures(of)
    x = dataset.x[index : index + 1]
    known = snapshot.weights[0] if dataset.has_rows else {}
    traces = {mode: forward(experiment, own, x) for mode, own in known.items()}
    plots = [plotly.io.to_json(figure.to_dict(), validate=False) for _, figure, *_ in shown]
    templates = Environment(autoescape=True, undefined=StrictUndefined)
    return (
        templates.from_string(_PAGE.read_text("utf-8"))
        .render(
            source=of.source,
            experiment=experiment,
            dataset=dataset,
            snapshot=snapshot,
            results=snapshot.middle.results,
            settings=[setting for key, setting in SETTINGS.items() if key not in idle(experiment)],
            sentence=strip.strip_sentence(experiment, dataset),
            strip=strip.shape_strip(experiment, dataset, _LIGHT, traces=traces, sample=index),
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
            palette=_LIGHT,
            lead=next(takeaway for title, _, takeaway, _ in shown if title == _TITLES["compare"]),
            words=words,
            english=text,
        )
        .encode()
    )
