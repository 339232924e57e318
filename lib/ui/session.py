"""What a session remembers from one run of a page to the next, with a name and a type for each.

Apart from this record `st.session_state` holds only the values of widgets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from secrets import token_hex
from typing import TYPE_CHECKING, TypeAlias, TypeVar, cast

import streamlit as st

from lib.experiment import Experiment

if TYPE_CHECKING:  # a session's first page begins to be drawn before these are imported
    from collections.abc import Callable
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
Made: TypeAlias = "dict[str, tuple[tuple[object, ...], Any]]"
"""Name → (what it depends on, the result): see `once`."""
T = TypeVar("T")
KEY = "unrolled_session"


@dataclass(slots=True, eq=False)
class Subject:
    """What a page is about: the person's own, or a scene's."""

    experiment: Experiment  # as widgets and callbacks have set it last
    run_id: str | None = None
    values: dict[str, str] = field(default_factory=dict)  # the epoch; of a scene its pictures' too
    as_set: Query = field(default_factory=dict)  # what the address says of a scene at first


@dataclass(slots=True, eq=False)
class Address:
    """The browser's address: see `lib.ui.address`."""

    page: str = ""  # the one that was run last, a key of PAGES; "" before the first
    own_keys: tuple[str, ...] = ()  # in the address; of scenes those that say which scene it is
    page_values: dict[str, dict[str, str]] = field(default_factory=dict)  # by page ("" for all)
    ours: list[Query] = field(default_factory=list)  # that the open page has had, the newest last
    asked: Query | None = None  # with which the browser last asked for the whole page
    kept: tuple[Query, Query] | None = None  # one to be left as it is, and what it stands for
    complaints: list[str] = field(default_factory=list)
    opened: str = ""  # by this run: an address with "data", or a "bare" one; "" for none


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The data of a page, and their experiment: see `lib.ui.shown`."""

    experiment: Experiment  # settled: as the data allow it
    dataset: Dataset
    """The run's own object where the run has these settings, so that `is` tells the same data."""
    trainable: bool = True  # not what stands in for the sidebar's data, nor what is too large


@dataclass(slots=True, eq=False)
class Upload:
    """A person's own file: see `lib.ui.upload`."""

    table: Table | None = None
    error: str = ""
    reading: Reading | None = None
    workbook: tuple[str, bytes] | None = None  # a small one, to read another sheet
    below: DeltaGenerator | None = None  # the place below the sidebar's controls of a table
    last_good: Loaded | None = None  # shown while the sidebar's choice has no data
    emptied: dict[str, tuple[str, ...]] = field(default_factory=dict)  # all columns, removed


@dataclass(slots=True, eq=False)
class TwoCharts:
    """The two charts of a place on a page: the newer one covers the older one."""

    top: int = 1
    shown: list[tuple[Chart, str, Chart] | None] = field(default_factory=lambda: [None, None])
    """Figure, alternative text, and the figure in the height of its place."""


@dataclass(slots=True, eq=False)
class CellPage:
    """What the Cell page looks at: see `lib.ui.cell`."""

    replies: dict[str, Any] = field(default_factory=dict)  # `Reply` by place: see `ask`
    step: int | None = None  # of the playhead: its component is forgotten when the page is left
    unit: int | None = None
    link: tuple[str, str] | None = None  # the address's step and unit, as last read or written
    links_opened: int = 0  # how many have placed the playhead: it moves with a new number


@dataclass(slots=True, eq=False)
class ShapesPage:
    """What the parts of the Shapes page are about: see `lib.ui.shapes`."""

    sidebar_stack: Stack = ()
    targets: int = 1
    stack: Stack = ()
    stack_text: str = ""
    stack_before: Stack | None = None
    reading: ModelReading | None = None
    model_text: str = ""
    model_file: str = ""  # the name of the file that was dropped, "" where a text was pasted
    drops: int = 0  # of files: with another number the uploader is empty again
    model_problem: str = ""
    said: list[str] = field(default_factory=list)
    opened: int | None = None
    answers: dict[int, tuple[int, bool]] = field(default_factory=dict)
    """Of the quiz: question → which option was picked first, and whether it was right."""
    problems: dict[str, str] = field(default_factory=dict)  # what is wrong, by typed field
    message: str | None = None
    taken: str = ""  # the question made from a stack's output, as the address has it
    made_up: bool = False  # whether its y was made up to fit, for code that doesn't show y
    mistake: tuple[TargetQuestion | None, str] = (None, "")  # that was picked for a question
    training_both: dict[str, AnswerFuture] = field(default_factory=dict)  # by mistake


@dataclass(slots=True, eq=False)
class Stage:
    """The scene that is on the stage: see `lib.ui.stage`."""

    scene: str = ""
    subjects: dict[str, Subject] = field(default_factory=dict)  # what a person made of a scene
    answers: dict[str, list[int]] = field(default_factory=dict)  # by scene: the picked options
    passed: set[str] = field(default_factory=set)
    step: str = ""  # the step of the lesson that this browser went to last
    talk: str = ""


@dataclass(slots=True, eq=False)
class ComparePage:
    """Which runs are laid over one another: see `lib.ui.compare`."""

    picks: list[str] = field(default_factory=list)
    linked: dict[str, str] = field(default_factory=dict)  # names by id, as links have them
    is_chosen: bool = False  # whether a person or a link has picked them, and not the page
    text: str = ""
    seen: set[str] = field(default_factory=set)  # runs: one that is new is laid over the others


@dataclass(slots=True, eq=False)
class Session:
    """All of it, part by part."""

    id: str = field(default_factory=lambda: token_hex(8))
    subject: Subject = field(default_factory=lambda: Subject(Experiment()))  # of the open page
    mine: Subject = field(default_factory=lambda: Subject(Experiment()))  # not a scene's
    address: Address = field(default_factory=Address)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)  # of sliders, by key
    started: set[str] = field(default_factory=set)  # the ids of this session's runs and sweeps
    clicks: dict[str, float] = field(default_factory=dict)  # on training buttons: when they acted
    upload: Upload = field(default_factory=Upload)
    kept: Kept | None = None
    charts: dict[str, TwoCharts] = field(default_factory=dict)  # by place
    heights: dict[str, int] = field(default_factory=dict)  # of places for charts, in pixels
    told: dict[str, tuple[str, str]] = field(default_factory=dict)  # takeaway and details by card
    cell: CellPage = field(default_factory=CellPage)
    shapes: ShapesPage = field(default_factory=ShapesPage)
    compare: ComparePage = field(default_factory=ComparePage)
    stage: Stage = field(default_factory=Stage)
    looked: dict[str, set[tuple[str, int]]] = field(default_factory=dict)
    """By title of a table: the runs and epochs whose errors on its test part were seen."""
    made: Made = field(default_factory=dict)  # what takes a while to make: see `once`


def session() -> Session:
    """The record of the session whose page is run."""
    if KEY not in st.session_state:
        st.session_state[KEY] = Session()
    found: Session = st.session_state[KEY]
    return found


def once(
    what: str, about: tuple[object, ...], make: Callable[[], T], made: Made | None = None
) -> T:
    """What `make` returns, made anew only when what it is `about` changes; arrays by identity."""
    made = session().made if made is None else made
    try:
        if what in made and made[what][0] == about:
            return cast("T", made[what][1])
    except ValueError:  # NumPy compares two arrays number by number
        pass
    made[what] = about, make()
    return cast("T", made[what][1])
