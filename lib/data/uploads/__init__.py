"""A person's file → a `Table` of numbers and texts in time order, or an `UploadError`.

Libraries read files; what they can't know is decided here, and each decision that changes what a
person sees is a note on the table.
"""
