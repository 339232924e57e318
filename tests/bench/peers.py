"""The same training in other hands: Keras's `fit`, PyTorch eager, and JAX with whole epochs jitted.

`python -m tests.bench.peers fit|torch|jax SECONDS BUDGET` measures each workload for SECONDS and
prints epochs per second by name as JSON. Workloads that would begin after BUDGET seconds are left
out. Each peer runs in a process of its own, on one thread, as the worker does.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable

import numpy as np

from tests.bench.workloads import LEARNING_RATE, WORKLOADS, Workload

SNAPSHOT_SECONDS = 0.2
"""How often figures are kept: as often as the worker does it."""
XLA_ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


def rate(train: Callable[[int], None], unit: int, seconds: float) -> float:
    """Epochs per second of `train(epochs)`, asked for multiples of `unit` epochs."""
    train(unit)  # what is compiled, is compiled here
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


def keras_fit(work: Workload, seconds: float) -> float:
    """`fit`, with a callback that keeps what the worker keeps: losses, errors, predictions."""
    import keras
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(1)
    dataset = work.dataset()
    model = keras.Sequential(
        [
            keras.Input((work.timesteps, work.features)),
            keras.layers.LSTM(work.units, return_sequences=True),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(LEARNING_RATE), "mean_squared_error")
    x, y = dataset.x[: work.samples], dataset.y[: work.samples]
    judged, target = dataset.x[dataset.judged], dataset.y[dataset.judged]

    class Keep(keras.callbacks.Callback):
        """Keeps figures, and the time from the end of the first epoch, which compiles."""

        def __init__(self) -> None:
            super().__init__()
            self.losses: list[float] = []
            self.figures: tuple = ()
            self.kept = self.start = self.elapsed = 0.0

        def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
            """Note the loss; every now and then, judge."""
            self.losses.append((logs or {})["loss"])
            if time.perf_counter() - self.kept >= SNAPSHOT_SECONDS:
                said = self.model.predict_on_batch(judged)
                self.figures = (epoch, ((said - target) ** 2).mean(axis=(0, 2)), said[:32])
                self.kept = time.perf_counter()
            now = time.perf_counter()
            self.start = self.start or now
            self.elapsed = now - self.start
            self.model.stop_training = self.elapsed >= seconds

    keep = Keep()
    model.fit(x, y, work.batch, epochs=1_000_000, verbose=0, callbacks=[keep])
    return (len(keep.losses) - 1) / keep.elapsed


def torch_eager(work: Workload, seconds: float) -> float:
    """The loop that PyTorch's tutorials write."""
    import torch

    torch.set_num_threads(1)
    dataset = work.dataset()
    x, y = (torch.from_numpy(a[: work.samples].copy()) for a in (dataset.x, dataset.y))
    lstm = torch.nn.LSTM(work.features, work.units, batch_first=True)
    head = torch.nn.Linear(work.units, 1)
    optimizer = torch.optim.Adam([*lstm.parameters(), *head.parameters()], LEARNING_RATE)

    def train(epochs: int) -> None:
        for _ in range(epochs):
            losses = []
            for rows in torch.randperm(work.samples).split(work.batch):
                optimizer.zero_grad()
                loss = torch.nn.functional.mse_loss(head(lstm(x[rows])[0]), y[rows])
                loss.backward()
                optimizer.step()
                losses.append(loss.detach())
            torch.stack(losses).mean().item()

    return rate(train, 1, seconds)


def jax_jitted(work: Workload, seconds: float) -> float:
    """LSTM and Adam by hand; epochs, batches and timesteps are `lax.scan`s in one jitted call."""
    os.environ["XLA_FLAGS"] = XLA_ONE_THREAD
    import jax
    from jax import lax
    from jax import numpy as jnp

    dataset = work.dataset()
    x, y = (jnp.asarray(a[: work.samples]) for a in (dataset.x, dataset.y))
    units = work.units
    rng = np.random.default_rng(0)
    shapes = [(work.features, 4 * units), (units, 4 * units), (4 * units,), (units, 1), (1,)]
    weights = [jnp.asarray(rng.normal(0, 0.1, shape), jnp.float32) for shape in shapes]
    zeros = [jnp.zeros(shape) for shape in shapes]

    def loss(weights: list, x: jax.Array, y: jax.Array) -> jax.Array:
        kernel, recurrent, bias, head, head_bias = weights

        def cell(state: tuple, inputs: jax.Array) -> tuple:
            h, c = state
            i, f, g, o = jnp.split(inputs + h @ recurrent, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        start = jnp.zeros((x.shape[0], units))
        _, hidden = lax.scan(cell, (start, start), (x @ kernel + bias).transpose(1, 0, 2))
        return ((hidden @ head + head_bias - y.transpose(1, 0, 2)) ** 2).mean()

    def step(state: tuple, rows: jax.Array) -> tuple:
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
    def run(state: tuple, order: jax.Array) -> tuple:
        return lax.scan(step, state, order)

    state = (weights, zeros, zeros, jnp.float32(0))

    def train(epochs: int) -> None:
        nonlocal state
        for _ in range(epochs // work.jit_epochs):
            order = rng.permuted(np.tile(np.arange(work.samples), (work.jit_epochs, 1)), axis=1)
            order = order.reshape(-1, work.batch).astype(np.int32)
            state, losses = run(state, order)
        losses.block_until_ready()

    return rate(train, work.jit_epochs, seconds)


PEERS: dict[str, Callable[[Workload, float], float]] = {
    "fit": keras_fit,
    "torch": torch_eager,
    "jax": jax_jitted,
}


def main(peer: str, seconds: float, budget: float) -> None:
    """Measure one peer, and print what was found."""
    start = time.perf_counter()
    found: dict[str, float] = {}
    for work in WORKLOADS:
        if time.perf_counter() - start > budget:
            break
        found[work.name] = PEERS[peer](work, seconds)
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), float(sys.argv[3]))
