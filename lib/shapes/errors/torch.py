"""Messages of PyTorch about its layers: inputs, states, arguments and weights."""

from lib.shapes.errors.message import Explanation, Message, Texts, explained, number, shape
from lib.shapes.errors.pasted import Found
from lib.shapes.output import bracketed
from lib.shapes.remedy import Remedy

TEXTS = Texts(__file__)
of = TEXTS.message
SIZE = r"torch\.Size\("
WEIGHT = r"(?P<name>[\w.]+)"
GATES = {4: "LSTM", 3: "GRU", 1: "RNN"}  # rows of a weight per unit → the layer
ROWS = r"(?P<rows>\d+|[N…])"  # The stack tracer doesn't know the number of samples.
METHODS = "view|reshape|permute|transpose|flatten|(?:un)?squeeze|mean|sum|max|min"
SHAPES = "print(x.shape, x.dtype, x.device, lstm)"
LAST_STEP = Remedy("", "Pass only the last step to the head.", "y_hat = head(out[:, -1])")


def initial_states(found: Found) -> Explanation | None:
    """Explain that an initial state isn't (layers × directions, samples, hidden_size)."""
    want, got = found.shape("want"), found.shape("got") or (None,) * 3
    if not len(want) == len(got) == 3:
        return None
    layers, samples, units = (size or 0 for size in want)
    other_layers, other_samples, other_units = (size or 0 for size in got)
    differ = [at for at in range(3) if want[at] != got[at]]
    likely = ["same layers", "start at 0"] if found["got"] else ["start at 0"]
    if (got[1], got[0], got[2]) == want:
        likely = ["samples first"]
    elif differ[:2] == [0, 1] and samples == other_layers:
        likely = ["outputs as state"]
    elif differ == [0, 1] and layers > other_layers and samples < other_samples:
        likely = ["split state"]
    elif differ == [0, 2] and other_layers == 2 * layers and units == 2 * other_units:
        likely = ["two directions"]
    elif differ == [0] and layers < other_layers:
        likely = ["more layers"]
    elif differ == [1]:
        likely = ["state of a batch", "timesteps as samples"]
    elif differ == [2]:
        likely = ["other units"]
    may_repeat = differ == [0] and other_layers and layers % other_layers == 0
    return TEXTS.explanation(
        "size of a state", *likely,
        want=bracketed(want).replace("None", "N"), got=found["got"] and bracketed(got),
        layers=layers, samples=samples, units=units,
        other_layers=other_layers, other_samples=other_samples, other_units=other_units,
        times=layers // other_layers if may_repeat else "",
        states="h_0 = c_0" if "hidden[" in found.match[0] else "h_0",
    )  # fmt: skip


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


