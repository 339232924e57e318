"""What becomes of runs and questions whose worker is gone: another one gets them.

Functions of a `client`'s run book and questions, called from one thread at a time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from lib.run import Snapshot
from lib.training.messages import Ask, Command, Lost, Show, Start, Steer, Watch
from lib.training.questions import Questions
from lib.training.run_book import RunBook, RunEntry
from lib.training.supervisor import Keeper
from lib.training.worker_process import WorkerProcess


def hand_over(
    book: RunBook,
    questions: Questions,
    worker: WorkerProcess,
    unsent: Iterable[Command],
    *,
    keeper: Keeper,
    text: str,
    by_chance: bool,
) -> None:
    """Have a keeper's worker do what another one can't any more, and never got (`unsent`).

    Where the keeper has none, runs fail, with `text` as the reason. What came about `by_chance`, as
    the end of a connection, isn't a run's own fault.
    """
    unsent = list(unsent)
    starts = {command.run_id for command in unsent if isinstance(command, Start)}
    if keeper.worker is None:
        starts = set()
    else:
        for command in unsent:
            if isinstance(command, Start | Steer) and command.run_id in starts:
                if (entry := book.entries.get(command.run_id)) is not None:
                    entry.supervisor, entry.worker = keeper, keeper.worker
                    entry.restart_reason = text if by_chance else ""
                    keeper.worker.post(command)
            elif isinstance(command, Ask) and questions.move(command, keeper.worker):
                keeper.worker.post(command)
    lost = [entry for entry in book.of(worker) if entry.run.id not in starts]
    for entry in [e for e in lost if e.is_foreign and e.supervisor is keeper]:
        entry.worker = keeper.need()  # its own server sees to it: here it is looked for again
        entry.worker.post(Watch(entry.run.id))
        lost.remove(entry)
    book.begin_again(lost, keeper, text, by_chance=by_chance)
    for entry in lost:
        if by_chance and entry.over and keeper.worker:  # a slot may still train it
            keeper.worker.post(Steer("drop", entry.run.id))


def find_places(book: RunBook, keeper: Keeper, lost: Lost) -> None:
    """Have runs go on elsewhere in a cluster that has lost some; those that are over are shown."""
    known = [book.entries[run_id] for run_id in lost.run_ids if run_id in book.entries]
    entries = [entry for entry in known if entry.supervisor is keeper]
    book.begin_again([entry for entry in entries if not entry.over], keeper, lost.how)
    for entry in entries:
        if entry.over and not entry.is_foreign and keeper.worker:
            keeper.worker.post(Show(_with_past(entry), entry.start.card))


def _with_past(entry: RunEntry) -> Snapshot:
    return replace(entry.snapshot, past=tuple(entry.past.points))
