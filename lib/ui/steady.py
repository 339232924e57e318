"""A chart that doesn't blink while its figure changes.

Streamlit gives a Plotly chart a new identity with every new figure (1.67, `plotly_chart.py`:
`key_as_main_identity=False`, whatever its key), so the browser throws the old chart away and
draws the next one from nothing: four that changed four times a second were blank for more than half
of the time. So two charts lie on one another and take turns: the new figure is drawn above the old
one, which stays until it is covered.
"""

import plotly.graph_objects as go
import plotly.io
import streamlit as st

from lib.figures.chart import CONFIG
from lib.ui.session import TwoCharts, session
from lib.ui.style import lay_above
from lib.ui.text import takeaway


def steady_chart(figure: go.Figure | None, sentence: str, key: str, *, fills: bool = False) -> None:
    """Show a figure with its alternative text, in the place of the one that had this key before.

    The figure's own background must be opaque, as that of all `lib.figures` is. Until the figure
    changes for the first time there is one chart only. Without a figure what is there (`is_drawn`)
    stays as it is. Where it `fills` a place, that gives it its height: see `lib.ui.style`.
    """
    pair = session().charts.by_place.setdefault(key, TwoCharts())
    if figure is not None:
        newest = plotly.io.to_json(figure.to_dict(), validate=False) + sentence
        if newest != pair.newest:
            if fills and (known := session().charts.heights.get(key)):
                # Else it is seen in its own for a moment. One that is there has this by now.
                figure.to_dict()["layout"]["height"] = known
            pair.top, pair.newest = 1 - pair.top, newest
            pair.shown[pair.top] = figure, sentence
    with st.container(key=key, gap=None):
        for place, shown in enumerate(pair.shown):
            with st.container(key=f"{key}_{place}"):
                if shown is not None:
                    st.plotly_chart(
                        shown[0],
                        height="stretch" if fills else "content",
                        key=f"{key}_{place}_chart",
                        config=CONFIG,
                        alt=shown[1],
                    )
        lay_above(key, pair.top)


def told_chart(figure: go.Figure, words: str, details: str, key: str) -> None:
    """The same, with its takeaway below, and the details folded."""
    steady_chart(figure, f"{words} {details}", key)
    takeaway(words, details)


def is_drawn(key: str) -> bool:
    """Whether a chart with this key has been drawn in this session."""
    pair = session().charts.by_place.get(key)
    return pair is not None and bool(pair.newest)
