"""Fixtures that several files of quick tests share."""

import inspect

import pytest

from lib.training import pair_trainer
from lib.training.messages import Event
from tests.unit.fakes import ClientRig, counted_outputs
from tests.unit.slots import run
from tests.unit.worker_rig import WorkerRig


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run an async test on an event loop with simulated time."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def _counting_models(monkeypatch):
    """Let each model's outputs be the number of batches that it has trained on."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", counted_outputs)


@pytest.fixture
def worker_rig():
    """Provide a worker loop that ends with the test."""
    worker_rig = WorkerRig()
    assert worker_rig.receive() == Event("ready")
    yield worker_rig
    worker_rig.close()


@pytest.fixture
def rig():
    """Provide a client whose worker isn't ready."""
    rig = ClientRig()
    yield rig
    rig.client.close()
