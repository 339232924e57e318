"""A cluster of this machine as benchmarks need it: where its nodes run, who is who, who is ready.

Linux alone says on which processors a process runs.
"""

import os
from contextlib import contextmanager

import psutil

from tests.bench.figures import until_rests
from tests.browser.server import command_of
from tests.faults.cluster import until

CORES = sorted(os.sched_getaffinity(0))
"""The processors that there are for all of this."""
READY_SECONDS = 180.0
"""Until all slots are there, and have imported TensorFlow."""


@contextmanager
def bound_to(core):
    """What is started meanwhile runs on this processor alone, and so does all that it starts."""
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES)


def add_pinned(cluster, count):
    """So many nodes of one slot, each on a processor of its own. Raises ValueError for too many."""
    if count > len(CORES):
        raise ValueError(f"{count} nodes need a processor each, and there are {len(CORES)}")
    there = []
    for core in CORES[:count]:
        with bound_to(core):
            there.append(cluster.add())
    return there


def slots(cluster, there):
    """The processes that train on these nodes."""
    return who(cluster, there)["slot"]


def who(cluster, there):
    """All processes of Ray's, of the head and of these nodes, by what they do.

    Of the nodes: `slot`, which is the slots' workers, their `actor`s, `raylet`, and their `agents`.
    Of the head its `gcs`, and all else as `head`.
    """
    found = {name: [] for name in ("slot", "actor", "raylet", "agents", "gcs", "head")}
    for node in there:
        raylet = cluster.process(node, "raylet")
        found["raylet"].append(raylet)
        for child in raylet.children(recursive=True):
            found[_role(child, "agents")].append(child)
    for name, infos in cluster.head.all_processes.items():
        for process in (psutil.Process(info.process.pid) for info in infos):
            found["gcs" if name == "gcs_server" else "head"].append(process)
            for child in process.children(recursive=True):
                found[_role(child, "head")].append(child)
    return found


def _role(process, otherwise):
    command = command_of(process)
    if "lib.training.worker" in command:
        return "slot"
    return "actor" if command.startswith("ray::SlotActor") else otherwise


def drivers(servers):
    """Those of page servers."""
    children = [child for server in servers for child in server.children()]
    return [child for child in children if "lib.training.cluster" in command_of(child)]


def wait_until_rested(cluster, there, count, patience):
    """The slots, when all so many are there, have imported TensorFlow, and do nothing more.

    `patience` in seconds is for the last of that. Somebody has to be connected: that makes slots.
    """
    until(lambda: len(slots(cluster, there)) == count, READY_SECONDS)
    found = slots(cluster, there)
    for slot in found:
        until_rests(lambda slot=slot: [slot], patience)
    return found
