"""Runs as pages see them: the server's training client, a session's run, and whose a run is.

A run's id stands in the address, so that a reload finds the run again and a link shows it to
others. Only the browser that started a run may steer it. Of a run on an upload others see figures
alone, unless its owner shares the file's rows: pages get every run from `look_at`, which leaves
the rows out where `may_see_rows` says so.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

import streamlit as st

from lib.data import Dataset, Table, remember, remembered
from lib.experiment import Experiment
from lib.export import card_of, read_card
from lib.results import Run, Snapshot, redacted, untrained, without_answers
from lib.training import AnswerFuture, TrainingClient, machine
from lib.ui import clock
from lib.ui.address import set_page_values
from lib.ui.browser import browser_id
from lib.ui.fragment import fragment
from lib.ui.linked import Linked
from lib.ui.session import session
from lib.ui.text import hint

WORKER_DELAY = 4.0
"""Seconds. Importing TensorFlow keeps a processor busy for some seconds, which the first page of
a cold server needs more: with it beside, that page took twice as long to be painted."""

WATCH_SECONDS = 2.0
"""Between two looks whether a worker could start, or whether a file's rows are shared."""

PACES = {"slow": ("Slow", 24.0), "normal": ("Normal", 8.0), "fast": ("Fastest", None)}
"""How fast a run is shown, which may be over in a blink, by name in the address: a label, and the
seconds of all epochs; None where nothing waits for anybody to see it."""
PACE = Linked("pace", tuple(PACES), 1, "run_pace")
"""The choice, which is in the link of every page."""

GONE = (
    "The link's run is gone: runs last a few hours, and not beyond a restart. Train starts a new "
    "run with the sidebar's settings."
)
LOOKING = "Looking for the link's run …"
AWAY = "The cluster that may have the link's run can't be reached now. Try the link again later."


@dataclass(frozen=True, slots=True, eq=False)
class Owner:
    """Who started a run, and the upload that its data are from."""

    browser: str | None
    table: Table | None
    name: str = ""
    """The run's name in lists."""
    is_listed: bool = True
    """False once the owner has removed it from the list."""
    shares_rows: bool = False
    """Whether people with the run's link may see the rows of the upload."""


NOBODY = Owner(None, None, is_listed=False)
_OWNERS: dict[str, Owner] = {}
"""By run, of all sessions of this server."""


@cache  # Streamlit's own cache takes as long as drawing a small element
@st.cache_resource(show_spinner=False)
def client() -> TrainingClient:
    """The server's training clients. Workers start when the first page has been painted."""
    return TrainingClient(delay=WORKER_DELAY, workers=machine.worker_count())


def watch_worker() -> None:
    """Have the page run again if it turns out that this server can't train."""
    training = client()

    def look() -> None:
        if training.unavailable:
            st.rerun()

    if training.worker_ready or training.unavailable:
        st.container()  # so that no block below gets another place
    else:
        fragment(look, run_every=WATCH_SECONDS)()


FIND_SECONDS = 2.0, 12.0
"""How long an answer of other page servers is awaited; and while no slot is known here."""
LOOK_SECONDS, PAUSE_SECONDS = 0.3, 5.0
"""Between two looks for the answer; and until a run that wasn't found is looked for again."""
_RUN_ID = re.compile("[0-9a-f]{16}")
_LOOKUPS: dict[str, tuple[AnswerFuture, float]] = {}
"""By run, what other servers were asked, and until when that is awaited, on the pages' clock."""
MOST_LOOKUPS = 1000


def known(run_id: str | None) -> Run | None:
    """A run, whichever page server has started it; None where it isn't known here (yet)."""
    is_looked_for(run_id)
    return client().get(run_id or "")


