"""Questions about Keras. `tests.agreement.recorded` asks them and stores the answers.

Each module imports Keras. The arguments and the answer of a question are values that JSON can
encode. No module imports `lib`, so that an answer depends on no code outside this folder.
"""

from __future__ import annotations

import re
import sys
import sysconfig
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDERS = (
    (sysconfig.get_path("purelib"), "/site-packages"),
    (str(ROOT), "/unrolled"),
    (sys.base_prefix, "/python"),
)
"""Folders on this machine, and their names in answers."""
SCRIPT = "script.py"
"""The file name of the code that a question runs."""
UNSTABLE = (
    (  # the lines of pytest and of this package above the script in a traceback
        re.compile(
            rf'(\(most recent call last\):\n)(?: .*\n|\n)*?(?=  File "{re.escape(SCRIPT)}")'
        ),
        r"\1",
    ),
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0x7f0000000000"),
    (re.compile(r"(__inference_\w*?[a-z])_\d+\b"), r"\1_1"),
    (re.compile(r"\S*/__autograph_generated_file\w+\.py"), "/tmp/__autograph_generated_file.py"),  # noqa: S108 - a name
)
"""Patterns of text that differs between runs, each with its replacement."""


def error_of(function: Callable[[], Any]) -> dict[str, str] | None:
    """Call a function. Return the type, message and traceback of its error, or None.

    The traceback ends before the message.
    """
    try:
        function()
    except Exception as error:
        message = stable(str(error))
        whole = stable("".join(traceback.format_exception(error)))
        return {
            "type": type(error).__name__,
            "message": message,
            "traceback": whole.removesuffix(f"{message}\n"),
        }
    return None


def stable(text: str) -> str:
    """Return a text without differences between machines and between runs."""
    for folder, name in FOLDERS:
        text = text.replace(folder, name)
    for pattern, replacement in UNSTABLE:
        text = pattern.sub(replacement, text)
    return text
