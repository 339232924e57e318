"""A saved run opens with every number; a damaged or hostile file raises an error with a fix."""

import ast
import io
import json
import zipfile
from dataclasses import fields, replace

import msgspec
import numpy as np
import pytest

from lib.data import make_dataset, read_upload, settle, suggested
from lib.data.datasets.registry import FIRST
from lib.experiment import Experiment
from lib.export import EXPORTS, KeptError, archive, is_kept, keep, open_kept
from lib.export.archive import MAX_UNPACKED, MEMBERS, VERSION, table_of
from lib.export.kept import _Record
from lib.results import LabelScores, ModeResult, RunAt, Status, as_of, untrained
from lib.training import recorded, with_seeds
from tests.unit.test_uploads_arrays import X, npy, npz
from tests.unit.uploaded import assert_same, lines

CSV = "\n".join(
    ["day,kind,a,b", *(f"2024-01-{1 + i},{'xy'[i % 2]},{i},{i * i}" for i in range(31))]
)


def recorded_run(name="running_mean", **changes):
    """Return the recorded run of a dataset, cut to changed settings."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**changes)
    return RunAt(experiment, dataset, recorded(experiment))


def run_on_upload(**changes):
    """Return an experiment on an upload, its dataset, a snapshot after one epoch, and the table."""
    table = read_upload("beer.csv", CSV.encode())
    settings = {"data": "upload", "T": 4, "U": 3, "epochs": 7, **table.settings, **changes}
    chosen = Experiment().set(**settings)
    experiment = settle(chosen, table)
    dataset = make_dataset(experiment, table)
    start = untrained(experiment, dataset)
    weights = tuple(
        {m: tuple(w * np.float32(1.1) for w in result.weights) for m, result in seed.items()}
        for seed in start.seeds
    )
    after = as_of(RunAt(experiment, dataset, start), 1, weights)
    return experiment, dataset, replace(after, status=Status.STOPPED), table


def assert_same_snapshot(one, other):
    """Assert that two snapshots agree in everything that a page shows."""
    for name in ("status", "epoch", "epochs", "epochs_per_second", "reason"):
        assert getattr(one, name) == getattr(other, name), name
    np.testing.assert_array_equal(one.samples, other.samples)
    for first, second in zip(one.seeds, other.seeds, strict=True):
        assert list(first) == list(second)
        for mode in first:
            for field in fields(ModeResult):
                a, b = (getattr(each[mode], field.name) for each in (first, second))
                if isinstance(a, LabelScores):
                    a, b = (
                        {f.name: getattr(c, f.name) for f in fields(LabelScores)} for c in (a, b)
                    )
                np.testing.assert_equal(a, b, err_msg=field.name)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (FIRST, {}),
        ("seattle", {"mode": "sequence", "seeds": 1}),
        ("worked_raw", {}),  # a model without a head, on data without validation samples
        ("brackets", {"seeds": 2}),  # labels
    ],
)
def test_a_saved_run_opens_with_every_number(name, changes):
    """The results of all modes and seeds are exact, and weights of some earlier epochs are kept."""
    run = recorded_run(name, **changes)
    content = keep(run, run.snapshot.past)
    assert len(content) < 300_000
    opened = open_kept("a.unrolled", content)
    assert opened.experiment == run.experiment
    assert_same_snapshot(opened.snapshot, run.snapshot)
    known, past = dict(run.snapshot.past), opened.snapshot.past
    assert len(past) >= 2
    assert past[-1][0] == run.snapshot.past[-1][0]
    for epoch, models in past:
        for seed, saved in zip(models, known[epoch], strict=False):
            np.testing.assert_equal(seed, {mode: saved[mode] for mode in seed})
    np.testing.assert_array_equal(opened.dataset.y, run.dataset.y)
    assert opened.versions["numpy"] == np.__version__


def with_results(run, change, **fields):
    """Return the run with `change` applied to each result, and other changes of its snapshot."""
    results = {mode: change(result) for mode, result in run.snapshot.results.items()}
    return replace(run, snapshot=replace(run.snapshot, results=results, **fields))


def test_runs_of_any_status_can_be_saved_and_opened():
    """Untrained, stopped and diverged runs open, and a training run that has sent no weights."""
    run = recorded_run("recall_first", seeds=1)
    start = replace(run, snapshot=untrained(run.experiment, run.dataset))
    stopped = with_results(run, lambda r: r, status=Status.STOPPED, reason="Stopped.")
    nan = with_results(run, lambda r: replace(r, step_mse=r.step_mse * np.nan))
    bare = with_results(run, lambda result: replace(result, weights=None), seconds_left=3.0)
    for each in (start, stopped, nan, bare):
        opened = open_kept("", keep(each, ())).snapshot
        assert_same_snapshot(replace(opened, status=each.snapshot.status), each.snapshot)
        assert not opened.status.active


@pytest.mark.parametrize(
    "content",
    [
        lines("date,a,kind", lambda i: f"2024-01-{30 - i},{i}.25,{'xy'[i % 2]}").encode(),
        lines("date,a", lambda i: f"{'' if i == 4 else f'2024-01-{10 + i}'},{i}").encode(),
        npz(x=X, y=X[:, 0, 0]),
    ],
    ids=["dates", "a date is missing", "arrays"],
)
def test_an_uploads_saved_rows_can_be_opened(content):
    """The table has the same numbers, texts, times, labels and notes."""
    table = read_upload("file", content)
    content = keep(RunAt(*run_on_upload()[:3]), (), table)
    assert_same(table_of(archive.unpack(content, _Record).rows), table)


@pytest.mark.parametrize("targets", [("b",), ("kind",)])
def test_a_run_saved_with_its_rows_opens_without_the_upload(targets):
    """The windows are the same. Arrays are copies, so that the file's bytes can be freed."""
    experiment, dataset, snapshot, table = run_on_upload(targets=targets)
    assert dataset.classes == (("x", "y") if targets == ("kind",) else ())
    opened = open_kept("run.unrolled", keep(RunAt(experiment, dataset, snapshot), (), table))
    assert_same(opened.table, table)
    np.testing.assert_array_equal(opened.dataset.x, dataset.x)
    assert_same_snapshot(opened.snapshot, snapshot)
    loss = opened.snapshot.results["last"].loss
    assert loss.base is None
    assert not loss.flags.writeable


