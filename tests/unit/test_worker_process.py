"""The client is notified after any failure of a worker process."""

import queue
import stat
import sys
import threading

import psutil
import pytest

from lib.training import worker_process
from lib.training.messages import Ask, Event, Steer, WireError
from lib.training.worker_process import WorkerProcess
from tests.waiting import PATIENCE

CONNECTED = """
import os, sys, time
from multiprocessing.connection import Connection
from lib.training.messages import Event
from lib.training.messages import encode
with Connection(int(sys.argv[-1])) as connection:
    send = lambda kind: connection.send_bytes(encode(Event(kind)))
"""
"""The beginning of a stub's code. A stub replaces a worker process and sends events."""


@pytest.fixture
def stub(tmp_path, monkeypatch):
    """Provide a function that makes workers run a stub: Python code, or a shell command."""

    def make(code):
        path = tmp_path / "worker"
        if "\n" in code:
            (tmp_path / "code.py").write_text(code)
            code = f'exec {sys.executable} {tmp_path / "code.py"} "$@"'
        path.write_text(f"#!/bin/sh\n{code}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(sys, "executable", str(path))

    return make


class ProcessRig:
    """A worker process, its messages and its end."""

    def __init__(self, on_message=None):
        self.messages = queue.Queue()
        self._ended = threading.Event()
        self.worker = WorkerProcess(
            on_message or (lambda _, message: self.messages.put(message)),
            lambda _: self._ended.set(),
        )

    def ending(self):
        """Wait for the process to end; return how it ended."""
        assert self._ended.wait(PATIENCE)
        process = self.worker.process
        assert process is None or not psutil.pid_exists(process.pid)
        return self.worker.ending


def test_an_error_while_handling_a_message_ends_the_worker(stub):
    """After the error, no thread reads the worker's messages, so the client kills the worker."""
    stub(f"{CONNECTED}    send('ready')\n    time.sleep(600)\n")

    def fail(_worker, _message):
        raise KeyError("lost")

    assert ProcessRig(fail).ending() == "was killed ('lost')"


def test_invalid_bytes_are_skipped(stub):
    """Invalid bytes are skipped, and later messages arrive."""
    stub(f"{CONNECTED}    connection.send_bytes(b'bad')\n    send('ready')\n    time.sleep(600)\n")
    watched = ProcessRig()
    assert watched.messages.get(timeout=PATIENCE) == Event("ready")
    assert watched.worker.ready
    watched.worker.close()
    assert not psutil.pid_exists(watched.worker.process.pid)


def test_a_silent_worker_is_killed(monkeypatch, stub):
    """A worker that sends no message for SILENT_BEATS is killed."""
    stub(f"{CONNECTED}    send('ready')\n    time.sleep(600)\n")
    monkeypatch.setattr(worker_process, "SILENT_BEATS", 3)
    monkeypatch.setattr(worker_process, "BEAT_SECONDS", 0.05)
    watched = ProcessRig()
    assert watched.ending().startswith("was silent for ")


def test_a_worker_whose_import_hangs_is_killed(monkeypatch, stub):
    """A worker that imports TensorFlow has more time until it is killed."""
    stub("exec sleep 600")
    monkeypatch.setattr(worker_process, "SILENT_BEATS", 0)
    monkeypatch.setattr(worker_process, "IMPORT_BEATS", 10)
    monkeypatch.setattr(worker_process, "BEAT_SECONDS", 0.05)
    watched = ProcessRig()
    watched.ending()
    assert "doesn't finish" in watched.worker.unavailable


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("kill -35 $$", "was killed (signal 35)"),
        ("kill -15 $$", "was killed (SIGTERM)"),
        ("kill -9 $$", "was killed (SIGKILL, maybe out of memory)"),
        ("exit 3", "ended with exit code 3"),
        # A cluster's driver exits with 0 if it can't use its cluster. The log has no error then.
        ("exit 0", "ended with exit code 0"),
    ],
)
def test_any_end_of_a_process_is_described(stub, caplog, command, words):
    """Every exit code has a description. The log has the last output of a failed process."""
    stub(f"echo its last words >&2; {command}")
    assert ProcessRig().ending() == words
    errors = [each.getMessage() for each in caplog.records if each.levelname == "ERROR"]
    assert len(errors) == (0 if command == "exit 0" else 1)
    assert all("the training process " in each for each in errors)
    assert all("its last words" in each for each in errors)


def test_a_worker_that_cant_be_started_ends_with_the_reason(monkeypatch):
    """The reason is the operating system's error."""
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    assert ProcessRig().ending().startswith("could not be started ([Errno 2] No such file")


def test_an_invalid_command_is_refused_at_once():
    """`post` raises WireError for an unknown verb or a value that can't be sent."""
    worker = WorkerProcess(lambda *_: None, lambda _: None, 600)
    for command, words in (
        (Ask("q", "modes", {"cell": int}), "a type can't be sent"),
        (Steer("fly", "a"), "Invalid enum value 'fly'"),
    ):
        with pytest.raises(WireError, match=words):
            worker.post(command)
    worker.close()
