"""Questions to a worker, what it does about its memory, and how it ends once it is retired."""

import threading
from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training import worker
from lib.training.messages import Answer, Ask, Cancel, Event, Retire, Steer
from lib.training.timing import USUAL
from tests.unit.desk import START_PAUSED, Desk
from tests.waiting import PATIENCE


@pytest.mark.parametrize(("pause", "again"), [(1e9, []), (0.0, [Event("grown")])])
def test_a_loop_says_now_and_then_that_it_has_grown(pause, again, monkeypatch):
    """Beyond its limit somebody fresh should take over, and if that failed, somebody else."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 1000)
    monkeypatch.setattr(worker.memory, "used_memory", lambda: used)
    used = 900
    desk = Desk(timing=replace(USUAL, grown_seconds=pause))
    desk.send(START_PAUSED)
    desk.find_status("one", Status.PAUSED)

    def news():
        """What it says of itself in the turns of two questions, each thing once."""
        seen = len(desk.seen)
        for _ in range(2):
            desk.ask("double", number=1)
        events = [m for m in desk.seen[seen:] if isinstance(m, Event) and m.kind != "alive"]
        return events[:1]

    assert news() == []
    used = 1100
    assert news() == [Event("grown")]
    assert news() == again
    desk.send(Retire())  # somebody has
    news()
    assert news() == []
    desk.close()


@pytest.mark.parametrize("has_run", [True, False])
def test_a_retired_loop_ends_when_its_runs_are_over_and_all_is_answered(has_run):
    """And not before."""
    desk = Desk()
    desk.receive()
    if has_run:
        desk.send(START_PAUSED)
    desk.send(Ask("q", "double", {"number": 1}))
    desk.send(Retire())
    assert desk.find(lambda m: isinstance(m, Answer)).values == {"double": 2}
    if has_run:
        desk.send(Steer("resume", "one"))
        assert desk.find_over("one").status is Status.FINISHED
    desk.wait_for_end()
    desk.connection.close()


def test_a_question_that_is_cancelled_while_it_waits_is_not_answered():
    """Its function isn't called; those around it are answered."""
    may_end, called = threading.Event(), list[int]()

    def note(number):
        assert may_end.wait(PATIENCE)
        called.append(number)
        return {}

    desk = Desk(answers={"note": note})
    for number in range(3):
        desk.send(Ask(f"{number}", "note", {"number": number}))
    desk.send(Cancel("1"))
    desk.send(Cancel("unknown"))
    desk.connection.send_bytes(b"garbage")  # its refusal says that what came before was taken
    desk.find(lambda m: isinstance(m, Event) and m.kind == "refused")
    may_end.set()
    assert desk.find(lambda m: isinstance(m, Answer) and m.id == "2")
    assert called == [0, 2]
    desk.close()


def test_a_question_is_answered_or_it_is_said_why_not(desk):
    """By the function's sentence, or its error."""
    assert desk.ask("double", number=21).values == {"double": 42}
    assert desk.ask("double", number=-1).error == "expected a number of 0 or more, received -1."
    assert "TypeError" in desk.ask("double", figure=1).error
    assert "KeyError" in desk.ask("triple").error
