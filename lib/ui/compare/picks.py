"""Which runs Compare lists, and which of them are laid over one another.

The address holds the ids of these, each with its name where that is short and plain:
`runs=0123~Small,4567`. A recording's id is the name of its data. Where nobody has picked, the page
does: the browser's newest runs, or recordings.
"""

import re
from dataclasses import replace
from functools import lru_cache

from lib.compared import LETTERS, Compared
from lib.datasets import DATASETS, suggested
from lib.english import counted
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui import runs
from lib.ui.address import page_value, set_page_values
from lib.ui.browser import moved_in_history
from lib.ui.data import dataset_of
from lib.ui.session import session

KEY = "runs"
"""In the address."""
NOTHING = "-"
"""There, where a person has taken all runs away."""
USUAL = 3
"""So many of its runs a browser finds side by side."""
STAND_INS = ("running_mean", "echo")
GONE = "{} of the link or list {} gone: runs last a few hours, and not beyond a restart."
_PLAIN = re.compile(r"[\w .=+-]{1,24}")


def find(run_id: str) -> Compared | None:
    """A run that the server knows, one of a file, or a recording; None where there is none."""
    client = runs.client()
    if (run := client.get(run_id)) and (snapshot := client.latest(run)):
        name = runs.name_of(run_id) or session().compare.linked.get(run_id) or "somebody's run"
        return Compared(run.experiment, run.dataset, snapshot, run_id, name)
    if (kept := session().kept) and run_id == kept.snapshot.run_id:
        figures = kept.experiment, kept.dataset, kept.snapshot
        return Compared(*figures, run_id, kept.name, is_kept=True)
    return _recording(run_id) if run_id in DATASETS and run_id != "upload" else None


@lru_cache(maxsize=4)  # each holds its data
def _recording(name: str) -> Compared | None:
    dataset = dataset_of(suggested(name), None)
    experiment = with_seeds(suggested(name), dataset)
    if (snapshot := recorded(experiment)) is None:
        return None
    return Compared(experiment, dataset, snapshot, name, dataset.title, is_recorded=True)


def settle_picks() -> bool:
    """Take over what the address names, in each run of the page; False where some of it is gone.

    That becomes a complaint, which the next run of the page shows.
    """
    record, own, text = session().compare, _own(), page_value(KEY)
    if text != record.text:  # a link was opened, or Back pressed
        asked = [each.partition("~") for each in text.split(",")[: len(LETTERS)]]
        named = {i: name * bool(_PLAIN.fullmatch(name)) for i, _, name in asked if i.strip(NOTHING)}
        record.picks, record.text, record.is_chosen = list(named), text, bool(text)
        record.linked |= named
    known = [each for each in record.picks if find(each)]
    gone = len(record.picks) - len(known)
    if record.is_chosen and (known or not gone):
        known += [each for each in own if record.seen and each not in {*record.seen, *known}]
    else:
        record.is_chosen = False
        known = own[-USUAL:] if len(own) > 1 else [*own, *_stand_ins(own)]
    record.seen, record.picks = {*own, NOTHING}, known[: len(LETTERS)]
    if (record.is_chosen or own) and not moved_in_history():  # else Back would lead here again
        write_picks()
    if gone:
        words = GONE.format(counted(gone, "run"), "is" if gone == 1 else "are")
        session().address.complaints.append(words)
    return not gone


def write_picks() -> None:
    """Bring the link up to date; in callbacks too."""
    record = session().compare
    picked = [run for run in map(find, record.picks) if run]
    own = {run.id for run in picked if not run.is_recorded and _PLAIN.fullmatch(run.name)}
    named = [f"{run.id}~{run.name}" if run.id in own else run.id for run in picked]
    texts = [text for text, run in zip(named, picked, strict=True) if not run.is_kept]
    record.text = ",".join(texts) or NOTHING
    set_page_values({KEY: record.text})


def toggle(run_id: str) -> None:
    """Lay a run over the others, or take it away. For callbacks."""
    record = session().compare
    record.is_chosen, others = True, [each for each in record.picks if each != run_id]
    record.picks = others if run_id in record.picks else [*others, run_id]
    write_picks()


def take_off(run_id: str) -> None:
    """Take one of the browser's own runs off the list. For callbacks."""
    runs.take_off_list(run_id)
    session().compare.linked.pop(run_id, None)
    if run_id in session().compare.picks:
        toggle(run_id)


def listed() -> list[Compared]:
    """All runs of the list: the browser's, the oldest first, then what the link names besides."""
    record, own = session().compare, _own()
    letters = dict(zip(record.picks, LETTERS, strict=False))
    real = dict.fromkeys([*own, *record.linked])
    ids = dict.fromkeys([*real, *record.picks, *(_stand_ins(own) if len(real) < 2 else ())])
    return [replace(run, letter=letters.get(run.id, "")) for run in map(find, ids) if run]


def _own() -> list[str]:
    """The ids of the browser's runs, and of the one from a file that the session has opened."""
    kept = session().kept
    return [*runs.own_runs(), *([kept.snapshot.run_id] if kept else [])]


def _stand_ins(own: list[str]) -> list[str]:
    """Recordings for a browser that has one run or none: of its data, if there is one, first."""
    names = [run.experiment.data.name for run in map(find, own) if run]
    return [each for each in dict.fromkeys([*names, *STAND_INS]) if find(each)][:2]
