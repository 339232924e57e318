"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

A pasted text is read first (`pasted`): its last error, what was called, shapes. The modules
`loading`, `states`, `arguments`, `targets`, `inputs`, `arrays`, `models` and `operations` list the
messages that are known, each a `Message` with patterns, and plain texts or a function that compares
shapes. What raises no error at all is the subject of `lib.shapes.doctor`.
"""

from lib.shapes.errors.explain import CHECKLIST, EXAMPLES, described_stack, explain_error
from lib.shapes.errors.message import Explanation
from lib.shapes.errors.pasted import ends, sizes

__all__ = [
    "CHECKLIST",
    "EXAMPLES",
    "Explanation",
    "described_stack",
    "ends",
    "explain_error",
    "sizes",
]
