"""Why the modes learn differently: how far gradients reach, which inputs move what, and padding."""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.charts import axes, chart
from lib.charts.html import OVER_TIME, STEPS, enlarged, templates
from lib.charts.palette import Palette
from lib.recurrence import ROUNDING, Padded
from lib.text import counted, number, readable

HEIGHT = 260  # of the chart, in pixels
ROOM = (
    "Padding moves the shortest sequence's answer by up to 0.0000888; masked, by up to 0.0000888."
)
"""As long as the longest takeaway of these."""
LOSSES = {"sequence": "over all steps", "last": "at the last step"}  # what each mode's loss is of
LOST = "Some of the gradients aren't numbers."

_HTML = templates(__file__, over=OVER_TIME, number=number, readable=readable, ROUNDING=ROUNDING)


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> chart.Chart:
    """Norms (T,) of the gradients by the hidden states, for losses "sequence" and "last"."""
    steps = len(names)
    labels = {"sequence": f"loss over all {steps} steps", "last": f"loss at step {steps} alone"}
    hover, dots = chart.hover(), chart.dot_size(steps)
    data, key, sizes = [], [], []
    for mode, values in norms.items():
        known = chart.finite(values)
        known[known <= 1e-12] = np.nan  # 32-bit numbers have nothing to say there
        sizes += known[np.isfinite(known)].tolist()
        style = {"color": palette.mode(mode), "width": 2.5}
        data.append(chart.line(labels[mode], known, style, hover, dots=dots))
        data[-1]["marker"]["symbol"] = "diamond" if mode == "last" else "circle"
        key.append(chart.Entry("diamond" if mode == "last" else "dots", labels[mode], mode))
    # Not to be zoomed, so that the playhead's band stays where it belongs.
    x = axes.timestep_axis(names) | {"fixedrange": True}
    y = axes.log_axis("size of ∂L/∂h", sizes)
    if not sizes:  # nothing is drawn, so that any numbers at the axis would be made up
        y |= {"tickvals": [], "ticktext": []}
    return chart.plotted(data, palette, x, y, [key], name=f"reach {steps}", height=HEIGHT)


def reach_takeaway(norms: Mapping[str, np.ndarray]) -> str:
    """Which loss has the larger gradient at the first step, and how many times as large it is."""
    first = {mode: float(norms[mode][0]) for mode in LOSSES}
    more, less = sorted(first, key=lambda mode: -first[mode])
    if not np.isfinite(list(first.values())).all():
        return LOST
    if not first[more]:
        return "Neither loss has a gradient at step 1."
    if not first[less]:
        return f"Only the loss {LOSSES[more]} has a gradient at step 1."
    ratio = first[more] / first[less]
    times = number(float(f"{ratio:.3g}")) if ratio < 1e6 else "1,000,000+"
    return f"At step 1, the loss {LOSSES[more]} has {times} times the other's gradient."


