"""What is said about an error message, and the tables that say it.

A row of a table is a list of texts. "says: " begins a wording: a line break is a space, … anything,
" any quote, and N(x), NAME(x) and SHAPE(x) are a number, a name and a shape that the words may
name. Then come the cause, what mends it and the code; or the cause alone, and for each meaning its
condition, "if …", what mends it and the code, the likeliest first. "ways: " names meanings of
ways.toml, "check: " is a line of code that tells which it is, "stack: " a stack as an address has
it, "sure: " a confidence, "beside: " what the text must have too. Where words can't tell, "rule: "
names the function that looks at the facts, and says a row of [said], which "said: " names itself.
{name} is what the wording found, {name|this} where it may lack it; «a clause» is left out where it
lacks a name; NAMES are snippets of ways.toml.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from inspect import cleandoc
from typing import Any, Literal, TypeAlias

from lib.shapes.doctor.fixes import EVERY_STEP, LAST_STEP, compile_with
from lib.shapes.doctor.loss_shapes import RULE_OF
from lib.shapes.errors.facts import Facts
from lib.text import beside, capital

Confidence: TypeAlias = Literal["certain", "likely", "possible"]
Way: TypeAlias = tuple[str, str, str]
"""A condition, or "" where there is one meaning alone; what mends it, and the code."""
TABLES = ("loading", "states", "arguments", "targets", "inputs", "models")
"""In the order in which they are asked: what says more comes first, for a text may hold several
messages, a layer's inside another's, or a general one below the one that says what happened."""
SHAPE = r"[(\[][^()\[\]]{0,200}[)\]]"
PARTS = {"NAME": r"[\w./:-]{1,100}", "N": r"-?\d{1,18}", "SHAPE": SHAPE}
table = cache(partial(beside, __file__))
"""By name, what a table holds, as it is written."""
WAYS = table("ways")
SNIPPETS = {
    "LAST_STEP": LAST_STEP,
    "EVERY_STEP": EVERY_STEP,
    "SPARSE": compile_with("sparse_categorical_crossentropy"),
    **WAYS["snippets"],
}
CHECK = "print(x.shape, model.input_shape)"
CHECKS = {"targets": "print(y.shape, y[:2], model.output_shape)", "arguments": "", "loading": ""}


@dataclass(frozen=True, slots=True)
class Meaning:
    """One thing that a message may mean."""

    condition: str
    """When it is this one: "if y holds class numbers"; "" where there is no other."""
    cause: str
    fix: str
    code: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a message means: one meaning, or several, the likeliest first."""

    happened: str
    """What the message itself says, in a sentence or two, with its numbers."""
    meanings: tuple[Meaning, ...]
    confidence: Confidence
    check: str = ""
    """One line of code that tells which meaning it is."""
    stack: str = ""
    """The stack that the message describes, as an address has it; "" for none."""

    @property
    def cause(self) -> str:
        """What happened, and what most likely led to it."""
        first, *others = self.meanings[:3]
        if not others:
            return first.cause
        causes = [meaning.condition.removeprefix("if ") for meaning in (first, *others)]
        return f"{self.happened} Most likely {causes[0]}. Or {'; or '.join(causes[1:])}."

    @property
    def fix(self) -> str:
        """What to do about it, for each meaning behind its condition."""
        texts = [f"{capital(m.condition)}: {m.fix[:1].lower()}{m.fix[1:]}" for m in self.meanings]
        return " ".join(texts[:3]) if len(texts) > 1 else self.meanings[0].fix

    @property
    def code(self) -> str:
        """The same as code: a minimal right example, or one for each meaning, either or."""
        pairs = zip(("either", "or", "or"), self.meanings, strict=False)
        texts = [f"# {label}, {meaning.condition}:\n{meaning.code}" for label, meaning in pairs]
        return "\n".join(texts) if len(texts) > 1 else self.meanings[0].code


