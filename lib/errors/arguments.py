"""Arguments and names that Keras doesn't know: misspelt, or gone."""

import difflib
import re
from inspect import cleandoc

from lib.errors.explanation import Explanation, filled, say, table
from lib.errors.facts import Facts


def keywords(facts: Facts) -> Explanation | None:
    """An argument that a layer, or a model, doesn't take."""
    known, received, wording = facts["owner"], facts["received"], facts.match[0]
    arguments, of_layers = table("arguments"), table("arguments")["names"]["of_layers"].split()
    names = (
        re.findall(r'"(\w+)"(?::|$|\W{0,2}$)', received)[:20] or re.findall(r"\w+", received)[:1]
    )
    owner, listed = known if known[:1].isupper() else "The layer", ", ".join(names)
    if known == "add" and names:
        return say("into add", name=names[0])
    for name in names or ["input"] * (known == "Model"):
        is_gone = name in arguments["gone"]
        is_file = facts.pasted.is_loading and name != "go_backwards"  # which Bidirectional sets
        if is_file and (is_gone or wording[0] == "U"):
            kind = owner if owner in ("GRU", "SimpleRNN", "Bidirectional") else "LSTM"
            return say("of Keras 2's file", name=name, names=listed, layer=owner, kind=kind)
        if is_gone:
            value = re.search(rf'"{name}": ([(\[][\w, ]{{1,50}}[)\]])', received)
            instead, todo, right = arguments["gone"][name]
            right = filled(cleandoc(right), {"shape": value[1] if value else "(…)"})
            return say(
                "gone argument", layer=owner, name=name, instead=instead, todo=todo, right=right
            )
        for meant in difflib.get_close_matches(name, of_layers, 1, 0.75):
            if name != meant:
                return say("misspelt", layer=owner, name=name, meant=meant)
    if "not understood" in wording:
        return say("not understood", names=listed)
    owners = "LSTM, GRU and SimpleRNN" if set(names) & set(of_layers) else ""
    words = {"layer": owner, "names": listed, "owner": known, "owners": owners}
    # Anything else may be anybody's function.
    return say("unknown", **words) if wording[0] == "U" else None


def gone(facts: Facts) -> Explanation | None:
    """A name that Keras, or TensorFlow, had once."""
    todo, code = table("loading")["gone"].get(facts["name"], ("", ""))
    return say("gone", facts, todo=todo, right=cleandoc(code)) if code else None
