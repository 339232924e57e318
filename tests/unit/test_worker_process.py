"""Whatever goes wrong around a worker, who waits for it hears of its end. See also agreement/."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import threading

import pytest

from lib.training import worker_process
from lib.training.worker_process import WorkerProcess

PATIENCE = 30


class Ended(list[str]):
    """How workers ended, in their words, and the wait for it."""

    def __init__(self) -> None:
        super().__init__()
        self._event = threading.Event()

    def __call__(self, worker: WorkerProcess) -> None:
        """As `on_end`."""
        self.append(worker.ending)
        self._event.set()

    def wait(self) -> None:
        """Until one has ended."""
        assert self._event.wait(PATIENCE)


@pytest.fixture
def children(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """The processes that are started instead of workers: they say nothing, and stay."""
    started = []

    def spawn(*_: object) -> subprocess.Popen[bytes]:
        code = "import time; time.sleep(600)"
        started.append(subprocess.Popen([sys.executable, "-c", code]))
        return started[-1]

    monkeypatch.setattr(worker_process, "_spawn", spawn)
    return started


@pytest.mark.parametrize("work", ["_guard", "_write"])
def test_without_a_thread_for_it_the_child_is_killed(
    monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]], work: str
) -> None:
    """Nobody would see its end: so it ends now, and the client may start another."""
    start = threading.Thread.start

    def starve(thread: threading.Thread) -> None:
        if f"({work})" in thread.name:  # Python names a thread by what it does
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(WorkerProcess, "_accept", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(threading.Thread, "start", starve)
    ended = Ended()
    WorkerProcess(lambda *_: None, ended)
    ended.wait()
    assert ended == ["was ended (can't start new thread)"]
    assert children[0].returncode is not None


def test_an_error_in_what_is_done_with_a_message_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]
) -> None:
    """A thread that died of it would leave a worker that nobody reads."""
    monkeypatch.setattr(WorkerProcess, "_accept", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(WorkerProcess, "_read", lambda *_: {}["lost"])
    ended = Ended()
    WorkerProcess(lambda *_: None, ended)
    ended.wait()
    assert ended == ["was ended ('lost')"]
    assert children[0].returncode is not None


def test_the_beats_of_a_silence_are_counted(
    monkeypatch: pytest.MonkeyPatch, children: list[subprocess.Popen[bytes]]
) -> None:
    """From the last word on, and not while it imports TensorFlow, when it says nothing anyway."""
    monkeypatch.setattr(worker_process, "SILENT_BEATS", 3)
    beats: list[int] = []

    def has_ended(worker: WorkerProcess, child: subprocess.Popen[bytes], _: float = 0) -> bool:
        beats.append(worker.silent_beats)
        if len(beats) == 3:
            worker.ready = True
            worker._silent = 0  # as when "ready" arrives
        return len(beats) >= 7 and child.wait() != 0  # it has been killed

    monkeypatch.setattr(WorkerProcess, "_has_ended", has_ended)
    monkeypatch.setattr(WorkerProcess, "_accept", lambda *_: contextlib.nullcontext())
    monkeypatch.setattr(WorkerProcess, "_read", lambda *_: children[0].wait())
    ended = Ended()
    WorkerProcess(lambda *_: None, ended)
    ended.wait()
    assert beats[:7] == [0, 0, 0, 0, 1, 2, 3]
    assert ended == ["said nothing for 4 s and was ended"]


def test_without_a_file_for_its_errors_a_worker_starts_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a full disk, say. What it writes is lost, and that is all."""

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    monkeypatch.setattr(sys, "executable", "/bin/false")
    ended = Ended()
    WorkerProcess(lambda *_: None, ended)
    ended.wait()
    assert ended == ["ended with exit code 1"]


@pytest.mark.parametrize(("code", "words"), [(-35, "signal 35"), (-15, "SIGTERM"), (3, "code 3")])
def test_any_end_has_words(code: int, words: str) -> None:
    """A signal without a name too."""
    assert words in worker_process._ending(code)
