"""How many runs are known, whose they are, and which are paused or forgotten."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lib.results import thinning
from lib.results.run import ModeResult, Run, Snapshot, Status
from lib.training import client, quotas, run_registry
from lib.training.limits import MAX_RUNS
from lib.training.messages import Checkpoint, Start, Steer
from lib.training.quotas import MAX_RUNS_ADDRESS, MAX_RUNS_NAMELESS, Visitor
from lib.training.run_registry import (
    CROWD,
    CROWDED_SECONDS,
    TIDY_SECONDS,
    WATCH_SECONDS,
    YIELD_SECONDS,
)
from tests.unit.fakes import Scene, make_dataset, make_experiment
from tests.unit.pictures import a_result


@pytest.mark.parametrize(("size", "kept"), [(10, thinning.MOST_EPOCHS), (200_000, 2)])
def test_weights_are_kept_by_epoch_within_two_megabytes(scene: Scene, size: int, kept: int) -> None:
    """Of small models many, of large ones the first and the newest; each epoch once."""
    run = scene.start()
    assert scene.client.checkpoints(run) == []
    for epoch in range(200):
        weights = (np.full(size, epoch, np.float32),)
        result = replace(a_result(make_dataset(), 0.5), weights=weights)
        result = replace(result, checked_epochs=np.arange(epoch + 1))
        for _ in range(2):
            snapshot = Snapshot(run.id, Status.RUNNING, epoch, 200, results={"last": result})
            scene.worker.say(snapshot)
    points = scene.client.checkpoints(run)
    assert kept // 3 < len(points) <= kept
    assert (points[0][0], points[-1][0]) == (0, 199)
    assert all(weights[0]["last"][0][0] == epoch for epoch, weights in points)


def test_weights_of_best_epochs_are_not_taken_for_those_of_the_last(scene: Scene) -> None:
    """Which are in the past that is sent with them. While one mode trains on, both are as now."""
    run = scene.start()

    def a_mode(epoch: int, kept_epoch: int | None = None) -> ModeResult:
        """A mode that was judged up to an epoch."""
        result = replace(a_result(make_dataset(), 0.5), checked_epochs=np.arange(epoch + 1))
        weights = (np.full(2, kept_epoch or epoch),)
        return replace(result, weights=weights, kept_epoch=kept_epoch)

    results = {"sequence": a_mode(3, kept_epoch=1), "last": a_mode(4)}
    scene.worker.say(Snapshot(run.id, Status.RUNNING, 4, 9, results=results))
    results |= {"last": a_mode(6, kept_epoch=5)}
    past = tuple((e, ({"sequence": (np.full(2, 1),), "last": (np.full(2, e),)},)) for e in (5, 6))
    scene.worker.say(Snapshot(run.id, Status.FINISHED, 6, 9, results=results, past=past))
    points = scene.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == [4, 5, 6]
    assert [weights[0]["last"][0][0] for _, weights in points] == [4, 5, 6]
    assert [weights[0]["sequence"][0][0] for _, weights in points] == [1, 1, 1]


def test_weights_that_were_not_sent_are_not_known(scene: Scene) -> None:
    """Those of a large model stay in the worker."""
    run = scene.start()
    results = {"last": a_result(make_dataset(), 0.5)}
    scene.worker.say(Snapshot(run.id, Status.RUNNING, 1, 5, results=results))
    assert scene.client.checkpoints(run) == []


def test_a_paused_run_that_was_left_makes_room_for_a_new_one(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all places are taken: the one that was left the longest ago, and no other."""
    monkeypatch.setattr(run_registry, "MAX_RUNS", 3)
    runs = [scene.start() for _ in range(3)]
    for run in runs[:2]:
        scene.say(run, Status.PAUSED, 1)
    scene.start()
    assert all(scene.client.get(run.id) for run in runs)  # somebody may still look at them
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.client.latest(runs[0])
    scene.start()
    assert [scene.client.get(run.id) is not None for run in runs] == [True, False, True]


