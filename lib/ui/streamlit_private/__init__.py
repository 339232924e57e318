"""All that this app uses of Streamlit beyond its documentation, each beside a public way.

Streamlit may rename these names in any release, so they are used with the release that was tested
alone. With another one, or with `UNROLLED_PUBLIC=1` in the environment, PRIVATE is False, and the
public way is taken: the same with less speed or polish. No other package has such names; a test
walks the source for them.

`script` has what the running script needs, `server` what is set up when the server starts.
"""

import logging
import os

import streamlit as st

TESTED = "1.67."
"""The releases of Streamlit whose private names these are."""
IS_TESTED = st.__version__.startswith(TESTED)
PRIVATE = IS_TESTED and os.environ.get("UNROLLED_PUBLIC", "0") in ("", "0")
"""Whether private names are used."""

if not IS_TESTED:
    logging.getLogger(__name__).warning(
        "Streamlit %s isn't the tested %sx: pages go without its private names, and redraw more "
        "slowly; on a busy server one may stand still until it is loaded anew",
        st.__version__,
        TESTED,
    )
