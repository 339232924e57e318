"""Masks: which timesteps count, and masks whose shape or order a layer can't use."""

from __future__ import annotations

from lib.errors.message import Message, Messages, a_shape

MESSAGES = Messages()

_SEQUENCE = rf"sequences=tf\.Tensor\(shape={a_shape('x')}.{{0,300}}? mask=tf\.Tensor\(shape="
_OTHER_STEPS = (
    r"(?:Tried to read from index \d+ but array size is: \d+|"
    r"Trying to access element \d+ in a list with \d+ elements|"
    r"Cannot unstack \d+ tensors into a TensorArray of static size \d+)"
)


MESSAGES.rows(
    Message(
        rf"{_OTHER_STEPS}(?:.{{0,200}}? {_SEQUENCE}{a_shape('mask')})?",
        "Most likely the mask has other timesteps than the sequence{shapes}. A mask is (N, T), "
        "true where a step counts.",
        "Make it of the sequences that go in; or let a Masking layer make it.",
        "mask = np.any(x != 0, axis=-1)  # (N, T)\nMasking(0.0)  # or in the model",
        clauses={"shapes": ": the mask is {mask}, the sequence {x}"},
        beside="(?i:lstm|gru|rnn|mask=)",
    ),
    Message(
        rf"{_SEQUENCE}{a_shape('mask')}",
        "A mask is (N, T), true where a step counts; this one, {mask}, has another number of axes. "
        "The sequence is {x}.",
        "Bring it to one entry for each timestep.",
        "mask = np.any(x != 0, axis=-1)  # (N, T)",
        beside="SelectV2|list assignment index out of range",
    ),
    Message(
        (
            rf"`mask` passed to the `TimeDistributed` layer has a shape {a_shape('mask')} that is "
            rf"incompatible with the input shape {a_shape('x')}",
            r"`mask` passed to the `TimeDistributed` layer must be at least 2D.{0,100}? with shape "
            rf"{a_shape('mask')}",
            rf"should be passed a `mask` of shape {a_shape('x')}, received: "
            rf"mask\.shape={a_shape('mask')}",
        ),
        "TimeDistributed takes a mask for the timesteps of what comes in, (N, T), and got "
        "{mask}{sequence}.",
        "Let the mask be made by a Masking or Embedding right below, or leave it out.",
        "mask = np.ones(x.shape[:2], bool)  # (N, T): all steps count",
        clauses={"sequence": " for {x}"},
    ),
    Message(
        r"RNN mask that does not correspond to right-padded sequences",
        "NVIDIA's kernels take masks with the padding at the end alone, and here it is in front, "
        "where pad_sequences puts it by default; or a sequence is empty.",
        "Pad at the end; or do without these kernels.",
        'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")\n'
        "LSTM(units, use_cudnn=False)",
    ),
    Message(
        r"Layer (?P<layer>\S{1,200}) does not support masking, but was passed an input_mask",
        "{layer} gets a mask from below, of a Masking layer or of an Embedding with "
        "mask_zero=True, and can't use one. Keras today drops it there.",
        "Let a recurrent layer that returns its last step use the mask up before.",
        "LSTM(units, return_sequences=False)  # below the layer without masks",
    ),
)
