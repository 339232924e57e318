"""The script in the README gives the same experiment and dataset as an upload to the page."""

import re

import numpy as np

from lib.data.datasets.registry import settle
from tests.app.driver import APP, start, upload_file


def test_the_readmes_script_equals_the_page(client, tmp_path, monkeypatch):
    """The script's experiment and dataset equal those of the run that the page trains."""
    readme = (APP.parent / "README.md").read_text(encoding="utf-8")
    script = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)[1]
    lines = (f"2024-{1 + i // 28:02}-{1 + i % 28:02},{20 + i % 7},{i % 5}" for i in range(80))
    content = "\n".join(["day,price,sales", *lines]).encode()
    (tmp_path / "sales.csv").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(script.partition("with TrainingClient")[0], names)  # noqa: S102  The code is in README.
    app = start(data="upload", T="8", U="8", epochs="50", seeds="1", targets="sales")
    upload_file(app, "sales.csv", content)
    app.button(key="do_train").click().run()
    (run,) = client.runs.values()
    assert settle(names["experiment"], names["table"]) == run.experiment
    assert names["dataset"].parts == run.dataset.parts
    assert np.array_equal(names["dataset"].x, run.dataset.x)
    assert np.array_equal(names["dataset"].y, run.dataset.y)
