"""Messages of PyTorch about its layers: inputs, states, arguments and weights."""

import difflib
from typing import Any

from lib.shapes.errors.message import Explanation, Message, explained, number, shape, texts, word
from lib.shapes.errors.pasted import Found
from lib.shapes.output import bracketed
from lib.shapes.remedy import Remedy
from lib.shapes.stack.torch_layers import TorchLSTM, TorchRNN
from lib.text import beside

TEXTS: dict[str, dict[str, Any]] = beside(__file__)
SIZE = r"torch\.Size\("
ROWS = r"(?P<rows>\d+|[N…])"  # The stack tracer doesn't know the number of samples.
METHODS = "view|reshape|permute|transpose|contiguous|flatten|(?:un)?squeeze|mean|sum|max|min"
SHAPES = "print(x.shape)"
LAST_STEP = Remedy("", "Pass only the last step to the head.", "y_hat = head(out[:, -1])")
ADD_FEATURES = Remedy("x has one feature", "Add its axis.", "x = x.unsqueeze(-1)")
BATCH_FIRST = Remedy(
    "x starts with the samples, but the layer lacks batch_first=True",
    "Set batch_first=True.",
    "lstm = nn.LSTM(input_size, hidden_size, batch_first=True)",
)


def known(name: str, *patterns: str) -> Message:
    """Return a message with these patterns, and with its texts in torch.toml."""
    return Message(*patterns, **{"check": SHAPES} | texts(TEXTS[name]))


def features(found: Found) -> Explanation:
    """Explain that the last axis of x isn't the layer's input_size."""
    size = Remedy(
        "x has {got} features",
        "Set input_size to {got}. A bidirectional layer returns 2 × hidden_size features.",
        "lstm = nn.LSTM({got}, hidden_size, batch_first=True)",
    )
    swapped = Remedy("features precede timesteps", "Transpose x.", "x = x.transpose(1, 2)")
    return explained(
        "The layer's input_size is {want}, but the last axis of x has the size {got}.",
        *([ADD_FEATURES, size] if found["want"] == "1" else [size, swapped]),
        words=found.match.groupdict(),
        check="print(x.shape, lstm.input_size)",
    )


def initial_states(found: Found) -> Explanation | None:
    """Explain that an initial state isn't (layers × directions, samples, hidden_size)."""
    want, got = found.shape("want"), found.shape("got")
    if want == got or not len(want) == len(got) == 3:
        return None
    zeros = f"h_0 = torch.zeros({want[0]}, x.size(0), {want[2]})"
    likely = [Remedy("", "Give the state this shape, or leave it out: it starts at 0.", zeros)]
    if (got[1], got[0], got[2]) == want:
        fix = "Transpose the state: batch_first=True doesn't apply to states."
        likely = [Remedy("", fix, "h_0 = h_0.transpose(0, 1).contiguous()")]
    elif (got[0], want[1], got[2]) == want:
        batch = f"a batch of {got[1]} samples made the state, and this one has {want[1]}"
        reads = f"the layer lacks batch_first=True and reads {want[1]} timesteps as samples"
        code = f"lstm = nn.LSTM(input_size, {want[2]}, batch_first=True)"
        likely = [
            Remedy(batch, "Make the state from each batch: the last is often smaller.", zeros),
            Remedy(reads, "Set batch_first=True if x starts with the samples.", code),
        ]
    return explained(
        f"The initial state should be {bracketed(want)}: layers × directions, samples, "
        f"hidden_size. It is {bracketed(got)}.".replace("None", "N"),
        *likely,
        check="print(x.shape, lstm.batch_first)",
    )


def linear(found: Found) -> Explanation | None:
    """Explain that nn.Linear received another number of features than in_features."""
    have, want = int(found["have"]), int(found["want"])
    if "keras" in found.whole:
        return None
    size = Remedy(
        "{have} is the number of features",
        "Set in_features to {have}. A bidirectional layer returns 2 × hidden_size features.",
        "head = nn.Linear({have}, {columns})",
    )
    steps = want // max(have, 1)
    all_steps = f"the head is for all {steps} timesteps together"
    flat = Remedy(all_steps, "Flatten the timesteps.", "y_hat = head(out.flatten(1))")
    return explained(
        "A layer such as nn.Linear received {rows} rows of {have} numbers, but takes {want}.",
        *([flat, size] if steps > 2 and steps * have == want else [size]),
        words=found.match.groupdict(),
        check="print(out.shape, head.in_features)",
    )


def argument(found: Found) -> Explanation | None:
    """Explain that a recurrent layer has no argument of this name. Only nn.RNN has nonlinearity."""
    name, known_names = found["name"], TorchLSTM.signature() + TorchRNN.signature()
    in_keras = {"units": ["hidden_size"], "activation": ["nonlinearity"]}
    near = in_keras.get(name) or difflib.get_close_matches(name, known_names, 1)
    if near == ["nonlinearity"]:
        return ONLY_RNN.explain(found)
    fix, code = (f"Write {near[0]}.", f"{near[0]}=…") if near else ("Remove it.", "help(nn.LSTM)")
    return explained(f"nn.LSTM, nn.GRU and nn.RNN have no argument {name}.", fix=fix, code=code)


def tuple_or_list(found: Found) -> Explanation | None:
    """Explain an error that tuples of PyTorch's and of Keras's layers cause."""
    return None if "keras" in found.whole else EITHER_TUPLE.explain(found)


