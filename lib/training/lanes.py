"""A run's models in lanes: side by side in one call of a program, and two calls at once.

A call trains models of one mode, as many as the program has lanes. Where the program has two
threads, as for several seeds, a helper thread makes every second call.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
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


@dataclass(slots=True, eq=False)
class Group:
    """Models of one mode that one call trains."""

    models: list[Model]
    places: list[int]
    """The seed in each lane; the last one is repeated where there are more lanes than seeds."""
    state: ModelState


@cache
def _helper() -> ThreadPoolExecutor:
    """The thread beside the loop's, with a lower priority than the pages."""
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

    def weights(
        self, models: Collection[Model], *, memory: bool = False
    ) -> dict[Model, list[np.ndarray]]:
        """Copies of these models' weights now, then the `memory` of their optimizer."""
        found: dict[Model, list[np.ndarray]] = {}
        for group in self._groups:
            if set(group.models) & set(models):
                lanes = self._program.weights(group.state, memory=memory)
                found |= dict(zip(group.models, lanes, strict=False))
        return {model: found[model] for model in models}

    def train(
        self, batches: np.ndarray, models: Collection[Model]
    ) -> Iterator[dict[Model, np.ndarray]]:
        """Train these models on batches (steps, seeds, B), and those that share a call with them.

        Yields the losses (steps,) of the models of each call or two.
        """
        groups = [group for group in self._groups if set(group.models) & set(models)]
        abreast = self._program.threads
        for start in range(0, len(groups), abreast):
            first, *second = groups[start : start + abreast]
            others = [_helper().submit(self._call, group, batches, 1) for group in second]
            try:
                mine = self._call(first, batches)
            finally:
                wait(others)  # after an error, too: the run releases what they train
            losses = [mine, *(other.result() for other in others)]
            yield {
                model: found[:, lane]
                for group, found in zip((first, *second), losses, strict=True)
                for lane, model in enumerate(group.models)
            }

    def _call(self, group: Group, batches: np.ndarray, thread: int = 0) -> np.ndarray:
        return self._program.train(group.state, self._data, batches[:, group.places], thread)
