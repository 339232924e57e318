"""A real Streamlit server in a process of its own, for the browser tests and the benchmarks."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from lib.training.machine import SETTING

ROOT = Path(__file__).parents[2]

GONE_AWAY = re.compile(
    r"^ *Exception in ASGI application\n *Traceback (?:(?!Exception in).*\n)*?"
    r".*Disconnected: Cannot call \"send\" once a close message has been sent\.$",
    re.MULTILINE,
)
"""When a browser goes away at the wrong moment, Starlette says so, with a traceback."""
_TRACEBACK = r"^─+ Traceback .*\n(?:(?!\w+Error).*\n)*"
OVERTAKEN = re.compile(
    rf"{_TRACEBACK}KeyError\n\nDuring .*\n\n{_TRACEBACK}KeyError: 'st.session_state has no key ",
    re.MULTILINE,
)
"""A run of a page sometimes misses a widget's value that it has just seen or stored: Streamlit 1.67
lets two runs of a session overlap on one state without a lock. It was seen under load alone, and in
no browser: if one shows it, even for a moment, `without_errors` in `browser` fails."""
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def without_known(log):
    """What a server wrote, without the tracebacks that are known and harmless."""
    return OVERTAKEN.sub("", GONE_AWAY.sub("", STYLE.sub("", log)))


@dataclass(frozen=True, slots=True)
class Server:
    """A server that answers at `url`; `process` is Streamlit's own."""

    url: str
    process: psutil.Process

    def children(self):
        """All processes that it has started, and that those have."""
        return self.process.children(recursive=True)

    def workers(self):
        """The training processes of this machine among them."""
        return [child for child in self.children() if "lib.training.worker" in command_of(child)]


def command_of(process):
    """With what a process was started, or what it calls itself; empty of one that has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it has just ended
        return ""


def free_port():
    """A port that nobody listens on."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def serve(log=None, workers=None):
    """Start the app as README says, wait until it answers, and end it and its workers after.

    Args:
        log: where the server writes; nowhere without it.
        workers: training processes that it gets; without it as many as suit the machine.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    options = ["--server.headless", "true"]
    options += ["--server.websocketPingInterval", "3600"]  # a busy machine is no reason to hang up
    environment = {**os.environ, **({SETTING: str(workers)} if workers else {})}
    with (log or Path(os.devnull)).open("w") as out:
        started = subprocess.Popen(
            [*command, *options], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
        )
        try:
            url = f"http://localhost:{port}"
            _wait_until_healthy(url, started)
            yield Server(url, psutil.Process(started.pid))
        finally:
            children = (
                psutil.Process(started.pid).children(recursive=True)
                if started.poll() is None
                else []
            )
            started.send_signal(signal.SIGTERM)
            try:
                started.wait(timeout=15)
            except subprocess.TimeoutExpired:
                started.kill()
                started.wait()
            psutil.wait_procs(children, timeout=15)


@contextmanager
def serve_for_tests(folder):
    """`serve` with one training process. At the end the log in `folder` must have no traceback."""
    log = folder / "log.txt"
    with serve(log, workers=1) as running:
        yield running
    output = without_known(log.read_text(encoding="utf-8", errors="replace"))
    assert "Traceback" not in output, output


def _wait_until_healthy(url, started):
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if started.poll() is not None:
            raise RuntimeError(f"the server ended at once with code {started.returncode}")
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the server didn't answer within 120 s")
