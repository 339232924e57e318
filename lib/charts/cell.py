"""The sentences of the Cell page: what is seen in a trace, measured on the numbers it shows.

Nothing is claimed that isn't counted from the arrays. Timesteps and units are counted from 1.
"""

import numpy as np

from lib.charts.words import Words
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import GATES, LayerPass, Trace
from lib.shapes import STATES
from lib.text import ALMOST_0, apart, capital, counted, joined

SATURATED = 0.05
"""A gate this close to 0 or 1 is called shut or open."""
STILL = 0.01
"""A unit whose output moves less than this over all timesteps never moves."""
FEW_VALUES = 100
"""Of fewer values a count is given, not a share."""
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
    which = f"Layer {layer + 1} of {model.layers}" if model.layers > 1 else "The layer"
    reads = f"{features} {'outputs of the layer below' if layer else 'features'}"
    states = f"the hidden {'and the cell ' if 'c' in STATES[model.cell] else ''}state"
    details = [
        f"{which} is one {cell}, used {steps} times: at each timestep it reads {reads} and "
        f"{states} of the step before."
    ]
    if layer < model.layers - 1:
        details.append("It hands out all its outputs in both modes: the layer above needs them.")
        hands_out = f"it hands all {steps} outputs to the layer above."
    else:
        hands_out = {
            "both": f"sequence mode hands out {steps} outputs, last-step mode one.",
            "sequence": f"it hands out all {steps} outputs.",
            "last": "it hands out its last output alone.",
        }[model.mode]
        each = {
            "sequence": f"Sequence mode hands out all {steps} outputs.",
            "last": f"Last-step mode hands out output {steps} alone.",
        }
        details += [each[mode] for mode in model.modes]
    return f"One {cell}, used {steps} times: {hands_out}", " ".join(details)


def step_takeaway(layer: LayerPass, unit: int, step: int) -> str:
    """Where the playhead stands, and what the picked unit does there with its state."""
    trace = layer.trace
    states = (trace.hidden if trace.cell is None else trace.cell)[0, :, unit]
    name = "state" if trace.cell is None else "cell state"
    place, gates = f"Timestep {step + 1}, unit {unit + 1}", layer.gates(step)
    if not np.isfinite(states[: step + 1]).all():
        return f"{place}: its {name} isn't a number any more."
    if step == 0:
        return f"{place}: its {name} was 0 and becomes {_read(states[0])[0]}."
    if layer.cell == "lstm":
        [added] = _read(float(gates["i"][unit] * gates["c"][unit]))
        return f"{place}: keeps {_part(gates['f'][unit])} of its {name} and adds {added}."
    if layer.cell == "gru":
        return f"{place}: keeps {_part(gates['z'][unit])} of its {name}; the rest is new."
    before, after = _read(*states[step - 1 : step + 1])
    return f"{place}: its {name} goes from {before} to {after}."


def headline(trace: Trace) -> str:
    """The most striking of what `findings` says of a trace, in a line of its own."""
    hidden = trace.hidden[0]
    if not np.isfinite(hidden).all():
        return DIVERGED
    striking = _counting(trace) or _moves_most(hidden)
    return striking or f"No unit's output changes by {STILL} or more."


def findings(cell: str, trace: Trace) -> list[str]:
    """What is to be seen in one sample's trace, a sentence each; at least one."""
    hidden = trace.hidden[0]
    if not np.isfinite(hidden).all():
        return [DIVERGED]
    still = np.flatnonzero(np.ptp(hidden, axis=0) < STILL)
    never = f"{_units(still)} never move{'s' * (len(still) == 1)}: the output changes by less than"
    of_still = f"{never} {STILL} over all timesteps." if len(still) else ""
    found = (*_gates(cell, trace), _counting(trace), of_still, _moves_most(hidden))
    return [sentence for sentence in found if sentence]


def _moves_most(hidden: np.ndarray) -> str:
    """The unit with the widest range of outputs (T, U); nothing where none moves."""
    ranges = np.ptp(hidden, axis=0)
    widest = int(np.argmax(ranges))
    if ranges[widest] < STILL:
        return ""
    low, high = _read(*(end(hidden[:, widest]) for end in (np.min, np.max)))
    return f"Unit {widest + 1} moves most: its output is between {low} and {high}."


def _gates(cell: str, trace: Trace) -> list[str]:
    """For each gate, how many of its values are open or shut; for SimpleRNN, at a bound."""
    if not GATES[cell]:
        which = np.abs(trace.hidden[0]) > 1 - SATURATED
        share = capital(_share(which)) if which.any() else "None"
        of = f"{which.size}" if which.size < FEW_VALUES else "the"
        are = "is" if share == "1" else "are"
        return [f"{share} of {of} outputs {are} within {SATURATED} of −1 or 1."]
    sentences = [f"Gates are open above {1 - SATURATED} and shut below {SATURATED}."]
    for name, about in GATES[cell].items():
        if about == "candidate":
            continue
        values = trace.gates[name][0]
        ends = {"open": values > 1 - SATURATED, "shut": values < SATURATED}
        parts = [f"{word} in {_share(which)}" for word, which in ends.items() if which.any()]
        says = f"{' and '.join(parts)} of its {values.size:,} values"
        if not parts:
            says = f"neither: it stays within {' and '.join(_read(values.min(), values.max()))}"
        sentences.append(f"The {about} is {says}.")
    return sentences


def _share(which: np.ndarray) -> str:
    """How many are true: a number of few, else percent; "0%" is none of them, "100%" is all."""
    return f"{which.sum()}" if which.size < FEW_VALUES else _part(which.mean())


def _part(share: float) -> str:
    """A share in percent: "0%" is nothing, "100%" is all of it."""
    if 0 < share < 0.01:
        return "under 1%"
    return "over 99%" if 0.99 < share < 1 else f"{share:.0%}"


def _counting(trace: Trace) -> str:
    """Units whose state moves on at every step, the way of the furthest; "" if none gets to 0.5."""
    states = trace.hidden[0] if trace.cell is None else trace.cell[0]
    if len(states) < 4:
        return ""
    moves, way = np.diff(states, axis=0), states[-1] - states[0]
    one_way = (moves > 0).all(axis=0) | (moves < 0).all(axis=0)
    far = np.where(one_way & (np.abs(way) >= 0.5), way, 0)
    unit = int(np.argmax(np.abs(far)))
    if not far[unit]:
        return ""
    same = np.flatnonzero(np.sign(far) == np.sign(far[unit]))
    name = "hidden state" if trace.cell is None else "cell state"
    does = "rise" if far[unit] > 0 else "fall"
    if len(same) > 1:
        return f"The {name}s of {len(same)} units {does} at every step, unit {unit + 1}'s most."
    first, last = _read(states[0, unit], states[-1, unit])
    return f"Unit {unit + 1}'s {name} {does}s at every step: from {first} to {last}."


def _read(*values: float) -> list[str]:
    """Numbers to be read, told apart, with a minus as wide as a plus, as the formulas have it."""
    texts = apart(*values, nothing=ALMOST_0)
    return [f"−{text[1:]}" if text.startswith("-") else text for text in texts]


def _units(indexes: np.ndarray) -> str:
    """As the start of a sentence: "Unit 3", "Units 1, 2 and 5", "9 units"."""
    if len(indexes) > 4:
        return counted(len(indexes), "unit")
    return f"Unit{'s' * (len(indexes) > 1)} {joined([f'{k + 1}' for k in indexes])}"
