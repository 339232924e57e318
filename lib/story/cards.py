"""What the gallery's cards are about: recorded runs, and their small pictures.

The pictures are recorded, too, since drawing one of a table takes a cold server more than a second.
"""

from collections.abc import Mapping
from typing import Any

from lib.charts import PICTURES, Plot
from lib.data import make_dataset, settle, suggested
from lib.experiment import CELLS, Experiment, read_query
from lib.results import RunAt
from lib.story.scene import Scene
from lib.training import answers_of, read, recorded, recorded_damage, recorded_leak, with_seeds

FILE = "gallery"  # the name of the recording of the pictures
CELLS_COMPARED = ("lstm", "simple_rnn")


def experiments_of(scene: Scene) -> tuple[Experiment, ...]:
    """What a card is about: one experiment, or the same with two cells."""
    if scene.picture != "cells":
        return (_experiment(scene.query),)
    return tuple(_experiment({**scene.query, "cell": [cell]}) for cell in CELLS_COMPARED)


def _experiment(setup: Mapping[str, list[str]]) -> Experiment:
    """The experiment that a setup opens, with as many seeds as are trained there."""
    experiment = settle(read_query(setup, suggested(setup["data"][-1]))[0])
    return with_seeds(experiment, make_dataset(experiment))


def runs_of(scene: Scene) -> dict[str, RunAt]:
    """The recorded runs of a card by the label of their cell. Raises KeyError without one."""
    runs = {}
    for experiment in experiments_of(scene):
        if (snapshot := recorded(experiment)) is None:
            raise KeyError(f"nothing is recorded of {experiment}")
        label = CELLS[experiment.model.cell].label
        runs[label] = RunAt(experiment, make_dataset(experiment), snapshot)
    return runs


def draw_plot(scene: Scene) -> Plot:
    """A card's small picture, from the recordings: `python -m tests.record gallery` keeps it."""
    data = scene.query["data"][-1]
    about: Any
    match scene.picture:
        case "leaked":
            about = recorded_leak()
        case "broadcast":
            about = recorded_damage("flat")
        case "reach":
            about = answers_of(data)["reach"][0][1]
        case "one":
            about = answers_of(data)["modes"][-1][1]
        case "cells":
            about = runs_of(scene)
        case _:
            (about,) = runs_of(scene).values()
    return PICTURES[scene.picture][0](about)


def plot_of(scene: Scene) -> Plot:
    """The recorded picture of a scene of GALLERY."""
    plots: dict[str, Plot] = read(FILE, dict[str, Plot])
    return plots[scene.id]
