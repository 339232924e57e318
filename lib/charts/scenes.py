"""Pictures of scenes, each with its words, for pages of the app and of the static site."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from markupsafe import Markup

from lib import shapes
from lib.charts import cell, compare, proofs, samples, stack, target
from lib.charts.accuracy import cards_of
from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.thumbnail import Plot, caption
from lib.data import Dataset, make_dataset, suggested
from lib.experiment import Experiment
from lib.recurrence import LayerPass, highest_output, unroll
from lib.results import RunAt, Snapshot, best_loss
from lib.shapes import Damage, Leak, TargetQuestion
from lib.text import beside, capital, filled
from lib.training import read_recording

TEXTS: dict[str, str] = beside(__file__)
QUESTION = "Which setting do I need?"
WORKED_TITLE = "Two worked examples, number by number"
ADVICE = beside(__file__, "advice")  # use cases, tested in Keras with both modes, and letters


class Drawing(NamedTuple):
    """A picture with its words. `draw` returns a `Chart`, or HTML, in the colors of a theme."""

    title: str
    draw: Callable[[Palette], Any]
    takeaway: str = ""
    details: str = ""

    @property
    def words(self) -> tuple[str, str]:
        """The takeaway and the details."""
        return self.takeaway, self.details


def chart_of(run: RunAt, name: str, **picks: Any) -> Drawing:
    """Return a chart of a run, by its name in `cards_of`, of a sample and a target by index."""
    kind = cards_of(run.dataset, run.experiment.model.pooling)[name]
    card = kind(run, *(picks.get(pick, 0) for pick in kind.picks))
    return Drawing(card.title, card.figure, card.takeaway(), card.sentence())


def small_chart(picture: str, plot: Plot, sentence: str, details: str) -> Drawing:
    """Return a small picture as a chart with a name at each line."""
    title = capital(caption(picture, plot))
    return Drawing(title, partial(compare.named_figure, plot), sentence, details)


def sample(dataset: Dataset, index: int) -> Drawing:
    """Return one sample, with index 0 to N-1."""
    words = samples.sample_words(dataset, index)
    return Drawing("", partial(samples.sample_figure, dataset, index), *words)


def unrolled(
    experiment: Experiment, layer: LayerPass, place: int, order: np.ndarray, **look: Any
) -> Drawing:
    """Return layer `place`, 0 is the bottom, over all timesteps; see `cell.unrolled_picture`."""
    text, sentence = cell.unrolled_words(experiment, place, *layer.x.shape)
    is_top = place == experiment.model.layers - 1
    modes = experiment.model.modes if is_top else ("sequence",)
    modes = tuple(mode for mode in modes if mode != "pooled")  # not a layer's output

    def draw(palette: Palette) -> str:
        return cell.unrolled_picture(layer, order, palette, sentence, modes=modes, **look)

    return Drawing("", draw, text, sentence)


def last_steps(
    experiment: Experiment,
    steps: int,
    result: Mapping[str, Any] | None,
    order: np.ndarray,
    **look: Any,
) -> Drawing:
    """Return the comparison of both modes at the last step, with a row for each unit in `order`.

    `result` is Keras's: sequence mode's (N, T, U) and last-step mode's (N, U), or None before.
    """
    proof, _ = proofs.one_computation(experiment, steps, result)
    ends = result["sequence"][:, -1].T[order] if result else None
    last = result["last"].T[order] if result else None
    one = proofs.Side("return_sequences=True", "last step, [:, -1]", ends)
    sides = one, proofs.Side("return_sequences=False", "whole output", last)
    draw = partial(proofs.equation, sides, proof, start=None, **look)
    return Drawing(proof.title, draw, proof.takeaway, proof.why)


def leak() -> Drawing:
    """Return the recorded Bidirectional layer that predicts the next value of noise."""
    recorded: Leak = read_recording("leak", Leak)
    return Drawing("", partial(proofs.leak_figure, recorded), *proofs.leak_words(recorded))


def damage(case: str) -> Drawing:
    """Return a recorded mistake, a key of `shapes.MISTAKES`, beside the right setup."""
    recorded: Damage = read_recording(case, Damage)
    words = target.damage_words(shapes.MISTAKES[case], recorded)
    return Drawing("", partial(target.damage_predictions_figure, recorded), *words)


def pair(question: TargetQuestion) -> Drawing:
    """Return a model's output and y."""
    draw = partial(target.shapes_picture, [question.output, question.target])
    return Drawing("", draw, TEXTS["pair"])


