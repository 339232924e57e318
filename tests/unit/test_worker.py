"""The worker's loop, in a thread of the test, with programs that only count."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import metadata
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any, get_args

import numpy as np
import pytest

from lib.run import Snapshot, Status
from lib.training import limits, worker
from lib.training.architecture import Network
from lib.training.messages import (
    Answer,
    Ask,
    Command,
    Event,
    Message,
    Prepare,
    Report,
    Retire,
    Start,
    Steer,
    Verb,
)
from lib.training.timing import USUAL, Timing
from lib.training.wire import decode, encode
from tests.unit.fakes import (
    BrokenJudge,
    BrokenProgram,
    FakeProgram,
    FakeState,
    build,
    make_dataset,
    make_experiment,
)


def double(number: int) -> dict[str, int]:
    """An answer that can be checked; of a negative number there is none."""
    if number < 0:
        raise ValueError(f"expected a number of 0 or more, received {number}.")
    return {"double": 2 * number}


ANSWERS = {"double": double}
START_PAUSED = Start("one", make_experiment(), make_dataset().samples, paused=True)
Build = Callable[[Any], Any]
Answers = Mapping[str, Callable[..., dict[str, Any]]]


ONE_BATCH = Timing(slice_seconds=1e-9, shortest_slice_seconds=1e-9)
"""A batch in each turn."""


class HeldProgram(FakeProgram):
    """Says when it has been trained on a second batch, and goes on when it is let."""

    def __init__(self, beyond: threading.Event, let: threading.Event) -> None:
        super().__init__(lambda _: 1.0)
        self._beyond, self._let = beyond, let

    def train(self, state: FakeState, samples: int, batches: np.ndarray) -> np.ndarray:
        """The losses of the next batches."""
        losses = super().train(state, samples, batches)
        if state.weights[0].flat[0] > 1:
            self._beyond.set()
            assert self._let.wait(10)
        return losses


class Desk:
    """The client's end of the connection to a loop that runs in a thread."""

    def __init__(
        self, build: Build = build, answers: Answers = ANSWERS, timing: Timing = USUAL
    ) -> None:
        self.seen: list[Snapshot | Event | Answer] = []
        self.connection, self.theirs = Pipe()
        self.thread = threading.Thread(target=self._run, args=(build, answers, timing), daemon=True)
        self.thread.start()

    def _run(self, *arguments: Any) -> None:
        with self.theirs:
            worker.Loop(self.theirs, *arguments).run()

    def send(self, command: Command) -> None:
        """Send it as the client does."""
        self.connection.send_bytes(encode(command))

    def start(self, run_id: str, **settings: object) -> None:
        """Start a run."""
        self.send(Start(run_id, make_experiment(**settings), make_dataset().samples))

    def receive(self) -> Snapshot | Event | Answer:
        """The next message, be it a sign of life."""
        assert self.connection.poll(10), "no message within 10 s"
        message = decode(self.connection.recv_bytes(), Message)
        self.seen.append(message.snapshot if isinstance(message, Report) else message)
        return self.seen[-1]

    def close(self) -> None:
        """End the connection, and with it the loop."""
        self.connection.close()
        self.thread.join(10)
        assert not self.thread.is_alive()

    def find(self, true: Callable[[Any], bool]) -> Any:
        """The next message that this is true of."""
        while True:
            message = self.receive()
            if true(message):
                return message

    def find_over(self, run_id: str) -> Snapshot:
        """The last snapshot of a run."""
        return self.find(lambda m: isinstance(m, Snapshot) and m.run_id == run_id and m.status.over)


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A loop that ends with its test."""
    desk = Desk()
    assert desk.receive() == Event("ready")
    yield desk
    desk.close()


def test_a_run_is_trained_to_its_end(desk: Desk) -> None:
    """From a command to a last snapshot."""
    desk.start("one")
    snapshot = desk.find_over("one")
    assert snapshot.status is Status.FINISHED
    assert snapshot.epoch == 5


def test_garbage_is_refused_and_the_loop_goes_on(desk: Desk) -> None:
    """Bytes that mean nothing, a record that isn't a command, and a command that isn't one."""
    desk.connection.send_bytes(b"garbage")
    assert desk.receive().kind == "refused"
    desk.connection.send_bytes(encode(Event("ready")))
    assert "Invalid value 'Event'" in desk.receive().text
    desk.send(Steer("explode", "one"))  # type: ignore[arg-type]
    assert "Invalid enum value 'explode'" in desk.receive().text
    desk.start("one")
    assert desk.find_over("one").status is Status.FINISHED


def test_a_run_beyond_the_limits_fails_with_what_was_asked(desk: Desk) -> None:
    """The worker looks for itself."""
    desk.start("one", U=1000)
    snapshot = desk.find_over("one")
    assert snapshot.status is Status.FAILED
    assert snapshot.reason == "This run was refused: units must be 1 to 128, got 1000."


def test_runs_take_turns() -> None:
    """A second run doesn't wait for the first one's end."""
    beyond, sent = threading.Event(), threading.Event()
    held = HeldProgram(beyond, sent)
    desk = Desk(lambda key: build(key) if isinstance(key, Network) else held, timing=ONE_BATCH)
    desk.start("long", epochs=5000)
    assert beyond.wait(10)
    desk.start("short")
    sent.set()
    over = desk.find(lambda m: isinstance(m, Snapshot) and m.status.over)
    assert (over.run_id, over.status) == ("short", Status.FINISHED)
    desk.close()


def test_an_error_in_one_run_does_not_touch_the_others() -> None:
    """It fails with what went wrong."""

    class Broken:
        def parts(self, *_: object) -> None:
            raise RuntimeError("lost a bit")

    def sometimes(key: Any) -> Any:
        return Broken() if isinstance(key, Network) and key.units == 3 else build(key)

    desk = Desk(sometimes)
    desk.start("good", epochs=2000)
    desk.start("bad", U=3)
    ends = {}
    while len(ends) < 2:
        snapshot = desk.find(lambda m: isinstance(m, Snapshot) and m.status.over)
        ends[snapshot.run_id] = snapshot
    assert ends["good"].status is Status.FINISHED
    assert ends["bad"].status is Status.FAILED
    assert ends["bad"].reason == "The training met an error: lost a bit."
    desk.close()


def breaking(error: Exception, good: int, judged: int = 0) -> Callable[[Any], Any]:
    """Builds programs of which those for 3 units break: see `BrokenJudge` and `BrokenProgram`."""

    def make(key: Any) -> Any:
        judge = isinstance(key, Network)
        if (key if judge else key.network).units != 3:
            return build(key)
        return BrokenJudge(error, judged) if judge else BrokenProgram(error, good)

    return make


@pytest.mark.parametrize("error", [RuntimeError("lost a bit"), OSError("lost a bit")])
@pytest.mark.parametrize("good", [4, 10_000_000])
def test_a_run_that_breaks_late_fails_alone(error: Exception, good: int) -> None:
    """In training or in its judgement, and again when it is let go of. The loop lives on."""
    desk = Desk(breaking(error, good))
    desk.start("bad", U=3)
    snapshot = desk.find_over("bad")
    assert snapshot.status is Status.FAILED
    assert "lost a bit" in snapshot.reason
    assert snapshot.results["last"].checked_epochs.tolist() == [0]  # the figures stay
    desk.start("good")
    assert desk.find_over("good").status is Status.FINISHED
    desk.close()


@pytest.mark.parametrize("verb", ["stop", "pause"])
def test_a_run_that_breaks_when_it_is_steered_fails_and_is_let_go(verb: Verb) -> None:
    """Both judge it once more: here for the first time since its first epoch of one batch."""
    beyond, sent = threading.Event(), threading.Event()
    judge, held = BrokenJudge(RuntimeError("lost a bit"), good=1), HeldProgram(beyond, sent)
    timing = replace(ONE_BATCH, send_seconds=1e9, few_checks=0)
    desk = Desk(lambda key: judge if isinstance(key, Network) else held, timing=timing)
    desk.start("bad", epochs=5000, batch=8, mode="last")
    assert beyond.wait(10)
    desk.send(Steer(verb, "bad"))
    sent.set()
    last = desk.find_over("bad")
    assert last.status is Status.FAILED
    assert "lost a bit" in last.reason
    assert last.epoch < 5000
    desk.close()


def test_too_many_unfinished_runs_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until one of them is over."""
    monkeypatch.setattr(limits, "MAX_RUNS", 1)
    desk.send(START_PAUSED)
    desk.start("two")
    assert "at most 1 runs may be unfinished at a time, and 1 are" in desk.find_over("two").reason
    desk.send(Steer("drop", "one"))
    desk.start("three")
    assert desk.find_over("three").status is Status.FINISHED


