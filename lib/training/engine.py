"""Compile programs: one XLA call trains models in L lanes on many batches of B samples each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import Any, TypeAlias

import keras
import numpy as np
import tensorflow as tf

from lib.experiment import LOSSES, POOLINGS, TrainingSettings
from lib.recurrence import ARRAYS_EACH, layers_of
from lib.training.architecture import Architecture, Code, resized, weight_shapes
from lib.training.recurrent_layers import Array, pooled, product, recurrent

SampleArrays: TypeAlias = "tuple[Any, Any, Any]"
"""x (N, T, F), y (N, T, K) and `counts` (N, T, 3), padded to a program's sizes. `counts` has the
`sample_weight` of each timestep, whether the loss's mean counts the timestep, 1 or 0, and whether a
pool reads it: see `training_arrays`. They are tensors, or NumPy arrays if N is large. Labels in y
are one-hot; two classes have one column."""
TrainingTensors: TypeAlias = "tuple[Array, Array]"
"""Settings as tensors: the update rule (learning rate, m_part, v_part, inside, outside), and
choices (timesteps, targets, bias correction, index of the loss, index of the pooling)."""
DEVICES = "CPU:0", "CPU:1"
tracing = Lock()  # held while TensorFlow traces: concurrent traces slow each other down


def configure_tensorflow() -> None:
    """Configure TensorFlow for this process: `DEVICES` with one thread each, and float32.

    A device with two threads is a third slower (TensorFlow 2.21). Six operations can run at the
    same time: three compilations, two training calls of a run, and an answer to a question.
    """
    (processors,) = tf.config.list_physical_devices("CPU")
    each = [tf.config.LogicalDeviceConfiguration() for _ in DEVICES]
    tf.config.set_logical_device_configuration(processors, each)
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(6)
    keras.config.set_floatx("float32")
    tf.zeros(())  # start TensorFlow's threads here: they inherit this thread's priority


def traced(function: Callable[..., Any], *signature: Any, xla: bool = False) -> Any:
    """Return a function traced for tensors of these specs. The caller must hold `tracing`."""
    compiled = tf.function(function, signature, autograph=False, jit_compile=xla or None)
    return compiled.get_concrete_function()


EPSILON = 1e-7
UPDATES = {
    # m_part, v_part, inside, outside, and whether to correct the learning rate as Adam does
    "adam": (1 - 0.9, 1 - 0.999, 0.0, EPSILON, True),
    "sgd": (1.0, 0.0, 1.0, 0.0, False),  # m = g and v = 0, so the divisor is 1
    "rmsprop": (1.0, 1 - 0.9, EPSILON, 0.0, False),
}
"""Constants that turn one update rule into each of Keras's optimizers.

m and v start at zero. At each step m ← (1 - m_part)·m + m_part·g and v ← (1 - v_part)·v +
v_part·g², where g is the gradient; then weights ← weights - rate·m / (√(v + inside) + outside).

Source: `update_step` of keras/src/optimizers/{adam,sgd,rmsprop}.py.
"""
COPIES = 3  # arrays per weight: the weight, m and v


@dataclass(slots=True, eq=False)
class ModelState:
    """The weights and optimizer arrays of the models in a program's lanes."""

    own: Architecture  # the models' sizes; the program may be a larger size bucket
    values: list[Array]  # all weights, then all m, then all v, (L, …) each
    step: int  # the number of batches trained so far
    training: TrainingTensors


def training_tensors(
    settings: TrainingSettings, own: Architecture, pooling: str = "none"
) -> TrainingTensors:
    """Return settings as tensors, for models of `own` sizes with this pooling."""
    *rule, corrects = UPDATES[settings.optimizer]
    rule = [settings.learning_rate, *rule]
    choices = [own.timesteps, own.targets, corrects, list(LOSSES).index(settings.loss)]
    choices.append(list(POOLINGS).index(pooling))
    return tf.constant(rule), tf.constant(choices)


