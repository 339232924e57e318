"""Arrays → pictures: charts as Plotly figures, the rest as HTML fragments. No Streamlit in here."""
