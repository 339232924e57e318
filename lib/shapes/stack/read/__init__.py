"""A person's model → a stack: Keras code, or a configuration.

    stack = read_model("model = Sequential([Input((12, 3)), LSTM(16), Dense(1)])")

Nothing of it is ever executed, imported, or unpickled: code is parsed, a file's configuration is
read as text. What can't be read is said with its line, and the rest is traced as far as it goes.
"""

from lib.shapes.stack.base import Stack
from lib.shapes.stack.read.code import read_code
from lib.shapes.stack.read.config import read_config
from lib.shapes.stack.read.pasted import notebook_code, refused
from lib.shapes.stack.read.reading import ModelError, Note, Reading

__all__ = ["ModelError", "Note", "Reading", "read", "read_model"]
_AROUND = "\ufeff \t\r\n'\""
"""What may stand around a configuration, as Python shows a text."""


def read(source: str | bytes, name: str = "") -> Reading:
    """What a text or file says of a model.

    Args:
        source: Keras code, or a notebook; a configuration, or a `.keras` file.
        name: the file's, if it is one.

    Raises:
        ModelError: where no model can be read from it.
    """
    is_file = isinstance(source, bytes) and source[:2] == b"PK"
    if is_file or name.lower().endswith((".keras", ".h5", ".hdf5")):
        return read_config(source)
    if isinstance(source, bytes):
        try:
            source = source.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise refused("encoding") from None
    if source.lstrip(_AROUND)[:1] == "{":
        code = notebook_code(source) if '"cells"' in source else ""
        return read_code(code) if code else read_config(source.strip(_AROUND))
    return read_code(source)


def read_model(source: str | bytes, name: str = "") -> Stack:
    """The stack of a text or file, as `read` reads it. Raises ModelError where there is none."""
    return read(source, name).stack
