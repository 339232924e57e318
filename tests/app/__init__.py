"""Pages in Streamlit's AppTest, with a fake training client: one test file per page or part."""
