"""A run as one file, `.unrolled`, that opens again, here or elsewhere: `keep` and `open_kept`.

Nothing in it can run, and nothing of it is believed: see `container` and `file`.
"""

from lib.export.kept.container import KeptError, is_kept
from lib.export.kept.file import Kept, NeedsFileError, keep, open_kept

__all__ = ["Kept", "KeptError", "NeedsFileError", "is_kept", "keep", "open_kept"]
