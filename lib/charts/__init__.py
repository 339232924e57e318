"""Arrays and runs as pictures and sentences: Plotly figures, HTML fragments, and takeaways.

Every number in a sentence is computed from the arrays that the figure shows. No Streamlit in here.
"""
