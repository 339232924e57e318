"""A person's paste → Python's syntax tree, whatever else stands in it. Nothing of it is run."""

import ast
import json
import re
import textwrap
import warnings
from collections.abc import Iterator

from lib.shapes.stack.read.reading import ModelError
from lib.text import beside, say

WORDS = beside(__file__, "code")
LONGEST = 200_000
"""Of a text, in characters."""
_LONGEST_NOTEBOOK = 10_000_000
"""The same with its pictures."""
_TIMED = re.compile("%%(time|capture)")
"""Cells that are Python, although their first line says something else."""
_MARKS = ",;([{.:\n<>+"
_MOST_MARKS = 40_000
"""Of a text that is parsed: each takes some microseconds."""
_MOST_IN_TEXTS = 1000
"""Brackets of f-strings, each of which Python parses with all that stands before it."""
_ERROR = re.compile(r"^[ \t]*(Traceback \(most|[\w.]*(Error|Exception|Warning): )", re.MULTILINE)
_LEFT_OVER = re.compile(r"^( *)(?:[!%?].*|print\s+[^\s(=.,].*)$", re.MULTILINE)
"""Lines of a notebook that are none of Python: "!pip install keras", "%matplotlib inline"; and of
Python 2."""
_PROMPT = re.compile(r"^\s*(?:>>>|\.\.\.|In \[\d*\]:|\.{3,}:) ?(.*)$")
_FENCE = re.compile(r"^\s*(?:```|~~~)")


def refused(what: str, line: int | None = None, **names: object) -> ModelError:
    """The error with the words of this name."""
    return ModelError(say(WORDS["errors"], what, **names), line)


def parsed(text: str) -> tuple[ast.Module, list[str]]:
    """The syntax tree of a text, and the lines that it is of, which are as many as the text's.

    Raises ModelError where it is too much, or no Python.
    """
    if len(text) > LONGEST:
        raise refused("too long", most=LONGEST, count=len(text))
    text = text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff").expandtabs(8)
    marks = sum(map(text.count, _MARKS))
    if marks > _MOST_MARKS or (text.count("{") > _MOST_IN_TEXTS and re.search("f['\"]", text)):
        raise refused("too much")
    errors = []
    for way in _ways(text):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of "\d", and of 1is 2
                return ast.parse(way), way.split("\n")
        except SyntaxError as error:
            errors.append((error.msg.split(" (<unknown>")[0].rstrip("."), error.lineno))
        except ValueError as error:  # a null byte, half a character
            errors.append((f"{error}", None))
        except (RecursionError, MemoryError):
            raise refused("too deep") from None
    if is_error(text):
        raise refused("an error")
    if is_summary(text):
        raise refused("a summary")
    message, line = errors[min(1, len(errors) - 1)]  # of the tidied text
    raise refused("syntax", line, message=message)


def notebook_code(text: str) -> str:
    """The code of a notebook's file, its cells below one another; "" of another JSON.

    Raises ModelError where it is too long.
    """
    if len(text) > _LONGEST_NOTEBOOK:
        raise refused("too long", most=_LONGEST_NOTEBOOK, count=len(text))
    try:
        cells = json.loads(text)["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""
    python = [text for text in sources if not text.startswith("%%") or _TIMED.match(text)]
    return "\n".join(python)


def is_summary(text: str) -> bool:
    """Whether it is what `model.summary()` prints."""
    return re.search("[┏┡]━|Layer [(]type[)]", text) is not None


def is_error(text: str) -> bool:
    """Whether it is what Python prints when something fails."""
    return _ERROR.search(text) is not None


def _ways(text: str) -> Iterator[str]:
    """The text as it is, and without what people paste along."""
    plain = textwrap.dedent(text)
    yield plain
    lines = plain.split("\n")
    fences = {at for at, line in enumerate(lines) if _FENCE.match(line)}
    if fences:
        inside = alone = len(fences) == 1
        for at, line in enumerate(lines):
            inside = inside != (at in fences and not alone)
            lines[at] = line if inside and at not in fences else ""
        lines = textwrap.dedent("\n".join(lines)).split("\n")
    prompts = [_PROMPT.match(line) for line in lines]
    if any(match and not match[0].lstrip().startswith("...") for match in prompts):
        lines = [match[1] if match else "" for match in prompts]
    tidy = _LEFT_OVER.sub(r"\1pass", "\n".join(lines))
    yield tidy
    # A paste that begins within its first line has that at another indentation.
    head, _, rest = tidy.lstrip("\n").partition("\n")
    before = "\n" * (len(tidy) - len(tidy.lstrip("\n")))
    yield before + head.lstrip() + "\n" + textwrap.dedent(rest)


def dotted(node: ast.expr) -> str:
    """A name, with what it stands behind: self.model."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def bare(node: ast.AST) -> str:
    """A name without what it stands behind: model, of self.model; "" of what is none."""
    return getattr(node, "attr", getattr(node, "id", ""))
