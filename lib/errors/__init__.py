"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

Messages are those of Keras 3.15 on TensorFlow 2.21, which tests provoke in Keras, and of earlier
versions, which people still paste. What raises no error at all is the subject of `lib.doctor`.
"""

from lib.errors import (
    arguments,
    arrays,
    axes,
    datasets,
    features,
    gone,
    joining,
    masks,
    older,
    pairs,
    parts,
    stateful,
    states,
    symbolic,
    targets,
    unsure,
    values,
)
from lib.errors.explanations import Explanation, readable

__all__ = ["FAMILIES", "Explanation", "explain_error"]

FAMILIES = (
    # A text may hold several messages: a layer's inside another's, or a general one below the one
    # that says what happened. So what names more comes first.
    masks,  # before states: both fail inside a recurrent layer's loop
    states,
    stateful,
    parts,
    arguments,
    values,
    pairs,
    targets,
    axes,
    features,  # after states and pairs: a kernel may be that of the states, a size that of a loss
    symbolic,
    datasets,
    joining,
    arrays,
    gone,
    older,
    unsure,
)
"""Each with its `MESSAGES`, in the order in which they are tried."""


def explain_error(message: str) -> Explanation | None:
    """What a message means; None for one that isn't known here.

    Args:
        message: any text that contains it: the last line, or the whole traceback, with colours
            or without.
    """
    text = readable(message)
    for family in FAMILIES:
        if told := family.MESSAGES.explain(text):
            return told
    return None
