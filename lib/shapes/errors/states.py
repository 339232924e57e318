"""Messages about masks, states, stateful layers and their GPU kernels."""

import re

from lib.shapes.errors.message import Explanation, Message, Texts, explained, number, shape, word
from lib.shapes.errors.pasted import RECURRENT, Found, pasted_sizes
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.text import joined

TEXTS = Texts(__file__, "states", "gpu")
of, explain = TEXTS.message, TEXTS.explanation
LARGEST = 1_000  # most features of a usual layer; a longer axis probably counts timesteps
NO_CUDNN = (
    r"[Ff]ail to find the dnn implementation|DNN library is not found|[Cc]ould not (?:create cudnn "
    r"handle|load (?:dynamic )?library .{0,12}cudnn)|CUDNN_STATUS_(?:NOT_INIT|ALLOC_F|INTERNAL_E)"
)
VERSIONS = r"(?:library: (?P<have>[\d.]*\d) but )?source was compiled with: (?P<need>[\d.]*\d)"
NO_KERNEL = r'No (?:OpKernel was )?registered (?:to support Op )?"Cudnn'
EMPTY_SHAPE = r"slice index 0 of dimension 0 out of bounds(?:\W*$|.*?input shapes: \[0\])"
TYPE = "(?:tf\\.)?(?P<{}>[a-z]+[0-9]*)"
MODEL = (
    r'ayer "?(?:sequential|model|functional)(?:_\d+)?"? expects 1 input(?:\(s\)|s)?,? but it '
    r"received "
)
USUAL_BATCH = 32  # samples of a batch in fit and predict, if batch_size isn't set
STATE_OF_3_AXES = r'states=\(?\[?"?tf\.Tensor\(shape=(?P<state>\(\w+, \w+, \w+\))'
STEPS_AS_FEATURES = Remedy(
    "the last axis of x is time (a series with one number per timestep)",
    "Add the feature axis, and let the number of timesteps vary.",
    "x = x[..., None]\nkeras.Input((None, 1))",
)


def features_or_units(found: Found) -> Explanation:
    """Explain that a kernel doesn't fit the features, or initial states don't fit the units."""
    received, expected = found["got"], found["want"]
    # Wrong states and wrong features raise the same message.
    x, state = shapes_of_a_step(found.whole)
    only_state_has_size = state[-1:] == (int(received),) and state[-1:] != x[-1:]
    if "MatMul_1" in found.match[0] or only_state_has_size:
        return explain("units of states", got=received, want=expected)
    likely = TEXTS.remedies("other features", "other data", "swapped")
    if min(int(received), int(expected)) > LARGEST:
        likely.insert(0, STEPS_AS_FEATURES)
    return explained(f"The layer expects {expected} features but receives {received}.", *likely)


def shapes_of_a_step(text: str) -> tuple[Shape, Shape]:
    """Return the shapes of a cell's input and first state; both () if the text lacks one."""
    tensor = r"tf\.Tensor\(shape=(\([\w, ]*\))"
    found = re.search(rf'(?:inputs|sequence)={tensor}.*? states=\(?\[?"?{tensor}', text)
    return (pasted_sizes(found[1]), pasted_sizes(found[2])) if found else ((), ())


def batches(found: Found, one: Shape, other: Shape) -> Explanation:
    """Explain that two tensors have different numbers of samples."""
    x, state = shapes_of_a_step(found.whole)
    if x[:1] == one[:1] and state[:1] == other[:1]:
        return explain("samples of states", one=one[0], other=other[0])
    small, full = sorted((one[0] or 0, other[0] or 0))
    return explain("two numbers of samples", small=small, full=full)


def stateful(found: Found) -> Explanation:
    """Explain that a batch doesn't have the number of samples that a stateful layer needs."""
    full, size = int(found["full"] or 0), int(found["size"] or 0)
    name = "short batch"
    if full == 1:
        name = "batches of one"
    elif "1" in (found["size"], found["samples"]):
        name = "single samples"
    elif size == USUAL_BATCH or (full and not found["samples"] and not 0 < size < full):
        name = "usual batch"
    words = found.match.groupdict() | {"full": found["full"] or "model.input_shape[0]"}
    return explain(name, exact=found["full"], **words)


