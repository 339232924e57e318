"""The only part of the library that imports streamlit: what every page shares.

`frame` starts a page, `state` holds the session's experiment, `controls` draws the sidebar,
`data` loads what was chosen, `training` reaches the worker, and `live` shows a run.
"""
