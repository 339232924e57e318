"""The driver process: `python -m lib.training.cluster CONNECTION`, started by `worker_process`."""

import asyncio
import os
import signal
import socket
import sys
import threading
from importlib.util import find_spec
from multiprocessing.connection import Connection

import psutil

from lib.training.cluster.driver import ClusterError, Driver
from lib.training.machine import RAY
from lib.training.messages import Event, encode, sentence


def why_unusable(address: str) -> str:
    """Return why the cluster at HOST:PORT, or this machine's ("auto"), can't be used; else ""."""
    if find_spec("ray") is None:
        return sentence("no_ray")
    if not any(process.info["name"] == "raylet" for process in psutil.process_iter(["name"])):
        return sentence("no_node")  # without a node, Ray would end this process silently
    if address == "auto":
        return ""
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=2):
            return ""
    except (OSError, ValueError):
        return sentence("unreachable")


def read(client: Connection, loop: asyncio.AbstractEventLoop, driver: Driver) -> None:
    """Pass the client's commands to the driver's event loop until the client disconnects."""
    while True:
        try:
            data = client.recv_bytes()
        except (EOFError, OSError):
            os._exit(0)
        loop.call_soon_threadsafe(driver.take, data)


def give_up(client: Connection, why: str) -> None:
    """Send the client the reason, and exit. The client starts another driver later."""
    client.send_bytes(encode(Event("failed", why)))
    os._exit(0)  # exit at once: Ray's calls may wait a long time for the head


async def drive(address: str, client: Connection) -> None:
    """Serve the client until the cluster can't be used, then send the reason."""
    os.environ.setdefault("RAY_NUM_REDIS_GET_RETRIES", "4")  # seconds until Ray gives up
    try:
        from lib.training.cluster import on_ray  # noqa: PLC0415  Ray reads the variable just set

        on_ray.connect(address)
        driver = Driver(on_ray.find_slots, client.send_bytes)
        arguments = client, asyncio.get_running_loop(), driver
        threading.Thread(target=read, args=arguments, daemon=True).start()
        await driver.run()
    except* ClusterError as group:
        give_up(client, f"{group.exceptions[0]}")
    os._exit(1)


if __name__ == "__main__":  # the client restarts this process when it ends
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    page_server, head = Connection(int(sys.argv[1])), os.environ.get(RAY, "auto")
    if reason := why_unusable(head):
        give_up(page_server, reason)
    asyncio.run(drive(head, page_server))
