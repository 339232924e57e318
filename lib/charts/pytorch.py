"""The same layer in PyTorch: its code, the tensors that it returns as a picture, and facts."""

from collections.abc import Sequence

import numpy as np

from lib.charts.html import render, shaded
from lib.charts.palette import Palette
from lib.charts.proofs import ProofCard
from lib.experiment import CELLS
from lib.recurrence import Trace
from lib.shapes import BLOCKS, STATES
from lib.text import beside, counted, filled, number

HEIGHT, MOST_ROW = 9.0, 0.75  # the largest heights of a tensor and of a row, in rem

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


def torch_code(cell: str, T: int, F: int, U: int, layers: int) -> str:
    """Return PyTorch's lines that create and call the layers, with the shape of each result."""
    return f"""\
{CELLS[cell].torch.lower()} = {torch_layer(cell, F, U, layers)}
{torch_line(cell)}  # x (N, {T}, {F})
out         # (N, {T}, {U}), as return_sequences=True
out[:, -1]  # (N, {U}), as return_sequences=False
h_n[-1]     # (N, {U}), the same numbers"""


def torch_picture(traces: Sequence[Trace], palette: Palette) -> str:
    """Draw out, h_n, and an LSTM's c_n of one sample, from the traces of all layers."""
    tensors = {"out": traces[-1].hidden[0], "h_n": np.stack([t.hidden[0, -1] for t in traces])}
    if cells := [trace.cell[0, -1] for trace in traces if trace.cell is not None]:
        tensors["c_n"] = np.stack(cells)
    shown = []
    for name, values in tensors.items():
        rows = len(values)
        about = f"{counted(rows, 'timestep' if name == 'out' else 'layer')} down"
        reach = float(np.abs(values[np.isfinite(values)]).max(initial=1.0))
        about += "" if reach == 1 else f", from −{number(reach)} to {number(reach)}"
        size = f"height:{min(MOST_ROW * rows, HEIGHT):.2f}rem"
        shown.append((name, about, shaded(values, palette, size, reach), rows))
    sentence = "One sample's tensors: out ends with h_n[-1], the last-step output."
    return render("charts/pytorch.html", "tensors", shown, sentence, palette)


def torch_facts(cell: str, features: int, units: int) -> list[ProofCard]:
    """Return cards on what differs in PyTorch: states, layers, directions and parameters."""
    blocks, reads = BLOCKS[cell], counted(features, "feature")
    names = {"cell": CELLS[cell].label, "units": units, "twice": 2 * units, "features": reads}
    names["about"] = _TEXTS["parameters"][cell]
    for library, biases in {"keras": CELLS[cell].biases[0], "torch": 2}.items():
        names[library] = f"{blocks * units * (features + units + biases):,}"
        product = f"{blocks}·{units}·({features}+{units}+{biases})".removeprefix("1·")
        names[f"{library}_formula"] = f"{product} = {names[library]}"
    cards = []
    for texts in _TEXTS.values():
        title, text, why = (filled(texts, key, **names) for key in ("title", "takeaway", "why"))
        cards.append(ProofCard(title, (), text, why))
    return cards
