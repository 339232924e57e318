"""Runs of a cluster's other page servers, as a client knows them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lib.results.run import Run, Snapshot, Status
from lib.training import run_registry
from lib.training.client_run import COMMAND_SECONDS
from lib.training.messages import (
    Attended,
    Event,
    Find,
    Found,
    Lost,
    Steer,
    Watch,
)
from lib.training.run_registry import KEEP_SECONDS, WATCH_SECONDS
from tests.unit.fakes import Scene, make_dataset, make_experiment
from tests.unit.test_client_cluster import AWAY, ready, saved, scene, starts
from tests.waiting import eventually

__all__ = ["ready", "scene"]  # fixtures
OTHER = "0" * 16
"""A run of another page server."""


def foreign(scene: Scene, run_id: str = OTHER) -> Run:
    """A run of another page server."""
    run = Run(run_id, make_experiment(), make_dataset())
    scene.client.adopt(run)
    return run


def test_a_run_of_another_server_is_watched(ready: Scene) -> None:
    """Once; it can be steered, and takes none of this server's room."""
    run = foreign(ready)
    ready.client.adopt(run)
    assert ready.worker.posted == [Watch(run.id)]
    assert ready.client.get(run.id) is run
    ready.say(run, Status.RUNNING, 2)
    assert ready.latest(run).epoch == 2
    for verb in ("pause", "resume", "stop"):
        getattr(ready.client, verb)(run)
    ready.client.set_pace(run, None)  # which it may have, or not
    steers = [c for c in ready.worker.posted if isinstance(c, Steer)]
    assert [c.verb for c in steers if c.verb != "attend"] == ["pause", "resume", "stop", "set_pace"]


def test_its_own_server_hears_that_somebody_looks(ready: Scene) -> None:
    """Now and then, and not of a run that is over."""
    run = foreign(ready)
    ready.say(run, Status.RUNNING, 2)
    for seconds in (0, 1, 6, 1):
        ready.clock.forward(seconds)
        ready.latest(run)
    attends = [c for c in ready.worker.posted if c == Steer("attend", run.id)]
    assert len(attends) == 2
    own = ready.start()
    ready.say(own, Status.RUNNING, 2)
    for _ in range(3):  # by the same sign a run here goes on that is looked at elsewhere
        ready.clock.forward(WATCH_SECONDS - 1)
        ready.worker.say(Attended(own.id))
    ready.latest(run)
    assert Steer("pause", own.id) not in ready.worker.posted


def test_a_run_of_another_server_is_never_paused_or_dropped_here(ready: Scene) -> None:
    """Nor restarted: it is only forgotten, as well where nobody has it any more."""
    run = foreign(ready)
    ready.say(run, Status.RUNNING, 2)
    ready.worker.say(saved(run, 2))
    ready.clock.forward(2 * KEEP_SECONDS)
    ready.start()
    assert {c.verb for c in ready.worker.posted if isinstance(c, Steer)} <= {"attend"}
    ready.worker.say(Lost([run.id], "The node is gone."))
    assert starts(ready.worker, run) == []
    assert ready.client.get(run.id) is ready.client.latest(run) is None
    other = foreign(ready, "1" * 16)
    ready.client.drop(other)
    assert Steer("drop", other.id) not in ready.worker.posted


def test_the_next_driver_watches_it_again(ready: Scene) -> None:
    """It goes on, whatever has become of the way to it."""
    run = foreign(ready)
    ready.say(run, Status.RUNNING, 2)
    ready.worker.die()
    assert ready.worker.posted == [Watch(run.id)]
    assert ready.status(run) is Status.RUNNING
    ready.say(run, Status.RUNNING, 3)
    assert ready.latest(run).epoch == 3


def test_without_a_way_to_the_cluster_its_runs_are_forgotten(ready: Scene) -> None:
    """They haven't failed: they may go on there, and are found again. What is over stays."""
    run, over = foreign(ready), foreign(ready, "1" * 16)
    ready.say(run, Status.RUNNING, 2)
    ready.say(over, Status.FINISHED, 5)
    (driver,) = ready.workers
    driver.say(AWAY)
    assert ready.client.get(run.id) is ready.client.latest(run) is None
    assert ready.status(over) is Status.FINISHED
    assert Steer("drop", run.id) not in driver.posted
    assert starts(ready.worker, run) == []
    driver.say(Event("ready", count=3))
    again = foreign(ready)
    assert driver.posted[-1] == Watch(again.id)
    driver.say(Snapshot(again.id, Status.RUNNING, 4, 5))
    assert ready.latest(again).epoch == 4


def look_up(scene: Scene, take: Callable[[bytes], object] = print) -> bool:
    """Look up a run of another server; returns whether an answer is expected."""
    assert scene.client.lookups
    return scene.client.lookups.ask(OTHER, 60, take)


def test_the_next_driver_is_asked_again(ready: Scene) -> None:
    """When it is ready; who looks for a run of another server gets the answer of that one."""
    cards: list[bytes] = []
    look_up(ready, cards.append)
    assert ready.worker.posted == [Find(OTHER)]
    ready.worker.die()
    assert ready.worker.posted == []
    ready.worker.say(Event("ready", count=3))
    assert ready.worker.posted == [Find(OTHER)]
    assert not cards
    ready.worker.say(Found(OTHER, b"card"))
    assert eventually(lambda: cards == [b"card"])


