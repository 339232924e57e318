"""Keras's models and optimizers, compiled into programs that train.

It knows no runs, epochs or datasets: `pair_trainer` keeps those, and judges by `lib.recurrence`.
Keras and TensorFlow are imported here, in `recurrent_layers` and in `answers`, and so only the
worker process imports these.

A program trains many batches in one call, in one piece of XLA code. That is what makes small
models fast: Keras's `fit` spends most of a batch outside of the mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import LOSSES
from lib.recurrence.weights import ARRAYS_EACH, layers_of
from lib.shapes import BLOCKS, bias_shapes
from lib.training.architecture import Architecture
from lib.training.recurrent_layers import product, recurrent

Array: TypeAlias = "tf.Tensor"
Stepped: TypeAlias = "tuple[Array, Sequence[Array]]"
EPSILON = 1e-7
tracing = Lock()
"""Held while TensorFlow traces. That is Python, of which one thread runs at a time: two traces at
once would both end late, and one after the other, the first ends early."""


def configure_tensorflow() -> None:
    """Set TensorFlow up for this process: one thread for each program, float32.

    One thread is faster than two for models of this size, and leaves the other processor to
    another program, or to the page. What is compiled runs in threads for parts of operations, of
    which two serve two programs at once; no operation has parts (`worker.XLA_FLAGS`). Four
    programs at a time: two that are being compiled, one that trains, and one that answers a
    question.
    """
    tf.config.threading.set_intra_op_parallelism_threads(2)
    tf.config.threading.set_inter_op_parallelism_threads(4)
    keras.config.set_floatx("float32")
    tf.zeros(())  # starts TensorFlow's threads here: from a helper they'd have its low priority


def weight_shapes(of: Architecture) -> list[tuple[int, ...]]:
    """The shapes of a model's weights, in the order of Keras's `model.get_weights()`."""
    cell, units, width = of.model.cell, of.model.units, of.features
    wide = BLOCKS[cell] * units
    shapes: list[tuple[int, ...]] = []
    for _ in range(of.model.layers):
        shapes += [(width, wide), (units, wide), bias_shapes(cell, units)[0]]
        width = units
    return shapes + [(units, of.targets), (of.targets,)] * (of.model.head == "dense")


def traced(function: Callable[..., Any], *signature: Any, xla: bool = False) -> Any:
    """TensorFlow's code of a function of tensors, by their specs; call it with `tracing` held."""
    made = tf.function(function, signature, autograph=False, jit_compile=xla or None)
    return made.get_concrete_function()


@dataclass(frozen=True, slots=True)
class Optimizer:
    """How one array of weights changes by its gradient, of the same shape: Keras's by default.

    A step takes and returns all that it changes, so that a program holds no variables: models may
    take turns in it, and two threads may run it at once. Keras's own can't be called so.

    Source: `update_step` of keras/src/optimizers/{adam,sgd,rmsprop}.py.
    """

    step: Callable[[Array, Array, Sequence[Array], Array, Array], Stepped]
    """(weights, gradient, memory, rate, number of the step from 1) → weights and memory after."""
    memory: int
    """Arrays like the weights that it remembers from step to step, zeros at first."""


def _sgd(w: Array, g: Array, memory: Sequence[Array], rate: Array, _step: Array) -> Stepped:
    return w - g * rate, memory


def _adam(w: Array, g: Array, memory: Sequence[Array], rate: Array, step: Array) -> Stepped:
    m, v = memory
    alpha = rate * tf.sqrt(1 - tf.pow(0.999, step)) / (1 - tf.pow(0.9, step))
    m += (g - m) * (1 - 0.9)
    v += (g * g - v) * (1 - 0.999)
    return w - m * alpha / (tf.sqrt(v) + EPSILON), (m, v)


def _rmsprop(w: Array, g: Array, memory: Sequence[Array], rate: Array, _step: Array) -> Stepped:
    v = 0.9 * memory[0] + (1 - 0.9) * g * g
    return w - rate * g / tf.sqrt(v + EPSILON), (v,)


STEPS = {"adam": Optimizer(_adam, 2), "sgd": Optimizer(_sgd, 0), "rmsprop": Optimizer(_rmsprop, 1)}
"""By optimizer, a key of `lib.experiment.OPTIMIZERS`."""


@dataclass(slots=True, eq=False)
class ModelState:
    """The numbers of the models in a program's lanes: their weights and optimizers' memory."""

    values: list[tf.Tensor]
    """Each array has the lanes in front: first the weights, then what is remembered of them."""
    step: int
    """Batches that they were trained on."""
    rate: tf.Tensor
    counts: tf.Tensor
    """Which timesteps their losses are taken over, (T,) bool: all, or the last alone."""


