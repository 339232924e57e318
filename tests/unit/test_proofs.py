"""What Keras measured, as cards and sentences: here with answers made by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lib.charts.html import STEPS, enlarged
from lib.charts.palette import PALETTES
from lib.charts.proofs import (
    NO_ANSWER,
    WAITING,
    Measure,
    ProofCard,
    Side,
    Strip,
    also_measured,
    equation,
    one_computation,
    prefix_sentence,
    proof_cards,
    questions_sentence,
    strips,
)
from lib.experiment.experiment import Experiment
from lib.recurrence.agreement import Agreement
from lib.recurrence.padded import ROUNDING

LIGHT = PALETTES["light"]

MODES = {
    "difference": 0.0,
    "sequence": np.full((2, 4, 3), 0.5),
    "prefixes": np.full((4, 3), 0.5),
    "whole": np.full((4, 3), 0.5),
    "states": (np.full((2, 3), 0.5), np.full((2, 3), 3.25)),
}


def test_a_card_says_whether_two_things_are_one() -> None:
    """In words and by a mark, not by colour alone; while Keras computes it says so."""
    made = ProofCard(
        "claim", (Measure("a − b", 0.0), Measure("c − d", 0.25), Measure("e", None)), "so", "why"
    )
    page = proof_cards([made], LIGHT, WAITING)
    assert "✓ 0.0" in page
    assert "≠ 0.25" in page
    assert page.count(WAITING) == 1
    page = proof_cards([made], LIGHT, NO_ANSWER)
    assert page.count(NO_ANSWER) == 1
    assert WAITING not in page


def test_rounding_is_close_enough_where_it_must_be() -> None:
    """NumPy and Keras add in different orders."""
    assert Measure("", 1e-7, 1e-6).same
    assert not Measure("", 1e-7).same
    assert not Measure("", float("nan"), 1e-6).same


@pytest.mark.parametrize("answer", [None, MODES])
def test_the_modes_are_one_with_and_without_an_answer(answer: dict | None) -> None:
    """The cards have the same titles, so that nothing jumps when the answer comes."""
    proofs = [
        *one_computation(Experiment().set(U=3), 4, answer),
        *also_measured(Experiment().set(U=3), answer, answer and Agreement(1e-7)),
    ]
    values = [measure.value for proof in proofs for measure in proof.measures]
    assert values == ([None] * 4 if answer is None else [0.0, 0.0, 1e-7, 0.0])
    assert ("they differ by 0.0." in proofs[0].takeaway) == (answer is not None)
    assert proofs[1].takeaway.startswith("One sequence holds 4 last-step answers")
    assert "h stays between −1 and 1, but c can grow beyond that" in proofs[3].why
    assert ("here the largest |c| is 3.25" in proofs[3].why) == (answer is not None)


def said_of_modes(difference: float, prefixes: float) -> list[str]:
    """The takeaways where the modes' ends and their prefixes are so far apart."""
    apart = MODES | {"difference": difference, "prefixes": np.full((4, 3), 0.5 + prefixes)}
    proofs = one_computation(Experiment().set(U=3), 4, apart)
    assert [proof.measures[0].same for proof in proofs] == [
        value <= ROUNDING for value in (difference, prefixes)
    ]
    assert all(len(proof.takeaway.split()) <= 15 for proof in proofs)
    return [proof.takeaway for proof in proofs]


def test_modes_that_differ_are_not_called_one() -> None:
    """But for rounding, which is called that; and what is no number is."""
    assert said_of_modes(0.5, 0.25) == [
        "The two modes end up to 0.5 apart.",
        "The 4 answers are up to 0.25 apart.",
    ]
    assert said_of_modes(1e-8, 1e-8) == [
        "The two modes end in the same numbers but for rounding (less than a millionth).",
        "One sequence holds 4 last-step answers but for rounding (less than a millionth).",
    ]
    assert set(said_of_modes(np.nan, np.nan)) == {"Some of the outputs aren't numbers any more."}


def test_the_difference_of_two_pictures_is_a_picture() -> None:
    """Blank where they are the same; before they are known all have their room."""
    same = np.array([[0.5, -0.5, 1], [0, 1, 0.25]])
    made = {
        "palette": LIGHT,
        "sentence": "what is seen",
        "columns": "timesteps",
        "start": 0,
    }

    def page(rows: np.ndarray | None, other: np.ndarray | None, value: float | None) -> str:
        sides = Side("True", "once", rows), Side("False", "often", other)
        return equation(*sides, Measure("max", value), missing=WAITING, **made)

    known, waiting = page(same, same, 0.0), page(None, None, None)
    assert "✓ 0.0" in known
    assert WAITING in waiting
    assert (known.count("<img"), waiting.count("<img")) == (3, 0)
    assert known.count("height:7.5rem") == waiting.count("height:7.5rem") == 3
    blank = enlarged(np.full((2, 3), STEPS, np.uint8), LIGHT.signed(STEPS), "height:7.5rem")
    assert blank in known
    apart = page(same, same + 1e-8, 1e-8)
    assert "≠ less than a millionth" in apart
    assert blank not in apart


