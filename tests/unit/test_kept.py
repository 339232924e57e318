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
from lib.data.datasets.registry import FIRST, make_settled_dataset
from lib.experiment import Experiment
from lib.export import EXPORTS, KeptError, archive, is_kept, keep, kept, open_kept
from lib.export.archive import MAX_UNPACKED, MEMBERS, VERSION, record_of, table_of
from lib.export.kept import _Record, card_of, read_card
from lib.results import ModeResult, RunAt, Status, as_of, untrained
from lib.training import recorded, with_seeds
from lib.training.messages import encode
from tests.unit.test_uploads_arrays import X, npy, npz
from tests.unit.uploaded import assert_same, lines, read

CSV = "\n".join(
    ["day,kind,a,b", *(f"2024-01-{1 + i},{'xy'[i % 2]},{i},{i * i}" for i in range(31))]
)


def of(name="running_mean", **changes):
    """Return a recorded run with changed settings."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**changes)
    return RunAt(experiment, dataset, recorded(experiment))


def of_upload():
    """Return an experiment on an upload, its dataset, a snapshot after one epoch, and the table."""
    table = read_upload("beer.csv", CSV.encode())
    asked = Experiment().set(data="upload", T=4, U=3, epochs=7, **table.settings)
    experiment = settle(asked, table)
    dataset = make_dataset(experiment, table)
    start = untrained(experiment, dataset)
    weights = tuple(
        {m: tuple(w * np.float32(1.1) for w in result.weights) for m, result in seed.items()}
        for seed in start.seeds
    )
    after = as_of(RunAt(experiment, dataset, start), 1, weights)
    return experiment, dataset, replace(after, status=Status.STOPPED), table


def assert_same_figures(one, other):
    """Check that two snapshots agree in everything that a page shows."""
    for name in ("status", "epoch", "epochs", "epochs_per_second", "reason"):
        assert getattr(one, name) == getattr(other, name), name
    np.testing.assert_array_equal(one.samples, other.samples)
    for mine, theirs in zip(one.seeds, other.seeds, strict=True):
        assert list(mine) == list(theirs)
        for mode in mine:
            for field in fields(ModeResult):
                a, b = (getattr(each[mode], field.name) for each in (mine, theirs))
                np.testing.assert_equal(a, b, err_msg=field.name)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (FIRST, {}),
        ("seattle", {"mode": "sequence", "seeds": 1}),
        ("worked_raw", {}),  # without a validation part, and without a head
    ],
)
def test_every_figure_of_a_run_comes_back(name, changes):
    """Results of all modes and seeds come back exactly, with weights of some earlier epochs."""
    run = of(name, **changes)
    content = keep(run, run.snapshot.past)
    assert len(content) < 300_000
    opened = open_kept("a.unrolled", content)
    assert opened.experiment == run.experiment
    assert_same_figures(opened.snapshot, run.snapshot)
    known, past = dict(run.snapshot.past), opened.snapshot.past
    assert len(past) >= 2
    assert past[-1][0] == run.snapshot.past[-1][0]
    for epoch, models in past:
        for seed, all_of_them in zip(models, known[epoch], strict=False):
            np.testing.assert_equal(seed, {mode: all_of_them[mode] for mode in seed})
    np.testing.assert_array_equal(opened.dataset.y, run.dataset.y)
    assert opened.versions["numpy"] == np.__version__


def with_results(run, change, **rest):
    """Return the run with changed results."""
    results = {mode: change(result) for mode, result in run.snapshot.results.items()}
    return replace(run, snapshot=replace(run.snapshot, results=results, **rest))


def test_a_run_at_any_moment_comes_back():
    """Untrained, stopped and diverged runs open, and a training run without weights."""
    run = of("recall_first", seeds=1)
    start = replace(run, snapshot=untrained(run.experiment, run.dataset))
    stopped = with_results(run, lambda r: r, status=Status.STOPPED, reason="Stopped.")
    nan = with_results(run, lambda r: replace(r, step_mse=r.step_mse * np.nan))
    bare = with_results(run, lambda result: replace(result, weights=None), seconds_left=3.0)
    for each in (start, stopped, nan, bare):
        opened = open_kept("", keep(each, ())).snapshot
        assert_same_figures(replace(opened, status=each.snapshot.status), each.snapshot)
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
def test_an_uploads_saved_rows_come_back(content):
    """The table has the same numbers, texts, times, labels and notes."""
    table = read_upload("file", content)
    kept = keep(RunAt(*of_upload()[:3]), (), table)
    assert_same(table_of(archive.unpack(kept, _Record).rows), table)


def test_a_run_of_an_upload_with_its_rows_opens_by_itself():
    """The windows are the same, and arrays are copies that don't hold the file in memory."""
    experiment, dataset, snapshot, table = of_upload()
    opened = open_kept("run.unrolled", keep(RunAt(experiment, dataset, snapshot), (), table))
    assert_same(opened.table, table)
    np.testing.assert_array_equal(opened.dataset.x, dataset.x)
    assert_same_figures(opened.snapshot, snapshot)
    loss = opened.snapshot.results["last"].loss
    assert loss.base is None
    assert not loss.flags.writeable


