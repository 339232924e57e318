"""The loss over the epochs, with the levels that give it a meaning.

The two modes' losses count different things, so each has its own naive level (grey, dotted) and
best possible level (green, dashed; known for mean squared error alone).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lib.charts import axes, chart, marks
from lib.charts.marks import Entry
from lib.charts.over_epochs import (
    Curve,
    curve_traces,
    curves_of,
    drawn_values,
    kept_rings,
    seed_traces,
)
from lib.charts.palette import Palette
from lib.charts.words import as_sentence, kept_sentence
from lib.experiment import LOSSES, MODES
from lib.results import RunAt, Status, best_loss, naive_loss, overfits_in_seeds
from lib.text import apart, capital, counted, readable, short

LEAST_PLOT = 130
"""The least height of the plot on a small screen, in pixels: words beside it fit then."""
COUNTS = {"sequence": "every step", "last": "last step"}
"""What a mode's loss counts, as it stands beside its level."""
EXPLODED = 1000
"""A training loss of so many times that of a guess has exploded."""


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """Losses of a run at one moment, by mode."""

    run: RunAt
    losses: dict[str, Curve]
    validation: dict[str, Curve]
    """Empty where no samples are kept for validation."""
    guess: dict[str, float]
    """What the guess or baseline has in the terms of each mode's loss."""
    best: dict[str, float]
    """The least that the models can expect; empty where nobody knows it."""
    best_label: str
    best_why: str
    exploded: dict[str, float]
    """Of modes whose training loss has grown beyond all measure, that of the worst seed."""
    overfits: list[str]
    """The modes that overfit."""


def facts_of(run: RunAt) -> Facts:
    """The facts of a run."""
    dataset, snapshot = run.dataset, run.snapshot
    guess, (best, floor) = naive_loss(run.experiment, dataset), best_loss(run.experiment, dataset)
    checks = curves_of(snapshot, "checked_epochs", "validation_loss")
    worst = {m: max(seed[m].final_loss for seed in snapshot.seeds) for m in snapshot.results}
    return Facts(
        run=run,
        losses=curves_of(snapshot, "loss_epochs", "loss"),
        validation={m: c for m, c in checks.items() if dataset.has_validation and len(c.values)},
        guess=guess,
        best=best,
        best_label=floor.label if floor else "",
        best_why=floor.why if floor else "",
        exploded={mode: loss for mode, loss in worst.items() if loss > EXPLODED * guess[mode]},
        overfits=[m for m in snapshot.results if overfits_in_seeds(run, m, guess[m])],
    )


def figure(facts: Facts, palette: Palette) -> chart.Chart:
    """Training and validation loss by epoch, logarithmic, with their levels.

    A level of exactly 0 can't stand on a logarithmic axis, and stands in the key.
    """
    dataset, snapshot = facts.run.dataset, facts.run.snapshot
    losses, checks = facts.losses, facts.validation
    trained = drawn_values(losses.values())
    levels = [*facts.guess.values(), *facts.best.values()]
    drawn = levels + trained + drawn_values(c._replace(seeds=[]) for c in checks.values())
    x = axes.epoch_axis(max(snapshot.epochs, snapshot.epoch))
    y = axes.log_axis("loss", drawn)
    data = seed_traces(losses, palette)
    data += curve_traces(checks, palette, validation=True) + curve_traces(losses, palette)
    # The levels lie above the lines, of which one may reach the best: below it nobody would see it.
    notes = []
    for label, values, style, color in (
        (dataset.naive_label, facts.guess, marks.naive_style(palette), palette.muted),
        (facts.best_label, facts.best, marks.best_style(palette), palette.best_text),
    ):
        for mode, value in values.items():
            data.append(marks.line(label, [value, value], style, "", x=x["range"]))
            notes.append((COUNTS[mode], value, color))
    rings, rings_key = kept_rings(checks, palette, seeds=bool(snapshot.others))
    both = len(facts.guess) > 1
    words = chart.side_notes(notes, y["range"], LEAST_PLOT, "both modes") if both else []
    if not trained:
        words.append(chart.empty("not trained yet", palette))
    else:
        words += chart.all_zero(drawn, palette)
    key = [*_key(facts), rings_key] if rings else _key(facts)
    return chart.plotted(
        data + rings,
        palette,
        x,
        y,
        key,
        name=f"loss {dataset.name}",
        height=340,
        right=84 if both else 16,
        notes=words,
    )


def _key(facts: Facts) -> list[list[Entry]]:
    lines = marks.mode_keys(facts.losses)
    if facts.validation:
        lines.append(Entry("dashdot", "validation", "muted"))
    levels = [Entry("dotted", facts.run.dataset.naive_label, "baseline")]
    if facts.run.snapshot.others:
        levels.append(marks.SEEDS)
    label = facts.best_label
    zero = [COUNTS[mode] for mode, value in facts.best.items() if not value > 0]
    if 0 < len(zero) < len(facts.best):
        return [lines, [Entry("dashed", f"{label} ({zero[0]}: 0)", "best")], levels]
    if facts.best:
        levels.insert(0, Entry("dashed", f"{label}{': 0' if zero else ''}", "best"))
    return [lines, levels]


