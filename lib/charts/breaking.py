"""When `sequence[:, -1]` isn't what the last-step mode gives, and how far an output can get."""

from collections.abc import Mapping

import numpy as np

from lib.charts.proofs import Measure, ProofCard
from lib.charts.words import Words
from lib.data import Dataset
from lib.experiment import CELLS, Experiment
from lib.recurrence import highest_output
from lib.shapes import LEAK_EPOCHS, Leak
from lib.text import apart, apart_by, number, readable, signed

Found = Mapping[str, float]
"""Differences by name, as Keras's answer to `breakings` has them; empty until it is there."""


def ways_to_break_it(
    experiment: Experiment, padding: int, answer: Found | None
) -> dict[str, ProofCard]:
    """By name, what makes sequence[:, -1] and last two different things, and what only seems to."""
    found = answer or {}
    return {
        "bidirectional": _bidirectional(found),
        "padding": _padding(found, CELLS[experiment.model.cell].label, padding),
        "zeroed": _zeroed(found),
        "backwards": _backwards(found),
    }


def _off(found: Found, name: str) -> str:
    """How far apart two things are, to be read; dots until it is known."""
    return apart_by(found[name]) if name in found else "…"


def _measures(found: Found, **codes: str) -> tuple[Measure, ...]:
    """The measures of these names, each with what it compares."""
    return tuple(
        Measure(code, float(found[name]) if name in found else None) for name, code in codes.items()
    )


def _bidirectional(found: Found) -> ProofCard:
    off = _off(found, "bidirectional")
    takeaway = f"Off by {off}: last-step mode takes the backward output of step 1."
    if found.get("bidirectional") == 0:
        takeaway = "Both outputs are the same on these samples."
    return ProofCard(
        "Bidirectional",
        _measures(
            found,
            bidirectional="max |sequence[:, -1] − last|",
            bidirectional_rule="max |[forward[:, -1], backward[:, 0]] − last|",
        ),
        takeaway,
        "The layer that reads backwards has read everything at the first timestep. The last step "
        "of its sequence has seen one input; last takes its first. Here its weights are fresh and "
        "untrained.",
    )


def _padding(found: Found, cell: str, steps: int) -> ProofCard:
    masked = "a mask prevents it."
    if found.get("masked_moved"):
        masked = f"with a mask, by {_off(found, 'masked_moved')}."
    takeaway = f"Zeros move the last-step answer by {_off(found, 'padded_moved')}; {masked}"
    which = "and last has seen them"
    if found.get("padded_moved") == 0:
        takeaway, which = "Zeros at the end move nothing here.", "which move nothing here"
    plain, held = found.get("padded", 0.0), found.get("masked", 0.0)
    ends = "In both cases sequence[:, -1] is last."
    if plain or held:
        ends = (
            f"sequence[:, -1] differs from last by {apart_by(plain)} without a mask and "
            f"{apart_by(held)} with one."
        )
    return ProofCard(
        f"Padding: {steps} steps of zeros at the end",
        _measures(
            found,
            padded_moved="without a mask: max |last − unpadded last|",
            masked_moved="with a mask: max |last − unpadded last|",
        ),
        takeaway,
        f"Without a mask the {cell} goes on through the zeros, {which}. A mask holds the state, so "
        f"that last is the last step that counts. {ends}",
    )


def _zeroed(found: Found) -> ProofCard:
    off = _off(found, "zeroed")
    takeaway = f"Off by {off}: the sequence ends in zeros, last-step mode doesn't."
    why = "the difference is the largest output itself."
    if found.get("zeroed") == 0:
        takeaway = "The sequence ends in zeros, and here last-step mode does, too."
        why = "here these outputs are zero themselves."
    return ProofCard(
        "zero_output_for_mask=True",
        _measures(found, zeroed="max |sequence[:, -1] − last|"),
        takeaway,
        "It puts zeros where the sequence would repeat the last output, while last stays what it "
        f"is: {why}",
    )


