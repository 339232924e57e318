"""A Streamlit server in its own process, for browser tests and benchmarks."""

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
"""Matches the traceback that Starlette logs if a browser disconnects during a send."""
_TRACEBACK = r"^─+ Traceback .*\n(?:(?!\w+Error).*\n)*"
OVERTAKEN = re.compile(
    rf"{_TRACEBACK}KeyError\n\nDuring .*\n\n{_TRACEBACK}KeyError: 'st.session_state has no key ",
    re.MULTILINE,
)
"""Matches the traceback of a script run that lacks a widget's value: in Streamlit 1.67, two script
runs of a session can overlap. The error occurs only under load. If a browser shows it,
`without_errors` in `conftest` fails."""
STYLE = re.compile(r"\x1b\[[0-9;]*m")


def without_known(log):
    """Return a server log without colors and without the known, harmless tracebacks."""
    return OVERTAKEN.sub("", GONE_AWAY.sub("", STYLE.sub("", log)))


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: its URL, and Streamlit's process."""

    url: str
    process: psutil.Process

    def children(self):
        """Return all descendant processes of the server."""
        return self.process.children(recursive=True)

    def workers(self):
        """Return the worker processes of the server."""
        return [child for child in self.children() if "lib.training.worker" in command_of(child)]


def command_of(process):
    """Return the command line of a process, "" if the process has ended."""
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def free_port():
    """Return a free TCP port."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@contextmanager
def serve(log=None, workers=None):
    """Start the app as in the README, wait until it responds, and end it with its workers.

    Args:
        log: the file for the server's output. By default, the output is dropped.
        workers: the number of worker processes. By default, the app decides.
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    # A busy machine may be late to respond to pings, so there are none within an hour.
    options = ["--server.headless", "true", "--server.websocketPingInterval", "3600"]
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
    """Start the app with one worker. At the end, fail if its log in `folder` has a traceback."""
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