def takeaway(facts: Facts) -> str:
    """Whether losses exploded or a model overfits, else why two losses can't be compared."""
    run, modes = facts.run, list(facts.losses)
    if facts.exploded or run.snapshot.status is Status.DIVERGED:
        return _exploded_takeaway(facts)
    if facts.overfits:
        return _overfit_takeaway(facts)
    if len(modes) > 1:
        steps = run.dataset.shape[1]
        return f"Not to be compared: one averages {steps} steps, the other counts one."
    [mode] = modes
    final, guess = run.snapshot.middle.results[mode].final_loss, facts.guess[mode]
    if not len(facts.losses[mode].values):
        return f"{capital(run.dataset.naive_label)} would have a loss of {readable(guess)}."
    loss, rival = apart(final, guess)
    return f"Training loss is {loss}; {run.dataset.naive_label} has {rival}."


def _exploded_takeaway(facts: Facts) -> str:
    """That training losses have grown beyond all measure; a diverged run's to no number."""
    snapshot = facts.run.snapshot
    is_over = snapshot.status is Status.DIVERGED
    epoch = f"{snapshot.epoch + is_over:,}"
    if not facts.exploded:
        return f"Training loss stopped being a number in epoch {epoch}: nothing was learned."
    mode, worst = max(facts.exploded.items(), key=lambda item: item[1])
    name, most = MODES[mode].name, short(worst)
    if len(facts.exploded) > 1:
        if is_over:
            return (
                f"Both modes' losses exploded: {name}'s to {most}, to no number in epoch {epoch}."
            )
        return f"Both modes' losses have exploded: {name}'s up to {most}, in epoch {epoch}."
    if is_over:
        return f"{capital(name)}'s loss exploded: up to {most}, and to no number in epoch {epoch}."
    return f"{capital(name)}'s loss has exploded: up to {most}, in epoch {epoch}."


def _overfit_takeaway(facts: Facts) -> str:
    modes, seeds = facts.overfits, facts.run.snapshot.seeds
    kept = all(seed[mode].kept_epoch for seed in seeds for mode in modes)
    if len(modes) > 1:
        if kept:
            return "Both modes overfit: validation loss has risen, so their best epochs were kept."
        return "Both modes overfit: validation loss has risen, well above training loss."
    who = f"{capital(MODES[modes[0]].name)} overfits: its validation loss has risen"
    return f"{who}, {'so its best epoch was kept' if kept else 'well above its training loss'}."


def sentence(facts: Facts) -> str:
    """Each model's own training loss, why two such losses can't be compared, and what is good."""
    run, dataset, snapshot = facts.run, facts.run.dataset, facts.run.snapshot
    modes, steps = run.experiment.model.modes, run.dataset.shape[1]
    results = snapshot.middle.results
    first, after = kept_sentence(snapshot), f"After {counted(snapshot.epoch, 'epoch')} "
    if snapshot.keeps_best:
        after = "By then "
    texts = {m: f"is {readable(r.final_loss)}" for m, r in results.items() if len(r.loss)}
    if not texts:
        first, after = "Not trained yet.", "After the first epoch "
        texts = dict(zip(modes, ("is known", "too"), strict=False))
    counts = {"sequence": f"the mean over {steps} steps", "last": "over the last step alone"}
    clauses: list[str] = []
    for mode, value in texts.items():
        what = "" if clauses else "training loss "
        clauses.append(f"the {MODES[mode].model}'s {what}{value}, {counts[mode]}")
    parts = [first, as_sentence(clauses, after)]
    if len(modes) > 1:
        parts.append(
            f"The two losses can't be compared: one counts {steps} steps, the other counts 1."
        )
    checked = [
        f"the {MODES[mode].model}'s is {readable(result.final_validation_loss)}"
        for mode, result in results.items()
        if len(result.validation_loss)
    ]
    if checked:
        parts.append(as_sentence(checked, "On the validation samples "))
    loss, guess = LOSSES[run.experiment.training.loss].label.lower(), _by_mode(facts.guess)
    parts.append(f"{capital(dataset.naive_label)} has a {loss} of {guess}.")
    if facts.best:
        parts.append(f"{capital(facts.best_label)}: {_by_mode(facts.best, floor_text)}.")
        if max(facts.best.values()) > 0:
            parts.append(facts.best_why)
    return " ".join(part for part in parts if part)


def _by_mode(values: Mapping[str, float], write: Callable[[float], str] = readable) -> str:
    """One value, or two with what they count; one again where both read the same."""
    texts = {mode: write(value) for mode, value in values.items()}
    if len(set(texts.values())) == 1:
        return next(iter(texts.values()))
    return f"{texts['sequence']} over every step and {texts['last']} at the last"


def floor_text(value: float) -> str:
    """A best possible error: of a great one the decimals matter, since training ends there."""
    return f"{value:,.2f}" if value >= 1000 else readable(value)
