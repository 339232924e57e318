"""What went wrong, in a sentence for a person: Keras's own words can be pages of a graph."""

MEMORY = (
    "it needs more memory than there is; fewer units, layers or timesteps, or a smaller batch, "
    "need less"
)
OUT_OF_MEMORY = 99
"""Exit code of a worker that can't go on for want of memory."""


def short_reason(error: BaseException) -> str:
    """The first line of an error's text, without a full stop; of a lack of memory, what helps."""
    text = str(error).strip()
    if isinstance(error, MemoryError) or "out of memory" in text.lower() or "OOM when" in text:
        return MEMORY
    lines = text.splitlines() or [type(error).__name__]
    return f"{lines[0].rstrip('.'):.300}"
