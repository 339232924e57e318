"""Messages about files, weights, and names of another version."""

import re

from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.message import Explanation, Message, Texts, explained, number, shape, word
from lib.shapes.errors.pasted import Comparison, Found
from lib.shapes.output import Shape, bracketed
from lib.shapes.remedy import Remedy
from lib.shapes.stack.settings import ATTRIBUTES

TEXTS = Texts(__file__)
of = TEXTS.message
CLASSES = "Functional|Sequential|InputLayer|LSTM|GRU|Bidirectional|TimeDistributed|Dense"
CLASSES += r"|(?P<merge>Merge|MaxoutDense)|\w+OpLambda|TensorFlowOpLayer"
INITIALIZERS = r"Orthogonal|Glorot\w+|He\w+|Random\w+|VarianceScaling|Zeros|Ones"
REMOVED = ATTRIBUTES | {name: row for row in TEXTS.rows["names"] for name in row["names"]}
CELLS = {"lstm": ("LSTM", 4), "gru": ("GRU", 3), "rnn": ("SimpleRNN", 1), "dense": ("Dense", 1)}
MOST_FEATURES = 5000  # More rows than this aren't features.
MODEL_WEIGHTS = "print([(layer.name, [w.shape for w in layer.weights]) for layer in model.layers])"


def removed(found: Found) -> Explanation | None:
    """Explain that the installed version lacks a name that another version has."""
    name, owner = found["name"], re.sub("^module$", "", found["owner"])  # Python 2 has no names.
    keys = f"{owner}.{name}", name, f"{owner}.*"
    if row := next((REMOVED[key] for key in keys if key in REMOVED), None):
        happened = f"{owner + ' has' if owner else 'There is'} no {name} in the installed version."
        words = {"name": name}
        return explained(happened, fix=row["fix"], code=row["code"], words=words, check=TEXTS.check)
    line = re.search(rf"from ((?:keras|tensorflow)\S*) import .{{0,200}}\b{name}\b", found.whole)
    owner = owner or (line[1] if line else "")
    if not re.match(r"(?:keras|tensorflow|tf)\b", owner):
        return None
    row = TEXTS.row("missing name")
    is_inner = re.search(r"python|src|engine|compat|internal", owner)  # Only Keras uses these.
    likely = row["remedies"] if is_inner else row["remedies"][::-1]
    words = {"name": name, "owner": owner}
    return explained(row["cause"], *likely, words=words, check=TEXTS.check, confidence="possible")


def weights(found: Found, own: Shape = (), got: Shape = ()) -> Explanation | None:
    """Explain how a weight of the model differs from the saved or passed weight."""
    own = own or found.shape("own") or found.shape("one")
    got = got or found.shape("got") or found.shape("other")
    layer = found["layer"].removesuffix(".")
    if own and not found["got"] + found["other"]:  # The message was cut.
        happened = f"The model's weight is {found['own']}, but the given weight has another shape."
        return explained(happened, *TEXTS.remedies("sizes", "order"), check=MODEL_WEIGHTS)
    if own == got or not own or not got:
        return None
    if found["gates"] and int(found["gates"]) % 3:
        return None  # A GRU has three gates.
    at = (Comparison(own, got).differing or [0])[0]
    columns = got[-1] or 0
    cell, gates = CELLS[next((name for name in CELLS if name in layer.lower()), "lstm")]
    other, of_other = ("LSTM", 4) if columns > (own[-1] or 0) else ("GRU", 3)
    gru = f"GRU({columns // 3}, reset_after={len(got) == 2})"
    gru = f"Bidirectional({gru})" if "bidirectional" in layer.lower() else gru
    words = {
        "own": own[at], "got": got[at], "rows": got[0], "columns": columns, "gru": gru,
        "reset": len(got) == 2, "saved_cell": f"{other}({columns // of_other})",
        "saved_layer": f"Dense({columns})" if columns % gates else f"{cell}({columns // gates})",
    }  # fmt: skip
    return explained(
        f"The weight of {layer or 'a layer'} in the model has the shape {bracketed(own)} but "
        f"received {bracketed(got)}.",
        *TEXTS.remedies(*_causes(own, got, layer.lower())),
        words=words,
        check=MODEL_WEIGHTS,
    )


