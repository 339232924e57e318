"""What is said stays as it was, byte for byte."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.words.capture import HERE, PARTS


@pytest.mark.parametrize("part", list(PARTS))
def test_what_is_said_is_what_was_said(part: str) -> None:
    """Of every experiment, link, message and target in the record."""
    before = json.loads(gzip.decompress((HERE / f"{part}_said.json.gz").read_bytes()))
    now = dict(PARTS[part]())
    other = [key for key in before if now.get(key) != before[key]]
    for key in other[:3]:
        old, new = before[key].split("\n"), now.get(key, "").split("\n")
        pairs = [(a, b) for a, b in zip(old, new, strict=False) if a != b][:3]
        print(key, len(old), len(new), *pairs, sep="\n  ")
    assert not other, f"{len(other)} of {len(before)} differ"
    assert set(now) == set(before)
