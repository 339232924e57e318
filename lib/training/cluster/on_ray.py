"""The cluster's Ray code. Drivers run it, and so do nodes, from their own copy of `lib`."""

import asyncio
import logging
import os
import tempfile
from functools import cache, partial
from typing import Any

import ray
from ray.exceptions import AuthenticationError, RayActorError, RayError, RayTaskError

from lib.data import total_memory
from lib.training.cluster.driver import Call, ClusterError, UnavailableError, UnusableError
from lib.training.cluster.slot import Slot
from lib.training.messages import sentence, short_reason


def connect(address: str) -> None:
    """Connect to the cluster at HOST:PORT, or "auto". Raises ClusterError with the reason."""
    os.environ.setdefault("RAY_AUTH_MODE", "token")
    # Nodes would import code from the driver's working directory instead of their own copy.
    os.chdir(tempfile.gettempdir())
    try:
        ray.init(
            address,
            namespace="unrolled",
            log_to_driver=False,
            logging_level=logging.ERROR,
            configure_logging=False,
        )
    except (AuthenticationError, ConnectionError):  # only Ray's log has the reason
        raise ClusterError(sentence("no_token")) from None
    except (Exception, SystemExit) as error:
        raise ClusterError(sentence("not_connected", why=short_reason(error))) from None


class SlotActor(Slot):
    """A slot as a Ray actor, on the node that Ray chose."""

    def __init__(self) -> None:
        context = ray.get_runtime_context()
        me, node = context.current_actor, context.get_node_id()
        cores = [n["Resources"].get("CPU", 1) for n in ray.nodes() if n["NodeID"] == node]
        share = total_memory() // max(1, int(max(cores, default=1)))
        super().__init__(share, leave=lambda: ray.kill(me))


async def _call(handle: Any, method: str, *arguments: Any, seconds: float) -> Any:
    """Call a slot's method. Raises UnavailableError if the slot fails, or the method's error."""
    try:
        called = getattr(handle, method).remote(*arguments)
        return await asyncio.wait_for(asyncio.wrap_future(called.future()), seconds)
    except TimeoutError:
        raise UnavailableError(sentence("slot_silent")) from None
    except RayTaskError as error:
        raise error.as_instanceof_cause() from None
    except RayError as error:
        if isinstance(error, RayActorError) and "ModuleNotFoundError: " in f"{error}":
            raise UnusableError(sentence("no_code")) from None
        raise UnavailableError(sentence("slot_gone")) from error


async def find_slots() -> dict[str, Call]:
    """Return all slots by name, one for each processor of the cluster."""
    nodes = [node for node in await asyncio.to_thread(ray.nodes) if node["Alive"]]
    count = sum(int(node["Resources"].get("CPU", 0)) for node in nodes)
    return {name: _slot(name) for name in (f"slot-{place}" for place in range(count))}


@cache
def _slot(name: str) -> Call:
    """Return the slot with this name. Create the slot if it doesn't exist."""
    actor: Any = ray.remote(SlotActor).options(
        name=name,
        get_if_exists=True,
        lifetime="detached",
        max_restarts=-1,
        max_concurrency=1000,  # calls; a page server has a few open
        num_cpus=1,
        scheduling_strategy="SPREAD",
    )
    return partial(_call, actor.remote())
