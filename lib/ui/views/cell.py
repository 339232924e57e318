"""The parts of the Cell page, each with the playhead that it has there."""

from functools import partial

import streamlit as st

from lib.figures.palette import Palette
from lib.ui.cell.ask import ask, watch
from lib.ui.cell.chosen import choose, follow_playhead
from lib.ui.cell.parts import PARTS
from lib.ui.session import Loaded


def part(name: str, loaded: Loaded, palette: Palette) -> None:
    """A part, by its name in PARTS."""
    _, places, draw = PARTS[name]
    chosen = choose(loaded, st.container(key="scene_weights"))
    bar = st.container(key="cell_bar")
    replies = [ask(place, chosen) for place in places]
    follow_playhead(bar, chosen.layer_pass, draw(chosen, replies, palette))
    watch(chosen, replies)


DRAW = {name: partial(part, name) for name in PARTS}
