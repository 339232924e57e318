"""Messages of PyTorch about tensors: their axes, sizes and types, losses and gradients."""

from dataclasses import replace
from math import gcd, prod

from lib.shapes.errors.message import Explanation, Message, Texts, explained, number, shape, word
from lib.shapes.errors.pasted import Found
from lib.shapes.errors.torch import LAST_STEP, SHAPES, SIZE
from lib.shapes.output import bracketed
from lib.shapes.remedy import Remedy

of = Texts(__file__).message
WHOLE = r"(?P<one>(?:torch\.)?(?:u?int\d+|bool|Long|Int|Short|Byte|Bool|long|int))\b"
ANY = r"(?:torch\.(?:cuda\.)?)?"  # "torch.cuda." of torch.cuda.FloatTensor
FOUND = rf"(?: ?[Tt]ensor)?\]? (?:but |\()(?:got|found) (?:scalar )?(?:type )?(?:Variable\[)?{ANY}"
INVALID = r"received an invalid combination of arguments - got \("  # PyTorch before 0.4
ONE = r"(?P<one>(?P<double>(?:torch\.(?:cuda\.)?)?(?:[Dd]ouble|float64)(?:Tensor)?)|[\w./]+)"
DEVICE = r"(?i:cpu|gpu|cuda|meta|mps)(?::\d+)?)\b"
UNEQUAL = rf"\D{{3,14}} {number('one')} \D{{3,13}} {number('other')}"


def target_size(found: Found) -> Explanation | None:
    """Explain that y doesn't have the shape of the output."""
    y, output = found.shape("y"), found.shape("output")
    if y == output:
        return None
    likely = [Remedy("", "Give y the shape of the output.", "print(y.shape, y_hat.shape)")]
    if output == (*y, 1):
        likely = [Remedy("", "Add a last axis of 1 to y.", "y = y.unsqueeze(-1)")]
    elif not output:
        one = "a batch has one sample, and squeeze() removed its axis, too"
        likely = [Remedy(one, "Name the axis to remove.", "y_hat = head(out[:, -1]).squeeze(-1)")]
    elif y == (*output, 1):
        likely = [Remedy("", "Remove the last axis of y.", "y = y.squeeze(-1)")]
    elif len(output) == 3 and y == (output[0], output[2]):
        likely = [LAST_STEP]
    elif len(output) == 3 and (*y, 1) == (output[0], output[2]):
        likely = [replace(LAST_STEP, code=f"{LAST_STEP.code}.squeeze(-1)")]
    elif output[1:] == y[1:] and (output[0] or 0) > (y[0] or 0):
        layers = Remedy("h_n of all layers was flattened", "Take h_n[-1].", "y_hat = head(h_n[-1])")
        likely = [replace(LAST_STEP, condition="the head received all timesteps"), layers]
    warned = "Using" in found.match[0]
    wrong = " PyTorch only warns if it can broadcast the two. The loss is then wrong."
    shapes = f"y is {bracketed(y)}, but the output is {bracketed(output)}."
    return explained(shapes + wrong * warned, *likely, check="print(y.shape, y_hat.shape)")


def batch_sizes(found: Found) -> Explanation:
    """Explain that the loss received other numbers of outputs than of labels."""
    outputs, labels = int(found["have"]), int(found["want"])
    samples = max(gcd(outputs, labels), 1)
    rows = "h_n[-1] has a row per timestep, as the layer lacks batch_first=True"
    code = "lstm = nn.LSTM(input_size, hidden_size, batch_first=True)"
    likely = [Remedy(rows, "Set batch_first=True.", code)]
    is_known = samples in (labels, outputs, labels - outputs) and samples > 1
    if samples == labels:
        steps = f"the head received all {outputs // labels} timesteps, for one label per sample"
        flat = "the labels are (samples, timesteps)"
        likely = [
            replace(LAST_STEP, condition=steps),
            Remedy(flat, "Flatten the labels, as the outputs.", "labels = labels.flatten()"),
        ]
    elif samples == outputs:
        steps = f"each sample has {labels // outputs} labels, one per timestep"
        code = "logits, labels = head(out).flatten(0, 1), labels.flatten()"
        likely.insert(0, Remedy(steps, "Pass every step to the head.", code))
    elif is_known:
        start = f"the labels of {samples} samples have the start token, one step more than outputs"
        likely.insert(0, Remedy(start, "Drop the first label.", "labels = labels[:, 1:].flatten()"))
    else:
        batches = "the outputs and the labels come from two batches"
        code = "print(x.shape, labels.shape)"
        likely.insert(0, Remedy(batches, "Take x and labels from one batch.", code))
    return explained(
        f"The loss received {outputs} rows of outputs for {labels} labels.",
        *likely,
        check="print(out.shape, logits.shape, labels.shape)",
        confidence="likely" if is_known else "possible",
    )


