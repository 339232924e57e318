"""The gallery's cards, the guide's steps and the talk's scenes, as data.

Each is a `Scene`: settings as an address has them, the name of a picture, and texts. `lib.ui` draws
scenes, trains, and remembers a user's place. The cards' runs and small pictures are recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qs

import msgspec

from lib.charts import Plot
from lib.data import FIRST, make_dataset, settle, suggested
from lib.experiment import Experiment, read_query
from lib.results import RunAt
from lib.text import beside
from lib.training import read_recording, recorded, with_seeds

GALLERY_TITLE = "What return_sequences does"
GALLERY_TEXT = (  # Markdown with Streamlit's colors
    "Each card opens a trained example. :blue[Blue] is sequence mode, :orange[orange] is "
    "last-step mode, :violet[violet] is pooled mode, :gray[dotted] is a baseline, and "
    ":green[dashed green] is the best possible."
)
FILE = "gallery"  # the recorded small pictures of all cards and of a talk's scenes


class Option(NamedTuple):
    """A possible answer to a question, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about a scene, whose picture reveals the answer."""

    text: str
    options: tuple[Option, ...]
    right: int  # index of the right option
    after: bool = False  # whether to ask it after the scene has revealed its picture


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture with its settings, texts and questions."""

    name: str  # as in the address: "gallery.parity", "guide.shapes"; "number" in the original talk
    title: str
    shows: str  # the picture, a key of `lib.ui.views.VIEWS`
    text: str = ""  # what to look at, as Markdown
    setup: str = ""  # the settings, as a URL query: "data=parity&U=8&epoch=20"
    page: str = "Explore"  # the page that opens these settings
    asks: tuple[Ask, ...] = ()
    reveals: str = ""  # the picture after all answers, a key of VIEWS; "" for the same picture
    controls: tuple[str, ...] = ()  # URL keys of the settings to offer; "run" is the Train button
    until: str = ""  # what to wait for after the answers, a key of `lib.ui.stage.REACHED`
    todo: str = ""  # the instruction shown while the scene waits for `until`
    points_at: str = ""  # the Streamlit key of the control to mark until the user uses it
    pause: int = 0  # the epoch at which training pauses; 0 for no pause
    seconds: float = 0.0  # how long to train up to `pause`
    aside: str = ""  # a second picture that users can open, a key of VIEWS
    picture: str = ""  # its small chart, a key of `lib.charts.thumbnail.PICTURES`
    runs: dict[str, str] = field(default_factory=dict)  # compared runs: changed settings
    group: str = ""  # the heading above this card and the following cards
    notes: str = ""  # the speaker's notes

    @property
    def id(self) -> str:
        """The name without its prefix: "parity" of "gallery.parity"."""
        return self.name.rpartition(".")[2]

    @property
    def query(self) -> dict[str, list[str]]:
        """The values of `setup` by URL key."""
        return parse_qs(self.setup, keep_blank_values=True)


def _read(table: str, prefix: str = "") -> dict[str, Scene]:
    rows = {name: {**row, "name": prefix + name} for name, row in beside(__file__, table).items()}
    return msgspec.convert(rows, dict[str, Scene])


GALLERY = _read("gallery", "gallery.")  # the cards by name, in order
GUIDE = _read("guide", "guide.")  # the steps of the guide by name, in order
TALK = _read("talk")  # the scenes of the original talk by name, in order
SCENES = {scene.name: scene for part in (TALK, GALLERY, GUIDE) for scene in part.values()}


def story(text: str, scenes: Mapping[str, Scene]) -> tuple[Scene, ...]:
    """Return the scenes that a link lists ("strip,number"), by default the original talk."""
    names = [name for name in dict.fromkeys(text.split(",")) if name in scenes]
    return tuple(scenes[name] for name in names) or tuple(TALK.values())


def experiments_of(scene: Scene) -> dict[str, Experiment]:
    """Return the experiments that a card records: those that it compares by name, or one as ""."""
    return {name: experiment_of(scene, new) for name, new in (scene.runs or {"": ""}).items()}


def experiment_of(scene: Scene, changes: str = "") -> Experiment:
    """Return a scene's experiment, with some changed settings, such as "cell=gru&T=50"."""
    base = suggested(scene.query.get("data", [FIRST])[-1])
    experiment = settle(read_query(scene.query | parse_qs(changes), base)[0])
    return with_seeds(experiment, make_dataset(experiment))


def runs_of(scene: Scene) -> dict[str, RunAt]:
    """Return a card's recorded runs by name. Raises KeyError for a missing run."""
    runs = {}
    for name, experiment in experiments_of(scene).items():
        if (snapshot := recorded(experiment)) is None:
            raise KeyError(f"no recorded run of {experiment}")
        runs[name] = RunAt(experiment, make_dataset(experiment), snapshot)
    return runs


def plot_of(scene: Scene) -> Plot | None:
    """Return the recorded picture of a scene, or None if `tests.record` hasn't drawn it."""
    return read_recording(FILE, dict[str, Plot]).get(scene.name)
