"""The cluster as Ray has it: the one place that imports ray, in a driver process or on a node.

Its actors are named and outlive who made them, so that every page server finds the same ones. A
node makes them of its own code: it has to have the same version of Unrolled.
"""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from typing import Any

import ray
from ray.exceptions import AuthenticationError, RayActorError, RayError, RayTaskError

from lib.data import total_memory
from lib.training.cluster.link import Actor, ClusterError, UnavailableError, UnusableError
from lib.training.cluster.slot import Slot
from lib.training.sentences import sentence, short_reason

NAMESPACE = "unrolled"
CALLS = 1000
"""Calls that a slot may have open: each page server looks at each slot in one."""


def connect(address: str) -> Cluster:
    """Be a driver of the cluster at an address, HOST:PORT or "auto". Raises ClusterError.

    Token authentication is on unless the environment says something else.
    """
    mode = os.environ.setdefault("RAY_AUTH_MODE", "token")
    # Ray has nodes look for code where its driver is; each is to take its own.
    os.chdir(tempfile.gettempdir())
    try:
        ray.init(
            address,
            namespace=NAMESPACE,
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=False,
        )
    except AuthenticationError:
        raise ClusterError(sentence("no_token")) from None
    except ConnectionError:  # though somebody listens there; Ray writes why only to its log
        what = "wrong_token" if mode == "token" else "no_mode"
        raise ClusterError(sentence(what, mode=mode)) from None
    except (Exception, SystemExit) as error:
        raise ClusterError(sentence("not_connected", why=short_reason(error))) from None
    return Cluster()


class SlotActor(Slot):
    """A slot on the node that Ray has chosen."""

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        me, node = context.current_actor, context.get_node_id()
        cores = [n["Resources"].get("CPU", 1) for n in ray.nodes() if n["NodeID"] == node]
        share = total_memory() // max(1, int(max(cores, default=1)))
        super().__init__(share, leave=lambda: ray.kill(me))


class RayActor:
    """A slot, whose methods are called by name."""

    def __init__(self, handle: Any) -> None:
        self._handle = handle

    async def call(self, method: str, *arguments: Any, seconds: float = 5.0) -> Any:
        """What the method returns. Raises UnavailableError, and what the method raises."""
        try:
            called = getattr(self._handle, method).remote(*arguments)
            return await asyncio.wait_for(asyncio.wrap_future(called.future()), seconds)
        except TimeoutError:
            raise UnavailableError(sentence("slot_silent")) from None
        except RayTaskError as error:
            raise error.as_instanceof_cause() from None
        except RayError as error:
            if isinstance(error, RayActorError) and "ModuleNotFoundError: " in f"{error}":
                raise UnusableError(sentence("no_code")) from None
            raise UnavailableError(sentence("slot_gone")) from error


class Cluster:
    """The slots, one for each processor of the cluster."""

    def __init__(self) -> None:
        self._slots: dict[str, Actor] = {}

    async def slots(self) -> dict[str, Actor]:
        """By name; one more for each processor that has come. Raises ClusterError."""
        try:
            return await asyncio.to_thread(self._find_slots)
        except RayError as error:
            raise ClusterError(sentence("not_connected", why=short_reason(error))) from None

    def _find_slots(self) -> dict[str, Actor]:
        alive = [node["Resources"] for node in ray.nodes() if node["Alive"]]
        for place in range(sum(int(each.get("CPU", 0)) for each in alive)):
            name = f"slot-{place}"
            if name not in self._slots:
                # Named, it is found by all page servers; detached, it outlives who made it.
                made: Any = ray.remote(SlotActor).options(
                    name=name,
                    get_if_exists=True,
                    lifetime="detached",
                    max_restarts=-1,
                    max_concurrency=CALLS,
                    num_cpus=1,
                    scheduling_strategy="SPREAD",
                )
                self._slots[name] = RayActor(made.remote())
        return dict(self._slots)
