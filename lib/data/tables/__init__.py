"""A table → samples: its columns as numbers, its rows by series, and windows of them.

`windows` does it in four steps: sort rows (`order`), cut (`cutting`), scale, add `baselines`.
"""
