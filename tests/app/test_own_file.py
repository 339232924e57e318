"""A file uploaded to the page equals the same file read by a script."""

import re

import numpy as np

from lib.data.datasets.registry import settle
from tests.app.driver import APP, give, start


def test_readmes_script_makes_the_page_s_experiment_and_dataset(client, tmp_path, monkeypatch):
    """README's script gives the page's experiment and dataset."""
    readme = (APP.parent / "README.md").read_text(encoding="utf-8")
    script = re.findall(r"```python\n(.+?)```", readme, flags=re.DOTALL)[1]
    lines = (f"2024-{1 + i // 28:02}-{1 + i % 28:02},{20 + i % 7},{i % 5}" for i in range(80))
    content = "\n".join(["day,price,sales", *lines]).encode()
    (tmp_path / "sales.csv").write_bytes(content)
    monkeypatch.chdir(tmp_path)
    own = {}
    exec(script.partition("with TrainingClient")[0], own)  # noqa: S102  README's own code
    app = start(data="upload", T="8", U="8", epochs="50", seeds="1", targets="sales")
    give(app, "sales.csv", content)
    app.button(key="do_train").click().run()
    (run,) = client.runs.values()
    assert settle(own["experiment"], own["table"]) == run.experiment
    assert own["dataset"].parts == run.dataset.parts
    assert np.array_equal(own["dataset"].x, run.dataset.x)
    assert np.array_equal(own["dataset"].y, run.dataset.y)
