"""What is said about an error message, and the tables that say it.

A row of a table in `tables` is a list of texts. Those that begin with "says: " are wordings, which
are looked for. In a wording a line break stands for a space, " for any quote, ANY_LOSS for a loss,
and NAME(x), N(x) and SHAPE(x) for a name, a number and a shape that the words may name. Then come
the cause, what mends it, and the code; or the cause alone, and then for each reading its condition,
"if …", what mends it and the code, the likeliest first. "check: " is a line of code that tells which
reading it is, "stack: " a stack as an address has it, "sure: " a confidence; what follows "beside: "
must stand somewhere in the text too. Where words alone can't tell, "rule: " names a function that
looks at the facts, and says a row of [said].

{name} in a text is what the wording found, or {name|this} where it may lack it; «a clause» is left
out where it lacks one of its names; NAMES in capitals are those of SNIPPETS.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from inspect import cleandoc
from pathlib import Path
from typing import Any, Literal, Self, TypeAlias

from lib.doctor.fixes import EVERY_STEP, LAST_STEP, compile_with
from lib.doctor.loss_shapes import RULE_OF
from lib.english import capital
from lib.toml import beside

Confidence: TypeAlias = Literal["certain", "likely", "possible"]
SHAPE = r"[(\[][^()\[\]]{0,200}[)\]]"
PARTS = {"NAME": r"[\w./:-]{1,100}", "N": r"-?\d{1,18}", "SHAPE": SHAPE}
SNIPPETS = {
    "PAD": 'x = keras.utils.pad_sequences(x, padding="post", dtype="float32")',
    "LAST_STEP": LAST_STEP,
    "EVERY_STEP": EVERY_STEP,
    "SPARSE": compile_with("sparse_categorical_crossentropy"),
    "INPUT": "keras.Input((timesteps, features))",
    "WINDOWS": "x = np.stack([x[i : i + {steps|timesteps}] for i in range(len(x) - {steps|timesteps} + 1)])",
}
"""Lines of code that several explanations give."""
LETTERS = {"N": "samples", "T": "timesteps", "F": "features", "U": "units", "K": "columns"}
_LETTERS = re.compile(r"\((?:[NTFUK], ?)*[NTFUK],?\)")


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that a message may mean."""

    condition: str
    """When it is this one: "if y holds class numbers"; "" where there is no other."""
    cause: str
    fix: str
    code: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a message means: one reading, or several, the likeliest first."""

    happened: str
    """What the message itself says, in a sentence or two, with its numbers."""
    readings: tuple[Reading, ...]
    confidence: Confidence
    check: str = ""
    """One line of code that tells which reading it is."""
    stack: str = ""
    """The stack that the message describes, as an address has it; "" for none."""

    @property
    def cause(self) -> str:
        """What happened, and what most likely led to it."""
        if len(self.readings) == 1:
            return self.readings[0].cause
        first, *others = (reading.condition.removeprefix("if ") for reading in self.readings[:3])
        return f"{self.happened} Most likely {first}. Or {'; or '.join(others)}."

    @property
    def fix(self) -> str:
        """What to do about it, for each reading behind its condition."""
        return " ".join(_joined(r.condition, r.fix) for r in self.readings[:3])

    @property
    def code(self) -> str:
        """The same as code: a minimal right example, or one for each reading, either or."""
        if len(self.readings) == 1:
            return self.readings[0].code
        labels = ("either", *["or"] * len(self.readings))
        pairs = zip(labels, self.readings[:3], strict=False)
        return "\n".join(f"# {label}, {r.condition}:\n{r.code}" for label, r in pairs)


def _joined(condition: str, fix: str) -> str:
    return f"{capital(condition)}: {fix[:1].lower()}{fix[1:]}" if condition else fix


def explained(
    happened: str, ways: list[tuple[str, str, str]], check: str = "", stack: str = ""
) -> Explanation:
    """An explanation of what happened, and conditions with what mends it and the code, in order."""
    if len(ways) == 1:
        condition, fix, code = ways[0]
        cause = f"{happened} Most likely {condition}." if condition else happened
        confidence: Confidence = "likely" if condition else "certain"
        return Explanation(happened, (Reading("", cause, fix, code),), confidence, check, stack)
    readings = tuple(
        Reading(f"if {condition}", f"{happened} {capital(condition)}.", fix, code)
        for condition, fix, code in ways
    )
    return Explanation(happened, readings, "likely", check, stack)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table."""

    says: tuple[re.Pattern[str], ...]
    texts: tuple[str, ...]
    """The cause, then a fix and its code; or for each reading a condition, a fix and its code."""
    about: Mapping[str, str]
    """What stands behind "rule: ", "beside: ", "check: ", "stack: " and "sure: "."""

    @classmethod
    def of(cls, written: Sequence[str]) -> Self:
        """A row as it is written."""
        about, says, texts = {}, [], []
        for text in written:
            name, _, rest = text.partition(": ")
            if name == "says":
                says.append(wording(rest))
            elif name in ("rule", "beside", "check", "stack", "sure"):
                about[name] = rest
            else:
                texts.append(cleandoc(text))
        return cls(tuple(says), tuple(texts), about)

    def say(self, words: Mapping[str, Any]) -> Explanation:
        """The explanation with these words."""
        happened, *rest = (filled(text, words) for text in self.texts)
        happened = " ".join(happened.split())
        if rest[:1] and not rest[0].startswith("if "):
            rest.insert(0, "")
        ways = [
            (" ".join(rest[i].removeprefix("if ").split()), " ".join(rest[i + 1].split()), rest[i + 2])
            for i in range(0, len(rest), 3)
        ]
        check, stack = (filled(self.about.get(name, ""), words) for name in ("check", "stack"))
        explanation = explained(happened, ways, check, stack)
        unsure = "ost likely" in happened or happened.startswith("If ")
        sure = self.about.get("sure") or ("likely" if unsure else explanation.confidence)
        return replace(explanation, confidence=sure)


