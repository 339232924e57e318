"""The sentences of the Data page: what a dataset holds, which rows of a table that is, what leaks.

What a model makes of them is told elsewhere (`lib.charts.narrate.explore`, `.worth`).
"""

import math
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np

from lib.charts.narrate import Told
from lib.data import Dataset, Finding, Origin, find_leaks, moments, part_spans
from lib.experiment import MAX_VALUES
from lib.text import ALMOST_0, apart, beside, capital, counted, joined, listed, number, say

_said = partial(say, beside(__file__))

LONGEST_TITLE = 40
"""Of a person's file, in letters, so that the page's heading takes two lines on a narrow screen."""


def raw_targets(dataset: Dataset, sample: int) -> np.ndarray:
    """One sample's targets, (T, K) float64 in the raw unit: six digits where y has 32 bits."""
    y = dataset.y[sample]
    raw = dataset.raw(y, sample).astype(np.float64)
    if not dataset.is_scaled:
        return raw
    size = np.abs([raw, raw - dataset.raw(np.zeros_like(y), sample)]).max()
    return raw.round(max(0, 5 - math.floor(math.log10(max(1e-12, size)))))


def data_sentence(dataset: Dataset) -> str:
    """What there is."""
    (n, t, f), title = dataset.shape, dataset.title
    title = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    return f"{title}: {n:,} samples of {t} timesteps and {counted(f, 'feature')}."


def sample_told(dataset: Dataset, sample: int) -> Told:
    """Which of its targets each mode has to do with; where these begin, move and end, raw."""
    y, learns = raw_targets(dataset, sample)[:, 0], sample < dataset.train
    low, high = int(np.argmin(y)), int(np.argmax(y))
    values = apart(y[low], y[high], y[0], y[-1], nothing=ALMOST_0)
    sentence = _said(
        "flat_sample" if y[low] == y[high] else "sample",
        name=capital(dataset.sample_name(sample)),
        target=f"{dataset.target_labels[0]}{',' if dataset.lead else ''}",
        unit=f" {dataset.target_unit}" if dataset.target_unit else "",
        low=low + 1,
        high=high + 1,
        **dict(zip(("least", "most", "first", "last"), values, strict=True)),
        use=_said("learns" if learns else "is_judged", steps=len(y)),
    )
    steps, by = "both" if len(y) == 2 else f"all {len(y)}", "from" if learns else "on"
    does = "learns" if learns else "is judged"
    return _said("sample_takeaway", learns=does, by=by, steps=steps), sentence


def numbers_hint(dataset: Dataset) -> str:
    """What the columns of a sample's numbers are."""
    unit = f" in {dataset.target_unit}" if dataset.target_unit else ""
    name = "scaled_numbers" if dataset.is_scaled else "numbers"
    return _said(name, ahead=dataset.ahead, unit=unit)


def window_told(dataset: Dataset, origin: Origin, sample: int, step: int) -> Told:
    """What timestep `step`, 0 to T-1, reads and has to say; the rows of the whole sample."""
    ahead, first = origin.horizons, int(origin.starts[sample])
    row, last = (first + origin.rate * k for k in (step, dataset.shape[1] - 1))
    says = _rows(origin, row + ahead[0], row + ahead[-1]) if any(ahead) else "the same row"
    change = "the change to " if dataset.base is not None and len(ahead) == 1 else ""
    reads = f"Sample {sample + 1}, timestep {step + 1} reads {origin.label(row)}"
    series = origin.names[origin.series[first]]
    far = f"{counted(ahead[-1], origin.step)} later" if ahead[-1] else "in the same row"
    return f"{reads} and must say {change}{says}.", _said(
        "window",
        number=sample + 1,
        series=f", {series}," if series else "",
        reads=_rows(origin, first, last),
        every=f", every {origin.rate} rows" if origin.rate > 1 else "",
        far=f"{ahead[0]} to {far}" if len(ahead) > 1 else far,
        says=_rows(origin, first + ahead[0], last + ahead[-1]),
        says_last=_rows(origin, last + ahead[0], last + ahead[-1]),
        gap=_said("crosses") if origin.crosses_gap(dataset.shape[1], sample) else "",
    )


def shapes_sentence(dataset: Dataset) -> str:
    """What one sample is made of, by shape."""
    _, t, f = dataset.shape
    return _said("shapes", t=t, f=f, k=dataset.targets)


def _rows(origin: Origin, first: int, last: int) -> str:
    return " to ".join(dict.fromkeys((origin.label(first), origin.label(last))))


def slip_sentence(dataset: Dataset, origin: Origin) -> str:
    """Whether what has to be said is also read, or in the same row, and when that is right."""
    among = joined([name for name in origin.columns if name in dataset.feature_names])
    if any(origin.horizons):
        are = "are" if " and " in among else "is"
        return among and _said("read_too", among=among, are=are)
    return _said("copied" if among else "same_row", among=among)


def keras_sentence(dataset: Dataset, origin: Origin) -> str:
    """How targets line up in `timeseries_dataset_from_array`, and the slip that is usual there."""
    back, ahead = origin.rate * (dataset.shape[1] - 1), origin.horizons[0]
    return _said("keras", rows=counted(back + ahead, "row"), back=back, ahead=ahead)


