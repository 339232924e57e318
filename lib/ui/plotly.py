"""Charts of Plotly as Streamlit sends them, kept as long as they are shown.

`st.plotly_chart` (1.67) writes a figure's JSON and hashes it whenever it is drawn, and a chart that
follows a run is drawn again and again: that was an eighth of the work. So here is what it makes of
a figure, in Streamlit's private names; a test compares it with what Streamlit itself sends.
"""

import json
from dataclasses import dataclass
from typing import Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.layout_utils import LayoutConfig
from streamlit.elements.lib.utils import compute_and_register_element_id
from streamlit.proto.PlotlyChart_pb2 import PlotlyChart

from lib.figures.chart import CONFIG, Chart

_CONFIG = json.dumps(CONFIG)


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """A figure as it is sent."""

    figure: Chart
    chart: PlotlyChart
    height: int | Literal["stretch"]
    """In pixels, or as high as its place."""

    def shows(self, figure: Chart, alt: str) -> bool:
        """Whether it is this figure, of whatever height, with this alternative text."""
        is_same = self.figure is figure or self.figure.to_dict() == figure.to_dict()
        return is_same and bool(self.chart.alt == alt)

    def draw(self, at: DeltaGenerator | None = None) -> DeltaGenerator:
        """Send it, to this place or the one that is drawn into now; returns its place."""
        layout = LayoutConfig(width="stretch", height=self.height)
        return (at or st._main)._enqueue("plotly_chart", self.chart, layout_config=layout)


def written(
    figure: Chart, alt: str, key: str, *, fills: bool = False, height: int | None = None
) -> Sent:
    """What `st.plotly_chart` sends of a figure, which may fill a place of this height in pixels."""
    spec = figure.spec(height)
    chart = PlotlyChart(theme="streamlit", spec=spec, config=_CONFIG, alt=alt)
    chart.id = compute_and_register_element_id(
        "plotly_chart",
        user_key=key,
        key_as_main_identity=False,
        dg=st._main,
        plotly_spec=spec,
        plotly_config=_CONFIG,
        selection_mode=("points", "box", "lasso"),
        is_selection_activated=False,
        theme="streamlit",
        width="stretch",
        height="stretch" if fills else "content",
        alt=alt,
    )
    return Sent(figure, chart, "stretch" if fills else figure.to_dict()["layout"]["height"])