def viewed(found: Found) -> Explanation | None:
    """Explain that a view or a reshape to these sizes doesn't keep all numbers."""
    sizes, numbers = found.shape("target"), int(found["numbers"] or 0)
    needed = prod(size for size in sizes if size is not None)
    if not needed or (numbers and numbers % needed == 0 and (None in sizes or numbers == needed)):
        return None
    likely = []
    for place, size in enumerate(sizes):
        if numbers and None not in sizes and size and numbers * size % needed == 0:
            condition = f"axis {place} has the size {numbers * size // needed}, not {size}"
            free = bracketed((*sizes[:place], -1, *sizes[place + 1 :]))
            fix = "Let -1 stand for this size." + " The last batch is often smaller." * (not place)
            likely.append(Remedy(condition, fix, f"x = x.reshape{free}"))
    typed = Remedy("your code has fixed sizes", "Take them from x.shape.", "print(x.shape)")
    head = "the next layer is a head such as nn.Linear"
    flat = Remedy(head, "Keep the samples axis, and join all other axes.", "x = x.flatten(1)")
    multiple = "A multiple of " * (None in sizes)
    happened = f"{multiple}{needed} numbers fit the shape {found['target']}"
    happened += f", but the tensor has {numbers}." if numbers else "."
    return explained(happened, *(likely or [typed, flat]), check=SHAPES)