def test_commands_for_unknown_runs_are_passed_over(desk: Desk) -> None:
    """A run may end while a command for it is on the way."""
    for verb in get_args(Verb):
        desk.send(Steer(verb, "nobody"))
    desk.start("one")
    assert isinstance(desk.receive(), Snapshot)


def test_what_is_prepared_is_compiled_once() -> None:
    """A look ahead builds what the run needs: a judge, and one program for both modes."""
    built: list[Any] = []

    def noting(key: Any) -> Any:
        built.append(key)
        return build(key)

    desk = Desk(noting)
    desk.send(Prepare(make_experiment(), (8, 3, 2, 1)))
    desk.start("one")
    desk.find_over("one")
    assert len(built) == len(set(built)) == 2
    desk.close()


def test_preparing_what_cannot_be_trained_does_nothing(desk: Desk) -> None:
    """A person may be in the middle of setting things; a start would say why."""
    desk.send(Prepare(make_experiment(U=1000), (8, 3, 2, 1)))
    desk.start("one")
    assert isinstance(desk.receive(), Snapshot)


def test_a_retired_loop_ends_when_its_runs_are_over() -> None:
    """And not before."""
    desk = Desk()
    desk.send(START_PAUSED)
    desk.send(Retire())
    desk.find(lambda m: isinstance(m, Snapshot) and m.status is Status.PAUSED)
    assert ask(desk, "double", number=1).values == {"double": 2}
    desk.send(Steer("resume", "one"))
    assert desk.find_over("one").status is Status.FINISHED
    desk.thread.join(10)
    assert not desk.thread.is_alive()
    desk.connection.close()


