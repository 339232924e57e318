"""Messages about the arguments of a layer, and about layers passed to the wrong place."""

import re

from lib.shapes.errors.message import (
    ANY_LENGTH,
    INPUT,
    Confidence,
    Explanation,
    Message,
    Texts,
    explained,
    word,
)
from lib.shapes.errors.pasted import Found
from lib.shapes.remedy import Remedy
from lib.shapes.stack.making import arguments_of, corrections
from lib.shapes.stack.settings import ARGUMENTS, SIGNATURES
from lib.text import joined

LAYERS = r"NoneType|LSTM|GRU|\w*RNN|Bidirectional|TimeDistributed|Dense|Embedding|Conv\dD"
REQUIRED = r"n|units|layer|cells?|filters|rate|stddev|axes|dims|activation|\w{3,6}_[sdh]\w+"
TEXTS = Texts(__file__)
REMOVED = ARGUMENTS | {name: row for row in TEXTS.rows["arguments"] for name in row["names"]}
VALUES, NEEDED = TEXTS.rows["values"], TEXTS.rows["needed"]
VERSIONS = "print(keras.__version__, keras.__file__)"
GOT = r"(?:.{0,60}?[Rr]eceived:? (?P<got>\w+=(?:\([^)]+\)|[\w.-]*\w)))?"
IN_FILES = ("batch_input_shape", "time_major", "implementation")  # Keras 2 files store these
OLDER = """\
class Older(keras.layers.{kind}):
    def __init__(self, *args, {dropped}, **options):
        super().__init__(*args, **options)

model = keras.models.load_model("{file}", custom_objects={"{kind}": Older}, compile=False)"""
LOOK_UP = "Remove the argument, or look up its right name."


def keywords(found: Found) -> Explanation | None:
    """Explain that a layer, a model or an optimizer doesn't take an argument."""
    text, owner = found.match[0], found["owner"].replace("__init__", "")
    is_class = owner[:1].isupper()
    named_values = r"\{(?:[^{}]|\{[^{}]*\})*\}"  # A value may be a dict with names.
    received = re.sub(named_values, "", found["got"])
    names = (re.findall(r'"(\w+)":', received) or re.findall(r'"(\w+)"', received))[:20]
    names = names or re.findall(r"\w+", received)[:1] or (["input"] if owner == "Model" else [])
    path = re.search(r'load_model\("([\w./-]+)"', found.whole)
    sizes = re.search(r'input_shape": ([(\[][\w, ]+[)\]])', received)
    words = {
        "owner": owner or ("The optimizer" if text.startswith("Argument") else "The layer"),
        "names": joined(names),
        "first": names[0] if names else "",
        "kind": owner if is_class else "LSTM",
        "dropped": ", ".join(f"{each}=None" for each in names),
        "file": path[1] if path else "model.h5",
        "shape": sizes[1] if sizes else "(32, *x.shape[1:])" if "batch" in text else "x.shape[1:]",
    }
    keys = {name: name if f"{owner}.{name}" not in REMOVED else f"{owner}.{name}" for name in names}
    unknown = [name for name, key in keys.items() if key not in REMOVED]
    rows = [REMOVED[key] for key in keys.values() if key in REMOVED]
    rows = [row for at, row in enumerate(rows) if row not in rows[:at]]
    is_old = "understood" in text  # Keras 2 or older, which doesn't name the layer
    is_file = found.is_loading and owner != "compile" and not any("cause" in row for row in rows)
    if names[:1] != ["go_backwards"] and is_file and not is_old:  # Bidirectional sets go_backwards
        return explained(
            "{owner} has no {names}: the file was saved by another Keras, most likely Keras 2.",
            fix="Drop {names} while loading, as this class does, or load the file with Keras 2.",
            code=OLDER,
            words=words,
            check=VERSIONS,
        )
    right = corrections(owner if owner in SIGNATURES else "LSTM", unknown)
    steps = [row["fix"] for row in rows]
    if renamed := {old: new for old, new in right.items() if new}:
        steps.append(f"Rename {joined([f'{old} to {new}' for old, new in renamed.items()])}.")
    if steps and (removed := [old for old, new in right.items() if not new]):
        steps.append(f"Remove {joined(removed)}.")
    codes = [row["code"] for row in rows] + ([_layer(words["kind"], renamed)] if renamed else [])
    fix, code = " ".join(steps), "\n".join(codes)
    if is_old and not renamed:
        row = TEXTS.row("not understood")
        own, of_file, in_code, update = row["remedies"]
        likely = [Remedy(in_code.condition, fix, code), own] if fix else [own, of_file, in_code]
        own_class = rf"super\((?!(?:{LAYERS}|Layer|Recurrent)\b)\w+, self"
        first = of_file if found.is_loading else own if re.search(own_class, found.whole) else None
        likely.sort(key=lambda each: each is not first)
        likely = [update, *likely] if "AssertionError" in found.whole else likely
        return explained(row["cause"], *likely, words=words, check=VERSIONS, confidence="possible")
    if fix:
        version = " in Keras 3" if "arguments passed to" in text else " in this version of Keras"
        happened = f"{{owner}} has no {{names}}{version if rows else ''}."
        happened = rows[0].get("cause", happened) if rows else happened
        remedies = [Remedy("your code passes {first}" if names[0] in IN_FILES else "", fix, code)]
        if names[0] in IN_FILES:
            # Code rarely passes a default value, but a saved file always does.
            is_usual = re.search(rf'"{names[0]}": (?:False|None|\d)', received)
            file = Remedy("you are loading a Keras 2 file", "Drop {names} while loading.", OLDER)
            remedies.insert(0 if is_usual else 1, file)
        return explained(happened, *remedies, words=words, check=VERSIONS)
    if not (text.startswith(("Unrecognized", "argument(s)")) or is_class):
        return None  # The user may have written the function.
    has_it = ": LSTM, GRU and SimpleRNN have it" if set(names) & set(arguments_of("LSTM")) else ""
    happened = f"{words['owner']} has no {joined(names) or 'such argument'}{has_it}."
    return explained(happened, fix=LOOK_UP, code=f"help({owner or 'keras.layers.LSTM'})")


