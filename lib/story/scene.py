"""A scene, and the three registries of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from lib.text import beside


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that can be given, and why it is right or wrong."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked before a scene shows how it is."""

    text: str
    options: tuple[Option, ...]
    right: int
    """Which of them is right, from 0."""
    after: bool = False
    """Whether it is asked only when the picture is revealed, and what is waited for has happened;
    such questions come last."""


@dataclass(frozen=True, slots=True)
class Until:
    """What a scene waits for: an epoch, a setting, or a stack that doesn't break."""

    epoch: int = 0
    """The run has come so far."""
    key: str = ""
    """The URL key of the setting, or of the picture's value, that is to have this `value`."""
    value: str = ""
    """"" for any other value than the setup's."""
    mended: bool = False
    """The page's stack doesn't break."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing to look at."""

    name: str
    """In addresses: "gallery.parity" of a card, "guide.shapes" of a step, "number" of a talk's."""
    title: str
    """What it says, in one line: of a card its claim."""
    shows: str
    """The picture, a key of `lib.ui.views.VIEWS`."""
    text: str = ""
    """What to look at, as Markdown."""
    setup: str = ""
    """The settings that it is about, as an address has them: "data=parity&U=8&epoch=20"."""
    page: str = "Explore"
    """The page that opens with these settings, where somebody wants to go on."""
    asks: tuple[Ask, ...] = ()
    """Questions, one after another; the picture of `reveals` comes when these are answered."""
    reveals: str = ""
    """The picture from then on; "" where it stays the same."""
    controls: tuple[str, ...] = ()
    """What can be moved here: settings by URL key, and "run", which trains."""
    until: Until | None = None
    """What has to happen before it goes on, besides the answers."""
    todo: str = ""
    """The same in words, for the person."""
    points_at: str = ""
    """The Streamlit key of the control that it is about, marked until it has been used."""
    pause: int = 0
    """The epoch at which a training that begins here pauses; 0 for none."""
    seconds: float = 0.0
    """How long it takes until then; 0 where that is left to the chosen pace."""
    aside: str = ""
    """A picture that can be opened besides, a key of `lib.ui.views.VIEWS`."""
    picture: str = ""
    """Of a card, how it is drawn small: a key of `lib.charts.thumbnail.PICTURES`."""
    group: str = ""
    """Of a card, the heading that it begins; those after it stand below it, too."""
    notes: str = ""
    """What to say, for who presents."""

    @property
    def id(self) -> str:
        """Its name within its registry."""
        return self.name.rpartition(".")[2]

    @property
    def query(self) -> dict[str, list[str]]:
        """The setup, by key."""
        return parse_qs(self.setup, keep_blank_values=True)


def _scene(prefix: str, name: str, row: dict[str, Any]) -> Scene:
    asks = tuple(
        Ask(options=tuple(Option(*option) for option in each.pop("options")), **each)
        for each in row.pop("asks", ())
    )
    until = Until(**row.pop("until")) if "until" in row else None
    controls = tuple(row.pop("controls", ()))
    return Scene(name=prefix + name, asks=asks, until=until, controls=controls, **row)


def _read(table: str, prefix: str = "") -> dict[str, Scene]:
    rows = beside(__file__, table)
    return {name: _scene(prefix, name, row) for name, row in rows.items()}


GALLERY = _read("gallery", "gallery.")
"""The cards by their names in the address, in order."""
GUIDE = _read("guide", "guide.")
"""The steps of the lesson, likewise."""
TALK = _read("talk")
"""The scenes of the ready talk, and in what order it tells them."""
_ALL = {scene.name: scene for part in (TALK, GALLERY, GUIDE) for scene in part.values()}


def offer(scenes: Iterable[Scene]) -> None:
    """Let a talk be made of these, too: the pictures of rooms that stand above this one."""
    _ALL.update({scene.name: scene for scene in scenes})


def find(name: str) -> Scene | None:
    """The scene of a name; None for one that there isn't."""
    return _ALL.get(name)


def story(text: str) -> tuple[Scene, ...]:
    """The scenes that an address names, "strip,gallery.parity,number", without unknown ones.

    Each comes once. Of an address that names none it is the ready talk.
    """
    named: Sequence[Scene | None] = [find(name) for name in dict.fromkeys(text.split(","))]
    return tuple(scene for scene in named if scene) or tuple(TALK.values())


def all_scenes() -> tuple[Scene, ...]:
    """All that a talk can be made of."""
    return tuple(_ALL.values())
