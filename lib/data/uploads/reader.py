"""A file is read in a process of its own (`__main__`), which `Reading` starts and watches.

So reading a large file holds up no page, and its memory goes with the process. The bytes go through
a pipe, never to a disk. The table comes back as Arrow's stream of columns, which hold nothing that
could run, and is used where it lies.
"""

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread
from time import monotonic, sleep

import psutil

from lib.data.memory import ENOUGH, MB, free_memory, share, total_memory, used_memory
from lib.data.tables.table import Table
from lib.data.uploads.errors import MAX_BYTES, UploadError

SECONDS = 60.0
"""A process that takes longer is ended."""
MEMORY = 4 * 10**9
"""How many bytes of addresses the process may have: a file made to unpack without end ends it."""
SEATS = 2 if total_memory() >= ENOUGH else 1
"""This many files are read at a time."""
MEMORY_SHARE = 0.6 if SEATS == 1 else 0.45
"""The share of the free memory that one process may use; not all of it for all of them together,
since the tables in the page process take some."""
CHECK_SECONDS = 0.05
"""Between two checks of the memory that the process holds: it gets some 50 MB meanwhile at most."""
ROOT = Path(__file__).parents[3]
MAX_WAITING, MAX_WAITING_BYTES = 4, int(2 * MAX_BYTES * share())
"""At most this many files, and bytes of files, wait for a seat; a single file may be larger."""
FIX = "Leave out columns or rows that aren't needed, or run the app with more memory."
_seats = BoundedSemaphore(SEATS)
_waiting = set["Reading"]()


class Reading:
    """A file that is being read. Raises UploadError where too many wait already.

    `table` or `error` is there when `over` is set; neither where it was stopped.
    """

    def __init__(self, name: str, content: bytes, sheet: str = "") -> None:
        waiting = list(_waiting)
        size = len(content) + sum(len(each._content) for each in waiting)  # noqa: SLF001  its own
        if len(waiting) >= MAX_WAITING or (waiting and size > MAX_WAITING_BYTES):
            raise UploadError(
                f"{name} can't be read now: too many files wait. Try again in a minute."
            )
        self.name, self.error = name, ""
        self.table: Table | None = None
        self.over = Event()
        self._stopped, self._why_ended = False, "the process that read it ended"
        self._process: subprocess.Popen[bytes] | None = None
        self._content: bytes = content
        """Nobody else holds these bytes while it waits: they are freed when it is stopped."""
        _waiting.add(self)
        Thread(target=self._run, args=(sheet,), name="file-reader", daemon=True).start()

    def stop(self) -> None:
        """End the process: another file was given, or the result isn't needed any more."""
        self._stopped, self._content = True, b""
        _waiting.discard(self)
        if self._process is not None:
            self._process.kill()

    def _run(self, sheet: str) -> None:
        """Wait for a seat, then have a process read the file. Runs in a thread."""
        with _seats:
            _waiting.discard(self)
            try:
                if not self._stopped:
                    self._read_in_process(sheet)
            except (OSError, ValueError):  # the process died, or its answer can't be read
                self.error = f"{self.name} couldn't be read: {self._why_ended}. {FIX}"
            finally:
                if self._stopped:
                    self.table, self.error = None, ""
                self.over.set()

    def _read_in_process(self, sheet: str) -> None:
        """Start the process, send the file, and receive an error or a table."""
        from lib.data.uploads.arrow import read_table  # noqa: PLC0415  brings pandas along

        command, pipe = [sys.executable, "-m", "lib.data.uploads"], subprocess.PIPE
        with subprocess.Popen(  # noqa: S603 - our own code
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        ) as process:
            self._process = process
            Thread(target=self._guard, args=(process,), name="file-guard", daemon=True).start()
            try:
                assert process.stdin is not None  # noqa: S101 - for the type checker
                assert process.stdout is not None  # noqa: S101
                with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
                    stdin.write(json.dumps([self.name, sheet]).encode() + b"\n")
                    stdin.write(self._content)
                self._content = b""
                self.error = json.loads(process.stdout.readline())
                if not self.error:
                    self.table = read_table(process.stdout)
            finally:
                process.kill()

    def _guard(self, process: subprocess.Popen[bytes]) -> None:
        """End the process if it takes too long or too much memory, or was stopped."""
        end, most = monotonic() + SECONDS, MEMORY_SHARE * free_memory()
        with contextlib.suppress(psutil.NoSuchProcess):
            watched = psutil.Process(process.pid)
            while process.poll() is None:
                is_late, is_large = monotonic() > end, used_memory(watched) > most
                if is_late:
                    self._why_ended = f"that took longer than {SECONDS:g} seconds"
                elif is_large:
                    left = f"the {most / MB:,.0f} MB that are left for it"
                    self._why_ended = f"that takes more memory than {left}"
                if is_late or is_large or self._stopped:
                    process.kill()
                    return
                sleep(CHECK_SECONDS)
