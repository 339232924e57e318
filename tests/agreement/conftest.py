"""Fixtures of the tests with a real worker process, which takes seconds to import TensorFlow."""

import pytest

from lib.experiment import Experiment
from lib.training.client import TrainingClient
from tests.unit.fakes import fake_dataset


@pytest.fixture(scope="session")
def client():
    """Return one client for all tests. It replaces a worker that a test kills."""
    with TrainingClient() as client:
        yield client


@pytest.fixture(scope="session")
def endless():
    """Return the experiment and dataset of a run of about ten minutes, which no test waits for."""
    experiment = Experiment().set(U=64, batch=64, epochs=5000, mode="last")
    return experiment, fake_dataset(n=1200, t=60, f=2, train=1024)
