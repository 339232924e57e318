"""Messages about the arguments of a layer, and about layers passed to the wrong place."""

import re
from dataclasses import replace

from lib.shapes.errors.message import Confidence, Explanation, Message, Texts, explained, word
from lib.shapes.errors.pasted import Found
from lib.shapes.remedy import Remedy
from lib.shapes.stack.making import arguments_of, corrections
from lib.shapes.stack.settings import ARGUMENTS, SIGNATURES
from lib.text import joined

LAYERS = r"NoneType|LSTM|GRU|\w*RNN|Bidirectional|TimeDistributed|Dense|Embedding|Conv\dD"
KIND = r"(?P<kind>(?P<none>NoneType)|[\w.]+)"
REQUIRED = r"n|units|layer|cells?|filters|rate|stddev|axes|dims|activation|\w{3,6}_[sdh]\w+"
TEXTS = Texts(__file__)
of = TEXTS.message
REMOVED = ARGUMENTS | {name: row for row in TEXTS.rows["arguments"] for name in row["names"]}
VALUES, NEEDED = TEXTS.rows["values"], TEXTS.rows["needed"]
GOT = r"(?:.{0,60}?[Rr]eceived:? (?P<got>\w+=(?:\([^)]+\)|[\w.-]*\w)))?"
DROP = "Drop {names} while loading."
IN_FILES = ("batch_input_shape", "time_major", "implementation")  # Keras 2 files store these


def keywords(found: Found) -> Explanation | None:
    """Explain that a layer, a model or an optimizer doesn't take an argument."""
    text, owner = found.match[0], found["owner"].replace("__init__", "")
    names = _names(found["got"]) or (["input"] if owner == "Model" else [])
    words = _words(found, owner, names)
    keys = [name if f"{owner}.{name}" not in REMOVED else f"{owner}.{name}" for name in names]
    rows = [REMOVED[key] for key in keys if key in REMOVED]
    rows = [row for at, row in enumerate(rows) if row not in rows[:at]]
    is_old = "understood" in text  # Keras 2 or older, which doesn't name the layer
    is_file = found.is_loading and owner != "compile" and not any("cause" in row for row in rows)
    if is_file and not is_old and names[:1] != ["go_backwards"]:  # Bidirectional sets go_backwards
        return TEXTS.explanation("file of another version", **words)
    unknown = [name for name, key in zip(names, keys, strict=True) if key not in REMOVED]
    right = corrections(owner if owner in SIGNATURES else "LSTM", unknown)
    renamed = {old: new for old, new in right.items() if new}
    steps, codes = [row["fix"] for row in rows], [row["code"] for row in rows]
    if renamed:
        steps.append(f"Rename {joined([f'{old} to {new}' for old, new in renamed.items()])}.")
        codes.append(_layer(words["kind"], renamed))
    if steps and (removed := [old for old, new in right.items() if not new]):
        steps.append(f"Remove {joined(removed)}.")
    change = Remedy("your code passes {first}", " ".join(steps), "\n".join(codes))
    if is_old and not renamed and names != ["ragged"]:  # Only files have ragged.
        return _not_understood(found, change if steps else None, words)
    if steps:
        version = " in Keras 3" if "arguments passed to" in text else " in this version of Keras"
        happened = f"{{owner}} has no {{names}}{version if rows else ''}."
        happened = rows[0].get("cause", happened) if rows else happened
        remedies = [change if names[0] in IN_FILES else replace(change, condition="")]
        if names[0] in IN_FILES:
            # Code rarely passes a default value, but a saved file always does.
            is_usual = re.search(rf'"{names[0]}": (?:False|None|\d)', found["got"])
            (of_file,) = TEXTS.row("file of another version")["remedies"]
            of_file = replace(of_file, condition="you are loading a Keras 2 file", fix=DROP)
            remedies.insert(0 if is_usual else 1, of_file)
        return explained(happened, *remedies, words=words, check=TEXTS.check)
    if not (text.startswith(("Unrecognized", "argument(s)")) or owner[:1].isupper()):
        return None  # The user may have written the function.
    of_layers = [name for name in names if name in arguments_of("LSTM")]
    layer = _layer("LSTM", {name: name for name in of_layers})
    row = "argument of the inner layer" if owner == "Bidirectional" else "unknown argument"
    return TEXTS.explanation(row if of_layers else "unknown argument", layer=layer, **words)


