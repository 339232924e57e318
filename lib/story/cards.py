"""The gallery's cards with their figures: numbers for the words, and what the picture draws.

Both are of what is recorded, and are recorded themselves, since a table alone takes a cold server
more than a second: `card_of` makes them for `tests/record.py`, `told` and `plot_of` read them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lib.charts import PICTURES, Plot, off_unit
from lib.data import make_dataset, settle, suggested
from lib.experiment import CELLS, Experiment, read_query
from lib.results import RunAt, best_loss, naive_loss
from lib.shapes import Damage, Leak
from lib.story.scene import GALLERY, Scene
from lib.text import apart_by, number, readable
from lib.training import answers_of, read, recorded, recorded_damage, recorded_leak, with_seeds

FILE = "gallery"
"""The name of their recording."""
CELLS_COMPARED = ("lstm", "simple_rnn")


@dataclass(frozen=True, slots=True, eq=False)
class Card:
    """What a card needs besides its words."""

    numbers: dict[str, str]
    """What stands in its title and text where these have the name in braces."""
    plot: Plot


def _experiment(setup: Mapping[str, list[str]]) -> Experiment:
    """The experiment that a setup opens, with as many seeds as are trained there."""
    base = suggested(setup["data"][-1])
    experiment = settle(read_query(setup, base)[0])
    return with_seeds(experiment, make_dataset(experiment))


def experiments_of(scene: Scene) -> tuple[Experiment, ...]:
    """What a card is about: one experiment, or the same with two cells."""
    if scene.picture != "cells":
        return (_experiment(scene.query),)
    return tuple(_experiment({**scene.query, "cell": [cell]}) for cell in CELLS_COMPARED)


def run_of(experiment: Experiment) -> RunAt:
    """Its recording. Raises KeyError where there is none."""
    if (snapshot := recorded(experiment)) is None:
        raise KeyError(f"nothing is recorded of {experiment}")
    return RunAt(experiment, make_dataset(experiment), snapshot)


def of_run(run: RunAt) -> dict[str, str]:
    """What there is to say of a run in numbers: medians of its seeds, as all figures on a page."""
    dataset, snapshot = run.dataset, run.snapshot
    scale, unit = dataset.raw_scale or 1.0, off_unit(dataset)
    guesses, (floors, _) = naive_loss(run.experiment, dataset), best_loss(run.experiment, dataset)

    def off(mse: float) -> str:
        return readable(scale * math.sqrt(mse), 2, unit)

    numbers = {"guess_off": off(dataset.naive_mse[-1])}
    for mode in snapshot.results:
        error, loss = (np.median(snapshot.by_seed(mode, of)) for of in ("final_mse", "final_loss"))
        numbers |= {
            mode: readable(error, 2),
            f"{mode}_off": off(error),
            f"{mode}_loss": readable(loss, 2),
            f"{mode}_guess": readable(guesses[mode], 2),
        }
        if floors.get(mode):
            numbers[f"{mode}_floor"] = number(floors[mode], 7)
    for baseline in dataset.baselines:
        wrong = baseline.last[dataset.judged] - dataset.y[dataset.judged][:, -1]
        numbers[f"by_{baseline.name}"] = off(np.mean(wrong.astype(np.float64) ** 2))
    return numbers


def _of_leak(leak: Leak) -> dict[str, str]:
    values = leak.one_way.mean(), leak.both_ways[:-1].mean(), leak.both_ways[-1]
    names = "one_way", "both_ways", "last_step"
    return {name: readable(value, 2) for name, value in zip(names, values, strict=True)}


def _of_damage(damage: Damage) -> dict[str, str]:
    return {side: readable(damage.error(side), 2) for side in ("right", "wrong")}


def _of_norms(norms: Mapping[str, np.ndarray]) -> dict[str, str]:
    return {"times": number(norms["sequence"][0] / norms["last"][0], 2)}


def _of_modes(answer: Mapping[str, Any]) -> dict[str, str]:
    return {"difference": apart_by(answer["difference"]) if answer["difference"] else "0.0"}


def _of_cells(runs: Mapping[str, RunAt]) -> dict[str, str]:
    return {name: of_run(run)["last"] for name, run in runs.items()}


def cells_of(scene: Scene) -> dict[str, RunAt]:
    """What a card of two cells is about, by the cell's name."""
    runs = map(run_of, experiments_of(scene))
    return {CELLS[run.experiment.model.cell].label: run for run in runs}


_ABOUT: dict[str, tuple[Callable[[Scene], Any], Callable[[Any], dict[str, str]]]] = {
    "leaked": (lambda _: recorded_leak(), _of_leak),
    "broadcast": (lambda _: recorded_damage("flat"), _of_damage),
    "reach": (lambda scene: answers_of(scene.query["data"][-1])["reach"][0][1], _of_norms),
    "one": (lambda scene: answers_of(scene.query["data"][-1])["modes"][-1][1], _of_modes),
    "cells": (cells_of, _of_cells),
}
"""By picture, what cards are about that aren't about one run, and its numbers."""


def card_of(scene: Scene) -> Card:
    """The figures of a card, of what is recorded now."""
    find, count = _ABOUT.get(scene.picture, (lambda scene: run_of(*experiments_of(scene)), of_run))
    about = find(scene)
    return Card(count(about), PICTURES[scene.picture][0](about))


def plot_of(scene: Scene) -> Plot:
    """What its picture draws; `scene` is one of GALLERY."""
    return _read()[scene.id].plot


def told(scene: Scene) -> Scene:
    """The scene with its numbers in its words; as it is where it is no card of the gallery."""
    if GALLERY.get(scene.id) is not scene:
        return scene
    words = _read()[scene.id].numbers
    return replace(scene, title=scene.title.format(**words), text=scene.text.format(**words))


def _read() -> dict[str, Card]:
    cards: dict[str, Card] = read(FILE, dict[str, Card])
    return cards