def test_a_driver_that_was_away_is_asked_again(scene: Scene) -> None:
    """What waited for it is taken back meanwhile: not all of that is for this machine."""
    (driver,) = scene.workers
    look_up(scene)
    driver.say(AWAY)
    assert driver.posted == []
    driver.say(Event("ready", count=3))
    assert driver.posted == [Find(OTHER)]
    driver.say(Found(OTHER, None))
    assert not look_up(scene)
    driver.say(Event("places", count=4))
    assert driver.posted == [Find(OTHER)]


def test_a_worker_of_this_machine_that_is_ready_is_no_news_to_the_cluster(scene: Scene) -> None:
    """Which isn't there: what is looked for would wait for it once more each time."""
    (driver,) = scene.workers
    driver.say(AWAY)
    scene.start()
    look_up(scene)
    before = list(driver.posted)
    scene.worker.say(Event("ready"))
    assert scene.worker is not driver
    assert driver.posted == before


@pytest.mark.parametrize("is_own", [True, False])
def test_a_pause_on_another_server_is_believed_after_a_while(ready: Scene, is_own: bool) -> None:
    """Just after a person has the run go on here, it may be of before that."""
    run = ready.start() if is_own else foreign(ready)
    ready.say(run, Status.PAUSED, 2)
    ready.client.resume(run)
    ready.clock.forward(COMMAND_SECONDS)
    ready.say(run, Status.PAUSED, 2)
    assert ready.status(run) is Status.RUNNING
    ready.clock.forward(1)
    ready.say(run, Status.RUNNING, 3)
    ready.say(run, Status.PAUSED, 3)
    assert ready.status(run) is Status.PAUSED


def test_a_run_that_a_slot_still_has_is_told_once_more_to_go_on(ready: Scene) -> None:
    """By the next driver, as the command may be lost: what the slot says first is of before."""
    run = ready.start()
    ready.say(run, Status.PAUSED, 2)
    ready.worker.say(saved(run, 2))
    ready.client.resume(run)
    ready.clock.forward(COMMAND_SECONDS + 1)
    ready.worker.die()
    ready.worker.say(Event("ready", count=3))
    assert not starts(ready.worker, run)[0].paused
    ready.say(run, Status.PAUSED, 2)
    assert ready.status(run) is Status.RUNNING


def test_a_run_that_is_paused_elsewhere_stays_paused(ready: Scene) -> None:
    """Where its slot is lost; its own server has not been told by a person."""
    run = ready.start()
    ready.say(run, Status.PAUSED, 3)
    ready.worker.say(saved(run, 3))
    ready.worker.say(Lost([run.id], "The node is gone."))
    assert starts(ready.worker, run)[1].paused


@pytest.mark.parametrize("has_gone_on", [False, True])
def test_one_that_went_on_here_and_is_paused_elsewhere_stays_paused(
    ready: Scene, has_gone_on: bool
) -> None:
    """By whichever server: the last word counts."""
    run = ready.start()
    ready.say(run, Status.PAUSED, 2)
    ready.client.resume(run)
    ready.clock.forward(COMMAND_SECONDS + 1)
    ready.say(run, Status.PAUSED, 3)
    if has_gone_on:
        ready.say(run, Status.RUNNING, 4)
    ready.worker.say(saved(run, 3))
    ready.worker.say(Lost([run.id], "The node is gone."))
    again = starts(ready.worker, run)[1]
    assert (again.paused, again.checkpoint) == (not has_gone_on, b"state")
    ready.say(run, Status.PAUSED, 3)
    assert ready.status(run) is (Status.RUNNING if has_gone_on else Status.PAUSED)


def over(scene: Scene, *runs: Run) -> None:
    """They end one after another; old ones are forgotten."""
    for run in runs:
        scene.clock.forward(1)
        scene.say(run, Status.FINISHED, 5)
    scene.start()


def test_runs_of_others_that_are_over_leave_this_servers_theirs(
    ready: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of each so many are known; whoever opens many links takes nobody's own run."""
    monkeypatch.setattr(run_registry, "KEEP_RUNS", 2)
    own = [ready.start() for _ in range(3)]
    others = [foreign(ready, f"{place:016x}") for place in range(4)]
    over(ready, *own, *others)
    assert [run for run in own if ready.client.get(run.id)] == own[1:]
    assert [run for run in others if ready.client.get(run.id)] == others[2:]


@pytest.mark.parametrize(("size", "kept"), [(300_000, 3), (400_000, 2), (2_000_000, 1)])
def test_what_others_need_to_show_a_run_takes_memory_too(
    ready: Scene, monkeypatch: pytest.MonkeyPatch, size: int, kept: int
) -> None:
    """The rows of an upload are in it: they count as data do."""
    monkeypatch.setattr(run_registry, "KEEP_BYTES", 1_000_000)
    data = make_dataset()
    runs = [ready.client.start(make_experiment(), data, card=bytes(size)) for _ in range(3)]
    over(ready, *runs)
    assert [run for run in runs if ready.client.get(run.id)] == runs[-kept:]