def test_a_run_of_an_upload_without_its_rows_asks_for_its_file():
    """The error names the file; the same rows under another name open the run."""
    experiment, dataset, snapshot, _ = of_upload()
    content = keep(RunAt(experiment, dataset, snapshot), ())
    assert b"2024" not in b"".join(members(content).values())
    other = read_upload("beer.csv", CSV.replace("30,900", "30,901").encode())
    for there in (None, other):
        with pytest.raises(KeptError, match=r"trained on beer\.csv.* Upload the unchanged beer"):
            open_kept("run.unrolled", content, there)
    same = read_upload("copy of beer.csv", CSV.encode())
    opened = open_kept("run.unrolled", content, same)
    assert opened.table is same
    assert_same_figures(opened.snapshot, snapshot)


def test_a_run_is_refused_if_its_data_are_generated_differently():
    """Another processor's rounding makes no difference."""
    run = of(seeds=1)
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


RUN = of("worked_scaled", seeds=1, mode="last")
GOOD = keep(RUN, RUN.snapshot.past)
PARTS = members(GOOD)
UPLOAD = of_upload()
WITH_ROWS = members(keep(RunAt(*UPLOAD[:3]), (), UPLOAD[3]))


def changed(**parts):
    """Return the good file with changed members; names have "_" for ".", None removes one."""
    named = {name.replace("_", ".", 1): content for name, content in parts.items()}
    return zipped({k: v for k, v in {**PARTS, **named}.items() if v is not None})


def said(path, value, parts=PARTS):
    """Return a file whose record has another value at a path of keys and indices."""
    record = msgspec.json.decode(parts["unrolled.json"])
    *way, last = path
    place = record
    for key in way:
        place = place[key]
    assert last in place or isinstance(place, list)
    place[last] = value
    return zipped({**parts, "unrolled.json": msgspec.json.encode(record)})


RESULT = ("snapshot", "results", "last")


REFUSED = {
    "cut off": (GOOD[: len(GOOD) // 2], "damaged"),
    "a newer version": (said(["version"], VERSION + 1), "newer Unrolled.*Update"),
    "a member that isn't there": (changed(arrays_bin=None), "members aren't unrolled.json"),
    "very many": (zipped({f"{i}": b"" for i in range(99)}), "many more members"),
    "a bomb": (lambda: changed(arrays_bin=bytes(MAX_UNPACKED)), "100 MB unpacked"),
    "a short curve": (said([*RESULT, "loss"], ["<f8", 0, [1]]), r"loss of .*expected"),
    "odd weights": (said([*RESULT, "weights"], [["<f4", 0, [1, 1]]]), "expected weights of shapes"),
    "no figures": (said(["snapshot", "results"], {}), "models don't fit"),
    "a best epoch that isn't": (said([*RESULT, "kept_epoch"], 10**6), "best epoch"),
    "a cell": (said(["experiment", "model", "cell"], "evil"), "cell must be one of"),
    "other data": (said(["sketch"], [0.0]), "as generated by Unrolled"),
    "no seeds": (said(["experiment", "seeds"], 0), "settings don't fit"),
}  # a file, or the function that makes it, and a part of the error


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_isnt_a_saved_run_is_refused(kind):
    """The error has at most 500 characters: what was expected, what was received, the fix."""
    made, words = REFUSED[kind]
    content = made() if callable(made) else made
    with pytest.raises(KeptError, match=words) as caught:
        open_kept("bad.unrolled", content)
    assert len(f"{caught.value}") < 500


def test_the_good_file_opens():
    """The unchanged file opens, so each refusal above has a single cause."""
    assert set(PARTS) == {*MEMBERS}
    for content in (GOOD, zipped(PARTS, zipfile.ZIP_STORED)):
        assert_same_figures(open_kept("", content).snapshot, RUN.snapshot)


TIMES = msgspec.json.decode(WITH_ROWS["unrolled.json"])["rows"]["times"][0]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["rows", "rest", "settings"], {"T": 10**9}, "from 2 to 512"),
        (["rows", "rest", "settings"], {"inputs": "a"}, "a file can't set"),
        (["rows", "rest", "settings"], {"evil": 1}, "'evil'"),
        (["rows", "rest", "targets"], ["kind"], "isn't a number column"),
        (["rows", "rest", "series"], "evil", "Unrolled never saves"),
        (["rows", "frame", "a"], [["<f8", 0, [3]], None], "same length"),
        (["rows", "frame", "kind"], [["<i8", TIMES[1], [31]], []], "codes need to be"),
        (["rows", "times"], [["<i8", 0, [3]], None], "Unrolled never saves"),
        (["rows", "times"], [["<M8[Y]", *TIMES[1:]], None], "Invalid enum"),
        (["rows"], None, "Upload the unchanged beer"),
    ],
    ids=str,
)
def test_rows_that_cant_come_from_a_file_are_refused(path, value, words):
    """This covers every field that a script writes out."""
    with pytest.raises(KeptError, match=words):
        open_kept("", said(path, value, WITH_ROWS))


