"""Only two files use private names of other libraries. Both can use public names instead.

Ruff (SLF001) finds private attributes in Python. These tests find imports, and names in scripts.
"""

import ast
import inspect
import re
import sys
from pathlib import Path

import streamlit

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "app.py", *(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
ALLOWED = ("lib/ui/streamlit_private.py", "lib/ui/plotly_private.js")
PUBLIC = {
    *("PIL", "click", "jinja2", "keras", "keras.utils", "markupsafe", "msgspec", "numpy"),
    *("numpy.lib.format", "numpy.lib.stride_tricks", "numpy.random", "pandas", "plotly.data"),
    *("plotly.graph_objects", "plotly.io", "plotly.offline", "psutil", "pyarrow"),
    *("pyarrow.parquet", "pyarrow.types", "ray", "ray.exceptions", "segno"),
    *("coreforecast.seasonal", "starlette.datastructures", "starlette.exceptions"),
    *("starlette.middleware", "starlette.middleware.base", "starlette.requests"),
    *("starlette.responses", "starlette.routing", "starlette.types"),
    *("streamlit", "streamlit.delta_generator", "tensorflow"),
}
"""Modules that the documentation of their library names."""
MODULES = {"column_config", "components"}
"""Modules that Streamlit's documentation uses as attributes of `st`."""


def test_private_names_of_other_libraries_are_in_two_files_only():
    """A release may rename or drop private names without notice."""
    wrong = []
    for path in [*FILES, *(ROOT / "lib").rglob("*.js")]:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        if not name.startswith(ALLOWED):
            private = in_script(text) if path.suffix == ".js" else imported(ast.parse(text))
            wrong += [f"{name}: {each}" for each in private]
    assert not wrong, "\n".join(wrong)


def imported(tree):
    """Yield modules in a syntax tree that aren't documented, and names that begin with "_"."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names):
                modules, names = [module], [f"{module}.{each.name}" for each in names]
            case ast.Import(names=names):
                modules, names = [each.name for each in names], []
            case ast.Attribute(ast.Name("st"), name):
                if name not in MODULES and inspect.ismodule(getattr(streamlit, name, None)):
                    yield f"st.{name}"
                continue
            case ast.Call(ast.Name("getattr" | "setattr"), [_, ast.Constant(str(name)), *_]):
                if re.match(r"_[^_]", name):
                    yield name
                continue
            case _:
                continue
        for module in modules:
            library = module.partition(".")[0]
            if library != "lib" and library not in sys.stdlib_module_names:
                if module not in PUBLIC:
                    yield module
                yield from (each for each in names if "._" in each)


def in_script(text):
    """Yield properties that begin with "_" in a script, and classes of parts of Plotly's charts.

    Our own properties never begin with "_".
    """
    yield from re.findall(r"\.(?:main-svg|nsewdrag|\w+layer|(?:slider|updatemenu)-[\w-]+)\b", text)
    for match in re.finditer(r"""(?:\.|[{,]\s*|\[["'])(_\w+)""", text):
        yield match[1]
