"""Pictures by name, for scenes and for cards that are embedded elsewhere.

Each is drawn from the page's data, the session's run, and the values in the address. Its module is
imported when it is drawn, so that a cold server shows the first one sooner.
"""

from dataclasses import dataclass
from importlib import import_module

from lib.charts import Palette
from lib.results import HIDDEN
from lib.story import Scene, offer
from lib.ui.session import Loaded
from lib.ui.text import hint


@dataclass(frozen=True, slots=True)
class View:
    """A picture of the app."""

    title: str
    module: str
    """A module of this package, whose `DRAW` maps the view's name to a function."""
    page: str = "Explore"
    """The page that shows the whole."""
    part: str = ""
    """The part of that page, as in its address."""
    needs_rows: bool = False
    """Whether it draws a sample of the data."""


VIEWS = {
    "strip": View("Shapes of both models", "shapes"),
    "predictions": View("Answers by timestep", "charts"),
    "loss": View("Loss over epochs", "charts"),
    "step_error": View("Error by timestep", "charts"),
    "compare": View("The number that compares", "charts"),
    "sample": View("One sample", "charts", "Data", needs_rows=True),
    "cells": View("Two cells on fifty steps", "charts"),
    "unrolled": View("The layer, unrolled", "cell", "Cell", needs_rows=True),
    "runs": View("The cell runs through time", "cell", "Cell", needs_rows=True),
    "proof": View("The modes are one", "cell", "Cell", "proof", needs_rows=True),
    "one": View("The last row of one is the other", "cell", "Cell", "proof", needs_rows=True),
    "break": View("What breaks that", "cell", "Cell", "break", needs_rows=True),
    "learn": View("How far each loss reaches", "cell", "Cell", "learn", needs_rows=True),
    "reach": View("The gradient that each loss leaves", "cell", "Cell", "learn", needs_rows=True),
    "leak": View("Noise foretold, both ways", "cell", "Cell", "break"),
    "stack": View("A stack of layers", "shapes", "Shapes"),
    "chain": View("The layer along time", "lesson", "Cell", needs_rows=True),
    "hand": View("One cell by hand", "lesson", "Cell", needs_rows=True),
    "pair": View("An output and a target", "lesson", "Shapes", "target"),
    "target": View("What a loss makes of a target", "lesson", "Shapes", "target"),
    "code": View("A stack as code", "lesson", "Shapes"),
    "worked": View("The two worked examples, number by number", "lesson"),
    "glance": View("Masks, states, both directions", "lesson", "Cell", needs_rows=True),
    "damage": View("What a silent mistake does", "lesson", "Shapes", "target"),
    "advice": View("Which one do I need?", "shapes"),
}
"""Views by their names in scenes and in the address."""
offer(Scene(f"view.{name}", view.title, name, page=view.page) for name, view in VIEWS.items())


def draw(name: str, loaded: Loaded, palette: Palette) -> None:
    """Draw a view, by its name in VIEWS."""
    if VIEWS[name].needs_rows and not loaded.dataset.has_rows:
        hint(HIDDEN)
        return
    module = import_module(f"{__name__}.{VIEWS[name].module}")
    module.DRAW[name](loaded, palette)
