"""One value at a time: the answers for the Cell page, generation and code to copy against Keras."""

import keras
import numpy as np
import pytest

from lib.data import make_dataset, suggested
from lib.experiment import CELLS
from lib.export import streaming_code
from lib.recurrence import ARRAYS_EACH, from_torch, initial_model_weights, unroll_stack
from lib.results import generate
from lib.shapes import explain_error
from lib.training.streaming import streaming
from tests.agreement.test_answers import F, T, U, example
from tests.unit.own_data import sales

HALF = T // 2


def stateful_layers(cell, weights, batch=1):
    """Return a Keras model of stateful layers that reads one timestep of a batch per call."""
    layers = len(weights) // ARRAYS_EACH
    kind, options = getattr(keras.layers, CELLS[cell].keras), {"stateful": True}
    stack = [kind(len(weights[1]), return_sequences=True, **options) for _ in range(layers)]
    model = keras.Sequential([keras.Input(batch_shape=(batch, 1, len(weights[0]))), *stack])
    model.set_weights(weights)
    return model


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_call_per_timestep_returns_the_numbers_of_one_call(cell, layers):
    """The difference is exactly 0, for stateful layers and for cells called in a loop.

    A wrong state makes the outputs those of other sequences: exactly, and as NumPy computes them.
    """
    _, weights, x, _ = example(cell, layers, "none")
    x = x[:2]
    answer = streaming(cell, weights, x)
    np.testing.assert_array_equal(answer["stateful"], answer["whole"])
    assert [answer["differences"][name] for name in ("steps", "steps_rule")] == [0.0, 0.0]
    twin = stateful_layers(cell, weights)
    by_twin = [np.asarray(twin(x[:1, t : t + 1]))[0, 0] for t in range(T)]
    np.testing.assert_allclose(by_twin, answer["whole"], rtol=0, atol=1e-6)

    def outputs(inputs):
        return unroll_stack(cell, weights, inputs)[-1].hidden

    whole, alone = outputs(x), outputs(x[0][:, None])[:, 0]
    joined = outputs(x.reshape(1, 2 * T, F))[0, T:]
    exchanged = outputs(np.concatenate([x[:, :HALF], x[::-1, HALF:]], axis=1))[:, HALF:]
    np.testing.assert_allclose(answer["whole"], whole[0], rtol=0, atol=1e-6)
    for name, difference in (
        ("reset", whole[0] - alone),
        ("carried", whole[1] - joined),
        ("order", whole[1, HALF:] - exchanged[0]),
    ):
        right, wrong = answer["pairs"][name]
        np.testing.assert_allclose(right - wrong, difference, rtol=0, atol=1e-6)
        assert answer["differences"][f"{name}_rule"] == 0.0
        assert answer["differences"][name] == np.abs(right - wrong).max() > 1e-3


def test_the_message_for_another_batch_size_is_that_of_keras():
    """Keras's message has this text, and the decoder of error messages knows it."""
    _, weights, x, _ = example("gru", 1, "none")
    message = streaming("gru", weights, x[:2])["message"]
    with pytest.raises(ValueError, match="stateful") as raised:
        stateful_layers("gru", weights)(x[:2, :1])
    assert message.startswith("If an RNN is stateful")
    assert message in f"{raised.value}"
    assert "stateful" in explain_error(f"{raised.value}").cause


def test_only_a_reset_sets_states_to_zero():
    """Layers have reset_state, and an older name. The model has neither. fit doesn't reset."""
    _, weights, x, _ = example("lstm", 1, "none")
    model, step = stateful_layers("lstm", weights), x[:1, :1]
    for name in ("reset_state", "reset_states"):
        assert hasattr(model.layers[0], name)
        assert not hasattr(model, name)
    after = [np.asarray(model(step)) for _ in range(5)]
    model.layers[0].reset_state()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    model.fit(step, after[0], batch_size=1, epochs=3, verbose=0, shuffle=False)
    predicted = model.predict(np.concatenate([step, step]), batch_size=1, verbose=0)
    np.testing.assert_allclose(predicted[:, 0], [after[3][0, 0], after[4][0, 0]], atol=1e-6)


