"""HTML tables of labels: confusion matrices at the last step, and what padding changes."""

from typing import Any

import numpy as np

from lib import results
from lib.charts.html import render
from lib.charts.palette import Palette
from lib.charts.sentences import UNTRAINED, Words
from lib.experiment import MODES
from lib.results import LabelScores, RunAt, accuracy, balanced_accuracy, macro_f1
from lib.text import counted, percent, short

WIDE_NAMES = 40  # letters of all classes' names; with more letters, they are written upward


def label_tables(run: RunAt, palette: Palette) -> str:
    """Return the modes' confusion matrices and, if steps are padded, a table with and without."""
    matrices = {mode: _matrix(run, mode, scores, palette) for mode, scores in _scores(run).items()}
    upward = sum(map(len, run.dataset.classes)) > WIDE_NAMES
    padding, mask, masked = [], run.dataset.mask, run.dataset.model_mask(run.experiment) is not None
    about = ""
    if mask is not None:
        padding, part = _padding(run), mask[run.dataset.evaluated]
        about = f"{int(part.sum()):,} of {part.size:,} evaluated steps are real. "
        keras = "only these: padding is masked" if masked else "all of them: nothing is masked"
        about += f"Keras counts {keras}."
    names = {mode: MODES[mode].name for mode in matrices}
    colors = {mode: palette.words(mode) for mode in matrices}
    look = {"upward": upward, "names": names, "colors": colors, "masked": masked, "about": about}
    return render("charts/confusion.html", "tables", matrices, padding, run.dataset.classes, **look)


def label_words(run: RunAt) -> Words:
    """Return the most frequent mistake, and how the numbers are counted."""
    dataset, scores, seeds = run.dataset, _scores(run), len(run.snapshot.seeds)
    details = "A row has the samples of a true class, a column those of a predicted class. Colors "
    details += "and the last column are shares of a row."
    if seeds > 1:
        details += f" Counts are sums over {seeds} seeds."
    if dataset.mask is not None:
        details += " Last-step mode's loss and accuracy count one output per sample."
    if not run.snapshot.epoch:
        return UNTRAINED, details
    mistakes = {
        mode: each.confusion - np.diag(np.diag(each.confusion)) for mode, each in scores.items()
    }
    mode = max(mistakes, key=lambda each: int(mistakes[each].sum()))
    worst = np.unravel_index(mistakes[mode].argmax(), mistakes[mode].shape)
    count, total = int(mistakes[mode][worst]), int(scores[mode].confusion[worst[0]].sum())
    if not count:
        return "No mistakes at the last step.", details
    true, predicted = (dataset.classes[k] for k in worst)
    text = f"Most frequent mistake: {MODES[mode].name} says {predicted} instead of {true}"
    return f"{text} ({count:,} of {total:,}).", details


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
    title = f"{counted(seeds, 'seed')} together, " if (seeds := len(run.snapshot.seeds)) > 1 else ""
    title += f"accuracy {percent(100 * accuracy(confusion))}"
    if results.is_uneven(confusion.sum(axis=1)):
        title += f", balanced {percent(100 * balanced_accuracy(confusion))}"
        title += f", macro F1 {short(macro_f1(confusion))}"
    return {"title": title, "rows": rows}


def _padding(run: RunAt) -> list[tuple[str, str, list[str]]]:
    """Return mode, measure and texts of each row: with padding, and for real steps only."""
    rows = []
    for mode, scores in _scores(run).items():
        final = run.snapshot.middle.results[mode]
        alone = final.final_validation_loss, scores.accuracy
        for k, measure in enumerate(("loss", "accuracy")):
            both = [float(each[k]) for each in (scores.with_padding, scores.without_padding)]
            values = both if mode == "sequence" else [alone[k]]
            texts = [percent(100 * value) if k else short(value) for value in values]
            rows.append((mode, measure, texts))
    return rows
