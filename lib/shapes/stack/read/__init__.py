"""A person's model → a stack: from Keras code, or from a configuration.

    stack = read_model("model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])")

Nothing is executed, imported or unpickled: code is parsed, a configuration is read as text. What
can't be read is reported with its line, and the rest is traced as far as it goes.
"""

from lib.shapes.stack.base import Stack
from lib.shapes.stack.read.code import read_code
from lib.shapes.stack.read.config import read_config
from lib.shapes.stack.read.pasted import ModelError, Note, Reading, notebook_code, refused

__all__ = ["ModelError", "Note", "Reading", "read", "read_model"]


def read(source: str | bytes, name: str = "") -> Reading:
    """Read the model in a text or file.

    Args:
        source: Keras code, or a notebook; a configuration, or a `.keras` file.
        name: the file's, if it is one.

    Raises:
        ModelError: where no model can be read from it.
    """
    is_archive = isinstance(source, bytes) and source[:2] == b"PK"
    if is_archive or name.lower().endswith((".keras", ".h5", ".hdf5")):
        return read_config(source)
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise refused("encoding") from None
    shown = source.strip("\ufeff \t\r\n'\"")  # as Python shows a text
    if not shown.startswith("{"):
        return read_code(source)
    code = notebook_code(source) if '"cells"' in source else ""
    return read_code(code) if code else read_config(shown)


def read_model(source: str | bytes, name: str = "") -> Stack:
    """The stack of a text or file, as `read` reads it. Raises ModelError where there is none."""
    return read(source, name).stack
