"""What each chart of Explore shows, in at most 15 plain words."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from lib.charts.narrate.explore import compare_sentence
from lib.charts.narrate.takeaways import (
    compare_takeaway,
    is_overfit,
    loss_takeaway,
    overfits_in_seeds,
    predictions_takeaway,
    step_error_takeaway,
)
from lib.data.dataset import Baseline
from lib.data.datasets import DATASETS, make_dataset, suggested
from lib.experiment.experiment import MODES
from lib.results.baselines import naive_loss
from lib.results.compared import decisive_ratio
from lib.results.run import ModeResult, RunAt, Snapshot, Status
from lib.training.recorded import recorded
from lib.ui.explore.charts import LONGEST
from tests.unit.pictures import EXPERIMENT, a_dataset, a_snapshot, of_a_table, spoiled


def zeros(naive: list[float], n: int = 8) -> dict[str, np.ndarray]:
    """Targets of 0 at each timestep, and a guess that is off by so much there."""
    y = np.zeros((n, len(naive), 1), np.float32)
    return {"y": y, "naive": (y + np.array(naive, np.float32)[:, None]).astype(np.float32)}


def judged(result: ModeResult, validation: list[float], training: list[float]) -> ModeResult:
    """A model that was judged after each epoch."""
    epochs = np.arange(1, len(validation) + 1)
    return replace(
        result,
        loss_epochs=epochs,
        loss=np.array(training),
        checked_epochs=epochs,
        last_step_mse=np.ones(len(epochs)),
        validation_loss=np.array(validation),
    )


def test_predictions_are_off_by_so_much_at_the_last_step():
    """In the raw unit; a hundred-millionth is nothing, and 0 is exactly that."""
    dataset = a_dataset(target_scale=np.array([10.0]), target_unit="°C")
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.0)
    assert predictions_takeaway(RunAt(EXPERIMENT, dataset, snapshot), 0, 0) == (
        "At the last step: sequence mode off by 5 °C, last-step mode by 0 °C."
    )
    small = a_dataset(y=np.zeros((8, 4, 1), np.float32), target_scale=np.array([10.0]))
    assert predictions_takeaway(RunAt(EXPERIMENT, small, a_snapshot(small, last=1e-9)), 0, 0) == (
        "At the last step: last-step mode off by nothing."
    )


def test_two_losses_are_not_to_be_compared():
    """Of one mode alone it is said what it is worth, trained or not."""
    dataset = a_dataset()
    both = a_snapshot(dataset, sequence=0.5, last=0.5)
    assert loss_takeaway(RunAt(EXPERIMENT, dataset, both)) == (
        "Not to be compared: one averages 4 steps, the other counts one."
    )
    alone, experiment = a_snapshot(dataset, sequence=0.5), EXPERIMENT.set(mode="sequence")
    assert "; guessing the mean has " in loss_takeaway(RunAt(experiment, dataset, alone))
    untrained = {"sequence": replace(alone.results["sequence"], loss=np.zeros(0))}
    assert loss_takeaway(RunAt(experiment, dataset, replace(alone, results=untrained))).startswith(
        "Guessing the mean would have a loss of "
    )


FALLING = [1.0, 0.8, 0.6, 0.4, 0.3, 0.2, 0.1, 0.05, 0.02, 0.01]


def test_a_model_overfits_where_validation_loss_rises_while_training_loss_falls():
    """Not where both rise, where it only swings, nor where it is as low as the training loss."""
    dataset = a_dataset(**zeros([1, 1, 1, 1]))
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.5)
    fine = snapshot.results["sequence"]
    over = judged(fine, [1.0, 0.7, 0.5, 0.5, 0.6, 0.7, 0.8, 0.9, 0.9, 0.9], FALLING)
    kept = replace(over, kept_epoch=3)
    for sequence, last, who, then in (
        (fine, over, "Last-step mode overfits: ", "well above its training loss."),
        (over, over, "Both modes overfit: ", "well above training loss."),
        (fine, kept, "Last-step mode overfits: ", "so its best epoch was kept."),
        (kept, kept, "Both modes overfit: ", "so their best epochs were kept."),
        (over, kept, "Both modes overfit: ", "well above training loss."),
    ):
        says = loss_takeaway(RunAt(EXPERIMENT, dataset, with_results(snapshot, sequence, last)))
        assert says.startswith(who)
        assert says.endswith(then)
        assert len(says.split()) <= 15
    swings = [1.0, 0.7, 0.5, 0.5, 0.52, 0.5, 0.51, 0.5, 0.5, 0.9]
    tiny = [1.0, 0.7, 5e-4, 5e-4, 5e-4, 6e-4, 7e-4, 9e-4, 9e-4, 9e-4]
    for validation, training, guess in (
        (swings, FALLING, 1.0),
        (tiny, FALLING, 1.0),
        (over.validation_loss.tolist(), FALLING, 50.0),
        (over.validation_loss.tolist(), FALLING[::-1], 1.0),
        ([1.0, 0.5, 0.9], FALLING[:3], 1.0),
    ):
        assert not is_overfit(judged(fine, validation, training), guess)
    assert not is_overfit(replace(over, validation_loss=np.zeros(0)), 1.0)
    for samples in (1, 10, 100):  # it has risen from 0.5 to 0.9
        assert is_overfit(over, 1.0, samples) is (decisive_ratio(samples) < 1.8)


def test_a_curve_that_only_swings_is_not_overfitted():
    """Noise about a curve that falls or is flat: in no run of four seeds, whatever the noise is."""
    rng = np.random.default_rng(0)
    dataset = a_dataset(**zeros([1, 1, 1, 1]))
    snapshot = a_snapshot(dataset, sequence=0.5)
    fine = snapshot.results["sequence"]
    training = np.geomspace(1, 0.1, 60).tolist()
    for level in (np.ones(60), np.geomspace(1.5, 0.8, 60)):
        for _ in range(100):
            curves = level * np.exp(rng.normal(0, 0.4, (4, 60)))
            first, *others = ({"sequence": judged(fine, c.tolist(), training)} for c in curves)
            run = RunAt(EXPERIMENT, dataset, replace(snapshot, results=first, others=tuple(others)))
            assert not overfits_in_seeds(run, "sequence", 1.0)
    rising = np.concatenate([np.geomspace(1.5, 0.5, 20), np.geomspace(0.5, 2, 40)])
    over = {"sequence": judged(fine, rising.tolist(), training)}
    for wrong, said in ((1, True), (2, False)):
        seeds = [over] * (4 - wrong) + [{"sequence": fine}] * wrong
        mixed = replace(snapshot, results=seeds[0], others=tuple(seeds[1:]))
        run = RunAt(EXPERIMENT.set(mode="sequence"), dataset, mixed)
        assert loss_takeaway(run).startswith("Sequence mode overfits") is said


def test_losses_that_explode_are_said_before_anything_else():
    """Of the worst seed; and where a run has ended by it, with the epoch that made no number."""
    dataset = a_dataset()
    snapshot = a_snapshot(dataset, sequence=0.5, last=0.5)
    wild = replace(snapshot.results["last"], loss=np.geomspace(1, 2.8e35, 10))
    both = ("sequence", "last")
    for results, others, status, words in (
        ("last", (), Status.RUNNING, "Last-step mode's loss has exploded: up to 2.8e35, in"),
        ("last", (), Status.DIVERGED, "Last-step mode's loss exploded: up to 2.8e35, and to no"),
        ("", both, Status.DIVERGED, "Both modes' losses exploded: last-step mode's to 2.8e35"),
        ("", (), Status.DIVERGED, "Training loss stopped being a number in epoch 11"),
    ):
        worse = {"last": wild, "sequence": replace(wild, loss=wild.loss / 2)}
        seeds = tuple([{mode: worse[mode] for mode in others}] if others else [])
        first = snapshot.results | ({results: wild} if results else {})
        ended = replace(snapshot, results=first, others=seeds, status=status)
        says = loss_takeaway(RunAt(EXPERIMENT, dataset, ended))
        assert says.startswith(words)
        assert len(says.split()) <= 15


def with_results(snapshot: Snapshot, sequence: ModeResult, last: ModeResult) -> Snapshot:
    """The same run with these figures."""
    return replace(snapshot, results={"sequence": sequence, "last": last})


def test_of_the_recordings_parity_alone_is_overfitted():
    """Its last-step model learns the training samples by heart; the others' losses only swing."""
    overfitted = set()
    for name in set(DATASETS) - {"upload"}:
        experiment = suggested(name)
        guess = naive_loss(experiment, make_dataset(experiment))
        snapshot = recorded(experiment)
        assert snapshot is not None
        run = RunAt(experiment, make_dataset(experiment), snapshot)
        overfitted |= {(name, m) for m in snapshot.results if overfits_in_seeds(run, m, guess[m])}
    assert overfitted == {("parity", "last")}


