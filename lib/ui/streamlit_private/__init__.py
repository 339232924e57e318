"""All that this app uses of Streamlit beyond its documentation, each beside a public way.

They are used with the release that was tested alone. With another one, or with `UNROLLED_PUBLIC=1`
in the environment, PRIVATE is False, and the public way is taken: the same with less speed or
polish. `script` has what the running script needs, `server` what is set up when the server starts.
"""

import logging
import os

import streamlit as st

TESTED = "1.67."  # the releases of Streamlit whose private names these are
IS_TESTED = st.__version__.startswith(TESTED)
PRIVATE = IS_TESTED and os.environ.get("UNROLLED_PUBLIC", "0") in ("", "0")
"""Whether private names are used."""

if not IS_TESTED:
    why = "Streamlit %s isn't the tested %sx: pages redraw more slowly, or stop until reloaded"
    logging.getLogger(__name__).warning(why, st.__version__, TESTED)
