"""The pictures of scenes without controls; `lib.ui.views` draws the same with controls."""

from collections.abc import Iterator, Mapping, Sequence
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


def pictures_of(scene: Scene, shows: str, changes: str = "") -> Iterator[Drawing]:
    """Yield the pictures called `shows` in `lib.ui.views`, for a scene with changed settings.

    Raises ValueError for a picture that needs controls.
    """
    query, plot = scene.query, plot_of(scene)
    question = shapes.read_question(query.get("check", [""])[0])
    match shows:
        case "advice":
            yield Drawing("", lambda _: scenes.advice_table())
        case "cells" | "padding" if plot:
            words = scene.title, scenes.TEXTS.get(scene.id, "")
            yield scenes.small_chart(scene.picture, plot, *words)
        case "code" | "stack":
            traced = shapes.trace(shapes.read_text(query["stack"][-1])[0])
            yield scenes.code(traced) if shows == "code" else scenes.traced(traced)
            for fix in shapes.fixes(traced)[:1] if shows == "stack" else ():
                yield from _after_fix(fix)
        case "damage":
            yield scenes.damage(shapes.damage.mistake_of(question.output, question.target) or "")
        case "leak":
            yield scenes.leak()
        case "pair":
            yield scenes.pair(question)
        case "target":
            yield scenes.compared(question)
            for each in question.diagnose().fixes:
                label, fixed = scenes.fixed(question, each)
                yield scenes.compared(fixed)._replace(title=label)
        case _:
            yield from _pictures_of_run(shows, run_of(scene, changes), query)


def _after_fix(fix: shapes.Remedy) -> Iterator[Drawing]:
    """Yield a stack after a fix, and after each further fix."""
    traced = shapes.trace(fix.stack)
    yield scenes.traced(traced)._replace(title=fix.fix)
    for next_fix in shapes.fixes(traced)[:1]:
        yield from _after_fix(next_fix)


def _pictures_of_run(
    shows: str, of: RunAt, query: Mapping[str, Sequence[str]]
) -> Iterator[Drawing]:
    """Yield the pictures of a run: of its models, its data, or its layer."""
    steps, sample = of.dataset.shape[1], int(of.dataset.shown[0])
    match shows:
        case "attention":
            yield scenes.chart_of(of, "compare")
            yield scenes.chart_of(of, "pool")
        case "chain":
            yield unrolled(of)
        case "compare" | "loss" | "step_error":
            yield scenes.chart_of(of, shows)
        case "glance":
            yield Drawing("", partial(scenes.glance_picture, layer_of(of)))
        case "hand":  # below the chain
            for step in range(steps):
                yield Drawing(f"Timestep {step + 1}", partial(cell.by_hand, layer_of(of), step))
        case "one":
            result = answers_of(query["data"][0])["modes"][-1][1]  # with trained weights
            look: dict[str, Any] = {"missing": "", "axis": f"{len(result['last'])} samples"}
            units = np.arange(of.experiment.model.units)
            yield scenes.last_steps(of.experiment, steps, result, units, **look)
        case "reach":
            norms = answers_of(query["data"][0])["reach"][0][1]  # with initial weights
            draw = partial(gradients.reach_figure, norms, of.dataset.timestep_names)
            yield Drawing("", draw, *gradients.reach_words(norms))
        case "sample":
            yield scenes.sample(of.dataset, int(query.get("sample", ["1"])[0]) - 1)
        case "strip":
            look = {"weights": of.snapshot.weights[0], "sample": sample}
            yield Drawing("", partial(strip.shape_strip, of.experiment, of.dataset, **look))
        case _:
            raise ValueError(f"the picture {shows} needs controls")