def _layer(kind: str, renamed: dict[str, str]) -> str:
    """Return code that creates a layer with the renamed arguments."""
    names = dict.fromkeys([*NEEDED.get(kind, ["units"]), *renamed.values()])
    return f"{kind}({', '.join(f'{each}={VALUES.get(each, True)}' for each in names)})"


def no_layer(found: Found) -> Explanation:
    """Explain that a wrapper or a model received something else than a layer."""
    row = "no layer in a wrapper" if found["wrapper"] else "no layer in a model"
    inner = "Dense(16)" if found["wrapper"] == "TimeDistributed" else "LSTM(16)"
    return TEXTS.explanation(row, inner=inner, **found.match.groupdict())


def no_units(found: Found) -> Explanation:
    """Explain that a layer was created without its number of units."""
    row = TEXTS.row("no units")
    is_copy = "from_config" in found.whole
    likely = sorted(row["remedies"], key=lambda each: ("get_config" in each.fix) != is_copy)
    words = {"owner": found["owner"] or "A layer such as LSTM", "one": found["one"] or "units"}
    level: Confidence = "likely" if found["one"] else "possible"
    return explained(row["cause"], *likely, words=words, check=VERSIONS, confidence=level)


def missing(found: Found) -> Explanation:
    """Explain that a layer was created without arguments that it needs."""
    names = [found["one"], *([found["two"]] if found["two"] else [])]
    owner = found["owner"] or {"layer": "Bidirectional", "cell": "RNN"}.get(found["one"], "LSTM")
    needed = " and ".join(f'"{name}"' for name in names)
    return explained(
        f"{owner} needs the argument{'s' * (len(names) > 1)} {needed}.",
        fix="Pass both arguments." if len(names) > 1 else "Pass this argument.",
        code=f"{owner}({', '.join(f'{name}={VALUES.get(name, 2)}' for name in names)})",
    )


