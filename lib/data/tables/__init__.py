"""A table → samples: its columns as numbers, its rows by series, and windows of them.

`windows` takes the steps: rows by `series`, `cutting`, scales, `seasons` and `baselines`.
"""
