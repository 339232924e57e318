"""Uploads in AppTest: an unusable file changes nothing, a short file lowers T."""

import pytest

from lib.data import suggested
from lib.data.tables import table
from lib.experiment import Experiment
from lib.ui import upload
from lib.ui.fragment import TURNS
from lib.ui.shown import dataset_of
from tests.app.driver import session, start, upload_file
from tests.unit.test_uploads_arrays import X, npz
from tests.unit.workbooks import workbook


def rows(count, columns="a,b"):
    """Return a CSV file with `count` rows."""
    return f"{columns}\n{''.join(f'{i % 7},{i % 5}{chr(10)}' for i in range(count))}".encode()


def wait_until_read(app):
    """Wait for the process that reads a large or a binary file, and rerun the page."""
    assert session(app).upload.reading.over.wait(60)
    app.run()
    assert session(app).upload.reading is None


def headings(app):
    """Return the page's headings as one text. One heading names the data."""
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
def test_an_unusable_file_gets_an_error_and_changes_nothing(content, about):
    """The charts stay. See also test_uploads_any_file.py."""
    app = start(data="upload")
    upload_file(app, "good.csv", rows(100))
    before = headings(app), [chart.proto.alt for chart in app.get("plotly_chart")]
    upload_file(app, "mine.csv", content)
    if content:
        wait_until_read(app)
    [error] = app.error
    assert about in error.value.lower()
    assert "good.csv, is still in use" in error.value
    assert (headings(app), [chart.proto.alt for chart in app.get("plotly_chart")]) == before


def test_a_short_file_lowers_the_timesteps():
    """A note names the new T. All other settings are unchanged."""
    app = start(data="upload", U="5", inputs="b", T="20")
    upload_file(app, "good.csv", rows(100))
    before = settings(app)
    upload_file(app, "short.csv", rows(30))
    assert session(app).upload.table.name == "short.csv"
    assert settings(app) == {**before, "T": 14}
    note = session(app).upload.table.notes[0]
    assert "has 30" in note
    assert note.startswith("Set to T = 14:")
    assert not [*app.error, *app.warning]


def test_one_click_lowers_timesteps_that_the_file_is_too_short_for():
    """The page still shows the previous T, and a button sets the largest T that fits."""
    app = start(data="upload", T="48")
    upload_file(app, "ok.csv", rows(100))
    app.slider(key="T").set_value(57).run()
    assert "you see ok.csv with 48 timesteps" in app.warning[0].value
    assert app.button(key="use_cure").label == "Use T = 49"
    app.button(key="use_cure").click().run()
    assert app.slider(key="T").value == 49
    assert not app.warning


@pytest.mark.parametrize("ends", ["button", "removed", "another"])
def test_reading_can_be_stopped(ends):
    """Reading stops when the user presses Stop, removes the file, or uploads another file."""
    app = start(data="upload")
    upload_file(app, "good.csv", rows(100))
    large = [["a", "b"], *([i % 7, i % 5] for i in range(200_000))]  # takes seconds to read
    upload_file(app, "book.xlsx", workbook({"First": large}))
    assert "good.csv" in headings(app)
    reading = session(app).upload.reading
    if ends == "button":
        app.button(key="stop_reading").click().run()
    elif ends == "removed":
        app.file_uploader(key="upload_file").set_value(None).run()
    else:
        upload_file(app, "other.csv", rows(90))
    assert reading.over.wait(60)
    assert reading.table is None
    assert session(app).upload.reading is None
    assert not app.run().error
    assert ("other.csv" if ends == "another" else "good.csv") in headings(app)


def test_another_process_reads_a_large_csv(monkeypatch):
    """Reading and cutting a large file blocks no other session."""

    def cut(*about):
        assert not TURNS.is_mine
        return dataset_of(*about)

    monkeypatch.setattr(upload, "dataset_of", cut)
    monkeypatch.setattr(upload, "AT_ONCE", 300)
    app = start(data="upload")
    upload_file(app, "good.csv", rows(100))
    wait_until_read(app)
    assert "good.csv" in headings(app)
    upload_file(app, "bad.csv", b"a,b\n" + b"1" * 300 + b",2\n" + b",\n" * 80)
    wait_until_read(app)
    assert "has 1 row" in app.error[0].value
    assert "good.csv, is still in use" in app.error[0].value


def test_a_column_is_converted_once_per_change_of_its_kind(monkeypatch):
    """Conversion blocks no other session, and the next run doesn't repeat it."""
    as_texts, converted = table.as_texts, []

    def convert(column):
        assert not TURNS.is_mine
        converted.append(column.name)
        return as_texts(column)

    app = start(data="upload")
    upload_file(app, "good.csv", rows(100))
    monkeypatch.setattr(table, "as_texts", convert)
    subject = session(app).subject
    subject.experiment = subject.experiment.set(types=("a:category",))
    app.run().run()
    assert converted == ["a"]


def test_a_file_keeps_training_settings_of_the_link():
    """The suggested settings of a table replace only settings that have default values."""
    app = start("Data", data="seattle", epochs="300", U="7")
    upload_file(app, "good.csv", rows(100))
    usual = Experiment().training.batch_size
    assert settings(app).items() >= {"epochs": 300, "U": 7, "batch": usual}.items()
    app = start("Data", data="seattle")
    upload_file(app, "good.csv", rows(100))
    assert settings(app)["epochs"] == suggested("upload").training.epochs


def test_uploaded_arrays_set_t_horizon_and_split():
    """The next table restores these settings."""

    def now():
        return [settings(app)[key] for key in ("T", "horizon", "split")]

    app = start(data="upload")
    usual = now()
    upload_file(app, "samples.npz", npz(x=X[:, :9], y=X[:, 9]))
    wait_until_read(app)
    assert now() == [9, 0, "id"]
    upload_file(app, "rows.csv", rows(100))
    assert now() == usual
    app = start(data="upload", T="5")
    upload_file(app, "samples.npz", npz(x=X[:, :9], y=X[:, 9]))
    wait_until_read(app)
    assert now() == [5, 0, "id"]
