"""Why the modes learn differently, in words: how far gradients reach, what moves what, padding."""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.recurrence import ROUNDING, Padded, lengths
from lib.text import beside, counted, number, readable

_LOSSES = {"sequence": "over all steps", "last": "at the last step"}
"""What each mode's loss is of."""
_SAID = beside(__file__)
_WHERE = _SAID["where"]
ROOM: str = _SAID["room"]
"""As long as the longest takeaway of these."""


def reach_takeaway(norms: Mapping[str, np.ndarray]) -> str:
    """Which loss has the larger gradient at the first step, and how many times as large it is."""
    first = {mode: float(norms[mode][0]) for mode in _LOSSES}
    more, less = sorted(first, key=lambda mode: -first[mode])
    if not np.isfinite(list(first.values())).all():
        return "Some of the gradients at step 1 aren't numbers."
    if not first[more]:
        return "Neither loss has a gradient at step 1."
    if not first[less]:
        return f"Only the loss {_LOSSES[more]} has a gradient at step 1."
    times = _times(first[more] / first[less])
    if times == "1":
        return "Both losses have a gradient of about the same size at step 1."
    return f"At step 1, the loss {_LOSSES[more]} has {times} times the other's gradient."


def reach_sentence(norms: Mapping[str, np.ndarray]) -> str:
    """How much of each loss's gradient is left at the first step, (T,) each."""
    parts = []
    for mode, about in _LOSSES.items():
        values = np.asarray(norms[mode], np.float64)
        if not np.isfinite(values).all():
            parts.append(f"The loss {about} has gradients that aren't numbers.")
            continue
        if not values.any():
            parts.append(f"No hidden state moves the loss {about}: every gradient is 0.")
            continue
        first, last = float(values[0]), float(values[-1])
        against = f"at step {len(values)} it is {readable(last)}"
        if first > 0 and last > 0:
            against = f"{_as_much(first / last)} what it is at step {len(values)}"
        words = {"about": about, "first": readable(first), "against": against}
        parts.append(_SAID["reach"].format(peak=np.argmax(values) + 1, **words))
    return " ".join(parts)


def _as_much(ratio: float) -> str:
    """A ratio of two gradients of one loss, since each loss's mean has its own number of terms."""
    if ratio >= 1:
        return f"{_times(ratio)} times"
    if ratio < 1e-6:
        return "less than a millionth of"
    return f"{number(100 * ratio)}% of" if ratio >= 0.0001 else f"1/{_times(1 / ratio)} of"


def _times(ratio: float) -> str:
    """A ratio with no more than three digits that count, up to a million."""
    return number(float(f"{ratio:.3g}")) if ratio < 1e6 else "1,000,000+"


def influence_takeaway(one_way: np.ndarray, both_ways: np.ndarray) -> str:
    """In how many pairs an input moves an earlier output, without backward layers and with them."""
    if not (np.isfinite(one_way).all() and np.isfinite(both_ways).all()):
        return "Some of the gradients aren't numbers."
    if not (one_way.any() or both_ways.any()):
        return "No input moves any output: every gradient is 0."
    (here, pairs), (there, _) = map(_moved_by_later, (one_way, both_ways))
    one, both = (f"{moved:,}" if moved else "none" for moved in (here, there))
    of = counted(pairs, "pair")
    return f"Later inputs move outputs in {one} of {of}; Bidirectional: in {both}."


def _moved_by_later(influence: np.ndarray) -> tuple[int, int]:
    """In how many pairs an output is moved by an input after it, and of how many."""
    later = influence[np.triu_indices(len(influence), 1)] > 0
    return int(later.sum()), len(later)


def influence_sentence(influence: np.ndarray, columns: int, targets: int, both_ways: bool) -> str:
    """Whether any output is moved by an input after it: a map (T, T), outputs by inputs."""
    which = "" if columns == targets else f" (of {columns} of {targets} output columns)"
    model = f"{'Bidirectional' if both_ways else 'One direction'}{which}"
    if not np.isfinite(influence).all():
        return f"{model}: some of the gradients aren't numbers."
    if not influence.any():
        return f"{model}: no input moves any output: every gradient is 0."
    later, pairs = _moved_by_later(influence)
    says = _SAID["moved_by_later" if later else "not_by_later"].format(later=later, pairs=pairs)
    first = readable(float(influence[-1, 0]))
    return f"{model}: {says}. The first input moves the last output by {first}."


def padding_takeaway(ways: Sequence[Padded]) -> str:
    """How far padding moves the last-step mode's answer for the shortest sequence, at most."""
    plain, masked = (
        max(float(way.differences[-1]) for way in ways if way.masked is with_mask)
        for with_mask in (False, True)
    )
    if not np.isfinite([plain, masked]).all():
        return "Some of the answers aren't numbers."
    moved, when_masked = _moved_by(plain), _moved_by(masked)
    rest = ", masked or not" if moved == when_masked else f"; masked, {when_masked}"
    return f"Padding moves the shortest sequence's answer {moved}{rest}."


def _moved_by(most: float) -> str:
    if most <= ROUNDING:
        return "not at all"
    return "hardly" if most < 1e-5 else f"by up to {number(most)}"


def padding_sentence(ways: Sequence[Padded]) -> str:
    """Where the last step is, and by how much the shortest sequence's answer is off."""
    steps = ways[0].counts.shape[1]
    parts = []
    for way in ways:
        place = "own" if way.loss_steps else "none_counts"
        where = _WHERE[place if way.masked else "without_mask"].format(
            steps=steps,
            nonzero=_WHERE["nonzero"] if way.hidden_steps else "",
            none=_WHERE["none"] if (way.last_step < 0).any() else "",
        )
        off = float(way.differences[-1])
        kind = "off" if not off <= ROUNDING else "stays_zero" if way.stays_zero else "same"
        answer = _SAID["answer"][kind].format(off=readable(off))
        parts.append(_SAID["way"].format(title=way.title, where=where, answer=answer))
    if hidden := max(way.hidden_steps for way in ways):
        parts.append(_SAID["hidden"].format(hidden=hidden, total=lengths(steps).sum()))
    if not all(way.loss_steps for way in ways):
        parts.append(_SAID["none_count"])
    return " ".join(parts)
