"""Keras itself: layers and optimizers, compiled into programs that train and judge models.

It knows no runs, epochs or datasets: `pair_trainer` keeps those. Keras and TensorFlow are imported
here, in `recurrent_layers` and in `answers`, and so only the worker process imports these.

A program trains many batches in one call, in one piece of XLA code. That is what makes small
models fast: Keras's `fit` spends most of a batch outside of the mathematics.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import CELLS, LOSSES, OPTIMIZERS
from lib.training.architecture import Architecture, Network
from lib.training.recurrent_layers import recurrent

JUDGE_VALUES = 4_000_000
"""Numbers that a layer may put out in one part of a judgement: 16 MB."""
JUDGE_PRODUCTS = 1_500_000_000
"""Multiplications in one part, N·T·parameters: they take about 0.05 s."""

tracing = Lock()
"""Held while TensorFlow traces. That is Python, of which one thread runs at a time: two traces at
once would both end late, and one after the other, the first ends early."""


def configure_tensorflow() -> None:
    """Set TensorFlow up for this process: one thread for each program, float32.

    One thread is faster than two for models of this size, and leaves the other processor to
    another program, or to the page. Four programs at a time: two that are being compiled, one that
    trains, and one that answers a question.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(4)
    keras.config.set_floatx("float32")
    tf.zeros(())  # starts TensorFlow's threads here: from a helper they'd have its low priority


def build(key: Network | Architecture) -> Judge | Program:
    """Build, trace and compile: 0.1 s for a judge, about 1 s for a program."""
    return Judge(key) if isinstance(key, Network) else Program(key)


def make_layers(network: Network) -> list[Any]:
    """Keras's layers from the bottom up, built; the head, where there is one, comes last.

    All return sequences: with the same weights, what they say at the last step is what layers with
    `return_sequences=False` say.
    """
    recurrent = getattr(keras.layers, CELLS[network.cell].keras)
    layers, width = [], network.features
    for _ in range(network.layers):
        layer = recurrent(network.units, return_sequences=True)
        layer.build((None, network.timesteps, width))
        layers.append(layer)
        width = network.units
    if network.head == "dense":
        head = keras.layers.Dense(network.targets)
        head.build((None, network.timesteps, width))
        layers.append(head)
    return layers


def traced(function: Callable[..., Any], *signature: Any, xla: bool = False) -> Any:
    """TensorFlow's code of a function of tensors, by their specs; call it with `tracing` held."""
    made = tf.function(function, signature, autograph=False, jit_compile=xla or None)
    return made.get_concrete_function()


def _variables(layers: list[Any]) -> list[Any]:
    """The variables of all layers, in the order of Keras's `model.get_weights()`."""
    return [variable for layer in layers for variable in layer.trainable_variables]


@dataclass(slots=True, eq=False)
class ModelState:
    """The numbers of one model in training: its weights, then its optimizer's memory.

    A program holds them in its variables while it trains the model. When it turns to another
    model of the same architecture, it puts them back here.
    """

    values: list[tf.Tensor]
    counts: tf.Tensor
    """Which timesteps its loss is taken over, (T,) bool: all, or the last alone."""


