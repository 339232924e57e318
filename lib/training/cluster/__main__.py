"""The driver process, started by `worker_process`.

Usage: `python -m lib.training.cluster CONNECTION SERVER`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from lib.training.cluster import said
from lib.training.cluster.driver import Driver
from lib.training.cluster.errors import ClusterError
from lib.training.machine import RAY, end_with_starter
from lib.training.messages import (
    BEAT_SECONDS,
    Command,
    Event,
    Message,
    WireError,
    decode,
    encode,
)
from lib.training.sentences import short_reason

AWAY_SECONDS = 3.0
"""Between two looks whether the cluster is there."""
PROBE_SECONDS, PROBES = 2.0, 3
"""How long the head node may take to answer, and how often it may not before it counts as gone."""
RUNNING_HERE = "/tmp/ray/ray_current_cluster"  # noqa: S108  where Ray keeps it


class Client:
    """The process that started this one, by the connection that it gave."""

    def __init__(self, connection: Connection) -> None:
        self._connection, self._sending = connection, threading.Lock()
        threading.Thread(target=self._beat, name="heart", daemon=True).start()

    def send(self, message: Message) -> None:
        """Tell it something. Its end ends this process."""
        try:
            with self._sending:
                self._connection.send_bytes(encode(message))
        except OSError:
            os._exit(0)

    def _beat(self) -> None:
        while True:
            self.send(Event("alive"))
            time.sleep(BEAT_SECONDS)

    def read(self, take: Callable[[Command, bytes], None]) -> None:
        """Hand on each command; for ever."""
        while True:
            try:
                data = self._connection.recv_bytes()
            except (EOFError, OSError):
                os._exit(0)
            try:
                take(decode(data, Command), data)
            except WireError as error:
                self.send(Event("refused", said("not_agreed", why=error)))


def address_of(setting: str) -> str:
    """HOST:PORT of a cluster; "" where `auto` finds none on this machine."""
    if setting != "auto":
        return setting.removeprefix("ray://")
    found = os.environ.get("RAY_ADDRESS", "")
    if not found:
        with contextlib.suppress(OSError):
            found = Path(RUNNING_HERE).read_text("utf-8").strip()
    return found


def answers(address: str) -> bool:
    """Whether somebody listens at HOST:PORT."""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), PROBE_SECONDS):
            return True
    except (OSError, ValueError):
        return False


def wait_for_cluster(setting: str, client: Client) -> str:
    """The address of the cluster, when it answers; until then the client is told why not."""
    told = ""
    while True:
        address = address_of(setting)
        if address and answers(address):
            return address
        why = said("unreachable") if address else said("no_address")
        if why != told:
            client.send(Event("away", why))
            told = why
        time.sleep(AWAY_SECONDS)


async def drive(address: str, server: str, client: Client) -> None:
    """Serve the client until the cluster is gone. Raises ClusterError where it isn't there."""
    # Seconds, else 20, until Ray gives up: that somebody answers is known here.
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "4")
    try:
        from lib.training.cluster.on_ray import connect  # noqa: PLC0415  imports ray, which reads that
    except Exception as error:  # half of it is missing, or something that it needs
        raise ClusterError(said("broken_ray", why=short_reason(error))) from None
    driver = Driver(server, connect(address), client.send)
    loop = asyncio.get_running_loop()

    def take(command: Command, data: bytes) -> None:
        loop.call_soon_threadsafe(driver.take, command, data)

    threading.Thread(target=client.read, args=(take,), daemon=True).start()
    serve = asyncio.ensure_future(driver.run())
    watch = asyncio.ensure_future(_watch_head(address))
    done, _ = await asyncio.wait([serve, watch], return_when=asyncio.FIRST_COMPLETED)
    try:
        done.pop().result()
    except ClusterError as error:  # told from here: calls of Ray's that wait for the head last long
        end(client, error)


async def _watch_head(address: str) -> None:
    """End with ClusterError when the head node is gone: actors would seem to work for a minute."""
    missed = 0
    while missed < PROBES:
        missed = 0 if await asyncio.to_thread(answers, address) else missed + 1
        await asyncio.sleep(BEAT_SECONDS)
    raise ClusterError(said("head_gone"))


def main() -> None:
    """Serve the process that started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_starter()
    client = Client(Connection(int(sys.argv[1])))
    try:
        if find_spec("ray") is None:
            raise ClusterError(said("no_ray"))
        address = wait_for_cluster(os.environ.get(RAY, "auto"), client)
        asyncio.run(drive(address, sys.argv[2], client))
    except ClusterError as error:
        end(client, error)


def end(client: Client, error: ClusterError) -> NoReturn:
    """Say why, and end: after a while, since the client starts another one then."""
    client.send(Event("away", f"{error}"))
    time.sleep(AWAY_SECONDS)
    os._exit(0)


if __name__ == "__main__":
    main()
