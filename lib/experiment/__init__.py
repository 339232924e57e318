"""The choices of a person: `Experiment`, its settings with their limits, and the registries.

The registries (cells, losses, optimizers, tasks of a setting) feed widgets, links and checks alike.
This package makes no data, computes no shapes and trains nothing.
"""
