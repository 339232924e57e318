"""The Explore page: the controls of a run, its charts, and its files."""
