"""Messages about files, weights, and names of an older Keras."""

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.message import Explanation, Message, explained, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found
from lib.shapes.errors.remedies import INPUT
from lib.shapes.output import Shape, bracketed
from lib.text import beside

CLASSES = "Functional|Sequential|InputLayer|LSTM|GRU|Bidirectional|TimeDistributed|Dense"
GONE = {name: row for row in beside(__file__, "keras2")["attributes"] for name in row["names"]}


def gone(found: Found) -> Explanation | None:
    """Explain that a name of an earlier Keras is gone."""
    if (name := found["name"]) not in GONE:
        return None
    happened = f"{found['owner'] or 'This Keras'} has no {name} in Keras 3."
    return explained(happened, fix=GONE[name]["fix"], code=GONE[name]["code"])


def weights(found: Found, own: Shape = (), received: Shape = ()) -> Explanation | None:
    """Explain which axis of a weight differs: the layer has the shape `own` and got `received`."""
    own = own or found.shape("own") or found.shape("one")
    received = received or found.shape("got") or found.shape("other")
    if own == received:
        return None
    both, why = Comparison(own, received), ""
    if both.is_batch and len(own) == 2:
        rows = "words" if "embedding" in found.match[0].lower() else "features"
        why = f": {own[0]} {rows} here, {received[0]} there"
    elif both.lacks:
        why = f": {both.in_words()}, of another layer, or with the batch among them"
    elif both.differing:
        why = f": {own[-1]} here, {received[-1]} there: other units, of which an LSTM has four "
        why += "times as many columns, and a GRU three times"
    layer, shapes = found["layer"] or "the layer", (bracketed(own), bracketed(received))
    return explained(
        f"The weight of {layer} is {shapes[0]} here, and {shapes[1]} came{why}.",
        fix="Build the model as the other was, layer by layer.",
        code="print([w.shape for w in model.weights])",
    )


MESSAGES = [
    Message(
        r'Unrecognized keyword arguments: \["batch_shape"|InputLayer.*?"batch_shape"',
        r'"str" object has no attribute "decode"|parent module keras\.src\S* cannot be imported',
        cause="The file was saved by Keras 3, or with h5py 3, and an older version reads it.",
        fix="Read it with the version that saved it, or a newer one.",
        code="print(keras.__version__)",
    ),
    Message(
        rf'Could not \w+ function "(?P<name>{"|".join(RULE_OF)})"',
        cause="The file names {name}, a loss or metric of Keras's own, as another version did.",
        fix="Load the model without it, and compile it anew: only training needs it.",
        code="model = keras.models.load_model(path, compile=False)\n"
        'model.compile("adam", loss="{name}")',
    ),
    Message(
        rf'(?:not \w+ class|Unknown layer:) "?(?P<name>{CLASSES})\b',
        cause="{name} is Keras's own: most likely the file is of another version, or of tf.keras.",
        fix="Load it with the package and version that saved it; Keras 2 is tf_keras today.",
        code="model = tf_keras.models.load_model(path)  # a file of Keras 2",
    ),
    Message(
        r'Unknown (?:(?P<loss>loss)|(?P<metric>metric))(?: function)?: ?"?(?P<name>\w+)',
        cause="Keras knows no loss or metric {name}: most likely it is your own.",
        fix="Give compile the function itself; hand it over while loading a file.",
        code="model.compile(optimizer, {loss}={name})  # {name} is a function\n"
        "model.compile(optimizer, loss, {metric}s=[{name}])  # {name} is a function\n"
        'model = keras.models.load_model(path, custom_objects={"{name}": {name}})  # or',
    ),
    Message(
        r'(?:Unknown|Invalid) (?:layer|loss|metric|object)(?: function)?: ?"?(?P<name>[\w>]+)',
        r'Could not (?:locate|deserialize|find) (?:class|function) "(?P<name>[\w.>]+)"',
        rf'Could not interpret \w+ identifier\W*class_name\W*{word("name")}"',
        cause="The file names {name}, unknown here: most likely your own, or another version's.",
        fix="Hand it over while loading; load Keras's own with the version that saved it.",
        code='model = keras.models.load_model(path, custom_objects={"{name}": {name}})',
    ),
    Message(
        r"only supports V3 .?\.keras|File format not supported|file signature not found",
        r"No model (?:config )?found in (?:the )?config",
        cause="The path isn't a file that this Keras reads, as a folder of Keras 2, or weights.",
        fix="Save it as .keras with the Keras that made it; build the model, then load weights.",
        code='model.save("model.keras")',
    ),
    Message(
        r"GRU\(reset_after=\w+\) is not compatible with GRU\(reset_after=",
        cause="The GRU's weights are of another reset_after: False in older versions, True today.",
        fix="Build the layer with reset_after as the file has it.",
        code="GRU(units, reset_after=False)",
    ),
    Message(
        rf"length {number('got')}, but the layer was expecting 0 weight",
        rf"expect(?:s|ed) 0 (?:weight|variable).*?(?:weights have|eceived) {number('got')}",
        rf"containing {number('got')} layers into a model with 0 layers",
        cause="What is to get {got} has none yet: it was never built.",
        fix="Begin the model with an Input; build a layer that is in no model.",
        code=f"model = keras.Sequential([{INPUT}, Bidirectional(LSTM(units))])\n"
        "layer.build((None, timesteps, features))",
    ),
    Message(
        r"file(?:path|name)[\w ]* must end in .(?P<end>\.[\w.]+?).[ .(]",
        cause="Keras 3 tells by its name what a file holds: {end} is wanted here.",
        fix="End the path so: .keras for a model, .weights.h5 for weights alone.",
        code='ModelCheckpoint("best{end}")',
    ),
    Message(
        rf"length {number('got')}, but the layer was expecting {number('own')} weight",
        rf"expect(?:s|ed) {number('own')} (?:weight|variable).*?(?:weights have|eceived) "
        rf"{number('got')}",
        rf"containing {number('got')} layers into a model with {number('own')} ",
        r"Layer count mis|objects could not",
        cause="The weights are of other layers: {own} are wanted, {got} came. A recurrent layer "
        "has three weights, in Bidirectional six; in a file of Keras 1 an LSTM has twelve.",
        fix="Take them from a model of the same kind and version; or save the whole model.",
        code="twin.set_weights(model.get_weights())",
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
        explain=gone,
    ),
]
