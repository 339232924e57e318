"""The driver process: where the cluster is, whether it answers; and which code is one version."""

from __future__ import annotations

import asyncio
import shutil
import socket
import sys
from pathlib import Path

import pytest

from lib.training.cluster import __main__ as module
from lib.training.cluster import version
from lib.training.cluster.__main__ import address_of, answers, drive, wait_for_cluster
from lib.training.cluster.errors import ClusterError
from lib.training.messages import Event, Message


def test_the_address_of_a_cluster(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As it is set; with `auto` as Ray has it, in the environment before the file."""
    monkeypatch.setattr(module, "RUNNING_HERE", f"{tmp_path / 'current'}")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert address_of("head:6379") == address_of("ray://head:6379") == "head:6379"
    assert address_of("auto") == ""
    (tmp_path / "current").write_text("10.0.0.1:6379\n", "utf-8")
    assert address_of("auto") == "10.0.0.1:6379"
    monkeypatch.setenv("RAY_ADDRESS", "10.0.0.2:6379")
    assert address_of("auto") == "10.0.0.2:6379"


def test_whether_somebody_listens() -> None:
    """What is no address is nobody."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert answers(address)
    assert not answers(address)
    for nonsense in ("", "head", "127.0.0.1:", "127.0.0.1:port", "127.0.0.1:99999999"):
        assert not answers(nonsense)


class Told:
    """The client, as far as it is told why there is no cluster yet."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def send(self, message: Message) -> None:
        """Note it."""
        self.messages.append(message)


def test_a_cluster_is_waited_for_and_the_reason_is_said_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And again when it is another one."""
    there = iter([("", False), ("", False), ("head:1", False), ("head:1", False), ("head:1", True)])
    now = ["", False]

    def address(_: str) -> str:
        now[:] = next(there)
        return str(now[0])

    monkeypatch.setattr(module, "address_of", address)
    monkeypatch.setattr(module, "answers", lambda _: now[1])
    monkeypatch.setattr(module, "AWAY_SECONDS", 0)
    told = Told()
    assert wait_for_cluster("auto", told) == "head:1"  # type: ignore[arg-type]
    none, silent = told.messages
    assert isinstance(none, Event)
    assert none.text.startswith("none runs on this machine")
    assert silent == Event("away", "nobody answers at its address")


def test_a_ray_that_cannot_be_imported_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is missing, and the command that helps."""
    monkeypatch.setitem(sys.modules, "lib.training.cluster.on_ray", None)
    with pytest.raises(ClusterError, match=r"can't be imported: import of .* \(pip install -r"):
        asyncio.run(drive("127.0.0.1:1", "here", Told()))  # type: ignore[arg-type]


def test_a_version_is_all_code_and_words_but_the_pages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two servers may differ in those, and share a cluster."""
    root = tmp_path / "lib"
    shutil.copytree(version.ROOT / "results", root / "results")
    shutil.copytree(version.ROOT / "ui" / "present", root / "ui" / "present")
    monkeypatch.setattr(version, "ROOT", root)
    now = version.fingerprint.__wrapped__
    first = now()
    assert len(first) == version.DIGITS
    (root / "ui" / "present" / "talk.py").write_text("another")
    (root / "results" / "notes.txt").write_text("no code")
    assert now() == first
    found = {first}
    for path in (root / "results" / "replay.py", root / "results" / "words.toml"):
        with path.open("a") as file:
            file.write("# another")
        found.add(now())
    (root / "results" / "replay.py").rename(root / "results" / "other.py")
    found.add(now())
    assert len(found) == 4
    monkeypatch.setattr(version, "_PACKAGES", ("numpy",))
    assert now() not in found
