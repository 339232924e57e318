"""Messages about operations on tensors: reshaping, joining, sliding windows, broadcasting."""

from lib.shapes.errors.message import Explanation, Message, Remedy, explained, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found
from lib.shapes.errors.remedies import LAYER_SHAPES, WINDOWS


def joined_arrays(found: Found) -> Explanation:
    """Tensors that are to be joined, and differ in more than the axis along which they are."""
    one, other = found["one"] or "Two shapes", found["other"] or "others"
    both = Comparison(found.shape("one"), found.shape("other"))
    if both.lacks:
        return explained(
            f"{one} and {other} are to be joined: one has a time axis and the other has none.",
            fix="Repeat the one for each timestep, or return the other's last step only.",
            code="b = RepeatVector(timesteps)(b)\ny = Concatenate()([a, b])",
        )
    places = [place for place in both.differing if place] or both.differing or [1]
    axis = f"{both.name(places[0])}s" if both.differing else "sizes"
    differ = f": they differ in their {axis}" if both.differing else ""
    return explained(
        f"{one} and {other} are to be joined along one axis, and must be the same in the "
        f"others{differ}.",
        fix=f"Bring them to the same {axis}; or name the axis along which they may differ.",
        code=f"y = Concatenate(axis={places[0]})([a, b])",
    )


MESSAGES = [
    Message(
        rf"total size of .*? must be(?:.*?_shape={shape('before')}, \w+={shape('after')})?",
        rf"annot reshape a.*? {number('before')} (?:into|elements to) shape {shape('after')}",
        rf"to reshape is a tensor with {number('before')} values, but .*? {number('after')}",
        cause="A reshape has to keep all numbers, and here it goes from {before} to {after}. In a "
        "Reshape layer sizes are of one sample, without the batch.",
        fix="Choose sizes with the same product, one of them -1. Windows of a table are cut.",
        code=WINDOWS,
    ),
    Message(
        rf"shapes except for the concat(?:enation)? axis(?:.*?\[{shape('one')}, {shape('other')})?",
        rf"ConcatOp :.*?should match: shape\[0\] = {shape('one')} vs\. shape\[\d+\] = "
        rf"{shape('other')}",
        explain=joined_arrays,
    ),
    Message(
        r"(?:Concatenate|[Mm]erg(?:e|ing)|Dot).{0,9} layer.? should be called on",
        r"(?P<joining>Subtract).? layer should be called|layer accepts inputs list",
        r"(?P<joining>Attention) layer must be called on a list",
        r"layer must be called on a list|missing.{0,40} argument: .value(?:_shape)?.",
        cause="{joining} takes several tensors, in one list, and got another number.",
        fix="Give it that list, in a functional model; Subtract and Dot take two.",
        code="y = {joining}()([a, b])",
    ),
    Message(
        rf"axis values {word('one')} \(at axis [^)]+\) != {word('other')} \(",
        rf"Dimension incompatibility.*?{number('one')} != {number('other')}\. Layer shapes: ",
        r"Cannot perform batch_dot",
        cause="Dot multiplies along axes of equal sizes. They are {one} and {other}.",
        remedies=[
            Remedy(
                "the two are to be compared by their features",
                "Name that axis of both, and give the layers before the same units.",
                "y = Dot(axes=(2, 2))([a, b])",
            ),
            Remedy(
                "weights for each timestep are to sum up a sequence",
                "Name the time axis of both.",
                "y = Dot(axes=(1, 1))([a, b])",
            ),
        ],
        check="print(a.shape, b.shape)",
    ),
    Message(
        rf"size would be.*?negative.*?inputs[ .]shape={shape('left')}",
        rf"Negative dimension size caused by subtracting \d+ from {number('left')}",
        r"negative dimensions are not|due to downsampling in|utput (?:shape|size)[^.]*? negative",
        cause="A convolution or pooling sees more timesteps, or rows, at once than are left. It "
        "got {left}. Each one before it shortens the sequence.",
        fix="Take a smaller kernel or pool, fewer such layers, longer sequences, or padding.",
        code='Conv1D(filters, kernel_size, padding="same")',
    ),
    Message(
        rf"Inputs have incompatible shapes\. Received shapes {shape('one')} and {shape('other')}",
        rf"Operands could not be broadcast together with shapes {shape('one')} {shape('other')}",
        rf"has value {number('one')}, which cannot be broadcasted to {number('other')}",
        r"^operands could not be broadcast together$|Cannot merge tensors with different batch",
        r".mask. must be broadcastable to|of .value. and .key., except the last one",
        cause="Two tensors of one layer can't be paired. They are {one} and {other}.",
        fix="Give the layers before the same units, and return_sequences to both or to none.",
        code="y = Add()([LSTM(units)(x), LSTM(units)(x)])",
    ),
    Message(
        rf"operands could not be broadcast .*? shapes {shape('got')} {shape('own')} [(\[]",
        rf"output operand with shape {shape('got')} doesn.t match.*?shape {shape('own')}",
        cause="What is worked on, {got}, doesn't fit {own}. Most likely a scaler was fitted on "
        "other columns than it gets: on all of the table, where the model predicts one.",
        fix="Scale the target with a scaler of its own, and turn predictions back with that.",
        code='scaler_y = MinMaxScaler().fit(table[["target"]])\n'
        "prediction = scaler_y.inverse_transform(model.predict(x))",
    ),
    Message(
        rf"operands could not be broadcast together with shapes {shape('one')} {shape('other')}",
        cause="NumPy lines {one} and {other} up from the right, and of two sizes that differ one "
        "must be 1. Most likely predictions have a time axis, of return_sequences=True.",
        fix="Compare the last step, or give y the time axis too.",
        code="error = model.predict(x)[:, -1] - y",
    ),
    Message(
        r'for "\W*(?:node )?(?P<layer>[\w./]*(?:lstm|gru|rnn|bi)\w*)/(?:transpose|Tile).*? shapes: '
        rf"{shape('have')}",
        r'rank \d but is rank (?P<have>\d) for (?:".*?MatMul|\dth)',
        cause="{layer} takes fewer axes than it got, {have}, or its mask has too many, as where an "
        "Embedding got three.",
        fix="Give an Embedding (samples, timesteps); mask after what works on each timestep.",
        code=LAYER_SHAPES,
        confidence="likely",
    ),
    Message(
        r"(?P<what>Invalid permutation argument|(?:filters|channels) must be evenly divisible)",
        r"(?P<what>.strides > 1. not supported in conjunction with .dilation)",
        r"(?P<what>(?<!t )division by zero|axis size must be divisible|Forward layer and backward)",
        r"(?P<what>.cropping. parameter.{0,50} must be smaller)",
        cause="If it comes from a layer, its settings don't go together: {what}.",
        fix="Permute counts axes from 1; filters divide by groups; strides or dilation_rate is 1.",
        code="Conv1D(filters=8, kernel_size=3, groups=2)",
        confidence="likely",
    ),
]
