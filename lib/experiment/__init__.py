"""The choices of a person: one frozen `Experiment`, the limits of its settings, and its URL form.

This package makes no data, computes no shapes and trains nothing. Words, as in Keras: N samples, T
timesteps, F features, U units, K target columns.
"""

from lib.experiment.query import read_query, to_query
from lib.experiment.settings import (
    CELLS,
    LIMITS,
    LOSSES,
    MAX_PARAMETERS,
    MAX_VALUES,
    MODES,
    NO_SERIES,
    OPTIMIZERS,
    SETTINGS,
    DataSettings,
    Experiment,
    ExperimentError,
    Limit,
    ModelSettings,
    Setting,
    TrainingSettings,
    validate,
)
