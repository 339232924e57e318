"""What Keras measured, and what breaks the equality of the modes: with answers made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from lib.charts import proofs
from lib.charts.breaking import bound_words, ways_to_break_it
from lib.charts.formulas import bound_picture
from lib.charts.html import STEPS, enlarged
from lib.data import make_dataset, settle
from lib.experiment import Experiment
from lib.recurrence import ROUNDING
from tests.unit.pictures import LIGHT

EXPERIMENT = Experiment().set(U=3)
MODES = {
    "difference": 0.0,
    "sequence": np.full((2, 4, 3), 0.5),
    "prefixes": np.full((4, 3), 0.5),
    "whole": np.full((4, 3), 0.5),
    "states": (np.full((2, 3), 0.5), np.full((2, 3), 3.25)),
}
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


def test_a_card_says_whether_two_things_are_one():
    """In words and by a mark, not by colour alone; while Keras computes it says so."""
    measures = (
        proofs.Measure("a − b", 0.0),
        proofs.Measure("c − d", 0.25),
        proofs.Measure("e", None),
    )
    page = proofs.proof_cards(
        [proofs.ProofCard("claim", measures, "so", "why")], LIGHT, proofs.WAITING
    )
    assert "✓ 0.0" in page
    assert "≠ 0.25" in page
    assert page.count(proofs.WAITING) == 1
    assert proofs.Measure("", 1e-7, 1e-6).same  # NumPy and Keras add in different orders
    assert not proofs.Measure("", 1e-7).same
    assert not proofs.Measure("", float("nan"), 1e-6).same


@pytest.mark.parametrize("answer", [None, MODES])
def test_the_modes_are_one_with_and_without_an_answer(answer):
    """The cards have the same titles, so that nothing jumps when the answer comes."""
    differs = 1e-7 if answer else None
    cards = (
        *proofs.one_computation(EXPERIMENT, 4, answer),
        *proofs.also_measured(EXPERIMENT, answer, differs),
    )
    values = [measure.value for proof in cards for measure in proof.measures]
    assert values == ([None] * 4 if answer is None else [0.0, 0.0, 1e-7, 0.0])
    assert ("they differ by 0.0." in cards[0].takeaway) == (answer is not None)
    assert cards[1].takeaway.startswith("One sequence holds 4 last-step answers")
    assert cards[2].measures[0].of == "max |NumPy − Keras| / max(1, max |Keras|)"
    assert "relative to the largest" in cards[2].why
    assert "h stays between −1 and 1, but c can grow beyond that" in cards[3].why
    assert ("here the largest |c| is 3.25" in cards[3].why) == (answer is not None)
    gru = proofs.also_measured(EXPERIMENT.set(cell="gru"), None, None)[1]
    assert gru.takeaway == "GRU(3, return_state=True) returns [out, h]."
    assert "c" not in gru.why.split()


@pytest.mark.parametrize(
    ("difference", "ends", "answers"),
    [
        (0.5, "The two modes end up to 0.5 apart.", "The 4 answers are up to 0.5 apart."),
        (1e-8, "the same numbers but for rounding (less than a", "last-step answers but for round"),
        (np.nan, "Some of the outputs aren't numbers any more", "Some of the outputs aren't num"),
    ],
)
def test_modes_that_differ_are_not_called_one(difference, ends, answers):
    """But for rounding, which is called that; and what is no number is."""
    apart = {"difference": difference, "prefixes": np.full((4, 3), 0.5 + difference)}
    cards = proofs.one_computation(EXPERIMENT, 4, MODES | apart)
    for proof, words in zip(cards, (ends, answers), strict=True):
        assert proof.measures[0].same == (difference <= ROUNDING)
        assert words in proof.takeaway
        assert len(proof.takeaway.split()) <= 15


def test_the_difference_of_two_pictures_is_a_picture():
    """Blank where they are the same; before they are known all have their room."""
    same = np.array([[0.5, -0.5, 1], [0, 1, 0.25]])
    blank = enlarged(np.full((2, 3), STEPS, np.uint8), LIGHT.signed(STEPS), "height:7.5rem")
    about = {
        "palette": LIGHT,
        "sentence": "seen",
        "columns": "timesteps",
        "missing": proofs.WAITING,
    }
    for one, other, value, images, said in (
        (same, same, 0.0, 3, "✓ 0.0"),
        (same, same + 1e-8, 1e-8, 3, "≠ less than a millionth"),
        (None, None, None, 0, proofs.WAITING),
    ):
        sides = proofs.Side("True", "once", one), proofs.Side("False", "often", other)
        page = proofs.equation(*sides, proofs.Measure("max", value), start=0, **about)
        assert said in page
        assert page.count("<img") == images
        assert page.count("height:7.5rem") == 3
        assert (blank in page) is (value == 0)


def test_words_are_never_markup():
    """Templates write them out as they are: of a card, of a side, of a strip and below it."""
    words, rows = "<i>a & b</i>", np.zeros((2, 3))
    measure, side = proofs.Measure(words, None), proofs.Side(words, words, rows)
    about = {"sentence": words, "columns": words, "palette": LIGHT, "missing": words}
    for page in (
        proofs.proof_cards([proofs.ProofCard(words, (measure,), words, words)], LIGHT, words),
        proofs.equation(side, side, measure, **about),
        proofs.strips([proofs.Strip(words, rows.T, 0, {0: words})], [measure], words, words, LIGHT),
    ):
        assert "<i>" not in page
        assert page.count("&lt;i&gt;a &amp; b&lt;/i&gt;") >= 5


@pytest.mark.parametrize(
    ("differs", "same", "takeaway"),
    [
        (0.0, True, "give the same numbers."),
        (1e-7, True, "but for rounding (less than a millionth)."),
        (1.49e-4, True, "rounding can grow from step to step."),
        (2.0, False, "differ by 2."),
        (np.nan, False, "the run has diverged."),
    ],
)
def test_numpy_and_keras_are_compared(differs, same, takeaway):
    """What rounding can't explain isn't called the same."""
    proof = proofs.also_measured(Experiment(), MODES, differs)[0]
    assert proof.measures[0].same == same
    assert proof.takeaway.endswith(takeaway)


def test_a_prefix_is_said_with_both_numbers():
    """Seven digits, so that equality is seen, and the sign of the picture's numbers."""
    sequence = -np.array([[0.1, 0.2], [0.3, 0.4]])
    said = proofs.prefix_sentence(sequence, sequence, 1, 1, "Keras")
    assert said.startswith("Keras: return_sequences=True gives unit 2 at timestep 2 the value")
    assert "return_sequences=False on the first 2 timesteps gives it" in said
    assert said.count("−0.4000000") == 2


