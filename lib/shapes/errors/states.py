"""Messages about masks, states and stateful layers."""

import re

from lib.shapes.doctor.fixes import LAST_STEP
from lib.shapes.errors import remedies
from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import RECURRENT, Found, pasted_sizes
from lib.shapes.output import Shape
from lib.shapes.remedy import Remedy

STATE_OF_3_AXES = r'states=\(?\[?"?tf\.Tensor\(shape=(?P<state>\(\w+, \w+, \w+\))'
AND_STATES = Remedy(
    "the previous layer has return_state=True (it returns its output and its states)",
    "Unpack the tensors and pass on the output. Pass states as initial_state.",
    "out, *states = LSTM(units, return_state=True)(x)\ny = Dense(1)(out)",
)
DIRECTIONS = Remedy(
    "the previous layer is Bidirectional with merge_mode=None (it returns two tensors)",
    "Remove merge_mode.",
    "Bidirectional(LSTM(units, return_sequences=True))",
)


def features_or_units(found: Found) -> Explanation:
    """Explain that a kernel doesn't fit the features, or initial states don't fit the units."""
    received, expected = found["got"], found["want"]
    # Wrong states and wrong features raise the same message.
    x, state = shapes_of_a_step(found.whole)
    only_state_has_size = state[-1:] == (int(received),) and state[-1:] != x[-1:]
    if "MatMul_1" in found.match[0] or only_state_has_size:
        return explained(
            f"The layer has {expected} units but starts from states of {received} units.",
            fix="Give the encoder and the decoder the same number of units.",
            code=remedies.DECODER.replace("units", received),
        )
    happened = f"A kernel was built for {expected} features but received {received}."
    return explained(happened, remedies.OTHER_FEATURES, remedies.SWAPPED)


