"""The worker process: `python -m lib.training.worker`, started by `worker_process`.

One thread trains runs and handles commands. Other threads compile programs and answer questions.
"""

import contextlib
import gc
import math
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import Any

from lib.data import memory
from lib.experiment import ExperimentError
from lib.results import Snapshot, Status
from lib.training import limits, machine, messages
from lib.training.architecture import SIZE_BUCKETS, Architecture, architecture_of
from lib.training.messages import sentence, short_reason
from lib.training.programs import ProgramCache
from lib.training.timing import USUAL, Timing
from lib.training.worker_run import WorkerRun

SWITCH_SECONDS = 0.0005  # Python's thread switch interval; its default of 5 ms delays the loop
IDLE_SHARE = 0.5  # size buckets are built only while memory is below this share of its limit
IDLE_RUNS = 4  # size buckets are built only while at most this many runs train
EXACT_SHARE = 0.4  # exact-size programs are built only below this share of the allowed growth


class Loop:
    """The worker's loop, which ends when the connection closes."""

    def __init__(
        self,
        connection: Connection,
        build: Callable[[Any], Any],
        answers: Mapping[str, Callable[..., dict[str, Any]]],
        timing: Timing = USUAL,
        *,
        buckets: Mapping[Architecture, bool] = MappingProxyType({}),
        share: int | None = None,
    ) -> None:
        self._timing, self._answers = timing, answers
        self._connection, self._sending = connection, threading.Lock()
        self._questions: dict[str, Future[dict[str, Any]]] = {}
        # A single thread: Keras's eager calls hold the GIL, and pages need the other processor.
        self._helper = ThreadPoolExecutor(1, "answers", machine.give_way)
        self._runs: dict[str, WorkerRun] = {}
        self._retiring = False
        start, most = memory.used_memory(), memory.total_memory() // machine.worker_count()
        self._limit = machine.memory_limit(share or most, start)
        self._exact_limit = start + EXACT_SHARE * (self._limit - start)
        # The runs in the last round. Start high: a dead worker's runs must not wait for buckets.
        self._busy_runs = IDLE_RUNS + 1
        self._programs = ProgramCache(build, buckets, self._has_time, self._may_grow)
        self._reported_grown = -math.inf

    def _has_time(self) -> bool:
        return self._busy_runs <= IDLE_RUNS and memory.used_memory() < IDLE_SHARE * self._limit

    def _may_grow(self) -> bool:
        return memory.used_memory() < self._exact_limit

    def run(self) -> None:
        """Run until the connection closes or, after `Retire`, until all work is done."""
        self._send(messages.Event("ready"))
        threading.Thread(target=self._send_heartbeats, name="heart", daemon=True).start()
        with contextlib.suppress(EOFError, OSError):
            while self._runs or self._questions or not self._retiring:
                rests = [run.rest for run in self._runs_in_turn()]
                if self._questions:
                    rests.append(self._timing.poll_seconds)
                # 0 while runs are busy. None if there is no work: then wait for a command.
                seconds_to_wait = min((rest for rest in rests if rest is not None), default=None)
                if seconds_to_wait is None:
                    self._busy_runs = 0
                self._take_commands(seconds_to_wait)
                self._give_turns()
                self._send_answers()
                self._report_grown()

    def _give_turns(self) -> None:
        """Give each busy run a turn, and receive commands in between."""
        runs, timing = self._runs_in_turn(), self._timing
        self._busy_runs = sum(run.rest == 0 for run in runs)
        share = timing.round_seconds / max(self._busy_runs, 1)
        seconds = max(timing.shortest_slice_seconds, min(timing.slice_seconds, share))
        for run in runs:
            self._guard(run, run.turn, seconds)
            self._take_commands(0)

    def _runs_in_turn(self) -> list[WorkerRun]:
        """Return the runs of the next round. Background runs wait while other runs are busy."""
        runs = list(self._runs.values())
        others = [run for run in runs if not run.background]
        is_busy = any(run.rest == 0 or run.waiting for run in others)
        return others if is_busy or self._questions else runs

    def _send_heartbeats(self) -> None:
        while not self._connection.closed:
            time.sleep(self._timing.beat_seconds)
            self._send(messages.Event("alive"))

    def _report_grown(self) -> None:
        """Report memory above the limit, which is lower while there are no runs to interrupt."""
        now = time.monotonic()
        is_soon = now - self._reported_grown < self._timing.grown_seconds
        limit = self._limit if self._runs else self._exact_limit
        if not (self._retiring or is_soon) and memory.used_memory() > limit:
            self._reported_grown = now
            self._send(messages.Event("grown"))

    def _take_commands(self, seconds_to_wait: float | None) -> None:
        while self._connection.poll(seconds_to_wait):
            data = self._connection.recv_bytes()
            try:
                self._handle(messages.decode(data, messages.Command))
            except Exception as error:  # an invalid command must not end other runs
                self._send(messages.Event("refused", f"{type(error).__name__}: {error}"))
            seconds_to_wait = 0

    def _handle(self, command: messages.Command) -> None:
        match command:
            case messages.Start():
                self._start(command)
            case messages.Steer():
                if run := self._runs.get(command.id):  # else the run has just ended
                    self._guard(run, getattr(run, command.verb), *command.arguments)
            case messages.Prepare():
                with contextlib.suppress(ExperimentError):  # `Start` reports the error
                    limits.check_model(command.experiment, *command.shape[2:])
                    key = architecture_of(command.experiment, *command.shape)
                    self._programs.build_ahead(self._programs.bucket_for(key))
            case messages.Ask():
                self._questions[command.id] = self._helper.submit(
                    lambda: self._answers[command.question](**command.arguments)
                )
            case messages.Drop():
                if run := self._runs.pop(command.id, None):
                    run.release()
                elif (future := self._questions.get(command.id)) and future.cancel():
                    del self._questions[command.id]
            case messages.Retire():
                self._retiring = True

    def _guard(self, run: WorkerRun, act: Callable[..., None], *arguments: Any) -> None:
        try:
            act(*arguments)
        except Exception as error:
            run.fail(sentence("error", why=short_reason(error)))
        if run.status.over:
            self._runs.pop(run.id, None)

    def _start(self, command: messages.Start) -> None:
        # Background runs, which sweeps start, never take the place of another run.
        counted = [run for run in self._runs.values() if command.background or not run.background]
        is_full = len(counted) >= limits.MAX_RUNS
        try:
            if is_full:
                raise ExperimentError(sentence("full", most=limits.MAX_RUNS, count=len(counted)))
            limits.check_trainable(command.experiment, command.samples)
            self._runs[command.id] = WorkerRun(command, self._programs, self._send, self._timing)
        except Exception as error:  # report any error, or the run would seem to be waiting
            epochs = command.experiment.training.epochs
            why = sentence("refused", why=short_reason(error))
            failed = Snapshot(command.id, Status.FAILED, epochs=epochs, reason=why, is_full=is_full)
            self._send(messages.Report(failed))

    def _send_answers(self) -> None:
        for question_id in [k for k, future in self._questions.items() if future.done()]:
            future = self._questions.pop(question_id)
            try:
                self._send(messages.Answer(question_id, future.result()))
            except Exception as error:  # the client must get any error
                text = f"{error}" if isinstance(error, ValueError) else f"{error!r}"
                self._send(messages.Answer(question_id, error=text))

    def _send(self, message: messages.Message) -> None:
        data = messages.encode(message)
        # If the client has disconnected, `_take_commands` ends the loop.
        with self._sending, contextlib.suppress(OSError):
            self._connection.send_bytes(data)


