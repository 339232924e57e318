"""The lesson that the app begins with, and the one after it where it reverses, over seeds.

The real worker trains both modes with the suggested settings, and with other seeds than that of
the recordings: the recordings' numbers are no chance.
"""

from __future__ import annotations

from lib.datasets import make_dataset, suggested
from lib.training.client import TrainingClient
from tests.waiting import PATIENCE

SEEDS = (1, 2)


def trained(client: TrainingClient, name: str) -> list[tuple[float, float, float]]:
    """By seed: the last-step error of sequence and last-step mode, and of guessing the mean."""
    experiments = [suggested(name).set(seed=seed) for seed in SEEDS]
    datasets = [make_dataset(experiment) for experiment in experiments]
    runs = [client.start(*pair) for pair in zip(experiments, datasets, strict=True)]
    errors = []
    for run, dataset in zip(runs, datasets, strict=True):
        results = client.wait(run, PATIENCE).results
        sequence, last = (float(results[mode].last_step_mse[-1]) for mode in ("sequence", "last"))
        errors.append((sequence, last, float(dataset.naive_mse[-1])))
    return errors


def test_parity_is_learned_from_answers_at_every_step_alone(client: TrainingClient) -> None:
    """Sequence mode has it all but exactly; last-step mode does worse than guessing the mean."""
    for sequence, last, guess in trained(client, "parity"):
        assert sequence < guess / 1000
        assert last > guess


def test_the_adding_problem_is_learned_better_from_the_last_answer(client: TrainingClient) -> None:
    """Both learn it; who was asked before anybody can know the sum is worse at the end."""
    for sequence, last, guess in trained(client, "adding"):
        assert last < sequence / 5
        assert sequence < guess / 10
