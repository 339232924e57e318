"""A file is read in a process of its own: `Reading` starts one, `main` is what runs there.

So a large file neither holds up those who look at other pages meanwhile, nor leaves its memory
behind. The bytes go through a pipe, never to a disk.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore, Event, Thread, Timer
from time import monotonic
from typing import Any

from lib.tables.table import Table
from lib.uploads.crossing import read_table, write_table
from lib.uploads.limits import UploadError
from lib.uploads.read import STAGES, read_upload

SECONDS = 60.0
"""Who takes longer is ended."""
MEMORY = 4 * 10**9
"""How many bytes of addresses the process may have: a file made to unpack without end ends it."""
ROOT = Path(__file__).parents[2]
_CURE = "Leave out columns or rows that aren't needed, or export the table as CSV."
_seats = BoundedSemaphore(2)
"""So many files are read at a time."""


class Reading:
    """A file that is being read.

    `table` or `error` is there when `over` is set; neither where it was stopped.
    """

    def __init__(self, name: str, content: bytes, sheet: str = "") -> None:
        self.name = name
        self.stage = "waiting for its turn"
        """What is being done."""
        self.part = 0.0
        """How much of it has been done, 0 to 1."""
        self.table: Table | None = None
        self.error = ""
        self.over = Event()
        self._stopped = False
        self._process: subprocess.Popen[bytes] | None = None
        Thread(target=self._live, args=(content, sheet), name="file-reader", daemon=True).start()

    def stop(self) -> None:
        """End it: another file has come, or nobody waits any more."""
        self._stopped = True
        if self._process is not None:
            self._process.kill()

    def _live(self, content: bytes, sheet: str) -> None:
        """The thread: wait for a seat, and hear what becomes of the file."""
        with _seats:
            began = monotonic()
            try:
                if not self._stopped:
                    self._serve(content, sheet)
            except (OSError, ValueError):  # it died, or talks nonsense
                why = "the process that read it ended"
                if monotonic() - began >= SECONDS:
                    why = f"that took longer than {SECONDS:g} seconds"
                self.error = f"{self.name} couldn't be read: {why}. {_CURE}"
            finally:
                if self._stopped:
                    self.table, self.error = None, ""
                self.over.set()

    def _serve(self, content: bytes, sheet: str) -> None:
        """Start the process, give it the file, and take what it says."""
        command, pipe = [sys.executable, "-m", "lib.uploads.reader"], subprocess.PIPE
        with subprocess.Popen(  # noqa: S603 - our own code
            command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL
        ) as process:
            self._process = process
            timer = Timer(0 if self._stopped else SECONDS, process.kill)
            timer.start()
            try:
                assert process.stdin is not None  # noqa: S101 - for the type checker
                assert process.stdout is not None  # noqa: S101
                with contextlib.suppress(BrokenPipeError), process.stdin as stdin:
                    stdin.write(json.dumps([self.name, sheet]).encode() + b"\n")
                    stdin.write(content)
                del content
                while self.table is None and not self.error:
                    said = json.loads(process.stdout.readline())
                    self.error = said.get("error", "")
                    if "stage" in said:
                        self.stage = said["stage"]
                        self.part = (1 + STAGES.index(self.stage)) / (len(STAGES) + 1)
                    if "table" in said:
                        self.table = read_table(process.stdout)
            finally:
                timer.cancel()
                process.kill()


def main() -> None:
    """Read the file that comes in, and send what becomes of it: lines of JSON, a table's arrays."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not everywhere
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.nice(5)
    name, sheet = json.loads(sys.stdin.buffer.readline())
    out = sys.stdout.buffer

    def say(said: dict[str, Any]) -> None:
        out.write(json.dumps(said).encode() + b"\n")
        out.flush()

    try:
        content = sys.stdin.buffer.read()
        table = read_upload(name, content, sheet, lambda stage: say({"stage": stage}))
        say({"table": True})
        write_table(table, out)
        out.flush()
    except UploadError as error:
        say({"error": f"{error}"})
    except MemoryError:
        say({"error": f"{name} takes too much memory to be read. {_CURE}"})


if __name__ == "__main__":
    main()
