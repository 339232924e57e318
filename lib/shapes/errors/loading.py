"""Messages about files, weights, and names of an older Keras."""

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found
from lib.shapes.errors.remedies import INPUT
from lib.shapes.output import Shape, bracketed
from lib.shapes.stack.settings import ATTRIBUTES

CLASSES = "Functional|Sequential|InputLayer|LSTM|GRU|Bidirectional|TimeDistributed|Dense"


def removed(found: Found) -> Explanation | None:
    """Explain that Keras 3 removed a name of an earlier version."""
    if (name := found["name"]) not in ATTRIBUTES:
        return None
    happened = f"{found['owner'] + ' has' if found['owner'] else 'There is'} no {name} in Keras 3."
    return explained(happened, fix=ATTRIBUTES[name]["fix"], code=ATTRIBUTES[name]["code"])


def weights(found: Found, expected: Shape = (), received: Shape = ()) -> Explanation | None:
    """Explain which axis of a weight differs between the expected and the received shape."""
    expected = expected or found.shape("own") or found.shape("one")
    received = received or found.shape("got") or found.shape("other")
    if expected == received:
        return None
    pair, why = Comparison(expected, received), ""
    if pair.is_batch and len(expected) == 2:
        rows = "words" if "embedding" in found.match[0].lower() else "features"
        why = f": {received[0]} {rows} instead of {expected[0]}"
    elif pair.missing:
        why = f": {pair.in_words()}. The weight is from another layer, or includes the batch"
    elif pair.differing:
        why = f": {received[-1]} columns instead of {expected[-1]}. The units differ: "
        why += "an LSTM has four columns per unit, a GRU three"
    layer, shapes = found["layer"] or "the layer", (bracketed(expected), bracketed(received))
    return explained(
        f"The weight of {layer} has the shape {shapes[0]} but received {shapes[1]}{why}.",
        fix="Build both models with the same layers and sizes.",
        code="print([w.shape for w in model.weights])",
    )


