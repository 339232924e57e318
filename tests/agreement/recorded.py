"""What Keras answered, on file, so that tests needn't import TensorFlow to hear it again.

A question is a function in `tests/agreement/questions`, of arguments and an answer that JSON can
hold. `ask` looks for it in `answers/<module>.jsonl`, by its arguments, in a file that was written
by the same code and the same versions; whatever isn't there is asked live. Nothing is written but
by `make record-answers`, which asks everything live and writes the files whole, so that no answer
to a question that nobody asks stays. `make test-live` asks live too, and writes nothing.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import os
import platform
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
QUESTIONS, ANSWERS = HERE / "questions", HERE / "answers"
LIVE, RECORDING = "live", "record"
MODE = os.environ.get("UNROLLED_ANSWERS", "")
"""Empty, "live", or "record"."""

_asked: dict[str, dict[str, Any]] = {}
"""While recording: by module, each question as a line of JSON, and its answer."""


def code_of(module: str) -> str:
    """A digest of all the code that an answer comes from."""
    sources = (QUESTIONS / f"{name}.py" for name in ("__init__", module))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def origin(module: str) -> dict[str, str]:
    """Where answers come from: the code that asks, and whose answers they are."""
    return {
        "code": code_of(module),
        "keras": version("keras"),
        "numpy": _short(version("numpy")),
        "python": _short(platform.python_version()),
        "tensorflow": _tensorflow(),
    }


def ask(question: str, *case: Any) -> Any:
    """The answer to `module.function` for these arguments: the recorded one, or Keras's now.

    Tuples come back as lists, either way.
    """
    module, function = question.split(".")
    key = json.dumps([function, *case])
    if not MODE and key in _recorded(module):
        return _recorded(module)[key]
    asked = importlib.import_module(f"tests.agreement.questions.{module}")
    # Through JSON, arguments too: a live answer must not differ from a recorded one.
    answer = json.loads(json.dumps(getattr(asked, function)(*json.loads(key)[1:])))
    if MODE == RECORDING:
        _asked.setdefault(module, {})[key] = answer
    return answer


def write_answers() -> list[Path]:
    """Write what was asked since the start, each module's file whole; return the files."""
    return [_write(module, answers) for module, answers in _asked.items()]


def header(module: str) -> dict[str, str]:
    """Where the answers on file come from."""
    with (ANSWERS / f"{module}.jsonl").open(encoding="utf-8") as lines:
        return json.loads(next(lines))


def modules() -> Iterable[str]:
    """The modules of questions."""
    return sorted(path.stem for path in QUESTIONS.glob("[!_]*.py"))


@cache
def _recorded(module: str) -> dict[str, Any]:
    path = ANSWERS / f"{module}.jsonl"
    if not path.exists() or header(module) != origin(module):
        return {}
    _, *lines = path.read_text(encoding="utf-8").splitlines()
    pairs = map(json.loads, lines)
    return {json.dumps(pair["ask"]): pair["answer"] for pair in pairs}


def _write(module: str, answers: dict[str, Any]) -> Path:
    path = ANSWERS / f"{module}.jsonl"
    lines = [json.dumps(origin(module))]
    lines += [
        json.dumps({"ask": json.loads(key), "answer": answer}, ensure_ascii=False)
        for key, answer in sorted(answers.items())
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def _short(full: str) -> str:
    return ".".join(full.split(".")[:2])


def _tensorflow() -> str:
    try:
        return version("tensorflow-cpu")
    except importlib.metadata.PackageNotFoundError:
        return version("tensorflow")
