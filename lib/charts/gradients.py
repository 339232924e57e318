"""Why the modes learn differently: how far gradients reach, which inputs move what, and padding.

Each has its picture (the last two are HTML fragments, see gradients.html), takeaway and sentence.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.charts import axes, chart, marks
from lib.charts.html import OVER_TIME, STEPS, enlarged, templates
from lib.charts.palette import Palette
from lib.recurrence import ROUNDING, Padded, lengths
from lib.text import counted, number, readable

HEIGHT = 260
"""Of the chart, in pixels."""
ROOM = (
    "Padding moves the shortest sequence's answer by up to 0.0000888; masked, by up to 0.0000888."
)
"""As long as the longest takeaway of these."""
LOSSES = {"sequence": "over all steps", "last": "at the last step"}
"""What each mode's loss is of."""
_HTML = templates(__file__, over=OVER_TIME, number=number, readable=readable, ROUNDING=ROUNDING)


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> chart.Chart:
    """Norms (T,) of the gradients by the hidden states, for losses "sequence" and "last"."""
    steps = len(names)
    labels = {"sequence": f"loss over all {steps} steps", "last": f"loss at step {steps} alone"}
    hover, dots = chart.hover(), marks.dot_size(steps)
    data, key, sizes = [], [], []
    for mode, values in norms.items():
        known = marks.finite(values)
        known[known <= 1e-12] = np.nan  # 32-bit numbers have nothing to say there
        sizes += known[np.isfinite(known)].tolist()
        style = {"color": palette.mode(mode), "width": 2.5}
        data.append(marks.line(labels[mode], known, style, hover, dots=dots))
        glyph = "dots"
        if mode == "last":
            glyph = data[-1]["marker"]["symbol"] = "diamond"
        key.append(marks.Entry(glyph, labels[mode], mode))
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
        return "Some of the gradients at step 1 aren't numbers."
    if not first[more]:
        return "Neither loss has a gradient at step 1."
    if not first[less]:
        return f"Only the loss {LOSSES[more]} has a gradient at step 1."
    times = _times(first[more] / first[less])
    if times == "1":
        return "Both losses have a gradient of about the same size at step 1."
    return f"At step 1, the loss {LOSSES[more]} has {times} times the other's gradient."


def reach_sentence(norms: Mapping[str, np.ndarray]) -> str:
    """How much of each loss's gradient is left at the first step, (T,) each."""
    return " ".join(_reach_of(about, norms[mode]) for mode, about in LOSSES.items())


def _reach_of(about: str, norms: np.ndarray) -> str:
    """One loss's gradient, against its own at the last step: each mean has its number of terms."""
    values = np.asarray(norms, np.float64)
    if not np.isfinite(values).all():
        return f"The loss {about} has gradients that aren't numbers."
    if not values.any():
        return f"No hidden state moves the loss {about}: every gradient is 0."
    first, last, steps = float(values[0]), float(values[-1]), len(values)
    against = f"at step {steps} it is {readable(last)}"
    if first > 0 and last > 0:
        against = f"{_as_much(first / last)} what it is at step {steps}"
    return (
        f"The gradient of the loss {about} is {readable(first)} at step 1, {against}, and largest "
        f"at step {np.argmax(values) + 1}."
    )


def _as_much(ratio: float) -> str:
    if ratio >= 1:
        return f"{_times(ratio)} times"
    if ratio < 1e-6:
        return "less than a millionth of"
    return f"{number(100 * ratio)}% of" if ratio >= 0.0001 else f"1/{_times(1 / ratio)} of"


def _times(ratio: float) -> str:
    """A ratio with no more than three digits that count, up to a million."""
    return number(float(f"{ratio:.3g}")) if ratio < 1e6 else "1,000,000+"


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """|∂output(t) / ∂input(s)| (T, T) by title, row t and column s; words where it isn't known.

    Inputs run across, outputs down, as in a matrix of attention weights. The maps have one scale;
    exactly zero stays blank.
    """
    known = {
        title: np.where(np.isfinite(made), made, 0.0)
        for title, made in maps.items()
        if not isinstance(made, str)
    }
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
        return "Some of the gradients aren't numbers."
    if not (one_way.any() or both_ways.any()):
        return "No input moves any output: every gradient is 0."
    (here, pairs), (there, _) = map(_moved_by_later, (one_way, both_ways))
    one, both = (f"{moved:,}" if moved else "none" for moved in (here, there))
    of = counted(pairs, "pair")
    return f"Later inputs move outputs in {one} of {of}; Bidirectional: in {both}."


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
        return f"{model}: some of the gradients aren't numbers."
    if not influence.any():
        return f"{model}: no input moves any output: every gradient is 0."
    later, pairs = _moved_by_later(influence)
    says = "no output is moved by an input that comes after it"
    if later:
        says = (
            f"in {later} of {pairs} pairs an output is moved by an input that comes after it: it "
            "has seen the future, and with it, where targets are later values, its own target"
        )
    first = readable(float(influence[-1, 0]))
    return f"{model}: {says}. The first input moves the last output by {first}."


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
    moved, when_masked = _moved_by(plain), _moved_by(masked)
    rest = ", masked or not" if moved == when_masked else f"; masked, {when_masked}"
    return f"Padding moves the shortest sequence's answer {moved}{rest}."


def _moved_by(most: float) -> str:
    if most <= ROUNDING:
        return "not at all"
    return "hardly" if most < 1e-5 else f"by up to {number(most)}"


def padding_sentence(ways: Sequence[Padded]) -> str:
    """Where the last step is, and by how much the shortest sequence's answer is off."""
    steps = ways[0].counts.shape[1]
    parts = [
        f"{way.title}: {_last_step_of(way)}; the answer for the shortest sequence is "
        f"{_answer_of(way)}."
        for way in ways
    ]
    if hidden := max(way.hidden_steps for way in ways):
        parts.append(
            f"The mask hides {hidden} of the sequences' own {lengths(steps).sum()} steps too: all "
            "their features are zero."
        )
    if not all(way.loss_steps for way in ways):
        parts.append("So no step counts under the mask: the loss has nothing to average over.")
    return " ".join(parts)


def _last_step_of(way: Padded) -> str:
    """Which step is the last one in one way to pad a batch."""
    if not way.masked:
        return f"last-step mode always takes step {way.counts.shape[1]}"
    if not way.loss_steps:
        return (
            "no step counts, and last-step mode gives the zero state that each sequence starts from"
        )
    text = "last-step mode takes each sequence's own last step"
    if way.hidden_steps:
        text += " that is not all zeros"
    if (way.last_step < 0).any():
        text += ", and where there is none the zero state that it starts from"
    return text


def _answer_of(way: Padded) -> str:
    """How far the shortest sequence's answer is from the unpadded one."""
    off = float(way.differences[-1])
    return "the same as unpadded" if off <= ROUNDING else f"off by {readable(off)}"
