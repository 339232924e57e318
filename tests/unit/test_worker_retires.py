"""What a worker does about its memory, and what it still does once another has followed it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lib.results.run import Status
from lib.training import worker
from lib.training.messages import Answer, Ask, Event, Retire, Steer
from lib.training.timing import USUAL
from tests.unit.desk import START_PAUSED, Desk


@pytest.mark.parametrize(("pause", "again"), [(1e9, []), (0.0, [Event("grown")])])
def test_a_loop_says_now_and_then_that_it_has_grown(
    pause: float, again: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its limit somebody fresh should take over, and if that failed, somebody else."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 1000)
    monkeypatch.setattr(worker.memory, "used_memory", lambda: used)
    used = 900
    desk = Desk(timing=replace(USUAL, grown_seconds=pause))
    desk.send(START_PAUSED)
    desk.find_status("one", Status.PAUSED)

    def news() -> list[Event]:
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


def test_a_loop_without_runs_says_sooner_that_it_has_grown(monkeypatch: pytest.MonkeyPatch) -> None:
    """From where runs get no programs of their own any more; nobody is hurt by a fresh one then."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 2000)
    monkeypatch.setattr(worker.memory, "used_memory", lambda: used)
    used = 1000
    desk = Desk()
    desk.send(START_PAUSED)
    desk.find_status("one", Status.PAUSED)
    used = 1000 + 1000 * worker.EXACT_SHARE + 1
    desk.ask("double", number=1)
    assert Event("grown") not in desk.seen
    desk.send(Steer("stop", "one"))
    desk.find(lambda message: message == Event("grown"))
    desk.close()


def test_a_loop_looks_at_its_memory_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """At every command at least."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: -1)
    desk = Desk()
    desk.start("one")
    desk.find(lambda message: message == Event("grown"))
    desk.close()


def test_a_retired_loop_ends_when_its_runs_are_over() -> None:
    """And not before."""
    desk = Desk()
    desk.send(START_PAUSED)
    desk.send(Retire())
    desk.find_status("one", Status.PAUSED)
    assert desk.ask("double", number=1).values == {"double": 2}
    desk.send(Steer("resume", "one"))
    assert desk.find_over("one").status is Status.FINISHED
    desk.wait_for_end()
    desk.connection.close()


def test_a_retired_worker_answers_before_it_ends() -> None:
    """What was asked is answered, though there is no run to wait for."""
    desk = Desk()
    desk.receive()
    desk.send(Ask("q", "double", {"number": 1}))
    desk.send(Retire())
    assert desk.find(lambda m: isinstance(m, Answer)).values == {"double": 2}
    desk.wait_for_end()
