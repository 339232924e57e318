"""Which version of Unrolled trains: nodes of two versions may not share runs."""

from functools import cache
from hashlib import sha256
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).parents[2]
DIGITS = 8
_PACKAGES = ("keras", "tensorflow", "tensorflow-cpu", "numpy", "msgspec")


@cache
def fingerprint() -> str:
    """Of all code and words that training and messages are made of, and of what they build on.

    Pages are left out: two of these may differ, and share a cluster.
    """
    found = sha256()
    for path in sorted(ROOT.rglob("*")):
        part = path.relative_to(ROOT)
        if path.suffix in (".py", ".toml") and part.parts[0] != "ui":
            found.update(f"{part.as_posix()}\n".encode() + path.read_bytes())
    there = {each for each in _PACKAGES if any(metadata.distributions(name=each))}
    found.update(repr([(name, metadata.version(name)) for name in sorted(there)]).encode())
    return found.hexdigest()[:DIGITS]
