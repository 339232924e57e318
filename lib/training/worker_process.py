"""One worker process, from its start to its end, and the threads that talk to it.

It passes commands on and messages back. The `worker_pool` and the `client` decide what they mean,
and what follows when the process dies.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import IO, Any

import psutil

from lib.results import Snapshot, Status
from lib.training import messages
from lib.training.messages import BEAT_SECONDS, OUT_OF_MEMORY, Command, Message, decode, encode
from lib.training.sentences import sentence

SILENT_BEATS = 30
"""A worker that is silent for so many beats has been stopped, or hangs: it is killed. On a machine
that is far too busy, one that works may be silent for some seconds."""
IMPORT_BEATS = 60
"""A worker that imports TensorFlow is given up after so long without using a processor, or when it
has used one for so long. It needs 6 to 15 s of one, which on a slow machine may take minutes."""
IDLE_SHARE = 0.02
"""The share of a processor below which an import counts as hanging: a thread may still poll."""
RESTART_DELAYS = (0.0, 1.0, 4.0)
"""Seconds to wait before a worker that died is replaced, by how many died shortly before."""
QUICK_SECONDS = 90
"""Deaths within this time count together. When there were more than there are delays, no other is
started until the next one is needed."""
ALIVE = messages.Event("alive")
ROOT = Path(__file__).parents[2]
TRAINING = "lib.training.worker"
log = logging.getLogger(__name__)


class WorkerProcess:
    """A worker that starts at once, or after `delay` seconds, and gets commands when it is ready.

    `begin` ends the delay; with a `delay` of None nothing else does. `on_message` and `on_end` are
    called from its own thread, `on_end` once, and not after `close`. A cluster's driver is another
    `module` with the same protocol.
    """

    def __init__(
        self,
        on_message: Callable[[WorkerProcess, Message], None],
        on_end: Callable[[WorkerProcess], None],
        delay: float | None = 0.0,
        module: str = TRAINING,
        *arguments: str,
    ) -> None:
        self.ready = False
        """Whether it has imported TensorFlow."""
        self.retiring = False
        """Whether it ends when its runs are over."""
        self.ending = ""
        """How it ended, as the end of "The training process …"."""
        self.unavailable = ""
        """Why no process can train on this machine, as a sentence; empty unless this one ended for
        such a reason: TensorFlow is missing, broken or hangs, or the processor can't run it."""
        self._on_message, self._on_end, self._delay = on_message, on_end, delay
        self._module, self._arguments = module, arguments
        self._changed = threading.Condition()
        self._pending: deque[Command] = deque()
        self._begun = threading.Event()
        self._closing = self._over = False
        self._silent = 0
        """Beats since its last message."""
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="worker-reader", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process's number, once there is one."""
        return self._process.pid if self._process else None

    @property
    def silent_beats(self) -> int:
        """Whole beats (`BEAT_SECONDS`) since its last message; 0 until it is ready.

        A worker sends a message each beat, which on a busy machine may be late by one or two.
        """
        return max(0, self._silent - 1) if self.ready else 0

    def begin(self) -> None:
        """Start now, whatever is left of the delay."""
        self._begun.set()

    def post(self, command: Command) -> None:
        """Send a command as soon as the worker can take it. Returns at once."""
        with self._changed:
            self._pending = deque(c for c in self._pending if not _replaces(command, c))
            self._pending.append(command)
            self._changed.notify_all()

    def withdraw(self) -> list[Command]:
        """Take back the commands that the worker never got."""
        with self._changed:
            commands, self._pending = list(self._pending), deque()
            return commands

    def close(self) -> None:
        """End the process, and wait until it has ended."""
        with self._changed:
            self._closing = True
            if self._process is not None:
                self._process.kill()  # it has nothing to save
        self.begin()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        """The reader thread: start the process, read until it ends, and see how it ended."""
        self._begun.wait(self._delay)
        with _file_for_errors() as errors:
            try:
                self._serve(errors)
            except Exception as error:  # whatever it is, who waits must hear that it ended
                log.warning("the training process can't be talked to", exc_info=True)
                how = "could not be started"
                if self._process is not None:
                    how = "was ended"
                    self._process.kill()
                self.ending = self.ending or f"{how} ({error or type(error).__name__})"
            self._finish(errors)
        with self._changed:
            if self._closing:
                return
        self._on_end(self)

    def _serve(self, errors: IO[bytes]) -> None:
        """Start the process and read until it hangs up; not where it was closed meanwhile."""
        connection, theirs = Pipe()
        with connection:
            with theirs, self._changed:
                if self._closing:
                    return
                process = self._process = _spawn(theirs, errors, self._module, self._arguments)
            threading.Thread(target=self._end_if_it_hangs, args=(process,), daemon=True).start()
            writer = threading.Thread(target=self._write, args=(connection,), daemon=True)
            writer.start()
            try:
                self._read(connection)
            finally:
                with self._changed:
                    self._over = True
                    self._changed.notify_all()
            writer.join(timeout=10)

    def _end_if_it_hangs(self, process: subprocess.Popen[bytes]) -> None:
        """Wait for the process, so that it doesn't stay behind as a zombie; end one that hangs."""
        used, still, most = 0.0, 0, IMPORT_BEATS * BEAT_SECONDS
        while not _ends(process, BEAT_SECONDS):
            with self._changed:
                # Counted, not taken from the clock: this process may have been stopped itself.
                self._silent = silent = self._silent + 1
            before, used = used, _processor_seconds(process, used)
            still = 0 if used - before > IDLE_SHARE * BEAT_SECONDS else still + 1
            is_importing = not self.ready and self._module == TRAINING
            if is_importing and (still > IMPORT_BEATS or used > most):
                self.unavailable = sentence("import_hangs")
                process.kill()
            elif silent > SILENT_BEATS and not is_importing:
                self.ending = f"said nothing for {silent * BEAT_SECONDS:g} s and was ended"
                process.kill()

    def _read(self, connection: Connection) -> None:
        while True:
            try:
                data = connection.recv_bytes()
            except (EOFError, OSError):
                return
            with self._changed:
                self._silent = 0
            try:
                message = decode(data, Message)
            except messages.WireError as error:
                log.warning("the training process sent something else: %s", error)
                continue
            if isinstance(message, messages.Event):
                self._note(message)
            if message != ALIVE:
                self._on_message(self, message)

    def _note(self, event: messages.Event) -> None:
        if event.kind == "failed":
            self.ending, self.unavailable = "could not be started", event.text
        elif event.kind == "refused":
            is_worker = self._module == TRAINING
            who = "the training process refused a message" if is_worker else "cluster"
            log.warning("%s: %s", who, event.text)
        elif event.kind == "ready":
            with self._changed:
                self.ready = True
                self._changed.notify_all()

    def _write(self, connection: Connection) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._over or (self.ready and self._pending))
                if self._over:
                    return
                command = self._pending.popleft()
            try:
                data = encode(command)
                decode(data, Command)  # a script may have set anything, and must hear of it
                connection.send_bytes(data)
            except messages.WireError as error:
                self._refuse(command, f"could not be sent to the training process: {error}.")
            except OSError:
                return  # `_read` sees it too

    def _refuse(self, command: Command, why: str) -> None:
        """Answer a command instead of the worker."""
        if isinstance(command, messages.Ask):
            answer = messages.Answer(command.question_id, error=f"This question {why}")
            self._on_message(self, answer)
        elif isinstance(command, messages.Start):
            failed = Snapshot(command.run_id, Status.FAILED, reason=f"This run {why}")
            self._on_message(self, messages.Report(failed))

    def _finish(self, errors: IO[bytes]) -> None:
        """Wait for the end of the process, and note how it came about."""
        if self._process is not None:
            if not _ends(self._process, 2):  # it hung up on us, but lives
                self._process.kill()
            self.ending = self.ending or _ending(self._process.wait())
            # TensorFlow looks for AVX when it is imported, and aborts where there is none.
            is_illegal = self._process.returncode == -getattr(signal, "SIGILL", 0)
            if not self.ready and (is_illegal or "instructions, but these aren't" in _tail(errors)):
                self.unavailable = sentence("no_avx")
        has_told = self._process is not None and self._process.returncode == 0
        if not (self._closing or self.retiring or has_told):
            what = "training process" if self._module == TRAINING else "cluster's driver"
            how = self.unavailable or f"the {what} {self.ending}"
            log.error("%s\n%s", how, _tail(errors))


