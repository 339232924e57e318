"""The process that reads one file: bytes come in by stdin, a table or an error goes to stdout."""

import contextlib
import json
import sys

from lib.data.uploads.arrow import write_table
from lib.data.uploads.errors import UploadError
from lib.data.uploads.reader import FIX, MEMORY
from lib.data.uploads.upload import read_upload


def main() -> None:
    """Read the file that comes in; send a line of JSON, an error or "", and behind "" the table."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # not everywhere
        import resource  # noqa: PLC0415

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    name, sheet = json.loads(sys.stdin.buffer.readline())
    error, table = "", None
    try:
        table = read_upload(name, sys.stdin.buffer.read(), sheet)
    except UploadError as refused:
        error = f"{refused}"
    except MemoryError:
        error = f"{name} takes too much memory to be read. {FIX}"
    print(json.dumps(error), flush=True)
    if table is not None:
        write_table(table, sys.stdout.buffer)
        sys.stdout.flush()


if __name__ == "__main__":
    main()
