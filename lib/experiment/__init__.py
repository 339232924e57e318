"""The user's choices: a frozen `Experiment`, the limits of its settings, and its URL form.

This package doesn't create data, compute shapes or train models.
"""

from lib.experiment.experiment import (
    CELLS,
    HEADS,
    LIMITS,
    LOSSES,
    MAX_PARAMETERS,
    MAX_VALUES,
    MODES,
    NO_SERIES,
    OPTIMIZERS,
    REGISTRIES,
    SETTINGS,
    Choice,
    DataSettings,
    Experiment,
    ExperimentError,
    Limit,
    ModelSettings,
    Setting,
    TrainingSettings,
    read_query,
    to_query,
    validate,
)
