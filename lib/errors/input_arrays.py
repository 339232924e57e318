"""Data that is no array of numbers: lists, text, sequences of different lengths; and how many.

What comes in a tf.data.Dataset or from a generator is in `lib.errors.tf_datasets`.
"""

from __future__ import annotations

import math
import re

from lib.errors.message import PAD, Explanation, Message, Messages

MESSAGES = Messages()


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


MESSAGES.rows(
    Message(
        r"\(of type <class '(?P<kind>list|tuple)'>\)",
        "Keras takes a list for several inputs, not for an array, and x is a {kind}.",
        "Make an array of it; and of y, if that is one too.",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
        beside="Unrecognized data type: ",
    ),
    Message(
        r"\(of type <class '(?=[\w.]{0,100}(?:ndarray|[Tt]ensor|Frame|Series))"
        r"(?:[\w.]{0,100}\.)?(?P<kind>\w{1,100})'>\)",
        "Keras takes a list for several inputs, not for an array. The message names x, and x is "
        "fine, of the type {kind}: y, or sample_weight, is the list.",
        "Make an array of y, and of sample_weight if there is one.",
        "y = np.asarray(y)",
        beside="Unrecognized data type: ",
    ),
    Message(
        r"\(of type <class '(?P<kind>[\w.]{1,100})'>\)",
        "Keras can't read x, which is of the type {kind}.",
        "Make an array of it.",
        'x = np.asarray(x, dtype="float32")',
        beside="Unrecognized data type: ",
    ),
    Message(
        r"Unrecognized data type: \w+=",  # the type stands behind x, as long as that may be
        "Keras takes a list for several inputs, not for an array. The message names x, but y or "
        "sample_weight may be the list as well.",
        "Make arrays of all.",
        'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
    ),
    Message(
        r"Failed to convert a NumPy array to a Tensor \(Unsupported object type "
        r"(?:[\w.]{0,60}\.)?(?P<kind>list|ndarray|tuple|Series)\)",
        "The array holds Python objects of the type {kind}, not numbers: the sequences have "
        "different lengths.",
        "Pad them to one length, and mask the padding.",
        "{PAD}",
    ),
    Message(
        r"Failed to convert a NumPy array to a Tensor \(Unsupported object type "
        r"(?:[\w.]{0,60}\.)?(?P<kind>int|float|bool|NoneType|Decimal)\)",
        "The array holds Python objects, one of them of the type {kind}: numbers are mixed with "
        "None, with text or with sequences, so that NumPy could make no array of them.",
        "Turn them into numbers. If that fails there is a gap, text, or a sequence of another "
        "length among them.",
        'x = np.asarray(x).astype("float32")',
    ),
    Message(
        r"Invalid dtype: object|Failed to convert a NumPy array to a Tensor",
        "The array holds Python objects, not numbers. Either the sequences have different lengths; "
        "or numbers are mixed with None or text.",
        "Pad sequences to one length, and mask the padding; turn numbers into an array of them.",
        '{PAD}\nx = np.asarray(x).astype("float32")  # numbers, all of one length',
    ),
    Message(
        r"Can't convert non-rectangular Python sequence to Tensor",
        "The parts of a list have different shapes: they are sequences of different lengths; or x "
        "and y stand in one list, where from_tensor_slices takes a tuple.",
        "Pad sequences to one length, and mask the padding; put x and y into a tuple.",
        "{PAD}\ndataset = tf.data.Dataset.from_tensor_slices((x, y))",
    ),
    Message(
        r"setting an array element with a sequence|Failed to convert .{0,500}? to a Tensor",
        "The sequences have different lengths, so that they make no array of numbers.",
        "Pad them to one length, and mask the padding.",
        "{PAD}",
    ),
    Message(
        r"Cannot index into an inner ragged dimension|"
        r"RaggedTensor.{0,100}?(?:not supported|can't be converted)",
        "A recurrent layer got a ragged tensor, of sequences of different lengths, and takes one "
        "length for all.",
        "Fill it up, and let a Masking layer leave the filling out.",
        "x = ragged.to_tensor(0.0)  # (N, longest, F)\n"
        "keras.Sequential([keras.Input((None, features)), Masking(0.0), LSTM(units)])",
    ),
    Message(
        r"Shape of sample (?P<sample>\([\d, ]{0,50}\)) of sequence at position (?P<place>\d+) is "
        r"different from expected "
        r"shape (?P<others>\([\d, ]{0,50}\))",
        "pad_sequences wants the same shape of every step: in the sequence at {place} a step is "
        "{sample}, in others {others}.",
        "Give each sequence the shape (timesteps, features).",
        'x = [np.asarray(s, dtype="float32").reshape(-1, features) for s in sequences]\n'
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    ),
    Message(
        r"`sequences` must be a list of iterables",
        "pad_sequences takes a list of sequences, and got one sequence of numbers.",
        "Put it into a list.",
        'x = keras.utils.pad_sequences([sequence], padding="post", dtype="float32")',
    ),
    Message(
        r"cannot compute \w{1,50} as input #\d+\(zero-based\) was expected to be a "
        r"(?P<one>\w{1,20}) "
        r"tensor but is a (?P<other>\w{1,20}) tensor",
        "Numbers of the type {one} meet {other}: NumPy makes double, float64, and Keras works "
        "with float32.",
        "Give both the same type.",
        'x, y = x.astype("float32"), y.astype("float32")',
    ),
    Message(
        r"(?:^|ValueError: )None values not supported",
        "If it comes from fit, then y is missing, or is None, and the loss has nothing to compare.",
        "Give y, or a dataset of pairs.",
        "model.fit(x, y)",
    ),
)