def several_tensors(found: Found) -> Explanation:
    """Explain that a layer received several tensors: an output with states, or two directions."""
    count, kind = found["got"], RECURRENT.get(found.kind, "")
    name = "several tensors for a recurrent layer" if kind else "several tensors for a layer"
    if kind and re.search(r'Tensor "?input_\d+', found.whole):  # tensors of Inputs, not of a layer
        name = "a list of states as x"
    before = {"2": "gru", "3": "lstm"}.get(count, "")
    to = "dense" if found.kind == "dense" else kind
    words = {"before": before, "previous": "GRU" if before == "gru" else "LSTM", "to": to}
    words["two"] = "two" if count == "2" else ""
    return explain(name, layer=found["layer"], count=count, **words)


def initial_states(found: Found) -> Explanation:
    """Explain that initial states don't fit the states that the layer keeps."""
    shapes = [pasted_sizes(each) for each in re.findall(r"shape=(\([^)]*\))", found["got"])]
    kept, name = pasted_sizes(found["kept"]), "other states"
    if None in kept:
        name = "samples in state_size"
    elif shapes and sum(shapes, ()) == kept:
        name = "states without samples"
    elif shapes and all(len(each) > 2 and each[-1] not in kept for each in shapes):
        name = "a list of sequences"
    elif re.match(r"[\[(]{2}", found["kept"]):
        name = "flat states of several cells"
    elif len(kept) > 2 and len({*kept}) > 1:
        name = "cells of different units"
    elif any(len(each) > 2 for each in shapes):
        name = "a sequence as state"
    elif shapes:
        name = "states of other units" if len(shapes) == len(kept) else "states of another kind"
    received, units = joined([bracketed(each) for each in shapes]), kept[-1] if kept else 16
    words = {"units": units, "cell": "GRU" if len(kept) == 1 else "LSTM"}
    if shapes and shapes[0][-1] == 2 * (units or 0):
        words |= {"twice": shapes[0][-1]}
    return explain(name, got=received, kept=found["kept"], **words)