class Program:
    """A compiled program, which trains models of its own or smaller sizes, in any thread."""

    def __init__(self, architecture: Architecture) -> None:
        self.architecture = architecture
        self.lanes, self.threads = architecture.lanes, architecture.threads
        self.max_steps = max(64, min(2048, 32_768 // architecture.batch))  # per call
        self._shapes = weight_shapes(architecture)
        arguments, code = self._empty_arguments(), architecture.code
        if code not in _codes:  # check before locking, since a trace may hold the lock for long
            with tracing:
                if code not in _codes:
                    specs = tf.nest.map_structure(
                        lambda array: tf.TensorSpec([None] * array.ndim, array.dtype), arguments
                    )
                    _codes[code] = traced(partial(_train, code), *specs, xla=True)
        self._run = _codes[code]
        for device in DEVICES[: self.threads]:
            with tf.device(device):
                self._run(*arguments)  # XLA compiles at the first call, without the GIL

    def _empty_arguments(self) -> tuple[Any, ...]:
        """Return arguments for `_train` with the program's sizes and no batches."""
        sizes, zeros = self.architecture, tf.zeros
        samples = sizes.capacity, sizes.timesteps
        return (
            [zeros((self.lanes, *shape)) for shape in self._shapes] * COPIES,
            tuple(zeros((*samples, width)) for width in (sizes.features, sizes.targets, 3)),
            zeros((self.max_steps, self.lanes, sizes.batch), tf.int32),
            zeros(2, tf.int32),
            training_tensors(TrainingSettings(), sizes),
        )

    def load(
        self,
        models: Sequence[Sequence[np.ndarray]],
        own: Architecture,
        settings: TrainingSettings,
        *,
        step: int = 0,
        pooling: str = "none",
    ) -> ModelState:
        """Return a state of `models`. A model is its weights and, if trained, all m, then all v."""
        arrays = [np.stack(lanes) for lanes in zip(*models, strict=True)]
        values = [tf.constant(a, tf.float32) for a in resized(arrays, own, self.architecture)]
        if len(values) == len(self._shapes):
            values += [tf.zeros_like(value) for value in values] * (COPIES - 1)
        return ModelState(own, values, step, training_tensors(settings, own, pooling))

    def weights(self, state: ModelState, *, with_optimizer: bool = False) -> list[list[np.ndarray]]:
        """Return each lane's weights in Keras's order; `with_optimizer` adds all m, then all v."""
        values = state.values if with_optimizer else state.values[: len(self._shapes)]
        arrays = resized([value.numpy() for value in values], self.architecture, state.own)
        return [[array[lane] for array in arrays] for lane in range(self.lanes)]

    def most_steps(self, own: Architecture) -> int:
        """Return the maximum number of batches in a call for models and data of `own` sizes."""
        capacity = self.architecture.capacity
        if own.capacity <= capacity:
            return self.max_steps
        return max(1, min(self.max_steps, capacity // (own.batch * self.lanes)))

    def samples(self, arrays: SampleArrays) -> SampleArrays:
        """Return the arrays as tensors of the program's sizes; unchanged if N is larger."""
        sizes = self.architecture
        if len(arrays[0]) > sizes.capacity:
            return arrays
        padded = []
        for array, width in zip(arrays, (sizes.features, sizes.targets, 3), strict=True):
            padded.append(np.zeros((sizes.capacity, sizes.timesteps, width), np.float32))
            padded[-1][tuple(map(slice, array.shape))] = array
        return tuple(map(tf.constant, padded))

    def train(
        self, state: ModelState, samples: SampleArrays, batches: np.ndarray, thread: int = 0
    ) -> np.ndarray:
        """Train on at most `most_steps` batches (steps, L, B); return the losses (steps, L)."""
        steps, _, size = batches.shape
        order = np.full((self.max_steps, self.lanes, self.architecture.batch), -1, np.int32)
        order[:steps, :, :size] = batches
        if isinstance(samples[0], np.ndarray):
            used = np.unique(batches[batches >= 0])  # pass only the samples in these batches
            order[order >= 0] = np.searchsorted(used, order[order >= 0])
            samples = self.samples(tuple(array[used] for array in samples))
        rows, span = tf.constant(order), tf.constant([state.step, steps])
        with tf.device(DEVICES[thread]):
            state.values, losses = self._run(state.values, samples, rows, span, state.training)
        state.step += steps
        return losses.numpy()[:steps]


_codes: dict[Code, Any] = {}  # traced functions for any sizes; XLA compiles them for each size


def _train(  # noqa: PLR0917  TensorFlow traces each argument
    code: Code,
    values: list[Array],
    samples: SampleArrays,
    order: Array,
    span: Array,  # the numbers of batches trained so far, and to train now
    training: TrainingTensors,
) -> tuple[list[Array], Array]:
    """Train on the samples in `order` (steps, L, B); return values and losses (steps, L)."""
    count = len(values) // COPIES
    rule, choices = training
    # Correct all steps' learning rates in advance. This saves a tiny model a tenth of its time.
    rate, m_part, v_part, inside, outside = tf.unstack(rule, num=5)
    numbers = tf.cast(span[0] + 1 + tf.range(tf.shape(order)[0]), tf.float32)
    v_bias, m_bias = 1 - tf.pow(1 - v_part, numbers), 1 - tf.pow(1 - m_part, numbers)
    rates = tf.where(choices[2] > 0, rate * tf.sqrt(v_bias) / m_bias, rate)

    def train_batch(step: Array, values: list[Array], losses: Array) -> tuple[Any, ...]:
        loss, gradients = _gradients(code, values[:count], samples, order[step], training)
        after = []
        for place, g in enumerate(gradients):  # see `UPDATES`
            w, m, v = values[place::count]
            m = (1 - m_part) * m + m_part * g
            v = (1 - v_part) * v + v_part * g * g
            after.append((w - rates[step] * m / (tf.sqrt(v + inside) + outside), m, v))
        values = [array for arrays in zip(*after, strict=True) for array in arrays]
        return step + 1, values, tf.tensor_scatter_nd_update(losses, [[step]], [loss])

    start = (tf.constant(0), values, tf.zeros(tf.shape(order)[:2]))
    _, values, losses = tf.while_loop(lambda step, *_: step < span[1], train_batch, start)
    return values, losses


def _gradients(
    code: Code, weights: list[Array], samples: SampleArrays, rows: Array, training: TrainingTensors
) -> tuple[Array, list[Array]]:
    """Return losses (L,) and weight gradients for the samples in `rows` (L, B); -1 is no sample."""
    timesteps, targets, _, loss, pooling = tf.unstack(training[1], num=5)
    x, y, counts = (tf.transpose(tf.gather(a, tf.maximum(rows, 0)), (2, 0, 1, 3)) for a in samples)
    exists = tf.cast(rows >= 0, tf.float32)
    sample_weight, counted = counts[..., 0] * exists, counts[..., 1] * exists
    with tf.GradientTape() as tape:
        tape.watch(weights)
        for layer in layers_of(weights):
            x = recurrent(code.cell, layer, x, timesteps)
        if code.pools:
            x = pooled(x, counts[..., 2:], counted[..., None], pooling)
        if head := weights[ARRAYS_EACH * code.layers :]:
            kernel, bias = head
            x = product(x, kernel) + bias[:, None]
        # Steps that don't count may have any outputs, also infinite ones.
        outputs = tf.where(counted[..., None] > 0, x, 0.0)  # (T, L, B, K)
        costs = _costs(outputs, y, targets, loss) * sample_weight
        losses = tf.reduce_sum(costs, axis=(0, 2)) / tf.reduce_sum(counted, axis=(0, 2))
    return losses, tape.gradient(losses, weights)


def _costs(outputs: Array, y: Array, targets: Array, chosen: Array) -> Array:
    """Return the cost (T, L, B) of outputs (T, L, B, K) for the loss at index `chosen` of LOSSES.

    Only the first `targets` outputs count. Each loss has its own derivative, since differentiating
    `tf.where` took a tenth of the time. A switch runs one kind of loss: running all took a fifth.
    """
    exists = tf.range(tf.shape(y)[-1]) < targets
    activations = ["", "softmax", "sigmoid"]  # in the order of the branches below
    branch_of_loss = tf.constant([activations.index(loss.activation) for loss in LOSSES.values()])

    @tf.custom_gradient
    def costs(outputs: Array) -> tuple[Array, Callable[[Array], Array]]:
        branches = (
            lambda: _number_costs(outputs - y, targets, chosen),
            lambda: _softmax_costs(outputs, y, exists),
            lambda: _sigmoid_costs(outputs, y, exists),
        )
        cost, slope = tf.switch_case(tf.gather(branch_of_loss, chosen), branches)
        return cost, lambda upstream: upstream[..., None] * slope

    return costs(outputs)


Costs: TypeAlias = "tuple[Array, Array]"
"""Costs, (T, L, B) or of each output (T, L, B, K), and their derivatives by each output."""


def _softmax_costs(outputs: Array, y: Array, exists: Array) -> Costs:
    """Return Keras's `categorical_crossentropy` of the softmax of the outputs that exist."""
    outputs = tf.where(exists, outputs, outputs.dtype.min)  # Others have the probability 0.
    outputs -= tf.reduce_max(outputs, axis=-1, keepdims=True)
    powers = tf.exp(outputs)
    total = tf.reduce_sum(powers, axis=-1, keepdims=True)
    costs = tf.where(exists, y * (tf.math.log(total) - outputs), 0.0)
    return tf.reduce_sum(costs, axis=-1), tf.where(exists, powers / total - y, 0.0)


def _sigmoid_costs(outputs: Array, y: Array, exists: Array) -> Costs:
    """Return Keras's `binary_crossentropy` of the sigmoid of the output; only one exists."""
    costs = tf.maximum(outputs, 0.0) - outputs * y + tf.math.log1p(tf.exp(-tf.abs(outputs)))
    slope = tf.where(exists, tf.sigmoid(outputs) - y, 0.0)
    return tf.reduce_sum(tf.where(exists, costs, 0.0), axis=-1), slope


def _number_costs(wrong: Array, targets: Array, chosen: Array) -> Costs:
    """Return the mean over the targets of a loss of numbers; other outputs are 0, without error."""
    cost = slope = tf.zeros_like(wrong)
    for place, (name, loss) in enumerate(LOSSES.items()):
        if not loss.activation:
            loss_cost, loss_slope = _FORMULAS[name](wrong)
            cost = tf.where(chosen == place, loss_cost, cost)
            slope = tf.where(chosen == place, loss_slope, slope)
    share = 1 / tf.cast(targets, tf.float32)
    return share * tf.reduce_sum(cost, axis=-1), share * slope


def _huber(wrong: Array) -> Costs:
    """Return Keras's `huber` with `delta` 1."""
    size = tf.abs(wrong)
    return tf.where(size <= 1, 0.5 * size * size, size - 0.5), tf.clip_by_value(wrong, -1.0, 1.0)


_FORMULAS: dict[str, Callable[[Array], Costs]] = {  # each loss of numbers, by a key of LOSSES
    "mse": lambda wrong: (wrong * wrong, 2 * wrong),
    "mae": lambda wrong: (tf.abs(wrong), tf.sign(wrong)),
    "huber": _huber,
}