def is_looked_for(run_id: str | None) -> bool:
    """Whether an answer of other page servers is awaited, of a run that isn't known here.

    It asks them, unless that was done lately. A run that they know is watched here from then on.
    """
    run_id, training = run_id or "", client()
    may_ask = training.is_clustered and not training.away and _RUN_ID.fullmatch(run_id)
    if not may_ask or training.get(run_id):
        return False
    answer, until = _LOOKUPS.get(run_id, (None, 0.0))
    if answer is None or clock.now() >= until + PAUSE_SECONDS:
        answer = training.find(run_id)
        until = clock.now() + FIND_SECONDS[not training.worker_ready]
        remember(_LOOKUPS, run_id, (answer, until), MOST_LOOKUPS)
    if not answer.done():
        return clock.now() < until
    with suppress(ValueError):  # bytes that are no card: as if nobody had the run
        if answer.exception() or _take_card(training, run_id, answer.result()["card"]):
            _LOOKUPS.pop(run_id, None)
    return False


def _take_card(training: TrainingClient, run_id: str, card: bytes | None) -> bool:
    """Know a run of another server by its card; False where no server has it."""
    if not card:
        return False
    shown = read_card(card)
    _forget_owners(training)
    training.adopt(Run(run_id, shown.experiment, shown.dataset))
    _OWNERS.setdefault(run_id, Owner(shown.browser, shown.table, shown.name))
    return True


def show_lookup() -> None:
    """Say that the link's run is looked for, until the page runs again, or may be out of reach."""
    with st.container(key="lookup"):  # always, so that no block below it gets another place
        if is_looked_for(run_id := session().run_id):
            fragment(_rerun_when_answered, run_every=LOOK_SECONDS)(run_id)
        elif run_id and client().get(run_id) is None:
            st.warning(AWAY, icon=":material/link_off:")


def _rerun_when_answered(run_id: str | None) -> None:
    if not is_looked_for(run_id):
        st.rerun()
    hint(LOOKING)


def refresh_run() -> None:
    """Forget the session's run where it is gone; if it came from a link, that is a complaint.

    Without a way to the cluster a link's run may go on there, and is kept.
    """
    run_id, is_own = session().run_id, session().run_id in session().started
    if not run_id or is_looked_for(run_id) or client().get(run_id):
        return
    if is_own:
        session().run_id = None
    elif not client().away:
        session().run_id = None
        session().address.complaints.append(GONE)


def look_at(run_id: str | None) -> tuple[Run, Snapshot] | None:
    """A run and its newest snapshot, as this browser may see them; None where there is no run."""
    run = known(run_id)
    snapshot = client().latest(run) if run else None
    if run is None or snapshot is None:
        return None
    return (run, snapshot) if may_see_rows(run) else (redacted(run), without_answers(snapshot))


def current_run() -> tuple[Run, Snapshot] | None:
    """This session's run, as `look_at` returns it."""
    return look_at(session().run_id)


def may_see_rows(run: Run) -> bool:
    """Whether this browser may see the values that a run is trained on.

    The rows of an upload are its owner's, until the owner shares them.
    """
    owner = _OWNERS.get(run.id, NOBODY)
    return run.experiment.data.name != "upload" or owner.shares_rows or is_mine(run.id, owner)


untrained_models = remembered(lambda dataset, experiment: untrained(experiment, dataset))


def before_training(run: Run) -> Snapshot:
    """The figures of a run's untrained models, as this browser may see them."""
    whole = client().get(run.id) or run
    start = untrained_models(whole.dataset, whole.experiment)
    return start if may_see_rows(run) else without_answers(start)


def open_run() -> tuple[Run, Snapshot] | None:
    """This session's run, if it isn't over and this browser started it."""
    current = current_run()
    return current if current and may_steer(current[0]) and not current[1].status.over else None


def is_mine(started: str, owner: Owner) -> bool:
    """Whether this session or its browser started a run or sweep with this id and owner."""
    here = started in session().started
    return here or (owner.browser is not None and owner.browser == browser_id())


def _own(run_id: str) -> Owner:
    """The owner of a run, if that is this browser; else NOBODY."""
    owner = _OWNERS.get(run_id, NOBODY)
    return owner if is_mine(run_id, owner) else NOBODY


def may_steer(run: Run) -> bool:
    """Whether this browser started the run."""
    return _own(run.id) is not NOBODY