MakeWorker = Callable[..., WorkerProcess]
"""`WorkerProcess`, or what stands for it: of `on_message`, `on_end` and `delay`."""


def _replaces(new: Command, old: Command) -> bool:
    """Whether a command that waits is of no use any more, now that there is this one."""
    if isinstance(new, messages.Cancel) and isinstance(old, messages.Ask):
        return new.question_id == old.question_id
    return isinstance(new, messages.Prepare) and isinstance(old, messages.Prepare)


def _file_for_errors() -> IO[bytes]:
    """Where the process writes what goes wrong in it; nowhere, if there can be no such file."""
    try:
        return tempfile.TemporaryFile()
    except OSError:  # a full disk, or no folder that may be written to
        return Path(os.devnull).open("r+b")


def _tail(errors: IO[bytes]) -> str:
    """The last of what the process wrote there."""
    errors.seek(max(0, errors.seek(0, os.SEEK_END) - 2000))
    return errors.read().decode(errors="replace")


def _spawn(
    theirs: Connection, errors: IO[bytes], module: str, arguments: Sequence[str]
) -> subprocess.Popen[bytes]:
    """Start the process, which inherits its end of the connection and is told the number of it."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    handle = theirs.fileno()
    inherits: dict[str, Any] = {"pass_fds": (handle,)}
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        inherits = {"close_fds": False}
    return subprocess.Popen(  # noqa: S603 - our own code
        [sys.executable, "-m", module, str(handle), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=errors,
        **inherits,
    )


def _ends(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Whether it ends within so many seconds."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    return process.returncode is not None


def _processor_seconds(process: subprocess.Popen[bytes], otherwise: float) -> float:
    """How long a process has used a processor; `otherwise` where it has ended."""
    try:
        times = psutil.Process(process.pid).cpu_times()
    except psutil.Error:
        return otherwise
    return float(times.user + times.system)


_OF_MEMORY = "SIGKILL", "SIGABRT", "SIGSEGV"
"""Signals that end a process without memory: from Linux, from C++, from unchecked allocations."""


def _ending(code: int) -> str:
    if code >= 0:
        return "ran out of memory" if code == OUT_OF_MEMORY else f"ended with exit code {code}"
    try:
        name = signal.Signals(-code).name
    except ValueError:  # a signal without a name
        name = f"signal {-code}"
    hint = "; that happens when memory runs out" if name in _OF_MEMORY else ""
    return f"was killed ({name}{hint})"
