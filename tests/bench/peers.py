"""The workloads with other libraries: Keras's `fit` and eager PyTorch.

`python -m tests.bench.peers fit|torch` prints "ready". For each line of standard input, a JSON
list [workload number, seconds], it then trains and prints epochs per second. This lets peers take
turns. Each peer runs in its own process, on one thread, like the worker.
"""

import json
import sys
import time
from functools import cache

from tests.bench.workloads import LEARNING_RATE, WORKLOADS

SNAPSHOT_SECONDS = 0.2  # the time between two evaluations, as in the worker


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

    def train():
        losses = []
        for rows in torch.randperm(work.samples).split(work.batch):
            optimizer.zero_grad()
            loss = loss_of(head(recurrent(x[rows])[0]), y[rows])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.stack(losses).mean().item()

    def measure(seconds):
        train()
        epochs, start = 0, time.perf_counter()
        while (elapsed := time.perf_counter() - start) < seconds:
            train()
            epochs += 1
        return epochs / elapsed

    return measure


PEERS = {"fit": keras_fit, "torch": torch_eager}


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
