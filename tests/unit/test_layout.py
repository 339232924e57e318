"""Rules for the code: which packages a package may import, sizes of files, names in comments."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from inspect import signature
from pathlib import Path
from pkgutil import resolve_name

ROOT = Path(__file__).parents[2]
LIB = sorted((ROOT / "lib").rglob("*.py"))
README = (ROOT / "lib" / "README.md").read_text(encoding="utf-8")
MAP = re.findall(r"^\| `(\w+)` \|", README, flags=re.MULTILINE)
"""The packages of lib in the order of the map, from the top down."""
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py"))]
HEAVY = ("engine", "keras_layers", "recurrent_layers", "streaming", "answers")
"""The modules of lib.training that load Keras or TensorFlow."""


@cache
def imports(path, *, types=False):
    """Return the full names of all modules that a file imports, at any depth.

    With `types`, include imports for type checkers.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for block in ast.walk(tree):
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING" and not types:
            block.body = []
    names = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            names |= {f"{node.module}", *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(names)


def roots(path):
    """Return the top-level packages that a file imports."""
    return {name.split(".")[0] for name in imports(path)}


def test_lib_keeps_streamlit_in_ui_and_keras_in_the_engine():
    """Only lib/ui imports Streamlit. Only engine, its layers and answers import Keras."""
    training = ROOT / "lib" / "training"
    engine = {training / f"{name}.py" for name in HEAVY}
    wrong = {path for path in LIB if path not in engine and roots(path) & {"keras", "tensorflow"}}
    wrong |= {
        path for path in LIB if "streamlit" in roots(path) and ROOT / "lib/ui" not in path.parents
    }
    assert wrong == set()


def test_pages_import_lib_but_no_page_and_no_keras():
    """Pages import no other page, no Keras and no TensorFlow. lib imports no page."""
    assert not [path for path in LIB if roots(path) & {"app", "pages"}]
    assert not [path for path in PAGES if roots(path) & {"app", "pages", "keras", "tensorflow"}]


def test_only_the_worker_imports_modules_that_import_keras():
    """A module that imports Keras loads TensorFlow, so only the worker process imports it."""
    heavy = tuple(f"lib.training.{name}." for name in HEAVY)
    users = {
        str(path.relative_to(ROOT / "lib" / "training"))
        for path in [*LIB, *PAGES]
        if any(f"{name}.".startswith(heavy) for name in imports(path))
    }
    assert users == {"answers.py", "engine.py", "keras_layers.py", "streaming.py", "worker.py"}


def test_only_one_module_imports_ray():
    """Importing Ray takes seconds and 70 MB, so only cluster drivers and nodes import it."""
    users = {str(path.relative_to(ROOT)) for path in [*LIB, *PAGES] if "ray" in roots(path)}
    assert users == {"lib/training/cluster/on_ray.py"}
    module = "lib.training.cluster.on_ray"
    users = {str(path.relative_to(ROOT)) for path in [*LIB, *PAGES] if module in imports(path)}
    assert users == {"lib/training/cluster/__main__.py"}


def test_files_have_at_most_350_lines():
    """A reader can read each file of lib and pages in one sitting."""
    kinds = (".py", ".js", ".css", ".toml", ".html")
    files = [*PAGES, *(path for path in (ROOT / "lib").rglob("*") if path.suffix in kinds)]
    lines = {path.relative_to(ROOT): path.read_text("utf-8").count("\n") for path in files}
    assert not {path: count for path, count in lines.items() if count > 350}


def test_every_package_has_one_row_on_the_map():
    """The import rules need the place of each package, so a new package needs a row."""
    packages = {path.relative_to(ROOT / "lib").parts[0].removesuffix(".py") for path in LIB}
    assert sorted(MAP) == sorted(packages - {"__init__"})


def test_a_package_imports_only_packages_below_it():
    """This includes imports for types: a package can be read without the packages above it."""
    wrong = set()
    for path in LIB:
        package = path.relative_to(ROOT / "lib").parts[0].removesuffix(".py")
        above = set(MAP[: MAP.index(package)]) if package in MAP else set()
        used = {name.split(".")[1] for name in imports(path, types=True) if name.startswith("lib.")}
        wrong |= {(str(path), name) for name in used & above}
    assert wrong == set()


def test_packages_are_imported_through_their_init():
    """Other packages import `lib.data`, never `lib.data.dataset`: its `__init__` exports the names.

    Pages import single modules of `lib.ui`: loading all modules would delay the first paint.
    """
    wrong = set()
    for path in [*LIB, *PAGES]:
        allowed = {path.relative_to(ROOT).parts[:2][-1], "ui"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = (getattr(node, "module", None) or "").split(".")
            if parts[0] == "lib" and len(parts) > 2 and parts[1] not in allowed:
                wrong.add((str(path), ".".join(parts)))
    assert wrong == set()


def test_imports_have_no_cycle():
    """This includes imports for types: a module can be read after the modules that it imports."""
    names = {path: ".".join(path.relative_to(ROOT).with_suffix("").parts) for path in LIB}
    modules = {name.removesuffix(".__init__"): path for path, name in names.items()}
    graph = {}
    for name, path in modules.items():
        used = modules.keys() & set(imports(path, types=True))
        packages = {module.rpartition(".")[0] for module in used}
        graph[name] = used - packages  # A package and its modules may import each other.
    TopologicalSorter(graph).prepare()  # It raises an error that names the cycle.


def test_only_one_file_of_tests_has_whole_sentences():
    """Other tests look for short parts, so that a new wording changes one file of tests.

    They don't compare with a whole title either, which has no final stop.
    """
    table = ROOT / "tests/unit/test_explore_words.py"
    wrong = []
    for path in set((ROOT / "tests").rglob("*.py")) - {table}:
        code = path.read_text(encoding="utf-8")
        wrong += [(path.name, words) for words in re.findall(r'title\(\w+\) == (".*")', code)]
        nodes = list(ast.walk(ast.parse(code)))
        docstrings = [node.value for node in nodes if isinstance(node, ast.Expr)]
        for node in nodes:
            if isinstance(node, ast.Constant) and node not in docstrings:
                sentence = re.fullmatch(r"[A-Z\d](\S* ){5,}\S*[.?!]", f"{node.value}")
                wrong += [(path.name, sentence[0])] if sentence else []
    assert wrong == []


def named_places(text):
    """Yield the modules and files of lib named in a text: "lib.ui.shown" or "lib/ui/shown.py"."""
    yield from (
        name.replace(".", "/") for name in re.findall(r"(?<![.\w])lib(?:\.[a-z_]\w*)+", text)
    )
    yield from re.findall(r"(?<![./\w])lib/[\w./]*\w", text)


def exists(place):
    """Return whether a place is a file, a module, a package, or a name in a module."""
    path = ROOT / place
    if path.exists() or path.with_suffix(".py").exists():
        return True
    parent = path.parent / "__init__.py" if path.parent.is_dir() else path.parent.with_suffix(".py")
    return parent.exists() and path.name in parent.read_text(encoding="utf-8")


def test_comments_name_only_existing_modules():
    """Each module or file of lib named in a comment exists."""
    kinds = ("py", "js", "css", "toml")
    in_lib = [path for kind in kinds for path in (ROOT / "lib").rglob(f"*.{kind}")]
    wrong = [
        (str(path.relative_to(ROOT)), place)
        for path in [*in_lib, *PAGES, ROOT / ".streamlit" / "config.toml"]
        for place in named_places(path.read_text(encoding="utf-8"))
        if not exists(place)
    ]
    assert wrong == []


def test_comments_in_toml_name_existing_code():
    """For "read by `x.py`", x.py must read the table. For "`X` of `x.py`", x.py must contain X."""
    wrong = []
    for path in (ROOT / "lib").rglob("*.toml"):
        lines = path.read_text(encoding="utf-8").splitlines()
        comments = " ".join(line.strip("# ") for line in lines if line.startswith("#"))
        named = re.findall(r"`(\w+)`[^`]*? (?:of|in) `?([\w/]+\.py)", comments)
        for reader in re.findall(r"\b[Rr]ead by `(\w+\.py)`", comments):
            named.append(("__file__" if reader == f"{path.stem}.py" else path.stem, reader))
        for name, place in named:
            file = (ROOT if "/" in place else path.parent) / place
            if not file.exists() or name not in file.read_text(encoding="utf-8"):
                wrong.append((path.name, place, name))
    assert wrong == []


PUBLIC = """
lib.experiment.Experiment
lib.data.make_dataset experiment table
lib.data.read_upload name content
lib.data.UploadError
lib.data.DATASETS
lib.shapes.rnn_output_shape input_shape units return_sequences bidirectional merge_mode
lib.shapes.rnn_parameter_count cell features units reset_after bidirectional
lib.shapes.read_model source name
lib.shapes.ModelError
lib.shapes.trace stack
lib.shapes.total steps
lib.shapes.diagnose_target output_shape target_shape loss batch_size
lib.shapes.explain_error message
lib.recurrence.unroll cell weights x mask go_backwards
lib.results.compare_modes first second
lib.training.TrainingClient.start self experiment dataset
lib.training.TrainingClient.wait self run timeout
lib.export.EXPORTS
lib.sweep.run_sweep
"""
"""Names that other programs import, and the first parameters that they pass."""


def test_names_for_other_programs_exist_with_their_parameters():
    """A program that imports a name of PUBLIC keeps working."""
    for line in PUBLIC.split("\n")[1:-1]:
        name, *parameters = line.split()
        found = resolve_name(name)
        if parameters:
            assert [*signature(found).parameters][: len(parameters)] == parameters, name
