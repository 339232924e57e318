"""What the page process loads: a first visitor waits for every import."""

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


def test_explore_loads_neither_tensorflow_nor_pandas():
    """Only the worker imports TensorFlow; pandas is imported with the first table."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {"streamlit", "plotly", "lib"} <= loaded
    assert not loaded & {"tensorflow", "keras", "pandas"}
