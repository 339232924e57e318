"""What a loss makes of an output and a target: by itself, in `fit`, and after a fix."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tests.agreement.questions import steady

Shape = list[int]
ERRORS = (ValueError, tf.errors.InvalidArgumentError)


class Case(NamedTuple):
    """An output that meets a target. Shapes come with the samples."""

    output: Shape
    target: Shape
    loss: str
    """As `compile` is given it."""
    batch_size: int
    labels: bool
    """Whether the target is to hold class numbers."""
    plain: str
    """The name of the function behind the loss."""


def evaluated(case: list[Any], seed: int) -> dict[str, Any]:
    """The loss that an epoch of `fit` reports, or what is raised; and the one that was meant."""
    at = Case(*case)
    y_pred, y = data(at, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Keras's, about a single class
        return {**loss_in_graph(at, y_pred, y), "meant": intended_loss(at, y_pred, y)}


def fitted_lstm(case: list[Any]) -> dict[str, Any]:
    """The same of `fit`, with an LSTM on 12 steps, or as many as it has: gradient and all."""
    at, rng = Case(*case), np.random.default_rng(0)
    sequences = len(at.output) == 3
    steps = at.output[1] if sequences else 12
    lstm = layers.LSTM(at.output[-1], return_sequences=sequences)
    model = keras.Sequential([keras.Input((steps, 2)), lstm])
    x = rng.normal(0, 1, (at.output[0], steps, 2)).astype("float32")
    y = values(at.target, at.loss, rng, 1 if at.labels else None)
    model.compile(keras.optimizers.SGD(0.0), at.loss)  # it learns nothing: the loss can be checked
    y_pred = model.predict(x, verbose=0)
    return {**loss_in_fit(at, model, x, y), "meant": intended_loss(at, y_pred, y)}


def mended(before: list[Any], after: list[Any], y_code: str, layer_code: str) -> dict[str, Any]:
    """A fix, run as code: the shapes that it gives, and the loss of output and target after it.

    The shape of the model's output comes without the samples.
    """
    at, then = Case(*before), Case(*after)
    _, y = data(at, 0)
    names = {"np": np, "keras": keras, "y": y}
    exec(y_code, names)  # noqa: S102 - the code that the doctor hands out
    y = names["y"]
    y_pred, _ = data(then, 0)
    return {
        "target": y.shape,
        "output": built_from(layer_code, at.output, then.output) if layer_code else None,
        **loss_in_graph(then, y_pred, y),
        "meant": intended_loss(then, y_pred, y),
    }


def names_of_losses(short: list[str]) -> dict[str, str]:
    """By each name that Keras takes, of its own and of these, what the loss calls itself.

    Without the base class, and without losses that pair nothing.
    """
    theirs = {}
    names = {*short, *(name.upper() for name in short), *dir(keras.losses)}
    for name in names - {"Loss", "CTC", "ctc", "Circle", "circle", "get", "serialize"}:
        try:
            loss = keras.losses.get(name)
        except ValueError:
            continue
        own = getattr(loss, "name", None) or loss.__name__
        theirs[name] = own.removesuffix("_loss")  # the class Huber calls itself huber_loss
    return dict(sorted(theirs.items()))


def values(
    shape: Shape, loss: str, rng: np.random.Generator, classes: int | None = None
) -> np.ndarray:
    """Random numbers that a loss can use: chances, directions with a sign, or class numbers."""
    if classes is not None:
        return rng.integers(0, classes, shape)
    numbers = rng.uniform(0.1, 0.9, shape).astype("float32")
    return numbers * rng.choice([-1, 1], shape).astype("float32") if "cosine" in loss else numbers


def data(case: Case, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """An output and a target of these shapes."""
    rng = np.random.default_rng(seed)
    classes = case.output[-1] if len(case.output) > 1 else 1
    output = values(case.output, case.loss, rng)
    return output, values(case.target, case.loss, rng, classes if case.labels else None)


def loss_in_graph(case: Case, y_pred: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Of `compute_loss` in a graph, whose batch size is known only if it divides the samples."""
    model = keras.Sequential([keras.Input((1,))])
    model.compile(loss=case.loss)
    batch_size = case.batch_size
    known = batch_size if len(y) % batch_size == 0 else None
    specs = [tf.TensorSpec((known, *a.shape[1:]), a.dtype) for a in (y, y_pred)]

    @tf.function(input_signature=specs, autograph=False)
    def step(y: tf.Tensor, y_pred: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            value = model.compute_loss(y=y, y_pred=y_pred)
        return value, tape.gradient(value, y_pred)

    total = 0.0
    try:
        for start in range(0, len(y), batch_size):
            part = slice(start, start + batch_size)
            total += float(step(y[part], y_pred[part])[0]) * len(y[part])
    except ERRORS as error:
        return refusal(error)
    return {"loss": total / len(y)}


def loss_in_fit(case: Case, model: keras.Model, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Of an epoch of `fit`."""
    try:
        history = model.fit(x, y, case.batch_size, shuffle=False, verbose=0).history
    except ERRORS as error:
        return refusal(error)
    return {"loss": history["loss"][0]}


def refusal(error: Exception) -> dict[str, Any]:
    """What is raised, without the lines about where in TensorFlow's graph it was."""
    places = "Detected at node", "  File ", "Stack trace for op definition"
    lines = steady(str(error)).splitlines()
    return {"error": "\n".join(line for line in lines if line and not line.startswith(places))}


def intended_loss(case: Case, y_pred: np.ndarray, y: np.ndarray) -> float | None:
    """The loss for y in the output's own shape; None where it can't take that shape."""
    if case.labels and y_pred.ndim == 1:
        return None
    meant = (*y_pred.shape[:-1], 1) if case.labels else y_pred.shape
    if [len(y), *(n for n in y.shape[1:] if n > 1)] != [meant[0], *(n for n in meant[1:] if n > 1)]:
        return None
    function, y, total = keras.losses.get(case.plain), y.reshape(meant), 0.0
    for start in range(0, len(y), case.batch_size):
        part = slice(start, start + case.batch_size)
        total += float(np.mean(function(y[part], y_pred[part]))) * len(y[part])
    return total / len(y)


def built_from(lines: str, before: Shape, after: Shape) -> Shape:
    """The output shape, without samples, of a model with these layers in it."""
    steps = next((shape[1] for shape in (before, after) if len(shape) == 3), 12)
    parts = lines.splitlines()
    if not parts[0].startswith("LSTM"):
        parts.insert(0, f"LSTM(units, return_sequences={len(before) == 3})")
    names = {"LSTM": layers.LSTM, "Dense": layers.Dense, "units": before[-1]}
    names["outputs"] = keras.Input((steps, 2))
    for line in parts:
        code = line if line.startswith("outputs") else f"outputs = {line}(outputs)"
        exec(code, names)  # noqa: S102 - the code that the doctor hands out
    return names["outputs"].shape[1:]
