"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

pandas, pyarrow, calamine and NumPy do the reading. What is decided here is what they can't know:
`upload` tells which kind of file it is, whatever its name says; the reader of that kind
(`csv_file`, `workbook`, `parquet`, `arrays`) makes `Entries`, and `columns` a table of these.
`reader` does so in a process of its own. Every decision that changes what a person sees is a note
on the table. Nothing is stored, and nothing is cut into windows (`lib.data.tables`).
"""