# What breaks it


def test_every_breaking_is_measured_and_mended():
    """Bidirectional, padding and go_backwards have both: what differs, and what doesn't."""
    found = ways_to_break_it(Experiment(), 3, BREAKINGS)
    waiting = ways_to_break_it(Experiment(), 3, None)
    for (name, way), same, takeaway in zip(
        found.items(),
        ([False, True], [False, True], [False], [True, False]),
        (
            "Off by 0.3: last-step mode takes the backward output of step 1.",
            "Zeros move the last-step answer by 0.2; a mask prevents it.",
            "Off by 0.7: the sequence ends in zeros, last-step mode doesn't.",
            "Still the same in the order read; flipped, off by 0.6.",
        ),
        strict=True,
    ):
        assert [measure.same for measure in way.measures] == same
        assert way.takeaway == takeaway
        assert (waiting[name].title, waiting[name].why) == (way.title, way.why)


def test_a_breaking_that_breaks_nothing_is_not_said_to():
    """Where all outputs are zero, what is said of a difference would contradict its figure."""
    why = ways_to_break_it(Experiment(), 3, BREAKINGS | {"masked": 5e-7})["padding"].why
    assert "differs from last by 0 without a mask and less than a millionth with one." in why
    for way in ways_to_break_it(Experiment(), 3, dict.fromkeys(BREAKINGS, 0.0)).values():
        for wrong in ("ff by", "has seen them", "the difference is", "it isn't the last any more"):
            assert wrong not in way.takeaway + way.why
        assert "by 0" not in way.takeaway


