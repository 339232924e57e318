"""The worker process: `python -m lib.training.worker`, started and fed by `worker_process`.

One thread runs a loop: take commands, give each run that trains or is evaluated its turn, send
snapshots. So there are no locks but one, and runs are fair to each other. Only compiling (`cache`),
answering questions (`answers`) and a sign of life every second happen in other threads. It ends
when the connection does: when the process that started it has closed it, or has ended somehow.
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
from functools import partial
from importlib import metadata
from multiprocessing import connection as connections
from multiprocessing.connection import Connection
from types import MappingProxyType
from typing import Any

from lib.data import memory
from lib.experiment import ExperimentError
from lib.results import Snapshot, Status
from lib.text import beside
from lib.training import limits, machine, messages
from lib.training.architecture import Architecture, architecture_of
from lib.training.checkpoint import Checkpoints
from lib.training.machine import end_with_starter, give_way
from lib.training.messages import decode, encode
from lib.training.programs import ProgramCache
from lib.training.sentences import sentence, short_reason, why_unavailable
from lib.training.size_buckets import SIZE_BUCKETS
from lib.training.timing import USUAL, Timing
from lib.training.worker_run import WorkerRun

SWITCH_SECONDS = 0.0005
"""How long a thread may keep Python to itself. Models are traced in other threads while the loop
trains, which takes Python back many times in a slice: with the usual 5 ms it waited a lot."""
IDLE_SHARE, IDLE_RUNS = 0.5, 4
"""The part of the limit of its memory, and the runs that train, up to which a worker builds size
buckets that nobody waits for."""
EXACT_SHARE = 0.4
"""The part of what a worker may grow by up to which runs get programs of their exact size: what it
builds it holds to its end. The rest is for the runs, and for what fits no bucket."""


class LostConnection(BaseException):
    """The client has gone. No Exception, since those end the one run or answer that raised them."""


class Loop:
    """What the worker does from its first command to the end of its connection."""

    def __init__(
        self,
        connection: Connection,
        build: Callable[[Any], Any],
        answers: Mapping[str, Callable[..., dict[str, Any]]],
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.perf_counter,
        *,
        buckets: Mapping[Architecture, bool] = MappingProxyType({}),
        share: int | None = None,
    ) -> None:
        self._timing, self._clock = timing, clock
        self._connection = connection
        self._sending = threading.Lock()
        self._answers = answers
        self._open: dict[str, Future[dict[str, Any]]] = {}
        # One thread: Keras's eager calls take turns anyway, and the other processor is the pages'.
        self._helper = ThreadPoolExecutor(1, "answers", give_way)
        self._runs: dict[str, WorkerRun] = {}
        self._retiring = False
        if share is None:
            share = memory.total_memory() // machine.worker_count()
        start = memory.used_memory()
        self._limit = machine.memory_limit(share, start)
        self._own_limit = start + EXACT_SHARE * (self._limit - start)
        self._busy = IDLE_RUNS + 1
        """How many runs trained in the last round. Before the first, perhaps those that a worker
        which has died left to this one: for these no size bucket may have been begun."""
        self._programs = ProgramCache(build, buckets, self._has_time, self._may_grow)
        self._reported_grown = -math.inf
        self._checkpoints = Checkpoints(self._send, clock)

    def _has_time(self) -> bool:
        """Whether there are memory and time for a size bucket that nobody waits for."""
        return self._busy <= IDLE_RUNS and memory.used_memory() < IDLE_SHARE * self._limit

    def _may_grow(self) -> bool:
        """Whether there is memory for programs that runs can do without."""
        return memory.used_memory() < self._own_limit

    def run(self) -> None:
        """Work until the connection ends, or, once retired, until all runs are over."""
        self._send(messages.Event("ready"))
        threading.Thread(target=self._beat, name="heart", daemon=True).start()
        try:
            while self._runs or self._open or not self._retiring:
                patience = self._patience()
                if patience is None:
                    self._busy = 0
                self._take_commands(patience)
                runs = self._having_turns()
                seconds = self._slice_seconds(runs)
                for run in runs:
                    self._guard(run, partial(run.turn, seconds))
                    self._take_commands(0)
                self._show_places()
                self._send_answers()
                self._report_grown()
        except (EOFError, OSError, LostConnection):
            return

    def _beat(self) -> None:
        """Give a sign of life every second, from a thread: also while one long batch is trained."""
        with contextlib.suppress(LostConnection):
            while True:
                time.sleep(self._timing.beat_seconds)
                self._send(messages.Event("alive"))

    def _show_places(self) -> None:
        waiting = [run for run in self._runs.values() if run.queues]
        waiting.sort(key=lambda run: run.background)
        for place, run in enumerate(waiting):
            run.show_place(place)

    def _report_grown(self) -> None:
        """Say so beyond the limit; and where it may grow no more, in a moment without runs."""
        now = time.monotonic()
        if self._retiring or now - self._reported_grown < self._timing.grown_seconds:
            return
        if memory.used_memory() > (self._limit if self._runs else self._own_limit):
            self._reported_grown = now
            self._send(messages.Event("grown"))

    def _having_turns(self) -> list[WorkerRun]:
        """Whose turn it is in the next round.

        Those in the background rest while another trains or is compiled, which takes as long as
        there are processors for it, and while a question is answered.
        """
        runs = list(self._runs.values())
        others = [run for run in runs if not run.background]
        return others if self._open or any(run.busy or run.waiting for run in others) else runs

    def _slice_seconds(self, runs: list[WorkerRun]) -> float:
        """How long each busy one of these may train or be evaluated in the next round."""
        busy, timing = [run for run in runs if run.busy], self._timing
        self._busy = len(busy)
        usual = timing.slice_seconds
        if busy and all(run.background for run in busy):
            usual = timing.background_slice_seconds
        share = timing.round_seconds / max(len(busy), 1)
        return max(timing.shortest_slice_seconds, min(usual, share))

    def _patience(self) -> float | None:
        """Seconds to wait for a command: 0 while runs are busy, None for ever without work."""
        rests = [run.rest for run in self._having_turns()]
        if self._open:
            rests.append(self._timing.poll_seconds)
        return min((rest for rest in rests if rest is not None), default=None)

    def _take_commands(self, patience: float | None) -> None:
        while self._connection.poll(patience):
            data = self._connection.recv_bytes()
            try:
                self._do(decode(data, messages.Command))
            except Exception as error:  # nonsense from one must not end the runs of others
                self._send(messages.Event("refused", f"{type(error).__name__}: {error}"))
            patience = 0

    def _do(self, command: messages.Command) -> None:
        match command:
            case messages.Start():
                self._start(command)
            case messages.Steer():
                if (run := self._runs.get(command.run_id)) is not None:  # else it has just ended
                    self._steer(run, command)
            case messages.Prepare():
                self._prepare(command)
            case messages.Ask():
                self._ask(command)
            case messages.Cancel():
                future = self._open.get(command.question_id)
                if future and future.cancel():  # else its answer has begun
                    del self._open[command.question_id]
            case messages.Retire():
                self._retiring = True
            case _:
                raise TypeError("this is a command for a cluster")

    def _guard(self, run: WorkerRun, act: Callable[[], None]) -> None:
        """Call `act`, which is about this run. Any error in it ends this run, and no other."""
        try:
            act()
        except Exception as error:
            run.fail(sentence("error", why=short_reason(error)))
        if run.status.over:
            self._runs.pop(run.run_id, None)

    def _start(self, command: messages.Start) -> None:
        try:
            limits.check(command.experiment, command.samples)
            # Runs of sweeps take places that others leave, and none from others.
            rivals = [r for r in self._runs.values() if command.background or not r.always_yields]
            if len(rivals) >= limits.MAX_RUNS:
                raise limits.FullError(sentence("full", most=limits.MAX_RUNS, count=len(rivals)))
            self._runs[command.run_id] = WorkerRun(
                command,
                self._programs,
                lambda snapshot: self._send(messages.Report(snapshot)),
                self._timing,
                self._clock,
                checkpoints=self._checkpoints,
            )
        except Exception as error:  # whatever is wrong with it, the run must not seem to wait
            failed = Snapshot(
                command.run_id,
                Status.FAILED,
                epochs=command.experiment.training.epochs,
                reason=sentence("refused", why=short_reason(error)),
                is_full=isinstance(error, limits.FullError),
            )
            self._send(messages.Report(failed))

    def _prepare(self, command: messages.Prepare) -> None:
        _, _, f, k = command.shape
        try:
            limits.check_model(command.experiment, f, k)
        except ExperimentError:
            return  # a start would say why
        key = architecture_of(command.experiment, *command.shape)
        self._programs.ahead(self._programs.bucket_for(key))

    def _steer(self, run: WorkerRun, command: messages.Steer) -> None:
        match command.verb:
            case "pause":
                self._guard(run, run.pause)
            case "resume":
                self._guard(run, partial(run.resume, command.epochs))
            case "step":
                self._guard(run, run.step)
            case "stop":
                self._guard(run, run.stop)
            case "drop":
                del self._runs[run.run_id]
                run.release()
            case "set_pace":
                run.set_pace(command.show_seconds)
            case "yield" | "attend":
                run.set_watched(command.verb == "attend")

    def _ask(self, command: messages.Ask) -> None:
        function, most = self._answers.get(command.question), self._timing.max_questions
        if function is None:
            error = f"No question is called {command.question!r}: {list(self._answers)}."
        elif len(self._open) >= most:
            error = f"At most {most} questions may wait for an answer; ask again later."
        else:
            self._open[command.question_id] = self._helper.submit(function, **command.arguments)
            return
        self._send(messages.Answer(command.question_id, error=error))

    def _send_answers(self) -> None:
        for question_id in [k for k, future in self._open.items() if future.done()]:
            future = self._open.pop(question_id)
            try:
                self._send(messages.Answer(question_id, future.result()))
            except Exception as error:  # whatever it is, who asked must hear of it
                words = f"{error}" if isinstance(error, ValueError) else f"{error!r}"
                self._send(messages.Answer(question_id, error=words))

    def _send(self, message: messages.Message) -> None:
        data = encode(message)
        try:
            with self._sending:
                self._connection.send_bytes(data)
        except OSError as error:
            raise LostConnection from error


_ENVIRONMENT = beside(__file__)
ENVIRONMENT: dict[str, str] = _ENVIRONMENT["variables"]
XLA_FLAGS = " ".join(_ENVIRONMENT["xla_flags"])


def set_environment() -> None:
    """Say what TensorFlow reads when it is imported. XLA flags that are set already come last."""
    os.environ.update(ENVIRONMENT)
    names = "tensorflow-cpu", "tensorflow"
    installed = [each for name in names for each in metadata.distributions(name=name)]
    if installed and installed[0].version.startswith(_ENVIRONMENT["xla_flags_for"]):
        os.environ["XLA_FLAGS"] = f"{XLA_FLAGS} {os.environ.get('XLA_FLAGS', '')}".strip()


def serve(connection: Any, share: int | None = None) -> int:
    """Train what comes by a connection; `share` is what of the machine's memory this process has.

    Returns an exit code: 0 when the connection has ended.
    """
    give_way(machine.WORKER_NICE)  # so do all the threads that this one will start
    set_environment()
    sys.setswitchinterval(SWITCH_SECONDS)
    # What is imported stays: 330,000 objects. A collection of all took 0.2 s, while runs waited.
    gc.disable()
    try:
        # They import TensorFlow, which reads the environment just set.
        from lib.training import engine  # noqa: PLC0415
        from lib.training.answers import ANSWERS  # noqa: PLC0415

        engine.configure_tensorflow()
        gc.freeze()
    except MemoryError:
        return messages.OUT_OF_MEMORY
    except Exception as error:  # whatever it is, the client must hear of it
        traceback.print_exc()  # for the server's log
        connection.send_bytes(encode(messages.Event("failed", why_unavailable(error))))
        return 1
    finally:
        gc.enable()
    try:
        Loop(connection, engine.Program, ANSWERS, buckets=SIZE_BUCKETS, share=share).run()
    except MemoryError:  # not in a run, which would fail alone
        return messages.OUT_OF_MEMORY
    return 0


def main() -> int:
    """Serve the process that started this one: by a connection, and perhaps a share of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C ends them, and their end ends us
    end_with_starter()
    inherited: Any = Connection
    if sys.platform == "win32":
        inherited = connections.PipeConnection
    share = int(sys.argv[2]) if len(sys.argv) > 2 else None
    with inherited(int(sys.argv[1])) as connection:
        return serve(connection, share)


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # at once: helper threads may be in the middle of a compile
