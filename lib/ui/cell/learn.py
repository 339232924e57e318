"""How they learn: how far each loss reaches back, which inputs move which outputs, and padding."""

from collections.abc import Sequence

import streamlit as st

from lib.charts import Palette, gradients
from lib.recurrence import ways
from lib.text import beside
from lib.ui.cell.ask import AVERAGED, Reply
from lib.ui.cell.chosen import Chosen
from lib.ui.style import playhead_band
from lib.ui.text import card, steady_chart, takeaway

_SAID = beside(__file__)


def draw(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the part, which doesn't follow the playhead."""
    reach, one_way, both_ways = replies
    left, right = st.columns(2)
    with left:
        draw_reach(chosen, [reach], palette)
    title = "Which inputs move which outputs?"
    with right, card(title, key="cell_influence", gap="xsmall", height="stretch"):
        _influence(chosen, one_way, both_ways, palette)
    with card("Sequences of different length", gap="xsmall", key="cell_padding"):
        padded = ways(chosen.experiment.model.cell, chosen.upward(chosen.weights), chosen.features)
        words, found = gradients.padding_words(padded)
        sentence = _SAID["padding"].format(which=chosen.which, found=found)
        st.html(gradients.padding_picture(padded, sentence, palette))
        takeaway(words, sentence, longest=gradients.ROOM)


def draw_reach(chosen: Chosen, replies: Sequence[Reply], palette: Palette) -> None:
    """Draw the first of its cards alone."""
    title, (reply,) = "How far back does each loss reach?", replies
    dataset, norms = chosen.dataset, reply.values
    with card(title, key="cell_reach", gap="xsmall", height="stretch"):
        if norms is None:
            room = f"height:{gradients.HEIGHT}px;border-radius:3px;background:{palette.surface}"
            st.html(f'<div style="{room}"></div>')
            takeaway(reply.instead, reply.instead, longest=gradients.ROOM)
            return
        words, found = gradients.reach_words(norms)
        sentence = _SAID["reach"].format(
            which=chosen.which,
            found=found,
            samples=len(dataset.shown[:AVERAGED]),
            steps=dataset.shape[1],
        )
        figure = gradients.reach_figure(norms, dataset.timestep_names, palette)
        steady_chart(figure, sentence, "chart_reach")
        playhead_band("chart_reach", figure)
        takeaway(words, sentence, longest=gradients.ROOM)


def _influence(chosen: Chosen, one_way: Reply, both_ways: Reply, palette: Palette) -> None:
    one, both, details = one_way.values, both_ways.values, ""
    words = one_way.instead if one is None else both_ways.instead
    if one and both:
        words, details = gradients.influence_words(one["map"], both["map"])
    sentence = f"{details} {_SAID['influence']}".strip()
    maps = {
        "This model": one["map"] if one else one_way.instead,
        "The same, Bidirectional": both["map"] if both else both_ways.instead,
    }
    st.html(gradients.influence_maps(maps, chosen.dataset.shape[1], sentence, palette))
    takeaway(words, sentence, longest=gradients.ROOM)
