"""The target doctor: whether a target's shape trains what was meant, and what an error means.

Mean squared error and its like broadcast a target of a wrong shape without a word, and the model
learns something else. `diagnose_target` says so before a run, and builds no model; `explain_error`
reads Keras's message after one. The messages are in `lib.errors`, which asks the doctor for the
way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lib.doctor.diagnosis import Diagnosis, diagnose_target
from lib.doctor.remedies import Fix

if TYPE_CHECKING:
    from lib.errors import Explanation

__all__ = ["Diagnosis", "Fix", "diagnose_target", "explain_error"]


def explain_error(message: str) -> Explanation | None:
    """What a message means, cause and fix; None for one that isn't known. See `lib.errors`."""
    from lib import errors  # noqa: PLC0415  it imports this package

    return errors.explain_error(message)
