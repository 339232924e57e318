"""Questions that only Keras can answer: one function for each.

A page asks with `TrainingClient.ask(name, **arguments)`. The function runs in the worker, in a
helper thread, so that runs go on training meanwhile. Arguments and answers cross the process
boundary: plain values, lists, dicts and NumPy arrays (read-only on arrival; tuples arrive as
lists). A function raises ValueError, with a sentence, for what it can't answer. Most are about a
model: `cell`, a key of `lib.experiment.CELLS`; how many recurrent `layers` it has; its `weights`,
in Keras's order, three for each layer from the bottom up and those of the head, if any. A `loss` is
a key of `lib.experiment.experiment.LOSSES`.

Like the engine, these modules may import keras, and only the worker imports them.
"""

from collections.abc import Callable
from typing import Any

from lib.training.answers.bidirectional_leak import bidirectional_leak
from lib.training.answers.gradients import influence, reach
from lib.training.answers.keras_file import keras_file
from lib.training.answers.modes import breakings, modes, padding
from lib.training.answers.target_damage import target_damage

ANSWERS: dict[str, Callable[..., dict[str, Any]]] = {
    function.__name__: function
    for function in (
        bidirectional_leak,
        breakings,
        influence,
        keras_file,
        modes,
        padding,
        reach,
        target_damage,
    )
}
"""The function that answers each question, by name."""
