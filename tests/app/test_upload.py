"""Uploads: an unusable file changes nothing, and a short one lowers the settings."""

import pytest

from lib.data import suggested
from lib.data.tables import types
from lib.experiment import Experiment
from lib.ui import upload
from lib.ui.fragment import TURNS
from lib.ui.shown import dataset_of
from tests.app.driver import give, session, start, text
from tests.unit.test_uploads_arrays import X, npz
from tests.unit.workbooks import workbook


def rows(count, columns="a,b"):
    """Return a file with some rows."""
    return f"{columns}\n{''.join(f'{i % 7},{i % 5}{chr(10)}' for i in range(count))}".encode()


SHEETS = workbook(
    {
        "First": [["a", "b"], *([i % 7, i % 5] for i in range(100))],
        "Second": [["c", "d"], *([i % 7, i % 5] for i in range(90))],
        "Notes": [["by me"]],
    }
)


def wait_until_read(app):
    """Wait for the process that reads a large or a binary file."""
    assert session(app).upload.reading.over.wait(60)
    app.run()
    assert session(app).upload.reading is None


def headings(app):
    """Return the page's headings, one of which names the data."""
    return " ".join(each.value for each in app.main.markdown if each.value.startswith("#"))


def settings(app):
    """Return the settings that a file may change."""
    keys = ("data", "T", "U", "horizon", "split", "epochs", "batch", "inputs")
    return {key: session(app).subject.experiment.get(key) for key in keys}


@pytest.mark.parametrize(
    ("content", "about"),
    [(b"", "empty"), (b"PK\x03\x04" + bytes(200), "zip")],
    ids=["empty", "zip"],
)
def test_a_bad_file_is_answered_with_a_sentence(content, about):
    """An unusable file leaves the charts unchanged (see test_uploads_any_file.py)."""
    app = start(data="upload")
    give(app, "good.csv", rows(100))
    before = headings(app), [chart.proto.alt for chart in app.get("plotly_chart")]
    give(app, "mine.csv", content)
    if content:
        wait_until_read(app)
    [error] = app.error
    assert about in error.value.lower()
    assert "good.csv, is still in use" in error.value
    assert (headings(app), [chart.proto.alt for chart in app.get("plotly_chart")]) == before


def test_a_file_is_used_and_the_page_says_how():
    """The Data page switches to the file, and numbers duplicate names."""
    app = start("Data")
    give(app, "mine.csv", rows(100, "a,a"))
    assert settings(app)["data"] == "upload"
    assert "mine.csv" in headings(app)
    assert "mine.csv: 100 rows" in text(app)
    assert "Duplicate names" in text(app)


@pytest.mark.parametrize(
    ("query", "lowered"),
    [
        ({"T": "20"}, {"T": 14}),
        ({"T": "8", "horizon": "30"}, {"horizon": 7}),
        ({"T": "20", "horizon": "30"}, {"T": 14, "horizon": 1}),
    ],
)
def test_a_file_that_is_too_short_is_used_with_lower_settings(query, lowered):
    """A note names the lowered settings; all others are unchanged."""
    app = start(data="upload", U="5", inputs="b", **query)
    give(app, "good.csv", rows(100))
    before = settings(app)
    give(app, "short.csv", rows(30))
    assert session(app).upload.table.name == "short.csv"
    assert settings(app) == {**before, **lowered}
    note = session(app).upload.table.notes[0]
    assert "has 30" in note
    assert all(f"{value}" in note.partition(":")[0] for value in lowered.values())
    assert not [*app.error, *app.warning]


def test_too_many_timesteps_for_the_file_are_one_click_away_from_enough():
    """The page names the shown T, and offers one that fits."""
    app = start(data="upload", T="48")
    give(app, "ok.csv", rows(100))
    app.slider(key="T").set_value(57).run()
    assert "you see ok.csv with 48 timesteps" in app.warning[0].value
    assert app.button(key="use_cure").label == "Use T = 49"
    app.button(key="use_cure").click().run()
    assert app.slider(key="T").value == 49
    assert not app.warning


