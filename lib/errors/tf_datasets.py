"""Data that comes in a tf.data.Dataset, or from a generator."""

from __future__ import annotations

from lib.errors.message import Message, Messages

MESSAGES = Messages()


MESSAGES.rows(
    Message(
        r"Cannot (?:batch tensors with different shapes in component \d+|add tensor to the "
        r"batch)\W{1,5}(?:First element had shape (?P<one>\[[\d,]{0,50}\]) and element \d+ had "
        r"shape (?P<other>\[[\d,]{0,50}\]))?",
        "A batch is to be made of sequences of different lengths{shapes}.",
        "Let the dataset pad each batch, and a Masking layer leave the padding out; timesteps are "
        "open in the Input.",
        "dataset = dataset.padded_batch(32)\n"
        "keras.Sequential([keras.Input((None, features)), Masking(0.0), LSTM(units)])",
        clauses={"shapes": ", {one} and {other}"},
    ),
    Message(
        r"_NestedVariant|_VariantDataset",
        "Dataset.window gives datasets of their own, one for each window, and no tensors.",
        "Batch each window by its length.",
        "dataset = dataset.window(timesteps, shift=1, drop_remainder=True)\n"
        "dataset = dataset.flat_map(lambda window: window.batch(timesteps)).batch(32)",
    ),
    Message(
        r"as_list\(\) is not defined on an unknown TensorShape|"
        r"Cannot take the length of [Ss]hape with unknown rank|"
        r"Input tensor .{0,200}? has unknown rank",
        "The tensors of the dataset have no shape: from_generator wasn't told one, or a "
        "py_function lost it.",
        "Say it, with None for what is open.",
        "signature = (tf.TensorSpec((None, timesteps, features)), tf.TensorSpec((None, 1)))\n"
        "dataset = tf.data.Dataset.from_generator(generate, output_signature=signature)\n"
        "x.set_shape((timesteps, features))  # after a py_function",
    ),
    Message(
        r"`y` (?:argument is not supported when using|should not be passed)",
        "A dataset or generator brings x and y together, and y was given beside it.",
        "Put y into the dataset.",
        "dataset = tf.data.Dataset.from_tensor_slices((x, y)).batch(32)\nmodel.fit(dataset)",
    ),
    Message(
        r"generator must return a tuple, either \(input,\)",
        "The generator gave x alone.",
        "Let it give pairs of a batch of x and a batch of y.",
        "def generate():\n    yield x, y  # (N, T, F) and (N, K)",
    ),
    Message(
        r"Dimensions (?P<x>\d+) and (?P<y>\d+) are not compatible",
        "If it comes from from_tensor_slices: x has {x} samples and y has {y}.",
        "Cut x and y from the same windows, so that each sample has its target.",
        "assert len(x) == len(y)",
    ),
)
