"""Messages about building and calling models, and about operations on their tensors."""

from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found
from lib.shapes.errors.remedies import INPUT, LAYER_SHAPES, WINDOWS

MODEL = f"inputs = {INPUT}\noutputs = LSTM(units)(inputs)\nmodel = keras.Model(inputs, outputs)"
OUTSIDE = r"(?![^)]*(?:lstm|gru|rnn|bidirectional))"  # The tensor isn't in a recurrent layer.


def joined_arrays(found: Found) -> Explanation:
    """Explain that two tensors differ in an axis along which they aren't joined."""
    one, other = found["one"] or "Two shapes", found["other"] or "others"
    pair = Comparison(found.shape("one"), found.shape("other"))
    if pair.missing:
        return explained(
            f"{one} and {other} can't be joined: only one of them has a time axis.",
            fix="Repeat the tensor that lacks a time axis, or join only last steps.",
            code="b = RepeatVector(a.shape[1])(b)\ny = Concatenate()([a, b])",
        )
    places = [place for place in pair.differing if place] or pair.differing or [1]
    axis = f"number of {pair.name(places[0])}s" if pair.differing else "sizes"
    return explained(
        f"{one} and {other} differ in their {axis}, but are joined along another axis.",
        fix=f"Give both tensors the same {axis}, or join them along the axis that differs.",
        code=f"y = Concatenate(axis={places[0]})([a, b])",
    )


