"""Data that is no array of numbers: lists, text, sequences of different lengths; and how many.

What comes in a tf.data.Dataset or from a generator is in `tables/tf_datasets.toml`.
"""

from __future__ import annotations

import math
import re

from lib.errors.message import Explanation, Messages

MESSAGES = Messages("input_arrays")


@MESSAGES.computed(
    r"Data cardinality is ambiguous(?:.{0,200}?'?x'? sizes: (?P<x>\d+(?:, \d+){0,400}).{0,200}?"
    r"'?y'? sizes: (?P<y>\d+)(?:.{0,100}?'?sample_weight'? sizes: (?P<w>\d+))?)?",
    r"Input arrays should have the same number of samples as target arrays\. Found "
    r"(?P<x>\d+) input samples and (?P<y>\d+) target samples",
)
def _cardinality(match: re.Match[str]) -> Explanation:
    sizes, y, weights = (match["x"] or "").split(", "), match["y"], match.groupdict().get("w")
    row = "samples"
    if y and len(sizes) > 1 and str(len(sizes)) == y:
        row = "samples in a list"
    elif weights and sizes[0] == y != weights:
        row = "samples and weights"
    return MESSAGES.say(row, x=sizes[0], y=y, w=weights)


@MESSAGES.computed(
    r"Failed to convert a NumPy array to a Tensor \(Unsupported object type (?:[\w.]{0,60}\.)?"
    r"(?!(?:list|ndarray|tuple|Series|int|float|bool|NoneType|Decimal)\))(?P<kind>\w{1,60})\)",
    r"Invalid dtype: (?:str\d{0,10}|string|(?P<dates>datetime64|timedelta64)|category|<U\d{1,10})",
    r"could not convert string to float|Cast string to float is not supported",
)
def _no_numbers(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    what = "dates" if parts.get("dates") else f"a {parts['kind']}" if parts.get("kind") else "text"
    return MESSAGES.say("no numbers", what=what)


@MESSAGES.computed(
    r"indices\[(?P<place>[\d,]{1,50})\] = (?P<index>-?\d+) is not in \[0, (?P<size>\d+)\)"
)
def _embedding(match: re.Match[str]) -> Explanation:
    largest, needed = int(match["size"]) - 1, max(int(match["index"]) + 1, 1)
    return MESSAGES.say("embedding", match, largest=largest, needed=needed)


@MESSAGES.computed(r"OOM when allocating tensor with shape ?\[(?P<sizes>[\d,]{1,100})\]")
def _too_large(match: re.Match[str]) -> Explanation:
    numbers = math.prod(int(size) for size in match["sizes"].split(",") if size)
    return MESSAGES.say("too large", match, megabytes=f"{numbers * 4 / 1e6:,.0f}")
