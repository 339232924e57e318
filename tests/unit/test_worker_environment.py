"""What the worker process sets before it imports TensorFlow."""

from __future__ import annotations

import gc
import os
import sys
from importlib import metadata
from types import SimpleNamespace
from unittest.mock import MagicMock

import pytest

from lib import training
from lib.training import environment, worker


@pytest.mark.parametrize(
    ("version", "expected"), [("2.21.3", True), ("2.22.0", False), ("", False)]
)
def test_xla_flags_are_set_for_the_tensorflow_that_knows_them(
    version: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other might end the process at the sight of them."""

    def installed(**_: str) -> list[SimpleNamespace]:
        return [SimpleNamespace(version=version)] * bool(version)

    for name in (*environment.VARIABLES, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(metadata, "distributions", installed)
    environment.set_environment()
    assert (os.environ["XLA_FLAGS"] == environment.XLA_FLAGS) is expected


def test_the_installed_tensorflow_is_the_one_that_the_flags_are_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When this fails, try the flags with the new TensorFlow, and measure."""
    for name in (*environment.VARIABLES, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    environment.set_environment()
    assert os.environ["XLA_FLAGS"] == environment.XLA_FLAGS


def test_a_collection_passes_over_what_the_worker_imports(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is most of its objects, and all of them stay; what comes later is collected."""
    modules = {"engine": MagicMock(), "answers": MagicMock()}
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, f"lib.training.{name}", module)
        monkeypatch.setattr(training, name, module, raising=False)
    for name in ("give_way", "set_environment", "SWITCH_SECONDS"):
        monkeypatch.setattr(
            worker, name, sys.getswitchinterval() if name.isupper() else MagicMock()
        )
    during: list[tuple[bool, bool]] = []

    def note(*_: object, **__: object) -> MagicMock:
        during.append((gc.isenabled(), gc.get_freeze_count() > before))
        return MagicMock()

    before = gc.get_freeze_count()
    modules["engine"].configure_tensorflow = note
    monkeypatch.setattr(worker, "Loop", note)
    try:
        assert worker.serve(MagicMock()) == 0
    finally:
        gc.unfreeze()
    assert during == [(False, False), (True, True)]
