"""What several files of quick tests begin with."""

import inspect

import pytest

from lib.training import pair_trainer
from lib.training.messages import Event
from tests.unit.desk import Desk
from tests.unit.fakes import Scene, counted_outputs
from tests.unit.slots import run


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test that is a coroutine, on a loop whose time nobody waits for."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture(autouse=True)
def _counting_models(monkeypatch):
    """Models that are trained answer with the number of their batches."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", counted_outputs)


@pytest.fixture
def desk():
    """A worker's loop that ends with its test."""
    desk = Desk()
    assert desk.receive() == Event("ready")
    yield desk
    desk.close()


@pytest.fixture
def scene():
    """A client whose worker isn't ready yet."""
    scene = Scene()
    yield scene
    scene.client.close()
