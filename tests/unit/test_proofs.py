"""What Keras measured, as cards and sentences: here with answers made by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from lib.datasets import make_dataset, settle
from lib.english import number
from lib.experiment import Experiment
from lib.figures.bound import bound_picture
from lib.figures.influence import influence_map, largest_influence
from lib.figures.palette import palette
from lib.figures.proofs import proof_cards
from lib.figures.reach import reach_figure
from lib.narrate.gradients import influence_sentence, reach_sentence
from lib.narrate.proofs import (
    NO_ANSWER,
    STARTING,
    WAITING,
    bound_sentence,
    one_computation,
    prefix_sentence,
    questions_sentence,
    waiting_words,
    ways_to_break_it,
)
from lib.proofs import Measure, ProofCard
from lib.recurrence.agreement import Agreement

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


def test_a_card_says_whether_two_things_are_one() -> None:
    """In words and by a mark, not by colour alone; while Keras computes it says so."""
    made = ProofCard(
        "claim", (Measure("a − b", 0.0), Measure("c − d", 0.25), Measure("e", None)), "why"
    )
    page = proof_cards([made], palette(), WAITING)
    assert "✓ 0.0" in page
    assert "≠ 0.25" in page
    assert page.count(WAITING) == 1
    page = proof_cards([made], palette(), NO_ANSWER)
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
    proofs = one_computation(Experiment().set(U=3), 4, answer, answer and Agreement(1e-7))
    assert len(proofs) == 4
    values = [measure.value for proof in proofs for measure in proof.measures]
    assert values == ([None] * 4 if answer is None else [0.0, 0.0, 1e-7, 0.0])
    assert "so it stays below t (rounded, at t at most), 4 at the end" in proofs[3].why
    assert ("the furthest ends at 3.25" in proofs[3].why) == (answer is not None)


def test_the_difference_from_numpy_is_labelled_as_it_is_measured() -> None:
    """Relative to the largest value where that is above 1, as an LSTM's cell state can be."""
    proof = one_computation(Experiment(), 4, None, None)[2]
    assert proof.measures[0].of == "max |NumPy − Keras| / max(1, max |Keras|)"
    assert "relative to the largest" in proof.why


@pytest.mark.parametrize(
    ("against", "same", "words"),
    [
        (Agreement(0.0), True, "Between the two is no difference."),
        (Agreement(1e-7), True, "Between the two is no more than rounding to 32 bits."),
        (
            Agreement(1.49e-6, 1.3e-6, 1.5e-6),
            True,
            "From the same in 64 bits NumPy is 1.3e-6 away, Keras 0.0000015",
        ),
        (Agreement(2e-5, 1e-6, 2e-5), False, "more than rounding explains"),
        (Agreement(2.0, 1.9, 2.0), False, "so far that the pictures aren't Keras's any more"),
        (Agreement(np.nan, np.nan, np.nan), False, "aren't numbers any more"),
    ],
)
def test_rounding_is_the_reason_only_where_it_is_measured(
    against: Agreement, same: bool, words: str
) -> None:
    """By both distances from 64 bits; what has grown until it shows isn't called the same."""
    proof = one_computation(Experiment(), 4, MODES, against)[2]
    assert proof.measures[0].same == same
    assert words.replace("1.3e-6", number(1.3e-6)).replace("0.0000015", number(1.5e-6)) in proof.why


def test_a_cell_with_one_state_returns_two_tensors() -> None:
    """C is an LSTM's alone."""
    gru = one_computation(Experiment().set(cell="gru", U=3), 4, None, None)[3].why
    assert "returns [out, h]: h is (N, 3) in both modes" in gru


def test_every_breaking_is_measured_and_mended() -> None:
    """Bidirectional, padding and go_backwards have both: what differs, and what doesn't."""
    proofs = ways_to_break_it(Experiment(), 3, BREAKINGS)
    assert [[measure.same for measure in proof.measures] for proof in proofs] == [
        [False, True],
        [False, True],
        [False],
        [True, False],
    ]


def test_a_breaking_that_breaks_nothing_is_not_said_to() -> None:
    """Where all outputs are zero, what is said of a difference would contradict its figure."""
    usual = ways_to_break_it(Experiment(), 3, BREAKINGS)
    assert usual == [
        replace(proof, measures=known.measures)
        for proof, known in zip(ways_to_break_it(Experiment(), 3, None), usual, strict=True)
    ]
    apart = ways_to_break_it(Experiment(), 3, BREAKINGS | {"masked": 0.5})[1].why
    assert "differs from last by 0.0 without a mask and 0.5 with one." in apart
    none = ways_to_break_it(Experiment(), 3, dict.fromkeys(BREAKINGS, 0.0))
    reasons = " ".join(proof.why for proof in none)
    for wrong in ("has seen them", "the difference is", "it isn't the last any more"):
        assert wrong not in reasons


