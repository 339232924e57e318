"""Cards that compare both modes, and layers for which they differ, for results written by hand."""

import numpy as np
import pytest

from lib.charts import proofs
from lib.charts.html import STEPS, enlarged, render
from lib.experiment import Experiment
from lib.recurrence import ROUNDING
from lib.shapes import Leak
from tests.unit.pictures import LIGHT

EXPERIMENT = Experiment().set(U=3)
MODES = {
    "difference": 0.0,
    "sequence": np.full((2, 4, 3), 0.5),
    "prefixes": np.full((4, 3), 0.5),
    "whole": np.full((4, 3), 0.5),
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


def test_a_card_shows_whether_two_results_are_equal():
    """It shows this by a mark and a color. A text replaces a value until Keras returns it."""
    values = ("a − b", 0.0), ("c − d", 0.25), ("e", None)
    differences = tuple(proofs.Difference(*value) for value in values)
    card = proofs.ProofCard("claim", differences, "takeaway", "why")
    page = render("charts/proofs.html", "cards", [card], LIGHT, proofs.WAITING)
    assert "✓ 0.0" in page
    assert "≠ 0.25" in page
    assert page.count(proofs.WAITING) == 1
    assert proofs.Difference("", 1e-7, 1e-6).same  # NumPy and Keras add in different orders.
    assert not proofs.Difference("", 1e-7).same
    assert not proofs.Difference("", float("nan"), 1e-6).same


@pytest.mark.parametrize("result", [None, MODES])
def test_the_cards_of_both_modes_with_and_without_a_result(result):
    """The cards have titles before Keras returns, and their differences afterward."""
    cards = proofs.one_computation(EXPERIMENT, 4, result)
    values = [difference.value for proof in cards for difference in proof.differences]
    assert values == ([None] * 2 if result is None else [0.0] * 2)
    assert ("difference 0.0." in cards[0].takeaway) == (result is not None)
    assert cards[1].takeaway.startswith("Each of the 4 outputs equals")
    sequence = -np.array([[0.1, 0.2], [0.3, 0.4]])  # Seven digits show that both are equal.
    assert proofs.prefix_sentence(sequence, sequence, 1, 1).count("−0.4000000") == 2
    assert "on timestep 1 returns" in proofs.prefix_sentence(sequence, sequence, 1, 0)


def test_modes_that_differ_are_not_called_equal():
    """A rounding error counts as equal; NaN and larger differences don't."""
    for difference, expected in (
        (0.5, "differ by up to 0.5."),
        (1e-8, "difference 10⁻⁸."),
        (np.nan, "the run has diverged."),
    ):
        apart = {"difference": difference, "prefixes": np.full((4, 3), 0.5 + difference)}
        for proof in proofs.one_computation(EXPERIMENT, 4, MODES | apart):
            assert proof.differences[0].same == (difference <= ROUNDING)
            assert proof.takeaway.endswith(expected)
            assert len(proof.takeaway.split()) <= 15


def test_the_difference_of_two_pictures_is_a_picture():
    """The difference of equal outputs is blank. Pictures of unknown outputs keep their size."""
    same = np.array([[0.5, -0.5, 1], [0, 1, 0.25]])
    blank = enlarged(np.full((2, 3), STEPS, np.uint8), LIGHT.signed(STEPS), "height:7.5rem")
    about = {"axis": "timesteps", "missing": proofs.WAITING}
    for one, other, value, images, text in (
        (same, same, 0.0, 3, "✓ 0.0"),
        (same, same + 1e-8, 1e-8, 3, "≠ 10⁻⁸"),
        (None, None, None, 0, proofs.WAITING),
    ):
        sides = proofs.Side("True", "once", one), proofs.Side("False", "often", other)
        proof = proofs.ProofCard("Equal", (proofs.Difference("max", value),), "Same.", "So.")
        page = proofs.equation(sides, proof, LIGHT, start=0, **about)
        assert text in page
        assert page.count("<img") == images
        assert page.count("height:7.5rem") == 3
        assert (blank in page) is (value == 0)


def test_texts_are_never_markup():
    """Templates escape the texts of cards, sides and strips."""
    words, rows = "<i>a & b</i>", np.zeros((2, 3))
    difference, side = proofs.Difference(words, None), proofs.Side(words, words, rows)
    about = {"axis": words, "start": None, "missing": words}
    proof = proofs.ProofCard(words, (difference,), words, words)
    strip = proofs.Strip(words, rows.T, 0, {0: words})
    for page in (
        render("charts/proofs.html", "cards", [proof], LIGHT, words),
        proofs.equation((side, side), proof, LIGHT, **about),
        render("charts/proofs.html", "strips", [strip], proof, words, LIGHT),
    ):
        assert "<i>" not in page
        assert page.count("&lt;i&gt;a &amp; b&lt;/i&gt;") >= 5


def test_every_layer_that_breaks_the_equality_is_measured():
    """Bidirectional, padding and go_backwards have differences for an equal and an unequal pair."""
    measured = proofs.ways_to_break_it(Experiment(), 3, BREAKINGS)
    waiting = proofs.ways_to_break_it(Experiment(), 3, None)
    for (name, case), same, fact in zip(
        measured.items(),
        ([False, True], [False, True], [False], [True, False]),
        (
            "Off by 0.3: last-step mode takes the backward output",
            "by 0.2 without a mask, and by 0.0",
            "Off by 0.7: ",
            "differ by 0.0; after a flip to time order, by 0.6",
        ),
        strict=True,
    ):
        assert [difference.same for difference in case.differences] == same
        assert fact in case.takeaway
        assert waiting[name].title == case.title
        assert "…" in waiting[name].takeaway


def test_a_strip_outlines_the_column_of_each_mode():
    """The sequence's last column and the last-step output have outlines in their modes' colors."""
    made = proofs.Strip("backward", np.full((4, 3), 0.5), 0, {0: "1", 3: "4"})
    proof = proofs.ProofCard("", (proofs.Difference("a − b", None),), "The takeaway.", "Why.")
    page = render("charts/proofs.html", "strips", [made], proof, proofs.NO_ANSWER, LIGHT)
    last, sequence = (f"border:2px solid {color}" for color in (LIGHT.last, LIGHT.sequence))
    assert "left:calc(100%*3.5/4)" in page[: page.index(sequence)]
    assert "left:calc(100%*0.5/4)" in page[: page.index(last)]
    assert proofs.NO_ANSWER in page


def test_the_chart_of_leaked_targets_has_titled_axes_and_hover_texts():
    """Both models' errors (T,) by timestep are on a logarithmic axis."""
    errors = np.array([0.001, 0.003, 1.1])
    figure = proofs.leak_figure(Leak(np.ones(3), errors), LIGHT)
    assert figure.layout.xaxis.title.text == "timestep"
    assert [*figure.layout.xaxis.ticktext] == ["1", "2", "3"]
    assert figure.layout.yaxis.title.text == "mean squared error"
    lines = {line.name: line for line in figure.data}
    np.testing.assert_array_equal(lines["Bidirectional"].y, errors)
    assert [*lines["Bidirectional"].text] == ["0.001", "0.003", "1.1"]
