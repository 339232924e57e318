"""Parse pasted text, such as code with prompts, into a syntax tree. No code is run."""

import ast
import json
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from lib.shapes.output import Shape
from lib.shapes.stack.base import Stack
from lib.text import beside, filled

TEXTS = beside(__file__, "words")
LONGEST = 200_000
_LONGEST_NOTEBOOK = 10_000_000  # most characters of a notebook file, including images
_MOST_MARKS = 40_000  # most punctuation marks in a text; parsing each takes some microseconds
_MOST_IN_FSTRINGS = 1000  # most brackets in f-strings: Python reparses the text before each
PYTHON_ERROR = re.compile(r"(?m)^[ \t]*(Traceback \(most|[\w.]*(Error|Exception|Warning): )")
_SUMMARY = re.compile("[┏┡]━|Layer [(]type[)]")
# Notebook commands such as "!pip install keras", and print statements of Python 2.
_NO_PYTHON = re.compile(r"(?m)^( *)(?:[!%?].*|print\s+[^\s(=.,].*)$")
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.|In \[\d*\]:|\.{3,}:) ?(.*)$")


@dataclass
class ModelError(ValueError):
    """Raised if no model can be read from a text or file. `line` is its line in code, if any."""

    sentence: str
    line: int | None = None

    def __str__(self) -> str:
        return self.sentence if self.line is None else f"Line {self.line}: {self.sentence}"


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about a line of the text, counted from 1, or about the whole text."""

    sentence: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ModelReading:
    """A model read from a text: its stack, loss and target, with notes."""

    stack: Stack
    source: str
    notes: tuple[Note, ...] = ()  # parts that were skipped or read differently
    loss: str = ""
    target: Shape | None = None  # shape of y in `fit`, samples first; None if unknown
    text: str = ""
    from_logits: bool | None = None  # argument of the loss; None if it or an activation is unknown


def model_error(what: str, line: int | None = None, /, **names: object) -> ModelError:
    """Return the error named `what` in words.toml."""
    return ModelError(filled(TEXTS["errors"], what, **names), line)


def parsed(text: str) -> tuple[ast.Module, list[str]]:
    """Return the syntax tree and the lines of a text. Raises ModelError."""
    if len(text) > LONGEST:
        raise model_error("too long", most=LONGEST, count=len(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").expandtabs(8)
    fstrings = text.count("{") if re.search("f['\"]", text) else 0
    if sum(map(text.count, ",;([{.:\n<>+")) > _MOST_MARKS or fstrings > _MOST_IN_FSTRINGS:
        raise model_error("too much")
    errors: list[tuple[str, int | None]] = []
    for variant in _variants(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # Python warns about code such as 1is 2.
                return ast.parse(variant), variant.split("\n")
        except SyntaxError as error:
            errors.append((error.msg.split(" (<unknown>")[0].rstrip("."), error.lineno))
        except ValueError as error:  # raised for a null byte, for example
            errors.append((f"{error}", None))
        except (RecursionError, MemoryError):
            raise model_error("too deep") from None
    if PYTHON_ERROR.search(text):
        raise model_error("an error")
    if _SUMMARY.search(text):
        raise model_error("a summary")
    message, line = errors[1]  # the error of the tidied text
    raise model_error("syntax", line, message=message)


def notebook_code(text: str) -> str:
    """Return the joined code cells of a notebook; "" for other JSON. Raises ModelError."""
    if len(text) > _LONGEST_NOTEBOOK:
        raise model_error("too long", most=_LONGEST_NOTEBOOK, count=len(text))
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    return "\n".join(one for one in sources if not re.match("%%(?!time|capture)", one))


def _variants(text: str) -> Iterator[str]:
    """Yield the text unchanged, then without fences and prompts. Line numbers don't change."""
    text = textwrap.dedent(text)
    yield text
    lines = text.split("\n")
    fences = {at for at, line in enumerate(lines) if re.match(r"\s*(```|~~~)", line)}
    if len(fences) > 1:  # Only the text between fences is code.
        inside = False
        for at, line in enumerate(lines):
            inside ^= at in fences
            lines[at] = line if inside else ""
    for at in fences:
        lines[at] = ""
    lines = textwrap.dedent("\n".join(lines)).split("\n")
    prompts = [_PROMPT.match(line) for line in lines]
    if any(match and not match[0].lstrip().startswith("...") for match in prompts):
        lines = [match[1] if match else "" for match in prompts]
    tidy = _NO_PYTHON.sub(r"\1pass", "\n".join(lines))
    yield tidy
    # Text copied from the middle of its first line lacks the indentation of that line.
    first, _, rest = tidy.lstrip("\n").partition("\n")
    blank = "\n" * (len(tidy) - len(tidy.lstrip("\n")))
    yield blank + first.lstrip() + "\n" + textwrap.dedent(rest)


def dotted(node: ast.expr) -> str:
    """Return a name with its owner, "self.model"; "" for other expressions."""
    owner = f"{dotted(node.value)}." if isinstance(node, ast.Attribute) else ""
    return f"{owner}{bare(node)}"


def bare(node: ast.AST) -> str:
    """Return the last part of a name: "model" for self.model; "" for other nodes."""
    return getattr(node, "attr", getattr(node, "id", ""))
