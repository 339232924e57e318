"""An order of the units in which neighbours move alike."""

import numpy as np


def by_similarity(hidden: np.ndarray) -> np.ndarray:
    """Indexes of the units, (U,): each is followed by the one most like it of those left.

    The first is the one that is highest on average. Likeness is the distance of the traces, which
    are states of one sample, (T, U).
    """
    traces = np.nan_to_num(np.asarray(hidden, np.float64)).T
    squares = (traces**2).sum(axis=1)
    distance = squares[:, None] + squares[None, :] - 2 * traces @ traces.T
    left = np.ones(len(traces), bool)
    order = [int(np.argmax(traces.mean(axis=1)))]
    for _ in range(len(traces) - 1):
        left[order[-1]] = False
        order.append(int(np.argmin(np.where(left, distance[order[-1]], np.inf))))
    return np.array(order)
