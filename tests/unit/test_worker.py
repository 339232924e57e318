"""The worker's loop, in a thread of the test, with fake programs."""

import threading
from dataclasses import replace
from typing import get_args

import pytest
from msgspec import structs

from lib.results.run import Snapshot, Status
from lib.training import limits, pair_trainer, worker
from lib.training.messages import Answer, Ask, Drop, Event, Retire, Steer, Verb
from lib.training.timing import USUAL
from tests.unit.fakes import FakeProgram, broken_outputs, build, build_after
from tests.unit.worker_rig import START_PAUSED, WorkerRig
from tests.waiting import PATIENCE

ONE_BATCH = replace(USUAL, slice_seconds=1e-9, shortest_slice_seconds=1e-9)  # one batch per turn


class HeldProgram(FakeProgram):
    """A program that sets `has_trained` after two batches, then waits for `may_continue`."""

    def __init__(self):
        super().__init__()
        self.has_trained, self.may_continue = threading.Event(), threading.Event()

    def train(self, state, samples, batches, thread=0):
        """Return the losses of the next batches."""
        losses = super().train(state, samples, batches, thread)
        if state.weights[0][0].flat[0] > 1:
            self.has_trained.set()
            assert self.may_continue.wait(PATIENCE)
        return losses


def test_a_run_that_is_resumed_for_some_epochs_pauses_after_them(worker_rig):
    """A resume for 20 epochs pauses the run 20 epochs later, or at its end."""
    worker_rig.start("one", paused=True, epochs=30)
    worker_rig.find_status("one", Status.PAUSED)
    worker_rig.send(Steer("resume", "one", (20,)))
    paused = worker_rig.find(
        lambda m: isinstance(m, Snapshot) and m.epoch and m.status is Status.PAUSED
    )
    assert paused.epoch == 20
    worker_rig.send(Steer("resume", "one", (20,)))
    assert worker_rig.find_over("one").epoch == 30


def test_invalid_commands_are_refused_and_runs_continue(worker_rig):
    """Commands for runs that the worker doesn't have are ignored."""
    worker_rig.connection.send_bytes(b"garbage")
    assert worker_rig.receive().kind == "refused"
    for verb in get_args(Verb):
        worker_rig.send(Steer(verb, "unknown"))
    worker_rig.start("large", U=1000)
    refused = worker_rig.find_over("large").reason
    assert refused.endswith("from 1 to 128, got 1000.")
    worker_rig.start("one")
    assert worker_rig.find_over("one").status is Status.FINISHED


def test_compiling_delays_neither_answers_nor_heartbeats():
    """The worker answers and sends heartbeats while it compiles."""
    gate = threading.Event()
    worker_rig = WorkerRig(build_after(gate), timing=replace(USUAL, beat_seconds=0.01))
    worker_rig.start("one")
    worker_rig.find_status("one", Status.COMPILING)
    assert worker_rig.ask("double", number=1).values == {"double": 2}
    for _ in range(3):
        worker_rig.find(lambda message: message == Event("alive"))
    gate.set()
    assert worker_rig.find_over("one").status is Status.FINISHED
    worker_rig.close()


def test_neither_runs_nor_commands_wait_for_another_run():
    """A short run finishes, and a pause is executed, while a long run trains."""
    held = HeldProgram()
    worker_rig = WorkerRig(lambda _: held, timing=ONE_BATCH)
    worker_rig.start("long", epochs=5000)
    assert held.has_trained.wait(PATIENCE)
    worker_rig.start("short")
    held.may_continue.set()
    over = worker_rig.find(lambda m: isinstance(m, Snapshot) and m.status.over)
    assert (over.run_id, over.status) == ("short", Status.FINISHED)
    worker_rig.send(Steer("pause", "long"))
    assert worker_rig.find_status("long", Status.PAUSED).epoch < 5000
    worker_rig.close()


@pytest.mark.parametrize("error", [RuntimeError("lost a bit"), OSError("lost a bit")])
@pytest.mark.parametrize("good", [4, 10_000_000])
def test_an_error_ends_only_its_own_run(error, good, monkeypatch):
    """An error in training or evaluation ends only its own run."""
    monkeypatch.setattr(pair_trainer, "outputs_in_parts", broken_outputs(error, good=0, units=3))
    broken = FakeProgram(error=error, good=good)
    worker_rig = WorkerRig(lambda key: broken if key.units == 3 else build(key))
    worker_rig.start("good", epochs=2000)
    worker_rig.start("bad", U=3)
    ends = {}
    while len(ends) < 2:
        snapshot = worker_rig.find(lambda m: isinstance(m, Snapshot) and m.status.over)
        ends[snapshot.run_id] = snapshot
    assert ends["good"].status is Status.FINISHED
    assert ends["bad"].status is Status.FAILED
    assert ends["bad"].reason.endswith(" an error: lost a bit.")
    assert ends["bad"].results["last"].checked_epochs.tolist() == [0]  # It keeps its results.
    worker_rig.close()


