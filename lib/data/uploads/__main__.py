"""The process that reads an uploaded file: stdin has the file, stdout gets a table or an error."""

import pickle
import resource
import sys

from lib.data.tables.table import Table, UploadError
from lib.data.uploads.upload import FIX, read_upload


def main() -> None:
    """Read the file from stdin; write its table, or an error message, to stdout."""
    name, content, memory = pickle.load(sys.stdin.buffer)  # noqa: S301  from `Reading`
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    answer: Table | str
    try:
        answer = read_upload(name, content)
    except (UploadError, MemoryError) as error:
        answer, cause = f"{error}", error.__context__ or error
        if isinstance(cause, MemoryError) or "out of memory" in f"{cause}":
            limit = f"the {memory / 1e6:,.0f} MB available"
            answer = f"{name} couldn't be read: it needs more memory than {limit}. {FIX}"
    pickle.dump(answer, sys.stdout.buffer, protocol=5)


if __name__ == "__main__":
    main()