def explained(happened: str, ways: Sequence[Way], check: str = "", stack: str = "") -> Explanation:
    """An explanation of what happened, with the ways out in their order."""
    causes = [condition.removeprefix("if ") for condition, _, _ in ways]
    if len(ways) > 1:
        told = [f"{happened} {capital(cause)}." for cause in causes]
        meanings = tuple(Meaning(w[0], t, w[1], w[2]) for w, t in zip(ways, told, strict=True))
        return Explanation(happened, meanings, "likely", check, stack)
    cause = f"{happened} Most likely {causes[0]}." if causes[0] else happened
    sure: Confidence = "likely" if re.search("[Mm]ost likely|^If ", cause) else "certain"
    return Explanation(happened, (Meaning("", cause, *ways[0][1:]),), sure, "", stack)


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A row of a table."""

    says: tuple[re.Pattern[str], ...]
    cause: str
    ways: tuple[Way, ...]
    about: Mapping[str, str]
    """What stands behind "rule: ", "beside: ", "check: ", "stack: " and "sure: "."""

    @classmethod
    def of(cls, written: Sequence[str], check: str) -> "MessageRow":
        """A row as it is written."""
        about, says, texts = {"check": check}, [], []
        for text in written:
            name, _, rest = (part.strip() for part in text.partition(":"))
            if name == "says":
                says.append(wording(rest))
            elif name == "ways":
                texts += [each for way in rest.split(", ") for each in WAYS["ways"][way]]
            elif name == "said":
                return replace(said()[rest], says=tuple(says))
            elif name in ("rule", "beside", "check", "stack", "sure"):
                about[name] = rest
            else:
                texts.append(text)
        return cls(tuple(says), _line("".join(texts[:1])), _ways(texts[1:]), about)

    def say(self, words: Mapping[str, Any]) -> Explanation:
        """The explanation with these words."""
        words = {name: word for name, word in words.items() if word not in (None, "")}
        ways = [(filled(c, words), filled(f, words), filled(k, words)) for c, f, k in self.ways]
        check, stack = (filled(self.about.get(name, ""), words) for name in ("check", "stack"))
        told = explained(filled(self.cause, words), ways or [("", "", "")], check, stack)
        return replace(told, confidence=self.about.get("sure", told.confidence))  # type: ignore[arg-type]


def _ways(texts: Sequence[str]) -> tuple[Way, ...]:
    """Conditions, each with what mends it and the code; the condition of one alone is left out."""
    rest = texts if len(texts) % 3 == 0 else ["", *texts]
    groups = (rest[i : i + 3] for i in range(0, len(rest), 3))
    return tuple((_line(condition), _line(fix), cleandoc(code)) for condition, fix, code in groups)


def _line(text: str) -> str:
    return " ".join(text.split())


def filled(text: str, words: Mapping[str, Any]) -> str:
    """A text with words for its {names}. Raises KeyError for one that is lacking without a |."""

    def put(found: re.Match[str]) -> str:
        if found[1] in SNIPPETS:
            return filled(cleandoc(SNIPPETS[found[1]]), words)
        return str(words[found[1]] if found[2] is None else words.get(found[1], found[2]))

    def clause(found: re.Match[str]) -> str:
        return found[1] if words.keys() >= set(re.findall(r"\{([a-z_]+)\}", found[1])) else ""

    return re.sub(r"\{(\w+)(?:\|([^{}]*))?\}", put, re.sub(r"«([^»]*)»", clause, text)).strip()


def wording(pattern: str) -> re.Pattern[str]:
    """What a row looks for."""
    pattern = _line(pattern).replace("ANY_LOSS", "|".join(RULE_OF)).replace("…", ".{0,200}?")
    named = re.sub(r"\b(NAME|N|SHAPE)\((\w+)\)", lambda at: f"(?P<{at[2]}>{PARTS[at[1]]})", pattern)
    return re.compile(named.replace("SHAPE", SHAPE))


@cache
def rows(name: str) -> tuple[MessageRow, ...]:
    """Those of a table that have wordings, in order; read when the first message is asked about."""
    return tuple(MessageRow.of(row, CHECKS.get(name, CHECK)) for row in table(name)["messages"])


@cache
def said() -> dict[str, MessageRow]:
    """The others, of all tables, which rules say, by name."""
    named = [
        (key, row, name) for name in TABLES for key, row in table(name).get("said", {}).items()
    ]
    return {key: MessageRow.of(row, CHECKS.get(name, CHECK)) for key, row, name in named}


def say(row: str, facts: Facts | None = None, /, ways: str = "", **words: object) -> Explanation:
    """A row of [said], with what was found and other words; `ways` names its meanings."""
    told = said()[row]
    if ways:
        told = replace(told, ways=_ways([w for way in ways.split(", ") for w in WAYS["ways"][way]]))
    return told.say({**(facts.match.groupdict() if facts else {}), **words})
