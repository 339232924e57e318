"""Why the modes train differently: the reach of gradients and the influence of inputs."""

from collections.abc import Mapping, Sequence

import numpy as np

from lib.charts import axes, chart
from lib.charts.html import STEPS, enlarged, render
from lib.charts.palette import Palette
from lib.charts.sentences import Words
from lib.text import all_of, counted, difference, readable

HEIGHT = 260  # of the chart, in pixels
LOSSES = {"sequence": "over all steps", "last": "at the last step"}  # each mode's loss
LOST = "Some gradients are NaN or infinite."


def reach_figure(
    norms: Mapping[str, np.ndarray], names: Sequence[str], palette: Palette
) -> chart.Chart:
    """Draw the norm of ∂loss/∂h(t) by timestep, for the loss of each mode; `norms` (T,) by mode."""
    steps = len(names)
    labels = {"sequence": f"loss over {all_of(steps)} steps", "last": f"loss at step {steps} alone"}
    hover, dots = chart.hover(), chart.dot_size(steps)
    data, key = [], []
    for mode, values in norms.items():
        known = chart.finite(values)
        known[known <= 1e-12] = np.nan  # below the precision of 32-bit numbers
        style = {"color": palette.mode(mode), "width": 2.5}
        data.append(chart.line(labels[mode], known, style, hover, dots=dots))
        data[-1]["marker"]["symbol"] = "diamond" if mode == "last" else "circle"
        key.append(chart.Entry("diamond" if mode == "last" else "dots", labels[mode], mode))
    # Without zoom, the playhead's band stays on its timestep.
    x = axes.timestep_axis(names) | {"fixedrange": True}
    sizes = chart.all_y(data)
    y = axes.log_axis("size of ∂L/∂h", sizes)
    if not np.isfinite(sizes).any():  # an axis without data has no ticks
        y |= {"tickvals": [], "ticktext": []}
    return chart.plotted(data, palette, x, y, [key], name=f"reach {steps}", height=HEIGHT)


def reach_words(norms: Mapping[str, np.ndarray]) -> Words:
    """Compare both losses' gradients at step 1; the details give the norms (T,) at both ends."""
    first = {mode: float(norms[mode][0]) for mode in LOSSES}
    more, less = sorted(first, key=lambda mode: -first[mode])
    takeaway = f"Only the loss {LOSSES[more]} has a gradient at step 1."
    if not np.isfinite(list(first.values())).all():
        takeaway = LOST
    elif not first[more]:
        takeaway = "Neither loss has a gradient at step 1."
    elif first[less]:
        larger = difference(first[more], first[less])
        loss = "both losses" if larger == "the same" else f"the loss {LOSSES[more]}"
        takeaway = f"Gradient at step 1: {larger} for {loss}."
    return takeaway, " ".join(
        f"The gradient of the loss {about} is {readable(norms[mode][0])} at step 1, "
        f"{readable(norms[mode][-1])} at step {len(norms[mode])}, and largest at step "
        f"{np.argmax(np.nan_to_num(norms[mode])) + 1}."
        for mode, about in LOSSES.items()
    )


def influence_maps(
    maps: Mapping[str, np.ndarray | str], steps: int, sentence: str, palette: Palette
) -> str:
    """Draw maps by title: |∂output(t) / ∂input(s)| (T, T), row t, column s; or a text instead."""
    known = {t: np.nan_to_num(m, posinf=0.0) for t, m in maps.items() if not isinstance(m, str)}
    most = max((float(influence.max(initial=0.0)) for influence in known.values()), default=0.0)
    shades, pictures = palette.signed(STEPS)[STEPS:], dict[str, object](maps)
    for title, influence in known.items():
        # The square root makes small influences visible; only exact zeros are blank.
        share = np.sqrt(influence / (most or 1.0))
        indexes = np.where(influence > 0, np.maximum(2, share * STEPS), 0).round()
        pictures[title] = enlarged(indexes.astype(np.uint8), shades, "aspect-ratio:1")
    drawn = pictures, steps, most, shades, sentence, palette
    return render("charts/gradients.html", "influence", *drawn)


def influence_words(one_way: np.ndarray, both_ways: np.ndarray) -> Words:
    """Count the pairs of a later input and an earlier output that it affects, in maps (T, T)."""
    if not (np.isfinite(one_way).all() and np.isfinite(both_ways).all()):
        return LOST, LOST
    details, phrases = [], []
    for model, influence in (("One direction", one_way), ("Bidirectional", both_ways)):
        affected = influence[np.triu_indices(len(influence), 1)] > 0
        count, pairs = int(affected.sum()), counted(len(affected), "pair")
        phrases.append(f"{count:,} of {pairs}")
        details.append(
            f"{model}: a later input affects an earlier output in {phrases[-1]}. The size "
            f"of ∂(last output)/∂(first input) is {readable(float(influence[-1, 0]))}."
        )
    takeaway = f"Later inputs affect earlier outputs in {phrases[0]}; Bidirectional: {count:,}."
    return takeaway, " ".join(details)
