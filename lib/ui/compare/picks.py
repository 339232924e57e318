"""Which runs Compare lists, and which of them are laid over one another.

The address holds the ids of these, each with its name where that is short and plain:
`runs=0123~Small,4567`. A recording's id is the name of its data. Where nobody has picked, the page
does: the browser's newest runs, or recordings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache

from lib.compared import LETTERS, Compared
from lib.datasets import DATASETS, suggested
from lib.english import counted
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from lib.ui import runs
from lib.ui.address import page_value, set_page_value, write_address
from lib.ui.browser import moved_in_history
from lib.ui.made import dataset_of
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
    """A run that the server knows, or the recording of data; None where there is none."""
    client = runs.client()
    if (run := client.get(run_id)) and (snapshot := client.latest(run)):
        name = runs.name_of(run_id) or session().compare.linked.get(run_id) or "somebody's run"
        return Compared(run_id, run.experiment, run.dataset, snapshot, name)
    return _recording(run_id) if run_id in DATASETS and run_id != "upload" else None


@lru_cache(maxsize=4)  # each holds its data
def _recording(name: str) -> Compared | None:
    dataset = dataset_of(suggested(name), None)
    experiment = with_seeds(suggested(name), dataset)
    if (snapshot := recorded(experiment)) is None:
        return None
    return Compared(name, experiment, dataset, snapshot, dataset.title, is_recorded=True)


def settle_picks() -> bool:
    """Take over what the address names, in each run of the page; False where some of it is gone.

    That becomes a complaint, which the next run of the page shows.
    """
    record, own, text = session().compare, runs.own_runs(), page_value(KEY)
    if text != record.text:  # a link was opened, or Back pressed
        asked = [each.partition("~") for each in text.split(",")]
        named = {
            i: name if _PLAIN.fullmatch(name) else "" for i, _, name in asked if i.strip(NOTHING)
        }
        record.picks, record.is_chosen = list(named), bool(text)
        record.linked |= named
    known = [each for each in record.picks if find(each)]
    gone = len(record.picks) - len(known)
    if record.is_chosen and (known or not gone):
        known += [each for each in own if record.seen and each not in {*record.seen, *known}]
    else:
        record.is_chosen = False
        known = own[-USUAL:] if len(own) > 1 else [*own, *_stand_ins(own)]
    record.seen = {*own, NOTHING}
    keep_picks(known, to_address=record.is_chosen or (bool(own) and not moved_in_history()))
    if gone:
        words = GONE.format(counted(gone, "run"), "is" if gone == 1 else "are")
        session().address.complaints.append(words)
    return not gone


def keep_picks(ids: Iterable[str], *, to_address: bool = True) -> None:
    """Lay these over one another, as many as there are letters for, and write the link."""
    record = session().compare
    record.picks = list(ids)[: len(LETTERS)]
    plain = [
        f"{run.id}~{run.name}" if not run.is_recorded and _PLAIN.fullmatch(run.name) else run.id
        for run in map(find, record.picks)
        if run
    ]
    record.text = (",".join(plain) or NOTHING) if to_address else ""
    set_page_value(KEY, record.text)
    write_address()


def toggle(run_id: str) -> None:
    """Lay a run over the others, or take it away. For callbacks."""
    record = session().compare
    record.is_chosen, others = True, [each for each in record.picks if each != run_id]
    keep_picks(others if run_id in record.picks else [*others, run_id])


def listed() -> list[Compared]:
    """All runs of the list: the browser's, the oldest first, then what the link names besides."""
    record, own = session().compare, runs.own_runs()
    letters = dict(zip(record.picks, LETTERS, strict=False))
    real = [*own, *record.linked]
    ids = dict.fromkeys([*real, *record.picks, *(_stand_ins(own) if len(real) < 2 else ())])
    return [replace(run, letter=letters.get(run.id, "")) for run in map(find, ids) if run]


def _stand_ins(own: list[str]) -> list[str]:
    """Recordings for a browser that has one run or none: of its data, if there is one, first."""
    names = [run.experiment.data.name for run in map(find, own) if run]
    return [each for each in dict.fromkeys([*names, *STAND_INS]) if find(each)][:2]
