"""The workloads with other libraries: Keras's `fit`, eager PyTorch, and JAX with jitted epochs.

`python -m tests.bench.peers fit|torch|jax` prints "ready". For each line of standard input, a JSON
list [workload number, seconds], it then trains and prints epochs per second. This lets peers take
turns. Each peer runs in its own process, on one thread, like the worker.
"""

import json
import os
import sys
import time
from functools import cache

import numpy as np

from tests.bench.workloads import LEARNING_RATE, WORKLOADS

SNAPSHOT_SECONDS = 0.2  # the time between two evaluations, as in the worker
XLA_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def by_epochs(train, unit):
    """Return a function that measures the speed of `train(epochs)`, for multiples of `unit`."""
    train(unit)

    def measure(seconds):
        units, done = 1, 0
        start = now = time.perf_counter()
        while now - start < seconds:
            before = now
            train(units * unit)
            now = time.perf_counter()
            done += units * unit
            left = seconds - (now - start)
            units = max(1, min(4 * units, int(units * left / (now - before))))
        return done / (now - start)

    return measure


def keras_fit(work):
    """Return a function that measures `fit`, with a callback that evaluates like the worker."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    dataset = work.dataset()
    model = keras.Sequential(
        [
            keras.Input((work.timesteps, work.features)),
            keras.layers.LSTM(work.units, return_sequences=True),
            keras.layers.Dense(work.outputs, "softmax" if work.classes else None),
        ]
    )
    loss = "sparse_categorical_crossentropy" if work.classes else "mean_squared_error"
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss)
    x, y = dataset.x[: work.samples], dataset.y[: work.samples]
    y = y.argmax(axis=-1) if work.classes else y
    evaluated, target = dataset.x[dataset.evaluated], dataset.y[dataset.evaluated]

    class Keep(keras.callbacks.Callback):
        """Keeps results, and the time from the end of the first epoch, in which `fit` compiles."""

        def __init__(self, seconds):
            super().__init__()
            self.losses = []
            self.results = ()
            self.kept_at = self.start = self.elapsed = 0.0
            self._seconds = seconds

        def on_epoch_end(self, epoch, logs=None):
            """Record the loss, and sometimes evaluate."""
            self.losses.append((logs or {})["loss"])
            if time.perf_counter() - self.kept_at >= SNAPSHOT_SECONDS:
                outputs = self.model.predict_on_batch(evaluated)
                self.results = (epoch, ((outputs - target) ** 2).mean(axis=0), outputs[:32])
                self.kept_at = time.perf_counter()
            now = time.perf_counter()
            self.start = self.start or now
            self.elapsed = now - self.start
            self.model.stop_training = self.elapsed >= self._seconds

    def measure(seconds):
        keep = Keep(seconds)
        model.fit(x, y, work.batch, epochs=1_000_000, verbose=0, callbacks=[keep])
        return (len(keep.losses) - 1) / keep.elapsed

    return measure


def torch_eager(work):
    """Return a function that measures the training loop of PyTorch's tutorials."""
    import torch

    torch.set_num_threads(1)
    x = torch.from_numpy(work.dataset().x[: work.samples].copy())
    y = torch.from_numpy(work.dataset().y[: work.samples].copy())
    recurrent = torch.nn.LSTM(work.features, work.units, batch_first=True)
    head = torch.nn.Linear(work.units, work.outputs)
    optimizer = torch.optim.Adam([*recurrent.parameters(), *head.parameters()], LEARNING_RATE)

    def loss_of(outputs, y):
        if work.classes:
            return torch.nn.functional.cross_entropy(outputs.mT, y.argmax(dim=-1))
        return torch.nn.functional.mse_loss(outputs, y)

    def train(epochs):
        for _ in range(epochs):
            losses = []
            for rows in torch.randperm(work.samples).split(work.batch):
                optimizer.zero_grad()
                loss = loss_of(head(recurrent(x[rows])[0]), y[rows])
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
            torch.stack(losses).mean().item()

    return by_epochs(train, 1)


def jax_jitted(work):
    """Return a function that measures a handwritten cell and Adam, with `lax.scan` for loops."""
    os.environ["XLA_FLAGS"] = XLA_ONE_THREAD
    import jax
    from jax import lax
    from jax import numpy as jnp

    x, y = (jnp.asarray(a[: work.samples]) for a in (work.dataset().x, work.dataset().y))
    rng, units, width = np.random.default_rng(0), work.units, 4 * work.units
    shapes = [
        (work.features, width),
        (units, width),
        (width,),
        (units, work.outputs),
        (work.outputs,),
    ]
    weights = [jnp.asarray(rng.normal(0, 0.1, shape), jnp.float32) for shape in shapes]
    zeros = [jnp.zeros(shape) for shape in shapes]

    def cell(c, gates):
        i, f, g, o = jnp.split(gates, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        return jax.nn.sigmoid(o) * jnp.tanh(c), c

    def loss(weights, x, y):
        kernel, recurrent, bias, head, head_bias = weights

        def step(state, p):
            state = cell(state[1], p + state[0] @ recurrent)
            return state, state[0]

        start = (jnp.zeros((x.shape[0], units)),) * 2
        _, hidden = lax.scan(step, start, (x @ kernel + bias).transpose(1, 0, 2))
        outputs, y = hidden @ head + head_bias, y.transpose(1, 0, 2)
        if work.classes:
            return -(y * jax.nn.log_softmax(outputs)).sum(axis=-1).mean()
        return ((outputs - y) ** 2).mean()

    def step(state, rows):
        weights, m, v, t = state
        value, grads = jax.value_and_grad(loss)(weights, x[rows], y[rows])
        t += 1
        m = [0.9 * a + 0.1 * g for a, g in zip(m, grads, strict=True)]
        v = [0.999 * a + 0.001 * g * g for a, g in zip(v, grads, strict=True)]
        size = LEARNING_RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
        parts = zip(weights, m, v, strict=True)
        weights = [w - size * a / (jnp.sqrt(b) + 1e-7) for w, a, b in parts]
        return (weights, m, v, t), value

    @jax.jit
    def run(state, order):
        return lax.scan(step, state, order)

    state = (weights, zeros, zeros, jnp.float32(0))

    def train(epochs):
        nonlocal state
        for _ in range(epochs // work.jit_epochs):
            order = rng.permuted(np.tile(np.arange(work.samples), (work.jit_epochs, 1)), axis=1)
            order = order.reshape(-1, work.batch).astype(np.int32)
            state, losses = run(state, order)
        losses.block_until_ready()

    return by_epochs(train, work.jit_epochs)


PEERS = {"fit": keras_fit, "torch": torch_eager, "jax": jax_jitted}


def main(peer):
    """Print "ready", and measure until standard input ends."""
    prepared = cache(PEERS[peer])
    print("ready", flush=True)
    for line in sys.stdin:
        number, seconds = json.loads(line)
        work = WORKLOADS[number]
        print(json.dumps(prepared(work)(seconds)), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
