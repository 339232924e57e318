"""An exported script makes the very data of the app, and reads as if a person had written it."""

from __future__ import annotations

import datetime
import subprocess
import sys
from calendar import month_abbr
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from lib.datasets import DATASETS, make_dataset, settle
from lib.datasets.series import FILE_NAMES, FILES, file_text
from lib.experiment import Experiment, ExperimentError
from lib.export import EXPORTS, keras_script
from lib.export.data import DATA
from lib.export.python import quoted
from lib.export.rows import MENDINGS, reading_code
from lib.tables import Table
from lib.tables.types import retyped, unrolled
from lib.uploads import read_upload
from tests.unit.test_uploads_arrays import npy, npz
from tests.unit.uploaded import lines
from tests.unit.workbooks import workbook

OWN = Table(
    name="sales.csv",
    frame=pd.DataFrame(
        np.random.default_rng(0).normal(size=(60, 3)), columns=["a", 'b "quoted"', "c"]
    ).mask(lambda frame: frame > 2),
)


def exported(experiment, table=None):
    """The settled experiment, its dataset and its script."""
    experiment = settle(experiment, table)
    dataset = make_dataset(experiment, table)
    return experiment, dataset, keras_script(experiment, dataset)


def data_of(script):
    """x, y, train and test as a script makes them: all that comes before its models."""
    code = script.partition("\nkeras.utils.set_random_seed")[0].replace("import keras\n", "")
    made = {}
    exec(code, made)  # noqa: S102 - our own script
    return made["x"], made["y"], made["train"], made.get("test", 0)


def suggested(name):
    """An experiment as a person who picks this dataset gets it."""
    return Experiment().set(data=name, **DATASETS[name].suggested)


