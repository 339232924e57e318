"""Exported PyTorch scripts run, and exact ones repeat the results of the app's runs."""

import gc
import re
import runpy
import warnings

import pytest

from lib.data import make_dataset, settle
from lib.experiment import MODES, Experiment
from lib.export import EXPORTS, arrays, data_name, is_loaded
from lib.results import RunAt, Status
from tests.agreement.test_export import LABELS, ROWS, assert_same_figures, experiment_of
from tests.waiting import PATIENCE
from tests.weekly import rest_weekly

pytest.importorskip("torch")
DAILY = ("1111232", "first_pattern")  # an LSTM's errors; a GRU's labels, padded and weighted
EACH_ROW = rest_weekly([*DAILY, *sorted({*ROWS, *LABELS} - {*DAILY})], len(DAILY))


@pytest.fixture
def printed(monkeypatch, tmp_path, capsys):
    """Return a function that runs a script in a folder with its data, and returns its output."""
    monkeypatch.chdir(tmp_path)

    def run(name, case):
        if is_loaded(case.dataset):
            (tmp_path / f"{data_name(case.dataset)}.npz").write_bytes(arrays(case.dataset))
        script = EXPORTS[name].write(case.experiment, case.dataset, case.snapshot)
        (tmp_path / "script.py").write_text(script, encoding="utf-8")
        capsys.readouterr()
        with warnings.catch_warnings(action="ignore", category=ResourceWarning):
            runpy.run_path("script.py")
            gc.collect()  # closes the data's file, which scripts leave open
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("row", EACH_ROW)
def test_pytorch_scripts_have_the_numbers_of_the_app(row, client, printed):
    """The exact script repeats them up to rounding. The plain script prints them beside its own."""
    experiment, dataset = experiment_of(row)
    case = RunAt(experiment, dataset, client.wait(client.start(experiment, dataset), PATIENCE))
    assert case.snapshot.status is Status.FINISHED
    exact = printed("torch_exact", case)
    assert "to measure rounding" not in exact
    assert_same_figures(case, exact)
    plain = printed("torch", case)
    modes = [MODES[mode].kind for mode in experiment.model.modes]
    assert re.findall("^(.*) mode: ", plain, re.MULTILINE) == modes
    assert plain.count("    in the app") == len(modes)


@pytest.mark.parametrize("row", ["running_mean", "first_pattern"])
def test_a_plain_pytorch_script_learns(row, printed):
    """Each mode's error is below a tenth of the baseline's. Its accuracy is higher by a fifth."""
    settings = {"data": row, **LABELS.get(row, {"pool": "mean"})}
    experiment = settle(Experiment().set(T=6, N=256, U=8, epochs=40, **settings))
    plain = printed("torch", RunAt(experiment, make_dataset(experiment), None))
    *modes, baseline = map(float, re.findall(r": [a-z ]+ (\S+) at", plain))
    assert len(modes) == 3
    if row in LABELS:
        assert min(modes) > baseline + 0.2
    else:
        assert max(modes) < baseline / 10