def _names(received: str) -> list[str]:
    """Return the names of the arguments in a text such as {"size": 3} or size=3."""
    received = re.sub(r"\{(?:[^{}]|\{[^{}]*\})*\}", "", received)  # A value may be a dict.
    names = re.findall(r'"(\w+)":', received) or re.findall(r'"(\w+)"', received)
    return names[:20] or re.findall(r"\w+", received)[:1]


def _words(found: Found, owner: str, names: list[str]) -> dict[str, str]:
    """Return the words of texts about refused arguments."""
    path = re.search(r'load_model\("([\w./-]+)"', found.whole)
    sizes = re.search(r'input_shape": ([(\[][\w, ]+[)\]])', found["got"])
    sample = "(32, *x.shape[1:])" if "batch" in found.match[0] else "x.shape[1:]"
    return {
        "owner": owner or ("The optimizer" if found.match[0][:3] == "Arg" else "The layer"),
        "class_": owner or "LSTM",
        "kind": owner if owner[:1].isupper() else "LSTM",
        "names": joined(names) or "such argument",
        "first": names[0] if names else "",
        "dropped": ", ".join(f"{each}=None" for each in names),
        "file": path[1] if path else "model.h5",
        "shape": sizes[1] if sizes else sample,
    }


def _not_understood(found: Found, change: Remedy | None, words: dict[str, str]) -> Explanation:
    """Explain that an old version refused an argument of a layer that it doesn't name."""
    row = TEXTS.row("not understood")
    own, of_file, in_code, update = row["remedies"]
    change = change and replace(change, condition=in_code.condition)
    likely = [change, own] if change else [own, of_file, in_code]
    own_class = rf"super\((?!(?:{LAYERS}|Layer|Recurrent)\b)\w+, self"
    first = of_file if found.is_loading else own if re.search(own_class, found.whole) else None
    likely.sort(key=lambda each: each is not first)
    likely = [update, *likely] if "AssertionError" in found.whole else likely
    return explained(row["cause"], *likely, words=words, check=TEXTS.check, confidence="possible")


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
    return explained(row["cause"], *likely, words=words, check=TEXTS.check, confidence=level)


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
    of("directions of another layer", r'to (?P<owner>\w+): \{"go_backwards": True\}'),
    of("states to reset", r'reset_states?\(\) got an unexpected .{1,20} "states?"'),
    of("tuned model", "Too many failed attempts to build model"),
    of(
        "tuned argument",
        r"(?:\b(?P<name>\w+) is )?not a legal parameter",
        r'Invalid parameter "?(?P<name>\w+)"? for estimator "?Keras',
    ),
    of("called tensor", r'"KerasTensor" object is not callable'),
    Message(
        r'(?:Please initialize "(?P<wrapper>\w+)" layer with a "[\w.]+" instance\. '
        r"(?:Received|You passed)|added to a Sequential model\. Received|must be an instance of "
        r"class Layer\. (?:Found|Received)): ?(?:layer=)?"
        rf'(?:<class "[\w.]*?(?P<class_>\w+)">|<?(?P<tensor>KerasTensor|Tensor|tf\.Tensor)\b'
        rf"|<{word('instance')} object|(?P<other>(?:(?! \(of type).)*))",
        r'Please initialize "(?P<wrapper>\w+)" layer with',
        explain=no_layer,
    ),
    of(
        "cells",
        r"Layers? (?P<cell>LSTM|GRU|SimpleRNN)Cell (?:has multiple required|does not have)",
        r'missing a required argument: "states"|"cell" should have a "call" method|cell should '
        r'have a "state_size|All cells must have a "(?:call|state_size)|^"go_backwards"$|variable '
        r'path="(?:[^"]*/)?rnn(?:_\d+)?/[^"]*_cell/kernel"',
    ),
    of(
        "function",
        r"\b(?P<name>concatenate|add|dot|multiply|average|subtract|maximum|minimum)\(\) missing",
    ),
    of(
        "one tensor",
        r"can only have a single required positional argument, the input tensor",
        r'[a-z]\(\) missing \d required positional arguments?: "\w*(?:states|inputs?|query|value)"',
        r'call\(\) missing \d required .*?"(?P<name>\w+)"|missing a required argument: "value"',
    ),
    of("input of Python", r"\b(?:raw_)?input\(\) (?:got an unexpected|takes (?:no key|at most))"),
    of("merge of Keras 1", r'"module" object is not call|name "merge" is', within=r"\bmerge\b"),
    of(
        "first parentheses",
        r'(?:input that isn.?t.*?\.|")(?P<joining>Concatenate|Add|Multiply|Average|Maximum)"'
        r"(?:>| object has no attribute)",
        r'__init__\(\) got multiple values for argument "ax[ei]s"|\bMerge\.__init__\(\) takes 1 ',
        r"(?:(?:Permute|Reshape|Vector|Activation)\.__init__|(?<!\.)(?P<own>__init__))\(\) takes "
        r"(?:exactly )?[12] (?:positional )?arguments? (?:but |\()(?!1 )(?P<sizes>[3-9])?",
    ),
    of(
        "not a tensor",
        rf'Only input tensors may be passed as positional.+?\(of type <class "{KIND}',
        rf'(?:layer should be tensors.*?\(of|found an instance of) type "?<class "{KIND}',
        rf"Layer {word('layer')} was called with an input that isn.?t.*?<class "
        r'"(?P<kind>(?P<array>numpy\.ndarray)|(?P<none>NoneType)|[\w.]+)',
        rf'"(?P<kind>(?P<none>NoneType)|{LAYERS})" object has no attribute "(?:shape|ndim|dtype)"',
        rf"Inputs to a layer should be tensors(?:\. Got: <{KIND} obj)?",
    ),
    of(
        "methods of your own layer",
        r"\b(?P<method>build|compute_output_shape|compute_mask)\(\) (?:takes|got an unexpected) ",
        r'\b(?P<method>call)\(\) got an unexpected keyword argument "(?:mask|training)"',
    ),
    of(
        "no states to add",
        r"(?:Expected to see|expects) (?P<want>\d+) .*?(?:following list of|received) 1\b",
        within=r"(?P<sum>\[\w+\] ?\+ ?(?P<states>\w+))",
    ),
    of(
        "closed too early",
        r'\badd\(\) got an unexpected keyword argument "(?P<name>\w+)"',
    ),
    Message(
        r"Unrecognized keyword arguments passed to (?P<owner>\w+)?(?:: \{(?P<got>.*))?",
        r"Unrecognized keyword arguments:\W*(?:dict_keys\(\[)?(?P<got>[^\]]+)",
        r'(?:argument\(s\) in|passed to) "(?P<owner>compile|Model)\W{1,5}(?:aren.?t supported: )?'
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
    of("of Keras 2", r"Received unknown keyword arguments: (?P<got>\{[^}]*\}?)"),
    of(
        "too many arguments",
        r"\b(?P<layer>[A-Z]\w+)\.__init__\(\) (?:takes\b|got multiple values)",
    ),
    of(
        "settings in the call",
        r'^got an unexpected keyword argument "(?P<name>return_\w+|units|stateful|\w*state\w*)"',
    ),
    of(
        "size of units",
        r"activation function identifier: (?P<got>\(.*?\)|True|False|\d+)",
        r'value for (?:argument )?"units", expected a positive integer',
        r'"<=" not supported between instances of "(?P<kind>tuple|list|str|NoneType)" and "int"',
    ),
    of(
        "refused value",
        r"(?P<wanted>a (?:strictly )?positive (?:integer|value)|an integer value(?= for)|two "
        r"elements|a (?:float value between 0 and 1|non-negative integer|tuple of \d integers)"
        r'|strictly less than "strides"|at most one unknown dimension|either "valid" or '
        rf'"same"){GOT}',
        rf"(?:be|or|Expected) (?:one of|values are) [{{\[](?P<wanted>[^}}\]]*){GOT}",
        r'(?:Padd|Truncat)ing type "(?P<got>\w+)" ?not ?understood',
        rf'(?:ReLU layer cannot be|"<=".*?"int" and "str"){GOT}',
    ),
    of(
        "class in compile",
        r'Could not interpret \w+ identifier\W{1,6}class "[\w.]*?(?P<class_>\w+)">',
    ),
    of(
        "no such name",
        r"Could not interpret (?P<kind>(?P<of_layer>activation|\w{7}izer|constraint)|(?P<other>"
        r'[\w ]+?)) (?:identifier|function).*?: ?"?(?P<got>[^" ]+)',
    ),
    of(
        "shape or batch_shape",
        r'You (?:must pass a "shape|cannot pass both "\w+" and "batch_sh)|provide to Input|Only '
        r'provide the \w*shape OR batch|Cannot convert "(?P<got>[^("]+)" to a shape',
    ),
    of(
        "whole numbers",
        r'Cannot convert "(?:(?P<shape>\((?!\().+?\))" to a shape(?:.*?type "<class '
        r'"(?P<kind>float))?|\()|^state_size must be an integer',
        r'"shape" has DataType (?P<type>float)',
    ),
    of(
        "not a tuple",
        r'^"int" object is not iterable$',
    ),
]