def shapes_of_a_step(text: str) -> tuple[Shape, Shape]:
    """Return the shapes of a cell's input and first state; both () if the text lacks one."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]*\))"
    found = re.search(rf'(?:inputs|sequence)={tensor}.*? states=\(?\[?"?{tensor}', text)
    return (pasted_sizes(found[1]), pasted_sizes(found[2])) if found else ((), ())


def batches(found: Found, one: Shape, other: Shape) -> Explanation:
    """Explain that two tensors have different numbers of samples."""
    x, state = shapes_of_a_step(found.whole)
    if x[:1] == one[:1] and state[:1] == other[:1]:
        return explained(
            f"The layer received {one[0]} samples but states of {other[0]} samples.",
            fix="Start from the states of the same samples: each sample needs its own state.",
            code=remedies.DECODER,
        )
    small, full = sorted((one[0] or 0, other[0] or 0))
    return explained(
        f"A batch of {small} samples reached a layer or tensor built for {full}.",
        *(remedies.SHORT_BATCH, remedies.OTHER_BATCH, remedies.FOLDED),
        words={"full": full},
        check="print(len(x) % {full}, model.input_shape)",
    )


def several_tensors(found: Found) -> Explanation:
    """Explain that a layer received several tensors: an output with states, or two directions."""
    count, kind = int(found["got"]), RECURRENT.get(found.kind, "")
    previous = {2: "gru", 3: "lstm"}.get(count)
    layer = "dense" if found.kind == "dense" else kind
    return explained(
        f"{found['layer'] or 'The layer'} takes one tensor but received {count}.",
        *([AND_STATES, DIRECTIONS] if count == 2 else [AND_STATES]),
        words={"states": "states" if kind else ""},
        check="print([each.shape for each in x])",
        stack=f"input~{previous}_state~{layer}" if previous and layer else "",
    )


MESSAGES = [
    Message(
        r"(?:SelectV2|list assignment|Tried to read|access element|Cannot unstack).*?sequences="
        rf"tf\.Tensor\(shape={shape('x')}.*?mask=tf\.Tensor\(shape={shape('mask')}",
        r"Tried to read from index|access element \d+ in a list with|Cannot unstack \d+ tensors",
        rf"mask. passed to the .*? has a shape {shape('mask')} .*?input shape {shape('x')}",
        rf"should be passed a .mask. of shape {shape('x')}, received: mask\.shape={shape('mask')}",
        cause="A mask has the shape (samples, timesteps). Most likely its axes or timesteps don't "
        "match the sequence. The mask is {mask}, and the sequence is {x}.",
        fix="Compute the mask from x, or add a Masking layer.",
        code="mask = np.any(x != 0, axis=-1)\nMasking(0.0)  # or in the model",
    ),
    Message(
        r"correspond to right-padded|MIOpen only supports packed|cudnnSetRNNDataD|Failed to call "
        r"ThenRnnForward|Fail to find the dnn implementation|CUDNN_STATUS_\w+",
        cause="A GPU kernel (cuDNN or MIOpen) failed. These kernels mask padding only at the end.",
        remedies=[
            Remedy(
                "a sequence is padded at the start (pad_sequences's default) or fully masked",
                "Pad at the end and drop empty sequences, or turn off cuDNN.",
                f"{remedies.PAD}\n# or:\nLSTM(units, use_cudnn=False)",
            ),
            Remedy("the GPU's memory is full", "Free memory.", "LSTM(units, use_cudnn=False)"),
        ],
    ),
    Message(
        r'Masking is not supported for CuDNN|No OpKernel was registered to support Op "Cudnn',
        cause="CuDNNLSTM and CuDNNGRU run only on a GPU and take no mask.",
        fix="Use LSTM or GRU, which use cuDNN if possible.",
        code="LSTM(units)",
    ),
    Message(
        r"The .mask. must be broadcastable to .inputs."
        rf"(?:.*?inputs\.shape={shape('x')}, mask\.shape={shape('mask')})?",
        cause="The layer Softmax takes a mask with the axes of its input. Most likely it received "
        "the mask of the timesteps, from Masking or mask_zero=True. The mask is {mask}, and the "
        "input is {x}.",
        fix="Use Activation: it needs no mask, and passes the mask on to the loss.",
        code='Activation("softmax")  # in place of Softmax()',
    ),
    Message(
        r"Layer (?P<layer>\S+) does not support masking",
        cause="{layer} receives a mask, from Masking or mask_zero=True, but doesn't support masks.",
        fix="Put a recurrent layer before it that returns only its last step. The mask ends there.",
        code=f"{LAST_STEP}  # the layer before",
    ),
    Message(
        r'Layer "(?P<layer>\S+)" \(of type (?P<kind>\w+)\) was passed an input with a mask',
        cause="{layer}, a {kind}, drops the mask. So the loss and the accuracy count the padding.",
        fix="Use a layer that passes the mask on, or give the padding a weight of 0.",
        code='model.compile("adam", "mse", weighted_metrics=["accuracy"])\n'
        "model.fit(x, y, sample_weight=real)  # (samples, timesteps), 0 at the padding",
    ),
    Message(
        rf'must be equal, but are {number("got")} and {number("want")} for "[^"]*?MatMul_1\b',
        explain=features_or_units,
    ),
    Message(
        rf"Too few leaves for PyTreeSpec; expected: {number('got')}, got: {number('kept')}",
        rf"Layer has {number('kept')} states but was passed {number('got')} initial states",
        r"initial_state.{1,2}was passed that is not compatible(?:.*?state_spec.=(?P<got>.*?); "
        r"however .cell\.state_size. is (?P<kept>\[.*?\]))?",
        r"calling (?P<layer>\w+)\.call\(\)\.? list index out of range",
        rf"calling (?P<cell>\w+)Cell\.call\(\)(?:(?!calling \w).)*?{STATE_OF_3_AXES}",
        cause="The states are {got} but should be {kept}. The {cell} starts from "
        "{state}, a whole sequence. If a recurrent layer raised this, its states don't fit: an "
        "LSTM starts from two, a GRU from one, Bidirectional from twice as many.",
        fix="Pass only the states, without the output, of a layer of the same kind and units.",
        code=remedies.DECODER,
    ),
    Message(
        rf"Expected to see 1 array.*?following list of {number('got')}",
        r'ayer "?(?:sequential|model|functional)(?:_\d+)?"? expects 1 input(?:\(s\)|s)?,? but it '
        rf"received {number('got')}",
        cause="The model takes one array but received a list, read as {got} inputs.",
        fix="Stack the list into one array. Pad sequences of different lengths first.",
        code=f"x = np.stack(x)\n{remedies.PAD}",
    ),
    Message(
        rf'(?:ayer "?{word("layer")}"? )?expects 1 input(?:\(s\)|s)?,? but it received '
        rf"{number('got')}",
        explain=several_tensors,
    ),
    Message(
        r"should have a single output tensor|axis -1 is out of bounds for .*? dimension 0",
        r"Output with path .1. is not connected|Dimension \d+ in both shapes must be equal, but",
        r'Shapes must be equal rank, but are \d+ and \d+\b(?! for "\W*node compile_loss)',
        r'Cannot convert "(?:\(\(|$)|"(?:list|tuple)" object has no .*? "(?:shape|rank|ndim)"',
        r'slices, not tup|sequence by non-int of type "list"',
        cause="Most likely a layer received a list, from return_state=True or merge_mode=None.",
        fix="Unpack the list in a functional model, or remove return_state.",
        code="out, *states = LSTM(units, return_state=True)(x)\ny = Dense(1)(out)",
    ),
    Message(
        r"Iterating over a symbolic KerasTensor is not supported|^list index out of range$",
        rf"(?:too many|not enough) values to unpack \(expected {number('names')}"
        rf"(?:, got {number('got')})?\)",
        cause="Expected {names} values to unpack, received {got}. If a recurrent layer with "
        "return_state=True returned the tensors: LSTM returns 3, GRU 2, Bidirectional 5 or 3.",
        fix="Set return_state=True, unpack the states into a list, and start from all states.",
        code=remedies.DECODER,
        confidence="possible",
    ),
    Message(
        r"batch size must be static|If an? RNN is stateful, (?:it needs to|a complete)",
        cause="A stateful layer keeps one state for each sample, so it needs a fixed batch size.",
        fix="Set the batch size in the Input.",
        code="keras.Input(batch_shape=(32, *x.shape[1:]))",
        stack="input~lstm_stateful",
    ),
    Message(
        r"same as the batch size of the initial state"
        rf"(?:\W+Expected.*?{number('full')}\W+Received.*?{number('size')})?",
        rf"Specified a list with shape \[{number('full')}(?P<rest>(?:,\d+)*)\] from.*?"
        rf"\[{number('size')}(?P=rest)\]",
        rf"enters the loop with shape \({number('full')}(?P<rest>(?:, \d+)*)\), but.*?"
        r"\(None(?P=rest)\) after",
        rf"can be divided by the batch size(?: \({number('full')}\))?"
        rf"(?:\. Found: {number('samples')} samples)?",
        rf"Invalid input_[hc] shape: \[\d+,{number('full')},\d+\] \[\d+,{number('size')},\d+\]",
        cause="The layer is stateful, built for batches of {full}. It received a batch of {size}. "
        "{samples} samples don't fill whole batches. Often the last batch is shorter.",
        fix="Pass fit, evaluate and predict whole batches, or copy the weights to another model.",
        code=f"{remedies.WHOLE_BATCHES}\n# or:\n{remedies.TWIN}",
    ),
]