def main() -> int:
    """Serve the parent process on the connection in argument 1; return an exit code."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends the client, and then this process
    share = int(sys.argv[2]) if len(sys.argv) > 2 else None
    machine.give_way(machine.WORKER_NICE)  # inherited by all threads
    machine.set_environment()
    sys.setswitchinterval(SWITCH_SECONDS)
    with Connection(int(sys.argv[1])) as connection:
        try:
            from lib.training import engine  # noqa: PLC0415  TensorFlow reads the variables
            from lib.training.answers import ANSWERS  # noqa: PLC0415

            engine.configure_tensorflow()
            gc.freeze()  # collecting the 330,000 imported objects would take 0.2 s each time
        except MemoryError:
            raise
        except Exception as error:  # the client must get any error
            traceback.print_exc()  # for the server's log
            why = sentence("broken")
            if isinstance(error, ModuleNotFoundError) and error.name:
                name = {"keras": "Keras", "tensorflow": "TensorFlow"}.get(error.name, error.name)
                why = sentence("not_installed", name=name)
            connection.send_bytes(messages.encode(messages.Event("failed", why)))
            return 1
        Loop(connection, engine.Program, ANSWERS, buckets=SIZE_BUCKETS, share=share).run()
    return 0


if __name__ == "__main__":
    os._exit(main())  # exit at once: helper threads may be compiling