def test_a_run_saved_without_its_rows_needs_the_upload():
    """The error names the file. A file with the same rows and another name opens the run."""
    experiment, dataset, snapshot, _ = run_on_upload()
    content = keep(RunAt(experiment, dataset, snapshot), ())
    assert b"2024" not in b"".join(members(content).values())
    other = read_upload("beer.csv", CSV.replace("30,900", "30,901").encode())
    for uploaded in (None, other):
        with pytest.raises(KeptError, match=r"trained on beer\.csv.* Upload the unchanged beer"):
            open_kept("run.unrolled", content, uploaded)
    same = read_upload("copy of beer.csv", CSV.encode())
    opened = open_kept("run.unrolled", content, same)
    assert opened.table is same
    assert_same_snapshot(opened.snapshot, snapshot)


def test_a_run_on_other_generated_data_is_refused():
    """A run opens if the data differ only by another processor's rounding."""
    run = recorded_run(seeds=1)
    near = replace(run.dataset, x=np.nextafter(run.dataset.x, np.float32(9)))
    open_kept("", keep(replace(run, dataset=near), ()))
    y = run.dataset.y.copy()
    y[3, 2] += y.std()
    with pytest.raises(KeptError, match=r"trained on Running mean as generated by Unrolled"):
        open_kept("", keep(replace(run, dataset=replace(run.dataset, y=y)), ()))


def members(content):
    """Return the members of a ZIP file by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """Return a ZIP file of these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


RUN = recorded_run("worked_scaled", seeds=1, mode="last")
GOOD = keep(RUN, RUN.snapshot.past)
PARTS = members(GOOD)
UPLOAD = run_on_upload()
WITH_ROWS = members(keep(RunAt(*UPLOAD[:3]), (), UPLOAD[3]))


def changed(**parts):
    """Return the good file with these members: arrays_bin is "arrays.bin". None removes it."""
    named = {name.replace("_", ".", 1): content for name, content in parts.items()}
    return zipped({k: v for k, v in {**PARTS, **named}.items() if v is not None})


def with_value(path, value, parts=PARTS):
    """Return a file whose record has another value at a path of keys and indices."""
    record = msgspec.json.decode(parts["unrolled.json"])
    *parents, last = path
    place = record
    for key in parents:
        place = place[key]
    assert last in place or isinstance(place, list)
    place[last] = value
    return zipped({**parts, "unrolled.json": msgspec.json.encode(record)})


RESULT = ("snapshot", "results", "last")
LABEL_RUN = recorded_run("first_pattern", seeds=1, mode="last")
LABELS = members(keep(LABEL_RUN, ()))
SCORES, FEW = (*RESULT, "labels"), ["<i8", 0, [1]]


def number_file_of_an_older_version():
    """Return the good file without the fields of labels, which version 2 didn't have."""
    record = msgspec.json.decode(PARTS["unrolled.json"])
    record["version"] = 2
    for name in ("last_step_accuracy", "labels"):
        del record["snapshot"]["results"]["last"][name]
    for part, name in (("model", "output"), ("training", "weights"), ("data", "padding")):
        del record["experiment"][part][name]
    return zipped({**PARTS, "unrolled.json": msgspec.json.encode(record)})


