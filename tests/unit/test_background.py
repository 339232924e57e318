"""Runs in the background: they take what others leave of a worker, and nobody waits for them."""

import threading
from dataclasses import replace

from lib.results.run import Status
from lib.training.messages import Start
from lib.training.programs import BACKGROUND, ProgramCache
from lib.training.timing import USUAL
from tests.unit.desk import Desk
from tests.unit.fakes import build, make_dataset, make_experiment
from tests.unit.test_programs import ask, shop
from tests.waiting import PATIENCE

__all__ = ["shop"]
ONE_BATCH = replace(USUAL, slice_seconds=1e-9, shortest_slice_seconds=1e-9)


def begin(desk, run_id, *, background=False, **settings):
    """Start a run."""
    experiment, samples = make_experiment(mode="last", **settings), make_dataset().samples
    desk.send(Start(run_id, experiment, samples, background=background))


def test_a_run_in_the_background_waits_for_the_end_of_others():
    """From the moment the other is there, until it is over; then it goes on by itself."""
    order = []
    desk = Desk(timing=ONE_BATCH)
    begin(desk, "theirs", background=True, epochs=400)
    desk.find_status("theirs", Status.RUNNING)
    begin(desk, "own", epochs=50)
    while len(order) < 2:
        order.append(desk.find(lambda m: getattr(m, "status", Status.QUEUED).over).run_id)
    desk.close()
    assert order == ["own", "theirs"]


def test_it_rests_while_another_is_compiled():
    """Both processors are the compiler's."""
    gate = threading.Event()

    def slowly(key):
        assert key.units == 2 or gate.wait(PATIENCE)
        return build(key)

    desk = Desk(slowly)
    begin(desk, "own", U=3)
    begin(desk, "theirs", background=True)
    desk.find_status("own", Status.COMPILING)
    assert not [seen for seen in desk.seen if getattr(seen, "status", None) is Status.FINISHED]
    gate.set()
    assert desk.find_over("own").status is Status.FINISHED
    assert desk.find_over("theirs").status is Status.FINISHED
    desk.close()


def test_what_a_person_waits_for_is_built_before_the_background_s(shop):
    """Which has a thread of its own, and begins nothing while others build."""
    cache = ProgramCache(shop.build)
    ask(cache, "a", "b", kind=BACKGROUND)
    shop.wait_begun(1)
    ask(cache, "x", "y", "z")
    shop.wait_begun(2)
    shop.let(3)
    shop.wait_begun(1)
    shop.let(1)
    shop.wait_begun(1)
    shop.let(1)
    assert shop.begun[0] == "a"
    assert sorted(shop.begun[1:4]) == ["x", "y", "z"]
    assert shop.begun[4:] == ["b"]
