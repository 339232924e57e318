"""HTML tables of labels: confusion matrices at the last step, and what padding changes."""

from typing import Any

import numpy as np

from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, Words
from lib.experiment import MODES
from lib.results import LabelScores, RunAt, accuracy, balanced_accuracy, macro_f1
from lib.text import percent, readable, short

UNEVEN = 1.5  # classes are uneven if the largest has over this many times the average size
WIDE_NAMES = 40  # letters of all classes' names; with more letters, they are written upward


def label_tables(run: RunAt, palette: Palette) -> str:
    """Return the modes' confusion matrices and, if steps are padded, a table with and without."""
    classes, mask, about = run.dataset.classes, run.dataset.mask, ""
    matrices = {mode: _matrix(run, mode, scores, palette) for mode, scores in _scores(run).items()}
    is_masked = run.dataset.model_mask(run.experiment) is not None
    if mask is not None:
        part = mask[run.dataset.evaluated]
        keras = "only these: padding is masked" if is_masked else "all of them: nothing is masked"
        about = f"{part.sum():,} of {part.size:,} evaluated steps are real. Keras counts {keras}."
    look = {"upward": sum(map(len, classes)) > WIDE_NAMES, "masked": is_masked, "about": about}
    look |= {"modes": MODES, "colors": {mode: palette.words(mode) for mode in matrices}}
    padding = _padding(run) if about else []
    return render("charts/confusion.html", "tables", matrices, padding, classes, **look)


def label_words(run: RunAt) -> Words:
    """Return the most frequent mistake, and how the numbers are counted."""
    dataset, scores, seeds = run.dataset, _scores(run), len(run.snapshot.seeds)
    details = "Rows are true classes, columns predicted classes. Colors and the last column are "
    details += "shares of a row."
    if seeds > 1:
        details += f" Counts are sums over {seeds} seeds, scores are medians."
    if dataset.mask is not None:
        details += f" Padded steps have the label 0, here “{dataset.classes[0]}”, as "
        details += "`pad_sequences` fills them."
    if not run.snapshot.epoch:
        return UNTRAINED, details
    matrices = {mode: each.confusion for mode, each in scores.items()}
    cells = [(mode, *cell) for mode, each in matrices.items() for cell in np.ndindex(each.shape)]
    count, mode, true, predicted = max(
        (int(matrices[mode][k, j]) * (k != j), mode, k, j) for mode, k, j in cells
    )
    if not count:
        return "No mistakes at the last step.", details
    total, names = matrices[mode][true].sum(), dataset.classes
    says = f"{MODES[mode].name} says {names[predicted]} instead of {names[true]}"
    return f"Most frequent mistake: {says} ({count:,} of {total:,}).", details


def _scores(run: RunAt) -> dict[str, LabelScores]:
    models = run.snapshot.middle.results
    return {mode: each.labels for mode, each in models.items() if each.labels is not None}


def _matrix(run: RunAt, mode: str, scores: LabelScores, palette: Palette) -> dict[str, Any]:
    """Return a matrix's title and its rows: class, cells (count, title, color, ink) and share."""
    confusion, classes, rows = scores.confusion, run.dataset.classes, []
    shades = palette.shades(palette.mode(mode))
    for k, counts in enumerate(confusion):
        total, cells = int(counts.sum()), []
        for j, count in enumerate(counts.tolist()):
            share = count / max(1, total)
            color = shades[round(share * (len(shades) - 1))] if count else palette.background
            title = f"{count:,} of {total:,}: true {classes[k]}, predicted {classes[j]}"
            cells.append((f"{count:,}" if count else "", title, color, palette.text_on(color)))
        rows.append((classes[k], cells, percent(100 * counts[k] / total) if total else "–"))
    seeds = [each.confusion for seed in run.snapshot.seeds if (each := seed[mode].labels)]
    scores_of = [(accuracy(each), balanced_accuracy(each), macro_f1(each)) for each in seeds]
    share, balanced, f1 = np.median(scores_of, axis=0)
    title = f"{'median ' if len(seeds) > 1 else ''}accuracy {readable(100 * share, unit='%')}"
    sizes = confusion.sum(axis=1)
    if sizes.max() > UNEVEN * sizes.mean():
        title += f", balanced {readable(100 * balanced, unit='%')}, macro F1 {short(f1)}"
    return {"title": title, "rows": rows}


def _padding(run: RunAt) -> list[tuple[str, str, list[str]]]:
    """Return mode, measure and texts of each row: with padding, and for real steps only."""
    rows = []
    for mode, scores in _scores(run).items():
        final = run.snapshot.middle.results[mode]
        alone = final.final_validation_loss, final.final_accuracy
        for k, measure in enumerate(("loss", "accuracy")):
            both = [float(each[k]) for each in (scores.with_padding, scores.without_padding)]
            if not k and run.dataset.has_validation:  # Keras averages real steps by batch
                both[run.experiment.model.masking == "on"] = alone[k]
            values = both if mode == "sequence" else [alone[k]]
            texts = [readable(100 * v, unit="%") if k else short(v) for v in values]
            rows.append((mode, measure, texts))
    return rows
