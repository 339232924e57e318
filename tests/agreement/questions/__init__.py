"""What tests ask Keras. The modules in here import it; see `tests.agreement.recorded`.

A question takes and returns what JSON can hold. A recorded answer is looked up by its arguments and
by the code in this folder, so nothing in here may import `lib`.
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
PLACES = (
    (sysconfig.get_path("purelib"), "/site-packages"),
    (str(ROOT), "/unrolled"),
    (sys.base_prefix, "/python"),
)
SCRIPT = "script.py"
"""The name that lines of code go by."""
CHANCE = (
    (  # who ran the script: pytest, and this module
        re.compile(
            rf'(\(most recent call last\):\n)(?: .*\n|\n)*?(?=  File "{re.escape(SCRIPT)}")'
        ),
        r"\1",
    ),
    (re.compile(r"\b0x[0-9a-f]{6,}"), "0x7f0000000000"),
    (re.compile(r"(__inference_\w*?[a-z])_\d+\b"), r"\1_1"),
    (re.compile(r"\S*/__autograph_generated_file\w+\.py"), "/tmp/__autograph_generated_file.py"),  # noqa: S108 - a name
)
"""What differs from run to run: callers, addresses, counters, names of temporary files."""


def outcome(make: Callable[[], Any]) -> dict[str, str] | None:
    """What is raised: the class's name, the message, and the traceback above it; or None."""
    try:
        make()
    except Exception as error:
        message = steady(str(error))
        whole = steady("".join(traceback.format_exception(error)))
        return {
            "type": type(error).__name__,
            "message": message,
            "above": whole.removesuffix(f"{message}\n"),
        }
    return None


def steady(text: str) -> str:
    """The same text on each machine and in each run."""
    for place, name in PLACES:
        text = text.replace(place, name)
    for pattern, same in CHANCE:
        text = pattern.sub(same, text)
    return text
