"""A table → samples: its columns as numbers, its rows by series, and windows of them.

`windows` takes the steps: rows in `order`, `cutting`, scales and `baselines`.
"""
