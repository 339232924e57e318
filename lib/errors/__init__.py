"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

What raises no error at all is the subject of `lib.doctor`.
"""

from lib.errors import older, today
from lib.errors.explanations import Explanation, readable

__all__ = ["Explanation", "explain_error"]


def explain_error(message: str) -> Explanation | None:
    """What a message means; None for one that isn't known here.

    Args:
        message: any text that contains it: the last line, or the whole traceback, with colours
            or without.
    """
    text = readable(message)
    return today.MESSAGES.explain(text) or older.MESSAGES.explain(text)
