"""Arguments of layers: those that they don't take, those that are missing, and misplaced ones.

What is wrong with an argument's value is in `lib.errors.argument_values`.
"""

from __future__ import annotations

import difflib
import re

from lib.english import joined
from lib.errors.message import SHAPE, Explanation, Messages

MESSAGES = Messages("layer_arguments")


@MESSAGES.computed(
    r"Unrecognized keyword arguments passed to (?P<owner>\w{1,100})?(?:: "
    r"\{(?P<received>.{0,5000}))?",
    r"\(?'Keyword argument not understood:', (?P<owner>)(?P<received>'\w{1,100}')",
    r"(?P<owner>\b[A-Z]\w{1,100})(?:\.__init__)?\(\) got an unexpected keyword argument "
    r"(?P<received>'\w{1,100}')",
    r"__init__\(\) got an unexpected keyword argument (?P<owner>)(?P<received>'\w{1,100}')",
)
def _keywords(match: re.Match[str]) -> Explanation | None:
    known, received = match["owner"] or "", match["received"] or ""
    takers = MESSAGES.file["takers"]
    owner = known or "The layer"
    names = re.findall(r"'(\w+)'(?::|$)", received)[:20]
    if owner == "Model" and not names:
        names = ["input"]
    for name in names:
        if f"no {name}" in MESSAGES.said:
            value = re.search(rf"'{name}': ({SHAPE})", received)
            shape = value[1] if value else "(…)"
            return MESSAGES.say(f"no {name}", layer=owner, name=name, shape=shape)
    for name in names:
        if known and name in takers and owner not in takers[name]:
            return _misplaced(owner, name)
        for meant in difflib.get_close_matches(name, takers, 1):
            if not known or owner in takers[meant]:
                return MESSAGES.say("misspelt", layer=owner, name=name, meant=meant)
    if not match[0].startswith("Unrecognized"):  # then it may be anybody's function
        return None
    return MESSAGES.say("unknown", layer=owner, names=", ".join(names), owner=known)


def _misplaced(owner: str, name: str) -> Explanation:
    takers = MESSAGES.file["takers"][name]
    first = {"units": "", "merge_mode": "LSTM(units), "}.get(name, "units, ")
    row = "misplaced"
    if owner == "Bidirectional":
        row = "misplaced around a layer"
    elif name == "go_backwards":
        row = "misplaced direction"
    return MESSAGES.say(
        row, name=name, takers=joined(takers), layer=owner, right=f"{takers[0]}({first}{name}=…)"
    )


@MESSAGES.computed(
    r"(?:\b(?P<owner>\w{1,100})\.)?__init__\(\) missing \d required positional arguments?: "
    r"(?P<names>'\w+'(?:,? (?:and )?'\w+'){0,4})"
)
def _missing(match: re.Match[str]) -> Explanation | None:
    owner, names = match["owner"], re.findall(r"\w+", match["names"].replace(" and ", " "))
    if names == ["units"]:
        return MESSAGES.say("without units", layer=owner)
    owner = owner or MESSAGES.file["wants"].get(names[0], "")
    row = f"{owner} without arguments"
    return MESSAGES.say(row) if row in MESSAGES.said else None


@MESSAGES.computed(
    r"(?<![\w)] )(?:\b\w{1,100}\.)?(?:call\(\) )?got an unexpected keyword argument "
    r"'(?P<name>\w{1,100})'"
)
def _given_to_the_call(match: re.Match[str]) -> Explanation | None:
    name = match["name"]
    if name in ("states", "initial_states", "state"):
        return MESSAGES.say("states by another name", name=name)
    if name not in MESSAGES.file["takers"] or name == "name":
        return None
    first = "" if name == "units" else "units, "
    return MESSAGES.say("in the call", name=name, first=first)


@MESSAGES.computed(
    r"(?:\b(?P<owner>\w{1,100})(?:\.__init__)?\(\) )?got multiple values for argument "
    r"'(?P<name>\w{1,100})'"
)
def _twice(match: re.Match[str]) -> Explanation | None:
    owner, name = match["owner"] or "LSTM", match["name"]
    if name not in MESSAGES.file["takers"]:
        return None
    return MESSAGES.say("twice", layer=owner, name=name)
