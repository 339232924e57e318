"""What a session remembers from one run of a page to the next, with a name and a type for each.

Apart from this record `st.session_state` holds the values of widgets, and where a replay starts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import streamlit as st

from lib.experiment import Experiment

if TYPE_CHECKING:  # a session's first page begins to be drawn before these are imported
    from collections.abc import Callable
    from concurrent.futures import Future
    from typing import Any

    import numpy as np
    from streamlit.delta_generator import DeltaGenerator

    from lib.charts import Chart
    from lib.data import Dataset, Reading, Table
    from lib.export import Kept
    from lib.shapes import ModelReading, Stack, TargetQuestion
    from lib.training import AnswerFuture

Query = dict[str, list[str]]  # an address's keys, each with all its values
LayerWeights: TypeAlias = "tuple[np.ndarray, ...]"  # three arrays for each layer, and the head's
Made: TypeAlias = "dict[str, tuple[tuple[object, ...], Any]]"  # name → parts, result: see `once`
T = TypeVar("T")
KEY = "unrolled_session"


@dataclass(slots=True, eq=False)
class Subject:
    """An experiment and its run: the person's own, or a scene's."""

    experiment: Experiment  # as widgets and callbacks have set it last
    run_id: str | None = None
    values: dict[str, str] = field(default_factory=dict)  # the epoch; for a scene also PICTURE_KEYS
    as_set: Query = field(default_factory=dict)  # a scene's link as it was set at first


@dataclass(slots=True, eq=False)
class Address:
    """The browser's address: see `lib.ui.address`."""

    page: str = ""  # the page that was run last, a key of PAGES; "" before the first
    own_keys: tuple[str, ...] = ()  # the page's keys in the address; of scenes, which scene it is
    page_values: dict[str, dict[str, str]] = field(default_factory=dict)  # by page ("" for all)
    ours: list[Query] = field(default_factory=list)  # addresses of the open page, newest last
    asked: Query | None = None  # the address of the last request for the whole page
    kept: tuple[Query, Query] | None = None  # an address to leave as it is, and its full form
    complaints: list[str] = field(default_factory=list)  # what of a link couldn't be used
    opened: str = ""  # what this run has opened: an address with "data", a "bare" one, or none


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The data of a page, and their experiment: see `lib.ui.shown`."""

    experiment: Experiment  # settled: as the data allow it
    # The dataset of the session's run, if that has these settings: `is` tells the same data.
    dataset: Dataset
    obstacle: str = ""  # why these data can't be trained on, and what to do; "" if they can


@dataclass(slots=True, eq=False)
class Upload:
    """A person's own file: see `lib.ui.upload`."""

    table: Table | None = None
    error: str = ""  # why the last file can't be used
    reading: Reading | None = None  # the process that reads a file
    workbook: tuple[str, bytes] | None = None  # name and content, to read another sheet
    below: DeltaGenerator | None = None  # the place below the sidebar's controls of a table
    last_good: Loaded | None = None  # shown while the sidebar's choice has no data
    emptied: dict[str, tuple[str, ...]] = field(default_factory=dict)  # columns, all unpicked


@dataclass(slots=True, eq=False)
class TwoCharts:
    """The two charts of a place on a page: the newer one covers the older one."""

    top: int = 1  # the index of the newer one
    # Of each the figure, its alternative text, and the figure in the height of its place.
    shown: list[tuple[Chart, str, Chart] | None] = field(default_factory=lambda: [None, None])


@dataclass(slots=True, eq=False)
class CellPage:
    """What the Cell page looks at: see `lib.ui.cell`."""

    replies: dict[str, Any] = field(default_factory=dict)  # `ask.Reply` by place
    step: int | None = None  # of the playhead: its component is forgotten when the page is left
    unit: int | None = None
    link: tuple[str, str] | None = None  # the address's step and unit, as last read or written
    links_opened: int = 0  # how many links have placed the playhead: it moves with a new number