MESSAGES = [
    of(
        "mask and unknown timesteps",
        rf'a "mask" of shape \(\w+, None, \.\.\.\), received: mask\.shape={shape("mask")}',
    ),
    of(
        "mask and sequence",
        r"(?:SelectV2|list assignment|Tried to read|access element|Cannot unstack).*?sequences="
        rf"tf\.Tensor\(shape={shape('x')}.*?mask=tf\.Tensor\(shape={shape('mask')}",
        r"Tried to read from index|access element \d+ in a list with|Cannot unstack \d+ tensors",
        rf'mask" passed to the .*? has a shape {shape("mask")} .*?input shape {shape("x")}',
        rf'should be passed a "mask" of shape {shape("x")}, received: mask\.shape={shape("mask")}',
    ),
    of("mask in cuDNN", r"correspond to right-padded|cudnnSetRNNDataD|CUDNN_STATUS_BAD_PARAM"),
    of("mask in MIOpen", r"MIOpen only supports packed"),
    of("cuDNN in XLA", r"[Dd]etected unsupported operations.*?CudnnRNN|CudnnRNN.{0,60}XLA_"),
    of("another cuDNN", r"find the dnn implementation", within=VERSIONS),
    of("no cuDNN", NO_CUDNN, r"Failed to get convolution algorithm"),
    of("cuDNN failed in training", r"Failed to call (?:Then|Do)RnnBackward"),
    of(
        "cuDNN failed",
        r"Failed to call (?:Then|Do)R\w+(?:.*?cell_num_units\]: \[\d+, \d+, \d+, \d+, "
        r"(?P<steps>\d+), (?P<samples>\d+))?",
        r"CUDNN_STATUS_\w+",
    ),
    of("GPU without cuDNN", rf"{NO_KERNEL}\w+\" used by \{{\{{node CudnnRNN"),
    of("CPU without cuDNN", NO_KERNEL),
    of("forced cuDNN", r"use_cudnn=True was specified"),
    of("cuDNN layer", r"Masking is not supported for CuDNN", r'"CuDNN\w+" object has no attribute'),
    of(
        "mask on a GPU",
        r'symbolic "tf\.Tensor" as a Python "bool.*?calling (?P<kind>LSTM|GRU).*?mask=tf\.Tensor',
        r'symbolic "tf\.Tensor" as a Python "bool.*?received by (?P<kind>LSTM|GRU).*?mask=tf',
    ),
    of(
        "mask of Softmax",
        r'The "mask" must be broadcastable to "inputs"'
        rf"(?:.*?inputs\.shape={shape('x')}, mask\.shape={shape('mask')})?",
    ),
    of(
        "no masks",
        r"Layer (?P<layer>\S+) does not support masking",
        r"non-masking layer to layer with masked output",
    ),
    of("masks of joined tensors", r"calling BroadcastTo\.call.*?dtype=bool"),
    of(
        "dropped mask",
        r'Layer "(?P<layer>\S+)" \(of type (?P<kind>\w+)\) was passed .{0,9} with a mask',
    ),
    Message(
        rf'must be equal, but are {number("got")} and {number("want")} for "[^"]*?MatMul_1\b',
        explain=features_or_units,
    ),
    of("states from outside", r"specified (?:with|via) a mix of (?:TF-)?Keras tensors"),
    of(
        "number of states",
        rf"Too few leaves for PyTreeSpec; expected: {number('got')}, got: {number('kept')}",
        rf"Layer has {number('kept')} states but was passed (?P<got>[2-9]) initial states",
        rf"expects {number('kept')} states, but (?:it )?received (?P<got>[2-9]) state",
    ),
    Message(
        r"initial_state.{0,2} was passed that is not compatible(?:.*?state_spec.=(?P<got>.*?); "
        r'?[Hh]owever "cell\.state_size" is (?P<kept>\d+|[\[(][\[\](),\w ]*[\])]))?',
        explain=initial_states,
    ),
    of(
        "states to reset",
        rf"State \d+ is incompatible with.*?={shape('want')}, found shape={shape('got')}",
    ),
    of("flat states of several cells", r"calling \w+Cell\.call\(\)\.? list index out of range"),
    of(
        "too few states",
        r"calling (?P<layer>\w*(?:LSTM|GRU|RNN)\w*)\.call\(\)\.? list index out of",
        r"list containing the states of the underlying|\d states,? but .{0,9}ed 1 ",
    ),
    of(
        "a sequence as state",
        rf"calling (?P<cell>\w+)Cell\.call\(\)(?:(?!calling \w).)*?{STATE_OF_3_AXES}",
    ),
    of(
        "packed states",
        rf"pack sequence\. Structure had {number('kept')} elements, but .*? had {number('got')}",
    ),
    of(
        "input and state of a cell",
        rf"Dimension {number('axis')} in both shapes must be .{{0,60}}Cell/\S*[Cc]oncat.*?shapes: "
        rf"{shape('one')}, {shape('other')}",
    ),
    of(
        "state of a GRUCell",
        r"In\[0\] (?:is not a matrix|ndims must be >= 2).{0,30}?(?P<got>\[\d+\]|\b1\b)",
    ),
    of("dropout of a cell", r"graph tensor has name: \S*(?:cell|lstm|gru|rnn)"),
    of(
        "a layer for Bidirectional",
        r'"(?P<kind>\w+)" object has no attribute "(?P<name>stateful|return_s\w+|go_backwards)"',
    ),
    of("states in the constructor", r'(?:passed to \w+: \{|understood:\W+|argument )"?initial_sta'),
    of("sizes of your own cell", r'not understood:\W+(?:output_size|state_size)"'),
    of("build of a layer", r"^list assignment index out of range", within="input_spec"),
    of("states passed twice", r"assert initial_state is None and constants is None"),
    of("states of a cell", r"get_initial_state\(\) (?:takes|got|missing)", EMPTY_SHAPE),
    of(
        "x and y in one list",
        r"Expected to see 1 array.*?following list of (?P<got>2)\b",
        rf"{MODEL}(?P<got>2)\b",
    ),
    of(
        "a list of samples",
        rf"Expected to see 1 array(?:.*?following list of {number('got')})?",
        rf"{MODEL}{number('got')}",
    ),
    Message(
        rf'(?:ayer "?{word("layer")}"? )?expects 1 input(?:\(s\)|s)?,? but it received '
        r"(?P<got>[1-9]\d*)",
        explain=several_tensors,
    ),
    of(
        "no tensor",
        r'to "(?:Layer\.)?call" must always be passed|1 input.{0,18}received 0',
    ),
    of("no tensor by position", r'missing a required argument: "(?:sequences|inputs)"'),
    of("inputs as arguments", r"call(?:__)?\(\) (?:takes \d positional|got multiple values)"),
    of("two directions", r"Forward layer and backward layer (?:should|are expected to) have"),
    of("outputs in a Sequential model", r"should have a single output tensor"),
    of("two directions and states", r'sequence by non-int of type "list"'),
    of("a list as an index", r"list indices must be integers,? (?:or slices, )?not list"),
    of(
        "a list as an array",
        r'"(?:list|Series|DataFrame)" object has no attribute "(?:(?:re)?shape|ndim|dtype)"',
        r"list indices must be integers,? or slices, not tuple",
        r'"(?P<tuple>tuple)" object has no attribute "ndim"',
    ),
    of(
        "a list as a tensor",
        r"axis -1 is out of bounds for .*? dimension 0",
        r'Output with path "1" is not connected',
        r'Shapes must be equal rank, but are \d+ and \d+\b(?! for "\W*node compile_loss)',
        r'Cannot convert "(?:\(\(|$)|"tuple" object has no .*? "(?:shape|rank)"',
        r'"list" object has no .*? "(?:rank|get_shape)"',
    ),
    of(
        "two numbers of samples",
        r"Select must .{1,50}: \[(?P<full>\d+)(?P<rest>[\d,]*\]).*?: \[(?P<small>\d+)(?P=rest)",
    ),
    of(
        "one tensor to unpack",
        r"Iterating over a symbolic KerasTensor is not supported",
        r'Cannot iterate over a tensor with unknown first|[Ii]terating over "tf\.Tensor',
        r"Tensor\W{1,2}object(?:s are| is) (?:not|only) iterable",
    ),
    of("more values than names", r"too many values to unpack(?: \(expected|$)"),
    of(
        "fewer values than names",
        r"(?:^|\)\s)list index out of range$",
        rf"not enough values to unpack \(expected {number('want')}, got {number('got')}\)",
    ),
    of("no batch size", r"batch size must be static|an? RNN is stateful, (?:it needs to|a comp)"),
    of(
        "reset before building",
        r'"NoneType" object (?:has no attribute "shape"|is not subscriptable)',
        within=r"reset_states?\b(?:.*?(?P<call>layer\.reset_states\(\)))?",
    ),
    of("not stateful", r"^Layer must be stateful|AttributeError: Layer must be stateful"),
    of(
        "unrolling",
        r"unroll a RNN if the time dim|Unrolling requires a fixed",
        r'specifying .?unroll=True|input_length" must be (?:provided|specified).*?unroll',
    ),
    of(
        "no timesteps",
        r"stack elements of an empty list|slice index (?:0|-1) of dimension 1 out of bou",
        r"TensorArray has size zero",
    ),
    of(
        "two types",
        rf"type {TYPE.format('one')} that does not match type {TYPE.format('other')}",
        rf"requested dtype {TYPE.format('one')} for Tensor with dtype {TYPE.format('other')}",
        rf"expected to be a {TYPE.format('one')} tensor but is a {TYPE.format('other')} tensor",
        rf"the same dtype, got {TYPE.format('one')} != {TYPE.format('other')}",
    ),
    Message(
        r"same as the batch size of the initial state"
        rf"(?:\W+Expected.*?{number('full')}\W+Received.*?{number('size')})?",
        rf"Specified a list with shape \[{number('full')}(?P<rest>(?:,\d+)*)\] from.*?"
        rf"\[{number('size')}(?P=rest)\]",
        rf"enters the loop with shape \({number('full')}(?P<rest>(?:, \d+)*)\), but.*?"
        r"\(None(?P=rest)\) after",
        rf"batch size\. Found: {number('samples')} samples\. Batch size: {number('full')}",
        r"should only pass inputs with a number of samples(?: that can be divided by the batch size"
        rf"(?: \({number('full')}\))?(?:\. Found: {number('samples')} samples)?)?",
        rf"(?:value|is) {number('size')}\b.{{1,50}}size of your Input Layer: {number('full')}",
        rf"Invalid input_[hc] shape: \[\d+,{number('full')},\d+\] \[\d+,{number('size')},\d+\]",
        rf"args to gemm \({number('full')},(?P<units>\d+)\)x\((?P=units),(?P=units)\)->"
        rf"\({number('size')},(?P=units)\)",
        rf"mis-?match\.? \(input\[0\]\.shape\[0\] = {number('full')}, input\[\d\]\.shape\[0\] = "
        rf"{number('size')}",
        explain=stateful,
    ),
]
