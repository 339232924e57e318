"""How many runs are known, whose they are, and which are paused or forgotten."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results import replay
from lib.results.run import Run, Snapshot, Status
from lib.training import limits, run_registry
from lib.training.limits import MAX_RUNS, MAX_RUNS_EACH
from lib.training.messages import Checkpoint, Steer
from lib.training.run_registry import WATCH_SECONDS
from tests.unit.fakes import make_dataset, make_experiment
from tests.unit.pictures import a_result


def judged_up_to(epoch, weights, kept=None):
    """A model's figures after an epoch, with these as its only weights."""
    known = (weights,) if weights is not None else None
    result = a_result(make_dataset(), 0.5)
    return replace(result, weights=known, checked_epochs=np.arange(epoch + 1), kept_epoch=kept)


@pytest.mark.parametrize(("size", "kept"), [(10, replay.MOST_EPOCHS), (200_000, 2)])
def test_weights_are_kept_by_epoch_within_two_megabytes(scene, size, kept):
    """Of small models many, of large ones the first and the newest; each epoch once."""
    run = scene.start()
    scene.worker.say(Snapshot(run.id, Status.RUNNING, 0, results={"last": judged_up_to(0, None)}))
    assert scene.client.checkpoints(run) == []  # those of very large models aren't sent
    for epoch in range(200):
        result = judged_up_to(epoch, np.full(size, epoch, np.float32))
        for _ in range(2):
            snapshot = Snapshot(run.id, Status.RUNNING, epoch, 200, results={"last": result})
            scene.worker.say(snapshot)
    points = scene.client.checkpoints(run)
    assert kept // 3 < len(points) <= kept
    assert (points[0][0], points[-1][0]) == (0, 199)
    assert all(weights[0]["last"][0][0] == epoch for epoch, weights in points)


def test_weights_of_best_epochs_are_not_taken_for_those_of_the_last(scene):
    """Which are in the past that is sent with them. While one mode trains on, both are as now."""
    run = scene.start()

    def a_mode(epoch, kept=None):
        return judged_up_to(epoch, np.full(2, kept or epoch), kept)

    results = {"sequence": a_mode(3, kept=1), "last": a_mode(4)}
    scene.worker.say(Snapshot(run.id, Status.RUNNING, 4, 9, results=results))
    results |= {"last": a_mode(6, kept=5)}
    past = tuple((e, ({"sequence": (np.full(2, 1),), "last": (np.full(2, e),)},)) for e in (5, 6))
    scene.worker.say(Snapshot(run.id, Status.FINISHED, 6, 9, results=results, past=past))
    points = scene.client.checkpoints(run)
    assert [epoch for epoch, _ in points] == [4, 5, 6]
    assert [weights[0]["last"][0][0] for _, weights in points] == [4, 5, 6]
    assert [weights[0]["sequence"][0][0] for _, weights in points] == [1, 1, 1]


def test_a_paused_run_that_was_left_makes_room_for_a_new_one(scene, monkeypatch):
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


@pytest.mark.parametrize(
    ("visitor", "most", "words"),
    [
        ("me", MAX_RUNS_EACH, ["at most 8 runs", "one has 8"]),
        ("", MAX_RUNS_EACH, ["at most 8 runs", "8 are", "Allow cookies"]),
        (None, MAX_RUNS, []),
    ],
    ids=["a browser", "without cookies", "scripts"],
)
def test_visitors_leave_places_for_others(scene, visitor, most, words):
    """However many of them come; the refusal says the limit, what was asked, and what helps.

    What was refused reaches no worker, and pushes out no results. What is over doesn't count.
    """
    done = scene.start("honest")
    result = {"last": a_result(make_dataset(), 0.5)}
    scene.worker.say(Snapshot(done.id, Status.FINISHED, 5, 5, results=result))
    going = []
    for _ in range(MAX_RUNS + 8 * bool(words)):
        run = scene.start(visitor)
        if scene.status(run) is Status.QUEUED:
            going.append(run)
    assert len(going) == most
    assert len(scene.worker.posted) == 1 + most
    assert scene.status(done) is Status.FINISHED
    assert all(each in scene.latest(run).reason for each in words)
    if words:
        assert scene.status(scene.start("another")) is Status.QUEUED
        scene.client.stop(going[0])
        again = [scene.status(scene.start(visitor)) for _ in range(2)]
        assert again == [Status.QUEUED, Status.FAILED]


@pytest.mark.parametrize("owner", ["me", ""])
def test_a_visitors_runs_hold_so_much_data(scene, monkeypatch, owner):
    """Of all that are going together. The refusal says how much."""
    monkeypatch.setattr(limits, "MAX_VALUES_EACH", 120)
    first, second = scene.start(owner), scene.start(owner)
    assert scene.status(first) is Status.QUEUED
    assert all(
        words in scene.latest(second).reason for words in ("at most 120 numbers", "have 180")
    )


