"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

Libraries parse. Here we decide what a file leaves open, and note each decision on the table.
"""
