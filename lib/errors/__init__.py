"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

Messages are those of Keras 3.15 on TensorFlow 2.21, which tests provoke in Keras, and of earlier
versions, which people still paste. What raises no error at all is the subject of `lib.doctor`.

To add a message, add a row to `MESSAGES.rows(…)` in the file of its family: patterns, cause, fix
and code (`lib.errors.message.Message`); and an example to tests/unit/known_messages.py.
"""

from lib.errors import (
    argument_values,
    functional_models,
    incompatible_shapes,
    incomplete_messages,
    initial_states,
    input_arrays,
    input_axes,
    joined_arrays,
    keras2_wordings,
    layer_arguments,
    masks,
    not_a_layer,
    removed_names,
    stateful,
    target_shapes,
    tf_datasets,
    weight_shapes,
)
from lib.errors.message import Explanation, readable

__all__ = ["FAMILIES", "Explanation", "explain_error"]

FAMILIES = (
    # A text may hold several messages: a layer's inside another's, or a general one below the one
    # that says what happened. So what names more comes first.
    masks,  # before the states: both fail inside a recurrent layer's loop
    initial_states,
    stateful,
    not_a_layer,
    layer_arguments,
    argument_values,
    incompatible_shapes,
    target_shapes,
    input_axes,
    weight_shapes,  # after these: a kernel may be that of the states, a size that of a loss
    functional_models,
    tf_datasets,
    joined_arrays,
    input_arrays,
    removed_names,
    keras2_wordings,
    incomplete_messages,
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
        if explanation := family.MESSAGES.explain(text):
            return explanation
    return None
