"""How they learn: how far each loss reaches back, which inputs move which outputs, and padding."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import streamlit as st

from lib.charts import Palette, gradients
from lib.recurrence import Padded, ways
from lib.text import apart_by, beside, readable
from lib.ui.cell.ask import AVERAGED, Reply
from lib.ui.cell.chosen import Chosen, Follower
from lib.ui.style import playhead_band
from lib.ui.text import card, steady_chart, takeaway

_SAID = beside(__file__)


def draw(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> list[Follower]:
    """Draw the part, which doesn't follow the playhead."""
    reach, one_way, both_ways, padding = replies
    left, right = st.columns(2)
    with left:
        draw_reach(chosen, [reach], palette)
    even = {"gap": "xsmall", "height": "stretch"}
    with right, card("Which inputs move which outputs?", key="cell_influence", **even):
        _influence(chosen, (one_way, both_ways), palette)
    with card("Sequences of different length", gap="xsmall", key="cell_padding"):
        _padding(chosen, padding, palette)
    return []


def draw_reach(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> list[Follower]:
    """Draw the first of its cards alone."""
    place = card(
        "How far back does each loss reach?", key="cell_reach", gap="xsmall", height="stretch"
    )
    with place:
        _reach(chosen, replies[0], palette)
    return []


def _reach(chosen: Chosen, reply: Reply, palette: Palette) -> None:
    dataset, norms = chosen.dataset, reply.values
    if norms is None:
        room = f"height:{gradients.HEIGHT}px;border-radius:3px;background:{palette.surface}"
        st.html(f'<div style="{room}"></div>')
        takeaway(reply.instead, reply.instead, longest=gradients.ROOM)
        return
    sentence = _SAID["reach"].format(
        which=chosen.which,
        found=gradients.reach_sentence(norms),
        samples=len(dataset.shown[:AVERAGED]),
        steps=dataset.shape[1],
    )
    figure = gradients.reach_figure(norms, dataset.timestep_names, palette)
    steady_chart(figure, sentence, "chart_reach")
    playhead_band("chart_reach", figure)
    takeaway(gradients.reach_takeaway(norms), sentence, longest=gradients.ROOM)


def _influence(chosen: Chosen, replies: tuple[Reply, Reply], palette: Palette) -> None:
    dataset, model = chosen.dataset, chosen.experiment.model
    width = dataset.targets if model.head == "dense" else model.units
    maps: dict[str, np.ndarray | str] = {}
    details = []
    titles = ("This model", "The same, Bidirectional")
    for reply, title in zip(replies, titles, strict=True):
        maps[title] = reply.instead
        if answer := reply.values:
            maps[title], columns = answer["map"], answer["columns"]
            both = title != titles[0]
            details.append(gradients.influence_sentence(answer["map"], columns, width, both))
    which = "Both layers" if model.layers == 2 else f"All {model.layers} layers"
    whole = _SAID["whole"].format(which=which) if model.layers > 1 else ""
    details.append(_SAID["influence"].format(whole=whole))
    sentence = " ".join(details)
    st.html(gradients.influence_maps(maps, dataset.shape[1], sentence, palette))
    one_way, both_ways = (reply.values for reply in replies)
    words = next((reply.instead for reply in replies if reply.values is None), "")
    if one_way and both_ways:
        words = gradients.influence_takeaway(one_way["map"], both_ways["map"])
    takeaway(words, sentence, longest=gradients.ROOM)


def _padding(chosen: Chosen, reply: Reply, palette: Palette) -> None:
    cell, features = chosen.experiment.model.cell, chosen.features
    padded = ways(cell, chosen.upward(chosen.weights), features)
    sentence = _SAID["padding"].format(
        which=chosen.which,
        handed_up=_SAID["handed_up"] if chosen.layer else "",
        found=gradients.padding_sentence(padded),
    )
    st.html(gradients.padding_picture(padded, sentence, palette))
    if reply.answered and reply.values is not None:
        as_asked = ways(cell, chosen.upward(reply.answered.weights), features)
        sentence += f" {_agreement(as_asked, reply.values)}"
    takeaway(gradients.padding_takeaway(padded), sentence, longest=gradients.ROOM)


def _agreement(padded: Sequence[Padded], answers: dict[str, Any]) -> str:
    """How far Keras's outputs for the same batches are from NumPy's, and its losses."""
    differs = max(
        float(np.abs(way.outputs - answers[name]["masked_last" if way.masked else "last"]).max())
        for way, name in zip(padded, ("end", "end", "start", "start"), strict=True)
    )
    end, over = answers["end"], "the mean over the steps that count"
    if not all(way.loss_steps for way in padded):  # the mean of nothing is 0 to Keras
        over = "where no step counts"
    masked, plain = readable(end["masked_loss"]), readable(end["loss"])
    words = {"apart": apart_by(differs), "over": over, "masked": masked, "plain": plain}
    return _SAID["agreement"].format(**words)
