"""Generation: from some timestep on, a model reads its own predictions as its next inputs.

The model predicts one timestep at a time and carries its states on. This needs targets that are
inputs of the next timestep. `lib.results.forecasting` goes on after a table's last row.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.data import Dataset
from lib.experiment import Experiment
from lib.recurrence import ARRAYS_EACH, layers_of, unroll
from lib.results.baselines import model_outputs
from lib.results.forecasting import predicted_features


@dataclass(frozen=True, slots=True, eq=False)
class Generated:
    """Predictions of n samples for the H values after the given ones, (n, H, K), in the raw unit.

    If targets are changes, so are these values. A timestep's target is the next timestep's value.
    """

    given: int  # the number of timesteps with true inputs, G; H is T - G + 1
    fed_back: np.ndarray  # each prediction is an input of the next one
    one_step: np.ndarray  # from the true inputs
    known: np.ndarray  # the true values of timesteps 2 to T + 1, (n, T, K)

    @property
    def errors(self) -> dict[str, float]:
        """RMSE of the first target's final values: of both fields, and of the last given value."""
        known = self.known[..., 0].astype(np.float64)
        predicted = {name: getattr(self, name)[:, -1, 0] for name in ("one_step", "fed_back")}
        predicted["last"] = known[:, self.given - 2]
        wrong = {name: each - known[:, -1] for name, each in predicted.items()}
        return {name: float(np.sqrt((each**2).mean())) for name, each in wrong.items()}


def why_not_generated(dataset: Dataset) -> str:
    """Return why predictions can't be the next inputs, as a sentence; "" if they can be."""
    if dataset.has_labels:
        return "The model predicts labels, which aren't inputs of the next timestep."
    if dataset.shape[1] < 3:
        return "With 2 timesteps, no prediction is an input. Use at least 3 timesteps."
    if (origin := dataset.origin) is None:
        is_next = np.array_equal(dataset.y[:, :-1], dataset.x[:, 1:, : dataset.targets])
        return "" if is_next else "The target isn't the next timestep's input."
    reasons = {
        "Timesteps are several rows apart. Use every row.": origin.rate > 1,
        "The target isn't the next row's input. Set it one row ahead.": origin.horizons != (1,),
        "No target is an input. Add its column to the inputs.": not fed_back_columns(dataset)[0],
    }
    return next((why for why, applies in reasons.items() if applies), "")


def given_steps(dataset: Dataset) -> int:
    """Return the number of timesteps before the first prediction that becomes an input."""
    return max(2, dataset.shape[1] // 2)


def fed_back_columns(dataset: Dataset) -> tuple[list[int], list[int]]:
    """Return the features that are targets of the timestep before, and their target columns."""
    if dataset.origin is None:
        return [*range(dataset.targets)], [*range(dataset.targets)]
    return predicted_features(dataset)


def generate(
    experiment: Experiment, dataset: Dataset, weights: Sequence[np.ndarray], samples: np.ndarray
) -> Generated:
    """Generate the second half of `samples` (n,) of data that can be generated.

    Other inputs keep their true values.
    """
    model, x, given = experiment.model, dataset.x[samples].copy(), given_steps(dataset)
    layers, head = layers_of(weights), weights[ARRAYS_EACH * model.layers :]
    states: list[list[np.ndarray] | None] = [None] * len(layers)
    origin, (features, columns) = dataset.origin, fed_back_columns(dataset)
    outputs = list[np.ndarray]()
    for step in range(x.shape[1]):
        if step >= given:
            fed_back = outputs[-1][:, columns]
            if origin is not None:  # a table's inputs and targets have their own scales
                raw = origin.y_scale.raw(outputs[-1])[:, columns]
                fed_back = origin.x_scale.of(features).standard(raw)
            x[:, step, features] = fed_back
        signal = x[:, step : step + 1]
        for k, layer in enumerate(layers):
            trace = unroll(model.cell, layer, signal, initial_state=states[k])
            signal, states[k] = trace.hidden, [state[:, -1] for state in trace.states]
        with np.errstate(over="ignore", invalid="ignore"):  # diverged runs are drawn, too
            outputs.append(signal[:, 0] @ head[0] + head[1] if head else signal[:, 0])
    one_step = model_outputs(experiment, weights, dataset.x[samples])[:, given - 1 :]
    values = [np.stack(outputs, axis=1)[:, given - 1 :], one_step, dataset.y[samples]]
    if origin is not None:
        values = [origin.y_scale.raw(each) for each in values]
    return Generated(given, *values)
