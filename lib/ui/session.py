"""A session's memory between script runs, with a name and a type for each value.

Apart from this record, `st.session_state` holds widget values and a replay's first frame.
"""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts import Chart
from lib.data import Dataset, Reading, Table
from lib.experiment import Experiment
from lib.export import Kept
from lib.shapes import ModelReading, Stack

Query = dict[str, list[str]]  # an address: all values of each key
LayerWeights: TypeAlias = tuple[np.ndarray, ...]  # three arrays per layer, then the head's arrays
Made: TypeAlias = dict[str, tuple[tuple[object, ...], Any]]  # name → parts, result: see `once`
T = TypeVar("T")
KEY = "unrolled_session"


@dataclass(slots=True, eq=False)
class Subject:
    """An experiment and its run: the user's own, or a scene's."""

    experiment: Experiment  # as last set by widgets and callbacks
    run_id: str | None = None
    values: dict[str, str] = field(default_factory=dict)  # the epoch; in a scene also PICTURE_KEYS
    as_set: Query = field(default_factory=dict)  # the link of the scene before any change


@dataclass(slots=True, eq=False)
class Address:
    """The browser's address: see `lib.ui.address`."""

    page: str = ""  # the last page, a key of PAGES; "" before the first page
    own_keys: tuple[str, ...] = ()  # the page's or the scene's own keys in the address
    page_values: dict[str, dict[str, str]] = field(default_factory=dict)  # by page; "": all pages
    ours: list[Query] = field(default_factory=list)  # the open page's addresses, newest last
    requested: Query | None = None  # the address of the last request for a whole page
    unchanged: tuple[Query, Query] | None = None  # an address to leave alone, and its full form
    complaints: list[str] = field(default_factory=list)  # about invalid parts of a link
    opened: str = ""  # an address that this script run read: "data" or "bare" (no data); "": none


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """A page's data and their experiment: see `lib.ui.shown`."""

    experiment: Experiment  # settled: within the data's limits
    # The dataset object of the session's run if the run has these settings: compare with `is`.
    dataset: Dataset
    obstacle: str = ""  # why training on these data is off, and what to do; "" if it is on


@dataclass(slots=True, eq=False)
class Upload:
    """The user's file: see `lib.ui.upload`."""

    table: Table | None = None
    error: str = ""  # why the last file can't be used
    reading: Reading | None = None  # the process that reads a file
    below: DeltaGenerator | None = None  # the place below the sidebar's controls of a table
    last_good: Loaded | None = None  # shown while no data can be made with the sidebar's settings
    emptied: dict[str, tuple[str, ...]] = field(default_factory=dict)  # the removed columns, by key


@dataclass(slots=True, eq=False)
class TwoCharts:
    """The two charts at one place on a page: the newer chart covers the older one."""

    top: int = 1  # the index of the newer chart
    # For each chart: the figure, its alternative text, and the figure in the height of its place.
    shown: list[tuple[Chart, str, Chart] | None] = field(default_factory=lambda: [None, None])


@dataclass(slots=True, eq=False)
class CellPage:
    """The state of the Cell page: see `lib.ui.cell`."""

    replies: dict[str, Any] = field(default_factory=dict)  # `ask.Reply` by place
    step: int | None = None  # the playhead's timestep, kept when the user leaves the page
    unit: int | None = None  # the picked unit of the layer
    link: tuple[str, str] | None = None  # the address's step and unit, as last read or written
    links_opened: int = 0  # number of links that moved the playhead: see playhead.js
    # Weights from PyTorch: the file's name, the settings that they need, and arrays without a head.
    torch_file: tuple[str, dict[str, Any], LayerWeights] | None = None
    torch_problem: str = ""  # why the last file can't be shown


