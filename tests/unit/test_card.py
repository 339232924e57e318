"""What page servers tell each other of a run, and what comes of what strangers would tell."""

from dataclasses import replace

import numpy as np
import pytest

from lib.data.datasets import make_settled_dataset, suggested
from lib.experiment import Experiment
from lib.export import kept
from lib.export.archive import record_of
from lib.export.kept import card_of, read_card
from lib.training.messages import encode
from tests.unit.uploaded import lines, read

UPLOAD = Experiment().set(data="upload", T=4, inputs=("a",), targets=("b",))
TABLE = read(lines("a,b", lambda i: f"{i},{i / 4}", 40))


def test_made_data_are_made_anew():
    """By the settings, to the same numbers."""
    experiment = suggested("running_mean").set(N=64, seed=3)
    run, *about = read_card(card_of(experiment, None, "a browser", "Run 7"), "r7")
    assert (run.id, run.experiment) == ("r7", experiment)
    assert about == ["a browser", None, "Run 7"]
    np.testing.assert_array_equal(run.dataset.x, make_settled_dataset(experiment).x)


def test_an_upload_comes_with_its_rows():
    """A table of which a page can show all; nobody knows who started the run."""
    run, browser, table, _ = read_card(card_of(UPLOAD, TABLE, None, ""), "r")
    assert table is not None
    assert table.frame.equals(TABLE.frame)
    assert browser is None
    np.testing.assert_array_equal(run.dataset.y, make_settled_dataset(UPLOAD, TABLE).y)


def test_rows_that_are_too_many_are_told_nobody(monkeypatch):
    """There is no card then; of made data the rows don't matter."""
    monkeypatch.setattr(kept, "MOST_BYTES", 1000)
    assert card_of(UPLOAD, TABLE, None, "") == b""
    assert card_of(suggested("running_mean"), TABLE, None, "")


GOOD = card_of(suggested("running_mean"), None, None, "")


def of_upload(rows, experiment=UPLOAD):
    """A card with this as an upload's rows."""
    return encode((experiment, None, "", rows))


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense",
        GOOD[:-5],
        encode({"experiment": 1}),
        of_upload(None, suggested("running_mean").set(data="unknown")),
        of_upload(None),
        of_upload(b"nonsense"),
        of_upload(record_of(TABLE), UPLOAD.set(inputs=("c",))),
        of_upload(record_of(replace(TABLE, name=3))),
    ],
)
def test_what_is_no_card_is_a_value_error(bad):
    """Whatever it is: anybody with the cluster's token may have left it."""
    with pytest.raises(ValueError, match="not a"):
        read_card(bad, "r")