class Program:
    """One compiled architecture. It trains one model at a time, and any number in turns.

    Models of either mode: they differ in the steps that their losses count, and that is an argument
    of the code. So a pair of models costs one compile.
    """

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.max_steps = max(64, min(2048, 32_768 // architecture.batch))
        """The most batches that one call can train."""
        with tracing:
            self._layers = make_layers(architecture.network)
            self._weights = _variables(self._layers)
            optimizer = getattr(keras.optimizers, OPTIMIZERS[architecture.optimizer].keras)
            self._optimizer = optimizer()  # each model has its own learning rate: see `fresh`
            self._optimizer.build(self._weights)
            self._fresh = [tf.constant(variable) for variable in self._optimizer.variables]
            self._all_variables = [*self._weights, *self._optimizer.variables]
            self._loss = keras.losses.get(LOSSES[architecture.loss].keras)
            self._held: ModelState | None = None
            network = architecture.network
            rows = (architecture.capacity, network.timesteps)
            arguments = (
                tf.zeros((*rows, network.features)),
                tf.zeros((*rows, network.targets)),
                tf.zeros((self.max_steps, architecture.batch), tf.int32),
                tf.constant(0),  # no batch: nothing changes
                tf.ones((network.timesteps,), tf.bool),
            )
            self._run = traced(self._train, *map(tf.TensorSpec.from_tensor, arguments), xla=True)
            variables = [tf.TensorSpec(v.shape, v.dtype) for v in self._all_variables]
            self._exchange = traced(self._swap, variables)
        self._run(*arguments)  # XLA compiles at the first call, and lets other threads go on

    def fresh(self, weights: Sequence[np.ndarray], learning_rate: float, mode: str) -> ModelState:
        """A model of `mode` that begins to train: these weights, and a new optimizer.

        Raises ValueError for weights that don't fit.
        """
        shapes = [tuple(variable.shape) for variable in self._weights]
        if [w.shape for w in weights] != shapes:
            raise ValueError(f"weights must have shapes {shapes}, got {[w.shape for w in weights]}")
        rate = self._optimizer.learning_rate
        optimizer = [
            tf.constant(learning_rate, fresh.dtype) if variable is rate else fresh
            for variable, fresh in zip(self._optimizer.variables, self._fresh, strict=True)
        ]
        counts = np.ones(self.architecture.network.timesteps, bool)
        counts[:-1] = mode == "sequence"
        values = [tf.constant(array, tf.float32) for array in weights]
        return ModelState([*values, *optimizer], tf.constant(counts))

    def weights(self, state: ModelState) -> list[np.ndarray]:
        """Copies of a model's weights now, in the order of `model.get_weights()`."""
        values = self._weights if self._held is state else state.values[: len(self._weights)]
        return [value.numpy() for value in values]

    def samples(self, x: np.ndarray, y: np.ndarray) -> tuple[tf.Tensor, tf.Tensor]:
        """The training part as the program takes it: x (N, T, F), y (N, T, K), N ≤ capacity."""
        room = self.architecture.capacity - len(x)
        padded = [np.pad(a, [(0, room)] + [(0, 0)] * (a.ndim - 1)) for a in (x, y)]
        return tf.constant(padded[0], tf.float32), tf.constant(padded[1], tf.float32)

    def train(
        self, state: ModelState, samples: tuple[tf.Tensor, tf.Tensor], batches: np.ndarray
    ) -> np.ndarray:
        """Train a model on batches (steps, B) of a `BatchOrder`, at most `max_steps` of them.

        Returns the loss of each before its update, (steps,).
        """
        self._hold(state)
        steps = len(batches)
        order = np.zeros((self.max_steps, self.architecture.batch), np.int32)
        order[:steps] = batches
        losses = self._run(*samples, tf.constant(order), tf.constant(steps), state.counts)
        return losses.numpy()[:steps]

    def release(self, state: ModelState) -> None:
        """Put a model's numbers back into its state, if they are here."""
        if self._held is state:
            state.values = self._exchange(state.values)
            self._held = None

    def _hold(self, state: ModelState) -> None:
        if self._held is not state:
            before = self._exchange(state.values)
            if self._held is not None:
                self._held.values = before
            self._held = state

    def _swap(self, values: list[tf.Tensor]) -> list[tf.Tensor]:
        """Put these into the variables, and return what was there.

        Traced, so that it is one call: while other threads keep Python busy, each call may wait.
        """
        before = [variable.value.read_value() for variable in self._all_variables]
        for variable, value in zip(self._all_variables, values, strict=True):
            variable.assign(value)
        return before

    def _train(
        self, x: tf.Tensor, y: tf.Tensor, order: tf.Tensor, steps: tf.Tensor, counts: tf.Tensor
    ) -> tf.Tensor:
        """Traced once: as `steps` is an argument, one compile serves any number of them."""

        def one(step: tf.Tensor, losses: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            loss = self._train_batch(x, y, order[step], counts)
            return step + 1, tf.tensor_scatter_nd_update(losses, [[step]], [loss])

        start = (tf.constant(0), tf.zeros((self.max_steps,)))
        return tf.while_loop(lambda step, _: step < steps, one, start)[1]

    def _train_batch(
        self, x: tf.Tensor, y: tf.Tensor, indexes: tf.Tensor, counts: tf.Tensor
    ) -> tf.Tensor:
        """One update on the samples at `indexes` (B,), where -1 stands for no sample.

        The loss is taken over the timesteps that `counts` (T,) names. At the others the targets
        replace the outputs, which so add nothing, neither to the loss nor to a gradient.
        """
        rows = tf.maximum(indexes, 0) if self.architecture.ragged else indexes
        targets = tf.gather(y, rows)
        with tf.GradientTape() as tape:
            outputs = tf.where(counts[:, None], self._outputs(tf.gather(x, rows)), targets)
            losses = tf.reduce_sum(self._loss(targets, outputs), axis=1)
            losses /= tf.reduce_sum(tf.cast(counts, losses.dtype))
            if self.architecture.ragged:
                exists = tf.cast(indexes >= 0, losses.dtype)
                loss = tf.reduce_sum(losses * exists) / tf.reduce_sum(exists)
            else:
                loss = tf.reduce_mean(losses)
        gradients = tape.gradient(loss, [variable.value for variable in self._weights])
        self._optimizer.apply(gradients, self._weights)
        return loss

    def _outputs(self, x: tf.Tensor) -> tf.Tensor:
        """What the model answers to x (B, T, F), at every step: (B, T, K)."""
        network = self.architecture.network
        outputs = tf.transpose(x, (1, 0, 2))
        for layer in self._layers[: network.layers]:
            outputs = recurrent(network.cell, layer, outputs)
        for head in self._layers[network.layers :]:
            outputs = head(outputs)
        return tf.transpose(outputs, (1, 0, 2))


class Judge:
    """A forward pass that answers at every timestep, for models of either mode.

    Plain TensorFlow without XLA: ready 0.2 to 0.4 s sooner, and then slower by a quarter.
    """

    def __init__(self, network: Network) -> None:
        with tracing:
            self._layers = make_layers(network)
            weights = _variables(self._layers)
            width = max(network.units, network.features, network.targets)
            values = network.timesteps * width
            products = network.timesteps * sum(math.prod(v.shape) for v in weights)
            self._rows = max(1, min(JUDGE_VALUES // values, JUDGE_PRODUCTS // products))
            x = tf.TensorSpec((None, network.timesteps, network.features))
            self._run = traced(self._forward, [tf.TensorSpec(v.shape) for v in weights], x)
        start = tf.zeros((1, network.timesteps, network.features))
        self._run([tf.zeros(v.shape) for v in weights], start)  # now, not when it is needed

    def parts(self, weights: Sequence[np.ndarray], x: np.ndarray) -> Iterator[np.ndarray]:
        """Outputs (n, T, K) of a model with these weights for x (N, T, F), some samples at a time.

        Between two parts it may be asked about another model.
        """
        values = [tf.constant(array, tf.float32) for array in weights]
        for start in range(0, len(x), self._rows):
            part = tf.constant(x[start : start + self._rows], tf.float32)
            yield self._run(values, part).numpy()

    def _forward(self, weights: list[tf.Tensor], x: tf.Tensor) -> tf.Tensor:
        """Traced once, with weights as arguments: to put them into variables takes long."""
        values = iter(weights)
        for layer in self._layers:
            own = [next(values) for _ in layer.trainable_variables]
            x, _ = layer.stateless_call(own, layer.non_trainable_variables, x, training=False)
        return x
