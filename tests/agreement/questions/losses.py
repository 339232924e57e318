"""The loss that Keras computes for an output and a target: alone, in `fit`, and after a fix."""

from __future__ import annotations

import warnings
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tests.agreement.questions import stable

Shape = list[int]
ERRORS = (ValueError, tf.errors.InvalidArgumentError)


class Case(NamedTuple):
    """The shapes of an output and a target, with the samples, and the loss that compares them."""

    output: Shape
    target: Shape
    loss: str
    """The name for `compile`."""
    batch_size: int
    labels: bool
    """Whether the target holds class numbers."""
    function: str
    """The name of the loss function in `keras.losses`."""


def evaluated(case: list[Any], seed: int) -> dict[str, Any]:
    """Return the mean of `compute_loss` over the samples, or its error, and the intended loss."""
    case = Case(*case)
    y_pred, y = random_data(case, seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # Keras warns about a single class.
        return {**loss_in_graph(case, y_pred, y), "intended": intended_loss(case, y_pred, y)}


def fitted_lstm(case: list[Any]) -> dict[str, Any]:
    """Return the loss that `fit` of an LSTM reports, or its error, and the intended loss.

    Training computes gradients, too. The input has 12 timesteps, or as many as the output.
    """
    case, rng = Case(*case), np.random.default_rng(0)
    is_sequence = len(case.output) == 3
    steps = case.output[1] if is_sequence else 12
    lstm = layers.LSTM(case.output[-1], return_sequences=is_sequence)
    model = keras.Sequential([keras.Input((steps, 2)), lstm])
    x = rng.normal(0, 1, (case.output[0], steps, 2)).astype("float32")
    y = random_values(case.target, case.loss, rng, 1 if case.labels else None)
    model.compile(keras.optimizers.SGD(0.0), case.loss)  # Rate 0: `predict` has the same outputs.
    y_pred = model.predict(x, verbose=0)
    return {**loss_in_fit(case, model, x, y), "intended": intended_loss(case, y_pred, y)}


def after_fix(before: list[Any], after: list[Any], y_code: str, layer_code: str) -> dict[str, Any]:
    """Run the code of a fix. Return the new shapes of y and the output, and the new losses.

    `before` and `after` are cases. The shape of the output excludes the samples.
    """
    before, after = Case(*before), Case(*after)
    _, y = random_data(before, 0)
    names = {"np": np, "keras": keras, "y": y}
    exec(y_code, names)  # noqa: S102 - The page shows this code.
    y = names["y"]
    y_pred, _ = random_data(after, 0)
    return {
        "target": y.shape,
        "output": output_shape(layer_code, before.output, after.output) if layer_code else None,
        **loss_in_graph(after, y_pred, y),
        "intended": intended_loss(after, y_pred, y),
    }


def names_of_losses(short: list[str]) -> dict[str, str]:
    """Return the loss's own name for each name that Keras accepts, including these short names.

    The base class, and losses that don't pair y with an output, are left out.
    """
    own_names = {}
    names = {*short, *(name.upper() for name in short), *dir(keras.losses)}
    for name in names - {"Loss", "CTC", "ctc", "Circle", "circle", "get", "serialize"}:
        try:
            loss = keras.losses.get(name)
        except ValueError:
            continue
        own = getattr(loss, "name", None) or loss.__name__
        own_names[name] = own.removesuffix("_loss")  # The own name of Huber is huber_loss.
    return dict(sorted(own_names.items()))


def random_values(
    shape: Shape, loss: str, rng: np.random.Generator, classes: int | None = None
) -> np.ndarray:
    """Return class numbers, or values from 0.1 to 0.9. For cosine losses, signs are random."""
    if classes is not None:
        return rng.integers(0, classes, shape)
    values = rng.uniform(0.1, 0.9, shape).astype("float32")
    return values * rng.choice([-1, 1], shape).astype("float32") if "cosine" in loss else values


def random_data(case: Case, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return an output and a target with the case's shapes."""
    rng = np.random.default_rng(seed)
    classes = case.output[-1] if len(case.output) > 1 else 1
    output = random_values(case.output, case.loss, rng)
    return output, random_values(case.target, case.loss, rng, classes if case.labels else None)


def loss_in_graph(case: Case, y_pred: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return the mean of `compute_loss` over the samples, or its error.

    It runs in a graph, whose batch size is known only if it divides the samples.
    """
    model = keras.Sequential([keras.Input((1,))])
    model.compile(loss=case.loss)
    batch_size = case.batch_size
    known = batch_size if len(y) % batch_size == 0 else None
    specs = [tf.TensorSpec((known, *a.shape[1:]), a.dtype) for a in (y, y_pred)]

    @tf.function(input_signature=specs, autograph=False)
    def step(y: tf.Tensor, y_pred: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        with tf.GradientTape() as tape:
            tape.watch(y_pred)
            loss = model.compute_loss(y=y, y_pred=y_pred)
        return loss, tape.gradient(loss, y_pred)

    total = 0.0
    try:
        for start in range(0, len(y), batch_size):
            batch = slice(start, start + batch_size)
            total += float(step(y[batch], y_pred[batch])[0]) * len(y[batch])
    except ERRORS as error:
        return message_of(error)
    return {"loss": total / len(y)}


def loss_in_fit(case: Case, model: keras.Model, x: np.ndarray, y: np.ndarray) -> dict[str, Any]:
    """Return the loss that an epoch of `fit` reports, or its error."""
    try:
        history = model.fit(x, y, case.batch_size, shuffle=False, verbose=0).history
    except ERRORS as error:
        return message_of(error)
    return {"loss": history["loss"][0]}


def message_of(error: Exception) -> dict[str, Any]:
    """Return an error's message without the lines about places in TensorFlow's graph."""
    places = "Detected at node", "  File ", "Stack trace for op definition"
    lines = stable(str(error)).splitlines()
    return {"error": "\n".join(line for line in lines if line and not line.startswith(places))}


def intended_loss(case: Case, y_pred: np.ndarray, y: np.ndarray) -> float | None:
    """Return the loss for y reshaped like the output, or None if y has no such shape."""
    if case.labels and y_pred.ndim == 1:
        return None
    shape = (*y_pred.shape[:-1], 1) if case.labels else y_pred.shape
    if [len(y), *(n for n in y.shape[1:] if n > 1)] != [shape[0], *(n for n in shape[1:] if n > 1)]:
        return None
    function, y, total = keras.losses.get(case.function), y.reshape(shape), 0.0
    for start in range(0, len(y), case.batch_size):
        batch = slice(start, start + case.batch_size)
        total += float(np.mean(function(y[batch], y_pred[batch]))) * len(y[batch])
    return total / len(y)


def output_shape(layer_code: str, before: Shape, after: Shape) -> Shape:
    """Return the output shape of a model with these layers, without samples.

    If the code has no LSTM, the model begins with an LSTM that has the output shape `before`.
    """
    steps = next((shape[1] for shape in (before, after) if len(shape) == 3), 12)
    lines = layer_code.splitlines()
    if not lines[0].startswith("LSTM"):
        lines.insert(0, f"LSTM(units, return_sequences={len(before) == 3})")
    names = {"LSTM": layers.LSTM, "Dense": layers.Dense, "units": before[-1]}
    names["outputs"] = keras.Input((steps, 2))
    for line in lines:
        code = line if line.startswith("outputs") else f"outputs = {line}(outputs)"
        exec(code, names)  # noqa: S102 - The page shows this code.
    return names["outputs"].shape[1:]
