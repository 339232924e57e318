"""What can be taken away of the run that is shown: code, the run itself, a report, tables, pictures.

A file is made when its button is pressed, by a thread of its own, and the browser asks for it until
it is there: so no page waits, whatever takes long. Pictures are made in the browser, of what is
seen there. What is in which row, and the words, stand in take.toml.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from lib.compared import Compared
from lib.datasets.series import FILE_NAMES, file_text
from lib.experiment import Experiment
from lib.export import EXPORTS
from lib.figures.palette import Palette
from lib.narrate.proofs import waiting_words
from lib.run import weight_bytes
from lib.toml import beside
from lib.training.machine import give_way
from lib.ui import runs
from lib.ui.address import query_of
from lib.ui.browser import component
from lib.ui.epoch import Epochs
from lib.ui.explore.charts import EARLIER
from lib.ui.explore.live import badge_of
from lib.ui.fragment import fragment
from lib.ui.session import Loaded, session
from lib.ui.shown import picked_answers, shown_run
from lib.ui.text import card

KEY = "take"
MODEL_BYTES = 22_000
"""What a `.keras` file takes besides its weights."""
KERAS_SECONDS = 120.0
"""How long Keras may take for one, which a cold worker has to import first."""
QUICK_SECONDS = 0.2
"""What is made within this time comes at once."""
_component = component(KEY, __file__)
_FILE = beside(__file__)
_makers = ThreadPoolExecutor(4, "take", give_way)


@dataclass(frozen=True, slots=True)
class File:
    """A file that can be made."""

    name: str
    bytes: int
    """About how many."""
    make: Callable[[], bytes]
    """Called in another thread: no `st` in it."""


def take_card(loaded: Loaded, palette: Palette) -> None:
    """Draw the card."""
    with card("Take it away", key="take_away"):
        fragment(_draw)(loaded)
        with st.expander("Read the plain script", icon=":material/code:"):
            shown = shown_run(loaded.experiment, loaded.dataset)
            script = EXPORTS["keras"].write(shown.experiment, shown.dataset)
            st.code(script, language="python", wrap_lines=True)
