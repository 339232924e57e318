"""A run's models in lanes: side by side in one call of a program, and two calls at once.

A call trains models of one mode, as many as the program has lanes. Where the program has two
threads, as for several seeds, a helper thread makes every second call.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.data import Samples
from lib.experiment import TrainingSettings
from lib.training.architecture import Architecture
from lib.training.machine import give_way

if TYPE_CHECKING:
    from lib.training.engine import ModelState, Program

Model = tuple[str, int]  # a mode, "sequence" or "last", and the place of a seed, from 0


class BatchOrder:
    """Shuffled batches, epoch after epoch. Every sample is in every epoch exactly once.

    The order depends on `samples`, `batch` and `seed` alone, not on how many are taken at a time.
    Both models of a pair get the same batches, and so do those of the exact script that
    `lib.export` writes; in its plain script `fit` shuffles in another order.
    """

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


@dataclass(slots=True, eq=False)
class Group:
    """Models of one mode that one call trains."""

    models: list[Model]
    places: list[int]
    """The seed in each lane; the last one is repeated where there are more lanes than seeds."""
    state: ModelState


@cache
def _helper() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, "lanes", give_way)


class Lanes:
    """All models of a run in a program that holds their `own` sizes: see `Program.load`."""

    def __init__(
        self,
        program: Program,
        own: Architecture,
        samples: Samples,
        models: dict[Model, list[np.ndarray]],
        settings: TrainingSettings,
        *,
        step: int = 0,
    ) -> None:
        self.max_steps = program.most_steps(own)  # the most batches that one call can train
        self._program, width = program, program.lanes
        n = samples.train
        self._data: Any = program.samples(samples.x[:n], samples.y[:n])
        self._groups: list[Group] = []
        for mode in dict.fromkeys(mode for mode, _ in models):
            seeds = [place for of, place in models if of == mode]
            for start in range(0, len(seeds), width):
                part = seeds[start : start + width]
                places = part + part[-1:] * (width - len(part))
                arrays = [models[mode, k] for k in places]
                state = program.load(arrays, own, settings, mode, step=step)
                self._groups.append(Group([(mode, k) for k in part], places, state))

    def _groups_of(self, models: Collection[Model]) -> list[Group]:
        return [group for group in self._groups if set(group.models) & set(models)]

    def weights(
        self, models: Collection[Model], *, memory: bool = False
    ) -> dict[Model, list[np.ndarray]]:
        """Copies of these models' weights now, then the `memory` of their optimizer."""
        found: dict[Model, list[np.ndarray]] = {}
        for group in self._groups_of(models):
            lanes = self._program.weights(group.state, memory=memory)
            found |= dict(zip(group.models, lanes, strict=False))
        return {model: found[model] for model in models}

    def train(self, batches: np.ndarray, models: Collection[Model]) -> dict[Model, np.ndarray]:
        """Train these models on batches (steps, seeds, B), and those that share a call with them.

        Returns the losses (steps,) of each.
        """
        groups, losses = self._groups_of(models), list[np.ndarray]()
        for start in range(0, len(groups), self._program.threads):
            first, *second = groups[start : start + self._program.threads]
            others = [_helper().submit(self._call, group, batches, 1) for group in second]
            try:
                losses.append(self._call(first, batches, 0))
            finally:
                wait(others)  # after an error, too: the run releases what they train
            losses += [other.result() for other in others]
        return {
            model: found[:, lane]
            for group, found in zip(groups, losses, strict=True)
            for lane, model in enumerate(group.models)
        }

    def _call(self, group: Group, batches: np.ndarray, thread: int) -> np.ndarray:
        return self._program.train(group.state, self._data, batches[:, group.places], thread)
