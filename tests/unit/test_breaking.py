"""What breaks the equality of the modes, and how far outputs get: with answers made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lib.charts.breaking import bound_told, ways_to_break_it
from lib.charts.formulas import bound_picture
from lib.charts.palette import PALETTES
from lib.charts.proofs import Measure, Strip, strips
from lib.data.datasets import make_dataset, settle
from lib.experiment.experiment import Experiment

LIGHT = PALETTES["light"]

BREAKINGS = {
    "bidirectional": 0.3,
    "bidirectional_rule": 0.0,
    "padded": 0.0,
    "padded_moved": 0.2,
    "masked": 0.0,
    "masked_moved": 0.0,
    "zeroed": 0.7,
    "backwards": 0.0,
    "backwards_flipped": 0.6,
}


def test_every_breaking_is_measured_and_mended() -> None:
    """Bidirectional, padding and go_backwards have both: what differs, and what doesn't."""
    proofs = ways_to_break_it(Experiment(), 3, BREAKINGS)
    assert [[measure.same for measure in proof.measures] for proof in proofs.values()] == [
        [False, True],
        [False, True],
        [False],
        [True, False],
    ]


def test_a_breaking_that_breaks_nothing_is_not_said_to() -> None:
    """Where all outputs are zero, what is said of a difference would contradict its figure."""
    usual = ways_to_break_it(Experiment(), 3, BREAKINGS)
    assert [way.takeaway for way in usual.values()] == [
        "Off by 0.3: last-step mode takes the backward output of step 1.",
        "Zeros move the last-step answer by 0.2; a mask prevents it.",
        "Off by 0.7: the sequence ends in zeros, last-step mode doesn't.",
        "Still the same in the order read; flipped, off by 0.6.",
    ]
    assert usual == {
        name: replace(proof, measures=usual[name].measures, takeaway=usual[name].takeaway)
        for name, proof in ways_to_break_it(Experiment(), 3, None).items()
    }
    apart = ways_to_break_it(Experiment(), 3, BREAKINGS | {"masked": 0.5})["padding"].why
    assert "differs from last by 0 without a mask and 0.5 with one." in apart
    faint = ways_to_break_it(Experiment(), 3, BREAKINGS | {"masked": 5e-7})["padding"].why
    assert "0 without a mask and less than a millionth with one." in faint
    none = ways_to_break_it(Experiment(), 3, dict.fromkeys(BREAKINGS, 0.0)).values()
    reasons = " ".join(proof.why for proof in none)
    assert not any("ff by" in proof.takeaway or "by 0" in proof.takeaway for proof in none)
    for wrong in ("has seen them", "the difference is", "it isn't the last any more"):
        assert wrong not in reasons


def test_raw_targets_are_out_of_reach_without_a_head() -> None:
    """The worked example asks for 208 where 0.964 is the most."""
    experiment = settle(Experiment().set(data="worked_raw"))
    sentence = bound_told(experiment, make_dataset(experiment), np.full((2, 4), 0.5))[1]
    assert "|h| below tanh(t): 0.762 at step 1 and 0.964 at step 2" in sentence
    assert "targets of 0.964 or more at step 2 are out of reach (here up to 208)" in sentence
    assert "So it is at 2 of 2 steps, by the bound of each." in sentence
    assert bound_told(experiment, make_dataset(experiment), np.full((2, 4), 0.5))[0] == (
        "A target of 208 at step 2 is out of reach: |h| is below 0.964 there."
    )
    scaled = settle(Experiment().set(data="worked_scaled", cell="gru"))
    sentence = bound_told(scaled, make_dataset(scaled), np.full((2, 4), 0.5))[1]
    assert "|h| is less than 1 at every step. The furthest" in sentence
    assert "can be reached" in sentence


def test_a_target_is_held_against_the_bound_of_its_own_step() -> None:
    """An LSTM's is lower at first, and no bound itself is ever reached."""
    experiment = settle(Experiment().set(data="worked_raw"))
    dataset = make_dataset(experiment)
    hidden = np.full((2, 4), 0.5)

    def sentence(cell: str, *targets: float) -> str:
        y = np.zeros_like(dataset.y) + np.array(targets, np.float32)[:, None]
        return bound_told(experiment.set(cell=cell), replace(dataset, y=y), hidden)[1]

    assert "targets of 0.762 or more at step 1 are out of reach (here up to 0.9)" in sentence(
        "lstm", 0.9, 0.9
    )
    assert "out of reach" not in sentence("lstm", 0.7, 0.9)
    assert "targets of ±1 or more are out of reach (here up to ±1)" in sentence("gru", 0, -1)
    assert "out of reach" not in sentence("gru", 0.9, -0.99)


def test_a_value_at_its_bound_is_there_by_rounding() -> None:
    """Nothing exact is; and what only looks like it in three digits has more."""
    experiment = settle(Experiment().set(data="worked_raw", cell="gru"))
    dataset = make_dataset(experiment)
    rounded = np.ones((2, 4), np.float32)
    sentence = bound_told(experiment, dataset, rounded)[1]
    assert "is at 1 at step 1 and at 1 at step 2. Units at their bound are there only" in sentence
    reachable = experiment.set(head="dense")
    assert bound_told(reachable, dataset, rounded)[0] == (
        "No output can reach 1: the furthest here gets to 1."
    )
    assert bound_told(reachable, dataset, rounded / 2)[0].endswith("here gets to 0.5.")
    lost = bound_told(reachable, dataset, rounded * np.nan)[0]
    assert lost == "Some of the outputs aren't numbers any more."
    sentence = bound_told(experiment, dataset, rounded * np.float32(0.9999))[1]
    assert "is at 0.9999 at step 1" in sentence
    assert "rounding" not in sentence


def test_the_bound_is_drawn_above_the_states() -> None:
    """Each unit while there are few, else the furthest; nothing breaks on what isn't a number."""
    few = bound_picture(np.full((5, 4), 0.5), np.ones(5), "words", LIGHT)
    assert "every unit" in few
    many = bound_picture(np.full((5, 40), np.nan), np.ones(5), "words", LIGHT)
    assert "every unit" not in many


def test_a_strip_outlines_what_each_mode_takes() -> None:
    """The sequence's last column, and the one of the last-step mode, in their colours."""
    made = Strip("backward", np.full((4, 3), 0.5), 0, {0: "1", 3: "4"})
    page = strips([made], (Measure("a − b", None),), "not yet", "what is seen", LIGHT)
    last, sequence = (f"border:2px solid {color}" for color in (LIGHT.last, LIGHT.sequence))
    assert "left:calc(100%*3.5/4)" in page[: page.index(sequence)]
    assert "left:calc(100%*0.5/4)" in page[: page.index(last)]
    assert "not yet" in page
    assert 'aria-label="what is seen"' in page