class Program:
    """One compiled architecture, which trains as many models at once as it has lanes.

    It remembers nothing of them, so that any number take turns, in several threads too. Models of
    either mode: they differ in the steps that their losses count, and that is an argument of the
    code. So a pair of models costs one compile.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.lanes = architecture.lanes
        """How many models each call trains."""
        self.is_alone = architecture.is_alone
        self.max_steps = max(64, min(2048, 32_768 // architecture.batch))
        """The most batches that one call can train."""
        self._loss = keras.losses.get(LOSSES[architecture.loss].keras)
        self._optimizer = STEPS[architecture.optimizer]
        lanes, self._shapes = self.lanes, weight_shapes(architecture)
        with tracing:
            copies = 1 + self._optimizer.memory
            rows = (architecture.capacity, architecture.timesteps)
            arguments = (
                [tf.zeros((lanes, *shape)) for shape in self._shapes] * copies,
                tf.zeros((*rows, architecture.features)),
                tf.zeros((*rows, architecture.targets)),
                tf.zeros((self.max_steps, lanes, architecture.batch), tf.int32),
                tf.constant([0, 0]),  # no batch: nothing changes
                tf.constant(0.0),
                tf.ones((architecture.timesteps,), tf.bool),
            )
            specs = tf.nest.map_structure(tf.TensorSpec.from_tensor, arguments)
            self._run = traced(self._train, *specs, xla=True)
        self._run(*arguments)  # XLA compiles at the first call, and lets other threads go on

    def fresh(
        self, weights: Sequence[Sequence[np.ndarray]], learning_rate: float, mode: str
    ) -> ModelState:
        """Models of `mode` that begin to train: each lane's weights, and new optimizers.

        Raises ValueError for weights that don't fit.
        """
        for own in weights:
            if (shapes := [array.shape for array in own]) != self._shapes:
                raise ValueError(f"weights must have shapes {self._shapes}, got {shapes}")
        counts = np.ones(self.architecture.timesteps, bool)
        counts[:-1] = mode == "sequence"
        values = [tf.constant(np.stack(lanes), tf.float32) for lanes in zip(*weights, strict=True)]
        values += [tf.zeros_like(value) for value in values] * self._optimizer.memory
        return ModelState(values, 0, tf.constant(learning_rate, tf.float32), tf.constant(counts))

    def weights(self, state: ModelState) -> list[list[np.ndarray]]:
        """The weights now, by lane, in the order of `model.get_weights()`."""
        arrays = [value.numpy() for value in state.values[: len(self._shapes)]]
        return [[array[lane] for array in arrays] for lane in range(self.lanes)]

    def samples(self, x: np.ndarray, y: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """The training part as the program takes it: x (N, T, F), y (N, T, K), N ≤ capacity."""
        room = self.architecture.capacity - len(x)
        padded = [np.pad(a, [(0, room)] + [(0, 0)] * (a.ndim - 1)) for a in (x, y)]
        return tf.constant(padded[0], tf.float32), tf.constant(padded[1], tf.float32)

    def train(
        self, state: ModelState, samples: tuple[tf.Tensor, tf.Tensor], batches: np.ndarray
    ) -> np.ndarray:
        """Train models on batches (steps, L, B) of `BatchOrder`s, at most `max_steps` of them.

        Returns the losses of each before its update, (steps, L).
        """
        steps = len(batches)
        order = np.zeros((self.max_steps, *batches.shape[1:]), np.int32)
        order[:steps] = batches
        span = tf.constant([state.step, steps])
        state.values, losses = self._run(
            state.values, *samples, tf.constant(order), span, state.rate, state.counts
        )
        state.step += steps
        return losses.numpy()[:steps]

    def _train(  # noqa: PLR0917  each is a tensor, or tensors, of the traced code
        self,
        values: list[tf.Tensor],
        x: tf.Tensor,
        y: tf.Tensor,
        order: tf.Tensor,
        span: tf.Tensor,
        rate: tf.Tensor,
        counts: tf.Tensor,
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Traced once: as the steps done and to do are an argument, one compile serves them all."""
        done, steps = tf.cast(span[0], tf.float32), span[1]
        count = len(self._shapes)

        def one(step: tf.Tensor, values: list[tf.Tensor], losses: tf.Tensor) -> tuple[Any, ...]:
            weights = values[:count]
            loss, gradients = self._gradients(weights, x, y, order[step], counts)
            number = done + tf.cast(step + 1, tf.float32)
            after = []
            for place, gradient in enumerate(gradients):
                own, *memory = values[place::count]
                own, kept = self._optimizer.step(own, gradient, memory, rate, number)
                after.append((own, *kept))
            values = [array for arrays in zip(*after, strict=True) for array in arrays]
            return step + 1, values, tf.tensor_scatter_nd_update(losses, [[step]], [loss])

        start = (tf.constant(0), values, tf.zeros((self.max_steps, self.lanes)))
        _, values, losses = tf.while_loop(lambda step, *_: step < steps, one, start)
        return values, losses

    def _gradients(
        self,
        weights: list[tf.Tensor],
        x: tf.Tensor,
        y: tf.Tensor,
        indexes: tf.Tensor,
        counts: tf.Tensor,
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Losses (L,) on the samples at `indexes` (L, B), -1 for none, and the weights' gradients.

        A loss is taken over the timesteps that `counts` (T,) names. At the others the targets
        replace the outputs, which so add nothing, neither to the loss nor to a gradient.
        """
        ragged = self.architecture.ragged
        rows = tf.maximum(indexes, 0) if ragged else indexes
        batch, targets = (tf.transpose(tf.gather(a, rows), (2, 0, 1, 3)) for a in (x, y))
        with tf.GradientTape() as tape:
            tape.watch(weights)
            outputs = tf.where(
                counts[:, None, None, None], self._outputs(weights, batch), targets
            )  # (T, L, B, K)
            losses = tf.reduce_sum(self._loss(targets, outputs), axis=0)
            losses /= tf.reduce_sum(tf.cast(counts, losses.dtype))
            if ragged:
                exists = tf.cast(indexes >= 0, losses.dtype)
                loss = tf.reduce_sum(losses * exists, axis=1) / tf.reduce_sum(exists, axis=1)
            else:
                loss = tf.reduce_mean(losses, axis=1)
        return loss, tape.gradient(loss, weights)

    def _outputs(self, weights: list[tf.Tensor], x: tf.Tensor) -> tf.Tensor:
        """What the models answer to x (T, L, B, F), at every step: (T, L, B, K)."""
        model = self.architecture.model
        for layer in layers_of(weights, model.layers):
            x = recurrent(model.cell, layer, x)
        if head := weights[ARRAYS_EACH * model.layers :]:
            kernel, bias = head
            x = product(x, kernel) + bias[:, None]
        return x
