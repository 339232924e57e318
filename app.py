"""The Explore page, and `app`, the server that `streamlit run app.py` starts."""

import streamlit as st

if __name__ == "app":  # the server imports this file; a script run names it "__main__"
    from lib.ui.heap import limit_arenas

    limit_arenas()  # must come before `served`, which starts threads
    from lib.ui import served

    app = st.App(
        __file__, lifespan=served.lifespan, routes=served.ROUTES, middleware=served.MIDDLEWARE
    )
elif "present" in st.query_params:
    query = {key: st.query_params.get_all(key) for key in st.query_params if key != "present"}
    st.switch_page("pages/present.py", query_params=query)
elif "card" in st.query_params:
    from lib.ui.views import embed

    embed()
else:
    from lib.ui.explore.live import explore

    explore()
