"""The driver process: whether there is a cluster; and which code is one version."""

import asyncio
import re
import socket
import sys
from multiprocessing import Pipe
from types import SimpleNamespace

from lib.training.cluster import __main__ as module
from lib.training.cluster import slot
from lib.training.cluster.__main__ import drive, why_away
from lib.training.messages import Message, decode


def test_why_there_is_no_cluster(monkeypatch):
    """Ray may be missing, or its node here, or nobody listens at the address."""
    here = []
    processes = lambda _: [SimpleNamespace(info={"name": name}) for name in here]  # noqa: E731
    monkeypatch.setattr(module.psutil, "process_iter", processes)
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert "Ray isn't installed" in why_away("auto")
    monkeypatch.setattr(module, "find_spec", lambda _: "ray")
    assert "no Ray node runs on this machine" in why_away("auto")
    here.append("raylet")
    assert why_away("auto") == ""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        assert why_away(address) == ""
    for nobody in (address, "", "head", "127.0.0.1:port", "127.0.0.1:99999999"):
        assert why_away(nobody) == "nobody answers at its address"


def test_a_ray_that_cannot_be_imported_is_said(monkeypatch):
    """With what is missing, and the command that helps."""
    monkeypatch.setitem(sys.modules, "lib.training.cluster.on_ray", None)
    ended = []
    monkeypatch.setattr(module.os, "_exit", ended.append)
    ours, theirs = Pipe()
    asyncio.run(drive("127.0.0.1:1", theirs))
    event = decode(ours.recv_bytes(), Message)
    assert re.search(r"can't be imported: import of .* \(pip install -r", event.text)
    assert (event.kind, ended[0]) == ("failed", 0)


def test_a_version_is_all_code_and_words_but_the_pages(monkeypatch, tmp_path):
    """Two servers may differ in those, and share a cluster."""
    monkeypatch.setattr(slot, "LIB", tmp_path)
    found = []
    for name in ("a.py", "words.toml", "ui/page.py", "notes.txt", "b.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("new")
        found.append(slot.fingerprint.__wrapped__())
    assert found[1] == found[2] == found[3]
    monkeypatch.setattr(slot, "_PACKAGES", ("numpy",))
    found.append(slot.fingerprint.__wrapped__())
    assert len(set(found)) == 4
