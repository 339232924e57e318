"""Messages about building and calling models, and about operations on their tensors."""

import re
from math import prod

from lib.shapes.errors.message import Explanation, Message, Texts, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found

TEXTS = Texts(__file__, "models", "tensors")
of = TEXTS.message
OUTSIDE = r"(?![^)]*(?:lstm|gru|rnn|bidirectional))"  # The tensor isn't in a recurrent layer.
NO_ERROR = r"^(?!.*Error\b)"  # A warning explains no error that follows.
OOM = r"OOM when allocating tensor (?:of|with) shape ?"


def reshaped(found: Found) -> Explanation:
    """Explain that a reshape of an array changes how many numbers there are."""
    before, after = found["before"], found.shape("after")
    words = {"before": before, "after": found["after"] if before else "", "overlap": "overlap"}
    if before.isdigit() and len(after) > 1 and None not in after:
        count, first, sample = int(before), after[0] or 1, prod(size or 1 for size in after[1:])
        if first * sample < count:
            words["overlap"] = ""
        if not count % first and first > 1:
            words |= {"first": str(first), "had": str(count // first), "needed": str(sample)}
        if first == 1 and len(after) == 3 and count % sample and not count % (after[2] or 1):
            words |= {"window": str(after[1]), "features": str(after[2]), "overlap": ""}
        elif count // first > sample and "with input shapes" not in found.whole:
            inner = [size or 1 for size in after[1:-1]]
            fits = not count // first % prod(inner)
            words["large"] = str([first, *(inner if fits else ()), -1]).strip("[]")
        elif not count % sample and count > sample:
            words |= {"samples": str(count // sample), "sample": str(after[1:]).strip("(,)")}
    return TEXTS.explanation("reshape into sequences", **words)


def reshaped_in_model(found: Found) -> Explanation:
    """Explain that a reshape of a tensor changes how many numbers there are."""
    before, after = (int(found[name] or 0) for name in ("before", "after"))
    is_multiple = after and before % after == 0
    words = {"ratio": before // after} if is_multiple else {"another": "another"}
    return TEXTS.explanation("reshape in a model", **words, **found.match.groupdict())


def joined_arrays(found: Found) -> Explanation:
    """Explain that two tensors differ in an axis along which they aren't joined."""
    pair = Comparison(found.shape("one"), found.shape("other"))
    along = re.search(r"input\[2\] = <(\d)>", found.whole)  # the axis, in TensorFlow's message
    may_differ = (0, int(along[1]) if along else 0)
    place = next((at for at in pair.differing if at not in may_differ), 0 if pair.differing else 1)
    name = "time axis in one tensor" if pair.missing else "sizes to join"
    if 0 in pair.differing:
        name = "samples to join"
    elif not pair.missing and len({*pair.differing} - {*may_differ}) > 1:
        return two_tensors(found, pair)
    axis = f"number of {pair.name(place)}s" if pair.differing else "sizes"
    one, other = found["one"] or "Two shapes", found["other"] or "others"
    return TEXTS.explanation(name, one=one, other=other, axis=axis, place=place)


def two_tensors(found: Found, joined: Comparison | None = None) -> Explanation:
    """Explain that two tensors differ in a size. The shapes of Add lack the samples axis."""
    pair = joined or Comparison((None, *found.shape("one")), (None, *found.shape("other")))
    axes, name, words = len(pair.longer), "two tensors to pair", found.match.groupdict()
    words |= {"recurrent": "recurrent" if axes < 4 else "", "last": "" if pair.missing else "last"}
    if not pair.missing and pair.differing[:1] not in ([], [axes - 1]):
        name, place = "other sizes", pair.differing[0]
        small, large = sorted((pair.expected[place] or 0, pair.received[place] or 0))
        # A convolution takes off a few steps. Strides or a pooling divide their number.
        is_divided = small and large % small == 0
        words |= {"ratio": large // small} if is_divided else {"lost": large - small}
        words |= {"space": axes - 2, "series": "sequences" if axes == 3 else ""}
    return TEXTS.explanation(name, **words)


MESSAGES = [
    of(
        "no Keras tensor",
        r'All "(?:in|out)puts" values must be KerasTensors|put tensors (?:to|of) .*? must be',
        r"put tensors (?:to|of) .*? must come from",
    ),
    of("operation between layers", r'no attribute "(?:_keras_history|_?inbound_nodes)"'),
    of(
        "two packages",
        r'"tuple" object has no attribute "layer"|no attribute "_keras_(?:shape|mask)"',
        r'"Node" object has no attribute|attribute "get_default_graph"|"_thread._local" object',
        r'attribute "_(?:is_graph_network|in_multi_worker_mode|get_distribution_strategy)"',
        r"(?:Sequence|Generator)\b.{0,40}? is not an iterator",
    ),
    of(
        "two packages in a wrapper",
        r'can.?t set attribute|property "name" .{0,40}has no setter',
        within="wrappers|[Bb]idirectional",
    ),
    of("layer of another package", r'calling layer "tf\.keras\.backend\.\w+" \(type TFOpLambda'),
    of(
        "symbolic tensor",
        r"A KerasTensor cannot be used as input to a|KerasTensor is symbolic: it.?s a pl",
        r'Tensor" object has no attribute "numpy"|KerasTensor cannot be used as a boolean',
        r'type "KerasTensor" has no len|[Ss]ymbolic Keras input|to a TF API that does not',
        r'tf\.Tensor" as a Python "bool|(?P<eager>eager execution) func.*? be Keras sym',
        rf"Cannot convert a symbolic (?:tf\.)?Tensor \({OUTSIDE}(?P<name>[^)]+)\) to a numpy array",
    ),
    of("NumPy 1.20", r"Cannot convert a symbolic (?:tf\.)?Tensor \((?P<name>[^)]+)\) to a numpy"),
    of(
        "disconnected graph",
        r'Output with path "(?!1")[\w.]*" is not con|not connected to "o|not compute out',
        r'Graph dis(?:.*?at layer "(?P<lost>[\w./]+))?',
    ),
    of("slice of an array", r"too many indices for array(?:: array is (?P<axes>\d+)-dim)?"),
    of(
        "slice",
        rf"Array has shape {shape('axes')} but slice has to",
        rf"Index out of range using input dim \d; input has only {number('axes')} dims",
        r'^(?:list assignment )?index out of range$|"dim" must be in the range',
        r"axis -?\d+ is out of bounds for an array|Cannot squeeze axis|Invalid reduction dim",
    ),
    of("shape of a Lambda", rf"automatically infer the .*?shape of(?:.*?shape={shape('shape')})?"),
    of("no shape in the first layer", r"first layer in a Sequential model must"),
    of(
        "no shapes",
        r"is not connected, no (?:in|out)put|no inbound nodes|Unable to automatically build",
        r"has no defined (?:in|out)put|model has not yet been built|but the layer isn.?t built",
        r"model has never been called|Weights for (?:the )?model \S+ have not yet been",
    ),
    of(
        "not compiled",
        r"must c(?:all .?compile\(\)|ompile (?:your|a) model)|(?:must|needs to) be compiled before",
        r'has not been compiled|forgotten to (?:call .?compile|provide a "loss)',
    ),
    of("no targets", r"No gradients provided for any variable", within="[Gg]enerator"),
    of("no call", r'not have a "call\(\)" meth|Unimplemented "tf.keras.Model|implement a "call\('),
    of("add_weight", r"add_weight\(\) got multiple values"),
    of("state after building", r"new elements of state|variables on non-first|singleton tf\.Var"),
    of(
        "structure of inputs", r'inputs" doesn.?t match the expected str|an invalid input structure'
    ),
    of(
        "whole numbers for a recurrent layer",
        r'floating[- ]point (?:dty|inp)|(?:DataType |found dtype=|T" of )u?int\d',
    ),
    of("another session", r"is not an element of this graph|uninitialized value|was uninitialized"),
    of("unfed placeholder", r'placeholder tensor "(?P<name>(?!\S*learning_phase)[\w./:]+)?'),
    of("no gradients", r"No gradients provided for any"),
    of("slow kernel", rf"Layer {word('layer')} will not use cuDNN", within=NO_ERROR),
    of("unused weights", rf"radients do not exist for \w+ \W*{word('name')}", within=NO_ERROR),
    of("retracing", r"triggered tf\.function retracing", within=NO_ERROR),
    of("input_shape of a layer", r'Do not pass an "input_shape', within=NO_ERROR),
    of(
        "no values",
        r"(?:^|: )None values not supported|Target data is|Tensors, not None|arrays\. .{5,15}\bNon",
        r'data adapter that can handle input: <class "NoneType|convert a value \(None\)',
    ),
    of("None is no list", r'^"NoneType" object is not (?:iter|subscript)able'),
    of(
        "sizes in Theano",
        rf"mis-?match\.? \(input\[\d+\]\.shape\[(?P<axis>[1-9])\] = {number('one')}, "
        rf"input\[\d+\]\.shape\[\d\] = {number('other')}",
    ),
    of("shape without a tuple", r"^data type not understood|^Cannot interpret .\d+. as a data ty"),
    of(
        "array without memory", rf"Unable to allocate .{{0,40}}an array with shape {shape('shape')}"
    ),
    of("no memory for words", rf"{OOM}(?P<shape>[(\[](?:\d+,)+\d{{5,}}[)\]])"),
    of("no memory for a weight", rf"{OOM}(?P<shape>[(\[]\d+,\d+[)\]])"),
    of(
        "no memory",
        rf"OOM when allocating tensor(?: (?:of|with) shape ?{shape('shape')})?",
        r"Error allocating \d+ bytes of device memory|Dst tensor is not initialized",
        r"CUDA_ERROR_OUT_OF_MEMORY|[Rr]an out of (?:GPU )?memory|RESOURCE_EXHAUSTED",
    ),
    of(
        "name used twice",
        rf'unique names\. Name "{word("name")}"',
        rf'name "{word("name")}" is used \d+ times in the model',
    ),
    of("unknown name", r'name "(?P<name>\w+)" is not defined'),
    of(
        "unknown name of an argument",
        r'\b(?P<owner>[a-z]\w+)\(\) got an unexpected keyword argument "?(?P<name>\w+)"?',
    ),
    Message(
        rf"shapes except for the concat(?:enation)? axis(?:.*?\[{shape('one')}, {shape('other')})?",
        rf"ConcatOp :.*?shape\[0\] = {shape('one')} vs\. shape\[\d+\] = {shape('other')}",
        rf"Every value in .*? same shape(?:.*?shape {shape('one')}, .*? shape {shape('other')})?",
        rf'ConcatV2(?:"\)|\[.*?\)") with input shapes: {shape("one")}, {shape("other")}',
        explain=joined_arrays,
    ),
    of(
        "different sizes in two tensors",
        rf"Dimension {number('axis')} in both shapes must be equal, but.*?Shapes are "
        rf"{shape('one')} and {shape('other')}",
        r"Dimension \d+ in both shapes must be equal",
    ),
    Message(
        rf"total size of .*? must be(?:.*?_shape={shape('before')}, \w+={shape('after')})?",
        rf"annot reshape a.*? {number('before')}(?: (?:into|elements to) shape {shape('after')})?",
        explain=reshaped,
    ),
    Message(
        rf"reshape is a tensor with {number('before')} values(?:.*? shape (?:has {number('after')}|"
        rf"requires a multiple of {number('part')}))?",
        rf"cannot reshape input of shape {shape('one')} to shape {shape('other')}",  # Theano
        explain=reshaped_in_model,
    ),
    of(
        "tensors to pair",
        r"(?:(?P<joining>Concatenate|Dot)|[Mm]erg\w+).{0,9} (?:layer.? should|must) be called on",
        r"(?P<joining>Subtract).? layer should be called|layer accepts inputs list",
        r"(?P<joining>Attention) layer must be called on a list",
        r'layer must be called on a list|missing.{0,40} argument: "value(?:_shape)?"',
        r"calling (?P<joining>\w+)\.call\(\)\.? list index out of range",
    ),
    of(
        "axes of Dot",
        rf"axis values {word('one')} \(at axis [^)]+\) != {word('other')} \(",
        rf"Dimension incompatibility.*?{number('one')} != {number('other')}\. Layer shapes: ",
        rf"(?:batch_dot on inputs .{{0,9}}shapes|-2\]\W+must).*?{shape('one')}.*?{shape('other')}",
        r"Cannot perform batch_dot|can not be merged using dot mode",
        rf'rank 3 for "[^"]*MatMul\w*".*?: {shape("one")}, (?P<other>[\[(](?:\?|None), ?\d+[\])])',
    ),
    of(
        "kernel longer than input",
        rf"size would be.*?negative.*?inputs[ .]shape={shape('left')}",
        rf"Negative dimension size caused by subtracting \d+ from {number('left')}",
        r"negative dim\w+ are|due to downsampling|empty output|utput (?:shape|size)[^.]*? negative",
    ),
    Message(
        rf"nputs have incompatible shapes(?:.*?shapes {shape('one')} and {shape('other')})?",
        rf"Operands could not be broadcast together with shapes {shape('one')} {shape('other')}",
        rf"(?:equal, but are|has value) {number('one')}(?: and|,.{{28}} to) {number('other')}\b",
        r"^operands could not be broadcast together$|Cannot merge tensors with different batch",
        r'of "value" and "key", except the last one|Only layers of same output shape can be merged',
        explain=two_tensors,
    ),
    of(
        "scaler of the target",
        r"output operand with shape (?P<got>\(\d+(?:, ?1)+\))(?: doesn.?t match.*?shape "
        rf"{shape('own')})?",
        r"operands could not be broadcast .*? shapes (?P<got>\(\d+(?:, ?1)+\)) "
        rf"{shape('own')} [(\[]",
    ),
    of(
        "scaler of the table",
        rf"operands could not be broadcast .*? shapes {shape('got')} {shape('own')} [(\[]",
        rf"output operand with shape {shape('got')} doesn.?t match.*?shape {shape('own')}",
        rf"X has {number('columns')} features.{{0,40}}? expecting {number('fitted')}",
    ),
    of(
        "arrays to pair",
        rf"operands could not be broadcast together(?: with shapes {shape('one')} "
        rf"{shape('other')})?",
    ),
    of("matrix product", rf'is rank 3 for "MatMul\w*" .*?shapes: {shape("one")}'),
    of("arrays of scikit-learn", r"(?:of samples:|number of output) (?P<sizes>[\[(]\d+\D+\d+.)"),
    of("whole numbers", r'parameter "(?:indices|labels)" has DataType (?P<kind>(?!u?int)\w+)'),
    of(
        "axes of a layer",
        r'for "\W*(?:node )?(?P<layer>[\w./]*(?:lstm|gru|rnn|bi)\w*)/(?:transpose|Tile).*? shapes: '
        rf"{shape('have')}",
        r'rank \d but is rank (?P<have>\d) for (?:".*?MatMul|\dth)',
    ),
    of(
        "settings of a layer",
        r"(?P<what>Invalid permutation argument|(?:filters|channels) must be evenly divisible)",
        r'(?P<what>"strides > 1" not supported in conjunction with "dilation)',
        r"(?P<what>(?<!t )division by zero|axis size must be divisible|Forward layer and backward)",
        r'(?P<what>"cropping" parameter.{0,50} must be smaller)',
    ),
]
