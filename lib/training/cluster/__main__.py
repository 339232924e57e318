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
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from lib.training.cluster.driver import Driver
from lib.training.cluster.link import ClusterError
from lib.training.machine import RAY, end_with_starter
from lib.training.messages import Event, Message, encode
from lib.training.sentences import sentence, short_reason

AWAY_SECONDS = 3.0
"""Between two looks whether the cluster is there."""
PROBE_SECONDS = 2.0
"""How long its head may take to take a connection."""
RUNNING_HERE = "/tmp/ray/ray_current_cluster"  # noqa: S108  where Ray keeps it


class Client:
    """The process that has started this one, by the connection that it gave."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, data: bytes) -> None:
        """Send a message. Where the client has ended, so does this process."""
        try:
            self._connection.send_bytes(data)
        except OSError:
            os._exit(0)

    def tell(self, message: Message) -> None:
        """The same of a message that isn't encoded yet."""
        self.send(encode(message))

    def read(self, loop: asyncio.AbstractEventLoop, driver: Driver) -> None:
        """Hand commands to a driver, whose event loop this is, for ever."""
        while True:
            try:
                data = self._connection.recv_bytes()
            except (EOFError, OSError):
                os._exit(0)
            loop.call_soon_threadsafe(driver.take, data)


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
    while not ((address := address_of(setting)) and answers(address)):
        client.tell(Event("away", sentence("unreachable" if address else "no_address")))
        time.sleep(AWAY_SECONDS)
    return address


async def drive(address: str, server: str, client: Client) -> None:
    """Serve the client until the cluster is gone. Raises ClusterError where it can't be used."""
    # Seconds, else 20, until Ray gives up: that somebody answers is known here.
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "4")
    try:
        from lib.training.cluster.on_ray import connect  # noqa: PLC0415  imports ray, which reads that
    except Exception as error:  # half of it is missing, or something that it needs
        raise ClusterError(sentence("broken_ray", why=short_reason(error))) from None
    driver = Driver(server, connect(address), client.send)
    loop = asyncio.get_running_loop()
    threading.Thread(target=client.read, args=(loop, driver), daemon=True).start()
    try:
        await driver.run()
    except* ClusterError as group:
        end(client, group.exceptions[0])


def end(client: Client, why: BaseException) -> NoReturn:
    """Tell the client why the cluster isn't used, and end: it starts another driver then."""
    client.tell(Event("away", f"{why}"))
    time.sleep(AWAY_SECONDS)
    os._exit(0)  # at once: calls of Ray's that wait for a head last long


def main() -> None:
    """Serve the process that has started this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_starter()
    client = Client(Connection(int(sys.argv[1])))
    try:
        if find_spec("ray") is None:
            raise ClusterError(sentence("no_ray"))
        address = wait_for_cluster(os.environ.get(RAY, "auto"), client)
        asyncio.run(drive(address, sys.argv[2], client))
    except ClusterError as error:
        end(client, error)


if __name__ == "__main__":
    main()
