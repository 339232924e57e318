"""Layers on top of each other: initial weights, outputs, and those for padded sequences."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from lib.experiment import Experiment
from lib.recurrence.cells import Array, Trace, unroll
from lib.shapes import BLOCKS, bias_shapes

_KERNELS = ("kernel", "recurrent_kernel", "bias")
ARRAYS_EACH = len(_KERNELS)  # of a recurrent layer
HELD = 2_000_000  # numbers that a part of a forward pass may hold: gates, states and outputs
ROUNDING = 1e-6  # outputs that differ by no more count as equal
SHARES = (1.0, 0.75, 0.5, 0.25)  # the four lengths as shares of T
VISIBLE = 1e-3  # rounding to 32 bits can grow to this in a deep or long stack


def layers_of(weights: Sequence[Array], layers: int | None = None) -> list[tuple[Array, ...]]:
    """Return the arrays of each recurrent layer, from the bottom up; of `layers` or of all."""
    count = len(weights) // ARRAYS_EACH if layers is None else layers
    return [tuple(weights[ARRAYS_EACH * k : ARRAYS_EACH * (k + 1)]) for k in range(count)]


def weight_names(cell: str, arrays: int) -> list[str]:
    """Return Keras's paths of a model's arrays, in order: "lstm_1/lstm_cell/kernel" and so on."""
    layers, head = divmod(arrays, ARRAYS_EACH)
    names = [f"{cell}_{k + 1}" if layers > 1 else cell for k in range(layers)]
    paths = [f"{name}/{cell}_cell/{kernel}" for name in names for kernel in _KERNELS]
    return [*paths, "dense/kernel", "dense/bias"] if head else paths


def initial_weights(cell: str, features: int, units: int, rng: np.random.Generator) -> list[Array]:
    """Return a new layer's weights, drawn as Keras's defaults (GRU: `reset_after`), float32."""
    width = BLOCKS[cell] * units
    kernel = glorot_uniform(features, width, rng)
    recurrent = orthogonal(units, width, rng)
    bias = np.zeros(bias_shapes(cell, units)[0], np.float32)
    if cell == "lstm":
        bias[units : 2 * units] = 1  # of the forget gate: Keras's `unit_forget_bias=True`
    return [kernel, recurrent, bias]


def initial_model_weights(experiment: Experiment, features: int, targets: int) -> list[Array]:
    """Return the weights that both modes start from, by the experiment's seed, in Keras's order."""
    rng = np.random.default_rng([experiment.seed, 1])
    model, width = experiment.model, features
    weights: list[Array] = []
    for _ in range(model.layers):
        weights += initial_weights(model.cell, width, model.units, rng)
        width = model.units
    if model.head == "dense":
        weights += [glorot_uniform(width, targets, rng), np.zeros(targets, np.float32)]
    return weights


# Exported scripts hold the source of this function and the next: they stand alone.
def glorot_uniform(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from Keras's `GlorotUniform`.

    Source: Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
    networks", 2010, equation 16.
    """
    limit = np.sqrt(6 / (rows + columns))
    return rng.uniform(-limit, limit, (rows, columns)).astype(np.float32)


def orthogonal(rows: int, columns: int, rng: np.random.Generator) -> np.ndarray:
    """Draw from Keras's `Orthogonal`: orthonormal rows, or columns if these are fewer.

    Source: Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in
    deep linear neural networks", 2014.
    """
    q, r = np.linalg.qr(rng.standard_normal((max(rows, columns), min(rows, columns))))
    q *= np.sign(np.diag(r))  # QR leaves the signs open; without this they aren't uniform
    return np.ascontiguousarray(q.T if rows < columns else q, dtype=np.float32)


def unroll_stack(
    cell: str, weights: Sequence[Array], x: Array, mask: Array | None = None
) -> list[Trace]:
    """Return the trace of each layer, from the bottom up; Keras passes a mask (N, T) on to all."""
    traces: list[Trace] = []
    for layer in layers_of(weights):
        traces.append(unroll(cell, layer, x, mask))
        x = traces[-1].hidden
    return traces