def reach_sentence(norms: Mapping[str, np.ndarray]) -> str:
    """Each loss's gradient, (T,), at the first and the last step, and where it is largest."""
    return " ".join(
        f"The gradient of the loss {about} is {readable(norms[mode][0])} at step 1, "
        f"{readable(norms[mode][-1])} at step {len(norms[mode])}, and largest at step "
        f"{np.argmax(np.nan_to_num(norms[mode])) + 1}."
        for mode, about in LOSSES.items()
    )


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T) by title, row t and column s; words where it isn't known.

    Inputs run across, outputs down, as in a matrix of attention weights. The maps have one scale;
    exactly zero stays blank.
    """
    known = {t: np.nan_to_num(m, posinf=0.0) for t, m in maps.items() if not isinstance(m, str)}
    most = max((float(made.max(initial=0.0)) for made in known.values()), default=0.0)
    shades, pictures = palette.signed(STEPS)[STEPS:], dict[str, str]()
    for title, made in maps.items():
        pictures[title] = f"{made}"
        if title in known:
            # By the root, so that small influences show; what is there at all isn't blank.
            share = np.sqrt(known[title] / (most or 1.0))
            indexes = np.where(known[title] > 0, np.maximum(2, share * STEPS), 0).round()
            pictures[title] = enlarged(indexes.astype(np.uint8), shades, "aspect-ratio:1")
    return str(_HTML.influence(pictures, steps, most, shades, sentence, palette))


def influence_takeaway(one_way: np.ndarray, both_ways: np.ndarray) -> str:
    """In how many pairs an input moves an earlier output, without backward layers and with them."""
    if not (np.isfinite(one_way).all() and np.isfinite(both_ways).all()):
        return LOST
    (here, pairs), (there, _) = map(_moved_by_later, (one_way, both_ways))
    return f"Later inputs move outputs in {here:,} of {pairs:,} pairs; Bidirectional: in {there:,}."


def _moved_by_later(influence: np.ndarray) -> tuple[int, int]:
    """In how many pairs an output is moved by an input after it, and of how many."""
    later = influence[np.triu_indices(len(influence), 1)] > 0
    return int(later.sum()), len(later)


def influence_sentence(influence: np.ndarray, columns: int, targets: int, both_ways: bool) -> str:
    """Whether any output is moved by an input after it: a map (T, T), outputs by inputs."""
    model = "Bidirectional" if both_ways else "One direction"
    if columns != targets:
        model += f" (of {columns} of {targets} output columns)"
    if not np.isfinite(influence).all():
        return f"{model}: {LOST}"
    later, pairs = _moved_by_later(influence)
    first = readable(float(influence[-1, 0]))
    return (
        f"{model}: an output is moved by an input that comes after it in {later:,} of "
        f"{counted(pairs, 'pair')}. The first input moves the last output by {first}."
    )


def padding_picture(ways: Sequence[Padded], sentence: str, palette: Palette) -> str:
    """All ways, as many side by side as fit."""
    colors, pictures = (palette.surface, palette.border, palette.muted), []
    for way in ways:
        # Blank steps are masked; grey ones are zeros that the layer reads like any other.
        shades = np.where(way.counts, 2, 0 if way.masked else 1).astype(np.uint8)
        pictures.append((way, enlarged(shades, colors, "height:4.5rem;border-radius:0")))
    return str(_HTML.padding(pictures, sentence, palette))


def padding_takeaway(ways: Sequence[Padded]) -> str:
    """How far padding moves the last-step mode's answer for the shortest sequence, at most."""
    plain, masked = (
        max(float(way.differences[-1]) for way in ways if way.masked is with_mask)
        for with_mask in (False, True)
    )
    if not np.isfinite([plain, masked]).all():
        return "Some of the answers aren't numbers."
    moved = _moved_by(plain)
    return f"Padding moves the shortest sequence's answer {moved}; masked, {_moved_by(masked)}."


def _moved_by(most: float) -> str:
    if most <= ROUNDING:
        return "not at all"
    return "hardly" if most < 1e-5 else f"by up to {number(most)}"


def padding_sentence(ways: Sequence[Padded]) -> str:
    """Which step last-step mode takes, and how far the shortest sequence's answer is off."""
    parts = []
    for way in ways:
        takes = "each sequence's own last step" if way.masked else f"step {way.counts.shape[1]}"
        if not way.loss_steps:
            takes = "the zero state, since the mask hides every step"
        off = float(way.differences[-1])
        answer = "the same as unpadded" if off <= ROUNDING else f"off by {readable(off)}"
        parts.append(
            f"{way.title}: last-step mode takes {takes}; the answer for the shortest sequence is "
            f"{answer}."
        )
    if hidden := max(way.hidden_steps for way in ways):
        parts.append(
            f"The mask hides {hidden} of the sequences' own steps too: their features are zero."
        )
    return " ".join(parts)
