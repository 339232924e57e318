"""The only part of the library that imports streamlit: what every page shares.

`frame` starts a page with its sidebar, `address` reads and writes the browser's,
`session` holds what is remembered, `data` loads what was chosen, `runs` reaches the worker, and
`shown` says what is to be seen. Each page has a room for its parts: `explore`, `cell` and `shapes`.
`load` lets many pages share a server.
"""
