"""The parts of the Cell page, each with its playhead, and some of their cards."""

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from lib.charts import Palette
from lib.ui.cell import PARTS, break_it, learn, proof, unrolled
from lib.ui.cell.ask import Reply, ask, watch
from lib.ui.cell.chosen import Chosen, Follower, choose, follow_playhead
from lib.ui.runs import client
from lib.ui.session import Loaded
from lib.ui.text import hint

Draw = Callable[[Chosen, Sequence[Reply], Palette], Follower | None]


def part(places: Sequence[str], draw: Draw, loaded: Loaded, palette: Palette) -> None:
    """Draw a part with the answers of these places."""
    chosen = choose(loaded)
    bar = st.container(key="cell_bar")
    replies = _replies(places, chosen)
    follow_playhead(bar, chosen.layer_pass, draw(chosen, replies, palette))
    watch(chosen, replies)


def _replies(places: Sequence[str], chosen: Chosen) -> list[Reply]:
    """Keras's answers for these places; says so if Keras can't be asked."""
    replies = [ask(place, chosen) for place in places]
    if any(reply.error for reply in replies):
        hint(client().unavailable)
    return replies


def runs(loaded: Loaded, palette: Palette) -> None:
    """Draw the layer at every timestep, with a playhead that plays by itself."""
    chosen = choose(loaded)
    with st.container(border=True, key="cell_unrolled"):
        unrolled.chain(chosen, palette, as_it_runs=True)
    follow_playhead(st.container(key="scene_plays"), chosen.layer_pass, plays=True)


def one(loaded: Loaded, palette: Palette) -> None:
    """Draw the proof's first card."""
    chosen = choose(loaded)
    replies = _replies(["modes"], chosen)
    proof.draw_last(chosen, replies, palette)
    watch(chosen, replies)


def leak(_: Loaded, palette: Palette) -> None:
    """Draw what a Bidirectional layer reads of its targets."""
    break_it.leak_card(palette)


DRAW: dict[str, Callable[[Loaded, Palette], None]] = {
    **{name: partial(part, places, draw) for name, (_, places, draw) in PARTS.items()},
    "runs": runs,
    "one": one,
    "reach": partial(part, ("reach",), learn.draw_reach),
    "leak": leak,
}
