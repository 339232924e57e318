"""Values and words as Python code, on one line where they fit."""

import inspect
import json
import sys
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import shorten, wrap

LINE = 100
"""The longest line of a script."""


@dataclass(frozen=True, slots=True)
class DataCode:
    """The part of a script that makes `x` (N, T, F), `y` (N, T, K), `train`, and maybe `test`."""

    code: str
    function: str = ""
    imports: tuple[str, ...] = ()
    scaler: tuple[str, ...] = ()
    """Arguments of `np.savez` that keep what the columns were standardised with."""

    def script(self, title: str, about: str, *imports: str) -> list[str]:
        """The blocks of a script up to its data."""
        # Two blank lines around a function.
        function = [f"\n{self.function}\n"] if self.function else []
        return [f'"""{short(title)}: {about}."""', self.head(*imports), *function, self.code]

    def head(self, *imports: str) -> str:
        """All imports, Python's own modules first."""
        lines = sorted({"import numpy as np", *imports, *self.imports})
        own = [line for line in lines if line.split()[1] in sys.stdlib_module_names]
        others = [line for line in lines if line not in own]
        return "\n".join([*own, *([""] if own else []), *others])


def short(title: str) -> str:
    """The name of some data, where a line has little room for it."""
    return shorten(plain(title), LINE // 3, placeholder=" …")


def chosen(template: str, flags: Container[str], **fields: object) -> list[str]:
    """The lines of a template that the flags ask for, filled in.

    Before the first | of a line stands what it needs: all of these flags, and none after a "!".
    """
    lines = []
    for line in template.strip("\n").splitlines():
        needs, _, code = line.partition("|")
        if all((flag.lstrip("!") in flags) != flag.startswith("!") for flag in needs.split()):
            code = code.removeprefix(" ").format(**fields)
            lines += comment(code[2:]) if code.startswith("# ") else [code]
    return lines


def blocks(templates: Mapping[str, str], flags: Container[str], **fields: object) -> dict[str, str]:
    """The chosen lines of each template, as one text."""
    return {name: "\n".join(chosen(each, flags, **fields)) for name, each in templates.items()}


def true(**flags: object) -> set[str]:
    """The names of the flags that are so."""
    return {name for name, is_so in flags.items() if is_so}


@cache  # a page asks for three with each move of a slider
def source(function: Callable[..., object]) -> str:
    """The code of one of the project's own functions."""
    return inspect.getsource(function).rstrip()


def plain(text: str) -> str:
    """Words that can stand in a docstring or a comment, whatever a file or a column is called."""
    words = " ".join(text.replace("\\", "/").replace('"', "'").split())
    return "".join(filter(str.isprintable, words))  # no source code may hold a NUL


def comment(text: str) -> list[str]:
    """Lines of a comment."""
    return wrap(plain(text), LINE, initial_indent="# ", subsequent_indent="# ")


def laid_out(
    head: str, items: Sequence[str], tail: str, *, indent: int = 0, reserved: int = 0
) -> str:
    """A call or a list from `head` to `tail`, an item to a line where one line is too short.

    Its lines begin at `indent`, and `reserved` more letters stand on the first.
    """
    line = f"{head}{', '.join(items)}{tail}"
    if indent + len(line) + reserved <= LINE:
        return line
    margin = " " * indent
    return "\n".join([head, *(f"{margin}    {item}," for item in items), f"{margin}{tail}"])


def quoted(text: str) -> str:
    """A Python string, in double quotes where that needs no more escapes."""
    code = json.dumps(text, ensure_ascii=False)
    if text.count('"') <= text.count("'"):
        return code
    inside = code[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inside}'"
