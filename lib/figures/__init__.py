"""Arrays → pictures: Plotly figures, and the shape strip as HTML. No Streamlit in here."""

from lib.figures.chart import CONFIG

__all__ = ["CONFIG"]