EITHER_TUPLE = known("tuple of either library")
ONLY_RNN = known("argument of nn.RNN")
MESSAGES = [
    Message(
        r"must be equal to input_size\. Expected (?P<want>\d+), got (?P<got>\d+)",
        r"inconsistent input_size: got (?P<got>\d+),? expected (?P<want>\d+)",
        explain=features,
    ),
    Message(
        rf"Expected hidden(?:\[\d\])? size {shape('want')}, got {shape('got')}",
        explain=initial_states,
    ),
    known(
        "many axes",
        r"(?:2-?D or 3-?D,? (?:got|but received)|must have 3 dimensions, got) (?P<count>[4-9])",
        rf"(?:input to conv1d|max_pool1d: Expected 2D or 3D).{{1,90}} got.{{0,20}}:? ?{shape('x')}",
        r"expected 2D or 3D input \(got (?P<count>[4-9])D",
        r"2 to 3 dimensions, but got (?P<count>\d)-dimensional tensor",
    ),
    known(
        "few axes",
        r"must have 3 dimensions, got 2|2-?D or 3-?D,? (?:got|but received) 1",
        r"unbatched 2-D input, hx (?:and cx )?should also be 2-D",
    ),
    known("axes of two states", r"hx and cx should also be 3-D but got \((?P<h>\d)-D, (?P<c>\d)-D"),
    known("axes of a state", r"3-D input, hx should also be 3-D but got (?P<count>\d)"),
    known(
        "one timestep", r"(?P<kind>LSTM|GRU|RNN)Cell: Expected input .{1,20}, got (?P<count>\d)D"
    ),
    known("state of a cell", r"size (?P<want>\d+) doesn.t match hidden\d batch size (?P<got>\d+)"),
    known("tuple or states", r'tuple" object has no attribute "(?P<name>size|dim)\b'),
    known(
        "tuple",
        r"(?P<name>\w+)\(\): argument .input. \(position 1\) must be Tensor, not tuple",
        rf"tuple. object has no attribute .(?P<name>{METHODS})\b",
        r'type\(s\) for (?P<name>\S+): (?:"Tensor" and "tuple"|"tuple" and "Tensor")',
    ),
    Message(
        r"tuple. object has no attribute .shape\b|tuple indices must be integers or slices, not",
        explain=tuple_or_list,
    ),
    known("unpacking one state", r"enough values to unpack \(expected 2, got 1\)"),
    known("unpacking", r"enough values to unpack \(expected (?P<names>[23]), got (?P<got>[12])\)"),
    Message(
        rf"cannot be multiplied \({ROWS}x{number('have')} and {number('want')}x"
        rf"{number('columns')}\)",
        rf"m1: \[{ROWS} x {number('have')}\], m2: \[{number('want')} x {number('columns')}\]",
        explain=linear,
    ),
    known(
        "features on axis 1",
        rf"weight of size \[\d+, {number('want')}, \d+\], expected input{shape('x')} to have "
        rf".{{1,30}} got {number('got')} channels",
        rf"running_mean should contain {number('got')} elements not {number('want')}",
    ),
    known("size of a norm", r"normalized_shape=\[(?P<want>\d+)\], expected input with shape"),
    known("kernel", r"size per channel: \((?P<size>\d+)\)\. Kernel size: \((?P<kernel>\d+)\)"),
    known("stride", r"padding=.same. is not supported for strided convolutions"),
    known(
        "packed",
        r'"Tensor" object has no attribute "(?P<unpacked>batch_sizes)"',
        r'PackedSequence" object has no attribute "(?P<name>\w+)"|be Tensor, not PackedSequence',
    ),
    known("lengths", r"be a 1D CPU int64 tensor, but got (?P<got>.{1,30}) tensor"),
    known(
        "number of lengths",
        r"to be equal to batch_size, but got (?P<got>\d+) \(batch_size=(?!(?P=got)\))(?P<n>\d+)",
    ),
    known("empty sequence", r"Length of all samples has to be greater than 0"),
    known("order of lengths", r"lengths. array (?:must be|has to be) sorted in decreasing order"),
    known(
        "unequal sequences",
        rf"equal size, but got {shape('one')} at entry \d+ and {shape('other')}",
    ),
    known(
        "size of a weight",
        rf"size mismatch for {word('name')}: copying a param with shape {SIZE}{shape('saved')}\) "
        rf"from checkpoint, the shape in current model is {SIZE}{shape('own')}\)",
    ),
    known("prefix of weights", r'Unexpected key\(s\) in state_dict: "module\.'),
    known("names of weights", r'(?:Missing|Unexpected) key\(s\) in state_dict: "(?P<name>[\w.]+)"'),
    known("dropout", r"greater than 1, but got dropout=(?P<rate>[\d.]*\d)"),
    known(
        "share of dropout", r"dropout (?:should be a number in range|prob.{1,9} has to be between)"
    ),
    known(
        "arguments",
        r"(?P<name>(?:input|hidden)_size|num_layers) must be greater than zero",
        r'RNNBase\.__init__\(\) missing .{1,40}: "(?P<needed>\w+)"',
        r"(?P<projected>proj_size) (?:has to be smaller|argument is only supported)",
    ),
    known(
        "argument of Keras", r'RNN(?:Base)?\.__init__\(\) got an un.{1,30} "(?P<name>return_\w+)'
    ),
    Message(
        r'RNN(?:Base)?\.__init__\(\) got an unexpected keyword argument "(?P<name>\w+)"',
        explain=argument,
    ),
    known("forward", r'forward\(\) missing .{1,40}: "(?P<name>(?!(?:x|inputs?)")\w+)'),
    known("scattered weights", r"RNN module weights are not part of single contiguous chunk"),
    known("evaluation mode", r"cudnn RNN backward can only be called in training mode"),
    known("cuDNN", r"CUDNN_STATUS_NOT_SUPPORTED.{1,60}non-contiguous"),
]
