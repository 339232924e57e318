"""Messages of PyTorch about recurrent layers, their states, packed sequences and losses."""

from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import Found
from lib.shapes.output import bracketed
from lib.shapes.remedy import Remedy

SIZE = r"torch\.Size\("
LAST_STEP = Remedy("", "Pass only the last step to the head.", "y_hat = head(out[:, -1])")
ADD_BATCH = Remedy("x is one sequence", "Add the batch axis.", "x = x.unsqueeze(0)")
ADD_FEATURES = Remedy("x has one feature", "Add its axis.", "x = x.unsqueeze(-1)")
DETACH = Remedy(
    "the state of the previous batch starts this batch",
    "Detach the state between batches. Its values stay, but its graph ends.",
    "state = tuple(each.detach() for each in state)  # of a GRU: state.detach()",
)


def features(found: Found) -> Explanation | None:
    """Explain that the last axis of x isn't the layer's input_size."""
    if found["want"] == found["got"]:
        return None
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
        f"hidden_size. It is {bracketed(got)}.",
        *likely,
        check="print(x.shape, lstm.batch_first)",
    )


def linear(found: Found) -> Explanation | None:
    """Explain that nn.Linear received another number of features than in_features."""
    have, want = int(found["have"]), int(found["want"])
    if have == want or "keras" in found.whole:
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


def target_size(found: Found) -> Explanation | None:
    """Explain that y doesn't have the shape of the output."""
    y, output = found.shape("y"), found.shape("output")
    if y == output:
        return None
    likely = Remedy("", "Give y the shape of the output.", "print(y.shape, y_hat.shape)")
    if output == (*y, 1):
        likely = Remedy("", "Add a last axis of 1 to y.", "y = y.unsqueeze(-1)")
    elif y == (*output, 1):
        likely = Remedy("", "Remove the last axis of y.", "y = y.squeeze(-1)")
    elif len(output) == 3 and y == (output[0], output[2]):
        likely = LAST_STEP
    warned = "Using" in found.match[0]
    wrong = " PyTorch only warns if it can broadcast the two. The loss is then wrong."
    shapes = f"y is {bracketed(y)}, but the output is {bracketed(output)}."
    return explained(shapes + wrong * warned, likely)