MESSAGES = [
    Message(
        r'Unrecognized keyword arguments: \["batch_shape"|InputLayer.*?"batch_shape"',
        r'"str" object has no attribute "decode"|parent module keras\.src\S* cannot be imported',
        cause="The file was saved by Keras 3, or with h5py 3, but an older version is loading it.",
        fix="Load the file with the version that saved it, or a newer version.",
        code="print(keras.__version__)",
    ),
    Message(
        rf'Could not \w+ function "(?P<name>{"|".join(RULE_OF)})"',
        cause="The file names {name}, a loss or metric of Keras, in another version's format.",
        fix="Load the model with compile=False. Compile it again if you train it.",
        code='model = keras.models.load_model("model.keras", compile=False)\n'
        'model.compile("adam", loss="{name}")',
    ),
    Message(
        rf'(?:not \w+ class|Unknown layer:) "?(?P<name>{CLASSES})\b',
        cause="{name} belongs to Keras: most likely another version, or tf.keras, saved the file.",
        fix="Load the file with the package and version that saved it. Keras 2 is now tf_keras.",
        code='import tf_keras\nmodel = tf_keras.models.load_model("model.h5")',
    ),
    Message(
        r'Unknown (?:(?P<loss>loss)|(?P<metric>metric))(?: function)?: ?"?(?P<name>\w+)',
        cause="Keras has no loss or metric {name}: most likely it is your own function.",
        fix="Pass the function to compile, or to load_model as a custom object.",
        code='model.compile("adam", {loss}={name})  # {name} is a function\n'
        'model.compile("adam", "mse", {metric}s=[{name}])  # {name} is a function\n'
        'model = keras.models.load_model("model.keras", custom_objects={"{name}": {name}})  # or',
    ),
    Message(
        r'(?:Unknown|Invalid) (?:layer|loss|metric|object)(?: function)?: ?"?(?P<name>[\w>]+)',
        r'Could not (?:locate|deserialize|find) (?:class|function) "(?P<name>[\w.>]+)"',
        rf'Could not interpret \w+ identifier\W*class_name\W*{word("name")}"',
        cause="The file names {name}, most likely your own, or from another Keras version.",
        fix="Pass your own object while loading, or use the Keras version that saved the file.",
        code='model = keras.models.load_model("model.keras", custom_objects={"{name}": {name}})',
    ),
    Message(
        r"only supports V3 .?\.keras|File format not supported|file signature not found",
        r"No model (?:config )?found in (?:the )?config",
        cause="This Keras can't read the path: it is a Keras 2 folder, or a file of weights.",
        fix="Save the model as .keras with its own Keras, or build it and load the weights.",
        code='model.save("model.keras")',
    ),
    Message(
        r"GRU\(reset_after=\w+\) is not compatible with GRU\(reset_after=",
        cause="The GRU's weights need another reset_after. Older versions used False.",
        fix="Build the layer with the reset_after of the file.",
        code="GRU(units, reset_after=False)",
    ),
    Message(
        rf"length {number('got')}, but the layer was expecting 0 weight",
        rf"expect(?:s|ed) 0 (?:weight|variable).*?(?:weights have|eceived) {number('got')}",
        rf"containing {number('got')} layers into a model with 0 layers",
        cause="The model or layer has no weights yet: it was never built. It received {got}.",
        fix="Start the model with an Input. If the layer is in no model, call build.",
        code=f"model = keras.Sequential([{INPUT}, Bidirectional(LSTM(units))])\n"
        "model.layers[0].build(x.shape)",
    ),
    Message(
        r"file(?:path|name)[\w ]* must end in .(?P<end>\.[\w.]+?).[ .(]",
        cause="Keras 3 decides by the file name what to save: this path must end in {end}.",
        fix="Use .keras for a model and .weights.h5 for weights alone.",
        code='keras.callbacks.ModelCheckpoint("best{end}")',
    ),
    Message(
        rf"length {number('got')}, but the layer was expecting {number('own')} weight",
        rf"expect(?:s|ed) {number('own')} (?:weight|variable).*?(?:weights have|eceived) "
        rf"{number('got')}",
        rf"containing {number('got')} layers into a model with {number('own')} ",
        r"Layer count mis|objects could not",
        cause="The weights belong to other layers: expected {own}, received {got}. A recurrent "
        "layer has three weights, Bidirectional six. In files of Keras 1, an LSTM has twelve.",
        fix="Use weights of a model with the same layers and version, or save the whole model.",
        code='model.save("model.keras")\nmodel = keras.models.load_model("model.keras")',
    ),
    Message(
        rf"Layer (?P<layer>\S*?) ?(?:weight )?shape {shape('own')}.*?not compatible with.*?"
        rf"{shape('got')}",
        rf"(?:object <{word('layer')} .*?)?variable.shape={shape('own')}, Received: "
        rf"value.shape={shape('got')}",
        rf'named "{word("layer")}".*?has shape {shape("own")}, but the saved.*?{shape("got")}',
        rf"weight {word('layer')} Weight expects shape {shape('own')}\. Received.*?{shape('got')}",
        rf'variable "? ?{word("layer")}"?.*?variable shape {shape("own")}.*?and.*?{shape("got")}',
        rf"Assign requires.*?lhs shape ?= ?{shape('own')} rhs shape ?= ?{shape('got')}",
        rf"Dimension \d in both shapes must be equal.*?{shape('own')} and {shape('got')}.*?Assign",
        explain=weights,
    ),
    Message(
        r'(?:"(?P<owner>[\w.]+)" )?(?:object )?has no attribute "(?P<name>\w+)"',
        r'cannot import name "?(?P<name>\w+)"?(?: from "(?P<owner>[\w.]+)")?',
        r'module named "(?P<owner>\S*?(?:keras|flow)\S*?)\.(?P<name>(layers\.)?\w+)"',
        explain=removed,
    ),
]