def test_words_are_never_markup() -> None:
    """Templates write them out as they are: of a card, of a side, of a strip and below it."""
    words, rows = "<i>a & b</i>", np.zeros((2, 3))
    measure, side = Measure(words, None), Side(words, words, rows)
    card = ProofCard(words, (measure,), words, words)
    made = {"sentence": words, "columns": words, "palette": LIGHT, "missing": words}
    pages = [
        proof_cards([card], LIGHT, words),
        equation(side, side, measure, **made),
        strips([Strip(words, rows.T, 0, {0: words})], [measure], words, words, LIGHT),
    ]
    for page in pages:
        assert "<i>" not in page
        assert page.count("&lt;i&gt;a &amp; b&lt;/i&gt;") >= 5


def test_the_difference_from_numpy_is_labelled_as_it_is_measured() -> None:
    """Relative to the largest value where that is above 1, as an LSTM's cell state can be."""
    proof = also_measured(Experiment(), None, None)[0]
    assert proof.measures[0].of == "max |NumPy − Keras| / max(1, max |Keras|)"
    assert "relative to the largest" in proof.why


@pytest.mark.parametrize(
    ("against", "same", "takeaway", "words"),
    [
        (Agreement(0.0), True, "give the same numbers.", "Keras's outputs differ by nothing."),
        (
            Agreement(1e-7),
            True,
            "the same numbers but for rounding (less than a millionth).",
            "Keras's outputs differ by no more than rounding to 32 bits.",
        ),
        (
            Agreement(1.49e-4, 1.3e-4, 1.5e-4),
            True,
            "differ by 0.000149: rounding that grew from step to step.",
            "From the same in 64 bits NumPy is 0.00013 away, Keras 0.00015",
        ),
        (
            Agreement(2e-5, 1e-6, 2e-5),
            False,
            "differ by 0.00002: more than rounding explains.",
            "more than rounding explains",
        ),
        (
            Agreement(2.0, 1.9, 2.0),
            False,
            "differ by 2: rounding that grew from step to step.",
            "which has grown from step to step",
        ),
        (
            Agreement(np.nan, np.nan, np.nan),
            False,
            "Some of the states aren't numbers any more.",
            "the run has diverged",
        ),
    ],
)
def test_rounding_is_the_reason_only_where_it_is_measured(
    against: Agreement, same: bool, takeaway: str, words: str
) -> None:
    """By both distances from 64 bits; what has grown until it shows isn't called the same."""
    proof = also_measured(Experiment(), MODES, against)[0]
    assert proof.measures[0].same == same
    assert proof.takeaway.endswith(takeaway)
    assert len(proof.takeaway.split()) <= 15
    assert words in proof.why


def test_a_cell_with_one_state_returns_two_tensors() -> None:
    """C is an LSTM's alone."""
    gru = also_measured(Experiment().set(cell="gru", U=3), None, None)[1]
    assert gru.takeaway == "GRU(3, return_state=True) returns [out, h]."
    assert gru.why == "In both modes h is (N, 3), and h is the last output."


def test_a_prefix_is_said_with_both_numbers() -> None:
    """Seven digits, so that equality is seen."""
    sequence = np.array([[0.1, 0.2], [0.3, 0.4]])
    sentence = prefix_sentence(sequence, sequence, 1, 0, "Keras")
    assert sentence.startswith("Keras: return_sequences=True gives unit 2 at timestep 1 the value")
    assert sentence.count("0.2000000") == 2
    negative = prefix_sentence(-sequence, -sequence, 1, 1, "Keras")
    assert negative.count("−0.4000000") == 2  # the sign of the picture's numbers
    assert "return_sequences=False on the first 2 timesteps gives it" in negative


def test_how_far_keras_is_with_a_pages_questions() -> None:
    """Which of how many it answers, and what that is about; then that it has answered all."""
    assert questions_sentence(1, 6, "what breaks it?", 0, ready=True) == (
        "Keras is answering 2 of 6: what breaks it? …"
    )
    assert questions_sentence(0, 6, "why?", 3, ready=True) == (
        "Keras is answering 1 of 6, after 3 questions of other pages: why? …"
    )
    assert questions_sentence(5, 6, "why?", 0, ready=False) == (
        "Keras is starting … It takes some seconds; then comes 1 question."
    )
    done = "Keras has answered all 6 questions about what is shown."
    assert questions_sentence(6, 6, "", 0, ready=False) == done
    again = questions_sentence(6, 6, "", 0, ready=True, again=True)
    assert again == "Keras has answered all 6 questions; while the run trains it is asked again."
    one = questions_sentence(1, 1, "", 0, ready=True)
    assert one == "Keras has answered the question about what is shown."
    failed = questions_sentence(6, 6, "", 0, ready=True, failed=2)
    assert failed.startswith(
        "Keras gave no answer to 2 of 6 questions: the end of this page says why"
    )