def _causes(own: Shape, got: Shape, layer: str) -> list[str]:
    """Return the likely causes, by their names in [weights] of loading.toml."""
    rows, columns = sorted((own[0] or 0, got[0] or 0)), sorted((own[-1] or 0, got[-1] or 0))
    has_same_rows, has_same_columns = rows[0] == rows[1], columns[0] == columns[1]
    has_many_rows = not layer and rows[1] > columns[1]  # An Embedding has, a kernel hasn't.
    is_dense = "dense" in layer or any(size % 3 and size % 4 for size in columns)
    axes = {len(own), len(got)}
    cudnn = "two biases of a GRU" if "gru" in layer else "two biases"
    cudnn = "order" if re.match(r"bidirectional\w*$", layer) else cudnn  # two directions
    if axes == {1, 2} and has_same_columns and 2 in rows:
        likely = ["reset_after" if columns[0] % 3 == 0 else "order"]
    elif axes == {1} and columns[1] == 2 * columns[0]:
        likely = [cudnn, "units"]
    elif axes == {1}:
        likely = ["classes" if is_dense else "units", "order"]
    elif axes == {1, 2} and columns[1] == 2 * columns[0] and 2 in rows:
        likely = ["two biases of a GRU", "order"]
    elif axes != {2}:
        likely = ["sizes" if len(axes) == 1 else "batch", "order"]
    elif own == got[::-1]:
        likely = ["transposed Linear" if "dense" in layer else "transposed", "order"]
    elif has_same_columns and ("embedding" in layer or has_many_rows):
        likely = ["padding" if rows[1] == rows[0] + 1 else "words"]
        likely += ["features"] if not layer and rows[1] <= MOST_FEATURES else []
    elif has_same_columns:
        likely = ["features"] if layer else ["features", "words"]
        likely = ["units before", "order"] if "dense" in layer else likely
    elif not has_same_rows or "embedding" in layer:
        likely = ["vectors" if "embedding" in layer else "units", "order"]
    elif is_dense:
        likely = ["classes"]
    elif columns[1] * 3 == columns[0] * 4:
        likely = ["cell", "units"] if rows[0] * 4 == columns[1] else ["units", "cell"]
    else:
        likely = ["units"]
    return likely


def counts(found: Found) -> Explanation:
    """Explain that a model or layer has another number of weights or layers than the file."""
    own, got = (int(found[each] or 0) for each in ("own", "got"))
    kinds = [
        each for each in TEXTS.rows["counts"].values() if own in each["own"] and got in each["got"]
    ]
    if own == 1 and got > 12:
        kinds = [TEXTS.rows["counts"]["matrix"]]
    unit = "layers" if re.search(r"\d layers?\b", found.match[0]) else "arrays"
    arrays = " A recurrent layer has three arrays, Bidirectional six." * (unit == "arrays")
    numbers = f": {got} {unit} of weights, but the model has {own}" if own and got else ""
    return explained(
        f"The weights are of other layers or of another version{numbers}.{arrays}",
        *[Remedy(*each["fix"]) for each in kinds],
        *TEXTS.remedies("order"),
        check=MODEL_WEIGHTS,
    )


def no_variables(found: Found) -> Explanation:
    """Explain that the file lacks the weights of a layer: a bug of Keras, or another model."""
    row = TEXTS.row("no variables")
    is_load_model = re.search("A total of|:0", found.whole) and "load_weights(" not in found.whole
    likely = sorted(row["remedies"], key=lambda each: ("Update" in each.fix) != bool(is_load_model))
    words = found.match.groupdict()
    return explained(row["cause"], *likely, words=words, check=MODEL_WEIGHTS)


