"""Masks: which timesteps count, and masks whose shape or order a layer can't use."""

from __future__ import annotations

import re

from lib.errors.explanations import SHAPE, Explanation, Messages

MESSAGES = Messages()

_SEQUENCE = rf"sequences=tf\.Tensor\(shape=(?P<x>{SHAPE}).{{0,300}}? mask=tf\.Tensor\(shape="
_OTHER_STEPS = (
    r"(?:Tried to read from index \d+ but array size is: \d+|"
    r"Trying to access element \d+ in a list with \d+ elements|"
    r"Cannot unstack \d+ tensors into a TensorArray of static size \d+)"
)


@MESSAGES.add(rf"{_OTHER_STEPS}(?:.{{0,200}}? {_SEQUENCE}(?P<mask>{SHAPE}))?")
def _other_steps(found: re.Match[str]) -> Explanation | None:
    if not re.search(r"lstm|gru|rnn|mask=", found.string, re.IGNORECASE):
        return None
    x, mask = found["x"], found["mask"]
    shapes = f": the mask is {mask}, the sequence {x}" if x and mask else ""
    return Explanation(
        f"Most likely the mask has other timesteps than the sequence{shapes}. A mask is (N, T), "
        "true where a step counts.",
        "Make it of the sequences that go in; or let a Masking layer make it.",
        "mask = np.any(x != 0, axis=-1)  # (N, T)\nMasking(0.0)  # or in the model",
    )


@MESSAGES.add(rf"{_SEQUENCE}(?P<mask>{SHAPE})")
def _other_axes(found: re.Match[str]) -> Explanation | None:
    if not re.search("SelectV2|list assignment index out of range", found.string):
        return None
    return Explanation(
        f"A mask is (N, T), true where a step counts; this one, {found['mask']}, has another "
        f"number of axes. The sequence is {found['x']}.",
        "Bring it to one entry for each timestep.",
        "mask = np.any(x != 0, axis=-1)  # (N, T)",
    )


@MESSAGES.add(
    rf"`mask` passed to the `TimeDistributed` layer has a shape (?P<mask>{SHAPE}) that is "
    rf"incompatible with the input shape (?P<x>{SHAPE})",
    r"`mask` passed to the `TimeDistributed` layer must be at least 2D.{0,100}? with shape "
    rf"(?P<mask>{SHAPE})(?P<x>)",
    rf"should be passed a `mask` of shape (?P<x>{SHAPE}), received: mask\.shape=(?P<mask>{SHAPE})",
)
def _in_time_distributed(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"TimeDistributed takes a mask for the timesteps of what comes in, (N, T), and got "
        f"{found['mask']}{' for ' + found['x'] if found['x'] else ''}.",
        "Let the mask be made by a Masking or Embedding right below, or leave it out.",
        "mask = np.ones(x.shape[:2], bool)  # (N, T): all steps count",
    )


@MESSAGES.add(r"RNN mask that does not correspond to right-padded sequences")
def _padded_in_front(_: re.Match[str]) -> Explanation:
    return Explanation(
        "NVIDIA's kernels take masks with the padding at the end alone, and here it is in front, "
        "where pad_sequences puts it by default; or a sequence is empty.",
        "Pad at the end; or do without these kernels.",
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")\n'
        "LSTM(units, use_cudnn=False)",
    )


@MESSAGES.add(r"Layer (\S{1,200}) does not support masking, but was passed an input_mask")
def _unsupported(found: re.Match[str]) -> Explanation:
    return Explanation(
        f"{found[1]} gets a mask from below, of a Masking layer or of an Embedding with "
        "mask_zero=True, and can't use one. Keras today drops it there.",
        "Let a recurrent layer that returns its last step use the mask up before.",
        "LSTM(units, return_sequences=False)  # below the layer without masks",
    )