REFUSED = {
    "cut off": (GOOD[: len(GOOD) // 2], "damaged"),
    "a newer version": (with_value(["version"], VERSION + 1), "newer Unrolled.*Update"),
    "a missing member": (changed(arrays_bin=None), "members aren't unrolled.json"),
    "too many members": (zipped({f"{i}": b"" for i in range(99)}), "many more members"),
    "a ZIP bomb": (lambda: changed(arrays_bin=bytes(MAX_UNPACKED)), "100 MB unpacked"),
    "a short curve": (with_value([*RESULT, "loss"], ["<f8", 0, [1]]), r"loss of .*expected"),
    "odd weights": (with_value([*RESULT, "weights"], [["<f4", 0, [1, 1]]]), "weights of shapes"),
    "no results": (with_value(["snapshot", "results"], {}), "models don't fit"),
    "an impossible best epoch": (with_value([*RESULT, "kept_epoch"], 10**6), "best epoch"),
    "an unknown cell": (with_value(["experiment", "model", "cell"], "evil"), "cell must be one of"),
    "other data": (with_value(["sketch"], [0.0]), "as generated by Unrolled"),
    "no seeds": (with_value(["experiment", "seeds"], 0), "settings don't fit"),
    "no scores": (with_value(SCORES, None, LABELS), "expected scores of labels"),
    "a small matrix": (with_value([*SCORES, "confusion"], FEW, LABELS), "confusion of shape"),
    "a matrix of fractions": (
        with_value([*SCORES, "confusion"], ["<f8", 0, [2, 2]], LABELS),
        "matrix that counts",
    ),
    "few accuracies": (with_value([*RESULT, "last_step_accuracy"], FEW, LABELS), "accuracy of"),
    "accuracies of numbers": (with_value([*RESULT, "last_step_accuracy"], FEW), "accuracy of"),
}  # Values: a file or a function that returns it, and a part of the expected error.


@pytest.mark.parametrize("kind", REFUSED)
def test_a_damaged_or_hostile_file_raises_an_error_with_a_fix(kind):
    """The error has fewer than 500 characters."""
    file, words = REFUSED[kind]
    content = file() if callable(file) else file
    with pytest.raises(KeptError, match=words) as caught:
        open_kept("bad.unrolled", content)
    assert len(f"{caught.value}") < 500


def test_the_good_file_opens():
    """The unchanged files open, so each error above has a single cause. Old files open, too."""
    assert set(PARTS) == {*MEMBERS}
    for content in (GOOD, zipped(PARTS, zipfile.ZIP_STORED), number_file_of_an_older_version()):
        assert_same_snapshot(open_kept("", content).snapshot, RUN.snapshot)
    assert_same_snapshot(open_kept("", zipped(LABELS)).snapshot, LABEL_RUN.snapshot)


TIMES = msgspec.json.decode(WITH_ROWS["unrolled.json"])["rows"]["times"][0]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["rows", "rest", "settings"], {"T": 10**9}, "from 2 to 512"),
        (["rows", "rest", "settings"], {"inputs": "a"}, "a file can't set"),
        (["rows", "rest", "settings"], {"evil": 1}, "'evil'"),
        (["rows", "rest", "targets"], ["kind"], "settings don't fit its data"),
        (["rows", "rest", "series"], "evil", "Unrolled never saves"),
        (["rows", "frame", "a"], [["<f8", 0, [3]], None], "same length"),
        (["rows", "frame", "kind"], [["<i8", TIMES[1], [31]], []], "codes need to be"),
        (["rows", "times"], [["<i8", 0, [3]], None], "Unrolled never saves"),
        (["rows", "times"], [["<M8[Y]", *TIMES[1:]], None], "Invalid enum"),
        (["rows"], None, "Upload the unchanged beer"),
    ],
    ids=str,
)
def test_rows_that_an_upload_cant_have_are_refused(path, value, words):
    """This covers every field of a table that exported scripts contain."""
    with pytest.raises(KeptError, match=words):
        open_kept("", with_value(path, value, WITH_ROWS))


def test_a_saved_run_is_recognized_by_its_name_or_content():
    """A damaged file is reported as a saved run, and a renamed file opens."""
    assert is_kept("Run.UNROLLED", b"")
    assert is_kept("run.zip", GOOD)
    assert not is_kept("a.npz", zipped({"x.npy": npy(np.zeros(3))}))
    assert not is_kept("a.csv", b"a,b\n")


def shape_of(source):
    """Return a script's syntax tree without its constants, as text."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
    return ast.dump(tree)


@pytest.mark.parametrize("field", ["name", "notes", "step", "units"])
def test_no_text_of_a_saved_table_becomes_code(field):
    """A hostile name, note or unit in a saved run changes no statement of its scripts."""
    experiment, dataset, snapshot, table = run_on_upload()
    text = "{__import__('os')}\"\n__import__('os')\n\"\"\"\u2028"
    harmless = {"units": {"b": "l"}}
    hostile = {"notes": (text,), "units": {"b": text}}

    def scripts(value):
        content = keep(RunAt(experiment, dataset, snapshot), (), replace(table, **{field: value}))
        kept = open_kept("a.unrolled", content)
        run = kept.experiment, kept.dataset, kept.snapshot
        book = json.loads(EXPORTS["notebook"].write(*run))
        cells = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
        written = [EXPORTS[name].write(*run) for name in ("keras", "exact")]
        return [shape_of(source) for source in (*written, *cells)]

    assert scripts(hostile.get(field, text)) == scripts(harmless.get(field, getattr(table, field)))
