"""PyTorch computes the app's numbers from the weights that the app writes, and the reverse."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import keras
import numpy as np
import pytest

from lib.charts.pytorch import torch_code, torch_facts
from lib.data import DATASETS, make_dataset, settle
from lib.experiment import CELLS, Experiment
from lib.export import torch_loader, torch_weights
from lib.recurrence import forward, from_torch, initial_model_weights, to_torch, unroll
from lib.results import untrained
from lib.ui.cell.torch_file import TEXTS, read_torch_file

torch = pytest.importorskip("torch")
STACKS = [(cell, layers) for cell in CELLS for layers in (1, 2, 3)]
CLOSE = 1e-6


def drawn_weights(cell, layers, features=3, targets=2, units=8):
    """Return random weights of a model with a Dense head, with random biases, too."""
    experiment, rng = Experiment().set(cell=cell, layers=layers, U=units), np.random.default_rng(0)
    drawn = initial_model_weights(experiment, features, targets)
    return experiment, [rng.normal(0, 0.3, array.shape).astype("float32") for array in drawn]


def in_torch(cell, layers, arrays, features=3, units=8):
    """Return PyTorch's layer with these arrays."""
    layer = getattr(torch.nn, CELLS[cell].torch)(features, units, layers, batch_first=True)
    layer.load_state_dict({n: torch.from_numpy(arrays[n]) for n in layer.state_dict()})
    return layer


@pytest.mark.parametrize(("cell", "layers"), STACKS)
def test_outputs_states_and_weights_are_equal(cell, layers):
    """Every output, every layer's last states, and the head's outputs differ by less than 1e-6.

    `out` has all outputs of the top layer, and `h_n[-1]` is the output of its last step. The
    weights of the `state_dict`, also below a name, come back unchanged.
    """
    experiment, weights = drawn_weights(cell, layers)
    x = np.random.default_rng(1).normal(size=(4, 10, 3)).astype("float32")
    traces, outputs = forward(experiment, weights, x)
    arrays = to_torch(cell, weights)
    layer = in_torch(cell, layers, arrays)
    with torch.no_grad():
        out, states = layer(torch.from_numpy(x))
    head = out.numpy() @ arrays["head.weight"].T + arrays["head.bias"]
    h_n, *c_n = states if cell == "lstm" else (states,)
    pairs = [(head, outputs), (out, traces[-1].hidden), (h_n[-1], out[:, -1])]
    pairs += [(h_n[k], trace.hidden[:, -1]) for k, trace in enumerate(traces)]
    pairs += [(c_n[0][k], trace.cell[:, -1]) for k, trace in enumerate(traces) if c_n]
    assert max(np.abs(np.asarray(one) - np.asarray(other)).max() for one, other in pairs) < CLOSE
    state = {f"net.{name}": array.numpy() for name, array in layer.state_dict().items()}
    *sizes, read = from_torch({"other": np.zeros(3), **state})
    assert sizes == [cell, layers]
    assert all(np.array_equal(*pair) for pair in zip(read, weights[:-2], strict=True))


@pytest.mark.parametrize("cell", CELLS)
def test_a_layer_without_biases_is_read_as_biases_of_zero(cell):
    """NumPy then computes PyTorch's outputs."""
    layer, x = getattr(torch.nn, CELLS[cell].torch)(3, 8, bias=False), torch.randn(5, 1, 3)
    weights = from_torch({name: array.numpy() for name, array in layer.state_dict().items()})[2]
    out = layer(x)[0][:, 0].detach().numpy()
    assert np.abs(unroll(cell, weights, x.numpy()[None, :, 0]).hidden[0] - out).max() < CLOSE


def test_the_order_of_a_grus_gates_matters():
    """With Keras's order of gates, PyTorch's GRU returns other numbers."""
    experiment, weights = drawn_weights("gru", 1)
    arrays, x = to_torch("gru", weights), np.ones((1, 5, 3), np.float32)
    for name in ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"):
        r, z, n = np.split(arrays[name], 3)
        arrays[name] = np.concatenate([z, r, n])
    with torch.no_grad():
        out = in_torch("gru", 1, arrays)(torch.from_numpy(x))[0].numpy()
    assert np.abs(out - forward(experiment, weights, x)[0][0].hidden).max() > 1e-2


