"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

Libraries parse. This package decides what a file leaves open, and notes on the table each decision
that shows.
"""