def split_told(dataset: Dataset) -> Told:
    """How many samples are to learn from and to check on; what was found of rows in two parts."""
    if not dataset.has_validation:
        count = len(dataset.x)
        return _said("none_kept", count=count), _said("none_kept_why", count=count)
    words = {"train": dataset.train, "judged": dataset.seen - dataset.train, "test": dataset.test}
    said = [_said("parts", which="next" if dataset.test else "other", **words)]
    if dataset.test:
        said.append(_said("test", **words))
    if (origin := dataset.origin) and origin.every == 1:
        for (_, end, before), (begin, _, after) in pairwise(part_spans(dataset, origin, 0)):
            if between := begin - end - 1:
                rows = counted(between, "row")
                said.append(_said("gap", before=before, after=after, rows=rows))
    details = " ".join([*said, *(each.sentence for each in find_leaks(dataset) if each.splits)])
    return _said("split_with_test" if dataset.test else "split", **words), details


def range_hint(dataset: Dataset) -> str:
    """That many validation targets lie outside the range of those of training, and what helps.

    Of a table's first target column, where the targets are values and not changes; "" elsewhere,
    where fewer than 5% do, and where the level hasn't moved: where the means of both parts at the
    last step are less than a standard deviation of the training part apart.
    """
    origin, changes = dataset.origin, dataset.base is not None
    if not origin or changes or 0 in origin.horizons or not dataset.has_validation:
        return ""
    training, judged = slice(dataset.train), dataset.judged

    def raw(y: np.ndarray, samples: slice) -> np.ndarray:
        """The first column of targets, (S,), of y (S, K)."""
        return dataset.raw(y.astype(np.float64), samples, last=True)[:, 0]

    lows, highs = (raw(edge(dataset.y[training], axis=1), training) for edge in (np.min, np.max))
    low, high = float(lows.min()), float(highs.max())
    known, values = (raw(dataset.y[part, -1], part) for part in (training, judged))
    outside = float(((values < low) | (values > high)).mean())
    if outside < 0.05 or abs(values.mean() - known.mean()) < known.std():
        return ""
    unit = f" {dataset.target_unit}" if dataset.target_unit else ""
    edges = [0.0 if abs(edge) < 1e-6 * (high - low) else edge for edge in (low, high)]  # rounding
    return _said("outside", share=100 * outside, span=" to ".join(apart(*edges)), unit=unit)


def levels_hint(dataset: Dataset) -> str:
    """That levels of series deviate twice as much as their values do, and what helps; "" if not.

    Of a table's first target column, where all series are scaled alike and are in both parts.
    """
    origin = dataset.origin
    if origin is None or len(origin.names) < 2 or origin.x_scale.by_series:
        return ""
    of_samples = origin.series[origin.starts]
    if not np.isin(of_samples[dataset.judged], of_samples[: dataset.train]).all():
        return ""
    values, series = origin.targets[origin.training, 0], origin.series[origin.training]
    levels, own = moments(values, series)[:, series]
    between, within = float(levels.std()), math.sqrt((own**2).mean())
    if not within or between < 2 * within:
        return ""
    return _said("levels", times=number(between / within))


def series_hint(dataset: Dataset) -> str:
    """That not all series are checked on, where some should be, and what helps; "" otherwise."""
    origin = dataset.origin
    if origin is None or not dataset.has_validation:
        return ""
    series = origin.series[origin.starts]
    seen, judged = np.unique(series[: dataset.train]), np.unique(series[dataset.judged])
    if not np.isin(judged, seen).all() or len(judged) == len(origin.names):
        return ""
    names = listed([origin.names[s] for s in judged])
    return _said("some_series", judged=len(judged), count=len(origin.names), names=names)


def gaps_sentence(dataset: Dataset) -> str:
    """That some windows run on across gaps of time; "" if none does."""
    origin = dataset.origin
    if origin is None or not (crossing := int(origin.crosses_gap(dataset.shape[1]).sum())):
        return ""
    windows, gaps = counted(crossing, "window"), counted(origin.gaps, "gap")
    return _said("run_on", windows=windows, count=len(origin.starts), gaps=gaps)


def gaps_hint(dataset: Dataset) -> str:
    """The same where it is true of half of the windows at most, so that it helps to stop them."""
    origin = dataset.origin
    few = origin is not None and origin.crosses_gap(dataset.shape[1]).mean() <= 0.5
    return gaps_sentence(dataset) if few else ""


def thinned(dataset: Dataset) -> str:
    """That not every window is used, where N is smaller for it than one thinks; "" if all are."""
    if dataset.origin is None or (every := dataset.origin.every) == 1:
        return ""
    nth = {2: "second", 3: "third"}.get(every, f"{every}th")
    return _said("thinned", nth=nth, used=len(dataset.x), most=MAX_VALUES)


def leak_takeaway(findings: Sequence[Finding]) -> str:
    """Whether something has seen what it must not."""
    if found := [finding.about.lower() for finding in findings if finding.clean is False]:
        return f"{counted(len(found), 'leak')} found: {joined(found)}."
    if looked := sum(finding.clean is True for finding in findings):
        return f"None found, in {counted(looked, 'check')} of the numbers themselves."
    return "Too few samples to tell."


def leak_sentence(finding: Finding) -> str:
    """One finding, with what was looked at."""
    verdict = {True: "none", False: "found", None: "to know"}[finding.clean]
    return f"{finding.about}: {verdict}. {finding.sentence} (Looked at: {finding.looked})"