def assert_same_data(script, dataset):
    """To the last bits of float32."""
    x, y, train, test = data_of(script)
    assert (x.dtype, y.dtype) == (np.float32, np.float32)
    assert (train, test) == (dataset.train, dataset.test)
    np.testing.assert_allclose(x, dataset.x, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(y, dataset.y, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", [name for name in DATASETS if name != "upload"])
def test_a_script_makes_the_data_of_the_app(name, monkeypatch):
    """For every dataset; those with a file find it beside them."""
    monkeypatch.chdir(FILES)
    _, dataset, script = exported(suggested(name))
    assert_same_data(script, dataset)


def test_seed_noise_and_lag_are_in_the_script():
    """So that it makes the samples that were on the screen."""
    experiment = Experiment().set(data="echo", seed=7, noise=0.25, lag=2, N=64, T=5, F=2)
    _, dataset, script = exported(experiment)
    assert_same_data(script, dataset)
    assert "default_rng([7, 0])" in script


@pytest.mark.parametrize("missing", ["fill", "drop"])
@pytest.mark.parametrize(
    ("inputs", "targets"),
    [(("a", "c"), ("a",)), (("a",), ("c",)), (("a", "c"), ("c", OWN.frame.columns[1]))],
)
def test_a_persons_table_is_cut_as_in_the_app(inputs, targets, missing, tmp_path, monkeypatch):
    """Gaps, horizon, columns and the split, from the file beside the script."""
    monkeypatch.chdir(tmp_path)
    OWN.frame.to_csv("sales.csv", index=False)
    experiment = Experiment().set(
        data="upload", T=4, horizon=3, missing=missing, inputs=inputs, targets=targets
    )
    _, dataset, script = exported(experiment, OWN)
    assert 'pd.read_csv("sales.csv")' in script
    assert_same_data(script, dataset)


def test_of_a_long_table_not_every_window_is_used(tmp_path, monkeypatch):
    """As in the app, which keeps to so many numbers."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("lib.tables.windows.MAX_VALUES", 5000)
    values = np.random.default_rng(1).normal(size=(200, 4))
    frame = pd.DataFrame(values, columns=[f"c{k}" for k in range(4)])
    frame.to_csv("long.csv", index=False)
    experiment = Experiment().set(data="upload", T=10)
    _, dataset, script = exported(experiment, Table(name="long.csv", frame=frame))
    assert dataset.origin.every == 5
    assert_same_data(script, dataset)


def check_format(script):
    """Ruff has nothing to change and nothing to say."""
    for command in (["format", "--diff"], ["check", "--select", "E,F,W,I,B,UP,C4"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--line-length", "100", "-"]
        done = subprocess.run(ruff, input=script, text=True, capture_output=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["adding", "worked_scaled", "gapminder", "macro"])
def test_a_script_is_formatted_as_ruff_does(name):
    """One of each kind of data."""
    check_format(exported(suggested(name))[2])


def test_long_options_are_formatted_too():
    """The longest names and numbers that there are."""
    experiment = Experiment().set(
        optimizer="rmsprop", loss="mae", lr=0.00123, layers=3, cell="simple_rnn", epochs=5000
    )
    check_format(exported(experiment)[2])


@pytest.mark.parametrize(("keep", "patience"), [("stop", 1000), ("best", 5000)])
def test_a_script_keeps_the_best_epoch_as_the_app_does(keep, patience):
    """By Keras's own callback; where nothing is to stop, it has more patience than epochs."""
    settings = {"keep": keep, "patience": 1000, "epochs": 5000, "batch": 512}
    script = exported(Experiment().set(**settings))[2]
    check_format(script)
    code = "".join(script.split())
    assert (
        f'EarlyStopping(monitor="val_loss",patience={patience},restore_best_weights=True)' in code
    )
    assert "validation_data=(x[train:],y[train:]),callbacks=[best],)" in code
    assert "validation_data=(x[train:],y[train:,-1]),callbacks=[best],)" in code


def test_without_it_or_without_validation_a_script_keeps_the_last():
    """There is nothing in it that Keras would have to judge."""
    for experiment in (Experiment(), Experiment().set(data="worked_scaled", keep="best")):
        script = exported(experiment)[2]
        assert "EarlyStopping" not in script
        assert "validation_data" not in script


def test_a_script_spells_out_return_sequences_and_the_shapes():
    """Of stacked layers only the top one differs between the modes."""
    script = exported(Experiment().set(layers=2, cell="gru", U=5, T=4))[2]
    sequence, _, last = script.partition("# Last step: one output, at the last timestep.")
    assert "keras.Input((4, 3)),  # (N, 4, 3)" in sequence
    assert sequence.count("keras.layers.GRU(5, return_sequences=True),  # (N, 4, 5)") == 2
    assert "keras.layers.Dense(1),  # (N, 4, 1)" in sequence
    assert last.count("keras.layers.GRU(5, return_sequences=True),  # (N, 4, 5)") == 1
    assert last.count("keras.layers.GRU(5, return_sequences=False),  # (N, 5)") == 1
    assert "keras.layers.Dense(1),  # (N, 1)" in last
    assert "last_step.set_weights(sequence.get_weights())" in last
    assert "last_step.fit(x[:train], y[:train, -1], batch_size=32, epochs=200" in last


def test_one_mode_is_one_model():
    """Nothing of the other is left in the script."""
    script = exported(Experiment().set(mode="last", head="none"))[2]
    assert "return_sequences=True" not in script
    assert "set_weights" not in script
    assert "Dense" not in script
    assert script.count("print(") == 2  # the other is of the guess


def test_a_file_may_be_called_anything():
    """Quotes and backslashes end no docstring and no string."""
    name = 'my """file\\".csv'
    script = exported(Experiment().set(data="upload", T=4), Table(name=name, frame=OWN.frame))[2]
    compile(script, "script", "exec")
    assert "pd.read_csv(" in script


def test_every_dataset_can_be_exported_and_nothing_else():
    """The registry of writers follows that of the datasets."""
    assert set(DATA) == set(DATASETS)
    _, dataset, _ = exported(Experiment())
    with pytest.raises(ExperimentError, match="got 'nothing'"):
        keras_script(Experiment().set(data="nothing"), dataset)


@pytest.mark.parametrize("name", FILE_NAMES)
def test_a_script_reads_a_bundled_file_by_the_name_that_it_is_offered_by(name):
    """And says where to get it; what is offered is the file."""
    script = exported(Experiment().set(data=name))[2]
    assert f'read_csv("{FILE_NAMES[name]}")  # offered beside this script' in script
    assert file_text(name).encode() == (FILES / FILE_NAMES[name]).read_bytes()


def test_exports_are_a_registry():
    """Name, type and the function that writes it; the snapshot may be left out."""
    experiment, dataset, script = exported(Experiment())
    assert EXPORTS["keras"].write(experiment, dataset) == script
    assert list(EXPORTS) == ["keras", "exact", "notebook", "preparation"]
    for export in EXPORTS.values():
        assert export.write(experiment, dataset)
        assert export.file_name(experiment, dataset).endswith(export.ending)


ODD_FILES = {
    "semicolons": "Tag;Höhe;Wert\n" + "".join(f"x{i};{i},5;{i % 7},25\n" for i in range(40)),
    "no header": "".join(f"{i}.5|{i % 7}\n" for i in range(40)),
    "no header, many columns": "".join(f"{i}" + f",{i % 7}" * 15 + "\n" for i in range(40)),
    "names twice": "a,a,b\n" + "".join(f"{i},{i % 5},{i % 7}\n" for i in range(40)),
    "empty lines above": ",,\n\n,,\na,b,c\n" + "".join(f"{i},{i % 5},1.5\n" for i in range(40)),
    "a mark for a gap": "a; b\n" + "".join(f"{i}; {'-' if i == 9 else i % 7}\n" for i in range(40)),
    "delimiters at the end": "a;b\n" + "".join(f"{i};{i % 7};\n" for i in range(40)),
    "newest first": "date,a\n" + "".join(f"{2060 - i}-01-01,{i % 7}.5\n" for i in range(40)),
    "out of order": "Datum,a\n"
    + "".join(
        f"{1 + 7 * i % 40 % 28:02}.0{1 + 7 * i % 40 // 28}.2020 ,{i % 9}\n" for i in range(40)
    ),
    "years out of order": "year,a\n" + "".join(f"{1960 + 7 * i % 40},{i % 9}\n" for i in range(40)),
    "a total below": "date,a\n"
    + "".join(f"{2060 - i}-01-01,{i % 7}.5\n" for i in range(40))
    + "Total,140",
    "words above years out of order": "year,a\nall,9\n"
    + "".join(f"{1960 + 7 * i % 40},{i % 9}\n" for i in range(40)),
    "thousands": "a,b\n" + "".join(f'"{i + 1},{i:03},500",{i % 9}\n' for i in range(40)),
    "points and commas": "a;b\n" + "".join(f"{i + 1}.234,5;{i % 9},5\n" for i in range(40)),
    "spaces and signs": "a;b\n" + "".join(f"{i + 1} 234 $;\u2212{i % 9}%\n" for i in range(40)),
    "words among numbers": "a,b\n"
    + "".join(f"{'?!' if i == 9 else i},{i % 9}\n" for i in range(40)),
    "empty rows": "a,b\n" + "".join(f"{i},{i % 9}\n,\n" for i in range(40)),
    "accounting": "a,b\n" + "".join(f"{i},{'-$3.50' if i % 3 else '(1.50)'}\n" for i in range(40)),
    "a mark at the end": "a\n" + "".join(f"{i * i % 7}\n" for i in range(40)) + "-",
    "empty lines above, as of an old Mac": "\ra,b\r" + "".join(f"{i},{i % 7}\r" for i in range(40)),
    "the same until late": "a,b\n" + "".join(f"{i},{0.1 if i < 38 else 0.2}\n" for i in range(40)),
    "for Excel": "sep=;\na;b\n" + "".join(f"{i},5;{i % 7}\n" for i in range(40)),
    "year and quarter out of order": "year,quarter,a\n"
    + "".join(f"{2000 + 7 * i % 40 // 4},{7 * i % 4 + 1},{i}.5\n" for i in range(40)),
    "month by name out of order": "month,year,a\n"
    + "".join(f"{month_abbr[7 * i % 12 + 1]},{2000 + 7 * i % 36 // 12},{i}.5\n" for i in range(36)),
    "hours out of order": "year,month,day,hour,a\n"
    + "".join(f"2024,2,{1 + 7 * i % 40 // 24},{7 * i % 40 % 24},{i}.5\n" for i in range(40)),
    "date and hour out of order": "date,hour,a\n"
    + "".join(f"{1 + 7 * i % 40 // 24}.2.2024,{7 * i % 40 % 24},{i}.5\n" for i in range(40)),
    "date and time of day out of order": "date,time,a\n"
    + "".join(
        f"2024-02-0{1 + 7 * i % 40 // 24},{7 * i % 40 % 24:02}:30,{i}.5\n" for i in range(40)
    ),
    "quarters out of order": "when,a\n"
    + "".join(f"{2000 + 7 * i % 40 // 4} Q{7 * i % 4 + 1},{i}.5\n" for i in range(40)),
    "seconds out of order": "timestamp,a\n"
    + "".join(f"{1_700_000_000 + 3600 * (7 * i % 40)},{i}.5\n" for i in range(40)),
    "days of a spreadsheet out of order": "date,a\n"
    + "".join(f"{45_000 + 7 * i % 40},{i}.5\n" for i in range(40)),
    "rows twice": "date,a\n" + "".join(f"2024-01-{1 + i // 2:02},{i // 2}.5\n" for i in range(60)),
    "texts beside": "a,kind\n" + "".join(f"{i % 9}.5,{'xyz'[i % 3]}\n" for i in range(40)),
    "infinities": "a,b\n" + "".join(f"{'inf' if i == 9 else i},{i % 9}\n" for i in range(40)),
}
"""Files that `pd.read_csv(name)` alone reads wrongly or not at all."""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("kind", ODD_FILES)
def test_an_odd_file_is_read_as_the_app_read_it(kind, encoding, tmp_path, monkeypatch):
    """Delimiter, decimal commas, encoding, names, order: the script does what the app did."""
    monkeypatch.chdir(tmp_path)
    content = ODD_FILES[kind].encode(encoding, errors="replace").replace(b"?%", b"1%")
    (tmp_path / "odd.csv").write_bytes(content)
    experiment = Experiment().set(data="upload", T=4)
    _, dataset, script = exported(experiment, read_upload("odd.csv", content))
    assert_same_data(script, dataset)
    check_format(script)


DAYS = [datetime.date(2024, 1, 1 + i) for i in range(30)]
VALUES = np.random.default_rng(2).normal(size=(30, 2)).round(3)
OTHER_KINDS = {
    "plain.xlsx": workbook(
        {"A": [["date", "a", "b"], *([d, *v] for d, v in zip(DAYS, VALUES, strict=True))]}
    ),
    "odd.xlsx": workbook(
        {
            "About": [["by me"]],
            "Data": [
                *([["Sales"], [], ["day", "wind", None], [None, "min", "max"]]),
                *(
                    [d, "?!" if d.day == 9 else v[0], v[1]]
                    for d, v in zip(DAYS[::-1], VALUES, strict=True)
                ),
            ],
        }
    ),
    "plain.parquet": pd.DataFrame(VALUES, columns=["a", "b"]).to_parquet(),
    "index.parquet": pd.DataFrame(
        VALUES, columns=["a", "b"], index=pd.DatetimeIndex(DAYS[::-1], name="day", tz="Asia/Tokyo")
    ).to_parquet(),
    "rows.npy": npy(VALUES),
    "rows.npz": npz(wind=VALUES, sea=np.arange(30) % 7),
}
"""Files by their names."""


@pytest.mark.parametrize("name", OTHER_KINDS)
def test_other_kinds_of_files_are_read_as_the_app_read_them(name, tmp_path, monkeypatch):
    """With the function of pandas or NumPy for it, and what it must be told."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(OTHER_KINDS[name])
    table = read_upload(name, OTHER_KINDS[name])
    _, dataset, script = exported(Experiment().set(data="upload", T=4), table)
    assert_same_data(script, dataset)
    check_format(script)


@pytest.mark.parametrize("shape", [(6, 5), (6, 5, 2), (6, 1), (6,)])
def test_samples_become_the_same_rows_in_a_script(shape, tmp_path, monkeypatch):
    """A column that counts the samples, inputs, and targets at each timestep."""
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    content = npz(x=rng.normal(size=(6, 5, 3)), y=rng.normal(size=shape))
    (tmp_path / "samples.npz").write_bytes(content)
    table = read_upload("samples.npz", content)
    assert_same_rows(table, script_rows(table))


@pytest.mark.parametrize(
    ("head", "line", "types"),
    [
        ("date,store,item,a", lambda i: f"2024-01-{1 + i // 4:02},{i % 2},{i // 2 % 2},{i}.5", ()),
        ("a,b", lambda i: f"{i}.5,{i % 3}", ("b:category",)),
        ("code,a", lambda i: f"{20240101 + 7 * i % 20},{i}.5", ("code:date",)),
    ],
)
def test_joined_and_corrected_columns_are_the_same_in_a_script(
    head, line, types, tmp_path, monkeypatch
):
    """Names of series in two columns, categories of numbers, another column of dates."""
    monkeypatch.chdir(tmp_path)
    content = lines(head, line, 20).encode()
    (tmp_path / "own.csv").write_bytes(content)
    table = retyped(read_upload("own.csv", content), types)
    assert_same_rows(table, script_rows(table))


@pytest.mark.parametrize("panel", [False, True])
def test_months_are_unrolled_in_a_script(panel, tmp_path, monkeypatch):
    """What is missing at the end is no row."""
    monkeypatch.chdir(tmp_path)
    rows = [
        ",".join([*(["x"] if panel else []), f"{2010 - i}", *(f"{i}.{k:02}" for k in range(12))])
        for i in range(10)
    ]
    rows += [row.replace("x", "y") for row in rows] if panel else []
    head = ("region," if panel else "") + "year," + ",".join(month_abbr[1:])
    content = "\n".join([head, *rows]).encode()
    (tmp_path / "wide.csv").write_bytes(content)
    table = unrolled(read_upload("wide.csv", content))
    assert "value" in table.frame
    assert_same_rows(table, script_rows(table))


def script_rows(table):
    """The frame of a script that uses all columns and times of a table."""
    names = {"feature_names": (*table.numbers, *table.categories), "target_names": ()}
    dataset = SimpleNamespace(title=table.name, reading=table.reading, mended=table.mended, **names)
    code = ["import numpy as np", "import pandas as pd", f"frame = {reading_code(dataset)}"]
    for what, column, details in table.mended:
        code += MENDINGS[what](quoted(column), *details)
    made = {}
    exec("\n".join(code), made)  # noqa: S102 - our own script
    return made["frame"]


def assert_same_rows(table, frame):
    """Every column, and the times where there are any."""
    assert len(frame) == len(table.frame)
    for name in table.numbers:
        assert frame[name].astype(float).tolist() == table.frame[name].tolist(), name
    for name in table.categories:
        assert frame[name].astype(str).tolist() == table.frame[name].astype(str).tolist(), name
    for what, column, _ in table.mended:
        if what == "times" and column in frame:
            assert frame[column].tolist() == table.times.tolist()


def test_a_plain_file_needs_no_more_than_its_name():
    """Arguments stand in the script only where they make a difference."""
    table = read_upload("plain.csv", OWN.frame.to_csv(index=False).encode())
    script = exported(Experiment().set(data="upload", T=4), table)[2]
    assert 'pd.read_csv("plain.csv")\n' in script