@pytest.mark.parametrize("cell", CELLS)
def test_generated_values_are_those_of_a_stateful_model(cell):
    """A stateful Keras model reads the given inputs, and then its own outputs."""
    experiment = suggested("sine").set(cell=cell, U=U, layers=2, T=8)
    dataset = make_dataset(experiment)
    weights = initial_model_weights(experiment, *dataset.shape[2:], dataset.targets)
    *recurrent, kernel, bias = weights
    twin, outputs = stateful_layers(cell, recurrent), []
    for step, now in enumerate(dataset.x[3].copy()):
        if step >= 4:
            now[:1] = outputs[-1]
        outputs.append(np.asarray(twin(now[None, None]))[0, 0] @ kernel + bias)
    one = generate(experiment, dataset, weights, np.array([3]))
    np.testing.assert_allclose(one.fed_back[0], outputs[3:], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("cell", "layers", "data"),
    [("lstm", 1, "sine"), ("gru", 2, "brackets"), ("simple_rnn", 3, "worked_raw")],
)
def test_code_to_copy_returns_the_outputs_of_one_call(cell, layers, data):
    """Each text runs. In PyTorch, the state must leave the gradient's graph between two parts."""
    experiment = suggested(data).set(cell=cell, layers=layers)
    dataset = make_dataset(experiment)
    stateful, cells, pytorch = streaming_code(experiment, dataset).values()
    assert ("generated" in stateful) == ("generated" in pytorch) == (data == "sine")
    names = {"x": dataset.x[:1]}
    exec(stateful, names)  # noqa: S102  our own code
    whole = np.asarray(names["model"](dataset.x[:1]))
    assert whole.shape == (1, *dataset.shape[1:2], dataset.targets)
    np.testing.assert_allclose(np.concatenate(names["outputs"], axis=1), whole, atol=1e-6)
    exec(cells, names)  # noqa: S102
    np.testing.assert_allclose(np.stack(names["outputs"], axis=1), whole, atol=1e-6)

    torch = pytest.importorskip("torch")
    names = {"x": torch.from_numpy(dataset.x[:1].copy())}
    exec(pytorch, names)  # noqa: S102
    whole, names["state"] = names["model"](names["x"])
    steps = torch.cat(names["outputs"], dim=1)
    np.testing.assert_allclose(steps.numpy(), whole.detach().numpy(), atol=1e-6)
    whole.sum().backward()
    with pytest.raises(RuntimeError, match="backward through the graph a second time"):
        names["model"](names["x"], names["state"])[0].sum().backward()
    exec(pytorch.splitlines()[-1].removeprefix("# "), names)  # noqa: S102
    names["model"](names["x"], names["state"])[0].sum().backward()


@pytest.mark.parametrize("settings", [None, {"form": "value"}, {"form": "change"}])
def test_code_to_copy_generates_the_values_of_the_page(settings):
    """Keras and PyTorch feed back their predictions, on the scale of the inputs."""
    torch = pytest.importorskip("torch")
    experiment = suggested("seattle").set(layers=2)
    dataset, sample = make_dataset(experiment), np.array([5])
    if settings:
        experiment, dataset, _ = sales(T=9, **settings)
    x, (stateful, _, pytorch) = dataset.x[sample], streaming_code(experiment, dataset).values()
    for code, names in ((stateful, {"x": x}), (pytorch, {"x": torch.from_numpy(x)})):
        exec(code, names)  # noqa: S102
        if code == stateful:
            weights = names["model"].get_weights()
        else:
            arrays = {name: array.numpy() for name, array in names["model"].state_dict().items()}
            weights = [*from_torch(arrays)[2], arrays["head.weight"].T, arrays["head.bias"]]
        found = generate(experiment, dataset, weights, sample)
        values = np.concatenate(names["generated"], axis=1)[:, found.given - 1 :]
        np.testing.assert_allclose(dataset.origin.y_scale.raw(values), found.fed_back, rtol=1e-4)
