"""The words of a picture, as a type."""

Told = tuple[str, str]
"""What a picture shows: a takeaway of at most 15 words, and the sentence that says it at length."""
