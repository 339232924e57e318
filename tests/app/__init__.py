"""Pages in Streamlit's AppTest, with a fake training client: one file for a page or its part."""
