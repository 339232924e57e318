"""What becomes of runs and questions whose worker is gone: another one gets them.

The `client` calls it, from one thread at a time. Who has workers is the `keepers`' business.
"""

from __future__ import annotations

from collections.abc import Iterable

from lib.results import Snapshot
from lib.training.keepers import Keeper, Keepers
from lib.training.messages import Ask, Command, Lost, Show, Start, Steer, Watch
from lib.training.questions import Questions
from lib.training.run_book import RunBook
from lib.training.run_entry import RunEntry
from lib.training.worker_process import WorkerProcess


class Handover:
    """Of a client's runs and questions."""

    def __init__(self, book: RunBook, questions: Questions, keepers: Keepers) -> None:
        self._book, self._questions, self._keepers = book, questions, keepers

    def move(
        self, keeper: Keeper, worker: WorkerProcess, unsent: Iterable[Command], text: str
    ) -> None:
        """Have another worker do what a keeper's can't any more, and what it never got.

        Where there is none, or none can train, runs fail, with `text` as the reason. The end of a
        connection to a cluster isn't a run's own fault.
        """
        if self._keepers.unavailable:
            self._book.fail(self._book.of(worker), text)
            self._questions.fail(worker, text)
            return
        unsent = [each for each in unsent if isinstance(each, Start | Steer | Ask)]
        if not (unsent or self._book.of(worker)):
            return  # no worker is to start for nothing
        other = self._keepers.instead_of(keeper, self._book.going)
        moved = self._send_again(unsent, other) if other.worker else set()
        lost = [entry for entry in self._book.of(worker) if entry.run.id not in moved]
        for entry in [e for e in lost if e.is_foreign and e.supervisor is other]:
            entry.worker = other.need()  # its own server sees to it: here it is looked for again
            entry.worker.post(Watch(entry.run.id))
            lost.remove(entry)
        by_chance = keeper is self._keepers.cluster
        self._book.begin_again(lost, other, text, by_chance=by_chance)
        for entry in lost:
            if by_chance and entry.over and other.worker:  # a slot may still train it
                other.worker.post(Steer("drop", entry.run.id))

    def _send_again(self, unsent: list[Command], keeper: Keeper) -> set[str]:
        """Give a keeper's worker what another one never got. Returns the ids of the runs in it."""
        worker = keeper.need()
        starts = {command.run_id for command in unsent if isinstance(command, Start)}
        for command in unsent:
            if isinstance(command, Start | Steer) and command.run_id in starts:
                if (entry := self._book.entries.get(command.run_id)) is not None:
                    entry.supervisor, entry.worker = keeper, worker
                    entry.restart_reason = self._keepers.away
                    worker.post(command)
            elif isinstance(command, Ask) and self._questions.move(command, worker):
                worker.post(command)
        return starts

    def take(self, keeper: Keeper, worker: WorkerProcess, snapshot: Snapshot) -> None:
        """Believe the worker that has a run; a slot that still trains it is to stop."""
        if self._book.has(worker, snapshot.run_id):
            self._book.take(snapshot)
            self.show_own([self._book.entries[snapshot.run_id]])
        elif keeper is self._keepers.cluster and not snapshot.status.over:
            worker.post(Steer("drop", snapshot.run_id))

    def lose(self, keeper: Keeper, lost: Lost) -> None:
        """Have runs go on elsewhere in a cluster that lost some, and those that are over shown."""
        entries = [self._book.entries.get(run_id) for run_id in lost.run_ids]
        known = [entry for entry in entries if entry is not None and entry.supervisor is keeper]
        self._book.begin_again([entry for entry in known if not entry.over], keeper, lost.how)
        self._show([entry for entry in known if not entry.is_foreign], keeper)

    def show_own(self, entries: Iterable[RunEntry]) -> None:
        """Have a cluster that is there (again) show which of these have ended here."""
        cluster = self._keepers.cluster
        if cluster is not None and cluster.places:
            self._show([entry for entry in entries if entry.supervisor is not cluster], cluster)

    @staticmethod
    def _show(entries: Iterable[RunEntry], keeper: Keeper) -> None:
        """Have a cluster show those that are over, and that can be shown, from now on."""
        for entry in entries:
            if entry.over and entry.start.card:
                entry.supervisor = keeper  # once is enough
                snapshot = entry.past.whole(entry.snapshot)
                keeper.need().post(Show(snapshot, entry.start.card))
