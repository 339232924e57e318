"""The cluster as Ray has it: the one place that imports ray, in a driver process or on a node.

Its actors are named and outlive who made them, so that every page server finds the same ones. A
node makes them of its own code: it has to have the same version of Unrolled.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from typing import Any

import psutil
import ray
from ray.exceptions import AuthenticationError, RayActorError, RayError, RayTaskError

from lib.training.cluster import actor, said
from lib.training.cluster.board import Board
from lib.training.cluster.errors import ClusterError, UnavailableError, UnusableError
from lib.training.cluster.slot import Slot, start_loop

NAMESPACE = "unrolled"
HEAD = {"node:__internal_head__": 0.001}
"""Where the board is: with the head all is gone anyway. Ray's own name for a place there."""
CALLS = 1000
"""Calls that an actor may have open: each page server waits for messages in one of each slot."""


def connect(address: str) -> Cluster:
    """Be a driver of the cluster at an address, HOST:PORT. Raises ClusterError.

    Token authentication is on unless the environment says something else.
    """
    if not any(process.info["name"] == "raylet" for process in psutil.process_iter(["name"])):
        raise ClusterError(said("no_node"))  # else Ray ends this process, without a word
    mode = os.environ.setdefault("RAY_AUTH_MODE", "token")
    # Ray has nodes look for code where its driver is; each is to take its own.
    os.chdir(tempfile.gettempdir())
    with _heard() as said_by_ray:
        try:
            ray.init(
                address,
                namespace=NAMESPACE,
                log_to_driver=False,
                logging_level=logging.ERROR,
                configure_logging=False,
            )
        except (Exception, SystemExit) as error:
            has_none = isinstance(error, AuthenticationError)
            if has_none or "InvalidAuthToken" in said_by_ray():
                what = "no_token" if has_none else "wrong_token"
                what = what if mode == "token" else "no_mode"
                raise ClusterError(said(what, mode=mode)) from None
            raise ClusterError(said("not_connected", why=_first_line(error))) from None
    return Cluster()


@contextlib.contextmanager
def _heard() -> Iterator[Any]:
    """What Ray's own code writes to stderr meanwhile, which is where it says why: a function."""
    with tempfile.TemporaryFile() as file:
        own = os.dup(2)
        os.dup2(file.fileno(), 2)

        def text() -> str:
            sys.stderr.flush()
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - 10_000))
            return file.read().decode(errors="replace")

        try:
            yield text
        finally:
            os.dup2(own, 2)
            os.close(own)


def _first_line(error: BaseException) -> str:
    return (f"{error}".splitlines() or [type(error).__name__])[0]


class SlotActor(Slot):
    """A slot on the node that Ray has chosen."""

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        node, leave = context.get_node_id(), partial(ray.kill, context.current_actor)
        cores = [n["Resources"].get("CPU", 1) for n in ray.nodes() if n["NodeID"] == node]
        super().__init__(start_loop(max(1, int(max(cores, default=1)))), leave=leave)


class RayActor:
    """An actor that is called by the name of a method."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What the method returns. Raises UnavailableError, and what the method raises."""
        try:
            called = getattr(self._handle, method).remote(*arguments)
            return await asyncio.wait_for(asyncio.wrap_future(called.future()), seconds)
        except TimeoutError:
            raise UnavailableError(said("silent")) from None
        except RayTaskError as error:
            raise error.as_instanceof_cause() from None
        except RayActorError as error:
            if "ModuleNotFoundError: " in f"{error}":
                raise UnusableError(said("no_code")) from None
            raise UnavailableError(said("ended")) from None
        except RayError as error:
            raise UnavailableError(said("ended")) from error


class Cluster:
    """The slots, one for each processor of the cluster, and the board."""

    def __init__(self) -> None:
        self._slots: dict[str, actor.Actor] = {}
        self.board: actor.Actor = _found(Board, "board", num_cpus=0, resources=HEAD)

    async def slots(self) -> dict[str, actor.Actor]:
        """By name; one more for each processor that has come. Raises ClusterError."""
        try:
            return await asyncio.to_thread(self._find_slots)
        except RayError as error:
            raise ClusterError(said("not_connected", why=_first_line(error))) from None

    def _find_slots(self) -> dict[str, actor.Actor]:
        alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        for place in range(sum(int(each.get("CPU", 0)) for each in alive)):
            name = f"slot-{place}"
            if name not in self._slots:
                spread = {"num_cpus": 1, "scheduling_strategy": "SPREAD"}
                self._slots[name] = _found(SlotActor, name, **spread)
        return dict(self._slots)


def _found(kind: type, name: str, **options: Any) -> actor.Actor:
    """The actor of that name; it is made where there is none, and outlives who made it."""
    usual = {"get_if_exists": True, "lifetime": "detached", "max_concurrency": CALLS}
    made: Any = ray.remote(kind).options(name=name, max_restarts=-1, **usual, **options)
    return RayActor(made.remote())