@pytest.mark.parametrize("cell", CELLS)
def test_facts_about_pytorch(cell):
    """PyTorch counts the parameters that the page says.

    Of two directions, the backward half of `out[:, -1]` has read only the last input. Keras's
    Bidirectional returns `h_n[-2]` and `h_n[-1]`, the last outputs of both directions.
    """
    kind = getattr(torch.nn, CELLS[cell].torch)
    count = sum(array.numel() for array in kind(3, 8).parameters())
    assert f"{count} in PyTorch." in torch_facts(cell, 3, 8)[-1].takeaway
    layer, x = kind(3, 8, bidirectional=True, batch_first=True), torch.randn(2, 5, 3)
    arrays = {name: array.numpy() for name, array in layer.state_dict().items()}
    one_way = {name: array for name, array in arrays.items() if "reverse" not in name}
    backward = {n.removesuffix("_reverse"): a for n, a in arrays.items() if "reverse" in n}
    keras_layer = keras.layers.Bidirectional(getattr(keras.layers, CELLS[cell].keras)(8))
    keras_layer.build(x.shape)
    keras_layer.set_weights([*from_torch(one_way)[2], *from_torch(backward)[2]])
    with torch.no_grad():
        out, states = layer(x)
        h_n = states[0] if cell == "lstm" else states
        last_input = layer(x[:, -1:])[0]
    assert (
        np.abs(torch.cat((h_n[-2], h_n[-1]), dim=1).numpy() - keras_layer(x.numpy())).max() < CLOSE
    )
    assert torch.allclose(out[:, -1, 8:], last_input[:, 0, 8:])


@pytest.mark.parametrize("cell", CELLS)
def test_the_code_of_the_cell_page(cell, tmp_path, monkeypatch):
    """Its lines run in PyTorch. The lines that save weights write a file that the page shows."""
    monkeypatch.chdir(tmp_path)
    names = {"nn": torch.nn, "x": torch.randn(4, 7, 3)}
    code = torch_code(cell, 7, 3, 8, 2)
    exec(code, names)  # noqa: S102 - the page shows this code
    assert names["out"].shape == (4, 7, 8)
    assert names["h_n"].shape == (2, 4, 8)
    model = SimpleNamespace(lstm=names[CELLS[cell].torch.lower()])
    exec(TEXTS["code"], {"model": model})  # noqa: S102 - the page shows this code
    needed, *_ = read_torch_file(Path("weights.npz").read_bytes())
    assert needed == {"cell": cell, "layers": 2, "U": 8, "F": 3}


def with_random_weights(snapshot):
    """Return a snapshot whose modes have different weights, and biases that aren't zero."""
    rng, results = np.random.default_rng(0), {}
    for mode, result in snapshot.results.items():
        weights = (rng.normal(0, 0.3, array.shape).astype("float32") for array in result.weights)
        results[mode] = replace(result, weights=tuple(weights))
    return replace(snapshot, results=results)


SETTINGS = [
    {"data": "running_mean", "cell": "lstm", "layers": 2},
    {"data": "parity", "cell": "gru", "mode": "last"},
    {"data": "first_pattern", "cell": "simple_rnn", "padding": "before"},
    {"data": "worked_raw", "head": "none", "U": 1},
    {"data": "parity", "pool": "attention"},
]


@pytest.mark.parametrize("settings", SETTINGS, ids=lambda settings: settings["data"])
def test_the_script_prints_the_apps_outputs(settings, tmp_path, capsys):
    """It loads the file beside it, and its last line has the largest difference by mode."""
    experiment = settle(Experiment().set(**(DATASETS[settings["data"]].suggested | settings)))
    dataset = make_dataset(experiment)
    run = experiment, dataset, with_random_weights(untrained(experiment, dataset))
    (tmp_path / "mine.npz").write_bytes(file := torch_weights(*run))
    for mode, weights in run[2].weights[0].items():  # the Cell page opens each model of the file
        *_, read, shown = read_torch_file(file, mode)
        assert shown == mode
        assert all(np.array_equal(*pair) for pair in zip(read, weights, strict=False))
    script = tmp_path / "mine.py"
    script.write_text(torch_loader(*run), "utf-8")
    runpy.run_path(script)
    differences = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [*differences] == [*experiment.model.modes]
    assert max(differences.values()) < CLOSE
