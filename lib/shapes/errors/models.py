"""Messages about how a model is put together, compiled and called."""

from lib.shapes.errors.message import Message, number, shape, word
from lib.shapes.errors.remedies import INPUT, LAYER_SHAPES

MODEL = "x = keras.Input((timesteps, features))\ny = LSTM(units)(x)\nmodel = keras.Model(x, y)"
OUTSIDE = r"(?![^)]*(?:lstm|gru|rnn|bidirectional))"
"""What follows isn't the name of a tensor inside a recurrent layer."""

MESSAGES = [
    Message(
        r"All .(?:in|out)puts. values must be KerasTensors|put tensors (?:to|of) .*? must be",
        r"put tensors (?:to|of) .*? must come from",
        r'no attribute "_(?:keras_history|inbound_nodes)"',
        cause="The inputs and outputs of a Model must be what an Input or a called layer gave.",
        fix="Begin with an Input, call layers or keras.ops, and name the two ends.",
        code=MODEL,
    ),
    Message(
        r'"tuple" object has no attribute "(?:layer|_keras_\w+)"',
        cause="A layer got something that this Keras takes for no tensor. Most likely layers of "
        "keras and of tf.keras stand in one model.",
        fix="Import all from one.",
        code="from tensorflow.keras.layers import Input, LSTM",
    ),
    Message(
        r"A KerasTensor cannot be used as input to a TensorFlow|KerasTensor is symbolic: it.s a pl",
        r'"KerasTensor" object has no attribute "numpy"|KerasTensor cannot be used as a boolean',
        r'type "KerasTensor" has no len|[Ss]ymbolic Keras input|to a TF API that does not',
        rf"Cannot convert a symbolic (?:tf\.)?Tensor \({OUTSIDE}(?P<name>[^)]+)\) to a numpy array",
        cause="While the model is built a tensor has a shape and no numbers yet, so functions of "
        "TensorFlow and NumPy don't work. Here it is {name}.",
        fix="Take the same function from keras.ops; numbers come from predict.",
        code="y = keras.ops.mean(x, axis=1)  # tf.reduce_mean, np.mean",
    ),
    Message(
        r"Cannot convert a symbolic (?:tf\.)?Tensor \((?P<name>[^)]+)\) to a numpy array",
        cause="{name} is inside a recurrent layer: TensorFlow to 2.4 fails there with NumPy 1.20.",
        fix="Take a newer TensorFlow; or, with that one, NumPy 1.19.",
        code="# pip install --upgrade tensorflow",
    ),
    Message(
        r"Output with path .(?!1.)[\w.]*. is not connected|Graph dis|Could not compute output",
        cause="The model's outputs can't be reached from its inputs: on the way there is another "
        "Input, one that the model wasn't given, as for a decoder's states.",
        fix="Name every Input that the outputs come from, and use the very same objects.",
        code=MODEL,
    ),
    Message(
        rf"infer the shape of the Lambda.s output(?:.*?shape={shape('axes')})?",
        rf"Array has shape {shape('axes')} but slice has to",
        rf"too many indices for array: array is {number('axes')}-dim",
        rf"Index out of range using input dim \d; input has only {number('axes')} dims",
        r"^(?:list assignment )?index out of range$|.dim. must be in the range",
        r"axis -?\d+ is out of bounds for an array|Cannot squeeze axis",
        cause="A slice such as x[:, -1, :], or a layer's axis, asks for more axes than there are: "
        "{axes}. Without return_sequences=True an LSTM's output has no time axis.",
        fix="Leave the slice out; or return every step and keep it.",
        code="y = LSTM(units)(x)  # as LSTM(units, return_sequences=True)(x)[:, -1, :]",
        confidence="likely",
    ),
    Message(
        r"has no defined (?:in|out)put|model has not yet been built|but the layer isn.t built",
        r"model has never been called|Weights for (?:the )?model \S+ have not yet been",
        r"Sequential model must get an .(?:batch_)?input_shape",
        cause="The model doesn't know its shapes: it has no Input, and no data went through it.",
        fix="Begin with an Input, of one sample's shape; join several in a functional model.",
        code=f"model = keras.Sequential([{INPUT}, LSTM(units)])",
    ),
    Message(
        r"must c(?:all .?compile\(\)|ompile (?:your|a) model)|must be compiled before",
        r"has not been compiled|forgotten to (?:call .?compile|provide a .loss)",
        cause="The model wasn't compiled, and has no loss; or it was loaded with compile=False.",
        fix="Compile it before fit and evaluate; predict needs none.",
        code='model.compile("adam", loss="mean_squared_error")',
    ),
    Message(
        r"No gradients provided for any|(?:^|ValueError: )None values not supported|Target data is",
        cause="If it comes from fit, y is missing or None; or your own loss uses NumPy or argmax.",
        fix="Give y, or a dataset of pairs.",
        code="model.fit(x, y)",
    ),
    Message(
        rf'unique names\. Name "{word("name")}"',
        rf'name "{word("name")}" is used \d+ times in the model',
        cause="Two layers of the model are called {name}, or it has one layer twice.",
        fix="Give each a name of its own; make a new layer where one is to stand again.",
        code='LSTM(units, name="another")',
    ),
    Message(
        r'name "(?P<name>\w+)" is not defined',
        cause="The name {name} was never imported or set, or no layer before gave it.",
        fix="Import what is Keras's own; ask a layer for its states.",
        code="from keras.layers import LSTM\nx, *states = LSTM(units, return_state=True)(x)",
        confidence="likely",
    ),
    Message(
        r'\b(?P<owner>[a-z]\w+)\(\) got an unexpected keyword argument "(?P<name>\w+)"',
        cause="{owner} takes no {name}. If it isn't your own, versions of two packages differ.",
        fix="Install Keras and TensorFlow of one time.",
        code="# pip install --upgrade tensorflow keras",
        confidence="possible",
    ),
    Message(
        rf"must be equal, but are {number('one')} and {number('other')}\b",
        r"calling (?P<where>\w+)(?:\.call\(\))?\.?$",
        cause="Somewhere {one} and {other} meet, features or units, and have to be equal. It "
        "happened in {where}. The rest of the message, below, says what was wrong.",
        fix="Paste it down to its last line, and print the shapes of what goes into that layer.",
        code=LAYER_SHAPES,
        confidence="possible",
    ),
]
