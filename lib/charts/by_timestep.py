"""The charts over the timesteps: what each model says of a sample, and how far off it is.

The sequence mode is a line with a dot at every timestep. The last-step mode is one diamond at T,
open, so that the target and the other answer can be seen in it. Only where somebody asks what it
would have said `earlier`, a dotted line leads to it: nobody gets that from the layer. Of several
seeds this is the median, and each has a thin line, or a small diamond, of its own.
"""

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.marks import Entry, Part
from lib.charts.palette import Palette
from lib.data import Dataset
from lib.experiment import MODES
from lib.results import RunAt, Snapshot, best_possible

HEIGHT = 340
UNASKED = {"dense": "its head, asked earlier", "none": "its output, asked earlier"}
"""What the dotted line is called, next to "last-step mode", by the model's head."""


def input_squares(
    dataset: Dataset, sample: int, palette: Palette, end: float, names: Sequence[str] = ()
) -> tuple[Part, Part]:
    """A trace of one sample's inputs as shades, features by timesteps, and its y axis.

    That is a second one, up to the share `end` of the plot, with `names` from above.
    """
    steps, shades = dataset.shape[1], palette.shades(palette.ink)
    texts = np.array([chart.escaped(name) for name in dataset.feature_names])
    axis = {
        "domain": [0.0, end],
        "autorange": "reversed",
        "tickvals": [*range(len(names))],
        "ticktext": [chart.escaped(name) for name in names],
        "tickfont": {"size": chart.FONT_SIZE, "color": palette.muted},
        "showgrid": False,
        "zeroline": False,
    }
    hover = f"%{{text}}: %{{z:{chart.VALUE}}}<extra></extra>"
    trace = marks.heatmap("inputs", dataset.x[sample].T, shades, hover, yaxis="y2", ygap=1)
    # Of more timesteps gaps would be half of it on a phone.
    trace |= {"xgap": 1 if steps <= 30 else 0, "text": np.tile(texts[:, None], (1, steps))}
    return trace, axis


def gaps_of(dataset: Dataset, sample: int, palette: Palette) -> Part:
    """Of a layout: a line between two timesteps of the sample where rows of time are missing."""
    if (origin := dataset.origin) is None:
        return {}
    lines = marks.gap_lines(origin.segment[origin.rows(dataset.shape[1], sample)], 1, palette)
    return {"shapes": lines} if lines else {}


def predictions_figure(
    run: RunAt, sample: int, target: int, *, palette: Palette, earlier: bool = False
) -> chart.Chart:
    """One sample and one target column, in the raw unit.

    The last-step model's answer is a single diamond at T. With `earlier` a dotted line leads to it:
    what its head (without one, its output) would have said at each step, where it was never asked.
    The axis holds all of the column's shown targets, so it stands still while a model learns.

    `sample` is which of the `Snapshot.samples`, 0 to S-1, and `target` which column, 0 to K-1.
    Without results the target stands alone.
    """
    dataset, snapshot = run.dataset, run.snapshot
    index = int(snapshot.samples[sample])
    truth = marks.finite(dataset.raw(dataset.y[index], index)[:, target])

    values = answers_by_mode(dataset, snapshot, sample, target)
    unit, hover = dataset.target_unit, chart.hover(dataset.target_unit)
    # Wider than the models' lines and below them: a model that is right runs inside the target.
    line = marks.line("target", truth, {"color": palette.ink, "width": 4}, hover, dots=1)
    if dataset.has_named_steps:
        after = f"{dataset.lead} after " if dataset.lead else ""
        line["customdata"] = [chart.escaped(f"{after}{name}") for name in dataset.steps_of(index)]
        line["hovertemplate"] += " · %{customdata}"
    line["marker"]["size"] = round(1.5 * marks.dot_size(len(truth)))

    head = run.experiment.model.head
    key, unasked = _key(values, head, earlier)
    target_key = Entry("dots", f"target{dataset.ahead}")
    rows = [[target_key], key] if dataset.ahead else [[target_key, *key]]  # or too long for a phone
    if unasked := unasked + [marks.SEEDS] * bool(snapshot.others):
        rows.append(unasked)
    seen = snapshot.samples
    if origin := dataset.origin:  # other series may lie elsewhere
        series = origin.series[origin.starts]
        own = seen[series[seen] == series[index]]
        seen = own if len(own) > 1 else seen
    targets = marks.finite(dataset.raw(dataset.y[seen], seen))[:, :, target]
    zero = axes.from_zero(targets)
    # Half of a diamond on the axis lies below it.
    x = axes.timestep_axis(dataset.steps_of(index)) | {"ticklabelstandoff": 5 if zero else 0}
    title, held = chart.with_unit(dataset.target_names[target], unit), _asked(values, earlier)
    y = axes.linear_axis(title, np.append(truth, held), axes.with_room(targets), zero=zero)
    look: Part = {"name": f"predictions {dataset.name} {target}", "height": HEIGHT}
    traces = [line, *mode_traces(values, head, palette, hover, earlier)]
    if origin:
        squares, look["yaxis2"] = input_squares(dataset, index, palette, 0.12)
        traces.append(squares | {"hoverinfo": "skip"})
        look |= gaps_of(dataset, index, palette)
        x |= {"title": "timestep, its inputs above", "anchor": "y2"}
        y["domain"] = [0.2, 1.0]
    return chart.plotted(traces, palette, x, y, rows, **look)


