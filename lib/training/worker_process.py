"""`WorkerProcess`: one worker process, and the threads that communicate with it."""

import contextlib
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from queue import SimpleQueue
from typing import IO

from lib.training import messages
from lib.training.messages import BEAT_SECONDS, Command, Message, decode, encode, sentence

SILENT_BEATS = 30  # a worker that sends no message for this many beats is killed
IMPORT_BEATS = 300  # the same limit while the worker imports TensorFlow, which takes 6 to 15 s
ROOT = Path(__file__).parents[2]
TRAINING = "lib.training.worker"
log = logging.getLogger(__name__)


class WorkerProcess:
    """A worker process that starts after `delay` seconds and gets commands once it is ready.

    A reader thread calls `on_message` for each message, and `on_end` once, except after `close`.
    """

    def __init__(
        self,
        on_message: Callable[["WorkerProcess", Message], None],
        on_end: Callable[["WorkerProcess"], None],
        delay: float = 0.0,
        module: str = TRAINING,
        *arguments: str,
    ) -> None:
        self.ready = False  # whether the process has imported TensorFlow
        self.ending = ""  # how the process ended; completes "The training process …"
        self.unavailable = ""  # why a new process couldn't train either; "" if unknown
        self._on_message, self._on_end, self._delay = on_message, on_end, delay
        self._module, self._arguments = module, arguments
        self._pending: SimpleQueue[bytes | None] = SimpleQueue()  # None ends the writer thread
        self._begun, self._may_write = threading.Event(), threading.Event()
        self._starting, self._closing = threading.Lock(), False
        self._silent = 0  # beats since the last message
        self.process: subprocess.Popen[bytes] | None = None  # None until the delay is over
        self._thread = threading.Thread(target=self._run, name="worker-reader", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """Start the process now, even if its delay isn't over."""
        self._begun.set()

    def post(self, command: Command) -> None:
        """Send a command once the worker is ready. Raises WireError if the command is invalid."""
        data = encode(command)
        decode(data, Command)
        self._pending.put(data)

    def close(self) -> None:
        """Kill the process and wait for its end."""
        with self._starting:
            self._closing = True
            if self.process is not None:
                self.process.kill()  # a worker has no state to save
        self.begin()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=10)

    def _run(self) -> None:
        """Run the process and read its messages until it ends. Runs in the reader thread."""
        self._begun.wait(self._delay)
        try:
            with tempfile.TemporaryFile() as errors:
                self._serve(errors)
        except Exception as error:  # after any error, `_on_end` must be called
            log.warning("can't communicate with the training process", exc_info=True)
            how = "could not be started"
            if self.process is not None:
                how = "was killed"
                self.process.kill()
                self.process.wait()
            self.ending = f"{how} ({error or type(error).__name__})"
        if not self._closing:
            self._on_end(self)

    def _serve(self, errors: IO[bytes]) -> None:
        """Start the process, unless `close` was called, and read messages until it disconnects."""
        path = [str(ROOT), os.environ.get("PYTHONPATH")]
        connection, other_end = Pipe()
        with connection:
            with other_end, self._starting:
                if self._closing:
                    return
                command = [sys.executable, "-m", self._module, str(other_end.fileno())]
                self.process = process = subprocess.Popen(  # noqa: S603 - our own code
                    [*command, *self._arguments],
                    cwd=ROOT,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, path))},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                    pass_fds=(other_end.fileno(),),
                )
            threading.Thread(target=self._kill_if_silent, args=(process,), daemon=True).start()
            writer = threading.Thread(target=self._write, args=(connection,), daemon=True)
            writer.start()
            try:
                self._read(connection)
            finally:
                self._pending.put(None)
                self._may_write.set()
            writer.join(timeout=10)
        self._note_end(process, errors)

    def _kill_if_silent(self, process: subprocess.Popen[bytes]) -> None:
        while process.returncode is None:
            time.sleep(BEAT_SECONDS)
            # Count beats, not seconds: this process itself may have been suspended.
            self._silent += 1
            if self._silent > (SILENT_BEATS if self.ready else IMPORT_BEATS):
                self.ending = f"was silent for {self._silent * BEAT_SECONDS:g} s and was killed"
                self.unavailable = "" if self.ready else sentence("import_hangs")
                process.kill()
                return

    def _read(self, connection: Connection) -> None:
        while True:
            try:
                data = connection.recv_bytes()
            except (EOFError, OSError):
                return
            self._silent = 0
            try:
                message = decode(data, Message)
            except messages.WireError as error:
                log.warning("the training process sent an invalid message: %s", error)
                continue
            match message:
                case messages.Event(kind="alive"):
                    continue
                case messages.Event(kind="failed", text=text):
                    self.ending, self.unavailable = "could not be started", text
                case messages.Event(kind="refused", text=text):
                    log.warning("the training process refused a command: %s", text)
                case messages.Event(kind="ready"):
                    self.ready = True
                    self._may_write.set()
            self._on_message(self, message)

    def _write(self, connection: Connection) -> None:
        self._may_write.wait()
        with contextlib.suppress(OSError):  # if the worker disconnected, `_read` handles its end
            for data in iter(self._pending.get, None):
                connection.send_bytes(data)

    def _note_end(self, process: subprocess.Popen[bytes], errors: IO[bytes]) -> None:
        try:
            code = process.wait(2)
        except subprocess.TimeoutExpired:  # the process disconnected, but it is still running
            process.kill()
            code = process.wait()
        self.ending = self.ending or _ending(code)
        errors.seek(max(0, errors.seek(0, os.SEEK_END) - 2000))
        last_output = errors.read().decode(errors="replace")
        # TensorFlow aborts at import on a processor without AVX.
        if not self.ready and (code == -signal.SIGILL or "instructions, but these" in last_output):
            self.unavailable = sentence("no_avx")
        if code and not self._closing:
            log.error("the training process %s\n%s", self.ending, last_output)


MakeWorker = Callable[..., WorkerProcess]  # the class, or a fake in tests


def _ending(code: int) -> str:
    """Return how a process ended, by its exit code; -N means signal N."""
    if code >= 0:
        return f"ended with exit code {code}"
    known = {each.value: each.name for each in signal.Signals}
    name = known.get(-code, f"signal {-code}")
    # If memory runs out, Linux sends SIGKILL, C++ aborts, and an unchecked allocation segfaults.
    by_memory = name in ("SIGKILL", "SIGABRT", "SIGSEGV")
    return f"was killed ({name}{', maybe out of memory' if by_memory else ''})"
