"""Words and numbers for people: English for counts, durations and lists, and texts kept in TOML.

Nothing in here knows about Keras, runs or pages.
"""
