"""What the tests with a real worker process share: importing TensorFlow takes some seconds."""

import pytest

from lib.experiment import Experiment
from lib.training.client import TrainingClient
from tests.unit.fakes import make_dataset


@pytest.fixture(scope="session")
def client():
    """One client for all tests that leave its worker alive."""
    with TrainingClient() as client:
        yield client


@pytest.fixture(scope="session")
def endless():
    """A run that ends by itself long after a test has given up: some ten minutes."""
    experiment = Experiment().set(U=64, batch=64, epochs=5000, mode="last")
    return experiment, make_dataset(n=1200, t=60, f=2, train=1024)