def raw_example(cell="lstm", head="none", targets=None):
    """The worked example, which asks for up to 208, maybe with other targets by timestep."""
    experiment = settle(Experiment().set(data="worked_raw", cell=cell)).set(head=head)
    dataset = make_dataset(experiment)
    if targets:
        y = np.zeros_like(dataset.y) + np.array(targets, np.float32)[:, None]
        dataset = replace(dataset, y=y)
    return experiment, dataset


@pytest.mark.parametrize(
    ("cell", "targets", "says"),
    [
        ("lstm", None, "targets of 0.964 or more at step 2 are out of reach (here up to 208)"),
        ("lstm", None, "So it is at 2 of 2 steps, by the bound of each."),
        ("lstm", (0.9, 0.9), "targets of 0.762 or more at step 1 are out of reach (here up to 0.9"),
        ("lstm", (0.7, 0.9), ""),
        ("gru", (0, -1), "targets of ±1 or more are out of reach (here up to ±1)"),
        ("gru", (0.9, -0.99), ""),
    ],
)
def test_a_target_is_held_against_the_bound_of_its_own_step(cell, targets, says):
    """An LSTM's is lower at first, and no bound itself is ever reached."""
    takeaway, details = bound_words(*raw_example(cell, targets=targets), np.full((2, 4), 0.5))
    assert says in details
    assert ("out of reach" in details) is bool(says)
    assert ("is out of reach: |h| is below" in takeaway) is bool(says)


@pytest.mark.parametrize(
    ("head", "value", "says"),
    [
        ("none", 1, "is at 1 at step 1 and at 1 at step 2. Units at their bound are there only"),
        ("none", 0.9999, "is at 0.9999 at step 1"),  # looks like 1 in three digits
        ("dense", 1, "No output can reach 1: the furthest here gets to 1."),
        ("dense", 0.5, "No output can reach 1: the furthest here gets to 0.5."),
        ("dense", 1, "can be reached"),
        ("dense", np.nan, "Some of the outputs aren't num"),
    ],
)
def test_a_value_at_its_bound_is_there_by_rounding(head, value, says):
    """Nothing exact is."""
    said = " ".join(bound_words(*raw_example("gru", head), np.full((2, 4), value, np.float32)))
    assert says in said
    assert ("Units at their bound" in said) is (value == 1)


def test_the_bound_is_drawn_above_the_states():
    """Each unit while there are few, else the furthest; nothing breaks on what isn't a number."""
    assert "every unit" in bound_picture(np.full((5, 4), 0.5), np.ones(5), "words", LIGHT)
    assert "every unit" not in bound_picture(np.full((5, 40), np.nan), np.ones(5), "words", LIGHT)


def test_a_strip_outlines_what_each_mode_takes():
    """The sequence's last column, and the one of the last-step mode, in their colours."""
    made = proofs.Strip("backward", np.full((4, 3), 0.5), 0, {0: "1", 3: "4"})
    page = proofs.strips(
        [made], (proofs.Measure("a − b", None),), proofs.NO_ANSWER, "what is seen", LIGHT
    )
    last, sequence = (f"border:2px solid {color}" for color in (LIGHT.last, LIGHT.sequence))
    assert "left:calc(100%*3.5/4)" in page[: page.index(sequence)]
    assert "left:calc(100%*0.5/4)" in page[: page.index(last)]
    assert proofs.NO_ANSWER in page
    assert 'aria-label="what is seen"' in page
