"""The modules that the page process imports: the first visitor waits for each of them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPT = """
import sys
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("app.py", default_timeout=60).run()
assert not app.exception
print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
COMPILING = """
import jinja2
jinja2.Environment.compile = lambda *_: 1 / 0
import lib.ui.views
"""


def test_explore_loads_neither_tensorflow_nor_pandas():
    """Only the worker imports TensorFlow. The page imports pandas with the first table."""
    loaded = set(_output(SCRIPT).split())
    assert {"streamlit", "plotly", "lib"} <= loaded
    assert not loaded & {"tensorflow", "keras", "pandas"}


def test_importing_the_pages_compiles_no_template():
    """A template is compiled when its first picture is drawn."""
    _output(COMPILING)


def _output(script):
    command = [sys.executable, "-c", script]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
