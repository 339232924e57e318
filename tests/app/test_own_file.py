"""A file that is sent: by a ticket, and the same as a script reads it."""

import io
import re

import numpy as np
from starlette.datastructures import UploadFile

from lib.data.datasets import settle
from lib.ui import incoming
from tests.app.driver import APP, give, start
from tests.app.test_upload import headings, rows


def test_a_file_that_the_server_has_no_room_for_is_answered_with_a_sentence(
    monkeypatch,
):
    """Its browser has sent a ticket; one for a file that was taken changes nothing."""
    monkeypatch.setattr(incoming, "INCOMING", arriving := incoming.Incoming())
    app = start(data="upload")
    ticket = arriving.expect("session")
    arriving.arrived(ticket, UploadFile(io.BytesIO(rows(100))))
    give(app, "good.csv", ticket)
    assert "good.csv" in headings(app)
    give(app, "again.csv", ticket)
    assert "good.csv" in headings(app)
    assert not app.error
    give(app, "other.csv", b"unrolled refused at most 200 MB")
    assert "at most 200 MB" in app.error[0].value
    assert "good.csv, stays" in app.error[0].value


def test_readmes_script_makes_the_page_s_experiment_and_dataset(client, tmp_path, monkeypatch):
    """Of the same file and settings: with parts for training, validation and test."""
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