@dataclass(slots=True, eq=False)
class ShapesPage:
    """What the parts of the Shapes page are about: see `lib.ui.shapes`."""

    sidebar_stack: Stack = ()
    targets: int = 1  # the number of target columns of the sidebar's data
    stack: Stack = ()  # the address's stack; () where the sidebar's is shown
    stack_text: str = ""  # that stack, as the address has it
    stack_before: Stack | None = None
    stack_problems: list[str] = field(default_factory=list)  # what of it couldn't be used
    reading: ModelReading | None = None  # the person's model, as it was read last
    model_text: str = ""
    model_file: str = ""  # the name of the file that was dropped, "" where a text was pasted
    model_problem: str = ""
    drops: int = 0  # of files: with another number the uploader is empty again
    open_layer: int | None = None  # the layer of a long stack whose settings are drawn
    # The quiz: question → which option was picked first, and whether it was right.
    answers: dict[int, tuple[int, bool]] = field(default_factory=dict)
    field_problems: dict[str, str] = field(default_factory=dict)  # by text field of a question
    message: str | None = None  # the error message to explain
    stack_question: str = ""  # the address's question, if it was made from a stack's output
    made_up: bool = False  # whether its y was made up to fit, for code that doesn't show y
    mistake: tuple[TargetQuestion | None, str] = (None, "")  # a question, and the picked mistake
    training_both: dict[str, AnswerFuture] = field(default_factory=dict)  # by mistake


@dataclass(slots=True, eq=False)
class Stage:
    """The scene that is on the stage: see `lib.ui.stage`."""

    scene: str = ""  # its name
    subjects: dict[str, Subject] = field(default_factory=dict)  # by scene, as a person left it
    answers: dict[str, list[int]] = field(default_factory=dict)  # by scene: the picked options
    passed: set[str] = field(default_factory=set)  # scenes of which nothing is awaited any more
    step: str = ""  # the step of the lesson that this browser went to last
    talk_id: str = ""  # the talk that this session has given last


@dataclass(slots=True, eq=False)
class ComparePage:
    """Which runs are compared: see `lib.ui.compare`."""

    picks: list[str] = field(default_factory=list)  # ids
    linked: dict[str, str] = field(default_factory=dict)  # names by id, as links have them
    is_chosen: bool = False  # whether a person or a link has picked them, and not the page
    address_text: str = ""  # the picks in the address, as last read or written
    seen: set[str] = field(default_factory=set)  # runs that were listed: a new one is picked


@dataclass(frozen=True, slots=True, eq=False)
class Taking:
    """A file of Explore's card that is being made: see `lib.ui.explore.take`."""

    key: tuple[object, ...]  # which file, and what it is made of; compared by equality
    future: Future[Any]
    since: float  # seconds of `lib.ui.clock`


@dataclass(slots=True, eq=False)
class Session:
    """All that a session remembers."""

    id: str = field(default_factory=lambda: token_hex(8))
    subject: Subject = field(default_factory=lambda: Subject(Experiment()))  # of the open page
    own_subject: Subject = field(default_factory=lambda: Subject(Experiment()))  # not a scene's
    address: Address = field(default_factory=Address)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)  # of sliders, by key
    started: set[str] = field(default_factory=set)  # the ids of this session's runs and sweeps
    clicks: dict[str, float] = field(default_factory=dict)  # on training buttons: when they acted
    upload: Upload = field(default_factory=Upload)
    kept: Kept | None = None  # the run from a file
    charts: dict[str, TwoCharts] = field(default_factory=dict)  # by place
    heights: dict[str, int] = field(default_factory=dict)  # of places for charts, in pixels
    card_texts: dict[str, tuple[str, str]] = field(default_factory=dict)  # takeaway and details
    cell: CellPage = field(default_factory=CellPage)
    shapes: ShapesPage = field(default_factory=ShapesPage)
    compare: ComparePage = field(default_factory=ComparePage)
    stage: Stage = field(default_factory=Stage)
    # By title of a table: the runs and epochs whose errors on its test part were seen.
    looked: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    taking: Taking | None = None
    made: Made = field(default_factory=dict)  # what takes a while to make: see `once`


def session() -> Session:
    """The record of the session whose page is run."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    return cast("Session", st.session_state[KEY])


def once(
    name: str, parts: tuple[object, ...], make: Callable[[], T], made: Made | None = None
) -> T:
    """Return what `make` returns, called anew only when the `parts` it depends on change."""
    made = session().made if made is None else made
    if name not in made or not _are_same(made[name][0], parts):
        made[name] = parts, make()
    return cast("T", made[name][1])


def _are_same(one: object, other: object) -> bool:
    """Whether two parts are equal; arrays, also in tuples and dicts, have to be the same object."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_are_same(one[key], other[key]) for key in one)
    # An array has dimensions. NumPy itself isn't imported yet when the first page begins.
    are_arrays = getattr(one, "ndim", 0) or getattr(other, "ndim", 0)
    return not are_arrays and bool(one == other)