def test_whether_the_guess_is_beaten_is_counted_step_by_step():
    """The same from all errors, one after the other; an error that is 1% smaller beats nothing."""
    for naive in product((1.5, 1.01, 0.7), repeat=4):  # a sequence model that is off by 1
        for share in (0.5, 0.99):  # a last-step model, beside the last of them
            dataset = a_dataset(**zeros(list(naive)))
            snapshot = a_snapshot(dataset, sequence=1.0, last=share * naive[-1])
            says = step_error_takeaway(RunAt(EXPERIMENT, dataset, snapshot))
            clearly, beats = naive.count(1.5), share == 0.5
            if clearly:
                where = "at every step" if clearly == 4 else f"at {clearly} of 4 steps"
                also = ", last-step at its one" if beats else "; last-step mode doesn't"
                assert says == f"Sequence mode beats the guess {where}{also}."
            else:
                does = "Last-step mode beats the guess; sequence mode doesn't."
                assert says == (does if beats else "Neither mode beats the guess at any step.")
            assert len(says.split()) <= 15
            alone = a_snapshot(dataset, last=share * naive[-1])
            says = step_error_takeaway(RunAt(EXPERIMENT, dataset, alone))
            verb = "beats" if beats else "doesn't beat"
            assert says == f"Last-step mode {verb} the guess."