def is_run_of(run: Run, experiment: Experiment, table: Table | None) -> bool:
    """Whether a run has exactly these settings, and this upload if it is on one."""
    known = experiment.data.name != "upload" or (may_steer(run) and _own(run.id).table is table)
    return run.experiment == experiment and known


def table_of_run() -> Table | None:
    """The upload of this session's run, for its owner: a reload finds it."""
    return _own(session().run_id or "").table


def adopt(run_id: str, owner: Owner) -> None:
    """Note the owner of a run of a sweep."""
    if client().get(run_id) is not None:
        _OWNERS.setdefault(run_id, owner)


def train(experiment: Experiment, dataset: Dataset, *, paused: bool = False) -> Run:
    """Start a run and make it the session's; the one before it is stopped."""
    _stop_current()
    browser = browser_id()
    table = session().upload.table if experiment.data.name == "upload" else None
    numbers = [name_of(run_id).removeprefix("Run ") for run_id in own_runs()]
    number = max((int(text) for text in numbers if text.isdecimal()), default=0) + 1
    owner = Owner(browser, table, f"Run {number}")
    card = card_for(experiment, owner)
    seconds = _chosen_seconds()
    run = client().start(experiment, dataset, paused, browser or "", seconds, card=card)
    _OWNERS[run.id] = owner
    session().started.add(run.id)
    _forget_owners(client())
    session().run_id = run.id
    forget_epoch()
    return run


def _forget_owners(training: TrainingClient) -> None:
    """Forget the owners of runs that aren't known any more."""
    for run_id in list(_OWNERS):
        if training.get(run_id) is None:
            _OWNERS.pop(run_id, None)


def shares_rows(run_id: str) -> bool | None:
    """Whether this browser shares the rows of its run on an upload; None where it has none."""
    owner = _own(run_id)
    return owner.shares_rows if owner.table is not None else None


def share_rows(run_id: str, shares: bool) -> None:
    """Let people with the link of this browser's run see the rows of its upload, or hide them.

    Other page servers of a cluster aren't told: there the rows stay hidden.
    """
    if shares_rows(run_id) is not None:
        _OWNERS[run_id] = replace(_OWNERS[run_id], shares_rows=shares)


def or_elsewhere() -> str:
    """The end of a sentence on a missing talk or sweep: only its own page server has it."""
    return ", or it is on another page server" if client().is_clustered else ""


def card_for(experiment: Experiment, owner: Owner) -> bytes:
    """What other page servers need to show a run; nothing where there are none."""
    if not client().is_clustered:
        return b""
    return card_of(experiment, owner.table, owner.browser, owner.name)


def own_runs() -> list[str]:
    """The ids of this browser's listed runs, the oldest first."""
    return [i for i in list(_OWNERS) if _own(i).is_listed and client().get(i)]


def name_of(run_id: str) -> str:
    """The name of this browser's run; "" for another browser's."""
    return _own(run_id).name


def rename(run_id: str, name: str) -> None:
    """Rename this browser's run; an empty name changes nothing."""
    if (owner := _own(run_id)) is not NOBODY and name.strip():
        _OWNERS[run_id] = replace(owner, name=name.strip())


def take_off_list(run_id: str) -> None:
    """Remove this browser's run from its list, and stop it; who watches it keeps its figures."""
    if (owner := _own(run_id)) is not NOBODY and (run := client().get(run_id)):
        _OWNERS[run_id] = replace(owner, is_listed=False)
        client().stop(run)


def leave() -> None:
    """Forget this session's run, and stop it if this browser started it."""
    _stop_current()
    session().run_id = None
    forget_epoch()


def forget_epoch() -> None:
    """Show the newest epoch again, since training begins or goes on."""
    set_page_values({"epoch": ""})


def follow_pace() -> None:
    """Set this session's run to the chosen pace, if this browser started it."""
    if (found := open_run()) is not None:
        client().set_pace(found[0], _chosen_seconds())


def _chosen_seconds() -> float | None:
    return PACES[PACE.texts[PACE.index]][1]


def _stop_current() -> None:
    if (found := open_run()) is not None:
        client().stop(found[0])
