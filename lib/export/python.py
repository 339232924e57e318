"""Python code from Jinja templates and values, formatted as ruff does."""

import inspect
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import shorten, wrap
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

LINE = 100  # the longest line of a script


@dataclass(frozen=True, slots=True)
class DataCode:
    """The code of `x` (N, T, F), `y` (N, T, K) and `train`, with a function and imports."""

    code: str
    function: str = ""
    imports: tuple[str, ...] = ()

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
    """A dataset's title, cut where it is long."""
    return shorten(plain(title), LINE // 3, placeholder=" …")


@cache  # a page asks for three with each move of a slider
def source(function: Callable[..., object]) -> str:
    """The source of one of the project's functions."""
    return inspect.getsource(function).rstrip()


def plain(text: str) -> str:
    """Make any text safe for a docstring or a comment."""
    words = " ".join(text.replace("\\", "/").replace('"', "'").split())
    return "".join(filter(str.isprintable, words))  # no source code may hold a NUL


def comment(text: str) -> str:
    """Wrap a text into lines of a comment."""
    lines = wrap(plain(text), LINE, initial_indent="# ", subsequent_indent="# ")
    return "\n".join(lines)


def quoted(text: str) -> str:
    """Write a Python string, in double quotes where that needs no more escapes."""
    code = json.dumps(text, ensure_ascii=False)
    if text.count('"') <= text.count("'"):
        return code
    inside = code[1:-1].replace('\\"', '"').replace("'", "\\'")
    return f"'{inside}'"


_TEMPLATES = Environment(  # noqa: S701  Python's code, in which nothing is to be escaped
    loader=FileSystemLoader(Path(__file__).parent),
    undefined=StrictUndefined,
    variable_start_string="<<",  # Python's own dicts and f-strings have braces
    variable_end_string=">>",
    trim_blocks=True,
)
_TEMPLATES.filters |= {"comment": comment, "quoted": quoted}


def render(template: str, **fields: Any) -> str:
    """Render `template`.py.jinja."""
    return _TEMPLATES.get_template(f"{template}.py.jinja").render(**fields).strip("\n")


def blocks(template: str, *names: str, **fields: Any) -> dict[str, str]:
    """Render blocks of `template`.py.jinja, by default all, by name in order."""
    of = _TEMPLATES.get_template(f"{template}.py.jinja")
    context = of.new_context(fields)
    return {n: "".join(of.blocks[n](context)).strip("\n") for n in names or of.blocks}