def test_the_smaller_error_is_that_of_this_run():
    """And that one seed decides nothing. Equal ones are called so."""
    dataset = a_dataset()

    def says(**wrong: float) -> str:
        return compare_takeaway(RunAt(EXPERIMENT, dataset, a_snapshot(dataset, **wrong)))

    assert says(sequence=0.5, last=2.0) == (
        "One seed decides nothing; here sequence mode's error is smaller, 0.25 against 4."
    )
    assert says(sequence=0.51, last=0.5) == (
        "One seed decides nothing; here last-step mode's error is smaller, 0.25 against 0.26."
    )
    assert says(sequence=1 / 3, last=1 / 3) == (
        "Both modes have the same error at the last step: 0.111."
    )
    assert says(last=0.5).startswith("Its error is 0.25; guessing the mean has ")


def test_errors_that_are_nearly_the_same_have_no_winner():
    """They differ by less than 2% of the larger one; whichever that is."""
    dataset = a_dataset()
    for less, more, same in ((0.13014, 0.13056, True), (0.0981, 0.1, True), (0.0979, 0.1, False)):
        for wrong in ((less, more), (more, less)):
            sequence, last = np.sqrt(wrong)
            says = compare_takeaway(
                RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=sequence, last=last))
            )
            assert (says.endswith(f"nearly the same, {less} and {more}.")) == same
            assert ("smaller" in says) != same
    assert compare_takeaway(
        RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.500001, last=0.5))
    ) == (
        "One seed decides nothing; here both modes' errors are nearly the same, 0.25 and 0.250001."
    )


def test_no_winner_is_named_where_neither_mode_beats_what_needs_no_learning():
    """Whichever of the two is the better one; it is said that the last step is meant."""
    guess = zeros([1.0, 1.0, 1.0, 0.2], n=120)
    baseline = Baseline("seasonal", "the same hour last week", guess["naive"][:, -1])
    table = a_dataset(n=120, **guess, naive_label=baseline.label, baselines=(baseline,))
    made = a_dataset(n=120, **guess)
    for sequence, last, beaten in (
        (0.5, 0.3, False),
        (0.3, 0.5, False),
        (0.1, 0.3, True),
        (0.3, 0.1, True),
    ):
        for dataset, rival in (
            (table, "the best baseline"),
            (made, "guessing the mean"),
        ):
            snapshot = a_snapshot(dataset, sequence=sequence, last=last)
            says = compare_takeaway(RunAt(EXPERIMENT, dataset, snapshot))
            neither = f"At the last step neither mode beats {rival}: 0.09 against 0.04."
            assert (says == neither) is not beaten
            assert says.startswith("One seed decides nothing; ") is beaten
            assert len(says.split()) <= 15
            both = compare_sentence(RunAt(EXPERIMENT, dataset, snapshot))  # folded, never missing
            assert f"sequence model {sequence**2:.2g}, last-step model {last**2:.2g}" in both
            alone = RunAt(EXPERIMENT, dataset, a_snapshot(dataset, last=last))
            assert compare_takeaway(alone) == f"Its error is {last**2:.2g}; {rival} has 0.04."


