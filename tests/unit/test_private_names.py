"""Private modules of other libraries are imported where a public way stands beside them.

Ruff (SLF001) finds private attributes; this finds imports and what scripts reach.
"""

import ast
import inspect
import re
import sys
from pathlib import Path

import streamlit

ROOT = Path(__file__).parents[2]
FILES = [ROOT / "app.py", *(ROOT / "lib").rglob("*.py"), *(ROOT / "pages").glob("*.py")]
HOMES = ("lib/ui/streamlit_private.py", "lib/ui/plotly_private.js")
PUBLIC = {
    *("PIL", "click", "jinja2", "keras", "keras.utils", "markupsafe", "msgspec", "numpy"),
    *("numpy.lib.format", "numpy.lib.stride_tricks", "numpy.random", "pandas", "plotly.data"),
    *("plotly.graph_objects", "plotly.io", "plotly.offline", "psutil", "pyarrow"),
    *("pyarrow.parquet", "pyarrow.types", "ray", "ray.exceptions", "segno"),
    *("coreforecast.seasonal", "starlette.datastructures", "starlette.exceptions"),
    *("starlette.middleware", "starlette.requests", "starlette.responses", "starlette.routing"),
    *("starlette.types", "streamlit", "streamlit.delta_generator", "tensorflow"),
}
"""The modules of other libraries that their documentation names."""
MODULES = {"column_config", "components"}
"""The modules that Streamlit's documentation reaches through `st`."""


def test_private_names_of_other_libraries_stand_in_their_modules_alone():
    """A release may rename or drop them without notice."""
    found = []
    for path in [*FILES, *(ROOT / "lib").rglob("*.js")]:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8")
        if not name.startswith(HOMES):
            reached = in_script(text) if path.suffix == ".js" else imported(ast.parse(text))
            found += [f"{name}: {each}" for each in reached]
    assert not found, "\n".join(found)


def imported(tree):
    """Modules that a library doesn't document, and names that begin with "_"."""
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
    """Properties that begin with "_" in a script, which has none of its own."""
    for match in re.finditer(r"""(?:\.|[{,]\s*|\[["'])(_\w+)""", text):
        yield match[1]
