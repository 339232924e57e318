"""What is said stays as it was, byte for byte."""

from __future__ import annotations

import base64
import gzip
import json
import re

import pytest

from tests.words.capture import HERE, PARTS


def canonical(text: str) -> str:
    """The same, with attributes and styles in one order, and without what nobody sees."""
    text = re.sub(
        r"base64,([A-Za-z0-9+/=]+)",
        lambda m: (
            canonical(raw.decode()) if (raw := base64.b64decode(m[1])).startswith(b"<svg") else m[0]
        ),
        text,
    )
    text = re.sub(r'style="([^"]*)"', lambda m: ";".join(sorted(m[1].split(";"))), text)
    text = re.sub(
        r"<(\w+)([^<>]*)>", lambda m: f"{m[1]} {sorted(re.split(' (?=[a-z-]+=)', m[2]))}", text
    )
    return re.sub(r'"line":{},|"uirevision":"[^"]*",', "", text)


@pytest.mark.parametrize("part", list(PARTS))
def test_what_is_said_is_what_was_said(part: str) -> None:
    """Of every experiment, link, message and target in the record."""
    before = json.loads(gzip.decompress((HERE / f"{part}_said.json.gz").read_bytes()))
    now = dict(PARTS[part]())
    other = [key for key in before if canonical(now.get(key, "")) != canonical(before[key])]
    for key in other[:3]:
        old, new = canonical(before[key]), canonical(now.get(key, ""))
        at = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
        print(key, old[at - 60 : at + 120], new[at - 60 : at + 120], sep="\n  ")
    assert not other, f"{len(other)} of {len(before)} differ"
    assert set(now) == set(before)
