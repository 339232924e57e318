"""The sentences about a table's windows: which rows they are, and what leaks were looked for."""

from __future__ import annotations

from collections.abc import Sequence

from lib.dataset import Dataset, Origin
from lib.english import counted, joined
from lib.tables.leaks import Finding


def window_takeaway(dataset: Dataset, origin: Origin, sample: int, step: int) -> str:
    """What one timestep, 0 to T-1, reads and has to say."""
    row, ahead = int(origin.starts[sample]) + origin.rate * step, origin.horizons
    says = _rows(origin, row + ahead[0], row + ahead[-1]) if any(ahead) else "the same row"
    change = "the change to " if dataset.base is not None and len(ahead) == 1 else ""
    reads = f"Sample {sample + 1}, timestep {step + 1} reads {origin.label(row)}"
    return f"{reads} and must say {change}{says}."


def window_sentence(dataset: Dataset, origin: Origin, sample: int) -> str:
    """The rows of one sample, and those of its targets in both modes."""
    t, ahead = dataset.shape[1], origin.horizons
    first = int(origin.starts[sample])
    last = first + origin.rate * (t - 1)
    series = origin.names[origin.series[first]]
    series = f", {series}," if series else ""
    apart = f", every {origin.rate} rows" if origin.rate > 1 else ""
    far = f"{counted(ahead[-1], origin.step)} later" if ahead[-1] else "in the same row"
    far = f"{ahead[0]} to {far}" if len(ahead) > 1 else far
    return (
        f"Sample {sample + 1}{series} reads {_rows(origin, first, last)}{apart}. The sequence mode "
        f"has a target for each timestep, {far}: "
        f"{_rows(origin, first + ahead[0], last + ahead[-1])}. The last-step mode has the last "
        f"timestep's: {_rows(origin, last + ahead[0], last + ahead[-1])}."
    )


def shapes_sentence(dataset: Dataset) -> str:
    """What one sample is made of, by shape."""
    (_, t, f), k = dataset.shape, dataset.targets
    return f"x ({t}, {f}) → y ({t}, {k}) for the sequence mode, y_last ({k},) for the last step."


def _rows(origin: Origin, first: int, last: int) -> str:
    return " to ".join(dict.fromkeys((origin.label(first), origin.label(last))))


def slip_sentence(dataset: Dataset, origin: Origin) -> str:
    """Whether what has to be said is also read, or in the same row, and when that is right."""
    among = joined([name for name in origin.columns if name in dataset.feature_names])
    if any(origin.horizons):
        right = "is among inputs and targets, and that is right: a timestep reads it up to its own"
        return among and f"{among} {right} row, and must say a later one."
    if dataset.base is not None:
        return "The change to the row that is read is always 0: look one row ahead at least."
    if among:
        return (
            f"Each timestep reads the {among} that it must say: models learn to copy it. Take it "
            "out of the inputs, or look one row ahead."
        )
    return (
        "Targets are in the row that is read. That is right where they aren't known yet when the "
        "inputs are, such as another measurement of that time. Nothing is foretold."
    )


def keras_sentence(dataset: Dataset, origin: Origin) -> str:
    """How targets line up in `timeseries_dataset_from_array`, and the slip that is usual there."""
    back, ahead = origin.rate * (dataset.shape[1] - 1), origin.horizons[0]
    return (
        "Keras gives targets[i] to the window that begins at row i. So targets are shifted by "
        f"{counted(back + ahead, 'row')}: {back} to the window's last one, and {ahead} ahead. The "
        "usual slip is to pass them as they are: then each window must say its own first row."
    )


def thinned(dataset: Dataset) -> str:
    """That not every window is used, where N is smaller for it than one thinks."""
    return next((note for note in dataset.notes if " window is used, " in note), "")


def leak_takeaway(findings: Sequence[Finding]) -> str:
    """Whether something has seen what it must not."""
    if found := [finding.about.lower() for finding in findings if finding.clean is False]:
        return f"{counted(len(found), 'leak')} found: {joined(found)}."
    looked = sum(finding.clean is True for finding in findings)
    if not looked:
        return "Too few samples to tell."
    return f"None found, in {counted(looked, 'check')} of the numbers themselves."


def leak_sentence(finding: Finding) -> str:
    """One finding, with what was looked at."""
    verdict = {True: "none", False: "found", None: "to know"}[finding.clean]
    return f"{finding.about}: {verdict}. {finding.sentence} (Looked at: {finding.looked})"
