"""The house's lines: who may import whom. Read from the source, so that nothing has to run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIB = sorted((ROOT / "lib").rglob("*.py"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAP = re.findall(r"^\| `lib/(\w+)(?:\.py|/)` \|", README, flags=re.MULTILINE)
"""The rooms of lib as README's map names them, from the top down."""
HEAVY = ("engine", "optimizers", "recurrent_layers", "answers")
"""The parts of lib.training that import Keras."""
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]


@cache
def imports(path: Path, *, types: bool = False) -> frozenset[str]:
    """The full names of all modules that a file imports when it runs, anywhere in it.

    With `types` also those that it imports for type checkers alone.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING" and not types:
            block.body = []
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def users(files: Iterable[Path], *modules: str) -> set[str]:
    """The files that import one of these modules, or something in it."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in files
        if any(f"{name}.".startswith(f"{module}.") for name in imports(path) for module in modules)
    }


def test_only_ui_imports_streamlit() -> None:
    """The rest of lib can be used without it."""
    ui = ROOT / "lib" / "ui"
    assert not users([path for path in LIB if ui not in path.parents], "streamlit")


def test_only_the_engine_and_the_answers_import_keras() -> None:
    """They run in the worker process."""
    engine = {f"lib/training/{name}.py" for name in HEAVY}
    found = users([*LIB, *PAGES], "keras", "tensorflow") - engine
    assert not {path for path in found if not path.startswith("lib/training/answers/")}


def test_nobody_imports_a_page() -> None:
    """Neither lib nor another page."""
    assert not users([*LIB, *PAGES], "app", "pages")


def test_only_the_worker_imports_what_imports_keras() -> None:
    """It drags TensorFlow along: whoever imports it does so inside the worker process."""
    heavy = [f"lib.training.{part}" for part in HEAVY]
    found = users([*LIB, *PAGES], *heavy)
    assert {path for path in found if not path.startswith("lib/training/answers/")} == {
        "lib/training/worker.py",
        "lib/training/engine.py",
    }


def test_only_one_module_imports_ray() -> None:
    """It takes seconds and 70 MB: only drivers of a cluster import it, and nodes."""
    files = [*LIB, *PAGES]
    assert users(files, "ray") == {"lib/training/cluster/on_ray.py"}
    assert users(files, "lib.training.cluster.on_ray") == {"lib/training/cluster/__main__.py"}


def test_no_file_is_too_long_to_be_read_at_once() -> None:
    """At most 350 lines; a table of messages, which is looked up by name, may have more."""
    tables = {"lib/shapes/stack/refusals.toml"}
    kinds = (".py", ".js", ".css", ".toml", ".html")
    files = [*PAGES, *(path for path in (ROOT / "lib").rglob("*") if path.suffix in kinds)]
    lines = {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8").count("\n") for path in files
    }
    assert {path for path, count in lines.items() if count > 350} == tables


def test_every_room_has_one_place_on_the_map() -> None:
    """A new one gets it before anything can be said of its imports."""
    there = {path.relative_to(ROOT / "lib").parts[0].removesuffix(".py") for path in LIB}
    assert sorted(MAP) == sorted(there - {"__init__"})


def test_a_package_imports_only_those_that_stand_below_it_on_the_map() -> None:
    """Not for types either: each can be read without those above it."""
    wrong = {}
    for path in LIB:
        own = path.relative_to(ROOT / "lib").parts[0].removesuffix(".py")
        above = MAP[: MAP.index(own)] if own in MAP else []
        used = {name.split(".")[1] for name in imports(path, types=True) if name.startswith("lib.")}
        if upward := used.intersection(above):
            wrong[path.relative_to(ROOT).as_posix()] = upward
    assert not wrong


def test_no_module_needs_itself() -> None:
    """Nor by way of others, nor for types: each can be read after those that it imports."""
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in LIB}
    modules = {name.removesuffix(".__init__"): path for path, name in names.items()}
    graph = {}
    for name, path in modules.items():
        used = modules.keys() & set(imports(path, types=True))
        packages = {module.rpartition(".")[0] for module in used}
        graph[name] = used - packages  # a package may name its modules, and these one another
    TopologicalSorter(graph).prepare()  # its error names the cycle


def named_places(text: str) -> Iterator[str]:
    """The modules and files of lib that a text names, as "lib.ui.text" or "lib/ui/text.py"."""
    yield from (
        name.replace(".", "/") for name in re.findall(r"(?<![.\w])lib(?:\.[a-z_]\w*)+", text)
    )
    yield from re.findall(r"(?<![./\w])lib/[\w./]*\w", text)


def is_there(place: str) -> bool:
    """Whether there is such a file, module or package, or one that has what comes after it."""
    path = ROOT / place
    if path.exists() or path.with_suffix(".py").exists():
        return True
    parent = path.parent / "__init__.py" if path.parent.is_dir() else path.parent.with_suffix(".py")
    return parent.exists() and path.name in parent.read_text(encoding="utf-8")


def test_comments_name_only_modules_that_are_there() -> None:
    """Whoever follows one comes to what it speaks of."""
    own = [
        path for kind in ("py", "js", "css", "toml") for path in (ROOT / "lib").rglob(f"*.{kind}")
    ]
    wrong = [
        (str(path.relative_to(ROOT)), place)
        for path in [*own, *PAGES, ROOT / ".streamlit" / "config.toml"]
        for place in named_places(path.read_text(encoding="utf-8"))
        if not is_there(place)
    ]
    assert wrong == []
