"""A table → samples: its columns as numbers, its rows by series, and windows of them.

Step by step: `table` is the table as it came, which `types` can read in another way; `features`
makes numbers of columns, `series` puts rows in order and fills gaps, `cutting` assigns rows to
windows and windows to parts, and `windows` makes the `Dataset`, with its names and notes,
`seasons` and `baselines`. `leaks` checks what came of it. `numbers`, `dates` and `order` parse
texts and sort rows. Files are read elsewhere (`lib.data.uploads`, `lib.data.datasets.series`).
"""