MESSAGES = [
    TEXTS.message("directions of another layer", r'to (?P<owner>\w+): \{"go_backwards": True\}'),
    TEXTS.message("states to reset", r'reset_states?\(\) got an unexpected .{1,20} "states?"'),
    TEXTS.message("called tensor", r'"KerasTensor" object is not callable'),
    Message(
        r"(?:Please initialize .(?P<wrapper>\w+). layer with a .[\w.]+. instance\. "
        r"(?:Received|You passed)|added to a Sequential model\. Received|must be an instance of "
        r"class Layer\. (?:Found|Received)): ?(?:layer=)?"
        rf'(?:<class "[\w.]*?(?P<class_>\w+)">|<?(?P<tensor>KerasTensor|Tensor|tf\.Tensor)\b'
        rf"|<{word('instance')} object|(?P<other>(?:(?! \(of type).)*))",
        r"Please initialize .(?P<wrapper>\w+). layer with",
        explain=no_layer,
    ),
    Message(
        r"Layers? (?P<cell>LSTM|GRU|SimpleRNN)Cell (?:has multiple required|does not have)",
        r'missing a required argument: "states"|.cell. should have a .call. method|cell should '
        r'have a .state_size|All cells must have a .(?:call|state_size)|^"go_backwards"$|variable '
        r'path="(?:[^"]*/)?rnn(?:_\d+)?/[^"]*_cell/kernel"',
        cause="RNN and StackedRNNCells take cells, which process one timestep, such as {cell}Cell. "
        "Bidirectional takes a layer, such as {cell}, which processes a sequence.",
        fix="Use the layer directly, or pass RNN a cell or a list of cells.",
        code="RNN({cell}Cell(units))  # as {cell}(units)\n# or:\n"
        "RNN([{cell}Cell(units), {cell}Cell(units)])",
        check=VERSIONS,
    ),
    TEXTS.message(
        "function",
        r"\b(?P<name>concatenate|add|dot|multiply|average|subtract|maximum|minimum)\(\) missing",
    ),
    Message(
        r"can only have a single required positional argument, the input tensor",
        r'[a-z]\(\) missing \d required positional arguments?: "\w*(?:states|inputs?|query|value)"',
        cause="Sequential gives each layer one tensor. This layer, such as attention, takes more.",
        fix="Call the layer in a functional model, on a query and a value.",
        code="y = MultiHeadAttention(2, 16)(x, x)",
    ),
    TEXTS.message(
        "not a tensor",
        rf'Only input tensors may be passed as positional.+?\(of type <class "{word("kind")}',
        rf'(?:layer should be tensors.*?\(of|found an instance of) type "?<class "{word("kind")}',
        rf"Layer {word('layer')} was called with an input that isn.t.*?<class "
        r'"(?P<kind>(?P<array>numpy\.ndarray)|[\w.]+)',
        rf'"(?P<kind>{LAYERS})" object has no attribute "(?:shape|ndim|dtype)"',
        rf"Inputs to a layer should be tensors(?:\. Got: <{word('kind')} obj)?",
    ),
    Message(
        r'\badd\(\) got an unexpected keyword argument "(?P<name>\w+)"',
        cause="model.add received {name}. The layer's parentheses were closed too early.",
        fix="Move {name} into the layer's parentheses. In Keras 3, put a shape into an Input.",
        code=f"model = keras.Sequential([{INPUT}, LSTM(units, return_sequences=True)])",
    ),
    Message(
        r"Unrecognized keyword arguments passed to (?P<owner>\w+)?(?:: \{(?P<got>.*))?",
        r"Unrecognized keyword arguments:\W*(?:dict_keys\(\[)?(?P<got>[^\]]+)",
        r"(?:argument\(s\) in|passed to) .(?P<owner>compile|Model)\W{1,5}(?:aren.t supported: )?"
        r"[\[{](?P<got>[^\]}]+)",
        r'[Kk]eyword argument ?not ?understood:?"?,? ?(?P<got>"?\w+"?)',
        r"Argument\(s\) not recognized: \{(?P<got>.*)",
        r"\b(?P<owner>[A-Z]\w+|__init__|compile|fit\w*)(?:\.__init__)?\(\) got an unexpected "
        r'keyword argument (?P<got>"\w+")',
        explain=keywords,
    ),
    Message(
        r"(?:\b(?P<owner>[A-Z]\w+)\.)?__init__\(\) missing \d required positional argument:\W*"
        r"(?P<one>(?:units|output_dim)\b)",
        r"__init__\(\) takes (?:at least|exactly) \d arguments? \(1 given\)",
        explain=no_units,
    ),
    Message(
        rf'\b(?P<owner>[A-Z]\w+)\.__init__\(\) missing.*?: "(?P<one>{REQUIRED})"'
        r'(?: and "(?P<two>\w+)")?',
        r'__init__\(\) missing 1 required positional argument: "(?P<one>layer|cell)"',
        explain=missing,
    ),
    TEXTS.message("of Keras 2", r"Received unknown keyword arguments: (?P<got>\{[^}]*\}?)"),
    Message(
        r"\b(?P<layer>[A-Z]\w+)\.__init__\(\) (?:takes\b|got multiple values)",
        cause="{layer} received too many arguments without a name.",
        fix="Name each argument.",
        code='help(keras.layers.{layer})  # LSTM(units=16, activation="tanh")',
    ),
    Message(
        r'^got an unexpected keyword argument "(?P<name>return_\w+|units|stateful|\w*state\w*)"',
        cause="The call of a layer takes the sequence first, without a name. It takes no {name}.",
        fix="Move the layer's settings into its first parentheses.",
        code="sequence, *states = LSTM(units, return_sequences=True, return_state=True)(x)\n"
        "y = LSTM(units)(x, initial_state=states)",
    ),
    Message(
        r"activation function identifier: (?P<got>\(.*?\)|True|False|\d+)",
        r"value for (?:argument )?.units., expected a positive integer",
        r'"<=" not supported between instances of "(?P<kind>tuple|list|str|NoneType)" and "int"',
        cause="units is one whole number: the columns of the output. Most likely it received a "
        "{kind}. {got} is the second argument, which is the activation.",
        fix="Pass only units by position. Put the shape of the data into an Input.",
        code=f"{INPUT}\nLSTM(16, return_sequences=True)",
    ),
    Message(
        r"(?P<wanted>a (?:strictly )?positive (?:integer|value)|an integer value(?= for)|two "
        r"elements|a (?:float value between 0 and 1|non-negative integer|tuple of \d integers)"
        r"|strictly less than .strides.|at most one unknown dimension|either .valid. or "
        rf".same.){GOT}",
        rf"(?:be|or|Expected) (?:one of|values are) [{{\[](?P<wanted>[^}}\]]*){GOT}",
        r'(?:Padd|Truncat)ing type "(?P<got>\w+)" ?not ?understood',
        rf'(?:ReLU layer cannot be|"<=".*?"int" and "str"){GOT}',
        cause="Keras refuses the value of an argument. It expects {wanted}. It received {got}.",
        fix="Use a value that it takes: a name of its list, a whole number, or 0 to 1 for rates.",
        code='Conv1D(filters=8, kernel_size=3, padding="same")',
    ),
    Message(
        r'Could not interpret \w+ identifier\W{1,6}class "[\w.]*?(?P<class_>\w+)">',
        cause="{class_} without parentheses is a class, but compile needs an instance.",
        fix="Add the parentheses, or pass the name as a string.",
        code='model.compile(keras.optimizers.{class_}(), loss="mse")',
    ),
    Message(
        r"Could not interpret (?P<kind>(?P<of_layer>activation|\w{7}izer|constraint)|(?P<other>"
        r'[\w ]+?)) (?:identifier|function).*?: ?"?(?P<got>[^" ]+)',
        cause="Keras has no {kind} called {got}. The name is misspelled, or the {kind} is yours.",
        fix="Use a name from Keras's documentation, or pass your {kind} in custom_objects.",
        code='LSTM(units, activation="tanh", kernel_initializer="orthogonal")  # {of_layer}\n'
        'model.compile("adam", loss="mean_squared_error")  # {other}',
        confidence="likely",
    ),
    Message(
        r"You (?:must pass a .shape|cannot pass both .\w+. and .batch_sh)|provide to Input|Only "
        r'provide the \w*shape OR batch|Cannot convert "(?P<got>[^("]+)" to a shape',
        cause="Input takes shape, for one sample, or batch_shape, but not both. It received {got}.",
        fix="Pass a tuple of whole numbers. A single number needs a comma.",
        code=f"{INPUT}\nkeras.Input((x.shape[1],))  # before an Embedding",
    ),
    Message(
        r'Cannot convert "(?:(?P<shape>\((?!\().+?\))" to a shape(?:.*?type "<class '
        r'"(?P<kind>float))?|\()|^state_size must be an integer',
        r'"shape" has DataType (?P<type>float)',
        cause="A shape has whole numbers of at least 0. This one is {shape}. One size is a {kind}. "
        "One size has the type {type}: in R, write 16L, not 16.",
        fix="Divide with //, and write None, not -1, for an unknown size.",
        code=f"LSTM(64 // 2)\n{ANY_LENGTH}",
    ),
    Message(
        r'^"int" object is not iterable$',
        cause="If a layer raised this, one of its sizes must be a tuple, such as input_shape.",
        fix="Write a tuple. A single number needs a comma.",
        code="Reshape((12,))\nkeras.Input((12,))  # input_shape=(12,)",
        confidence="possible",
    ),
]