def forward(
    experiment: Experiment, weights: Sequence[Array], x: Array
) -> tuple[list[Trace], Array]:
    """Run the whole stack: a trace for each recurrent layer, and the model's outputs (N, T, K).

    The last-step model returns `outputs[:, -1]`. Without a head, K is U.
    """
    model = experiment.model
    recurrent = ARRAYS_EACH * model.layers
    traces = unroll_stack(model.cell, weights[:recurrent], x)
    outputs = traces[-1].hidden
    if model.head == "dense":
        kernel, bias = weights[recurrent:]
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = outputs @ kernel + bias
    return traces, outputs


def outputs_in_parts(experiment: Experiment, weights: Sequence[Array], x: Array) -> Iterator[Array]:
    """Return `forward`'s outputs (n, T, K) for x (N, T, F), some samples at a time."""
    each = 6 * x.shape[1] * experiment.model.units * experiment.model.layers
    size = max(1, HELD // each)
    for start in range(0, len(x), size):
        yield forward(experiment, weights, x[start : start + size])[1]


def difference(
    cell: str, weights: Sequence[Array], x: Array, sequence: Array, states: Sequence[Array]
) -> float:
    """Return the largest difference from Keras's outputs, relative to its largest value above 1.

    Of a stack's top layer: Keras's `sequence` (N, T, U) and last `states` (N, U), h and maybe c.
    """
    top = unroll_stack(cell, weights, x)[-1]
    ours = [top.hidden, *(s[:, -1] for s in (top.hidden, top.cell) if s is not None)]
    return max(
        float(np.abs(one - other).max() / max(1.0, np.abs(other).max()))
        for one, other in zip(ours, [sequence, *states], strict=True)
    )


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """One treatment of the batch, and what comes of it for each sequence."""

    at_end: bool
    masked: bool
    counts: Array  # steps of a sequence, (N, T) bool; with a mask, those that it keeps
    last_step: Array  # the last step that is read, (N,); -1 where the mask hides all
    outputs: Array  # what last-step mode returns, (N, U)
    differences: Array  # largest over units, from the output for the unpadded one, (N,)
    loss_steps: int  # number of steps that sequence mode averages its loss over
    hidden_steps: int  # number of the sequences' own steps that the mask hides, being all zero

    @property
    def title(self) -> str:
        """The treatment in words: "Padded at the end, with a mask"."""
        place, mask = "end" if self.at_end else "start", "with" if self.masked else "without"
        return f"Padded at the {place}, {mask} a mask"


def lengths(steps: int) -> Array:
    """Return the lengths of the four sequences, (N,): T and three shorter ones, at least 1."""
    return np.maximum(1, np.round(np.array(SHARES) * steps)).astype(int)


def batch(x: Array, at_end: bool) -> tuple[Array, Array]:
    """Cut one sample (T, F) to four lengths and pad it: x (N, T, F), and its own steps (N, T)."""
    steps = len(x)
    padded = np.zeros((len(SHARES), *x.shape), np.float32)
    counts = np.zeros(padded.shape[:2], bool)
    for row, length in enumerate(lengths(steps)):
        place = slice(0, length) if at_end else slice(steps - length, steps)
        padded[row, place] = x[:length]
        counts[row, place] = True
    return padded, counts


def ways(cell: str, weights: Sequence[Array], x: Array) -> list[Padded]:
    """Pad a sample (T, F) cut to four lengths: at the end and start, without and with a mask."""
    steps = len(x)
    unpadded = unroll_stack(cell, weights, x[None])[-1].hidden[0, lengths(steps) - 1]
    treatments = []
    for at_end in (True, False):
        padded, own_steps = batch(x, at_end)
        mask = (padded != 0).any(axis=-1)  # (N, T), as the layer `Masking(0.0)` makes it
        for masked in (False, True):
            counts = mask if masked else own_steps
            hidden = unroll_stack(cell, weights, padded, mask if masked else None)[-1].hidden
            own_last = np.where(counts.any(axis=1), steps - 1 - counts[:, ::-1].argmax(axis=1), -1)
            treatments.append(
                Padded(
                    at_end,
                    masked,
                    counts,
                    last_step=own_last if masked else np.full(len(counts), steps - 1),
                    outputs=hidden[:, -1],
                    differences=np.abs(hidden[:, -1] - unpadded).max(axis=1),
                    loss_steps=int(counts.sum()) if masked else counts.size,
                    hidden_steps=int((own_steps & ~mask).sum()) if masked else 0,
                )
            )
    return treatments
