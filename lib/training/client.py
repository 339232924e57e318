"""`TrainingClient`: start runs, steer them, and look at how they go. No Streamlit, no TensorFlow.

    with TrainingClient() as client:
        run = client.start(experiment, dataset)
        snapshot = client.wait(run)

Training happens in a worker process, which the client starts, feeds, watches over and ends. The
client itself only keeps the newest snapshot of each run. All methods may be called from any
thread, and none but `wait` and `close` takes longer than a moment.
"""

from __future__ import annotations

import atexit
import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from lib.dataset import Dataset
from lib.experiment import Experiment
from lib.run import ModelWeights, Run, Snapshot, Status
from lib.training import memory
from lib.training.limits import MAX_RUNS, MAX_RUNS_EACH, MAX_VALUES_EACH
from lib.training.messages import Answer, Command
from lib.training.questions import AnswerFuture, Questions
from lib.training.run_book import TWICE_SECONDS, Entry, stale
from lib.training.worker_process import Message, WorkerProcess

WATCH_SECONDS = 600
"""How long a run goes on that nobody looks at: others want the processor."""
TIDY_SECONDS = 60.0
"""Between two looks for what can be paused or forgotten."""
RESTART_DELAYS = (0.0, 1.0, 4.0)
"""Seconds to wait before a worker that died is replaced, by how many died shortly before."""
QUICK_SECONDS = 90
"""Deaths within this time count together. When there were more than there are delays, the client
gives up, until it is asked for something."""

STARTING = "The training process is starting (importing TensorFlow takes a few seconds)."
SILENT_BEATS_TOLD = 4
SILENT = (
    "The training process has not answered for {} s. If it stays silent it is replaced, and this "
    "run begins again."
)
UNWATCHED = "Paused: nobody was watching."


@dataclass(frozen=True, slots=True)
class Notice:
    """That the worker died, to be told to a person."""

    text: str
    time: float
    """When, in seconds since the epoch."""
    run_ids: tuple[str, ...]
    """The runs that failed with it. Others began again."""


def is_over(snapshot: Snapshot) -> bool:
    """Whether the run can't go on."""
    return snapshot.status.over


