"""What the worker process sets before it imports TensorFlow."""

from __future__ import annotations

import os
from importlib import metadata
from types import SimpleNamespace

import pytest

from lib.training import worker


@pytest.mark.parametrize(
    ("version", "expected"), [("2.21.3", True), ("2.22.0", False), ("", False)]
)
def test_xla_flags_are_set_for_the_tensorflow_that_knows_them(
    version: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other might end the process at the sight of them."""

    def installed(**_: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(version=version)] * bool(version)

    for name in (*worker.ENVIRONMENT, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(metadata, "distributions", installed)
    worker.set_environment()
    assert (os.environ["XLA_FLAGS"] == worker.XLA_FLAGS) is expected


def test_the_installed_tensorflow_is_the_one_that_the_flags_are_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When this fails, try the flags with the new TensorFlow, and measure."""
    for name in (*worker.ENVIRONMENT, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    worker.set_environment()
    assert os.environ["XLA_FLAGS"] == worker.XLA_FLAGS
