"""The same layer in PyTorch: its line of code, its tensors as a picture, and what differs."""

from lib.experiment import CELLS, ModelSettings
from lib.shapes import STATES


def torch_layer(model: ModelSettings, features: int) -> str:
    """Return PyTorch's code of a model's recurrent layers: "nn.LSTM(3, 16, batch_first=True)"."""
    layers = f", num_layers={model.layers}" if model.layers > 1 else ""
    return f"nn.{CELLS[model.cell].torch}({features}, {model.units}{layers}, batch_first=True)"


def torch_line(cell: str, name: str = "") -> str:
    """Return PyTorch's call of a layer with this name: "out, (h_n, c_n) = lstm(x)"."""
    names = [f"{state}_n" for state in STATES[cell]]
    states = names[0] if len(names) == 1 else f"({', '.join(names)})"
    return f"out, {states} = {name or CELLS[cell].torch.lower()}(x)"