@pytest.mark.parametrize(("pause", "again"), [(1e9, []), (0.0, [Event("grown")])])
def test_a_loop_says_now_and_then_that_it_has_grown(
    pause: float, again: list[Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beyond its limit somebody fresh should take over, and if that failed, somebody else."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: 1000)
    monkeypatch.setattr(worker.machine, "used_memory", lambda: used)
    used = 900
    desk = Desk(timing=Timing(grown_seconds=pause))
    desk.send(START_PAUSED)
    desk.find(lambda m: isinstance(m, Snapshot) and m.status is Status.PAUSED)

    def said() -> list[Event]:
        """What it says of itself in the turns of two questions, each thing once."""
        seen = len(desk.seen)
        for _ in range(2):
            ask(desk, "double", number=1)
        events = [m for m in desk.seen[seen:] if isinstance(m, Event) and m.kind != "alive"]
        return events[:1]

    assert said() == []
    used = 1100
    assert said() == [Event("grown")]
    assert said() == again
    desk.send(Retire())  # somebody has
    said()
    assert said() == []
    desk.close()


def test_a_loop_looks_at_its_memory_while_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """At every command at least."""
    monkeypatch.setattr(worker.machine, "memory_limit", lambda _total, _start: -1)
    desk = Desk()
    desk.start("one")
    desk.find(lambda message: message == Event("grown"))
    desk.close()


@pytest.mark.parametrize(
    ("version", "expected"), [("2.21.3", True), ("2.22.0", False), ("", False)]
)
def test_xla_flags_are_set_for_the_tensorflow_that_knows_them(
    version: str, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any other might end the process at the sight of them."""

    def installed(name: str) -> str:
        if not version:
            raise metadata.PackageNotFoundError(name)
        return version

    for name in (*worker.ENVIRONMENT, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr(metadata, "version", installed)
    worker.set_environment()
    assert (os.environ["XLA_FLAGS"] == worker.XLA_FLAGS) is expected


def test_the_installed_tensorflow_is_the_one_that_the_flags_are_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """When this fails, try the flags with the new TensorFlow, and measure."""
    for name in (*worker.ENVIRONMENT, "XLA_FLAGS"):
        monkeypatch.setenv(name, "")
    worker.set_environment()
    assert os.environ["XLA_FLAGS"] == worker.XLA_FLAGS


def ask(desk: Desk, question: str, **arguments: object) -> Answer:
    """Ask, and wait for what comes of it."""
    desk.send(Ask("q", question, arguments))
    return desk.find(lambda m: isinstance(m, Answer) and m.question_id == "q")


def test_a_question_is_answered(desk: Desk) -> None:
    """Its function is called with the arguments that came, and what it returns goes back."""
    assert ask(desk, "double", number=21).values == {"double": 42}


def test_a_run_goes_on_while_a_question_is_answered() -> None:
    """To its end, where the answer takes that long."""
    over = threading.Event()
    desk = Desk(answers={"end": lambda: {"over": over.wait(10)}})
    desk.send(Ask("q", "end", {}))
    desk.start("one")
    assert desk.find_over("one").status is Status.FINISHED
    over.set()
    assert desk.find(lambda m: isinstance(m, Answer)).values == {"over": True}
    desk.close()


def test_a_question_without_an_answer_says_why(desk: Desk) -> None:
    """The function's sentence, the error where it breaks, or the names where there is none."""
    assert ask(desk, "double", number=-1).error == "expected a number of 0 or more, received -1."
    assert "TypeError" in ask(desk, "double", figure=1).error
    assert ask(desk, "triple").error == "No question is called 'triple': ['double']."


def test_a_retired_worker_answers_before_it_ends() -> None:
    """What was asked is answered, though there is no run to wait for."""
    desk = Desk()
    desk.receive()
    desk.send(Ask("q", "double", {"number": 1}))
    desk.send(Retire())
    assert desk.find(lambda m: isinstance(m, Answer)).values == {"double": 2}
    desk.thread.join(10)
    assert not desk.thread.is_alive()


def test_waiting_questions_are_bounded() -> None:
    """One more than that is refused, with the limit."""
    desk = Desk(timing=Timing(max_questions=0))
    assert ask(desk, "double", number=1).error.startswith("At most 0 questions may wait")
    desk.close()


def test_runs_that_wait_for_the_compiler_are_told_their_places() -> None:
    """In the order in which they came; the first one is being compiled, the second one is next."""
    gate = threading.Event()

    def slowly(key: Any) -> Any:
        assert gate.wait(10)
        return build(key)

    desk = Desk(slowly)
    for number in range(4):
        desk.start(f"{number}", U=2 + number)
    desk.find(
        lambda m: isinstance(m, Snapshot) and m.run_id == "2" and "1 other run is" in m.reason
    )
    desk.find(lambda m: isinstance(m, Snapshot) and m.run_id == "3" and "2 other runs" in m.reason)
    gate.set()
    desk.find_over("3")
    desk.close()


def test_a_loop_gives_signs_of_life() -> None:
    """With nothing to do as well: silence would mean that it has been stopped."""
    desk = Desk(timing=Timing(beat_seconds=0.01))
    for _ in range(3):
        desk.find(lambda message: message == Event("alive"))
    desk.close()


def test_a_loop_waits_for_commands_only_while_no_run_is_busy() -> None:
    """For ever with nothing to do, not for ever while programs are compiled, else not at all."""
    gate, polled = threading.Event(), threading.Event()
    patience: list[float | None] = []
    trained: list[int] = []

    class Noting:
        """A connection that notes how long it is waited for."""

        def __init__(self, connection: Connection) -> None:
            self.recv_bytes, self.send_bytes = connection.recv_bytes, connection.send_bytes
            self._poll = connection.poll

        def poll(self, seconds: float | None) -> bool:
            patience.append(seconds)
            polled.set()
            return self._poll(seconds)

    class NotingProgram(FakeProgram):
        """Notes how often somebody was waited for before each of its calls."""

        def train(self, state: FakeState, samples: int, batches: np.ndarray) -> np.ndarray:
            trained.append(len(patience))
            return super().train(state, samples, batches)

    def slowly(key: Any) -> Any:
        if isinstance(key, Network):
            return build(key)
        assert gate.wait(10)
        return NotingProgram(lambda _: 1.0)

    def is_told(true: Callable[[Any], bool]) -> None:
        while not true(decode(ours.recv_bytes(), Message)):
            pass

    ours, theirs = Pipe()
    loop = worker.Loop(Noting(theirs), slowly, {}, Timing(beat_seconds=0.01))  # type: ignore[arg-type]
    thread = threading.Thread(target=loop.run, daemon=True)
    thread.start()
    assert polled.wait(10)
    ours.send_bytes(encode(Start("one", make_experiment(), make_dataset().samples)))
    is_told(lambda m: isinstance(m, Report) and m.snapshot.status is Status.COMPILING)
    polled.clear()
    assert polled.wait(10)
    gate.set()
    is_told(lambda m: isinstance(m, Report) and m.snapshot.status.over)
    is_told(lambda m: m == Event("alive") and patience[-1] is None)
    assert patience[0] is None
    assert None not in patience[1:-1]
    assert set(patience[trained[0] : trained[-1]]) == {0}
    ours.close()
    thread.join(10)
    assert not thread.is_alive()
