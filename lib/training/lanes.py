"""A run's models in lanes: side by side in one program, and two programs at once.

It trains and knows no figures. Models of one mode share a call of a program. Of several seeds a
helper thread makes every second call, since programs take one thread each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from lib.dataset import Samples
from lib.training import machine
from lib.training.machine import give_way

if TYPE_CHECKING:
    from lib.training.engine import ModelState, Program

Model = tuple[str, int]
"""A mode, "sequence" or "last", and the place of a seed, from 0."""


@dataclass(slots=True, eq=False)
class Group:
    """Models of one mode that one call trains."""

    models: list[Model]
    places: list[int]
    """The seed in each lane; the last one again where there are more lanes than seeds."""
    state: ModelState


@cache
def _helper() -> ThreadPoolExecutor | None:
    """The thread beside the loop's, where there is a processor for it; pages come before it."""
    return ThreadPoolExecutor(1, "lanes", give_way) if machine.cores() >= 2 else None


class Lanes:
    """All models of a run in a program: `initial` weights by model, and the samples they learn."""

    def __init__(
        self,
        program: Program,
        samples: Samples,
        initial: dict[Model, list[np.ndarray]],
        learning_rate: float,
    ) -> None:
        self.max_steps = program.max_steps
        """The most batches that one call can train."""
        self._program, width = program, program.lanes
        n = samples.train
        self._data: Any = program.samples(samples.x[:n], samples.y[:n])
        self._groups: list[Group] = []
        for mode in dict.fromkeys(mode for mode, _ in initial):
            seeds = [place for of, place in initial if of == mode]
            for start in range(0, len(seeds), width):
                own = seeds[start : start + width]
                places = own + own[-1:] * (width - len(own))
                state = program.fresh([initial[mode, k] for k in places], learning_rate, mode)
                self._groups.append(Group([(mode, k) for k in own], places, state))

    def weights(self, models: Sequence[Model]) -> dict[Model, list[np.ndarray]]:
        """Copies of these models' weights now, in the order of `model.get_weights()`."""
        found: dict[Model, list[np.ndarray]] = {}
        for group in self._groups:
            if wanted := [model for model in group.models if model in models]:
                known = dict(zip(group.models, self._program.weights(group.state), strict=False))
                found |= {model: known[model] for model in wanted}
        return found

    def train(
        self, batches: np.ndarray, models: Sequence[Model]
    ) -> Iterator[dict[Model, np.ndarray]]:
        """Train these models on batches (steps, seeds, B), a call or two at a time.

        Yields the losses (steps,) of some models after another. Others may be trained along, of
        which nobody wants to know any more.
        """
        groups = [group for group in self._groups if set(group.models) & set(models)]
        several = batches.shape[1] > 1 and not self._program.is_alone
        helper = _helper() if several else None  # one seed leaves it to others
        abreast = 2 if helper else 1
        for start in range(0, len(groups), abreast):
            first, *second = groups[start : start + abreast]
            others = [helper.submit(self._call, g, batches) for g in second if helper]
            losses = [self._call(first, batches), *(other.result() for other in others)]
            yield {
                model: found[:, lane]
                for group, found in zip((first, *second), losses, strict=True)
                for lane, model in enumerate(group.models)
            }

    def _call(self, group: Group, batches: np.ndarray) -> np.ndarray:
        return self._program.train(group.state, self._data, batches[:, group.places])
