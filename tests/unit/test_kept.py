"""A run that was kept as a file opens as it was; of a damaged or hostile one only a sentence."""

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
    """A recorded run, with the models that are asked for."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset).set(**changes)
    return RunAt(experiment, dataset, recorded(experiment))


def of_upload():
    """An experiment on a table, its data, a run of one epoch by a forward pass, and the table."""
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
    """All that a page shows of two runs."""
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
    """Of each mode and seed, to the last digit, with weights of some earlier epochs."""
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
    """The run with other results."""
    results = {mode: change(result) for mode, result in run.snapshot.results.items()}
    return replace(run, snapshot=replace(run.snapshot, results=results, **rest))


def test_a_run_at_any_moment_comes_back():
    """Untrained; stopped; diverged; training, with too many weights to be sent."""
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
def test_an_uploads_rows_come_back_where_they_were_kept(content):
    """Numbers, texts, times, their labels, and all that is said of them."""
    table = read_upload("file", content)
    kept = keep(RunAt(*of_upload()[:3]), (), table)
    assert_same(table_of(archive.unpack(kept, _Record).rows), table)


def test_a_run_of_an_upload_with_its_rows_opens_by_itself():
    """The same windows are cut of them; arrays are copies, so that the file needn't stay."""
    experiment, dataset, snapshot, table = of_upload()
    opened = open_kept("run.unrolled", keep(RunAt(experiment, dataset, snapshot), (), table))
    assert_same(opened.table, table)
    np.testing.assert_array_equal(opened.dataset.x, dataset.x)
    assert_same_figures(opened.snapshot, snapshot)
    loss = opened.snapshot.results["last"].loss
    assert loss.base is None
    assert not loss.flags.writeable


def test_a_run_of_an_upload_without_its_rows_asks_for_its_file():
    """By its name; with another file, too; and opens with the same, whatever that is called."""
    experiment, dataset, snapshot, _ = of_upload()
    content = keep(RunAt(experiment, dataset, snapshot), ())
    assert b"2024" not in b"".join(members(content).values())
    other = read_upload("beer.csv", CSV.replace("30,900", "30,901").encode())
    for there in (None, other):
        with pytest.raises(KeptError, match=r"a run of beer\.csv, whose rows.*Give beer"):
            open_kept("run.unrolled", content, there)
    same = read_upload("copy of beer.csv", CSV.encode())
    opened = open_kept("run.unrolled", content, same)
    assert opened.table is same
    assert_same_figures(opened.snapshot, snapshot)


def test_data_that_come_out_otherwise_are_never_shown_with_a_run():
    """But another processor's last digits are no other data."""
    run = of(seeds=1)
    near = replace(run.dataset, x=np.nextafter(run.dataset.x, np.float32(9)))
    open_kept("", keep(replace(run, dataset=near), ()))
    y = run.dataset.y.copy()
    y[3, 2] += y.std()
    with pytest.raises(KeptError, match=r"trained on Running mean as Unrolled .* makes it"):
        open_kept("", keep(replace(run, dataset=replace(run.dataset, y=y)), ()))