def fixed(question: TargetQuestion, fix: shapes.Remedy) -> tuple[str, TargetQuestion]:
    """Return a fix's label, and the question after it."""
    label = filled(TEXTS, "fix", code=fix.model_code or fix.code)
    return label, replace(question, output=fix.output_shape, target=fix.target_shape)


def compared(question: TargetQuestion) -> Drawing:
    """Return how a loss compares a model's output with y."""
    diagnosis = question.diagnose()
    draw = partial(target.lineup_picture, diagnosis, target.compared_sentence(diagnosis))
    return Drawing(target.verdict_title(diagnosis), draw, target.compared_takeaway(diagnosis))


def traced(steps: stack.Steps) -> Drawing:
    """Return a stack of layers, up to the layer that breaks."""
    return Drawing("", partial(stack.stack_picture, steps), stack.stack_title(steps))


def code(steps: stack.Steps) -> Drawing:
    """Return Keras's code of a stack of layers."""
    text = Markup("<pre>{}</pre>").format("\n".join(shapes.code_lines(steps)))
    return Drawing("", lambda _: text)


def advice_table() -> str:
    """Return the answer to QUESTION as HTML: a table of use cases."""
    return render("charts/advice.html", "advice", ADVICE["advice"], ADVICE["letters"])


def worked_picture() -> str:
    """Return the two worked examples as HTML, with every number."""
    return render("charts/scenes.html", "worked", TEXTS, **worked_numbers())


def worked_numbers() -> dict[str, Any]:
    """Return the worked examples' data, recorded predictions, smallest losses and bounds."""
    names = "worked_raw", "worked_scaled"
    raw, scaled = map(suggested, names)
    data, scaled_data = make_dataset(raw), make_dataset(scaled)
    run, scaled_run = (read_recording(name, tuple[dict[str, str], Snapshot])[1] for name in names)
    errors = {mode: each.predictions - scaled_data.y for mode, each in scaled_run.results.items()}
    errors["last"] = errors["last"][:, -1:]  # last-step mode predicts only the last target
    return {"x": data.x, "y": data.y, "epochs": run.epoch} | {
        "predictions": {mode: result.predictions for mode, result in run.results.items()},
        "losses": {mode: result.final_loss for mode, result in run.results.items()},
        "floors": best_loss(raw, data)[0],
        "bound": highest_output("lstm", 2),
        "off": {mode: np.abs(e * scaled_data.target_scale).max() for mode, e in errors.items()},
    }


def glance_picture(layer: LayerPass, palette: Palette) -> str:
    """Return the numbers of one layer as HTML: masked steps, final states, both directions."""
    return render("charts/scenes.html", "glance", TEXTS, palette, **glance_numbers(layer))


def glance_numbers(layer: LayerPass) -> dict[str, Any]:
    """Return outputs (T, U) after a mask, the final states, and outputs of both directions."""
    mask = np.arange(len(layer.x)) < min(3, len(layer.x) - 1)  # at least one step is padded
    masked = unroll(layer.cell, layer.weights, layer.x[None], mask[None]).hidden[0]
    backward = unroll(layer.cell, layer.weights, layer.x[None], go_backwards=True).hidden[0]
    last = layer.trace.hidden[0, -1]
    states = [last, last, *([] if layer.trace.cell is None else [layer.trace.cell[0, -1]])]
    both = {"forward": layer.trace.hidden[0], "backward": backward[::-1]}  # with the same weights
    return {"mask": mask, "masked": masked, "states": states, **both}