def test_all_cards_go_by_one_rule_of_how_many_samples_tell():
    """24 of a table tell an error 20 times as large, and not one that is half as large again."""
    guess = zeros([1.0, 1.0, 1.0, 1.0], n=96)
    baseline = Baseline("last", "guessing no change", guess["naive"][:, -1])
    made = a_dataset(n=96, **guess, naive_label=baseline.label, baselines=(baseline,))
    cards = (step_error_takeaway, compare_takeaway)
    for samples, horizon in ((24, 1), (8, 3)):
        table = of_a_table(made, horizon)
        needs = f"{samples} independent samples need squared errors {decisive_ratio(samples):.3g} "
        for wrong, told in ((math.sqrt(20), True), (math.sqrt(1.5), False)):
            for mode in ("sequence", "last"):
                run = RunAt(EXPERIMENT, table, a_snapshot(table, **{mode: wrong}))
                for card in cards:
                    assert (needs in card(run)) is not told
        both = a_snapshot(table, sequence=0.1, last=0.11)
        assert compare_takeaway(RunAt(EXPERIMENT, table, both)).startswith("Modes are too close")
        said = step_error_takeaway(RunAt(EXPERIMENT, table, both))
        assert said == "Sequence mode beats the best baseline at every step, last-step at its one."
        for sequence, last, words in (
            (20, 1.2, needs),
            (0.1, 0.8, "beats the best baseline at every step; last-step mode is unclear."),
            (0.8, 0.1, "Last-step mode beats the best baseline; sequence mode is unclear."),
            (0.8, 1.2, needs),
        ):
            near = a_snapshot(table, sequence=math.sqrt(sequence), last=math.sqrt(last))
            assert words in step_error_takeaway(RunAt(EXPERIMENT, table, near))
    run = RunAt(EXPERIMENT, made, a_snapshot(made, last=math.sqrt(0.9)))  # no table: no limit
    assert step_error_takeaway(run) == "Last-step mode beats the best baseline."


@pytest.mark.parametrize(
    ("last", "words"),
    [(20, "Neither mode beats"), (0.01, "Last-step mode beats"), (None, "Sequence mode doesn't")],
)
def test_what_is_unclear_at_earlier_steps_is_no_verdict_on_the_last(last, words):
    """An error of sequence mode that 24 samples tell from the baseline's at the last step alone."""
    table = of_a_table(a_dataset(n=96, **zeros([1.0, 1.0, 1.0, 0.1], n=96)), 1)
    snapshot = a_snapshot(table, sequence=1.0, **({"last": last} if last else {}))
    says = step_error_takeaway(RunAt(EXPERIMENT, table, snapshot))
    assert says.startswith(words)
    assert "earlier steps are unclear" in says
    assert len(says.split()) <= 15


def test_nothing_is_judged_on_a_constant_target():
    """Nor is a model of a target that changes, however good its baseline is."""
    for y, is_constant in ((np.zeros((8, 4, 1)), True), (np.arange(32).reshape(8, 4, 1), False)):
        dataset = a_dataset(y=y.astype(np.float32), naive=y.astype(np.float32))
        run = RunAt(EXPERIMENT, dataset, a_snapshot(dataset, sequence=0.0, last=0.0))
        for card in (step_error_takeaway, compare_takeaway):
            assert ("target is constant" in card(run)) is is_constant


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_run_that_diverged_beats_nothing(value):
    """What isn't a number is neither smaller nor better."""
    dataset = a_dataset()
    snapshot = spoiled(a_snapshot(dataset, sequence=0.5, last=0.5), value)
    assert "smaller" not in compare_takeaway(RunAt(EXPERIMENT, dataset, snapshot))
    assert (
        step_error_takeaway(RunAt(EXPERIMENT, dataset, snapshot))
        == "Neither mode beats the guess at any step."
    )
    assert loss_takeaway(RunAt(EXPERIMENT, dataset, snapshot))
    assert predictions_takeaway(RunAt(EXPERIMENT, dataset, snapshot), 0, 0)


def test_every_takeaway_is_short():
    """At most 15 words: of every recording, with one mode and with both, and the longest usual."""
    for name in set(DATASETS) - {"upload"}:
        for mode in MODES:
            experiment = suggested(name).set(mode=mode)
            dataset, snapshot = make_dataset(experiment), recorded(experiment)
            assert snapshot is not None
            for words in (
                predictions_takeaway(RunAt(EXPERIMENT, dataset, snapshot), 0, 0),
                loss_takeaway(RunAt(experiment, dataset, snapshot)),
                step_error_takeaway(RunAt(EXPERIMENT, dataset, snapshot)),
                compare_takeaway(RunAt(EXPERIMENT, dataset, snapshot)),
            ):
                assert len(words.split()) <= 15, words
    assert all(len(words.split()) <= 15 for words in LONGEST.values())
