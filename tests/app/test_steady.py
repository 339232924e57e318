"""Charts and their CSS: one whose figure changes is drawn above the old one, which stays."""

import json

from streamlit.testing.v1 import AppTest


def page():
    """One chart, of the number in the session."""
    import streamlit as st

    from lib.charts import Chart
    from lib.ui.text import is_drawn, steady_chart

    number = st.session_state.setdefault("number", 1)
    hold = st.session_state.setdefault("hold", False) and is_drawn("it")
    newest = None if hold else Chart([{"name": "it", "y": [number]}], {"height": 300})
    steady_chart(newest, f"It shows {number}.", key="it")


def filling_page():
    """A chart that fills its place, which the browser has told to be 230 pixels high."""
    import streamlit as st

    from lib.charts import Chart
    from lib.ui.listener import KEY, _note_heights
    from lib.ui.text import steady_chart

    st.session_state[KEY] = {"heights": "chart_loss:230 nonsense chart_compare:x"}
    _note_heights()
    steady_chart(Chart([], {"height": 340}), "It fills.", "chart_loss", fills=True)
    steady_chart(Chart([], {"height": 340}), "It fills.", "chart_compare", fills=True)
    steady_chart(Chart([], {"height": 260}), "It doesn't.", "chart_loss_too")


def test_a_chart_that_fills_its_place_is_sent_as_high_as_that_is():
    """Where that isn't known, and where a chart has a height of its own, that stays."""
    app = AppTest.from_function(filling_page, default_timeout=30).run()
    assert not app.exception
    charts = [json.loads(chart.proto.spec)["layout"] for chart in app.get("plotly_chart")]
    assert [layout["height"] for layout in charts] == [230, 340, 260]


def run(app, number):
    """Each chart's identity by its words, its value, and the style, after a run of the page."""
    app.session_state["number"] = number
    app.run()
    assert not app.exception
    charts = [chart.proto for chart in app.get("plotly_chart")]
    values = [json.loads(chart.spec)["data"][0]["y"][0] for chart in charts]
    (style,) = [html.proto.body for html in app.get("html")]
    return {chart.alt: chart.id for chart in charts}, values, style


def test_two_charts_take_turns():
    """The older keeps its identity, so the browser leaves it alone while the newer is drawn."""
    app = AppTest.from_function(page, default_timeout=30)
    before = {}
    for number, drawn, hidden in ((1, [1], 1), (2, [1, 2], 0), (3, [3, 2], 1)):
        charts, values, style = run(app, number)
        assert values == drawn
        assert f".st-key-it_{hidden}{{visibility:hidden" in style
        older = before.keys() & charts.keys()
        assert len(older) == min(number - 1, 1)
        assert all(charts[words] == before[words] for words in older)
        before = charts
    assert run(app, 3) == run(app, 3)  # the same figure again changes nothing


def test_a_held_chart_waits_with_its_next_figure():
    """While it is held nothing is drawn; afterwards the newest figure is."""
    app = AppTest.from_function(page, default_timeout=30)
    for number, hold, drawn in ((1, False, [1]), (2, True, [1]), (3, False, [1, 3])):
        app.session_state["hold"] = hold
        assert run(app, number)[1] == drawn


def band_page():
    """The playhead's band over a chart of four timesteps, whose axis goes from 0.25 to 4.75."""
    import plotly.graph_objects as go

    from lib.ui.style import playhead_band

    margin = {"l": 50, "r": 10, "t": 20, "b": 30}
    layout = {"margin": margin, "height": 300, "xaxis": {"range": [0.25, 4.75]}}
    playhead_band("place", go.Figure(layout=layout))


def test_the_playhead_is_told_where_a_chart_has_its_timesteps():
    """Between the margins, over as many steps as the axis is wide, the first of them around 1."""
    app = AppTest.from_function(band_page, default_timeout=30).run()
    assert not app.exception
    (style,) = [html.proto.body for html in app.get("html")]
    assert "--left:50px;--right:10px;--top:20px;--bottom:30px;" in style
    assert "--steps:4.5000;--before:0.2500" in style
