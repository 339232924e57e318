"""What Keras's error messages about recurrent layers mean: of today, and of earlier versions.

Messages are those of Keras 3.15 on TensorFlow 2.21, which tests provoke in Keras, and of earlier
versions, which people still paste. `lib.errors.message.MessageRow` says how they are written down;
README, what to touch to add one. What raises no error at all is the subject of `lib.doctor`.
"""

from lib.errors import (
    arguments,
    arrays,
    incompatible_shapes,
    input_axes,
    keras2_wordings,
    target_shapes,
    weights_and_states,
)
from lib.errors.message import Explanation, Messages, readable
from lib.toml import beside

__all__ = ["CHECKLIST", "EXAMPLES", "FAMILIES", "Explanation", "explain_error"]

FAMILIES = (
    # A text may hold several messages: a layer's inside another's, or a general one below the one
    # that says what happened. So what names more comes first.
    Messages("masks"),  # before the states: both fail inside a recurrent layer's loop
    weights_and_states.STATES,
    Messages("stateful"),
    arguments.NOT_A_LAYER,
    arguments.LAYER_ARGUMENTS,
    arguments.ARGUMENT_VALUES,
    incompatible_shapes.MESSAGES,
    target_shapes.MESSAGES,
    input_axes.MESSAGES,
    weights_and_states.WEIGHTS,  # after these: a kernel may be that of the states, a size of a loss
    arrays.FUNCTIONAL_MODELS,
    Messages("tf_datasets"),
    arrays.JOINED_ARRAYS,
    arrays.INPUT_ARRAYS,
    arguments.REMOVED_NAMES,
    keras2_wordings.MESSAGES,
    Messages("incomplete_messages"),
)
"""In the order in which they are tried."""
_EXAMPLES = beside(__file__, "examples")
EXAMPLES, CHECKLIST = _EXAMPLES["examples"], _EXAMPLES["checklist"]
"""What Keras says of the commonest mistakes, by a short name, which stands in the address; and what
to look at, in this order, when a message says nothing."""


def explain_error(message: str) -> Explanation | None:
    """What a message means, or a traceback that ends in it; None for one that isn't known here."""
    text = readable(message)
    return next(filter(None, (family.explain(text) for family in FAMILIES)), None)