MESSAGES = [
    Message(
        r"All .(?:in|out)puts. values must be KerasTensors|put tensors (?:to|of) .*? must be",
        r"put tensors (?:to|of) .*? must come from",
        r'no attribute "_(?:keras_history|inbound_nodes)"',
        cause="The inputs and outputs of a Model must be tensors from an Input or a called layer.",
        fix="Start with an Input, call layers or keras.ops, and pass the first and last tensor.",
        code=MODEL,
    ),
    Message(
        r'"tuple" object has no attribute "(?:layer|_keras_\w+)"',
        cause="A layer received no tensor. Most likely the model mixes keras and tf.keras.",
        fix="Import everything from one package.",
        code="from tensorflow.keras.layers import Input, LSTM",
    ),
    Message(
        r"A KerasTensor cannot be used as input to a TensorFlow|KerasTensor is symbolic: it.s a pl",
        r'"KerasTensor" object has no attribute "numpy"|KerasTensor cannot be used as a boolean',
        r'type "KerasTensor" has no len|[Ss]ymbolic Keras input|to a TF API that does not',
        rf"Cannot convert a symbolic (?:tf\.)?Tensor \({OUTSIDE}(?P<name>[^)]+)\) to a numpy array",
        cause="While a model is built, tensors have a shape but no values yet. One is {name}.",
        fix="Use the matching function of keras.ops, or get values from predict.",
        code="y = keras.ops.mean(x, axis=1)  # tf.reduce_mean, np.mean",
    ),
    Message(
        r"Cannot convert a symbolic (?:tf\.)?Tensor \((?P<name>[^)]+)\) to a numpy array",
        cause="{name} is inside a recurrent layer. TensorFlow 2.4 or older fails with NumPy 1.20.",
        fix="Install a newer TensorFlow, or NumPy 1.19.",
        code="# pip install --upgrade tensorflow",
    ),
    Message(
        r"Output with path .(?!1.)[\w.]*. is not connected|Graph dis|Could not compute output",
        cause="The model's outputs can't be reached from its inputs: they depend on another Input.",
        fix="Pass keras.Model every Input object that you called the layers on.",
        code=MODEL,
    ),
    Message(
        rf"infer the shape of the Lambda.s output(?:.*?shape={shape('axes')})?",
        rf"Array has shape {shape('axes')} but slice has to",
        rf"too many indices for array: array is {number('axes')}-dim",
        rf"Index out of range using input dim \d; input has only {number('axes')} dims",
        r"^(?:list assignment )?index out of range$|.dim. must be in the range",
        r"axis -?\d+ is out of bounds for an array|Cannot squeeze axis|Invalid reduction dim",
        cause="A slice such as x[:, -1, :], or a layer's axis, needs more axes than the tensor "
        "has: {axes}. Most likely the LSTM before it returns only its last step.",
        fix="Remove the slice, or keep it and set return_sequences=True.",
        code="last = LSTM(units)(x)  # as LSTM(units, return_sequences=True)(x)[:, -1, :]",
    ),
    Message(
        r"has no defined (?:in|out)put|model has not yet been built|but the layer isn.t built",
        r"model has never been called|Weights for (?:the )?model \S+ have not yet been",
        r"Sequential model must get an .(?:batch_)?input_shape",
        cause="The model has no shapes yet: it has no Input, and it never received data.",
        fix="Start with an Input of one sample's shape. For several Inputs, use keras.Model.",
        code=f"model = keras.Sequential([{INPUT}, LSTM(units)])",
    ),
    Message(
        r"must c(?:all .?compile\(\)|ompile (?:your|a) model)|must be compiled before",
        r"has not been compiled|forgotten to (?:call .?compile|provide a .loss)",
        cause="The model has no loss: it wasn't compiled, or it was loaded with compile=False.",
        fix="Call compile before fit and evaluate. predict doesn't need it.",
        code='model.compile("adam", loss="mean_squared_error")',
    ),
    Message(
        rf'unique names\. Name "{word("name")}"',
        rf'name "{word("name")}" is used \d+ times in the model',
        cause="Two layers of the model are called {name}, or one layer was added twice.",
        fix="Give each layer its own name, and create a new layer for each place.",
        code='LSTM(units, name="another")',
    ),
    Message(
        r'name "(?P<name>\w+)" is not defined',
        cause="Most likely {name} was never imported or assigned, or no layer returned it.",
        fix="Import Keras's names. Get states with return_state=True.",
        code="from keras.layers import LSTM\nx, *states = LSTM(units, return_state=True)(x)",
    ),
    Message(
        r'\b(?P<owner>[a-z]\w+)\(\) got an unexpected keyword argument "(?P<name>\w+)"',
        cause="{owner} takes no {name}. If the function isn't yours, two packages don't match.",
        fix="Install matching versions of Keras and TensorFlow.",
        code="# pip install --upgrade tensorflow keras",
        confidence="possible",
    ),
    Message(
        rf"must be (?:equal|evenly divisible)\D+{number('one')} (?:and|but is) {number('other')}\b",
        r"calling (?P<where>\w+)(?:\.call\(\))?\.?$",
        cause="Two sizes differ: {one} and {other}. The call of {where} failed.",
        fix="Paste the whole message, and print the shapes of the failing layer's inputs.",
        code=LAYER_SHAPES,
        confidence="possible",
    ),
    Message(
        rf"total size of .*? must be(?:.*?_shape={shape('before')}, \w+={shape('after')})?",
        rf"annot reshape a.*? {number('before')} (?:into|elements to) shape {shape('after')}",
        rf"to reshape is a tensor with {number('before')} values, but .*? {number('after')}",
        cause="A reshape must keep all numbers. This reshape goes from {before} to {after}.",
        fix="Use sizes with the same product. One may be -1. To get sequences, cut windows.",
        code=WINDOWS,
    ),
    Message(
        rf"shapes except for the concat(?:enation)? axis(?:.*?\[{shape('one')}, {shape('other')})?",
        rf"ConcatOp :.*?shape\[0\] = {shape('one')} vs\. shape\[\d+\] = {shape('other')}",
        explain=joined_arrays,
    ),
    Message(
        r"(?:Concatenate|[Mm]erg(?:e|ing)|Dot).{0,9} layer.? should be called on",
        r"(?P<joining>Subtract).? layer should be called|layer accepts inputs list",
        r"(?P<joining>Attention) layer must be called on a list",
        r"layer must be called on a list|missing.{0,40} argument: .value(?:_shape)?.",
        cause="{joining} takes a list of several tensors, but received no list or another number.",
        fix="Pass a list in a functional model. Subtract and Dot take two tensors.",
        code="y = {joining}()([a, b])",
    ),
    Message(
        rf"axis values {word('one')} \(at axis [^)]+\) != {word('other')} \(",
        rf"Dimension incompatibility.*?{number('one')} != {number('other')}\. Layer shapes: ",
        r"Cannot perform batch_dot",
        cause="Dot needs axes of equal sizes. The sizes are {one} and {other}.",
        fix="Set axes to 2 to compare features, or to 1 to sum a sequence with a weight per step.",
        code="y = Dot(axes=2)([a, b])  # or axes=1",
    ),
    Message(
        rf"size would be.*?negative.*?inputs[ .]shape={shape('left')}",
        rf"Negative dimension size caused by subtracting \d+ from {number('left')}",
        r"negative dimensions are not|due to downsampling in|utput (?:shape|size)[^.]*? negative",
        cause="The kernel or pool is longer than its input. The input's size is {left}.",
        fix="Use a smaller kernel or pool, fewer of these layers, longer sequences, or padding.",
        code='Conv1D(16, 3, padding="same")',
    ),
    Message(
        rf"Inputs have incompatible shapes\. Received shapes {shape('one')} and {shape('other')}",
        rf"Operands could not be broadcast together with shapes {shape('one')} {shape('other')}",
        rf"has value {number('one')}, which cannot be broadcasted to {number('other')}",
        r"^operands could not be broadcast together$|Cannot merge tensors with different batch",
        r"of .value. and .key., except the last one",
        cause="The two input tensors of a layer don't fit. They differ: {one} and {other}.",
        fix="Give both preceding layers the same units and the same return_sequences.",
        code="y = Add()([LSTM(units)(x), LSTM(units)(x)])",
    ),
    Message(
        rf"operands could not be broadcast .*? shapes {shape('got')} {shape('own')} [(\[]",
        rf"output operand with shape {shape('got')} doesn.t match.*?shape {shape('own')}",
        cause="Shape {got} doesn't fit {own}. Most likely a scaler was fitted on other columns.",
        fix="Fit a separate scaler on the target, and invert predictions with that scaler.",
        code='scaler_y = MinMaxScaler().fit(table[["target"]])\n'
        "prediction = scaler_y.inverse_transform(model.predict(x))",
    ),
    Message(
        rf"operands could not be broadcast together with shapes {shape('one')} {shape('other')}",
        cause="NumPy pairs the axes of {one} and {other} from the right. If two sizes differ, one "
        "must be 1. Most likely return_sequences=True gives predictions a time axis.",
        fix="Compare only the last step, or give y a time axis too.",
        code="error = model.predict(x)[:, -1] - y",
    ),
    Message(
        r'for "\W*(?:node )?(?P<layer>[\w./]*(?:lstm|gru|rnn|bi)\w*)/(?:transpose|Tile).*? shapes: '
        rf"{shape('have')}",
        r'rank \d but is rank (?P<have>\d) for (?:".*?MatMul|\dth)',
        cause="Most likely {layer} takes fewer than {have} axes, or its mask has too many axes.",
        fix="Pass (samples, timesteps) to an Embedding. Put Masking after TimeDistributed.",
        code=LAYER_SHAPES,
    ),
    Message(
        r"(?P<what>Invalid permutation argument|(?:filters|channels) must be evenly divisible)",
        r"(?P<what>.strides > 1. not supported in conjunction with .dilation)",
        r"(?P<what>(?<!t )division by zero|axis size must be divisible|Forward layer and backward)",
        r"(?P<what>.cropping. parameter.{0,50} must be smaller)",
        cause="If a layer raised this, its settings don't fit together: {what}.",
        fix="Permute counts axes from 1. groups divides filters. strides or dilation_rate is 1.",
        code="Conv1D(filters=8, kernel_size=3, groups=2)",
    ),
]
