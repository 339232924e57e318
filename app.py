"""Explore, the first page; and the server, which imports this file when it starts.

`streamlit run app.py` looks for an `app` here.
"""

import streamlit as st

if __name__ == "app":  # the server's import; a run of the page is "__main__"
    import ctypes
    from contextlib import suppress

    # Before `served` starts threads, which keep their arena: in each of many a few objects would
    # keep all of it. Blocks from 128 kB on go back to the system, not from glibc's 32 MB on.
    ARENA_MAX, MMAP_THRESHOLD = -8, -3  # numbers of glibc's parameters (malloc.h)
    with suppress(AttributeError):  # another C library
        libc = ctypes.CDLL(None)
        libc.mallopt(ARENA_MAX, 1)
        libc.mallopt(MMAP_THRESHOLD, 2**17)
    from lib.ui import served

    app = st.App(
        __file__, lifespan=served.lifespan, routes=served.ROUTES, middleware=served.MIDDLEWARE
    )
elif "present" in st.query_params:
    told = {key: st.query_params.get_all(key) for key in st.query_params if key != "present"}
    st.switch_page("pages/present.py", query_params=told)
elif "card" in st.query_params:
    from lib.ui.views import embed

    embed()
else:
    from lib.ui.explore.live import explore

    explore()