class TrainingClient:
    """The way to the worker process, from a page or a script.

    Args:
        start_now: start the worker at once, so that it is ready when it is needed. Else it starts
            with the first run.
        delay: seconds to wait before that, so that a page's first visitor gets the processor. The
            first run ends the wait.
    """

    def __init__(self, start_now: bool = True, delay: float = 0.0) -> None:
        self._changed = threading.Condition(threading.RLock())
        self._entries: dict[str, Entry] = {}
        self._worker: WorkerProcess | None = None
        self._first: WorkerProcess | None = None
        """The one whose delay is a courtesy. Later ones have reasons to wait."""
        self._successor: WorkerProcess | None = None
        self._held: WorkerProcess | None = None
        """The current worker, as long as it may not start before the one before it has gone."""
        self._grown: WorkerProcess | None = None
        """The worker that said so last."""
        self._two_fit = memory.two_fit(memory.total())
        self._retired: list[WorkerProcess] = []
        self._questions = Questions()
        self._deaths: list[float] = []
        self._tidied = time.monotonic()
        self._notice: Notice | None = None
        self._closed = False
        atexit.register(self.close)
        if start_now:
            with self._changed:
                self._worker = self._first = self._new_worker(delay)

    def __enter__(self) -> TrainingClient:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def worker_ready(self) -> bool:
        """Whether a worker is there and has imported TensorFlow."""
        with self._changed:
            return self._worker is not None and self._worker.ready

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """The processes that work for this client: one, or two while a fresh one takes over."""
        with self._changed:
            return tuple(worker.pid for worker in self._workers() if worker.pid is not None)

    @property
    def notice(self) -> Notice | None:
        """The last time that the worker died; None if it never did."""
        return self._notice

    def start(
        self,
        experiment: Experiment,
        dataset: Dataset,
        paused: bool = False,
        owner: str | None = None,
        elsewhere: int = 0,
    ) -> Run:
        """Train an experiment on a dataset, or, with `paused`, get everything ready for it.

        Returns at once. A run that can't be trained is FAILED soon after, with the reason; so is
        one of an `owner` who has MAX_RUNS_EACH going, counting those `elsewhere`, with others.
        """
        run = Run(secrets.token_hex(8), experiment, dataset)
        with self._changed:
            self._tidy()
            worker = self._ask_worker()
            snapshot = Snapshot(
                run.id,
                Status.QUEUED,
                epochs=experiment.training.epochs,
                reason="" if worker.ready else STARTING,
            )
            self._make_room()
            refusal = self._refusal(dataset, owner, elsewhere) if owner else ""
            entry = Entry(run, snapshot, worker, time.monotonic(), owner=owner, paused=paused)
            self._entries[run.id] = entry
            if refusal:
                self._fail([entry], f"This run was refused: {refusal}. Stop one of them first.")
                return run
            worker.post(entry.start)
            if worker is self._first:
                worker.begin()
        return run

    def _refusal(self, dataset: Dataset, owner: str, elsewhere: int) -> str:
        """Why an owner can't have one more run, on this data; nothing where that is no problem."""
        going = self.going(owner) + elsewhere
        if going >= MAX_RUNS_EACH:
            return (
                f"one browser may have at most {MAX_RUNS_EACH} runs going at a time, and this one "
                f"has {going}"
            )
        held = [dataset] + [
            e.run.dataset for e in self._entries.values() if e.counts and e.owner == owner
        ]
        values = sum(data.x.size + data.y.size for data in held)
        if values > MAX_VALUES_EACH:
            return (
                f"the runs of one browser may have at most {MAX_VALUES_EACH:,} numbers of data at "
                f"a time, and with this one it would have {values:,}"
            )
        return ""

    def _make_room(self) -> None:
        """Where all places are taken, forget the paused run that was left the longest ago."""
        unfinished = [e for e in self._entries.values() if not e.snapshot.status.over]
        left = [e for e in unfinished if e.is_left(time.monotonic() - WATCH_SECONDS)]
        if len(unfinished) >= MAX_RUNS and left:
            self.drop(min(left, key=lambda entry: entry.touched).run)

    def going(self, owner: str | None = None) -> int:
        """How many runs aren't over, nor told to stop, nor left alone: an owner's, or all."""
        with self._changed:
            entries = self._entries.values()
            return sum(e.counts for e in entries if owner is None or e.owner == owner)

    def restart(self, run: Run) -> Run:
        """Start the same experiment on the same data again, as a new run."""
        return self.start(run.experiment, run.dataset)

    def pause(self, run: Run) -> None:
        """Let a run rest where it is."""
        self._steer(run, "pause")

    def resume(self, run: Run) -> None:
        """Let a paused run go on to its end."""
        self._steer(run, "resume", Status.RUNNING)

    def step(self, run: Run) -> None:
        """Train one epoch more, then pause."""
        self._steer(run, "step", Status.RUNNING)

    def stop(self, run: Run) -> None:
        """End a run. Its figures stay.

        Until the worker has answered the run is called RUNNING, also a paused one: who looks now
        has to look again.
        """
        self._steer(run, "stop", Status.RUNNING)

    def drop(self, run: Run) -> None:
        """End a run and forget it."""
        with self._changed:
            entry = self._entries.pop(run.id, None)
            if entry is not None and not entry.snapshot.status.over:
                entry.worker.post(Command("drop", run.id))
                self._renew()
            self._changed.notify_all()  # who waits for it has to hear of it

    def prepare(self, experiment: Experiment, dataset: Dataset) -> None:
        """Compile ahead what this experiment would need, when there is nothing better to do."""
        (_, t, f), n, k = dataset.shape, dataset.train, dataset.targets
        with self._changed:
            worker = self._ask_worker()
            worker.post(Command("prepare", experiment=experiment, shape=(n, t, f, k)))

    def ask(self, name: str, **arguments: Any) -> AnswerFuture:
        """Ask Keras, in the worker, one of `lib.training.answers.ANSWERS`. Returns at once.

        It doesn't end the first worker's delay, so a page may ask before it has been painted.

        Args:
            name: which question.
            arguments: plain values, tuples, dicts and arrays.

        Returns:
            A future of the answer: plain values and arrays (read-only) by name. Where there is
            none it raises AnswerError, with a sentence that says why.
        """
        with self._changed:
            worker = self._ask_worker()
            command = self._questions.open(worker, name, arguments)
            future = self._questions.future(command)
            worker.post(command)
            return future

    def ahead(self, question: AnswerFuture) -> int:
        """How many questions are answered before this one, of whomever; 0 when its turn has come.

        It may have had its answer, or be another client's.
        """
        with self._changed:
            return self._questions.ahead(question)

    def get(self, run_id: str) -> Run | None:
        """The run of an id, as long as it is known."""
        with self._changed:
            entry = self._entries.get(run_id)
            return entry.run if entry else None

    def latest(self, run: Run | str) -> Snapshot | None:
        """The newest there is of a run; None when it isn't known (any more).

        A run that nobody looks at, here or with `wait`, is paused after WATCH_SECONDS.
        """
        with self._changed:
            entry = self._entries.get(run if isinstance(run, str) else run.id)
            if entry is None:
                return None
            if not entry.snapshot.status.over:
                entry.touched = time.monotonic()
            self._tidy_now_and_then()
            silent = entry.worker.silent_beats
            if silent >= SILENT_BEATS_TOLD and entry.snapshot.status.active:
                return replace(entry.snapshot, reason=SILENT.format(silent), epochs_per_second=0.0)
            return entry.snapshot

    def checkpoints(self, run: Run) -> list[tuple[int, ModelWeights]]:
        """Epochs, increasing, each with the models' weights then: thinned as a run grows.

        The first and the newest that were sent are among them. Weights that are too many to be
        sent aren't known.
        """
        with self._changed:
            entry = self._entries.get(run.id)
            return entry.past.points if entry and entry.past else []

    def wait(
        self,
        run: Run,
        timeout: float | None = None,
        until: Callable[[Snapshot], bool] = is_over,
    ) -> Snapshot:
        """Wait for a snapshot of a run that `until` is true of; without it, until it is over.

        A run that was paused because nobody looked at it goes on.

        Raises TimeoutError after `timeout` seconds, or at once when the run is over in another
        way, and KeyError for a run that isn't known, or isn't any more.
        """

        def ready() -> bool:
            entry = self._entries.get(run.id)
            if entry is None or self._closed:
                return True
            return until(entry.snapshot) or entry.snapshot.status.over

        with self._changed:
            entry = self._entries[run.id]
            if entry.unwatched:
                self.resume(run)
            entry.waiting += 1
            try:
                self._changed.wait_for(ready, timeout)
            finally:
                entry.waiting -= 1
                if not entry.snapshot.status.over:
                    entry.touched = time.monotonic()
            snapshot = self._entries[run.id].snapshot
        if not until(snapshot):
            status = f"{snapshot.status}: {snapshot.reason}" if snapshot.reason else snapshot.status
            raise TimeoutError(f"the run didn't get that far within {timeout} s; it is {status}")
        return snapshot

    def close(self) -> None:
        """End the worker. Runs that aren't over fail."""
        with self._changed:
            self._closed = True
            workers = self._workers()
            self._worker = self._successor = None
            self._retired = []
            self._fail(self._entries.values(), "The training process was closed.")
            for worker in workers:
                self._questions.fail(worker, "The training process was closed.")
            self._changed.notify_all()
        for worker in workers:
            worker.close()
        atexit.unregister(self.close)

    def _workers(self) -> list[WorkerProcess]:
        return [w for w in (self._worker, self._successor, *self._retired) if w is not None]

    def _ask_worker(self) -> WorkerProcess:
        """The worker for new commands, started if there is none."""
        if self._closed:
            raise RuntimeError("this client is closed")
        if self._worker is None:
            self._deaths = []
            self._worker = self._new_worker()
        return self._worker

    def _new_worker(self, delay: float | None = 0.0) -> WorkerProcess:
        return WorkerProcess(self._received, self._ended, delay)

    def _steer(self, run: Run, verb: str, status: Status | None = None) -> None:
        """Send a command for a run that isn't over.

        A paused run is called what it is about to be, so that who looks now knows it to be active.
        """
        with self._changed:
            entry = self._entries.get(run.id)
            if entry is None or entry.snapshot.status.over:
                return
            entry.touched = time.monotonic()
            entry.unwatched = False
            entry.verb = verb
            entry.worker.post(Command(verb, run.id))
            if status is not None and entry.snapshot.status is Status.PAUSED:
                entry.snapshot = replace(entry.snapshot, status=status)
                self._changed.notify_all()

    def _received(self, worker: WorkerProcess, message: Message) -> None:
        """Called from a worker's thread."""
        with self._changed:
            if isinstance(message, Snapshot):
                entry = self._entries.get(message.run_id)
                # What a run's end was called here (by `_fail`) stays.
                if entry is not None and not entry.snapshot.status.over:
                    if entry.verb == "stop" and message.status is Status.PAUSED:
                        message = replace(message, status=Status.RUNNING)
                    elif entry.unwatched and message.status is Status.PAUSED:
                        message = replace(message, reason=UNWATCHED)
                    elif not message.reason:
                        message = replace(message, reason=entry.again)
                    entry.take(message)
                    if message.status.over:
                        entry.touched = time.monotonic()
                self._tidy_now_and_then()  # here too: perhaps nobody looks at anything
            elif isinstance(message, Answer):
                self._questions.settle(message)
            elif message.kind == "ready":
                if worker is self._successor:
                    self._take_over(worker)
                self._say_ready(worker)
            elif message.kind == "grown":
                self._grown = worker
            self._renew()
            self._changed.notify_all()

    def _say_ready(self, worker: WorkerProcess) -> None:
        for entry in self._entries.values():
            if entry.worker is worker and entry.snapshot.reason == STARTING:
                entry.snapshot = replace(entry.snapshot, reason="")

    def _renew(self) -> None:
        """Have a fresh worker follow one that has grown.

        It takes over when it is ready. Where there is no memory for both at a time, the old one
        goes first, as soon as it has no run that isn't over, and what comes waits for the new one.
        """
        old = self._worker
        if old is None or old is not self._grown or self._successor is not None or self._closed:
            return
        if self._two_fit:
            self._successor = self._new_worker()
        elif any(e.worker is old and not e.snapshot.status.over for e in self._entries.values()):
            return
        else:
            self._held = self._new_worker(delay=None)
            self._take_over(self._held)
        self._grown = None  # if this fails, it will say so again

    def _take_over(self, worker: WorkerProcess) -> None:
        """The fresh worker gets what comes; the grown one ends when its runs are over."""
        old, self._worker, self._successor = self._worker, worker, None
        if old is not None:
            old.retiring = True
            self._retired.append(old)
            old.post(Command("retire"))

    def _ended(self, worker: WorkerProcess) -> None:
        """Called from a worker's thread when its process has ended by itself."""
        with self._changed:
            if self._closed:
                return
            unsent = worker.unsent()
            waiting = {command.run_id for command in unsent if command.verb == "start"}
            mine = [entry for entry in self._entries.values() if entry.worker is worker]
            lost = [e for e in mine if e.run.id not in waiting and not e.snapshot.status.over]
            if worker in self._retired:
                self._retired.remove(worker)
                if self._held is not None:
                    self._held.begin()
                    self._held = None
                self._begin_again(mine, f"The training process {worker.ending}.")
            elif worker is self._successor:
                self._successor = None  # the grown worker goes on
            else:
                self._replace(worker, unsent, lost)
            self._questions.fail(worker, f"The training process {worker.ending}. Ask again.")
            self._changed.notify_all()

    def _replace(self, dead: WorkerProcess, unsent: list[Command], lost: list[Entry]) -> None:
        """Start a new worker in the place of a dead one, unless too many died lately."""
        now = time.monotonic()
        self._deaths = [t for t in self._deaths if now - t < QUICK_SECONDS] + [now]
        count = len(self._deaths)
        text = f"The training process {dead.ending}."
        if count > len(RESTART_DELAYS):
            self._worker = None
            text += f" It ended {count} times in short order, so it was not started again."
            lost += [e for e in self._entries.values() if e.worker is dead and e not in lost]
        else:
            self._worker = self._new_worker(RESTART_DELAYS[count - 1])
            text += " It was started again."
            for command in unsent:
                entry = self._entries.get(command.run_id)
                if entry is not None:
                    entry.worker = self._worker
                if entry is not None or self._questions.move(command, self._worker):
                    self._worker.post(command)
        failed = self._begin_again(lost, text)
        self._notice = Notice(text, time.time(), failed)

    def _begin_again(self, lost: list[Entry], text: str) -> tuple[str, ...]:
        """Start runs anew that died with their worker, each once. Returns the ids of the others.

        These fail: a person may start them again.
        """
        now = time.monotonic()
        again = [e for e in lost if self._worker is not None and e.may_begin_again(now)]
        twice = [e for e in lost if e not in again and now - e.lost < TWICE_SECONDS]
        for entry in again:
            assert self._worker is not None  # noqa: S101  else there are none
            entry.lost = now
            entry.again = f"{text} This run began again."
            entry.worker = self._worker
            entry.past = None
            entry.snapshot = replace(  # the figures stay until there are others
                entry.snapshot,
                status=Status.QUEUED,
                reason=entry.again,
                epoch=0,
                epochs_per_second=0.0,
                seconds_left=None,
            )
            self._worker.post(entry.start)
        lost_twice = "This run was lost twice, so it did not begin again by itself."
        self._fail(twice, f"{text} {lost_twice} Start the run again.")
        self._fail([e for e in lost if e not in again], f"{text} Start the run again.")
        return tuple(e.run.id for e in lost if e.snapshot.status is Status.FAILED)

    def _fail(self, entries: Iterable[Entry], reason: str) -> None:
        """Mark runs that aren't over as failed, or stopped if they were told to: figures stay."""
        for entry in entries:
            if not entry.snapshot.status.over:
                stopped = entry.verb == "stop"
                entry.snapshot = replace(
                    entry.snapshot,
                    status=Status.STOPPED if stopped else Status.FAILED,
                    reason="" if stopped else reason,
                    seconds_left=None,
                )
                entry.touched = time.monotonic()

    def _tidy_now_and_then(self) -> None:
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidy()

    def _tidy(self) -> None:
        """Forget runs that are over, the oldest first, and see after those nobody looks at."""
        now = self._tidied = time.monotonic()
        for entry in stale(self._entries.values(), now):
            self.drop(entry.run)
        for entry in self._entries.values():
            seen = entry.waiting or now - entry.touched <= WATCH_SECONDS
            if entry.snapshot.status.active and not seen and not entry.unwatched:
                entry.unwatched = True
                entry.worker.post(Command("pause", entry.run.id))
