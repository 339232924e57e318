"""Sentences for people: the texts of `words.toml`, and errors as one line."""

from functools import partial

from lib.text import beside, say

sentence = partial(say, beside(__file__, "words"))


def short_reason(error: BaseException) -> str:
    """The first line of an error's text, without a full stop; of a lack of memory, what helps."""
    text = str(error).strip()
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "OOM when" in text:
        return sentence("memory")
    lines = text.splitlines() or [type(error).__name__]
    return f"{lines[0].rstrip('.'):.300}"