def test_a_prefix_is_said_with_both_numbers() -> None:
    """Seven digits, so that equality is seen."""
    sequence = np.array([[0.1, 0.2], [0.3, 0.4]])
    sentence = prefix_sentence(sequence, sequence, 1, 0, "Keras")
    assert sentence.startswith("Keras: return_sequences=False on the first timestep gives unit 2")
    assert sentence.count("0.2000000") == 2
    negative = prefix_sentence(-sequence, -sequence, 1, 0, "Keras")
    assert negative.count("−0.2000000") == 2  # the sign of the picture's numbers
    assert sentence.endswith("The largest difference over all units is 0.0.")


def test_who_waits_for_keras_is_told_for_what() -> None:
    """For the process to start, for the questions before one's own, or for the answer itself."""
    assert waiting_words(2, ready=False) == STARTING
    assert waiting_words(2, ready=True) == "Keras answers 2 others first …"
    assert waiting_words(0, ready=True) == WAITING


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
    failed = questions_sentence(6, 6, "", 0, ready=True, failed=2)
    assert failed.startswith(
        "Keras gave no answer to 2 of 6 questions: the end of this page says why"
    )


def test_raw_targets_are_out_of_reach_without_a_head() -> None:
    """The worked example asks for 208 where 0.964 is the most."""
    experiment = settle(Experiment().set(data="worked_raw"))
    sentence = bound_sentence(experiment, make_dataset(experiment), np.full((2, 4), 0.5))
    assert "|h| less than tanh(t): 0.762 at step 1 and 0.964 at step 2" in sentence
    assert "targets of 0.964 or more at step 2 are out of reach (here up to 208)" in sentence
    assert "So it is at 2 of 2 steps, by the bound of each." in sentence
    scaled = settle(Experiment().set(data="worked_scaled", cell="gru"))
    sentence = bound_sentence(scaled, make_dataset(scaled), np.full((2, 4), 0.5))
    assert "|h| is less than 1 at every step. The furthest" in sentence
    assert "can be reached" in sentence


def test_a_target_is_held_against_the_bound_of_its_own_step() -> None:
    """An LSTM's is lower at first, and no bound itself is ever reached."""
    experiment = settle(Experiment().set(data="worked_raw"))
    dataset = make_dataset(experiment)
    hidden = np.full((2, 4), 0.5)

    def sentence(cell: str, *targets: float) -> str:
        y = np.zeros_like(dataset.y) + np.array(targets, np.float32)[:, None]
        return bound_sentence(experiment.set(cell=cell), replace(dataset, y=y), hidden)

    assert "targets of 0.762 or more at step 1 are out of reach (here up to 0.9)" in sentence(
        "lstm", 0.9, 0.9
    )
    assert "out of reach" not in sentence("lstm", 0.7, 0.9)
    assert "targets of ±1 or more are out of reach (here up to ±1)" in sentence("gru", 0, -1)
    assert "out of reach" not in sentence("gru", 0.9, -0.99)


def test_a_value_at_its_bound_is_there_by_rounding() -> None:
    """Nothing exact is; and what only looks like it in three digits is called just below."""
    experiment = settle(Experiment().set(data="worked_raw", cell="gru"))
    dataset = make_dataset(experiment)
    rounded = np.ones((2, 4), np.float32)
    sentence = bound_sentence(experiment, dataset, rounded)
    assert "is at 1 at step 1 and at 1 at step 2. What is at its bound is there only" in sentence
    sentence = bound_sentence(experiment, dataset, rounded * np.float32(0.9999))
    assert "is at just below 1 at step 1" in sentence
    assert "rounding" not in sentence


def test_the_bound_is_drawn_above_the_states() -> None:
    """Each unit while there are few, else the furthest; nothing breaks on what isn't a number."""
    few = bound_picture(np.full((5, 4), 0.5), np.ones(5), "words", palette())
    assert "every unit" in few
    many = bound_picture(np.full((5, 40), np.nan), np.ones(5), "words", palette())
    assert "every unit" not in many


def test_influence_of_later_inputs_is_counted() -> None:
    """A lower triangle is causal; a full map has seen the future."""
    full = np.ones((4, 4))
    causal = influence_sentence(np.tril(full), 1, 1, both_ways=False)
    assert "no output is moved by an input that comes after it" in causal
    leaking = influence_sentence(full, 2, 5, both_ways=True)
    assert leaking.startswith("Bidirectional (of 2 of 5 output columns): in 6 of 6 pairs")


