"""The damage of a mistaken target, in a module of its own since it imports much."""

import streamlit as st

from lib.charts import Palette
from lib.shapes import read_question
from lib.ui import address
from lib.ui.session import Loaded
from lib.ui.shapes.doctor import KEY, damage_card


def damage(_: Loaded, palette: Palette) -> None:
    """Draw both trainings of the mistake that the address asks about."""
    with st.container(border=True, key="damage"):
        damage_card(read_question(address.page_value(KEY)), palette)


DRAW = {"damage": damage}