MESSAGES = [
    of(
        "saved by Keras 3",
        r"parent module keras\.src\S* cannot be imported",
        r'keyword arguments:\W*(?:dict_keys\(\[)?"batch_shape"|passed to InputLayer: \{"batch_sh',
        r'deserializing class "InputLayer" using config=\{"batch_shape"',
    ),
    of(
        "concat",
        r"Expected int32, got .{0,60}?(?:_Message|Variable|Tensor)",
        r"Shapes \((?:\d+, )+\d+\) and \(\) are incompatible",
    ),
    of("h5py", r'"str" object has no attribute "decode"'),
    of(
        "loss in a file",
        rf'Could not \w+ (?:function )?"(?:keras\.\w+\.)?(?P<name>{"|".join(RULE_OF)})"',
    ),
    of("operation", r'Unknown layer: "?(?P<name>NotEqual|GetItem)\b'),
    of(
        "class of Keras",
        rf'(?:not \w+ class|Unknown layer:) "?(?P<name>{CLASSES})\b',
        rf'interpret \w+ identifier\W*class_name\W*(?P<name>{INITIALIZERS})"',
    ),
    of(
        "unknown loss",
        r'Unknown (?:(?P<loss>loss)|(?P<metric>metric))(?: function)?: ?"?(?P<name>\w+)',
    ),
    of(
        "unknown class",
        r"(?:Unknown|Invalid) (?:layer|loss|metric|object|activation)(?: function)?: ?"
        r'"?(?P<name>[\w>]+)',
        r'Could not (?:locate|deserialize|find) (?:class|function) "(?P<name>[\w.>]+)"',
        rf'Could not interpret \w+ identifier\W*class_name\W*{word("name")}"',
        r'Unable to restore (?:a layer|custom object) of (?:type|class) "?(?P<name>\w+)',
    ),
    of("arguments", r'must override "get_config'),
    of(
        "constants",
        r'"(?:float|int|list)" object has no attribute "shape"',
        within="load_model|model_from_",
    ),
    of("marshal", r"bad marshal data"),
    of("not read", r"could not be deserialized properly(?!.*Exception encountered)"),
    of("lambda", r'deserialization of a "Lambda'),
    of("folder", r"only supports V3 .?\.keras|legacy SavedModel format"),
    of("weights alone", r"No model (?:config )?found in (?:the )?config|No model config found"),
    of("no file", r"errno = 2\b", r"SavedModel file does not exist"),
    of("another format", r"file signature not found|not an hdf5 file|truncated file"),
    of(
        "no model file",
        r"(?:File format not supported|File not found): filepath=(?P<path>[\w./-]*\w)",
        r"File format not supported|nable to (?:synchronously )?open file(?!.*errno)",
    ),
    of(
        "reset_after",
        r"(?P<saved>(?P<cudnn>CuDNNGRU)|GRU\(reset_after=(?P<reset>\w+)\)) is not comp"
        r"(?:atible with (?P<own>CuDNNGRU|GRU\(reset_after=\w+\)))?",
    ),
    Message(
        r'(?:Layer "(?P<name>\w+)" )?expected \d+ variables, but received 0 variables',
        explain=no_variables,
    ),
    of(
        "checkpoint file",
        r"HDF5 format into a subclassed Model|not an sstable|bad magic number",
    ),
    of(
        "layer without weights",
        r'on layer "(?P<name>\w+)" with a +weight list.{1,40}but the layer was expecting 0 weight',
    ),
    of(
        "no weights yet",
        r"containing \d+ (?P<layers>layers?) into a model with 0 layers",
        r"layer was expecting 0 weight|layers into a model with 0 layers|was never built and thus",
        r"expect(?:s|ed) 0 (?:weight|variable|layer)|that has not yet been built",
    ),
    of(
        "ending",
        r'file(?:path|name)[\w ]* must end in "(?P<end>\.[\w.]*\w)\W',
        r'expected a "(?P<end>\.[\w.]+)" extension|Invalid filepath extension|"save_format" arg',
    ),
    of(
        "optimizer",
        r"Optimizer weight shape|loading for optimizer|weight list of length \d+, but the optim",
        r"load(?:ing)? the saved optimizer|weights of optimizer",
    ),
    of(
        "optimizer arguments",
        r"is not a valid argument, kwargs should|decay is deprecated|Unexpected argument\(s\)",
        r"Unknown optimizer:",
    ),
    of("pickle", r"can(?:no|.?)t pickle .{0,9}(?:_thread|weakref|module|function|TextIO)"),
    of("same names", r"Unable to create (?:link|dataset) \(name already"),
    Message(
        rf"Layer (?P<layer>\S*?) ?(?:weight )?shape {shape('own')}.*?not compatible with.*?"
        rf"{shape('got')}",
        rf"Layer (?P<layer>\S*?) ?weight shape {shape('own')} (?:is )?not compat",
        rf"variable.shape={shape('own')}, Received: value.shape={shape('got')}"
        rf"(?:.{{0,40}}?path={word('layer')})?",
        rf'named "{word("layer")}".*?has shape {shape("own")}, but the saved.*?{shape("got")}',
        rf"weight {word('layer')}\. Weight expects shape {shape('own')}\. Recei.*?{shape('got')}",
        rf'variable "? ?{word("layer")}"?.*?variable shape {shape("own")}.*?and.*?{shape("got")}',
        rf"Assign requires.*?lhs shape ?= ?{shape('own')} rhs shape ?= ?{shape('got')}",
        rf"Dimension \d in both shapes must be equal.*?{shape('own')} and {shape('got')}"
        r".{1,9}Assign(?!Add)",
        rf'hapes must be equal(?: rank)?, but .*?"Assign(?!Add).*?: {shape("own")}, {shape("got")}',
        rf"incompatible tensor with shape {shape('got')} .*?with shape {shape('own')} and name "
        rf"{word('layer')}",
        rf"Tensor.?s shape {shape('got')} is not compatible with supplied shape {shape('own')}",
        r"Shapes (?P<own>\((?:2, )?(?P<gates>\d+),?\)) and (?P<got>\((?:2, )?(?P=gates),?\)) are ",
        explain=weights,
    ),
    Message(
        rf"length {number('got')}, but the layer was expecting {number('own')} weight",
        rf"expect(?:s|ed) {number('own')} (?:weight|variable|layer).*?(?:weights have|eceived|found"
        rf") {number('got')}",
        rf"containing {number('got')} layers?(?: into a model with {number('own')} )?",
        r"Layer count mis|objects could not",
        explain=counts,
    ),
    of("checkpoint names", rf"Key {word('name')} not found in checkpoint"),
    of(
        "tflite",
        r"cannot duplicate the value since|TensorListReserve|TensorList ops|TFLite runtime",
    ),
    of(
        "converted model",
        r"(?:set tensor: Got value of type |Actual: \(tensor\()(?P<type>\w+)",
        rf"(?:mismatch\. |\d )Got:? {number('got')} (?:but e|E)xpected:? {number('want')}",
        r"concatenation\.cc.*? \(\d+ != (?P<want>\d+)\)",
        r"Input (?P<want>initial_[hc]) must have shape",
    ),
    of(
        "converter",
        r"(?P<inside>bidirectional) module only|(?P<saved>InputLayer) should be passed",
        r"(?P<weight>weight) data has no target variable",
    ),
    of("no keras in R", r"Python module keras was not found|Installation of TensorFlow not found"),
    of("private name", r'cannot import name "?(?P<name>_\w+)'),
    Message(
        r'(?:"(?P<owner>[\w.]+)" )?(?:object )?has no attribute "(?P<name>\w+)"',
        r'cannot import name "?(?P<name>\w+)"?(?: from "(?P<owner>[\w.]+)")?',
        r'module named "(?P<owner>\S*?(?:keras|flow)\S*?)\.(?P<name>(layers\.)?\w+)"',
        explain=removed,
    ),
]