def test_the_data_of_one_browsers_runs_are_bounded(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Together, and a refusal says how much there would be. Runs that are over don't count."""
    dataset = make_dataset()
    monkeypatch.setattr(quotas, "MAX_VALUES_EACH", 2 * (dataset.x.size + dataset.y.size))
    runs = [scene.client.start(make_experiment(), dataset, owner=Visitor("one")) for _ in range(3)]
    scene.client.start(make_experiment(), dataset, owner=Visitor("another"))
    assert [scene.status(run) for run in runs] == [Status.QUEUED, Status.QUEUED, Status.FAILED]
    refused = scene.client.latest(runs[2])
    assert refused is not None
    assert "at most 180 numbers of data at a time, and with this one it would have 270" in (
        refused.reason
    )
    scene.client.stop(runs[0])
    assert scene.status(scene.client.start(make_experiment(), dataset, owner=Visitor("one"))) is (
        Status.QUEUED
    )


def test_one_browser_may_have_so_many_runs_going(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One more is refused with the limit. Others aren't counted, nor is what was told to stop."""
    monkeypatch.setattr(quotas, "MAX_RUNS_EACH", 2)

    def start(owner: str | None = "me") -> Run:
        return scene.start(Visitor(owner) if owner else None)

    runs = [start() for _ in range(2)]
    refused = start()
    snapshot = scene.latest(refused)
    assert snapshot.status is Status.FAILED
    assert snapshot.reason == (
        "This run was refused: one browser may have at most 2 runs going at a time, and this one "
        "has 2. Stop one of them first."
    )
    assert refused.id not in [c.run_id for c in scene.worker.posted if isinstance(c, Start)]
    assert scene.status(start("you")) is scene.status(start(None)) is Status.QUEUED
    scene.client.stop(runs[0])
    assert scene.status(start()) is Status.QUEUED
    assert scene.status(start()) is Status.FAILED
    scene.say(runs[1], Status.FINISHED)
    assert scene.status(start()) is Status.QUEUED


@pytest.mark.parametrize("address", [None, "10.0.0.1"])
def test_nameless_browsers_leave_places_for_others(scene: Scene, address: str | None) -> None:
    """However many of them come; the refusal says the limit, what was asked, and what helps.

    What was refused pushes out no results of others.
    """
    done = scene.start(Visitor("honest"))
    result = {"last": a_result(make_dataset(), 0.5)}
    scene.worker.say(Snapshot(done.id, Status.FINISHED, 5, 5, results=result))
    going = []
    for _ in range(56):
        run = scene.start(Visitor(None, address))
        if scene.status(run) is Status.QUEUED:
            going.append(run)
    assert len(going) == MAX_RUNS_NAMELESS <= MAX_RUNS // 2
    reason = scene.latest(run).reason
    assert all(words in reason for words in ("at most 8 runs", "and 8 are", "Allow cookies"))
    assert scene.status(done) is Status.FINISHED
    named = [scene.start(Visitor(f"{place}", f"{place}")) for place in range(32)]
    assert {scene.status(run) for run in named} == {Status.QUEUED}
    for run in going:
        scene.say(run, Status.PAUSED, 1)
    assert scene.status(scene.start(Visitor(None))) is Status.FAILED
    scene.clock.forward(WATCH_SECONDS + 1)  # nobody else can stop those that were left
    assert scene.status(scene.start(Visitor(None))) is Status.QUEUED


def test_made_up_cookies_do_not_take_all_places(scene: Scene) -> None:
    """A class behind one address has its places; others find some, whatever comes from there."""
    made_up = [Visitor(f"{place}", "10.0.0.1") for place in range(60)]
    statuses = [scene.status(scene.start(visitor)) for visitor in made_up]
    assert statuses.count(Status.QUEUED) == MAX_RUNS_ADDRESS
    assert 32 <= MAX_RUNS_ADDRESS < MAX_RUNS - MAX_RUNS_NAMELESS
    assert "one network address" in scene.latest(scene.start(made_up[0])).reason
    assert scene.status(scene.start(Visitor("another", "10.0.0.2"))) is Status.QUEUED


def test_visitors_of_unknown_addresses_may_take_all_places(scene: Scene) -> None:
    """Behind a proxy that passes no address on nobody has one: a common limit would help nobody."""
    visitors = [Visitor(f"{place}") for place in range(MAX_RUNS_ADDRESS + 4)]
    assert {scene.status(scene.start(visitor)) for visitor in visitors} == {Status.QUEUED}


def test_only_so_many_finished_runs_are_known(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest go first; runs that aren't over stay."""
    monkeypatch.setattr(run_registry, "KEEP_RUNS", 3)
    going = scene.start()
    done = [scene.start() for _ in range(5)]
    for run in done:
        scene.clock.forward(1)
        scene.say(run, Status.FINISHED)
    scene.start()
    known = [run for run in done if scene.client.get(run.id)]
    assert known == done[2:]
    assert scene.client.get(going.id) is going


def trained(scene: Scene, status: Status, epochs: int = 40, size: int = 1000) -> Run:
    """A run whose weights of so many epochs, each of `size` numbers, have come."""
    run = scene.start()
    for epoch in range(epochs):
        weights = (np.zeros(size, np.float32),)
        judged = np.arange(epoch + 1)
        result = replace(a_result(make_dataset(), 1.0), weights=weights, checked_epochs=judged)
        known = Status.RUNNING if epoch < epochs - 1 else status
        scene.worker.say(Snapshot(run.id, known, epoch, 40, results={"last": result}))
    scene.worker.say(Checkpoint(run.id, epochs, bytes(10_000)))
    scene.clock.forward(1)
    return run


def test_all_that_is_kept_of_runs_is_bounded(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of runs that are over, paused, or train unseen. The one seen last keeps all its past."""
    most = 1_000_000
    monkeypatch.setattr(run_registry, "KEEP_BYTES", most)
    statuses = Status.FINISHED, Status.PAUSED
    going = trained(scene, Status.RUNNING)
    runs = [trained(scene, statuses[place % 2]) for place in range(40)]
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.latest(runs[-2])
    scene.start()
    entries = [scene.client._registry.runs.get(run.id) for run in [going, *runs]]
    known = [entry for entry in entries if entry]
    data = {id(entry.run.dataset): entry.run.dataset.nbytes for entry in known}
    assert most / 2 < sum(entry.nbytes for entry in known) + sum(data.values()) < most
    assert scene.client.get(going.id)
    epochs = [len(scene.client.checkpoints(run)) for run in runs]
    assert (epochs[0], epochs[-2]) == (0, 40)
    assert 2 <= epochs[-1] <= thinning.FEW_EPOCHS
    monkeypatch.setattr(client, "EMPTY_BYTES", most // 4)
    scene.client.forget_most()
    assert sum(entry.nbytes for entry in scene.client._registry.runs.values()) < most / 4
    assert scene.client.get(runs[-2].id)


def test_the_newest_run_stays_however_much_it_holds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person who has trained it still looks at it."""
    monkeypatch.setattr(run_registry, "KEEP_BYTES", 1)
    done = [trained(scene, Status.FINISHED, epochs=1) for _ in range(3)]
    scene.start()
    assert [run for run in done if scene.client.get(run.id)] == done[2:]


def test_runs_that_nobody_looks_at_are_forgotten(scene: Scene) -> None:
    """Over or paused for so long; a run that trains is never taken away."""
    over, paused, going = scene.start(), scene.start(), scene.start()
    scene.say(over, Status.FINISHED)
    scene.say(paused, Status.PAUSED)
    scene.say(going, Status.RUNNING)
    scene.clock.forward(run_registry.KEEP_SECONDS + 1)
    scene.start()
    assert scene.client.get(over.id) is None
    assert scene.client.get(paused.id) is None
    assert scene.client.get(going.id) is going
    assert Steer("drop", paused.id) in scene.worker.posted


@pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
def test_a_run_that_nobody_watches_is_paused_and_says_so(scene: Scene, status: Status) -> None:
    """It is told once, keeps its figures, and goes on when somebody asks for it."""
    run = scene.start()
    for _ in range(2):
        scene.clock.forward(WATCH_SECONDS + 1)
        scene.say(run, status, 1)
    assert scene.worker.verbs == ["start", "pause"]
    scene.say(run, Status.PAUSED, 2)
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    assert snapshot.reason == "Paused: nobody was watching."
    scene.client.resume(run)
    assert scene.worker.verbs == ["start", "pause", "resume"]


def test_among_many_a_run_that_nobody_watches_is_paused_sooner(scene: Scene) -> None:
    """Who is there has the processor. A sweep's runs, which wait for all others, make no crowd."""
    several = [scene.start() for _ in range(CROWD)]
    scene.client.start(make_experiment(), make_dataset(), background=True)
    scene.clock.forward(CROWDED_SECONDS + 1)
    scene.client.latest(several[0])
    assert "pause" not in scene.worker.verbs
    one_more = scene.start()
    scene.clock.forward(TIDY_SECONDS)
    scene.client.latest(one_more)
    paused = [Steer("pause", run.id) in scene.worker.posted for run in (*several, one_more)]
    assert paused == [False, *[True] * (CROWD - 1), False]


def test_a_run_that_nobody_watches_gives_way_until_somebody_does(scene: Scene) -> None:
    """It is told once each time. A sweep's does so always; who waits for a run looks at it."""
    run, other = scene.start(), scene.start()
    scene.client.start(make_experiment(), make_dataset(), background=True)
    for _ in range(2):
        scene.clock.forward(YIELD_SECONDS + 1)
        scene.client.latest(other)
    for _ in range(2):
        scene.client.latest(run)
    assert scene.worker.posted[3:] == [Steer("yield", run.id), Steer("attend", run.id)]
    scene.worker.die()
    scene.clock.forward(YIELD_SECONDS + 1)
    scene.client.latest(other)
    assert scene.worker.posted[-1] == Steer("yield", run.id)


def test_who_pauses_a_run_is_not_told_that_nobody_watched(scene: Scene) -> None:
    """A button's pause has no reason, even after the other kind."""
    run = scene.start()
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.say(run, Status.RUNNING, 1)
    scene.client.pause(run)
    scene.say(run, Status.PAUSED, 1)
    assert scene.latest(run).reason == ""


def test_a_run_that_is_looked_at_is_not_paused(scene: Scene) -> None:
    """`latest` is a look."""
    run, other = scene.start(), scene.start()
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.client.latest(run)
    assert scene.worker.posted[2:] == [Steer("pause", other.id)]


def test_a_script_that_waits_is_a_watcher(scene: Scene) -> None:
    """The run goes on; one that had been paused for want of a watcher, again."""
    run = scene.start()
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.say(run, Status.RUNNING, 1)
    scene.say(run, Status.PAUSED, 1)
    scene.worker.at_once["resume"] = Snapshot(run.id, Status.RUNNING, 2)

    def until(snapshot: Snapshot) -> bool:
        scene.clock.forward(WATCH_SECONDS + 1)
        return snapshot.epoch > 1

    assert scene.client.wait(run, 60, until).epoch == 2
    assert scene.worker.verbs == ["start", "pause", "resume"]


def test_who_waits_for_several_looks_at_them_all(scene: Scene) -> None:
    """Those that gave way or were paused go on, and again nobody has to look for as long."""
    runs = [scene.start(), scene.start()]
    for seconds in (YIELD_SECONDS, WATCH_SECONDS):
        scene.clock.forward(seconds + 1)
        scene.say(runs[0], Status.RUNNING, 1)
    scene.client.wait_any(runs, 0.0)
    said = [command.verb for command in scene.worker.posted[2:] if isinstance(command, Steer)]
    assert said == [*["yield"] * 2, *["pause"] * 2, *["attend", "resume"] * 2]
    scene.clock.forward(YIELD_SECONDS - 1)
    scene.say(runs[0], Status.RUNNING, 2)
    assert len(scene.worker.posted) == 2 + len(said)


def test_looking_at_one_run_forgets_old_ones_now_and_then(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server on which nobody starts anything more doesn't keep the data of all for ever."""
    monkeypatch.setattr(run_registry, "KEEP_SECONDS", 1.0)
    over, going = scene.start(), scene.start()
    scene.say(over, Status.FINISHED)
    scene.clock.forward(2.0)
    scene.client.latest(going)
    assert scene.client.get(over.id) is over  # it was looked for a moment ago
    scene.clock.forward(TIDY_SECONDS)
    scene.client.latest(going)
    assert scene.client.get(over.id) is None