def test_too_many_unfinished_runs_are_refused(worker_rig, monkeypatch):
    """Runs above the limit are refused. Background runs don't count for other runs."""
    monkeypatch.setattr(limits, "MAX_RUNS", 1)
    worker_rig.send(structs.replace(START_PAUSED, id="swept", background=True))
    worker_rig.send(START_PAUSED)
    worker_rig.send(structs.replace(START_PAUSED, id="swept too", background=True))
    assert worker_rig.find_over("swept too").is_full
    worker_rig.start("two")
    refused = worker_rig.find_over("two")
    assert "at most 1 unfinished runs" in refused.reason
    assert refused.is_full
    worker_rig.send(Drop("one"))
    worker_rig.start("three")
    assert worker_rig.find_over("three").status is Status.FINISHED


def test_a_background_run_waits_for_other_runs():
    """A background run waits while another run trains, then continues."""
    order = []
    worker_rig = WorkerRig(timing=ONE_BATCH)
    worker_rig.start("background", background=True, epochs=400)
    worker_rig.find_status("background", Status.RUNNING)
    worker_rig.start("other", epochs=50)
    while len(order) < 2:
        order.append(worker_rig.find(lambda m: getattr(m, "status", Status.QUEUED).over).run_id)
    worker_rig.close()
    assert order == ["other", "background"]


@pytest.mark.parametrize(("interval", "repeated"), [(1e9, []), (0.0, [Event("grown")])])
def test_a_grown_worker_reports_its_memory_repeatedly(interval, repeated, monkeypatch):
    """A worker above its memory limit reports it every `grown_seconds`, until it is retired."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 1000)
    monkeypatch.setattr(worker.memory, "used_memory", lambda: used)
    used = 900
    worker_rig = WorkerRig(timing=replace(USUAL, grown_seconds=interval))
    worker_rig.send(START_PAUSED)
    worker_rig.find_status("one", Status.PAUSED)

    def events():
        """Return the loop's events during two questions."""
        seen = len(worker_rig.seen)
        for _ in range(2):
            worker_rig.ask("double", number=1)
        events = [m for m in worker_rig.seen[seen:] if isinstance(m, Event) and m.kind != "alive"]
        return events[:1]

    assert events() == []
    used = 1100
    assert events() == [Event("grown")]
    assert events() == repeated
    worker_rig.send(Retire())  # The client retires a grown worker.
    events()
    assert events() == []
    worker_rig.close()


@pytest.mark.parametrize("has_run", [True, False])
def test_a_retired_worker_finishes_its_work_and_exits(has_run):
    """The loop ends once all runs are over and all questions are answered."""
    worker_rig = WorkerRig()
    worker_rig.receive()
    if has_run:
        worker_rig.send(START_PAUSED)
    worker_rig.send(Ask("q", "double", {"number": 1}))
    worker_rig.send(Retire())
    assert worker_rig.find(lambda m: isinstance(m, Answer)).values == {"double": 2}
    if has_run:
        worker_rig.send(Steer("resume", "one", (None,)))
        assert worker_rig.find_over("one").status is Status.FINISHED
    worker_rig.wait_for_end()
    worker_rig.connection.close()


def test_a_question_canceled_in_time_isnt_answered():
    """The question's function isn't called. Other questions are answered."""
    may_end, called = threading.Event(), list[int]()

    def note(number):
        assert may_end.wait(PATIENCE)
        called.append(number)
        return {}

    worker_rig = WorkerRig(answers={"note": note})
    for number in range(3):
        worker_rig.send(Ask(f"{number}", "note", {"number": number}))
    worker_rig.send(Drop("1"))
    worker_rig.send(Drop("unknown"))
    worker_rig.connection.send_bytes(b"garbage")  # The worker refuses it last.
    worker_rig.find(lambda m: isinstance(m, Event) and m.kind == "refused")
    may_end.set()
    assert worker_rig.find(lambda m: isinstance(m, Answer) and m.id == "2")
    assert called == [0, 2]
    worker_rig.close()


def test_an_answer_is_a_result_or_an_error(worker_rig):
    """An answer's error is the message of a ValueError, or names any other exception."""
    assert worker_rig.ask("double", number=21).values == {"double": 42}
    assert (
        worker_rig.ask("double", number=-1).error == "expected a number of 0 or more, received -1."
    )
    assert "TypeError" in worker_rig.ask("double", figure=1).error
    assert "KeyError" in worker_rig.ask("triple").error
