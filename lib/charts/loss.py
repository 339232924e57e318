"""The loss over the epochs, with the levels that give it a meaning.

The two modes' losses count different things, so each has its own naive level (grey, dotted) and
best possible level (green, dashed; known for mean squared error alone).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.charts import chart, over_epochs
from lib.charts.marks import Part
from lib.charts.over_epochs import Curve, Level
from lib.charts.palette import Palette
from lib.charts.words import kept_sentence
from lib.experiment import LOSSES, MODES
from lib.results import RunAt, Status, best_loss, naive_loss, overfits_in_seeds
from lib.text import apart, capital, readable, short

EXPLODED = 1000  # a training loss of so many times that of a guess has exploded


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Losses of a run at one moment, by mode."""

    run: RunAt
    losses: dict[str, Curve]
    validation: dict[str, Curve]  # empty where no samples are kept for validation
    guess: dict[str, float]  # of the guess or baseline
    best: dict[str, float]  # the least that the models can expect; empty where nobody knows it
    best_label: str
    best_why: str
    exploded: dict[str, float]  # training losses that have grown beyond all measure
    overfits: list[str]  # the modes that overfit


def facts_of(run: RunAt) -> Facts:
    """The facts of a run."""
    dataset, snapshot = run.dataset, run.snapshot
    guess, (best, floor) = naive_loss(run.experiment, dataset), best_loss(run.experiment, dataset)
    checks = over_epochs.curves_of(snapshot, "checked_epochs", "validation_loss")
    worst = {m: max(snapshot.by_seed(m, "final_loss")) for m in snapshot.results}
    return Facts(
        run=run,
        losses=over_epochs.curves_of(snapshot, "loss_epochs", "loss"),
        validation={m: c for m, c in checks.items() if dataset.has_validation and len(c.values)},
        guess=guess,
        best=best,
        best_label=floor.label if floor else "",
        best_why=floor.why if floor else "",
        exploded={m: loss for m, loss in worst.items() if loss > EXPLODED * guess[m]},
        overfits=[m for m in snapshot.results if overfits_in_seeds(run, m, guess[m])],
    )


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Training and validation loss by epoch, with their levels."""
    name = f"loss {facts.run.dataset.name}"
    levels = [
        Level(facts.run.dataset.naive_label, facts.guess, "baseline"),
        Level(facts.best_label, facts.best, "best"),
    ]
    look: Part = {"title": "loss", "name": name, "height": 340, "validation": facts.validation}
    return over_epochs.epochs_figure(facts.run, facts.losses, levels, palette, **look)


def takeaway(facts: Facts) -> str:
    """Whether losses exploded or a model overfits, else why two losses can't be compared."""
    run, modes = facts.run, list(facts.losses)
    is_over, epoch = run.snapshot.status is Status.DIVERGED, f"{run.snapshot.epoch + 1:,}"
    if facts.exploded:
        who, most = "Both modes' losses have", short(max(facts.exploded.values()))
        if len(facts.exploded) == 1:
            who = capital(f"{MODES[next(iter(facts.exploded))].name}'s loss has")
        rest = f", then to no number in epoch {epoch}" if is_over else ""
        return f"{who} exploded: up to {most}{rest}."
    if is_over:
        return f"Training loss stopped being a number in epoch {epoch}."
    if facts.overfits:
        who = capital(f"{MODES[facts.overfits[0]].name} overfits")
        if len(facts.overfits) > 1:
            who = "Both modes overfit"
        kept = all(seed[m].kept_epoch for seed in run.snapshot.seeds for m in facts.overfits)
        rest = "so the best epoch was kept" if kept else "well above training loss"
        return f"{who}: validation loss has risen, {rest}."
    if len(modes) > 1:
        steps = run.dataset.shape[1]
        return f"Not to be compared: one averages {steps} steps, the other counts one."
    guess = facts.guess[modes[0]]
    if not len(facts.losses[modes[0]].values):
        return f"{capital(run.dataset.naive_label)} would have a loss of {readable(guess)}."
    loss, rival = apart(run.snapshot.middle.results[modes[0]].final_loss, guess)
    return f"Training loss is {loss}; {run.dataset.naive_label} has {rival}."


def sentence(facts: Facts) -> str:
    """Each model's own training loss, what it counts, and what a guess and the best would have."""
    run, steps = facts.run, facts.run.dataset.shape[1]
    counts = {"sequence": f"the mean over {steps} steps", "last": "over the last step alone"}
    parts = [kept_sentence(run.snapshot)]
    if not run.snapshot.epoch:
        parts = ["Not trained yet."]
    for mode, result in run.snapshot.middle.results.items():
        text = f"The {MODES[mode].model}'s training loss is {readable(result.final_loss)}"
        if not len(result.loss):
            text = f"The {MODES[mode].model}'s training loss is known after the first epoch"
        text += f", {counts[mode]}"
        if mode in facts.validation:
            text += f"; on the validation samples {readable(result.final_validation_loss)}"
        parts.append(f"{text}.")
    if len(facts.losses) > 1:
        parts.append(
            f"The two losses can't be compared: one counts {steps} steps, the other counts 1."
        )
    loss = LOSSES[run.experiment.training.loss].label.lower()
    guess = capital(run.dataset.naive_label)
    parts.append(f"{guess} has a {loss} of {_by_mode(facts.guess)}.")
    if facts.best:
        parts.append(f"{capital(facts.best_label)}: {_by_mode(facts.best)}.")
        parts.append(facts.best_why if max(facts.best.values()) > 0 else "")
    return " ".join(part for part in parts if part)


def _by_mode(values: Mapping[str, float]) -> str:
    """One value, or two with what they count; one again where both read the same."""
    texts = {mode: floor_text(value) for mode, value in values.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return f"{texts['sequence']} over every step and {texts['last']} at the last"


def floor_text(value: float) -> str:
    """A level that training ends at: of a great one the decimals matter."""
    return f"{value:,.2f}" if value >= 1000 else readable(value)
