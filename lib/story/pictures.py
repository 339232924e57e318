"""The pictures of scenes without controls; `lib.ui.views` draws the same with controls."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from lib import shapes
from lib.charts import Drawing, cell, gradients, scenes, strip
from lib.data import make_dataset
from lib.experiment import MODES
from lib.recurrence import LayerPass, forward, layers_of
from lib.results import RunAt, untrained
from lib.story.scenes import Scene, experiment_of, plot_of
from lib.text import filled
from lib.training import answers_of, recorded

# A setting that a scene offers → some of its values, by label.
VALUES = {
    "mode": {MODES[mode].label: f"mode={mode}" for mode in ("sequence", "last")},
    "T": {f"T = {steps}": f"T={steps}" for steps in (7, 14)},
}


def run_of(scene: Scene, changes: str = "") -> RunAt:
    """Return a scene's recorded run, else its models before training."""
    experiment = experiment_of(scene, changes)
    dataset = make_dataset(experiment)
    snapshot = recorded(experiment) or untrained(experiment, dataset)
    return RunAt(experiment, dataset, snapshot)


def layer_of(of: RunAt) -> LayerPass:
    """Return the recurrent layer of a run's first model, with its pass over the first sample."""
    model, sample = of.experiment.model, int(of.dataset.shown[0])
    weights = of.snapshot.results[model.modes[0]].weights or ()
    traces, _ = forward(of.experiment, weights, of.dataset.x[sample : sample + 1])
    return LayerPass(model.cell, layers_of(weights)[0], of.dataset.x[sample], traces[0])


def unrolled(of: RunAt, start: int = 0) -> Drawing:
    """Return the run's layer over all timesteps. The row `start` is marked first."""
    order = np.arange(of.experiment.model.units)
    return scenes.unrolled(of.experiment, layer_of(of), 0, order, start=start)


def later_pictures(scene: Scene) -> Iterator[Drawing]:
    """Yield the pictures after a scene's questions, for each value of the setting it offers."""
    values = next((VALUES[key] for key in scene.controls if key in VALUES), {})
    if scene.reveals or values:
        for label, change in (values or {"": ""}).items():
            for each in pictures_of(scene, scene.reveals or scene.shows, change):
                yield each._replace(title=label or each.title)


def pictures_of(scene: Scene, shows: str, changes: str = "") -> Iterator[Drawing]:  # noqa: PLR0912
    """Yield the pictures called `shows` in `lib.ui.views`, for a scene with changed settings."""
    of, query, plot, look = run_of(scene, changes), scene.query, plot_of(scene), dict[str, Any]()
    units, steps = np.arange(of.experiment.model.units), of.dataset.shape[1]
    question = shapes.read_question(query.get("check", [""])[0])
    match shows:
        case "compare" | "loss" | "step_error":
            yield scenes.chart_of(of, shows)
        case "attention":
            yield scenes.chart_of(of, "compare")
            yield scenes.chart_of(of, "pool")
        case "sample":
            yield scenes.sample(of.dataset, int(query.get("sample", ["1"])[0]) - 1)
        case "cells" | "padding" if plot:
            words = scene.title, scenes.TEXTS.get(scene.id, "")
            yield scenes.small_chart(scene.picture, plot, *words)
        case "strip":
            look = {"weights": of.snapshot.weights[0], "sample": int(of.dataset.shown[0])}
            yield Drawing("", partial(strip.shape_strip, of.experiment, of.dataset, **look))
        case "chain" | "hand":
            yield unrolled(of)
            for step in range(steps) if shows == "hand" else ():
                yield Drawing(f"Timestep {step + 1}", partial(cell.by_hand, layer_of(of), step))
        case "one":
            result = answers_of(query["data"][0])["modes"][-1][1]  # with trained weights
            look = {"missing": "", "axis": f"{len(result['last'])} samples"}
            yield scenes.last_steps(of.experiment, steps, result, units, **look)
        case "reach":
            norms = answers_of(query["data"][0])["reach"][0][1]  # with initial weights
            draw = partial(gradients.reach_figure, norms, of.dataset.timestep_names)
            yield Drawing("", draw, *gradients.reach_words(norms))
        case "leak":
            yield scenes.leak()
        case "damage":
            yield scenes.damage(shapes.damage.mistake_of(question.output, question.target) or "")
        case "pair":
            yield scenes.pair(question)
        case "target":
            yield scenes.compared(question)
            for fix in question.diagnose().fixes:
                fixed = replace(question, output=fix.output_shape, target=fix.target_shape)
                label = filled(scenes.TEXTS, "fix", code=fix.model_code or fix.code)
                yield scenes.compared(fixed)._replace(title=label)
        case "code" | "stack":
            traced = shapes.trace(shapes.read_text(query["stack"][0])[0])
            yield scenes.code(traced) if shows == "code" else scenes.traced(traced)
            while shows == "stack" and (fixes := shapes.fixes(traced)):
                traced = shapes.trace(fixes[0].stack)
                yield scenes.traced(traced)._replace(title=fixes[0].fix)
        case "glance":
            yield Drawing("", partial(scenes.glance_picture, layer_of(of)))
        case "advice":
            yield Drawing("", lambda _: scenes.advice_table())