def saved_weight(found: Found) -> Explanation | None:
    """Explain that a weight in a file has other sizes than in the model."""
    saved, own, name = found.shape("saved"), found.shape("own"), found["name"]
    if not saved:
        return None
    rows, columns = saved[0] or 0, saved[-1] or 0
    gates = next(each for each in GATES if rows % each == 0)
    own_cell = GATES.get((own[0] or 0) // (own[-1] or 1)) if own and "weight_hh" in name else ""
    if "weight_hh" in name and rows // max(columns, 1) in GATES:
        gates = rows // columns
    if "h_l" not in name:
        difference = "sizes" if saved[1:] != own[1:] else "words"
    elif saved[:1] != own[:1] or "_ih_l" not in name:
        difference = "units"
    else:
        difference = "features" if "_ih_l0" in name else "directions"
    layer = f"nn.Linear(hidden_size, {rows})"
    if len(saved) == 2:
        layer = f"nn.Linear({columns}, {rows})  # or nn.Embedding({rows}, {columns})"
        layer = f"nn.Embedding({rows}, {columns})" if "emb" in name.lower() else layer
    elif len(saved) == 3:
        layer = f"nn.Conv1d({saved[1]}, {rows}, {columns})"
    words = found.match.groupdict() | {
        "cell": GATES[gates], "own_cell": own_cell, "units": f"{rows // gates}",
        "columns": columns, "directions": columns > (own[-1] or 0), "layer": layer,
    }  # fmt: skip
    return TEXTS.explanation("size of a weight", f"saved {difference}", **words)


NO_KERAS = "^(?!.*keras)"
MESSAGES = [
    of(
        "features",
        r"must be equal to input_size\. Expected (?P<want>(?P<one>1)\b|\d+), got (?P<got>\d+)",
        r"inconsistent input_size: got (?P<got>\d+),? expected (?P<want>\d+)",
    ),
    Message(
        rf"Expected hidden(?:\[\d\])? size {shape('want')}(?:, got {shape('got')})?",
        explain=initial_states,
    ),
    of(
        "many axes",
        r"(?:2-?D or 3-?D,? (?:got|but received)|must have 3 dimensions, got) (?P<count>[4-9])",
        rf"(?:input to conv1d|max_pool1d: Expected 2D or 3D).{{1,90}} got.{{0,20}}:? ?{shape('x')}",
        r"expected 2D or 3D input \(got (?P<count>[4-9])D",
        r"2 to 3 dimensions, but got (?P<count>\d)-dimensional tensor",
    ),
    of(
        "few axes",
        r"must have 3 dimensions, got 2|2-?D or 3-?D,? (?:got|but received) 1",
        r"unbatched 2-D input, (?P<hx>hx(?: and cx)?) should also be 2-D",
    ),
    of(
        "extra axis of a state",
        rf"size {shape('want')}, got (?P<state>[(\[]\d+(?:, \d+){{3}}[)\]])",
        r"3-D input, hx (?:and cx )?should also be 3-D but got \(?4",
    ),
    of(
        "axes of states",
        r"3-D input, (?:(?P<two>hx and cx)|hx) should also be 3-D but got \(?(?P<count>\d)",
        r"(?P<two>hidden\[0\])? size \(\d+, \d+, \d+\), got (?P<state>[(\[]\d+, \d+[)\]])",
    ),
    of("one timestep", r"(?P<kind>LSTM|GRU|RNN)Cell: Expected input .{1,20}, got (?P<count>\d)D"),
    of(
        "state of a cell",
        r"size (?P<want>\d+) doesn.?t match hidden(?P<first>\[0\])?\d? batch size (?P<got>\d+)",
        r"inconsistent tensor size.{1,40}\[(?P<want>\d+) x \d+\] and src \[(?P<layers>\d+) x",
        rf"inconsistent hidden_size: got {number('wrong')},? expected {number('units')}",
        r"Cell: Expected h\S+ to be 1D or 2D, got (?P<rank>\d)D",
    ),
    of("summary", r'object has no attribute "size"|argument #1 "indices"', within="torchsummary"),
    of("export of packed sequences", r"export individual pack_padded_sequence"),
    of(
        "tuple",
        r'\b(?P<name>\w+)\(\): argument "input" \(position 1\) must be Tensor, not tuple',
        rf'tuple" object has no attribute "(?P<name>{METHODS})\b',
        r'tuple" object has no attribute "(?P<name>(?P<each>cuda|cpu|to|detach|data|contiguous))\b',
        r'tuple" object has no attribute "(?P<name>(?P<size>size|dim))\b',
        r'type\(s\) for (?P<name>\S+): (?:"Tensor" and "tuple"|"tuple" and "Tensor")',
    ),
    of(
        "tuple of either library",
        r'tuple" object has no attribute "shape\b|tuple indices must be integers or slices, not',
        within=NO_KERAS,
    ),
    of(
        "unpacking",
        r"to unpack \(expected (?P<names>2|(?P<three>3)), got (?P<got>[12])\)",
        within=r"^(?!.*return_state)",
    ),
    of(
        "unpacking",
        rf"(?P<many>too many) values to unpack \(expected {number('names')}",
        within=f"{NO_KERAS}.*torch",
    ),
    Message(
        rf"cannot be multiplied \({ROWS}x{number('have')} and {number('want')}x"
        rf"{number('columns')}\)",
        rf"m1: \[{ROWS} x {number('have')}\], m2: \[{number('want')} x {number('columns')}\]",
        explain=linear,
    ),
    of(
        "features on axis 1",
        rf"weight of size \[\d+, {number('want')}, \d+\], expected input{shape('x')} to have "
        rf".{{1,30}} got {number('got')} channels",
        rf"running_mean should contain {number('got')} elements not {number('want')}",
    ),
    of("size of a norm", r"normalized_shape=\[(?P<want>\d+)\], expected input with shape"),
    of(
        "kernel",
        r"size per channel: \((?P<size>\d+)\)\. Kernel size: \((?P<kernel>\d+)\)",
        r"pool1d\(\) Invalid computed output size|Calculated output size: \(\d+x1x-?\d+\)",
    ),
    of("padding", r'padding string "(?P<causal>causal)?|"same" is not supported for strided'),
    of(
        "packed",
        r'"(?:Tensor|tuple)" object has no attribute "(?P<unpacked>batch_sizes)"',
        r'PackedSequence" object has no attribute "(?P<name>\w+)"|be Tensor, not PackedSequence',
    ),
    of(
        "lengths",
        r"argument should be a 1(?:D CPU int64 tensor)?(?:, but got (?P<got>.{1,30}) tensor)?",
    ),
    of(
        "number of lengths",
        r"to be equal to batch_size, but got (?P<got>\d+) \(batch_size=(?!(?P=got)\))(?P<n>\d+)",
    ),
    of("empty sequence", r"[Ll]ength of all samples has to be greater than 0"),
    of("order of lengths", r"lengths.? array (?:must be|has to be) sorted in decreasing order"),
    of(
        "unequal sequences",
        r"size, but got (?P<one>\[(?P<length>\d+)(?P<rest>[^]]*)\]) at .{1,12} and "
        r"(?P<other>\[\d+(?P=rest)\])",
        rf"size, but got (?P<one>(?P<shape>\[.*?\])) at .{{1,12}} and {shape('other')}",
    ),
    Message(
        rf"for {WEIGHT}: copying a param .{{0,14}} ?{SIZE}{shape('saved')}\)(?: from checkpoint, "
        rf".{{1,35}} {SIZE}{shape('own')}\))?",
        rf'named "?{WEIGHT}"?, .{{20,45}}{SIZE}{shape("own")}.{{20,55}}{SIZE}{shape("saved")}',
        explain=saved_weight,
    ),
    of(
        "renamed weights",
        r'issing key\(s\) in state_dict: "(?P<own>(?!module\.)[\w.]+)\.(?P<end>\w+)".*?nexpected '
        r'key\(s\) in state_dict: "(?P<saved>(?!(?:module|_orig_mod|model)\.)[\w.]+)\.(?P=end)"',
    ),
    of(
        "names of weights",
        r'issing key\(s\) in state_dict: "(?P<lost>(?P<wrapped>module\.)[\w.]+)"',
        r'expected key(?:\(s\) .{14})? "(?P<name>(?P<prefix>(?:module|_orig_mod|model)\.)?[\w.]+)"',
        r"issing keys?(?:\(s\))? in state_dict: [\W_]*(?:set\W+)?(?P<lost>\w[\w.]+)",
    ),
    of(
        "dropout",
        r"greater than 1, but got dropout=(?P<rate>[\d.]*\d)",
        r"dropout (?:should be a number in range|prob.{1,9} has to be between)",
    ),
    of(
        "arguments",
        r"(?P<name>(?:input|hidden)_size|num_layers) must be greater than zero",
        r'RNNBase\.__init__\(\) missing .{1,40}: "(?P<needed>\w+)"',
        r"(?P<projected>proj_size) (?:has to be smaller|argument is only sup|should be a positive)",
        r"\b(?P<setting>\w+) should be of type (?P<type>int|bool), got: (?P<got>\w+)",
    ),
    of(
        "argument of a layer",
        r'RNN(?:Base)?\.__init__\(\) got an un.{1,30} "(?P<name>(?P<keras>return_\w+|units)|'
        r"(?P<activation>activation|nonlinearity)|(?P<misspelt>\w+))",
        "Unknown (?P<activation>nonlinearity)",
    ),
    of(
        "forward",
        r'forward\(\) missing .{1,40}: "(?P<needed>(?!(?:x|inputs?)")\w+)',
        r'forward\(\) got an unexpected keyword argument "(?P<name>\w+)',
    ),
    of("scattered weights", r"RNN module weights are not part of single contiguous chunk"),
    of("evaluation mode", r"can only be called in training mode"),
    of(
        "GPU of either library",
        r"(?P<status>CUDNN_STATUS_(?!NOT_SUP|NOT_INIT|ALLOC|INTERNAL)\w+)",
        within=r"^(?!.*(?:keras|tensorflow|torch|tf\.|R[Nn][Nn]))",
    ),
    of("GPU", r"rnn: \w+ is not contiguous|CUDNN_STATUS_NOT_SUPPORTED.{1,60}non-contiguous"),
    of("GPU", r"(?P<status>CUDNN_STATUS_\w+)", within=f"{NO_KERAS}.*(?:torch|[DNdn]{{3}} error)"),
    of(
        "several GPUs", r"ather got .{10,30}: got (?P<got>\S.*?), but expected (?P<want>[][\dx, ]+)"
    ),
    of(
        "old layer",
        r'(?P<kind>LSTM|GRU|RNN)" object has no attribute '
        r'"(?P<name>(?P<inner>(?:_flat|all|proj)_\w+)|(?P<plain>(?:weight|bias)\b)|weight_\w+)',
    ),
]