def _backwards(found: Found) -> ProofCard:
    as_read = "Still the same"
    if found.get("backwards"):
        as_read = f"Off by {_off(found, 'backwards')}"
    off = _off(found, "backwards_flipped")
    takeaway = f"{as_read} in the order read; flipped, off by {off}."
    flipped = "Flip them and it isn't the last any more."
    if found.get("backwards_flipped") == 0:
        takeaway = "Here it is the same output, flipped or not."
        flipped = "Flipped, the last is another one, which has the same value here."
    return ProofCard(
        "go_backwards=True",
        _measures(
            found,
            backwards="max |sequence[:, -1] − last|",
            backwards_flipped="flipped: max |sequence[:, 0] − last|",
        ),
        takeaway,
        "Outputs stand in the order in which the steps were read, not flipped back, so the last "
        f"one has read all of x. {flipped}",
    )


def leak_words(leak: Leak) -> Words:
    """Where the Bidirectional layer has seen its targets, and where it hasn't."""
    seen, honest = readable(leak.both_ways[:-1].mean(), 2), readable(leak.both_ways[-1], 2)
    steps = len(leak.both_ways) - 1
    foretold = f"Noise foretold at {steps} steps, which have seen their target: {seen}"
    takeaway = f"{foretold}; the last: {honest}."
    return takeaway, (
        "Targets are the next values of white noise, so that no honest model can have an error "
        f"below 1. The LSTM has {readable(leak.one_way.mean(), 2)}. A Bidirectional one reads the "
        "next value on its way back, and copies it; only the last step's target stands nowhere in "
        f"the sequence. Recorded: Keras, {LEAK_EPOCHS} epochs each, errors on new samples."
    )


def bound_words(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> Words:
    """How near the outputs (T, U) come to their bound, and what that means for the targets."""
    bound = highest_output(experiment.model.cell, len(hidden))
    most, steps = np.abs(hidden).max(axis=1), len(hidden)
    first, last = number(bound[0]), number(bound[-1])
    rule = "|h| is less than 1 at every step"
    if bound[0] < 1:
        rule = (
            "the size of c grows by less than 1 at each step. So at step t it is below t, and |h| "
            f"below tanh(t): {first} at step 1 and {last} at step {steps}"
        )
    at_first, at_last = (apart(most[k], bound[k])[0] for k in (0, -1))
    details = [
        f"From a zero state, {rule}. The furthest unit here is at {at_first} at step 1 and at "
        f"{at_last} at step {steps}."
    ]
    if (most >= bound.astype(np.float32)).any():
        details.append("Units at their bound are there only because of rounding to 32 bits.")
    step = int(np.argmax(most))
    furthest = apart(most[step], bound[step])[0]
    takeaway = f"No output can reach 1: the furthest here gets to {furthest}."
    if experiment.model.head == "dense":
        reach = readable(np.abs(dataset.y).max())
        details.append(
            f"The Dense head stretches these outputs, so that targets up to {reach} can be reached."
        )
    elif missed := _out_of_reach(dataset, bound):
        takeaway, why = missed
        details.append(why)
    if not np.isfinite(most).all():
        takeaway = "Some of the outputs aren't numbers any more."
    return takeaway, " ".join(details)


def _out_of_reach(dataset: Dataset, bound: np.ndarray) -> Words | None:
    """Which targets no weights reach where outputs are the predictions; None if none."""
    beyond = np.abs(dataset.y).max(axis=(0, 2)) - bound  # (T,)
    missed = np.argsort(-beyond, kind="stable")[: (beyond >= 0).sum()]  # the furthest first
    if not len(missed):
        return None
    step, limit = missed[0], number(bound[missed[0]])
    targets = dataset.y[:, step].ravel()
    furthest = targets[np.argmax(np.abs(targets))]
    sign = "±" if (targets <= -bound[step]).any() else ""
    varies = bound[0] != bound[-1]
    at = f" at step {step + 1}" if varies else ""
    why = (
        f"Without a head the outputs are the predictions: targets of {sign}{limit} or more{at} are "
        f"out of reach (here up to {sign}{number(abs(furthest))}), whatever the weights."
    )
    if varies and len(missed) > 1:
        why += f" So it is at {len(missed)} of {len(bound)} steps, by the bound of each."
    target = f"A target of {signed(furthest)} at step {step + 1}"
    return f"{target} is out of reach: |h| is below {limit} there.", why
