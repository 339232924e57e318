"""Questions that only Keras can answer, one function each: see `TrainingClient.ask`.

Arguments and answers are plain values and NumPy arrays (read-only on arrival; tuples arrive as
lists). A function raises ValueError, with a sentence, for what it can't answer. `weights` are in
Keras's order: three for each of the recurrent `layers` from the bottom up, and the head's, if any.
"""

from collections.abc import Callable
from typing import Any

from lib.training.answers.cells import breakings, influence, modes, reach
from lib.training.answers.models import keras_file, target_damage

_FUNCTIONS = breakings, influence, keras_file, modes, reach, target_damage
ANSWERS: dict[str, Callable[..., dict[str, Any]]] = {each.__name__: each for each in _FUNCTIONS}
"""The function that answers each question, by name."""
