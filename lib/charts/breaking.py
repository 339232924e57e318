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


def ways_to_break_it(
    experiment: Experiment, padding: int, answer: Mapping[str, float] | None
) -> dict[str, ProofCard]:
    """By name, what makes sequence[:, -1] and last two different things, and what only seems to."""
    found = answer or {}

    def off(name: str) -> str:
        if name not in found:
            return "…"
        return apart_by(found[name]) if found[name] else "0.0"

    def measure(name: str, code: str) -> Measure:
        return Measure(code, float(found[name]) if name in found else None)

    sequence_off = "max |sequence[:, -1] − last|"
    return {
        "bidirectional": ProofCard(
            "Bidirectional",
            (
                measure("bidirectional", sequence_off),
                measure("bidirectional_rule", "max |[forward[:, -1], backward[:, 0]] − last|"),
            ),
            f"Off by {off('bidirectional')}: last-step mode takes the backward output of step 1.",
            "The layer that reads backwards has read everything at the first timestep. The last "
            "step of its sequence has seen one input; last takes its first. Here its weights are "
            "fresh and untrained.",
        ),
        "padding": ProofCard(
            f"Padding: {padding} steps of zeros at the end",
            (
                measure("padded_moved", "without a mask: max |last − unpadded last|"),
                measure("masked_moved", "with a mask: max |last − unpadded last|"),
            ),
            f"Zeros move the last-step answer by {off('padded_moved')}; with a mask, by "
            f"{off('masked_moved')}.",
            f"Without a mask the {CELLS[experiment.model.cell].label} goes on through the zeros. A "
            "mask holds the state, so that last is the last step that counts. In both cases "
            f"sequence[:, -1] is last (off by {off('padded')} and {off('masked')}).",
        ),
        "zeroed": ProofCard(
            "zero_output_for_mask=True",
            (measure("zeroed", sequence_off),),
            f"Off by {off('zeroed')}: the sequence ends in zeros, last-step mode doesn't.",
            "It puts zeros where the sequence would repeat the last output, while last stays what "
            "it is: the difference is the largest output itself.",
        ),
        "backwards": ProofCard(
            "go_backwards=True",
            (
                measure("backwards", sequence_off),
                measure("backwards_flipped", "flipped: max |sequence[:, 0] − last|"),
            ),
            f"Off by {off('backwards')} in the order read; flipped, by {off('backwards_flipped')}.",
            "Outputs stand in the order in which the steps were read, not flipped back, so the "
            "last one has read all of x. Flipped, the last is another one.",
        ),
    }


def leak_words(leak: Leak) -> Words:
    """Where the Bidirectional layer has seen its targets, and where it hasn't."""
    seen, honest = readable(leak.both_ways[:-1].mean(), 2), readable(leak.both_ways[-1], 2)
    steps = len(leak.both_ways) - 1
    takeaway = f"Noise foretold at {steps} steps, which have seen their target: {seen}; the last: "
    return f"{takeaway}{honest}.", (
        "Targets are the next values of white noise, so that no honest model can have an error "
        f"below 1. The LSTM has {readable(leak.one_way.mean(), 2)}. A Bidirectional one reads the "
        "next value on its way back, and copies it; only the last step's target stands nowhere in "
        f"the sequence. Recorded: Keras, {LEAK_EPOCHS} epochs each, errors on new samples."
    )


def bound_words(experiment: Experiment, dataset: Dataset, hidden: np.ndarray) -> Words:
    """How near the outputs (T, U) come to their bound, and what that means for the targets."""
    bound = highest_output(experiment.model.cell, len(hidden))
    most, steps = np.abs(hidden).max(axis=1), len(hidden)
    if not np.isfinite(most).all():
        return "Some of the outputs aren't numbers any more.", ""
    rule = "|h| is less than 1 at every step"
    if bound[0] < 1:
        rule = (
            f"c grows by less than 1 at each step, so |h| is below tanh(t): {number(bound[0])} at "
            f"step 1 and {number(bound[-1])} at step {steps}"
        )
    step = int(np.argmax(most))
    furthest = apart(most[step], bound[step])[0]
    takeaway = f"No output can reach 1: the furthest here gets to {furthest}."
    details = f"From a zero state, {rule}. The furthest unit here gets to {furthest}."
    beyond = np.abs(dataset.y).max(axis=(0, 2)) - bound  # (T,)
    step = int(np.argmax(beyond))
    if experiment.model.head == "dense":
        reach = readable(np.abs(dataset.y).max())
        details += f" The Dense head stretches outputs, so that targets up to {reach} are in reach."
    elif beyond[step] >= 0:
        targets = dataset.y[:, step].ravel()
        target, limit = signed(targets[np.argmax(np.abs(targets))]), number(bound[step])
        takeaway = f"A target of {target} at step {step + 1} is out of reach: |h| is below {limit}."
        details += (
            " Without a head the outputs are the predictions: targets whose size is "
            f"{limit} or more at step {step + 1} are out of reach, whatever the weights."
        )
    return takeaway, details
