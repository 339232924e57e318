"""A person's model → a stack: Keras code, a configuration, or what `model.summary()` printed.

    stack = read_model("model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])")

Nothing of it is ever executed, imported, or unpickled: code is parsed, a file's configuration is
read as text. What can't be read is said with its line, and the rest is traced as far as it goes.
"""

from lib.stack.read.reading import ModelError, Note, Reading

__all__ = ["ModelError", "Note", "Reading", "read"]


def read(text: str | bytes, name: str = "") -> Reading:
    """What is in a text, or in a file of that name."""
    raise ModelError("Nothing can be read yet.")
