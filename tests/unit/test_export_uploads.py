"""A person's file of any kind, read and cut by a script as by the app: the same arrays."""

from __future__ import annotations

import io
from calendar import month_abbr
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lib.datasets import make_dataset, settle
from lib.experiment import Experiment
from lib.export import EXPORTS
from lib.tables.types import retyped, unrolled
from lib.uploads import read_upload
from tests.unit.test_export import check_format
from tests.unit.test_export_tables import check_arrays, panel
from tests.unit.uploaded import lines
from tests.unit.workbooks import workbook


@pytest.fixture(autouse=True)
def beside(tmp_path, monkeypatch):
    """A folder to run scripts in."""
    monkeypatch.chdir(tmp_path)


def check(name, content, change=lambda table: table, **settings):
    """Write the file, read it, and compare what script and app make of it."""
    Path(name).write_bytes(content)
    table = change(read_upload(name, content))
    experiment = settle(Experiment().set(data="upload", **{"T": 3, **settings}), table)
    dataset = make_dataset(experiment, table)
    check_arrays(experiment, dataset)
    script = EXPORTS["preparation"].write(experiment, dataset)
    check_format(script)
    return script


def written(frame, kind):
    """A table's file."""
    if kind == "csv":
        return frame.to_csv(index=False).encode()
    if kind == "parquet":
        file = io.BytesIO()
        frame.assign(date=pd.to_datetime(frame["date"])).to_parquet(file)
        return file.getvalue()
    cells = frame.astype(object).where(frame.notna(), None)
    return workbook({"A": [list(frame.columns), *cells.to_numpy().tolist()]})


def test_control_characters_make_no_code_that_python_refuses():
    """In names of columns and files, and in texts; within quotes they are written as escapes."""
    frame = pd.DataFrame({"date": [f"2024-01-{day}" for day in range(10, 30)], "a\0": range(20)})
    table = read_upload(
        "b\0.parquet", written(frame.assign(**{"c\x1b": 10 * ["d\0", "e"]}), "parquet")
    )
    experiment = settle(Experiment().set(data="upload", T=3, inputs=("a\0", "c\x1b")), table)
    for export in ("preparation", "keras"):
        compile(EXPORTS[export].write(experiment, make_dataset(experiment, table)), "code", "exec")


@pytest.mark.parametrize("kind", ["csv", "parquet", "xlsx"])
@pytest.mark.parametrize("order", ["store", "date", "none"])
@pytest.mark.parametrize("twice", [False, True])
def test_a_panel_in_a_file_gives_the_same_arrays(kind, order, twice):
    """By stores, in any order; and averaged by date, where nothing tells rows of a date apart."""
    content = written(panel(order, twice=twice), kind)
    inputs = ("color", "sales", "month of year")
    script = check(f"panel.{kind}", content, inputs=inputs, targets=("price",), gap=2, test=20)
    assert ("series = " in script) != twice
    script = check(f"panel.{kind}", content, id="-", inputs=("price",), targets=("sales",))
    if twice or order == "date":
        assert "# rows of one time averaged" in script


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("inputs", [(), ("value", "month of year")])
def test_a_wide_table_of_months_gives_the_same_arrays(many, inputs):
    """With the times that its rows have then, where these are needed."""
    rows = [f"{2010 - i}," + ",".join(f"{i}.{k:02}" for k in range(12)) for i in range(10)]
    head = "year," + ",".join(month_abbr[1:])
    if many:
        head, rows = f"region,{head}", [f"{region},{row}" for region in "xy" for row in rows]
    script = check("wide.csv", "\n".join([head, *rows]).encode(), unrolled, inputs=inputs)
    assert ("dates = {" in script) == (many or bool(inputs))


@pytest.mark.parametrize(
    ("types", "settings"),
    [
        (("area:category",), {"inputs": ("area", "price")}),
        (("date:out",), {"inputs": ("price",), "id": "store"}),
    ],
)
def test_corrected_columns_give_the_same_arrays(types, settings):
    """Numbers as categories, whole ones without a point; and rows that have no dates any more."""
    content = written(panel("store"), "csv")
    check("p.csv", content, lambda table: retyped(table, types), targets=("sales",), **settings)


@pytest.mark.parametrize("shape", [None, (20,), (20, 5, 2)])
def test_samples_in_a_file_give_the_same_arrays(shape):
    """Without targets, with one a sample, or with some at each timestep."""
    rng, file = np.random.default_rng(0), io.BytesIO()
    y = {} if shape is None else {"y": rng.normal(size=shape)}
    np.savez(file, x=rng.normal(size=(20, 5, 3)), **y)
    settings = read_upload("samples.npz", file.getvalue()).settings
    check("samples.npz", file.getvalue(), **settings)


@pytest.mark.parametrize(
    ("head", "line", "inputs"),
    [
        (
            "date,hour,store,a",
            lambda i: f"2024-02-{1 + i // 48:02},{i // 2 % 24},{'xy'[i % 2]},{i * 7 % 11}.5",
            ("a", "hour of day"),
        ),
        (
            "year,month,store,a",
            lambda i: f"{2000 + i // 24},{month_abbr[i // 2 % 12 + 1]},{i % 2},{i * 7 % 11}.5",
            ("a", "month of year"),
        ),
        (
            "when,store,item,a",
            lambda i: (
                f"{2000 + i // 16} Q{i // 4 % 4 + 1},{'xy'[i % 2]},{i // 2 % 2},{i * 7 % 11}.5"
            ),
            ("a",),
        ),
    ],
)
def test_dates_in_several_columns_give_the_same_arrays(head, line, inputs):
    """And names of series in several."""
    check("panel.csv", lines(head, line, 144).encode(), inputs=inputs, targets=("a",))
