"""Private names of other libraries stand in the modules that keep a public way beside them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FILES = sorted(
    [ROOT / "app.py", *(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py")],
)
HOMES = ("lib/ui/streamlit_private/", "lib/training/engine.py")
PUBLIC = {
    "numpy": ("numpy", "numpy.lib.format", "numpy.lib.stride_tricks", "numpy.random"),
    "streamlit": ("streamlit", "streamlit.delta_generator"),
    "starlette": (
        "starlette.datastructures",
        "starlette.exceptions",
        "starlette.middleware",
        "starlette.requests",
        "starlette.responses",
        "starlette.routing",
        "starlette.types",
    ),
}
"""By library the modules that its documentation names; a library that isn't here has no others."""
DOCUMENTED = {"_replace", "_asdict", "_fields", "_exit"}
"""Names of Python's own library that begin with "_" and yet are public."""


def test_private_names_of_other_libraries_stand_in_their_modules_alone() -> None:
    """A release may rename or drop them without notice."""
    trees = {path.relative_to(ROOT).as_posix(): ast.parse(path.read_text()) for path in FILES}
    own = {name for tree in trees.values() for name in _defined(tree)} | DOCUMENTED
    found = [
        f"{path}:{line}: {name}"
        for path, tree in trees.items()
        if not path.startswith(HOMES)
        for line, name in (*_imported(tree), *_reached(tree, own))
    ]
    assert not found, "\n".join(found)


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
            is_documented = library not in PUBLIC or module in PUBLIC[library]
            if not is_documented or any(part.startswith("_") for part in module.split(".")):
                yield node.lineno, module
            yield from ((node.lineno, f"{module}.{n}") for n in names if n.startswith("_"))


def _reached(tree: ast.AST, own: set[str]) -> Iterator[tuple[int, str]]:
    """Attributes and arguments that begin with "_" and are defined nowhere in this project."""
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else ""
        if isinstance(node, ast.keyword):
            name = node.arg or ""
        if name.startswith("_") and not name.endswith("__") and name not in own:
            yield node.lineno, name  # type: ignore[attr-defined]


def _defined(tree: ast.AST) -> Iterator[str]:
    """The names that a module defines: functions, classes, variables, attributes, fields."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield from [node.attr] if _is_self(node.value) else []


def _is_self(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and node.id in ("self", "cls")
