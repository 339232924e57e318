"""What Keras answered, on file, so that tests needn't import TensorFlow to hear it again.

A question is a function in `tests/agreement/questions`, of arguments and an answer that JSON can
hold. `ask` looks for it in `answers/<module>.jsonl`, by its arguments, in a file that was written
by the same code and the same versions of Keras and TensorFlow; whatever isn't there is asked live.
Nothing is written but by `make record-answers`, which asks everything live and writes the files
whole, so that no answer to a question that nobody asks stays. `make test-live` asks live too, and
writes nothing.
"""

import hashlib
import importlib
import json
import os
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
QUESTIONS, ANSWERS = HERE / "questions", HERE / "answers"
RECORDING = "record"
MODE = os.environ.get("UNROLLED_ANSWERS", "")  # empty, "live", or "record"
_live = {}  # while recording: by module, each question as a line of JSON, and its answer


def ask(question, *case):
    """The answer to `module.function` for these arguments: the recorded one, or Keras's now.

    Tuples come back as lists, either way.
    """
    module, function = question.split(".")
    key = json.dumps([function, *case])
    if not MODE and key in (recorded := _recorded(module)):
        return recorded[key]
    asked = importlib.import_module(f"tests.agreement.questions.{module}")
    # Through JSON, arguments too: a live answer must not differ from a recorded one.
    answer = json.loads(json.dumps(getattr(asked, function)(*json.loads(key)[1:])))
    if MODE == RECORDING:
        _live.setdefault(module, {})[key] = answer
    return answer


def write_answers():
    """Write what was asked since the start, each module's file whole; return the files."""
    for module, answers in _live.items():
        lines = [json.dumps(origin(module))]
        lines += [
            json.dumps({"ask": json.loads(key), "answer": answer}, ensure_ascii=False)
            for key, answer in sorted(answers.items())
        ]
        _path(module).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [_path(module) for module in _live]


def modules():
    """The modules of questions."""
    return sorted(path.stem for path in QUESTIONS.glob("[!_]*.py"))


def header(module):
    """Where the answers on file come from."""
    with _path(module).open(encoding="utf-8") as lines:
        return json.loads(next(lines))


def origin(module):
    """Where answers come from now: a digest of all the code that asks, and the versions.

    Python's own version is none of it: all have the same files.
    """
    sources = (QUESTIONS / f"{name}.py" for name in ("__init__", module))
    code = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
    try:
        tensorflow = version("tensorflow-cpu")
    except PackageNotFoundError:
        tensorflow = version("tensorflow")
    return {"code": code.hexdigest()[:16], "keras": version("keras"), "tensorflow": tensorflow}


def _path(module):
    return ANSWERS / f"{module}.jsonl"


@cache
def _recorded(module):
    if not _path(module).exists() or header(module) != origin(module):
        return {}
    _, *lines = _path(module).read_text(encoding="utf-8").splitlines()
    return {json.dumps(pair["ask"]): pair["answer"] for pair in map(json.loads, lines)}
