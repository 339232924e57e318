"""Data that is no array of numbers: lists, text, sequences of different lengths; and how many.

What comes in a tf.data.Dataset or from a generator is in `lib.errors.datasets`.
"""

from __future__ import annotations

import math
import re

from lib.errors.explanations import Explanation, Messages

MESSAGES = Messages()

_PAD = 'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")'


@MESSAGES.add(
    # Between the two stands x itself, as long as it may be; of a beginning no type is known.
    r"\(of type <class '(?P<type>[\w.]{1,100})'>\)",
    r"Unrecognized data type: \w+=(?P<type>)",
)
def _lists(found: re.Match[str]) -> Explanation | None:
    if "Unrecognized data type: " not in found.string:
        return None
    kind = found["type"]
    start = "Keras takes a list for several inputs, not for an array"
    if not kind:
        return Explanation(
            f"{start}. The message names x, but y or sample_weight may be the list as well.",
            "Make arrays of all.",
            'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
        )
    if kind in ("list", "tuple"):
        return Explanation(
            f"{start}, and x is a {kind}.",
            "Make an array of it; and of y, if that is one too.",
            'x, y = np.asarray(x, dtype="float32"), np.asarray(y)',
        )
    if re.search(r"ndarray|[Tt]ensor|Frame|Series", kind):
        return Explanation(
            f"{start}. The message names x, and x is fine, of the type {kind.split('.')[-1]}: y, "
            "or sample_weight, is the list.",
            "Make an array of y, and of sample_weight if there is one.",
            "y = np.asarray(y)",
        )
    return Explanation(
        f"Keras can't read x, which is of the type {kind}.",
        "Make an array of it.",
        'x = np.asarray(x, dtype="float32")',
    )


