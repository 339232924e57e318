"""Questions to a worker, what it does about its memory, and how it ends once it is retired."""

import threading
from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training import worker
from lib.training.messages import Answer, Ask, Cancel, Event, Retire, Steer
from lib.training.timing import USUAL
from tests.unit.worker_rig import START_PAUSED, WorkerRig
from tests.waiting import PATIENCE


@pytest.mark.parametrize(("pause", "again"), [(1e9, []), (0.0, [Event("grown")])])
def test_a_loop_says_now_and_then_that_it_has_grown(pause, again, monkeypatch):
    """Beyond its limit somebody fresh should take over, and if that failed, somebody else."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 1000)
    monkeypatch.setattr(worker.memory, "used_memory", lambda: used)
    used = 900
    worker_rig = WorkerRig(timing=replace(USUAL, grown_seconds=pause))
    worker_rig.send(START_PAUSED)
    worker_rig.find_status("one", Status.PAUSED)

    def news():
        """What it says of itself in the turns of two questions, each thing once."""
        seen = len(worker_rig.seen)
        for _ in range(2):
            worker_rig.ask("double", number=1)
        events = [m for m in worker_rig.seen[seen:] if isinstance(m, Event) and m.kind != "alive"]
        return events[:1]

    assert news() == []
    used = 1100
    assert news() == [Event("grown")]
    assert news() == again
    worker_rig.send(Retire())  # somebody has
    news()
    assert news() == []
    worker_rig.close()


@pytest.mark.parametrize("has_run", [True, False])
def test_a_retired_loop_ends_when_its_runs_are_over_and_all_is_answered(has_run):
    """A retired worker ends its last run and answers its questions, then ends."""
    worker_rig = WorkerRig()
    worker_rig.receive()
    if has_run:
        worker_rig.send(START_PAUSED)
    worker_rig.send(Ask("q", "double", {"number": 1}))
    worker_rig.send(Retire())
    assert worker_rig.find(lambda m: isinstance(m, Answer)).values == {"double": 2}
    if has_run:
        worker_rig.send(Steer("resume", "one"))
        assert worker_rig.find_over("one").status is Status.FINISHED
    worker_rig.wait_for_end()
    worker_rig.connection.close()


def test_a_question_that_is_cancelled_while_it_waits_is_not_answered():
    """Its function isn't called; those around it are answered."""
    may_end, called = threading.Event(), list[int]()

    def note(number):
        assert may_end.wait(PATIENCE)
        called.append(number)
        return {}

    worker_rig = WorkerRig(answers={"note": note})
    for number in range(3):
        worker_rig.send(Ask(f"{number}", "note", {"number": number}))
    worker_rig.send(Cancel("1"))
    worker_rig.send(Cancel("unknown"))
    worker_rig.connection.send_bytes(b"garbage")  # its refusal says that what came before was taken
    worker_rig.find(lambda m: isinstance(m, Event) and m.kind == "refused")
    may_end.set()
    assert worker_rig.find(lambda m: isinstance(m, Answer) and m.id == "2")
    assert called == [0, 2]
    worker_rig.close()


def test_a_question_is_answered_or_it_is_said_why_not(worker_rig):
    """A failed answer's error is the function's sentence, or names the exception."""
    assert worker_rig.ask("double", number=21).values == {"double": 42}
    assert (
        worker_rig.ask("double", number=-1).error == "expected a number of 0 or more, received -1."
    )
    assert "TypeError" in worker_rig.ask("double", figure=1).error
    assert "KeyError" in worker_rig.ask("triple").error