def test_runs_that_somebody_without_cookies_has_left_take_no_place(scene):
    """Paused ones, after a while: nobody else can stop them."""
    going = [scene.start("") for _ in range(MAX_RUNS_EACH)]
    for run in going:
        scene.say(run, Status.PAUSED, 1)
    assert scene.status(scene.start("")) is Status.FAILED
    scene.clock.forward(WATCH_SECONDS + 1)
    assert scene.status(scene.start("")) is Status.QUEUED


def trained(scene, status, epochs=40, size=1000):
    """A run whose weights of so many epochs, each of `size` numbers, have come."""
    run = scene.start()
    for epoch in range(epochs):
        result = judged_up_to(epoch, np.zeros(size, np.float32))
        known = Status.RUNNING if epoch < epochs - 1 else status
        scene.worker.say(Snapshot(run.id, known, epoch, 40, results={"last": result}))
    scene.worker.say(Checkpoint(run.id, epochs, bytes(10_000)))
    scene.clock.forward(1)
    return run


def test_all_that_is_kept_of_runs_is_bounded(scene, monkeypatch):
    """Of runs that are over or were left. The one seen last keeps all its past."""
    most = 1_000_000
    monkeypatch.setattr(run_registry, "KEEP_BYTES", most)
    statuses = Status.FINISHED, Status.PAUSED
    runs = [trained(scene, statuses[place % 2]) for place in range(40)]
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.latest(runs[-2])
    scene.start()
    found = [scene.client._registry.runs.get(run.id) for run in runs]
    known = [run for run in found if run]
    data = {id(run.run.dataset): run.run.dataset.nbytes for run in known}
    assert most / 2 < sum(run.nbytes for run in known) + sum(data.values()) < most
    epochs = [len(scene.client.checkpoints(run)) for run in runs]
    assert (epochs[0], epochs[-2]) == (0, 40)
    assert 2 <= epochs[-8] <= replay.FEW_EPOCHS
    monkeypatch.setattr(run_registry, "KEEP_BYTES", 1)
    done = [trained(scene, Status.FINISHED, epochs=1) for _ in range(3)]
    scene.start()  # the newest stays: who has trained it still looks at it
    assert [run for run in done if scene.client.get(run.id)] == done[2:]


@pytest.mark.parametrize("background", [False, True])
def test_only_so_many_finished_runs_are_known(scene, monkeypatch, background):
    """The oldest go first; unfinished runs stay, and those of a sweep push out no person's."""
    monkeypatch.setattr(run_registry, "KEEP_RUNS", 3)
    going, own, done = scene.start(), scene.start(), list[Run]()
    scene.say(own, Status.FINISHED)
    for _ in range(5):
        how = {"background": background}
        done.append(scene.client.start(make_experiment(), make_dataset(), **how))
        scene.clock.forward(1)
        scene.say(done[-1], Status.FINISHED)
    scene.start()
    assert [run for run in done if scene.client.get(run.id)] == done[2:]
    assert scene.client.get(going.id) is going
    assert bool(scene.client.get(own.id)) == background


def test_runs_that_nobody_looks_at_are_forgotten(scene):
    """Over or paused for so long; a run that trains is never taken away. Any look tidies up."""
    over, paused, going = scene.start(), scene.start(), scene.start()
    for run, status in ((over, Status.FINISHED), (paused, Status.PAUSED), (going, Status.RUNNING)):
        scene.say(run, status)
    scene.clock.forward(run_registry.KEEP_SECONDS + 1)
    scene.client.latest(going)
    assert [scene.client.get(run.id) for run in (over, paused, going)] == [None, None, going]
    assert Steer("drop", paused.id) in scene.worker.posted


def test_a_run_that_nobody_watches_is_paused_and_says_so(scene):
    """It is told once, keeps its figures, and goes on when somebody asks for it.

    A button's pause has no reason, even after the other kind.
    """
    run = scene.start()
    for _ in range(2):
        scene.clock.forward(WATCH_SECONDS + 1)
        scene.say(run, Status.RUNNING, 1)
    assert scene.worker.verbs == ["start", "pause"]
    scene.say(run, Status.PAUSED, 2)
    snapshot = scene.latest(run)
    assert (snapshot.status, snapshot.epoch) == (Status.PAUSED, 2)
    assert snapshot.reason == "Paused: nobody was watching."
    scene.client.resume(run)
    assert scene.worker.verbs == ["start", "pause", "resume"]
    scene.client.pause(run)
    scene.say(run, Status.PAUSED, 3)
    assert scene.latest(run).reason == ""


def test_a_script_that_waits_is_a_watcher(scene):
    """The run goes on; one that had been paused for want of a watcher, again."""
    run = scene.start()
    scene.clock.forward(WATCH_SECONDS + 1)
    scene.say(run, Status.RUNNING, 1)
    assert scene.worker.verbs == ["start", "pause"]

    def until(_):
        scene.clock.forward(WATCH_SECONDS / 3)
        scene.say(run, Status.RUNNING, 2)
        return True

    scene.client.wait(run, 0.0, until)
    assert scene.worker.verbs == ["start", "pause", "resume"]