MESSAGES = [
    Message(
        r"must be equal to input_size\. Expected (?P<want>\d+), got (?P<got>\d+)",
        explain=features,
    ),
    Message(
        rf"Expected hidden(?:\[\d\])? size {shape('want')}, got {shape('got')}",
        explain=initial_states,
    ),
    Message(
        r"(?:2-?D or 3-?D,? (?:got|but received)|must have 3 dimensions, got) (?P<axes>[4-9])",
        cause="A recurrent layer takes (samples, timesteps, features). x has {axes} axes.",
        remedies=[
            Remedy("each timestep is an image", "Flatten each timestep.", "x = x.flatten(2)"),
            Remedy("axis 1 has size 1", "Remove this axis.", "x = x.squeeze(1)"),
        ],
        check="print(x.shape)",
    ),
    Message(
        r"must have 3 dimensions, got 2",
        r"unbatched 2-D input, hx (?:and cx )?should also be 2-D",
        cause="A batch is (samples, timesteps, features), but x has fewer axes.",
        remedies=[ADD_BATCH, ADD_FEATURES],
        check="print(x.shape)",
    ),
    Message(
        r"batched 3-D input, hx (?:and cx )?should also be 3-D but got \(?(?P<axes>[12])",
        cause="A state is (layers × directions, samples, hidden_size). This state has {axes} axes. "
        "An LSTM takes a tuple of two states.",
        fix="Add the axis of the layers, or leave the states out: they start at 0.",
        code="out, state = lstm(x, (h_0.unsqueeze(0), c_0.unsqueeze(0)))",
    ),
    Message(
        r"(?P<name>\w+)\(\): argument .input. \(position 1\) must be Tensor, not tuple",
        r"tuple. object has no attribute .(?P<name>size|dim|view|reshape|transpose|contiguous)\b",
        cause="{name} needs a tensor but received a tuple, as nn.LSTM and nn.GRU return it.",
        remedies=[
            Remedy(
                "a recurrent layer returned the tuple (outputs, states)",
                "Unpack the tuple. nn.Sequential can't: write a module with a forward.",
                "out, _ = lstm(x)\ny_hat = head(out[:, -1])  # or head(out), for every step",
            ),
            Remedy("a GRU started from (h_0, c_0)", "Pass only h_0.", "out, h_n = gru(x, h_0)"),
        ],
        check="print(type(x), type(state))",
    ),
    Message(
        rf"cannot be multiplied \({number('rows')}x{number('have')} and {number('want')}x"
        rf"{number('columns')}\)",
        rf"m1: \[{number('rows')} x {number('have')}\], m2: \[{number('want')} x "
        rf"{number('columns')}\]",
        explain=linear,
    ),
    Message(
        r"lengths. argument should be a 1D CPU int64 tensor, but got (?P<got>.{1,30}) tensor",
        cause="The lengths of packed sequences are a tensor of one axis, on the CPU. They are a "
        "{got} tensor.",
        fix="Copy the lengths to the CPU. The sequences can stay on the GPU.",
        code="packed = pack_padded_sequence(x, lengths.flatten().cpu(), batch_first=True)",
    ),
    Message(
        r"Length of all samples has to be greater than 0",
        cause="A sequence of the batch has the length 0.",
        fix="Drop empty sequences.",
        code="x, y, lengths = x[lengths > 0], y[lengths > 0], lengths[lengths > 0]",
    ),
    Message(
        r"lengths. array (?:must be|has to be) sorted in decreasing order",
        cause="The longest sequence must come first.",
        fix="Set enforce_sorted=False: PyTorch sorts the sequences and restores their order.",
        code="packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)",
    ),
    Message(
        rf"Expected target size {shape('want')}, got (?:{SIZE})?(?!(?P=want)){shape('got')}",
        cause="cross_entropy reads the output as (samples, classes, timesteps), so it needs labels "
        "of shape {want}. They are {got}.",
        remedies=[
            Remedy(
                "the output is (samples, timesteps, classes)",
                "Transpose the output for the loss.",
                "loss = nn.functional.cross_entropy(logits.transpose(1, 2), labels)",
            ),
            Remedy("there is one label per sample", LAST_STEP.fix, "logits = head(out[:, -1])"),
        ],
        check="print(logits.shape, labels.shape)",
    ),
    Message(
        rf"(?:Using a t|T)arget size \({SIZE}{shape('y')}.{{1,45}} input size \({SIZE}"
        rf"{shape('output')}",
        explain=target_size,
    ),
    Message(
        r"(?:target dtype to be|scalar type) Long .{0,9}but (?:got|found) (?P<got>[A-Z]\w+)",
        r"scalar types: Long, Int; but got torch\.(?P<got>\w+)Tensor",
        cause="Class numbers and indices of an Embedding have the type Long. Here, it is {got}.",
        fix="Convert them.",
        code="labels = labels.long()",
    ),
    Message(
        rf"RNN input dtype \({word('one')}\) does not match weight dtype \({word('other')}\)",
        rf"must have the same dtype, but got {word('one')} and {word('other')}",
        r"scalar type (?P<other>Float|Double) but found (?P<one>[A-Z]\w+)",
        r"ound dtype (?P<one>Long|Double|Int) but expected (?P<other>Float)",
        cause="Two tensors have different types: {one} and {other}. Arrays of NumPy are float64, "
        "weights of PyTorch float32.",
        fix="Convert x, y and initial states to float32.",
        code="x, y = x.float(), y.float()",
    ),
    Message(
        rf"found (?P<one>\w+) tensor at {word('at')} and (?P<other>\w+) tensor at {word('to')}",
        r"same device, but found at least two devices, (?P<at>[\w:]+) and (?P<to>[\w:]+)",
        cause="Two tensors are on different devices: {at} and {to}.",
        fix="Move the model, the data and initial states to one device.",
        code="model, x, h_0 = model.to(device), x.to(device), h_0.to(device)",
    ),
    Message(
        r"inplace operation: .{1,50}, which is output \d of (?!AsStrided|TBackward)(?P<name>\w+)",
        cause="The output of {name} was changed in place, and backward needs its old values. "
        "Most likely a line such as out[mask] = 0 or out += 1 did so.",
        fix="Make a new tensor.",
        code="out = torch.where(mask, 0, out)",
    ),
    Message(
        r"backward through the graph a second time|modified by an inplace operation",
        cause="backward needs values that an earlier backward freed, or that a step changed.",
        remedies=[DETACH],
    ),
    Message(
        rf"size mismatch for {word('name')}: copying a param with shape {SIZE}{shape('saved')}\) "
        rf"from checkpoint, the shape in current model is {SIZE}{shape('own')}\)",
        cause="{name} is {saved} in the file but {own} in the model. An LSTM has 4 × hidden_size "
        "rows, a GRU 3 ×, an RNN 1 ×.",
        fix="Build the model with the layers and sizes of the saved model.",
        code="print([(name, *weight.shape) for name, weight in saved.items()])",
    ),
    Message(
        r'Unexpected key\(s\) in state_dict: "module\.',
        cause="The saved names begin with module, as nn.DataParallel saves them.",
        fix="Remove the prefix.",
        code='saved = {name.removeprefix("module."): saved[name] for name in saved}',
    ),
    Message(
        r'(?:Missing|Unexpected) key\(s\) in state_dict: "(?P<name>[\w.]+)"',
        cause="Only the model or only the file has {name}. Most likely num_layers, bidirectional "
        "(names with _reverse) or the name of a layer differs.",
        fix="Build the saved model.",
        code="print(model.state_dict().keys() ^ saved.keys())",
    ),
    Message(
        r"non-zero dropout expects num_layers greater than 1, but got dropout=(?P<rate>[\d.]*\d)",
        cause="dropout={rate} does nothing: PyTorch applies it only between layers.",
        fix="Set num_layers to 2 or more, or apply nn.Dropout to the outputs.",
        code="out = nn.Dropout({rate})(out)",
    ),
    Message(
        r"index out of range in self|index out of range: Tried to access index (?P<got>\d+)",
        r"Target (?P<got>-?\d+) is out of bounds",
        cause="An Embedding takes numbers from 0 to num_embeddings - 1, and a loss class numbers "
        "from 0 to the number of classes - 1. It received {got}.",
        fix="Number tokens or classes from 0. The size is the largest number plus 1.",
        code="embedding = nn.Embedding(int(tokens.max()) + 1, embedding_dim)",
    ),
    Message(
        rf"too many indices for tensor of dimension {number('axes')}",
        cause="An index such as out[:, -1, :] needs more axes than the tensor has: {axes}.",
        remedies=[
            Remedy("the tensor is the last step already", "Don't index.", "y_hat = head(h_n[-1])"),
            ADD_BATCH,
        ],
        check="print(x.shape)",
    ),
    Message(
        r"view size is not compatible with input tensor.s size and stride",
        cause="view can't join axes that aren't contiguous in memory, as after a transpose.",
        fix="Use reshape. To swap axes, use transpose: reshape would mix up the values.",
        code="flat = out.transpose(1, 2).reshape(len(x), -1)",
    ),
    Message(
        r'RNN(?:Base)?\.__init__\(\) got an unexpected keyword argument "(?P<name>return_\w+)"',
        cause="PyTorch's layers have no {name}: they return every output, and the last states.",
        fix="Unpack both. out[:, -1] is the last step.",
        code="out, state = lstm(x)",
    ),
]
