"""What the worker process sets before it imports TensorFlow."""

import os
from importlib import metadata
from types import SimpleNamespace

import pytest

from lib.training import machine


@pytest.mark.parametrize(
    ("version", "expected"), [(None, True), ("2.21.3", True), ("2.22.0", False), ("", False)]
)
def test_xla_flags_are_set_for_the_tensorflow_that_knows_them(version, expected, monkeypatch):
    """Any other might end the process at the sight of them. None stands for the installed one.

    When that fails, try the flags with the new TensorFlow, and measure.
    """

    def installed(**_):
        return [SimpleNamespace(version=version)] * bool(version)

    for name in (*machine.VARIABLES, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    if version is not None:
        monkeypatch.setattr(metadata, "distributions", installed)
    machine.set_environment()
    assert (os.environ["XLA_FLAGS"] == machine.XLA_FLAGS) is expected
