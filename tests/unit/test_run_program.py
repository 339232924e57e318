"""A run starts with a size bucket's program, and a long run switches to its exact-size program."""

import threading
from dataclasses import replace

import numpy as np
import pytest

from lib.results.run import Status
from lib.training.architecture import SIZE_BUCKETS, architecture_of
from lib.training.timing import USUAL
from tests.unit.fakes import build, make_experiment
from tests.unit.run_rig import RunRig
from tests.waiting import PATIENCE

FIRST = list(SIZE_BUCKETS)[:3]
EXACT = architecture_of(make_experiment(), 8, 3, 2, 1)
ALWAYS = replace(USUAL, exact_seconds=1e-6, exact_slice_seconds=0)  # also a short run switches


class GatedBuilder:
    """A builder that builds buckets at once, and exact-size programs when allowed."""

    def __init__(self):
        self.programs = {}  # all built programs, by key
        self.gate = threading.Event()

    def build(self, key):
        """Return a program that counts its calls."""
        assert key in SIZE_BUCKETS or self.gate.wait(PATIENCE)
        return self.programs.setdefault(key, build(key))

    def calls(self, *, of_buckets):
        """Return the number of calls of buckets, or of exact-size programs."""
        found = [p.calls for key, p in self.programs.items() if (key in SIZE_BUCKETS) == of_buckets]
        return sum(map(len, found))


def test_switching_programs_changes_no_loss_and_shows_no_message():
    """A run that switches has the same losses and reasons as a run that doesn't."""
    settings = {"epochs": 400, "seeds": 2}
    builder, other = GatedBuilder(), RunRig(**settings)
    other.until_status(Status.FINISHED)
    rig = RunRig(build=builder.build, timing=ALWAYS, buckets=FIRST, **settings)
    rig.until(lambda: len(rig.programs.requested) == 2 and rig.last.epoch > 0)
    builder.gate.set()
    assert rig.programs.requested[1].result(PATIENCE)
    rig.until_status(Status.FINISHED)
    assert builder.calls(of_buckets=True)
    assert builder.calls(of_buckets=False)
    for found, expected in zip(rig.last.seeds, other.last.seeds, strict=True):
        for mode, result in found.items():
            np.testing.assert_array_equal(result.loss, expected[mode].loss)
    assert {snapshot.reason for snapshot in rig.sent} <= {"", *(s.reason for s in other.sent)}


def test_a_run_keeps_its_bucket_if_memory_is_short():
    """The run requests no exact-size program."""
    builder = GatedBuilder()
    rig = RunRig(
        build=builder.build, timing=ALWAYS, buckets=FIRST, may_grow=lambda: False, epochs=2000
    )
    rig.until_status(Status.FINISHED)
    assert len(rig.programs.requested) == 1


def test_a_run_keeps_its_bucket_if_its_exact_program_fails():
    """The run doesn't request the exact-size program again after its build failed."""

    def build_small(key):
        if key not in SIZE_BUCKETS:
            raise MemoryError
        return build(key)

    rig = RunRig(build=build_small, timing=ALWAYS, buckets=FIRST, epochs=2000)
    rig.until_status(Status.FINISHED)
    assert (rig.last.epoch, len(rig.programs.requested)) == (2000, 2)


@pytest.mark.parametrize("show_seconds", [None, 8.0])
def test_a_run_with_a_pace_is_reproducible(show_seconds):
    """A run with a pace uses its bucket's program, even if the exact-size program is built."""
    builder = GatedBuilder()
    builder.gate.set()
    how = {"buckets": FIRST, "built": [EXACT], "show_seconds": show_seconds}
    rig = RunRig(build=builder.build, epochs=5, **how)
    rig.until_status(Status.FINISHED)
    assert bool(builder.calls(of_buckets=True)) == (show_seconds is not None)
    assert len(rig.programs.requested) == 1


@pytest.mark.parametrize(
    ("settings", "turn"),
    [({"epochs": 5}, 0.1), ({"epochs": 2000, "show_seconds": 30.0}, 0.1), ({"epochs": 5000}, 0.02)],
    ids=["short", "at a pace", "among many"],
)
def test_a_run_that_would_gain_little_requests_no_exact_program(settings, turn):
    """Short runs, runs with a pace, and runs with short turns keep their bucket's program."""
    builder = GatedBuilder()
    builder.gate.set()
    rig = RunRig(build=builder.build, buckets=FIRST, **settings)
    rig.until_status(Status.FINISHED, turn)
    assert len(rig.programs.requested) == 1