@MESSAGES.add(
    r"Data cardinality is ambiguous(?:.{0,200}?'?x'? sizes: (?P<x>\d+(?:, \d+){0,400}).{0,200}?"
    r"'?y'? sizes: (?P<y>\d+)(?:.{0,100}?'?sample_weight'? sizes: (?P<w>\d+))?)?",
    r"Input arrays should have the same number of samples as target arrays\. Found "
    r"(?P<x>\d+) input samples and (?P<y>\d+) target samples",
)
def _cardinality(found: re.Match[str]) -> Explanation:
    sizes, y, weights = (found["x"] or "").split(", "), found["y"], found.groupdict().get("w")
    if y and len(sizes) > 1 and str(len(sizes)) == y:
        return Explanation(
            f"x is a list of {y} arrays, which Keras takes for {y} inputs: each would have to have "
            f"y's {y} samples, and the first has {sizes[0]}.",
            "Make one array of the samples; pad those of different lengths first.",
            f"x = np.stack(x)  # (N, T, F)\n{_PAD}",
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


@MESSAGES.add(
    r"Failed to convert a NumPy array to a Tensor "
    r"\(Unsupported object type (?P<kind>[\w.]{1,60})\)",
)
def _objects(found: re.Match[str]) -> Explanation:
    kind = found["kind"].split(".")[-1]
    if kind in ("list", "ndarray", "tuple", "Series"):
        return Explanation(
            f"The array holds Python objects of the type {kind}, not numbers: the sequences have "
            "different lengths.",
            "Pad them to one length, and mask the padding.",
            _PAD,
        )
    if kind in ("int", "float", "bool", "NoneType", "Decimal"):
        return Explanation(
            f"The array holds Python objects, one of them of the type {kind}: numbers are mixed "
            "with None, with text or with sequences, so that NumPy could make no array of them.",
            "Turn them into numbers. If that fails there is a gap, text, or a sequence of another "
            "length among them.",
            'x = np.asarray(x).astype("float32")',
        )
    return _text(f"a {kind}")


@MESSAGES.add(r"Invalid dtype: object", r"Failed to convert a NumPy array to a Tensor")
def _of_objects(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The array holds Python objects, not numbers. Either the sequences have different lengths; "
        "or numbers are mixed with None or text.",
        "Pad sequences to one length, and mask the padding; turn numbers into an array of them.",
        f'{_PAD}\nx = np.asarray(x).astype("float32")  # numbers, all of one length',
    )


@MESSAGES.add(
    r"Invalid dtype: (str\d{0,10}|string|datetime64|timedelta64|category)",
    r"Invalid dtype: (<U\d{1,10})",
    r"could not convert (string) to float",
    r"Cast string to (float) is not supported",
)
def _no_numbers(found: re.Match[str]) -> Explanation:
    return _text("dates" if "64" in found[1] else "text")


def _text(what: str) -> Explanation:
    return Explanation(
        f"x or y holds {what}, and Keras takes numbers.",
        "Turn text into numbers: classes by number, words by their place in a vocabulary; dates "
        "into differences.",
        "classes, y = np.unique(y, return_inverse=True)  # text → class numbers\n"
        'x = table.drop(columns="date").to_numpy("float32")',
    )


@MESSAGES.add(r"Can't convert non-rectangular Python sequence to Tensor")
def _unequal_parts(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The parts of a list have different shapes: they are sequences of different lengths; or x "
        "and y stand in one list, where from_tensor_slices takes a tuple.",
        "Pad sequences to one length, and mask the padding; put x and y into a tuple.",
        f"{_PAD}\ndataset = tf.data.Dataset.from_tensor_slices((x, y))",
    )


@MESSAGES.add(
    r"setting an array element with a sequence",
    r"Failed to convert .{0,500}? to a Tensor",
)
def _ragged(_: re.Match[str]) -> Explanation:
    return Explanation(
        "The sequences have different lengths, so that they make no array of numbers.",
        "Pad them to one length, and mask the padding.",
        _PAD,
    )


@MESSAGES.add(
    r"Cannot index into an inner ragged dimension",
    r"RaggedTensor.{0,100}?(?:not supported|can't be converted)",
)
def _ragged_tensor(_: re.Match[str]) -> Explanation:
    return Explanation(
        "A recurrent layer got a ragged tensor, of sequences of different lengths, and takes one "
        "length for all.",
        "Fill it up, and let a Masking layer leave the filling out.",
        "x = ragged.to_tensor(0.0)  # (N, longest, F)\n"
        "keras.Sequential([keras.Input((None, features)), Masking(0.0), LSTM(units)])",
    )


@MESSAGES.add(
    r"Shape of sample (\([\d, ]{0,50}\)) of sequence at position (\d+) is different from expected "
    r"shape (\([\d, ]{0,50}\))"
)
def _padded_samples(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"pad_sequences wants the same shape of every step: in the sequence at {found[2]} a step "
        f"is {found[1]}, in others {found[3]}.",
        "Give each sequence the shape (timesteps, features).",
        'x = [np.asarray(s, dtype="float32").reshape(-1, features) for s in sequences]\n'
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    )


@MESSAGES.add(r"`sequences` must be a list of iterables")
def _padded_numbers(_: re.Match[str]) -> Explanation:
    return Explanation(
        "pad_sequences takes a list of sequences, and got one sequence of numbers.",
        "Put it into a list.",
        'x = keras.utils.pad_sequences([sequence], padding="post", dtype="float32")',
    )


@MESSAGES.add(
    r"indices\[(?P<place>[\d,]{1,50})\] = (?P<index>-?\d+) is not in \[0, (?P<size>\d+)\)"
)
def _embedding(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"The Embedding has {found['size']} rows, for the numbers 0 to {int(found['size']) - 1}, "
        f"and x holds {found['index']}.",
        "Count from 0, and give it one more than the largest number; 0 is often the padding.",
        f"Embedding({max(int(found['index']) + 1, 1)}, 16)  # int(x.max()) + 1",
    )


@MESSAGES.add(
    r"cannot compute \w{1,50} as input #\d+\(zero-based\) was expected to be a (?P<one>\w{1,20}) "
    r"tensor but is a (?P<other>\w{1,20}) tensor"
)
def _other_type(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"Numbers of the type {found['one']} meet {found['other']}: NumPy makes double, float64, "
        "and Keras works with float32.",
        "Give both the same type.",
        'x, y = x.astype("float32"), y.astype("float32")',
    )


@MESSAGES.add(r"(?:^|ValueError: )None values not supported")
def _no_target(_: re.Match[str]) -> Explanation:
    return Explanation(
        "If it comes from fit, then y is missing, or is None, and the loss has nothing to compare.",
        "Give y, or a dataset of pairs.",
        "model.fit(x, y)",
    )


@MESSAGES.add(r"OOM when allocating tensor with shape ?\[([\d,]{1,100})\]")
def _too_large(found: re.Match[str]) -> Explanation:
    numbers = math.prod(int(size) for size in found[1].split(",") if size)
    return Explanation(
        f"The memory doesn't hold a tensor of [{found[1]}], {numbers * 4 / 1e6:,.0f} MB. A "
        "recurrent layer keeps several such for each timestep while it trains.",
        "Take smaller batches, shorter sequences or fewer units.",
        "model.fit(x, y, batch_size=8)",
    )
