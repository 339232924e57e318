"""Scenes as records, their registries from TOML files, and the recordings of cards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec

from lib.charts import Plot
from lib.data import make_dataset, settle, suggested
from lib.experiment import CELLS, Experiment, read_query
from lib.results import RunAt
from lib.text import beside
from lib.training import read_recording, recorded, with_seeds

FILE = "gallery"  # the recording of the small pictures


class Option(NamedTuple):
    """A possible answer to a question, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a scene, asked before the scene reveals the answer."""

    text: str
    options: tuple[Option, ...]
    right: int  # index of the right option
    after: bool = False  # whether it comes last, after the picture is revealed


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture with its settings, texts and questions."""

    name: str  # as in addresses: "gallery.parity", "guide.shapes", or "number" in the ready talk
    title: str
    shows: str  # the picture, a key of `lib.ui.views.VIEWS`
    text: str = ""  # what to look at, as Markdown
    setup: str = ""  # the settings, as an address has them: "data=parity&U=8&epoch=20"
    page: str = "Explore"  # the page that opens these settings
    asks: tuple[Ask, ...] = ()
    reveals: str = ""  # the picture after all answers; "" if it stays the same
    controls: tuple[str, ...] = ()  # settings to change, by URL key, and "run", which trains
    until: str = ""  # the event to wait for after the answers, a key of `lib.ui.stage.REACHED`
    todo: str = ""  # what the user does to cause that event
    points_at: str = ""  # the Streamlit key of the control that is marked until it is used
    pause: int = 0  # the epoch at which training pauses; 0 for none
    seconds: float = 0.0  # duration of training up to `pause`; 0 for the chosen pace
    aside: str = ""  # a further picture to open, a key of `lib.ui.views.VIEWS`
    picture: str = ""  # a card's small picture, a key of `lib.charts.thumbnail.PICTURES`
    group: str = ""  # the heading above this card and the following cards
    notes: str = ""  # the speaker's notes

    @property
    def id(self) -> str:
        """The name within its registry."""
        return self.name.rpartition(".")[2]

    @property
    def query(self) -> dict[str, list[str]]:
        """The setup, by key."""
        return parse_qs(self.setup, keep_blank_values=True)


def _read(table: str, prefix: str = "") -> dict[str, Scene]:
    rows = {name: {**row, "name": prefix + name} for name, row in beside(__file__, table).items()}
    return msgspec.convert(rows, dict[str, Scene])


GALLERY = _read("gallery", "gallery.")  # the cards by their names in the address, in order
GUIDE = _read("guide", "guide.")  # the steps of the lesson, in order
TALK = _read("talk")  # the scenes of the ready talk, in order
SCENES = {scene.name: scene for part in (TALK, GALLERY, GUIDE) for scene in part.values()}


def story(text: str, scenes: Mapping[str, Scene]) -> tuple[Scene, ...]:
    """Return the scenes that an address names ("strip,number"), or the ready talk if none."""
    names = [name for name in dict.fromkeys(text.split(",")) if name in scenes]
    return tuple(scenes[name] for name in names) or tuple(TALK.values())


def experiments_of(scene: Scene) -> tuple[Experiment, ...]:
    """Return a card's experiment with the usual seeds, once for each cell that it compares."""
    usual, found = suggested(scene.query["data"][-1]), list[Experiment]()
    cells = [{"cell": ["lstm"]}, {"cell": ["simple_rnn"]}]
    for cell in cells if scene.picture == "cells" else [{}]:
        experiment = settle(read_query(scene.query | cell, usual)[0])
        found.append(with_seeds(experiment, make_dataset(experiment)))
    return tuple(found)


def runs_of(scene: Scene) -> dict[str, RunAt]:
    """Return a card's recorded runs by their cell's label. Raise KeyError if one is missing."""
    runs = {}
    for experiment in experiments_of(scene):
        if (snapshot := recorded(experiment)) is None:
            raise KeyError(f"no recorded run of {experiment}")
        label = CELLS[experiment.model.cell].label
        runs[label] = RunAt(experiment, make_dataset(experiment), snapshot)
    return runs


def plot_of(scene: Scene) -> Plot | None:
    """Return the recorded picture of a card, or None if `tests.record` hasn't drawn it."""
    plots: dict[str, Plot] = read_recording(FILE, dict[str, Plot])
    return plots.get(scene.id)
