"""HTML tables of labels: confusion matrices and scores at the last step, what padding changes."""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from lib import results
from lib.charts.chart import shortened
from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, Words, nth
from lib.charts.skill import PICKED, verdict
from lib.experiment import MODES
from lib.results import BOTH_MODES, LabelScores, Part, RunAt, ScoreRow, ScoreTable
from lib.text import beside, filled, percent, readable, short

_TEXTS = beside(__file__)
MEASURES = ("accuracy", "balanced accuracy", "macro F1")
Skills = Mapping[Part, ScoreTable]  # the results of `label_scores`


def label_tables(run: RunAt, skills: Skills, palette: Palette) -> str:
    """Return confusion matrices, scores by part and, if steps are padded, what padding changes."""
    classes, mask, about = run.dataset.classes, run.dataset.mask, ""
    matrices = {mode: _matrix(run, mode, scores, palette) for mode, scores in _scores(run).items()}
    is_masked = run.dataset.model_mask(run.experiment) is not None
    if mask is not None:
        part = mask[run.dataset.evaluated]
        keras = "only these: padding is masked" if is_masked else "all of them: nothing is masked"
        about = f"{part.sum():,} of {part.size:,} evaluated steps are real. Keras counts {keras}."
    names = {name: shortened(name) for name in classes}
    upward = sum(map(len, names.values())) > 40  # the letters of all names
    colors = {mode: palette.words(mode) for mode in (*BOTH_MODES, "pooled", "best")}
    look = {"upward": upward, "masked": is_masked, "about": about, "modes": MODES, "colors": colors}
    scores = {_title(run, part): map(_row, table.rows) for part, table in skills.items()}
    tables = matrices, MEASURES, scores, _padding(run) if about else []
    return render("charts/confusion.html", "tables", names, *tables, **look)


def label_words(run: RunAt, skills: Skills) -> Words:
    """Return the verdict on the last of the parts, and the measures."""
    dataset, seeds = run.dataset, len(run.snapshot.seeds)
    details = [_TEXTS["matrices"], _TEXTS["scores"]]
    details += [filled(_TEXTS, "seeds", seeds=seeds)] if seeds > 1 else []
    if run.snapshot.keeps_best:
        details.append(PICKED.strip())
    if dataset.mask is not None:
        details.append(filled(_TEXTS, "padded", name=dataset.classes[0]))
    totals = [each.confusion.sum(axis=1) for each in _scores(run).values()]
    missing = np.flatnonzero(totals[0] == 0) if totals else ()
    if names := [shortened(dataset.classes[k]) for k in missing]:
        details.append(filled(_TEXTS, "missing", names=" or ".join(names)))
    takeaway = "Rows are true classes, columns predicted classes."
    for part, (rows, every, samples) in skills.items():
        models = [score for score in rows if score.name in MODES]
        best = rows[len(models)]
        accuracies = np.array([score.accuracy for score in models])
        beats = results.ACCURACY.outcomes(accuracies, best.accuracy, samples)
        details += [filled(_TEXTS, "every", nth=nth(every))] if every > 1 else []
        takeaway = verdict([score.label for score in models], beats, best.label, part)
    return takeaway if run.snapshot.epoch else UNTRAINED, " ".join(details)


def _scores(run: RunAt) -> dict[str, LabelScores]:
    models = run.snapshot.middle.results
    return {mode: each.labels for mode, each in models.items() if each.labels is not None}


def _matrix(run: RunAt, mode: str, scores: LabelScores, palette: Palette) -> list[tuple[Any, ...]]:
    """Return a matrix's rows: class, cells (count, title, color, ink) and share."""
    classes, rows = run.dataset.classes, []
    shades = palette.shades(palette.mode(mode))
    for k, counts in enumerate(scores.confusion):
        total, cells = int(counts.sum()), []
        for j, count in enumerate(counts.tolist()):
            share = count / max(1, total)
            color = shades[round(share * (len(shades) - 1))] if count else palette.background
            title = f"{count:,} of {total:,}: true {classes[k]}, predicted {classes[j]}"
            cells.append((f"{count:,}" if count else "", title, color, palette.text_on(color)))
        rows.append((classes[k], cells, percent(100 * counts[k] / total) if total else "–"))
    return rows


def _title(run: RunAt, part: Part) -> str:
    """Return the title of a part's scores."""
    name = "validation" if run.dataset.has_validation else "training"
    name = "test" if part == "test" else name
    return f"{'Median scores' if run.snapshot.others else 'Scores'} on the {name} part"


def _row(score: ScoreRow) -> tuple[str, str, list[str]]:
    """Return a score's name and label, and the texts below MEASURES; an unknown number is "–"."""
    shares = [results.ACCURACY.text(share) for share in (score.accuracy, score.balanced)]
    f1 = "–" if math.isnan(score.f1) else readable(score.f1)
    return score.name, score.label, [*shares, f1]


def _padding(run: RunAt) -> list[tuple[str, str, list[str]]]:
    """Return mode, measure and texts of each row: with padding, and for real steps only."""
    rows = []
    for mode, scores in _scores(run).items():
        both = [tuple(scores.with_padding), tuple(scores.without_padding)]
        if not MODES[mode].every_step:
            final = run.snapshot.middle.results[mode]
            both = [(final.final_validation_loss, final.final_accuracy)]
        losses, accuracies = zip(*both, strict=True)
        rows.append((mode, "loss", [short(float(loss)) for loss in losses]))
        rows.append((mode, "accuracy", [results.ACCURACY.text(share) for share in accuracies]))
    return rows
