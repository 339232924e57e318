"""The sentences of the Cell page, measured on the numbers that it shows."""

import numpy as np

from lib.charts.words import Words
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import GATES, LayerPass, Trace
from lib.shapes import STATES
from lib.text import ALMOST_0, apart, capital, counted

SATURATED = 0.05  # a gate this close to 0 or 1 is called shut or open
STILL = 0.01  # a unit whose output moves less than this over all timesteps never moves
DIVERGED = "Some of the states aren't numbers any more: the run has diverged."
STEP_ROOM = "Timestep 100, unit 128: keeps over 99% of its cell state and adds −0.0000888."
"""As long as `step_takeaway` usually gets: what is next to nothing takes more words."""


def cell_sentence(experiment: Experiment, dataset: Dataset) -> str:
    """What is opened up."""
    model = experiment.model
    stack = f"{model.layers} layers, each" if model.layers > 1 else "one layer"
    return (
        f"Inside the {CELLS[model.cell].label}: {stack} of {counted(model.units, 'unit')}, "
        f"at each of {dataset.shape[1]} timesteps. Data: {dataset.title}."
    )


def unrolled_words(experiment: Experiment, layer: int, steps: int, features: int) -> Words:
    """How often a layer is used and what each mode hands out; what goes in, and is handed on."""
    model, cell = experiment.model, CELLS[experiment.model.cell].label
    reads = f"{features} {'outputs of the layer below' if layer else 'features'}"
    states = "the hidden and the cell state" if "c" in STATES[model.cell] else "the hidden state"
    hands_out = {
        "both": f"sequence mode hands out {steps} outputs, last-step mode one",
        "sequence": f"it hands out all {steps} outputs",
        "last": "it hands out its last output alone",
    }[model.mode]
    if layer < model.layers - 1:
        hands_out = f"in both modes it hands all {steps} outputs to the layer above"
    place = f"Layer {layer + 1} of {model.layers}: at" if model.layers > 1 else "At"
    return f"One {cell}, used {steps} times: {hands_out}.", (
        f"{place} each timestep it reads {reads} and {states} of the step before; {hands_out}."
    )


def step_takeaway(layer: LayerPass, unit: int, step: int) -> str:
    """Where the playhead stands, and what the picked unit does there with its state."""
    name, states = _states(layer.trace)
    states, place = states[:, unit], f"Timestep {step + 1}, unit {unit + 1}"
    if not np.isfinite(states[: step + 1]).all():
        return f"{place}: its {name} isn't a number any more."
    if step == 0:
        return f"{place}: its {name} was 0 and becomes {_read(states[0])[0]}."
    gates = layer.gates(step)
    if layer.cell == "lstm":
        [added] = _read(float(gates["i"][unit] * gates["c"][unit]))
        return f"{place}: keeps {_part(gates['f'][unit])} of its {name} and adds {added}."
    if layer.cell == "gru":
        return f"{place}: keeps {_part(gates['z'][unit])} of its {name}; the rest is new."
    before, after = _read(*states[step - 1 : step + 1])
    return f"{place}: its {name} goes from {before} to {after}."


def _states(trace: Trace) -> tuple[str, np.ndarray]:
    """The name and the values, (T, U), of the state that a cell keeps."""
    return ("state", trace.hidden[0]) if trace.cell is None else ("cell state", trace.cell[0])


def headline(trace: Trace) -> str:
    """The most striking of `findings`."""
    if not np.isfinite(trace.hidden).all():
        return DIVERGED
    return _counting(trace) or _moves_most(trace)


def findings(cell: str, trace: Trace) -> list[str]:
    """What is to be seen in one sample's trace, a sentence each; at least one."""
    hidden = trace.hidden[0]
    if not np.isfinite(hidden).all():
        return [DIVERGED]
    still = int((np.ptp(hidden, axis=0) < STILL).sum())
    sentences = [
        f"The {about} is above {1 - SATURATED} in {_part(trace.gates[name] > 1 - SATURATED)} and "
        f"below {SATURATED} in {_part(trace.gates[name] < SATURATED)} of its values."
        for name, about in GATES[cell].items()
        if about != "candidate"
    ]
    if not sentences:
        bound = capital(_part(np.abs(hidden) > 1 - SATURATED))
        sentences = [f"{bound} of the outputs are within {SATURATED} of −1 or 1."]
    if still:
        text = f"The output of {counted(still, 'unit')} changes by less than {STILL} in all."
        sentences.append(text)
    return [*sentences, *filter(None, [_counting(trace)]), _moves_most(trace)]


def _moves_most(trace: Trace) -> str:
    """The unit with the widest range of outputs."""
    hidden = trace.hidden[0]
    widest = int(np.argmax(np.ptp(hidden, axis=0)))
    low, high = _read(hidden[:, widest].min(), hidden[:, widest].max())
    if np.ptp(hidden[:, widest]) < STILL:
        return f"No unit's output changes by {STILL} or more."
    return f"Unit {widest + 1} moves most: its output is between {low} and {high}."


def _counting(trace: Trace) -> str:
    """The unit whose state moves furthest one way at every step; "" if none gets to 0.5."""
    name, states = _states(trace)
    if len(states) < 4:
        return ""
    moves, way = np.diff(states, axis=0), states[-1] - states[0]
    one_way = (moves > 0).all(axis=0) | (moves < 0).all(axis=0)
    far = np.where(one_way & (np.abs(way) >= 0.5), way, 0)
    unit = int(np.argmax(np.abs(far)))
    if not far[unit]:
        return ""
    does, (first, last) = "rises" if far[unit] > 0 else "falls", _read(*states[[0, -1], unit])
    return f"Unit {unit + 1}'s {name} {does} at every step: from {first} to {last}."


def _part(values: float | np.ndarray) -> str:
    """A share, or that of true values, in percent: "0%" is nothing, "100%" is all of it."""
    share = float(np.mean(values))
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def _read(*values: float) -> list[str]:
    """Numbers to be read, told apart, with a minus as wide as a plus, as the formulas have it."""
    texts = apart(*values, nothing=ALMOST_0)
    return [f"−{text[1:]}" if text.startswith("-") else text for text in texts]
