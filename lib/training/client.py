"""`TrainingClient`: start runs, steer them, and look at how they go. No Streamlit, no TensorFlow.

    with TrainingClient() as client:
        run = client.start(experiment, dataset)
        snapshot = client.wait(run)

Training happens in worker processes, or in a cluster; the client connects its `Keepers`, which have
these, its `RunBook` and its `Questions`. All methods may be called from any thread, and none but
`wait`, `wait_any` and `close` blocks.
"""

import atexit
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from msgspec import structs

from lib.data import Dataset
from lib.experiment import Experiment
from lib.results import Run, SeedWeights, Snapshot, Status
from lib.training import machine, messages
from lib.training.handover import Handover
from lib.training.keepers import Keeper, Keepers
from lib.training.lookup import Lookups
from lib.training.messages import Start, Steer
from lib.training.questions import AnswerFuture, Questions
from lib.training.quotas import Visitor
from lib.training.run_book import EMPTY_BYTES, TIDY_SECONDS, RunBook
from lib.training.run_entry import RunEntry
from lib.training.sentences import sentence
from lib.training.supervisor import MakeWorker
from lib.training.worker_process import WorkerProcess


class TrainingClient(AbstractContextManager["TrainingClient"]):
    """The way to the worker processes, from a page or a script.

    A run stays with the worker that had the fewest runs when it was started. Workers start after
    `delay` seconds, so that a page's first visitor gets the processor, or with their first run.
    """

    def __init__(
        self,
        delay: float = 0.0,
        workers: int = 1,
        *,
        clock: Callable[[], float] = time.monotonic,
        make_worker: MakeWorker = WorkerProcess,
        clustered: bool | None = None,
    ) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._clock = clock
        self._book = RunBook(clock)
        self._questions = Questions(self._changed)
        self._closed = False
        self._keepers = Keepers(
            make_worker,
            self._received,
            self._ended,
            self._book.of,
            clock,
            workers=workers,
            clustered=bool(os.environ.get(machine.RAY)) if clustered is None else clustered,
        )
        self._handover = Handover(self._book, self._questions, self._keepers)
        self.lookups = Lookups(self._post_lookup, clock) if self._keepers.cluster else None
        """Finds runs of other page servers; None without a cluster."""
        atexit.register(self.close)
        with self._changed:
            self._keepers.begin(delay)

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def worker_ready(self) -> bool:
        """Whether one of the workers has imported TensorFlow."""
        with self._changed:
            return self._keepers.ready

    @property
    def places(self) -> int:
        """How many runs can train side by side; it may become another number meanwhile."""
        with self._changed:
            return self._keepers.places

    @property
    def unavailable(self) -> str:
        """A sentence that says why nothing can be trained, and what helps; else empty."""
        return self._keepers.unavailable

    @property
    def away(self) -> str:
        """A sentence that says why a cluster isn't used that should be; else empty."""
        return self._keepers.away

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        paused: bool = False,
        owner: Visitor | None = None,
        show_seconds: float | None = None,
        *,
        background: bool = False,
        card: bytes = b"",
    ) -> Run:
        """Train an experiment on a dataset, or, with `paused`, only get everything ready for it.

        `show_seconds` spreads its epochs evenly. In the `background` it has turns while no other
        run of its worker needs one. A run that can't be trained, or whose `owner` has too many or
        too large ones going, is FAILED, with the reason. Other servers show it by its `card`.
        """
        run = Run(secrets.token_hex(8), experiment, dataset)
        with self._changed:
            self._book.tidy()
            keeper = self._least_busy()
            if (abandoned := self._book.run_to_forget_for_room(keeper)) is not None:
                self._book.drop(abandoned.run.id)
            how = (paused, show_seconds, background, card)
            start = Start(run.id, experiment, dataset.samples, *how)
            entry = self._book.add(run, keeper, start, owner, self.places, reason=self.away)
            if not entry.over:
                entry.worker.post(start)
                keeper.end_delay()
        return run

    def adopt(self, run: Run) -> None:
        """Know a run that another page server of the cluster has started: see `lookups`."""
        with self._changed:
            keeper = self._keepers.cluster
            if keeper is None or self._closed or run.id in self._book.entries:
                return
            start = Start(run.id, run.experiment, run.dataset.samples)
            entry = self._book.add(run, keeper, start, is_foreign=True)
            entry.worker.post(messages.Watch(run.id))

    def set_pace(self, run: Run, show_seconds: float | None) -> None:
        """Change how fast a run's epochs come from now on: see `start`."""
        with self._changed:
            entry = self._book.entries.get(run.id)
            if entry is None or entry.over:
                return
            if entry.is_foreign or entry.start.show_seconds != show_seconds:
                entry.start = structs.replace(entry.start, show_seconds=show_seconds)
                entry.worker.post(Steer("set_pace", run.id, show_seconds))

    def pause(self, run: Run) -> None:
        """Let a run rest where it is."""
        self._steer(run, "pause")

    def resume(self, run: Run, epochs: int | None = None) -> None:
        """Let a paused run go on to its end, or for so many epochs until it pauses again."""
        self._steer(run, "resume", epochs)

    def step(self, run: Run) -> None:
        """Train one epoch more, then pause."""
        self._steer(run, "step")

    def stop(self, run: Run) -> None:
        """End a run. Its figures stay."""
        self._steer(run, "stop")

    def drop(self, run: Run) -> None:
        """End a run and forget it."""
        with self._changed:
            self._book.drop(run.id)
            self._changed.notify_all()  # `wait` raises KeyError now

    def forget_most(self) -> None:
        """Forget most runs that nobody looks at: the last visitor has gone."""
        with self._changed:
            self._book.tidy(most_bytes=EMPTY_BYTES)

    def prepare(self, experiment: Experiment, dataset: Dataset) -> None:
        """Compile ahead what this experiment would need, when there is nothing better to do."""
        (_, t, f), n, k = dataset.shape, dataset.train, dataset.targets
        with self._changed:
            self._least_busy().need().post(messages.Prepare(experiment, (n, t, f, k)))

    def ask(self, name: str, **arguments: Any) -> AnswerFuture:
        """Ask Keras, in the worker, one of `lib.training.answers.ANSWERS`.

        It doesn't end the first worker's delay, so a page may ask before it has been painted. The
        future is of plain values and arrays (read-only) by name. Where there is no answer it raises
        AnswerError, with a sentence that says why. If it is cancelled in time, nothing is computed.
        """
        with self._changed:
            keeper = self._least_busy()
            command, future = self._questions.open(keeper.need(), name, arguments)
            if keeper.unavailable:
                self._questions.fail(keeper.need(), keeper.unavailable)
            else:
                keeper.need().post(command)
            return future

    def ahead(self, question: AnswerFuture) -> int:
        """How many open questions its worker answers before this one; 0 for one that is over."""
        with self._changed:
            return self._questions.ahead(question)

    def get(self, run_id: str) -> Run | None:
        """The run of an id, as long as it is known."""
        with self._changed:
            return entry.run if (entry := self._book.entries.get(run_id)) else None

    def latest(self, run: Run) -> Snapshot | None:
        """The newest there is of a run; None when it isn't known (any more).

        A run that nobody looks at, here or with `wait`, gives way, then rests: see `RunBook`.
        """
        with self._changed:
            if (entry := self._book.attend_to(run.id)) is not None:
                self._book.tidy(TIDY_SECONDS)
            return entry.latest if entry else None

    def checkpoints(self, run: Run) -> list[tuple[int, SeedWeights]]:
        """Earlier epochs, increasing, with all models' weights then; none where too many."""
        with self._changed:
            entry = self._book.entries.get(run.id)
            return entry.past.points if entry else []

    def wait(
        self,
        run: Run,
        timeout: float | None = None,
        until: Callable[[Snapshot], bool] = lambda snapshot: snapshot.status.over,
    ) -> Snapshot:
        """Wait for a snapshot of a run that `until` is true of; without it, until it is over.

        A run that was paused because nobody looked at it goes on.

        Raises TimeoutError after `timeout` seconds, or at once when the run is over in another
        way, and KeyError for a run that isn't known, or isn't any more.
        """
        with self._changed:
            entry = self._book.entries[run.id]
            self._watch([entry], lambda: until(entry.snapshot) or entry.over, timeout)
            snapshot = self._book.entries[run.id].latest
        if not until(snapshot):
            status = f"{snapshot.status}: {snapshot.reason}" if snapshot.reason else snapshot.status
            raise TimeoutError(f"the run didn't get that far within {timeout} s; it is {status}")
        return snapshot

    def wait_any(self, runs: Iterable[Run], timeout: float) -> None:
        """Wait until one of these is over or forgotten, at most `timeout` seconds: see `wait`."""
        with self._changed:
            known = [self._book.entries.get(run.id) for run in runs]
            entries = [entry for entry in known if entry is not None]
            if len(entries) == len(known):
                self._watch(entries, lambda: any(entry.over for entry in entries), timeout)

    def close(self) -> None:
        """End the workers. Runs that aren't over fail."""
        words = "The training process was closed."
        with self._changed:
            self._closed = True
            workers = self._keepers.release()
            self._book.fail(self._book.entries.values(), words)
            for worker in workers:
                self._questions.fail(worker, words)
            self._changed.notify_all()
        for worker in workers:
            worker.close()
        atexit.unregister(self.close)

    def _least_busy(self) -> Keeper:
        if self._closed:
            raise RuntimeError("this client is closed")
        return self._keepers.least_busy(self._book.going)

    def _steer(self, run: Run, verb: messages.Verb, epochs: int | None = None) -> None:
        """Send a command for a run that isn't over.

        A paused run counts as RUNNING until the worker has answered, also where it is to be
        stopped, so that pages keep asking for news.
        """
        with self._changed:
            entry = self._book.attend_to(run.id)
            if entry is None or entry.over:
                return
            entry.unwatched = False
            entry.verb = "step" if epochs else verb  # one that goes on for a while, and pauses
            entry.epoch_then, entry.steered_at = entry.snapshot.epoch, self._clock()
            entry.worker.post(Steer(verb, run.id, epochs=epochs))
            if verb != "pause" and entry.snapshot.status is Status.PAUSED:
                entry.snapshot = replace(entry.snapshot, status=Status.RUNNING)
                self._changed.notify_all()

    def _post_lookup(self, command: messages.Command) -> None:
        with self._changed:
            if (cluster := self._keepers.cluster) and not self._closed:
                cluster.need().post(command)

    def _received(self, keeper: Keeper, worker: WorkerProcess, message: messages.Message) -> None:
        """Called from a worker's thread."""
        if isinstance(message, messages.Found) and self.lookups:
            self.lookups.answer(message)
            return
        with self._changed:
            if isinstance(message, messages.Report):
                self._handover.take(keeper, worker, message.snapshot)
                self._book.tidy(TIDY_SECONDS)  # here too: perhaps nobody looks at anything
            elif isinstance(message, messages.Checkpoint):
                self._book.keep(worker, message)
            elif isinstance(message, messages.Answer):
                self._questions.settle(message)
            elif isinstance(message, messages.Lost):
                self._handover.lose(keeper, message)
            elif isinstance(message, messages.Attended):
                self._book.attend_to(message.run_id)
            elif isinstance(message, messages.Event):
                keeper.note_event(worker, message)
                self._keepers.let_rest()
                if self.lookups and keeper is self._keepers.cluster and message.kind == "ready":
                    self.lookups.ask_again()
                    self._handover.show_own(self._book.entries.values())
                if message.kind == "away":
                    self._handover.move(keeper, worker, worker.withdraw(), sentence("left"))
            keeper.replace_grown()
            self._changed.notify_all()

    def _ended(self, keeper: Keeper, worker: WorkerProcess) -> None:
        """Called from a worker's thread when its process has ended by itself."""
        with self._changed:
            if self._closed:
                return
            was_current = worker is keeper.worker
            words = keeper.replace_dead(worker)
            self._handover.move(keeper, worker, worker.unsent() if was_current else [], words)
            self._questions.fail(worker, f"The training process {worker.ending}. Ask again.")
            self._changed.notify_all()

    def _watch(
        self, entries: list[RunEntry], is_settled: Callable[[], bool], timeout: float | None
    ) -> None:
        """Look at runs until this is true, or one of them isn't known any more."""
        for entry in entries:
            if entry.unwatched:
                self.resume(entry.run)
        with self._book.looking(entries):
            self._changed.wait_for(
                lambda: any(e.run.id not in self._book.entries for e in entries) or is_settled(),
                timeout,
            )
