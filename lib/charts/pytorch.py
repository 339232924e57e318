"""The same layer in PyTorch: its code, the tensors that it returns as a picture, and facts."""

from collections.abc import Sequence

import numpy as np

from lib.charts.html import render, shaded
from lib.charts.palette import Palette
from lib.charts.proofs import ProofCard
from lib.experiment import CELLS
from lib.recurrence import Trace
from lib.shapes import BLOCKS, STATES, formula, rnn_parameter_count
from lib.text import beside, counted, filled, number

TORCH_BIASES = 2  # per column of the kernel, of every cell
HEIGHT, MOST_ROW = 9.0, 0.75  # of a tensor and of a row, in rem

_TEXTS = beside(__file__)


def torch_layer(cell: str, features: int, units: int, layers: int) -> str:
    """Return PyTorch's code of recurrent layers: "nn.LSTM(3, 16, batch_first=True)"."""
    stack = f", num_layers={layers}" if layers > 1 else ""
    return f"nn.{CELLS[cell].torch}({features}, {units}{stack}, batch_first=True)"


def torch_line(cell: str, name: str = "") -> str:
    """Return PyTorch's call of a layer with this name: "out, (h_n, c_n) = lstm(x)"."""
    names = [f"{state}_n" for state in STATES[cell]]
    states = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f"out, {states} = {name or CELLS[cell].torch.lower()}(x)"


def torch_code(cell: str, steps: int, features: int, units: int, layers: int) -> str:
    """Return PyTorch's lines that create and call the layers, with the shape of each result."""
    return f"""\
{CELLS[cell].torch.lower()} = {torch_layer(cell, features, units, layers)}
{torch_line(cell)}  # x (N, {steps}, {features})
out         # (N, {steps}, {units}), as return_sequences=True
out[:, -1]  # (N, {units}), as return_sequences=False
h_n[-1]     # (N, {units}), the same numbers"""


def torch_picture(traces: Sequence[Trace], palette: Palette) -> str:
    """Draw out, h_n, and an LSTM's c_n of one sample, from the traces of all layers."""
    out, layers = traces[-1].hidden[0], counted(len(traces), "layer")
    tensors = {"out": out, "h_n": np.stack([trace.hidden[0, -1] for trace in traces])}
    cells = [trace.cell[0, -1] for trace in traces if trace.cell is not None]
    if cells:
        tensors["c_n"] = np.stack(cells)
    shown = []
    for name, values in tensors.items():
        rows, reach = len(values), max(1.0, float(np.nanmax(np.abs(values))))
        about = f"{counted(rows, 'timestep')} down" if name == "out" else f"{layers} down"
        about += "" if reach == 1 else f", from −{number(reach)} to {number(reach)}"
        size = f"height:{rows * min(MOST_ROW, HEIGHT / rows):.2f}rem"
        shown.append((name, about, shaded(values, palette, size, reach), rows))
    sentence = f"One sample: out {out.shape} ends with the row h_n[-1], the last-step output."
    return render("charts/pytorch.html", "tensors", shown, sentence, palette)


def torch_facts(cell: str, features: int, units: int) -> list[ProofCard]:
    """Return what differs in PyTorch: states, layers, directions, parameters and proj_size."""
    keras = rnn_parameter_count(cell, features, units)
    factors = [BLOCKS[cell], units][BLOCKS[cell] == 1 :]
    biases = CELLS[cell].biases[0], TORCH_BIASES
    formulas = [formula(factors, [features, units, count]) for count in biases]
    torch = BLOCKS[cell] * units * (features + units + TORCH_BIASES)
    names = {
        "features": counted(features, "feature"),
        "units": units,
        "twice": 2 * units,
        "cell": CELLS[cell].label,
    }
    names |= {"keras": f"{keras:,}", "torch": f"{torch:,}", "gates": _TEXTS["gates"][cell]}
    names |= {"formula": formulas[0], "torch_formula": formulas[1]}
    weights = "same_weights" if keras == torch else "weights"
    cards = []
    for fact in ("states", "layers", "directions", weights, "projection"):
        title, text, why = (filled(_TEXTS[fact], key, **names) for key in _TEXTS[fact])
        cards.append(ProofCard(title, (), text, why))
    return cards