def test_influence_is_said_where_there_is_none_and_where_it_is_no_number() -> None:
    """Nothing is said of pairs then, and the map's scale ends at 0."""
    none = np.zeros((4, 4))
    sentence = influence_sentence(none, 1, 1, both_ways=False)
    assert sentence == "One direction: no input moves any output: every gradient is 0."
    assert "</span> 0, nothing is shaded" in influence_map(
        none, "title", sentence, 4, palette(), most=0.0
    )
    lost = np.tril(np.ones((4, 4)))
    lost[3, 0] = np.nan
    sentence = influence_sentence(lost, 1, 1, both_ways=True)
    assert sentence == "Bidirectional: some of the gradients aren't numbers."
    assert largest_influence(lost) == 1
    drawn = influence_map(lost, "title", sentence, 4, palette(), most=1.0)
    assert "</span> 1, half way 0.25: shaded by the root" in drawn


def test_the_map_has_its_room_before_there_is_one() -> None:
    """So that nothing jumps; exactly zero is blank."""
    empty = influence_map(None, "title", WAITING, 4, palette(), most=0.0)
    assert WAITING in empty
    drawn = influence_map(np.tril(np.ones((4, 4))), "title", "words", 4, palette(), most=2.0)
    assert "aspect-ratio:1" in empty
    assert "aspect-ratio:1" in drawn
    assert "top:calc(100%*var(--cell-t,3)/4)" in drawn  # the playhead's row, and its column
    assert "left:calc(100%*var(--cell-t,3)/4)" in drawn


def test_maps_side_by_side_have_one_scale() -> None:
    """The same number has the same shade in both, and the largest of all is named."""
    weak, strong = np.tril(np.ones((4, 4))), 4 * np.ones((4, 4))
    most = largest_influence(weak, strong)
    assert most == 4
    pages = [
        influence_map(made, "title", "words", 4, palette(), most=most) for made in (weak, strong)
    ]
    assert all("</span> 4, half way 1: shaded by the root" in page for page in pages)
    assert influence_map(weak, "title", "words", 4, palette(), most=1.0) not in pages


def test_the_reach_chart_shows_both_losses() -> None:
    """On a logarithmic axis; what 32-bit numbers can't tell from zero is a gap."""
    names = tuple("1234")
    norms = {"sequence": np.array([1.0, 2, 3, 4]), "last": np.array([0.0, 1e-20, 0.1, 1])}
    figure = reach_figure(norms, "h", names, palette())
    assert [trace.name for trace in figure.data] == [
        "loss over all 4 steps",
        "loss at step 4 alone",
    ]
    assert np.isnan(figure.data[1].y[:2]).all()
    assert figure.layout.yaxis.type == "log"
    assert go.Figure(figure.to_dict())  # Plotly has looked at every property


def test_the_reach_is_said_for_both_losses() -> None:
    """Sizes at both ends, and how many times as far one reaches."""
    norms = {"sequence": np.array([0.5, 0.25]), "last": np.array([0.05, 1.0])}
    sentence = reach_sentence(norms, "h")
    assert (
        "over all steps moves with the hidden state of step 1 by 0.5, 2 times as much as with that "
        "of step 2 (0.25), most at step 1." in sentence
    )
    assert "by 0.05, 5% as much as with that of step 2 (1), most at step 2." in sentence
    assert "At step 1 the loss over all steps has 10 times the reach of the other." in sentence
    faint = {"sequence": np.array([1e-9, 2]), "last": np.array([1e-9, 2])}
    assert "by 1e-9, 1/2e9 as much as" in reach_sentence(faint, "h")
    far = {"sequence": np.array([23_393_575.0, 1]), "last": np.array([1.0, 1])}
    assert "has 23,400,000 times the reach" in reach_sentence(far, "h")
    silent = {"sequence": np.array([0.0, 0.25]), "last": np.array([0.0, 1.0])}
    assert "times" not in reach_sentence(silent, "x")


def test_a_reach_of_zero_or_of_no_number_is_said_and_not_drawn() -> None:
    """No step is then the one that moves the loss most, and the axis has no numbers."""
    none = {"sequence": np.zeros(3), "last": np.array([np.nan, 1.0, np.inf])}
    sentence = reach_sentence(none, "h")
    assert sentence == (
        "No hidden state moves the loss over all steps: every gradient is 0. The loss at the last "
        "step alone has gradients by the hidden state that aren't numbers."
    )
    none["last"] = np.zeros(3)
    assert not reach_figure(none, "h", tuple("123"), palette()).layout.yaxis.tickvals