@dataclass(slots=True, eq=False)
class ShapesPage:
    """The state of the Shapes page: see `lib.ui.shapes`."""

    sidebar_stack: Stack = ()
    targets: int = 1  # the number of target columns of the sidebar's data
    labels: dict[str, Any] = field(default_factory=dict)  # see `KerasTarget.layers`
    label_loss: str = ""  # Keras's name of the sidebar's loss; "" if targets are numbers
    stack: Stack = ()  # the address's stack; () if the sidebar's stack is shown
    stack_text: str = ""  # the address's stack as text
    stack_problems: list[str] = field(default_factory=list)  # why parts of the text can't be used
    reading: ModelReading | None = None  # the user's model, as last read
    model_text: str = ""
    model_file: str = ""  # the name of the dropped file; "" if text was pasted
    model_problem: str = ""
    drops: int = 0  # number of dropped files: a new number gives a new, empty uploader
    open_layer: int | None = None  # the layer of a long stack whose settings are drawn
    shape_problem: str = ""  # why the last typed text is no shape
    no_shapes: dict[str, str] = field(default_factory=dict)  # texts that are no shapes, by field
    message: str | None = None  # the error message to explain
    stack_question: str = ""  # the address's question, if it was made from a stack's output
    made_up: bool = False  # whether y was chosen to fit, because the code defines no y


@dataclass(slots=True, eq=False)
class Stage:
    """The current scene: see `lib.ui.stage`."""

    scene: str = ""  # the name of the open scene
    subjects: dict[str, Subject] = field(default_factory=dict)  # by scene, as the user left it
    answers: dict[str, list[int]] = field(default_factory=dict)  # by scene: the picked options
    passed: set[str] = field(default_factory=set)  # scenes whose task is done or skipped
    step: str = ""  # this browser's last step of the guide
    talk_id: str = ""  # the id of this session's last talk


@dataclass(slots=True, eq=False)
class ComparePage:
    """The runs to compare: see `lib.ui.compare`."""

    picks: list[str] = field(default_factory=list)  # ids of the picked runs
    linked: dict[str, str] = field(default_factory=dict)  # names of runs by id, from links
    is_chosen: bool = False  # whether the user or a link picked the runs
    address_text: str = ""  # the picks in the address, as last read or written
    seen: set[str] | None = None  # ids of own runs in the last script run: the page picks new runs


@dataclass(frozen=True, slots=True, eq=False)
class Taking:
    """A file that Explore is writing: see `lib.ui.explore.take`."""

    key: tuple[object, ...]  # the file and its inputs, compared by equality
    future: Future[Any]
    since: float  # seconds of `lib.ui.clock`


@dataclass(slots=True, eq=False)
class Session:
    """A session's whole memory."""

    id: str = field(default_factory=lambda: token_hex(8))
    subject: Subject = field(default_factory=lambda: Subject(Experiment()))  # of the open page
    own_subject: Subject = field(default_factory=lambda: Subject(Experiment()))  # the user's own
    address: Address = field(default_factory=Address)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)  # by slider: min and max
    started: set[str] = field(default_factory=set)  # the ids of this session's runs and sweeps
    clicks: dict[str, float] = field(default_factory=dict)  # by button: when it last acted
    upload: Upload = field(default_factory=Upload)
    kept: Kept | None = None  # the run from a file
    charts: dict[str, TwoCharts] = field(default_factory=dict)  # by place
    heights: dict[str, int] = field(default_factory=dict)  # by place for a chart, in pixels
    cell: CellPage = field(default_factory=CellPage)
    shapes: ShapesPage = field(default_factory=ShapesPage)
    compare: ComparePage = field(default_factory=ComparePage)
    stage: Stage = field(default_factory=Stage)
    # By a table's title: the runs and epochs whose test errors the user has seen.
    looked: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    taking: Taking | None = None
    made: Made = field(default_factory=dict)  # slow results: see `once`


def session() -> Session:
    """Return the record of the running script's session."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    return cast("Session", st.session_state[KEY])


def once(name: str, parts: tuple[object, ...], make: Callable[[], T], own: Made | None = None) -> T:
    """Return the result of `make`, stored under `name`. Call `make` again if `parts` change."""
    made = session().made if own is None else own
    if name not in made or not _are_same(made[name][0], parts):
        made[name] = parts, make()
    return cast("T", made[name][1])


def _are_same(one: object, other: object) -> bool:
    """Return whether two parts are equal. Arrays, nested ones too, must be the same object."""
    if one is other:
        return True
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_are_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_are_same(one[key], other[key]) for key in one)
    are_arrays = isinstance(one, np.ndarray) or isinstance(other, np.ndarray)
    return not are_arrays and bool(one == other)