def filled(text: str, words: Mapping[str, Any]) -> str:
    """A text with words for its {names}. Raises KeyError for one that is lacking without a |."""
    words = {name: word for name, word in words.items() if word not in (None, "")}

    def put(found: re.Match[str]) -> str:
        name, otherwise = found[1], found[2]
        if name in SNIPPETS:
            return filled(SNIPPETS[name], words)
        return str(words[name] if otherwise is None or name in words else otherwise)

    def clause(found: re.Match[str]) -> str:
        names = re.findall(r"\{(\w+)\}", found[1])
        return found[1] if all(name in words for name in names) else ""

    return re.sub(r"\{(\w+)(?:\|([^{}]*))?\}", put, re.sub(r"«([^»]*)»", clause, text)).strip()


def wording(pattern: str) -> re.Pattern[str]:
    """What a row looks for."""
    pattern = " ".join(pattern.split()).replace("ANY_LOSS", "|".join(RULE_OF))
    pattern = re.sub(
        r"\b(NAME|N|SHAPE)\((\w+)\)", lambda found: f"(?P<{found[2]}>{PARTS[found[1]]})", pattern
    )
    return re.compile(pattern.replace("SHAPE", SHAPE))


@cache
def table(name: str) -> dict[str, Any]:
    """A table as it is written."""
    return beside(f"{Path(__file__).with_name('tables') / name}")


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Those of a table that have wordings, in order; read when the first message is asked about."""
    return tuple(map(Row.of, table(name)["messages"]))


@cache
def said(name: str) -> dict[str, Row]:
    """The others, which rules say, by name."""
    return {key: Row.of(row) for key, row in table(name).get("said", {}).items()}


def spelled(explanation: Explanation) -> Explanation:
    """The same with each letter of a shape explained where it first comes: "(N samples, T …)"."""
    known: set[str] = set()

    def spell(found: re.Match[str]) -> str:
        new = [letter for letter in found[0] if letter in LETTERS and letter not in known]
        known.update(new)
        return "".join(f"{c} {LETTERS[c]}" if c in new else c for c in found[0])

    happened = _LETTERS.sub(spell, explanation.happened)
    readings = []
    for reading in explanation.readings:
        texts = (reading.condition, reading.cause, reading.fix, reading.code)
        if reading.cause.startswith(explanation.happened):
            rest = reading.cause.removeprefix(explanation.happened)
            texts = (reading.condition, happened + rest, reading.fix, reading.code)
        readings.append(Reading(*(_LETTERS.sub(spell, text) for text in texts)))
    return replace(explanation, happened=happened, readings=tuple(readings))
