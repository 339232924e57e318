"""A file is read in a process of its own (`__main__`), which `Reading` starts and can end."""

import os
import pickle
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread, Timer

from lib.data.memory import ENOUGH, free_memory, share, total_memory
from lib.data.tables.table import Table
from lib.data.uploads.errors import MAX_BYTES, UploadError

SECONDS = 60.0  # a process that takes longer is ended
SEATS = 2 if total_memory() >= ENOUGH else 1  # this many files are read at a time
MEMORY_SHARE = 0.6 if SEATS == 1 else 0.45
"""The share of the free memory that one process may use; the page process needs some, too."""
MAX_WAITING, MAX_WAITING_BYTES = 4, int(2 * MAX_BYTES * share())
"""At most this many files, and bytes of files, wait to be sent; a single file may be larger."""
ROOT = Path(__file__).parents[3]
FIX = "Leave out columns or rows that aren't needed, or run the app with more memory."
_seats = BoundedSemaphore(SEATS)
_waiting = dict["Reading", int]()  # bytes of the files that wait


class Reading:
    """A file that is being read. Raises UploadError where too many wait already.

    `table` or `error` is there when `over` is set; neither where it was stopped.
    """

    def __init__(self, name: str, content: bytes, sheet: str = "") -> None:
        size = len(content) + sum(_waiting.values())
        if len(_waiting) >= MAX_WAITING or (_waiting and size > MAX_WAITING_BYTES):
            raise UploadError(
                f"{name} can't be read now: too many files wait. Try again in a minute."
            )
        self.name, self.error = name, ""
        self.table: Table | None = None
        self.over = Event()
        self._asked: tuple[str, bytes, str] | None = name, content, sheet
        """None once the process has it, or when it was stopped."""
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        _waiting[self] = len(content)
        Thread(target=self._run, name="file-reader", daemon=True).start()

    def stop(self) -> None:
        """End the process: another file was given, or the result isn't needed any more."""
        self._stopped, self._asked = True, None
        _waiting.pop(self, None)
        if self._process is not None:
            self._process.kill()

    def _run(self) -> None:
        """Wait for a seat, then have a process read the file. Runs in a thread."""
        with _seats:
            try:
                if not self._stopped:
                    self._read()
            except (OSError, EOFError, pickle.UnpicklingError):  # its answer is broken or missing
                self.error = (
                    f"{self.name} couldn't be read: the process that read it took longer than "
                    f"{SECONDS:g} seconds, or ended by itself. {FIX}"
                )
        _waiting.pop(self, None)
        if self._stopped:
            self.table, self.error = None, ""
        self.over.set()

    def _read(self) -> None:
        """Start the process, send it the file, and receive a table or a sentence."""
        memory = max(0, int(MEMORY_SHARE * free_memory()))
        # These libraries would reserve memory that they may never need.
        sparing = {"OPENBLAS_NUM_THREADS": "1", "ARROW_DEFAULT_MEMORY_POOL": "system"}
        with subprocess.Popen(
            [sys.executable, "-m", "lib.data.uploads"],
            cwd=ROOT,
            env=os.environ | sparing,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._process = process
            timer = Timer(SECONDS, process.kill)
            timer.start()
            try:
                asked, self._asked = self._asked, None
                if not asked or not process.stdin or not process.stdout:
                    return
                with process.stdin as stdin:
                    pickle.dump((*asked, memory), stdin)
                del asked  # its bytes are in one process alone now
                _waiting.pop(self, None)
                answer = pickle.load(process.stdout)  # noqa: S301 - written by our own code
                self.table = answer if isinstance(answer, Table) else None
                self.error = "" if self.table else f"{answer}"
            finally:
                timer.cancel()
                process.kill()
