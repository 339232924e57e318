"""Which samples come in which batch: one endless, repeatable order for each seed of a run.

Both models of a pair get the same batches, and so do those of the exact script that `lib.export`
writes; in its plain script `fit` shuffles in another order.
"""

import json

import numpy as np


class BatchOrder:
    """Shuffled batches, epoch after epoch, in an order that no length of `take` changes."""

    def __init__(self, samples: int, batch: int, seed: int) -> None:
        self.samples, self.batch = samples, min(batch, samples)
        self.steps = -(-samples // self.batch)  # batches in an epoch
        self._rng = np.random.default_rng([seed, 2])
        self._waiting = np.empty((0, self.batch), np.int32)

    @property
    def sizes(self) -> np.ndarray:
        """How many samples each batch of an epoch has, (steps,): the last one has what is left."""
        sizes = np.full(self.steps, self.batch)
        sizes[-1] = self.samples - self.batch * (self.steps - 1)
        return sizes

    def take(self, steps: int) -> np.ndarray:
        """The next batches, (steps, B) int32: indexes, and -1 where the last batch is short."""
        if (missing := steps - len(self._waiting)) > 0:
            epochs = -(-missing // self.steps)
            indexes = np.tile(np.arange(self.samples, dtype=np.int32), (epochs, 1))
            rows = np.full((epochs, self.steps * self.batch), -1, np.int32)
            rows[:, : self.samples] = self._rng.permuted(indexes, axis=1)
            self._waiting = np.concatenate([self._waiting, rows.reshape(-1, self.batch)])
        taken, self._waiting = self._waiting[:steps], self._waiting[steps:]
        return taken

    @property
    def place(self) -> str:
        """Where the order is between two epochs: the state of its random numbers, as JSON."""
        return json.dumps(self._rng.bit_generator.state)

    def go_to(self, place: str) -> None:
        """Go on from the `place` of another order of the same numbers."""
        self._rng.bit_generator.state = json.loads(place)
        self._waiting = self._waiting[:0]
