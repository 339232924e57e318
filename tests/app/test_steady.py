"""Charts that change: the new chart is drawn over the old chart, so that nothing flickers."""

import json

from streamlit.testing.v1 import AppTest


def page():
    """Draw one chart, which shows a number of the session."""
    import streamlit as st

    from lib.charts import Chart
    from lib.ui.widgets import steady_chart

    number = st.session_state.setdefault("number", 1)
    figure = Chart([{"name": "it", "y": [number]}], {"height": 300})
    steady_chart(figure, f"The chart shows {number}.", key="it")


def filling_page():
    """Draw three charts after the browser has sent two heights: 230 pixels, and nonsense."""
    import streamlit as st

    from lib.charts import Chart
    from lib.ui.browser import LISTENER, _note_heights
    from lib.ui.widgets import steady_chart

    st.session_state[LISTENER] = {"heights": "chart_loss:230 nonsense chart_compare:x"}
    _note_heights()
    steady_chart(Chart([], {"height": 340}), "Fills.", "chart_loss", fills=True)
    steady_chart(Chart([], {"height": 340}), "Fills.", "chart_compare", fills=True)
    steady_chart(Chart([], {"height": 260}), "Keeps its height.", "chart_loss_too")


def test_a_chart_that_fills_its_place_has_the_height_of_the_place():
    """If the height of the place is unknown, the chart keeps its own height."""
    app = AppTest.from_function(filling_page, default_timeout=30).run()
    charts = [json.loads(chart.proto.spec)["layout"] for chart in app.get("plotly_chart")]
    assert [layout["height"] for layout in charts] == [230, 340, 260]


def run(app, number):
    """Rerun the page with a number. Return ids of charts by alt text, their values, and the CSS."""
    app.session_state["number"] = number
    app.run()
    charts = [chart.proto for chart in app.get("plotly_chart")]
    values = [json.loads(chart.spec)["data"][0]["y"][0] for chart in charts]
    (style,) = [html.proto.body for html in app.get("html")]
    return {chart.alt: chart.id for chart in charts}, values, style


def test_two_charts_take_turns():
    """The older chart keeps its id, so that the browser doesn't draw it again."""
    app = AppTest.from_function(page, default_timeout=30)
    before = {}
    for number, drawn, hidden in ((1, [1], 1), (2, [1, 2], 0), (3, [3, 2], 1)):
        charts, values, style = run(app, number)
        assert values == drawn
        assert f".st-key-it_{hidden} {{\n  visibility: hidden" in style
        older = before.keys() & charts.keys()
        assert len(older) == min(number - 1, 1)
        assert all(charts[alt] == before[alt] for alt in older)
        before = charts
    assert run(app, 3) == run(app, 3)  # An unchanged figure changes nothing.
