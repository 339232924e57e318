"""A real Ray cluster on this machine: a head with no processors, and nodes with one processor."""

import os
import warnings
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import psutil

from tests.waiting import eventually

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-of-the-tests-that-is-long-enough"  # noqa: S105  only tests use this token
MEMORY = 200_000_000  # bytes of a node's object store, which Unrolled doesn't use


class Nodes:
    """A cluster for tests, which starts Ray's own `Cluster`."""

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
        """Kill all processes of a node, as if its machine failed."""
        raylet = self.process(node, "raylet")
        for process in [*raylet.children(recursive=True), raylet]:
            process.kill()
        self._cluster.remove_node(node, allow_graceful=False)

    @staticmethod
    def process(node, name):
        """Return a node's process: "raylet", or the head's "gcs_server"."""
        return psutil.Process(node.all_processes[name][0].process.pid)

    def worker_of(self, node):
        """Return the training process that a node's slot has started."""
        children = self.process(node, "raylet").children(recursive=True)
        return next(each for each in children if "lib.training.worker" in each.cmdline())

    def close(self):
        """Stop all nodes."""
        with warnings.catch_warnings(action="ignore"):
            self._cluster.shutdown()


@contextmanager
def nodes(count, port=None):
    """Provide a cluster and its nodes. Clients in this process read its address and token."""
    variables = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": TOKEN, "PYTHONPATH": str(ROOT)}
    with patch.dict(os.environ, variables):
        cluster = Nodes(port)
        os.environ["UNROLLED_RAY"] = cluster.address
        try:
            yield cluster, [cluster.add() for _ in range(count)]
        finally:
            cluster.close()


def until(condition, seconds=120.0):
    """Wait until a condition is true."""
    assert eventually(condition, seconds)
