"""Data that is no array of numbers: lists, text, sequences of different lengths; and how many.

What comes in a tf.data.Dataset or from a generator is in `tables/tf_datasets.toml`.
"""

from __future__ import annotations

import math
import re

from lib.errors.message import PAD, Explanation, Messages

MESSAGES = Messages("input_arrays")


@MESSAGES.computed(
    r"Data cardinality is ambiguous(?:.{0,200}?'?x'? sizes: (?P<x>\d+(?:, \d+){0,400}).{0,200}?"
    r"'?y'? sizes: (?P<y>\d+)(?:.{0,100}?'?sample_weight'? sizes: (?P<w>\d+))?)?",
    r"Input arrays should have the same number of samples as target arrays\. Found "
    r"(?P<x>\d+) input samples and (?P<y>\d+) target samples",
)
def _cardinality(match: re.Match[str]) -> Explanation:
    sizes, y, weights = (match["x"] or "").split(", "), match["y"], match.groupdict().get("w")
    if y and len(sizes) > 1 and str(len(sizes)) == y:
        return Explanation(
            f"x is a list of {y} arrays, which Keras takes for {y} inputs: each would have to have "
            f"y's {y} samples, and the first has {sizes[0]}.",
            "Make one array of the samples; pad those of different lengths first.",
            f"x = np.stack(x)  # (N, T, F)\n{PAD}",
        )
    if weights and sizes[0] == y != weights:
        return Explanation(
            f"x and y have {y} samples and sample_weight has {weights}. The first axis of all is "
            "the samples.",
            "Give a weight for each sample.",
            "sample_weight = np.ones(len(x))",
        )
    return Explanation(
        f"x has {sizes[0] or 'some'} samples and y has {y or 'others'}. The first axis of both is "
        "the samples.",
        "Cut x and y from the same windows, so that each sample has its target.",
        "assert len(x) == len(y)",
    )


@MESSAGES.computed(
    r"Failed to convert a NumPy array to a Tensor \(Unsupported object type (?:[\w.]{0,60}\.)?"
    r"(?!(?:list|ndarray|tuple|Series|int|float|bool|NoneType|Decimal)\))(?P<kind>\w{1,60})\)",
    r"Invalid dtype: (?:str\d{0,10}|string|(?P<dates>datetime64|timedelta64)|category|<U\d{1,10})",
    r"could not convert string to float|Cast string to float is not supported",
)
def _no_numbers(match: re.Match[str]) -> Explanation:
    parts = match.groupdict()
    what = "dates" if parts.get("dates") else f"a {parts['kind']}" if parts.get("kind") else "text"
    return Explanation(
        f"x or y holds {what}, and Keras takes numbers.",
        "Turn text into numbers: classes by number, words by their place in a vocabulary; dates "
        "into differences.",
        "classes, y = np.unique(y, return_inverse=True)  # text → class numbers\n"
        'x = table.drop(columns="date").to_numpy("float32")',
    )


@MESSAGES.computed(
    r"indices\[(?P<place>[\d,]{1,50})\] = (?P<index>-?\d+) is not in \[0, (?P<size>\d+)\)"
)
def _embedding(match: re.Match[str]) -> Explanation:
    return Explanation(
        f"The Embedding has {match['size']} rows, for the numbers 0 to {int(match['size']) - 1}, "
        f"and x holds {match['index']}.",
        "Count from 0, and give it one more than the largest number; 0 is often the padding.",
        f"Embedding({max(int(match['index']) + 1, 1)}, 16)  # int(x.max()) + 1",
    )


@MESSAGES.computed(r"OOM when allocating tensor with shape ?\[(?P<sizes>[\d,]{1,100})\]")
def _too_large(match: re.Match[str]) -> Explanation:
    numbers = math.prod(int(size) for size in match["sizes"].split(",") if size)
    return Explanation(
        f"The memory doesn't hold a tensor of [{match['sizes']}], {numbers * 4 / 1e6:,.0f} MB. A "
        "recurrent layer keeps several such for each timestep while it trains.",
        "Take smaller batches, shorter sequences or fewer units.",
        "model.fit(x, y, batch_size=8)",
    )
