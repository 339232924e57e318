"""The same layer in PyTorch: its line of code, its tensors as a picture, and what differs."""

from lib.experiment import CELLS
from lib.shapes import STATES


def torch_line(cell: str) -> str:
    """Return PyTorch's call of a layer with `batch_first=True`: "out, (h_n, c_n) = lstm(x)"."""
    names = [f"{state}_n" for state in STATES[cell]]
    states = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f"out, {states} = {CELLS[cell].torch.lower()}(x)"
