"""Private names of other libraries stand in the modules that keep a public way beside them."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [ROOT / "app.py", *(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py")],
)
SCRIPTS = sorted((ROOT / "lib").rglob("*.js"))
HOMES = ("lib/ui/streamlit_private/", "lib/ui/plotly_private.js", "lib/training/engine.py")
PUBLIC = {
    *("PIL", "click", "jinja2", "keras", "keras.utils", "markupsafe", "msgspec", "numpy"),
    *("numpy.lib.format", "numpy.lib.stride_tricks", "numpy.random", "pandas", "plotly.data"),
    *("plotly.graph_objects", "plotly.io", "plotly.offline", "psutil", "pyarrow"),
    *("pyarrow.parquet", "ray", "ray.exceptions", "rich.console", "rich.progress", "segno"),
    *("coreforecast.seasonal", "starlette.datastructures", "starlette.exceptions"),
    *("starlette.middleware", "starlette.requests", "starlette.responses", "starlette.routing"),
    *("starlette.types", "streamlit", "streamlit.delta_generator", "tensorflow"),
}
"""The modules of other libraries that their documentation names."""
MODULES = {"column_config", "components"}
"""The modules that Streamlit's documentation reaches through `st`."""
DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
"""Names of Python's own library that begin with "_" and yet are public."""


def test_private_names_of_other_libraries_stand_in_their_modules_alone() -> None:
    """A release may rename or drop them without notice."""
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in FILES}
    project = {name for tree in trees.values() for name in _defined(tree)} | DOCUMENTED
    found = [
        f"{path}:{line}: {name}"
        for path, tree in trees.items()
        if not path.startswith(HOMES)
        for line, name in (*_imported(tree), *_reached(tree, project))
    ]
    for script in SCRIPTS:
        path = script.relative_to(ROOT).as_posix()
        if not path.startswith(HOMES):
            found += [f"{path}: {name}" for name in _in_script(script.read_text("utf-8"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "planted",
    [
        "import streamlit.runtime",
        "from keras.src.layers import rnn",
        "st.runtime.get_instance()",
        "from numpy import _core",
        "figure._compound_props",
        "self._draw_frame()",
        "Session(_key=1)",
        "getattr(server, '_runtime')",
    ],
)
def test_a_private_name_is_found_however_python_reaches_it(planted: str) -> None:
    """Also where another module of this project has a name like it, but on an object of its own."""
    tree = ast.parse(planted)
    assert [*_imported(tree), *_reached(tree, {"_runtime", "_compound_props"})]


@pytest.mark.parametrize(
    "planted", ["plot._fullLayout.width", "const { l, _size: { w } } = plot", "plot['_context']"]
)
def test_a_private_name_is_found_in_a_script(planted: str) -> None:
    """As a property, taken apart, or by a string in brackets."""
    assert [*_in_script(planted)]


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Imports from modules that a library doesn't document, or of names that begin with "_"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            modules, names = [node.module or ""], [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            modules, names = [alias.name for alias in node.names], []
        else:
            continue
        for module in modules:
            library = module.partition(".")[0]
            if library in ("lib", "") or library in sys.stdlib_module_names:
                continue
            if module not in PUBLIC:
                yield node.lineno, module
            yield from ((node.lineno, f"{module}.{n}") for n in names if n.startswith("_"))


def _reached(tree: ast.AST, project: set[str]) -> Iterator[tuple[int, str]]:
    """Attributes and arguments that begin with "_", unless this project defines them.

    On `self`, which may have a base class elsewhere, anywhere in it; else in the same module.
    """
    module = {*_defined(tree), *DOCUMENTED}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(ast.Name("self" | "cls"), name):
                known = project
            case ast.Attribute(_, name) | ast.keyword(str(name)):
                known = module
            case ast.Call(ast.Name("getattr" | "setattr"), [_, ast.Constant(str(name)), *_]):
                known = module
            case _:
                continue
        match node:
            case ast.Attribute(ast.Name("st")) if inspect.ismodule(getattr(streamlit, name, None)):
                if name not in MODULES:
                    yield node.lineno, f"st.{name}"
        if name.startswith("_") and not name.endswith("__") and name not in known:
            yield node.lineno, name


def _in_script(text: str) -> Iterator[str]:
    """Properties that begin with "_" in a script, which has none of its own."""
    for match in re.finditer(r"""(?:\.|[{,]\s*|\[["'])(_\w+)""", text):
        yield match[1]


def _defined(tree: ast.AST) -> Iterator[str]:
    """The names that a module defines: functions, classes, variables, attributes, arguments."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
                yield name
            case ast.Name(name, ast.Store()) | ast.arg(name):
                yield name
            case ast.Attribute(ast.Name("self" | "cls"), name, ast.Store()):
                yield name