def test_a_saved_run_is_recognised_by_its_name_or_its_first_bytes():
    """A damaged file is reported as a saved run, and a renamed file opens."""
    assert is_kept("Run.UNROLLED", b"")
    assert is_kept("run.zip", GOOD)
    assert not is_kept("a.npz", zipped({"x.npy": npy(np.zeros(3))}))
    assert not is_kept("a.csv", b"a,b\n")


def shape_of(source):
    """Return a script's statements and calls without its constants."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
    return ast.dump(tree)


@pytest.mark.parametrize("field", ["name", "notes", "step", "units"])
def test_no_text_of_a_strangers_table_becomes_code(field):
    """A hostile name, note or unit in a saved run changes no statement of its scripts."""
    experiment, dataset, snapshot, table = of_upload()
    text = "{__import__('os')}\"\n__import__('os')\n\"\"\"\u2028"
    usual = {"units": {"b": "l"}}
    kinds = {"notes": (text,), "units": {"b": text}}

    def scripts(value):
        content = keep(RunAt(experiment, dataset, snapshot), (), replace(table, **{field: value}))
        kept = open_kept("a.unrolled", content)
        run = kept.experiment, kept.dataset, kept.snapshot
        book = json.loads(EXPORTS["notebook"].write(*run))
        cells = ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]
        written = [EXPORTS[name].write(*run) for name in ("keras", "exact")]
        return [shape_of(source) for source in (*written, *cells)]

    assert scripts(kinds.get(field, text)) == scripts(usual.get(field, getattr(table, field)))


OF_TABLE = Experiment().set(data="upload", T=4, inputs=("a",), targets=("b",))
TABLE = read(lines("a,b", lambda i: f"{i},{i / 4}", 40))


def test_a_card_of_generated_data_makes_them_again():
    """The settings give the same numbers."""
    experiment = suggested("running_mean").set(N=64, seed=3)
    run, *about = read_card(card_of(experiment, None, "a browser", "Run 7"), "r7")
    assert (run.id, run.experiment, *about) == ("r7", experiment, "a browser", None, "Run 7")
    np.testing.assert_array_equal(run.dataset.x, make_settled_dataset(experiment).x)


def test_a_card_of_an_upload_has_its_rows():
    """The table is complete; the browser may be unknown."""
    run, browser, table, _ = read_card(card_of(OF_TABLE, TABLE, None, ""), "r")
    assert table.frame.equals(TABLE.frame)
    assert browser is None
    np.testing.assert_array_equal(run.dataset.y, make_settled_dataset(OF_TABLE, TABLE).y)


def test_an_upload_with_too_many_rows_has_no_card(monkeypatch):
    """Generated data have a card of any size."""
    monkeypatch.setattr(kept, "MOST_BYTES", 1000)
    assert card_of(OF_TABLE, TABLE, None, "") == b""
    assert card_of(suggested("running_mean"), TABLE, None, "")


def card_with(rows, experiment=OF_TABLE):
    """Return a card with these rows."""
    return encode((experiment, None, "", rows))


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense",
        card_of(suggested("running_mean"), None, None, "")[:-5],
        encode({"experiment": 1}),
        card_with(None, suggested("running_mean").set(data="unknown")),
        card_with(None),
        card_with(b"nonsense"),
        card_with(record_of(TABLE), OF_TABLE.set(inputs=("c",))),
        card_with(record_of(replace(TABLE, name=3))),
    ],
)
def test_an_invalid_card_raises_a_value_error(bad):
    """Any client of the cluster may have written it."""
    with pytest.raises(ValueError, match="not a"):
        read_card(bad, "r")