MESSAGES = [
    of(
        "labels per timestep",
        rf"Expected target size {shape('want')}, got (?:{SIZE})?{shape('got')}",
    ),
    Message(
        rf"input batch_size \({number('have')}\) to match target batch_size \({number('want')}\)",
        explain=batch_sizes,
    ),
    of("ragged lists", r"sequence of length (?P<want>\d+) at dim \d \(got (?P<got>\d+)\)"),
    of("axes of labels", r"1D target tensor expected|multi-target not supported"),
    Message(
        rf"(?:Using a t|T)arget size \({SIZE}{shape('y')}.{{1,45}} input size \({SIZE}"
        rf"{shape('output')}",
        rf"shapes do not match: input {shape('output')}, target {shape('y')}",
        rf"of elements: input{shape('output')} has \d+ elements, while target{shape('y')}",
        explain=target_size,
    ),
    of("label out of bounds", r"Target (?P<got>(?P<negative>-\d+)|(?P<large>\d+)) is out of"),
    of(
        "type of tokens",
        r'argument #1 "indices" .{1,70}; but got torch\.(?P<got>\w+)Tensor',
        rf'Long{FOUND}(?P<got>(?!Long)[A-Z][a-z]+)(?:Tensor)?\]? for argument #\d "ind',
    ),
    of(
        "unknown token",
        r"index out of range(?: in self|: Tried to access index (?P<got>\d+)| at .{1,60}/TH/)",
        r"(?P<assert>device-side assert)|srcIndex < srcSelectDimSize",
    ),
    of(
        "type of labels",
        rf"(?:type|to be|expected) {ANY}Long(?: or Byte,)?{FOUND}"
        r"(?P<got>(?P<values>Float|Double|Half)|(?!Long)[A-Z]\w*?)(?:Tensor|\b)",
    ),
    of(
        "whole numbers",
        rf"RNN input dtype \({WHOLE}\)",
        rf"the same dtype, but got:? {WHOLE}",
        rf"found input tensor with {WHOLE}",
    ),
    of("type of an operation", rf'"(?!is\b){word("operation")}" not impl\w+ for "{word("got")}"'),
    of(
        "two devices",
        rf"(?:tensor at|is on|devices,|Received|backend|device type) (?P<at>{DEVICE}\W.{{1,40}}? "
        rf"(?P<to>(?!(?P=at)){DEVICE}",
        r"type \W?(?:Variable\[)?(?P<at>torch\.(?:cuda\.)?(?P<kind>\w+Tensor))\W? (?:and|but) "
        r".{4,12}\W(?:Variable\[)?(?P<to>torch\.(?:cuda\.)?(?P=kind))\b",
        rf"{INVALID}(?=[^()]*(?P<at>torch\.cuda\.\w+))[^()]*?(?P<to>torch\.[A-Z]\w+)",
    ),
    of(
        "two types",
        rf"nput d?type \({ONE}\) (?:and|does not match) \w+ d?type \({word('other')}\)",
        rf"(?:dtype, but got:?|tensor with) {ONE} (?:and \w+ tensor with|and|!=) {word('other')}",
        rf"scalar type (?P<loss>(?P<other>Float|Double)) but found {ONE}",
        rf"ound dtype {ONE} but expected (?P<loss>Float)",
        rf"result type (?P<loss>Float) can.?t be cast to the desired output type {ONE}",
        rf'(?P<loss>Float){FOUND}(?P<one>[A-Z][a-z]+)(?:Tensor)?\]? for argument #\d "target',
        rf"(?:type |expected ){ANY}(?P<other>Float|Double){FOUND}{ONE}",
    ),
    of(
        "second backward",
        r"inplace operation: .{1,50}, which is output \d of (?!AsStrided|TBackw)(?P<operation>\w+)",
        r"through the graph a second|modified by an (?P<inplace>inplace)",
    ),
    of("array of a tensor", r"Can.?t call numpy\(\) on Tensor that requires grad"),
    of(
        "no tensor",
        r'"(?P<kind>numpy\.ndarray|list)" object has no attribute "dim"',
        r'argument "input" \(position 1\) must be Tensor, not (?P<kind>numpy\.ndarray|list)',
    ),
    of("no gradient", r"(?P<element>element \d+) of tensors does|for (?P<scalar>scalar) outputs"),
    of("many indices", r"too many indices for tensor of dimension (?P<count>\d+)"),
    of("no axes", r"(?P<iteration>iteration over)? a 0-d|tensor has no dim"),
    of("no such axis", r"range of \[(?P<first>-?\d+), (?P<last>\d+)\], but got (?P<axis>-?\d+)"),
    of(
        "one state",
        r'argument "hx" .{1,14} must be tuple|expects two hidden states|forward\(\) takes from 2',
        r"lstm\(\) received an invalid combination of arguments - got \(Tensor, Tensor, \w+, bool",
        "index (?P<entry>1) is out of bounds for dimension 0 with size 1$",
    ),
    of(
        "no such entry",
        rf"index (?P<got>(?P<token>\d{{3,}})|-?\d+) is out of bounds for dimension "
        rf"{number('place')} with size {number('size')}",
        r"(?P<index>tensors used as indices) must be",
    ),
    of("one time axis", r"of dimensions: got (?P<one>\d+) and (?P<other>\d+)"),
    of(
        "joined sizes",
        rf"must match except in dimension (?P<place>(?P<last>2)|(?P<early>\d))\. {UNEQUAL}",
    ),
    of(
        "paired sizes",
        rf"size of tensor a \({number('one')}\) must match the size of tensor b \("
        rf"{number('other')}\)(?: at non-singleton dimension (?P<place>(?P<samples>0)|(?P<time>1)|"
        r"(?P<features>2)|\d))?",
    ),
    Message(
        rf'{shape("target")}" is invalid for input (?:of size|with) (?:{number("numbers")}|\S)',
        explain=viewed,
    ),
    of(
        "axes of an operation",
        r"duplicate dims are not allowed|desired ordering of dimensions|start_dim cannot come",
        r"only one dimension can be inferred|pad(?:ding)? should be at most half",
    ),
    of("matrix product", r"of batch2 tensor to be: |batch[12] must be a 3D|, vec \(\d+\)$"),
    of("contiguous", r"view size is not compatible with input tensor.?s size and stride"),
]