def step_error_figure(run: RunAt, palette: Palette, *, earlier: bool = False) -> chart.Chart:
    """Root of the mean squared error on the judged samples, by timestep.

    The root, since it is in the unit of the target, and small errors stay visible beside great
    ones. The last-step model is asked at T alone; with `earlier` a dotted line leads to its
    diamond, as in the predictions. Columns with different raw units are judged in the unit of y,
    and the axis says so.
    """
    dataset, head = run.dataset, run.experiment.model.head
    unit = error_unit(dataset)
    errors, naive = errors_by_mode(dataset, run.snapshot), typical_error(dataset, dataset.naive_mse)
    hover = chart.hover(unit)
    levels = [Entry("dotted", dataset.naive_label, "baseline")]
    data = [marks.line(dataset.naive_label, naive, marks.naive_style(palette), hover)]
    data += mode_traces(errors, head, palette, hover, earlier)
    if best := best_possible(run.experiment, dataset):  # above the line that reaches it, to be seen
        floor = typical_error(dataset, best.mse)
        data.append(marks.line(best.label, floor, marks.best_style(palette), hover))
        levels.insert(0, Entry("dashed", best.label, "best"))
    key, unasked = _key(errors, head, earlier)
    levels += [marks.SEEDS] * bool(run.snapshot.others)
    rows = [row for row in ([*key, *unasked], levels) if row]
    x, title = axes.timestep_axis(dataset.timestep_names), chart.with_unit("typical error", unit)
    y = axes.linear_axis(title, np.append(naive, _asked(errors, earlier)), np.append(naive, 0.0))
    name = f"step error {dataset.name}"
    return chart.plotted(data, palette, x, y, rows, name=name, height=HEIGHT)


def typical_error(dataset: Dataset, mse: np.ndarray) -> np.ndarray:
    """The root of mean squared errors, in the raw unit where all targets have one."""
    return (dataset.raw_scale or 1.0) * np.sqrt(marks.finite(mse))


def error_unit(dataset: Dataset) -> str:
    """That of typical errors."""
    return "scaled" if dataset.raw_scale is None else dataset.target_unit


BySeed = Mapping[str, np.ndarray]
"""By mode values (1 + R, T): the median first, then, where there are several, those of R seeds."""


def _by_seed(snapshot: Snapshot, figure: str, drawn: Callable[[np.ndarray], np.ndarray]) -> BySeed:
    """A figure of `ModeResult` as it is `drawn`, (T,): of the median, and of each seed, by mode."""
    each = {mode: snapshot.by_seed(mode, figure) for mode in snapshot.results}
    middle = {mode: np.median(own, axis=0, keepdims=True) for mode, own in each.items()}
    if snapshot.others:
        middle = {mode: np.concatenate([middle[mode], own]) for mode, own in each.items()}
    return {mode: np.stack([*map(drawn, values)]) for mode, values in middle.items()}


def answers_by_mode(dataset: Dataset, snapshot: Snapshot, sample: int, target: int) -> BySeed:
    """What the models say of a sample's target column, in the raw unit."""
    index = int(snapshot.samples[sample])
    return _by_seed(
        snapshot, "predictions", lambda of: marks.finite(dataset.raw(of[sample], index)[:, target])
    )


def errors_by_mode(dataset: Dataset, snapshot: Snapshot) -> BySeed:
    """The typical errors."""
    return _by_seed(snapshot, "step_mse", lambda mse: typical_error(dataset, mse))


def _asked(values: BySeed, earlier: bool) -> np.ndarray:
    """What of the values is drawn: of the last-step mode mostly the last timestep alone."""
    drawn = (v if earlier or m == "sequence" else v[:, -1:] for m, v in values.items())
    return np.concatenate([np.zeros(0), *map(np.ravel, drawn)])


def mode_traces(
    values: BySeed, head: str, palette: Palette, hover: str, earlier: bool
) -> list[Part]:
    """The traces of values by mode, "sequence" and "last", over the timesteps 1 to T."""
    sequence, last = values.get("sequence"), values.get("last")
    traces: list[Part] = []
    for mode, dash in (("sequence", "solid"), *[("last", "dot")] * earlier):
        if mode in values and len(own := values[mode][1:]):
            steps = np.arange(1, own.shape[1] + 1)
            style: Part = {"color": palette.mode(mode), "dash": dash}
            name = f"{MODES[mode].name}, each seed"
            traces.append(marks.seed_lines(name, [(steps, row) for row in own], style))
    if last is not None and earlier:
        style = {"color": palette.last, "width": 2.5, "dash": "dot"}
        traces.append(marks.line(UNASKED[head], last[0], style, hover))
    if sequence is not None:
        style = {"color": palette.sequence, "width": 2.5}
        size = marks.dot_size(sequence.shape[1])
        traces.append(marks.line(MODES["sequence"].name, sequence[0], style, hover, dots=size))
    if last is not None:
        name, at = MODES["last"].name, [last.shape[1]]
        marker: Part = {"color": palette.last, "symbol": "diamond-open"}
        if len(own := last[1:, -1]):
            small = marker | {"size": 9, "line": {"color": palette.last, "width": 1}}
            traces.append(marks.points(f"{name}, each seed", at * len(own), own, small, ""))
        large = marker | {"size": 17, "line": {"color": palette.last, "width": 3.5}}
        traces.append(marks.points(name, at, last[0, -1:], large, hover))
    return traces


def _key(modes: Collection[str], head: str, earlier: bool) -> tuple[list[Entry], list[Entry]]:
    """The key of `mode_traces`: of both modes, and of the dotted line where there is one."""
    unasked = [Entry("dotted", UNASKED[head], "last")] * (earlier and "last" in modes)
    return marks.mode_keys(modes, "dots", "open diamond"), unasked
