"""A real Ray cluster on this machine: a head without processors, and nodes with one each."""

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psutil

from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-tests-that-is-long-enough"  # noqa: S105  of no other cluster
MEMORY = 200_000_000  # of a node's object store, which holds nothing of ours


class Nodes:
    """A cluster for tests, made with Ray's own class."""

    def __init__(self, port=None):
        with warnings.catch_warnings(action="ignore"):
            from ray.cluster_utils import Cluster

        self._cluster = Cluster()
        self.head = self.add(0, **({"gcs_server_port": port} if port else {}))
        self.address = self._cluster.address

    def add(self, cpus=1, **options):
        """Add a node with some processors."""
        options |= {"include_dashboard": False, "object_store_memory": MEMORY}
        return self._cluster.add_node(num_cpus=cpus, **options)

    def kill(self, node):
        """Kill all processes of a node at once, as if its machine were gone."""
        raylet = self.process(node, "raylet")
        for process in [*raylet.children(recursive=True), raylet]:
            process.kill()
        self._cluster.remove_node(node, allow_graceful=False)

    @staticmethod
    def process(node, name):
        """Return a node's process: "raylet", or the head's "gcs_server"."""
        return psutil.Process(node.all_processes[name][0].process.pid)

    def worker_of(self, node):
        """Return a node's training process, which its slot has started."""
        children = self.process(node, "raylet").children(recursive=True)
        return next(each for each in children if "lib.training.worker" in each.cmdline())

    def close(self):
        """Stop all nodes."""
        with warnings.catch_warnings(action="ignore"):
            self._cluster.shutdown()


@contextmanager
def nodes(count, port=None):
    """Provide a cluster that clients in this process find by the environment."""
    known = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    with patch.dict(os.environ, known):
        made = Nodes(port)
        os.environ["UNROLLED_RAY"] = made.address
        try:
            yield made, [made.add() for _ in range(count)]
        finally:
            made.close()


def until(true, seconds=120.0):
    """Wait until a condition is true."""
    assert eventually(true, seconds)
