"""The choices of a person: `Experiment`, its settings with their limits, and the registries.

The registries (cells, losses, optimizers, tasks of a setting) feed widgets, links and checks alike.
This package makes no data, computes no shapes and trains nothing.
"""

from lib.experiment.experiment import (
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
    read_query,
    to_query,
    validate,
)