def test_another_sheet_is_a_choice_away():
    """An unusable sheet gives an error message, and the previous sheet stays."""
    app = start(data="upload")
    give(app, "book.xlsx", SHEETS)
    wait_until_read(app)
    assert "book.xlsx" in headings(app)
    sheet = app.selectbox(key="upload_sheet")
    assert (sheet.options, sheet.value) == (["First", "Second", "Notes"], "First")
    sheet.set_value("Second").run()
    wait_until_read(app)
    assert session(app).upload.table.numbers == ("c", "d")
    app.selectbox(key="upload_sheet").set_value("Notes").run()
    wait_until_read(app)
    assert "one column of numbers is needed" in app.error[0].value
    assert app.selectbox(key="upload_sheet").value == "Second"
    give(app, "good.csv", rows(100))
    assert "upload_sheet" not in {box.key for box in app.selectbox}


@pytest.mark.parametrize("ends", ["button", "removed", "another"])
def test_reading_can_be_stopped(ends):
    """Reading ends with its button, when the file is removed, or with another file."""
    app = start(data="upload")
    give(app, "good.csv", rows(100))
    give(app, "book.xlsx", SHEETS)
    assert "good.csv" in headings(app)
    reading = session(app).upload.reading
    if ends == "button":
        app.button(key="stop_reading").click().run()
    elif ends == "removed":
        app.file_uploader(key="upload_file").set_value(None).run()
    else:
        give(app, "other.csv", rows(90))
    assert reading.over.wait(60)
    assert reading.table is None
    assert session(app).upload.reading is None
    assert not app.run().error
    assert ("other.csv" if ends == "another" else "good.csv") in headings(app)


def test_a_large_csv_is_read_by_another_process_too(monkeypatch):
    """Reading and cutting a large file blocks no other session."""

    def cut(*about):
        assert not TURNS.is_mine
        return dataset_of(*about)

    monkeypatch.setattr(upload, "dataset_of", cut)
    monkeypatch.setattr(upload, "AT_ONCE", 300)
    app = start(data="upload")
    give(app, "good.csv", rows(100))
    wait_until_read(app)
    assert "good.csv" in headings(app)
    give(app, "bad.csv", b"a,b\n" + b"1" * 300 + b",2\n" + b",\n" * 80)
    wait_until_read(app)
    assert "has 1 row" in app.error[0].value
    assert "good.csv, is still in use" in app.error[0].value


@pytest.mark.parametrize("kind", ["category", "date"])
def test_columns_are_read_anew_once_and_outside_turns(kind, monkeypatch):
    """The next script run doesn't reread columns, even after an error."""
    retyped, read = types.retyped, []

    def read_anew(table, kinds):
        assert not TURNS.is_mine
        read.append(kinds)
        return retyped(table, kinds)

    app = start(data="upload")
    give(app, "good.csv", rows(100))
    monkeypatch.setattr(types, "retyped", read_anew)
    subject = session(app).subject
    subject.experiment = subject.experiment.set(types=(f"a:{kind}",))
    app.run().run()
    assert read == [(f"a:{kind}",)]
    assert bool(app.warning) == (kind == "date")


def test_a_file_leaves_what_the_link_says_of_training():
    """A table's suggestions replace only settings with default values."""
    app = start("Data", data="seattle", epochs="300", U="7")
    give(app, "good.csv", rows(100))
    usual = Experiment().training.batch_size
    assert settings(app).items() >= {"epochs": 300, "U": 7, "batch": usual}.items()
    app = start("Data", data="seattle")
    give(app, "good.csv", rows(100))
    assert settings(app)["epochs"] == suggested("upload").training.epochs


def test_arrays_bring_their_own_settings_and_take_them_back():
    """Arrays set T, horizon and split; the next table restores them."""

    def now():
        return [settings(app)[key] for key in ("T", "horizon", "split")]

    app = start(data="upload")
    usual = now()
    give(app, "samples.npz", npz(x=X[:, :9], y=X[:, 9]))
    wait_until_read(app)
    assert now() == [9, 0, "id"]
    give(app, "rows.csv", rows(100))
    assert now() == usual
    app = start(data="upload", T="5")
    give(app, "samples.npz", npz(x=X[:, :9], y=X[:, 9]))
    wait_until_read(app)
    assert now() == [5, 0, "id"]