def members(content):
    """What each of a file's members holds."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts, method=zipfile.ZIP_DEFLATED):
    """A ZIP file of these members."""
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
    """The good file with other members, by name with "_" for "."; None takes one out."""
    named = {name.replace("_", ".", 1): content for name, content in parts.items()}
    return zipped({k: v for k, v in {**PARTS, **named}.items() if v is not None})


def said(path, value, parts=PARTS):
    """A file whose record says something else at a path of keys and places."""
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
    "a newer form": (said(["version"], VERSION + 1), "newer Unrolled.*Update"),
    "a member that isn't there": (changed(arrays_bin=None), "members aren't unrolled.json"),
    "very many": (zipped({f"{i}": b"" for i in range(99)}), "many more members"),
    "a bomb": (lambda: changed(arrays_bin=bytes(MAX_UNPACKED)), "100 MB unpacked"),
    "a short curve": (said([*RESULT, "loss"], ["<f8", 0, [1]]), r"loss of .*expected"),
    "odd weights": (said([*RESULT, "weights"], [["<f4", 0, [1, 1]]]), "weights of other shapes"),
    "no figures": (said(["snapshot", "results"], {}), "other models"),
    "a best epoch that isn't": (said([*RESULT, "kept_epoch"], 10**6), "best epoch"),
    "a cell": (said(["experiment", "model", "cell"], "evil"), "cell must be one of"),
    "other data": (said(["sketch"], [0.0]), "as Unrolled .* makes it"),
    "no seeds": (said(["experiment", "seeds"], 0), "settings don't fit"),
}  # A file, or its maker, and a word of the sentence; more are generated below


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cant_be_a_kept_run_is_refused_with_a_sentence(kind):
    """It says what was expected, what came, and what to do."""
    made, words = REFUSED[kind]
    content = made() if callable(made) else made
    with pytest.raises(KeptError, match=words) as caught:
        open_kept("bad.unrolled", content)
    assert len(f"{caught.value}") < 500


def test_the_good_file_opens():
    """So each refusal above is for the one thing that was changed."""
    assert set(PARTS) == {*MEMBERS}
    for content in (GOOD, zipped(PARTS, zipfile.ZIP_STORED)):
        assert_same_figures(open_kept("", content).snapshot, RUN.snapshot)


TIMES = msgspec.json.decode(WITH_ROWS["unrolled.json"])["rows"]["times"][0]


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (["rows", "rest", "settings"], {"T": 10**9}, "from 2 to 512"),
        (["rows", "rest", "settings"], {"inputs": "a"}, "no file decides"),
        (["rows", "rest", "settings"], {"evil": 1}, "'evil'"),
        (["rows", "rest", "targets"], ["kind"], "isn't a number column"),
        (["rows", "rest", "series"], "evil", "no file becomes"),
        (["rows", "frame", "a"], [["<f8", 0, [3]], None], "same length"),
        (["rows", "frame", "kind"], [["<i8", TIMES[1], [31]], []], "codes need to be"),
        (["rows", "times"], [["<i8", 0, [3]], None], "no file becomes"),
        (["rows", "times"], [["<M8[Y]", *TIMES[1:]], None], "Invalid enum"),
        (["rows"], None, "Give beer"),
    ],
    ids=str,
)
def test_rows_that_no_file_becomes_are_refused(path, value, words):
    """Among them all that would have a script say something else than how a file is read."""
    with pytest.raises(KeptError, match=words):
        open_kept("", said(path, value, WITH_ROWS))


def test_what_is_a_kept_run_is_told_by_its_name_or_its_beginning():
    """So that a damaged one is told of as one, and one by another name is opened, too."""
    assert is_kept("Run.UNROLLED", b"")
    assert is_kept("run.zip", GOOD)
    assert not is_kept("a.npz", zipped({"x.npy": npy(np.zeros(3))}))
    assert not is_kept("a.csv", b"a,b\n")


def shape_of(source):
    """A script's statements and calls, whatever its constants are."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            node.value = None
    return ast.dump(tree)


@pytest.mark.parametrize("field", ["name", "notes", "step", "units"])
def test_no_text_of_a_strangers_table_becomes_code(field):
    """Whatever a kept run says of its rows, its scripts do what they would have done."""
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


def test_made_data_are_made_anew():
    """By the settings, to the same numbers."""
    experiment = suggested("running_mean").set(N=64, seed=3)
    run, *about = read_card(card_of(experiment, None, "a browser", "Run 7"), "r7")
    assert (run.id, run.experiment, *about) == ("r7", experiment, "a browser", None, "Run 7")
    np.testing.assert_array_equal(run.dataset.x, make_settled_dataset(experiment).x)


def test_an_upload_comes_with_its_rows():
    """A table of which a page can show all; nobody knows who started the run."""
    run, browser, table, _ = read_card(card_of(OF_TABLE, TABLE, None, ""), "r")
    assert table.frame.equals(TABLE.frame)
    assert browser is None
    np.testing.assert_array_equal(run.dataset.y, make_settled_dataset(OF_TABLE, TABLE).y)


def test_rows_that_are_too_many_are_told_nobody(monkeypatch):
    """There is no card then; of made data the rows don't matter."""
    monkeypatch.setattr(kept, "MOST_BYTES", 1000)
    assert card_of(OF_TABLE, TABLE, None, "") == b""
    assert card_of(suggested("running_mean"), TABLE, None, "")


def card_with(rows, experiment=OF_TABLE):
    """A card with this as an upload's rows."""
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
def test_what_is_no_card_is_a_value_error(bad):
    """Whatever it is: anybody with the cluster's token may have left it."""
    with pytest.raises(ValueError, match="not a"):
        read_card(bad, "r")
