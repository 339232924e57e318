"""Recorded answers of Keras, so that most tests needn't import TensorFlow.

A question is a function in `tests/agreement/questions` that calls Keras. JSON can encode its
arguments and its answer. `ask` reads the answer from `answers/<module>.jsonl` if the file was
written by the same code and the same versions of Keras and TensorFlow. Otherwise it calls Keras.
Comments, docstrings and formatting don't count as code.
Only `make record-answers` writes files: it calls Keras for every question of the tests and
replaces each file as a whole, which drops unused answers. `make test-live` also calls Keras, but
writes no file.
"""

import ast
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
_live = {}  # answers to record: by module, then by the question as JSON


def ask(question, *case):
    """Return the answer to a question, "module.function", for these arguments.

    The answer is recorded or live. Tuples in both become lists.
    """
    module, function = question.split(".")
    key = json.dumps([function, *case])
    if not MODE and key in (recorded := _recorded(module)):
        return recorded[key]
    call = getattr(importlib.import_module(f"tests.agreement.questions.{module}"), function)
    # Arguments and answer pass through JSON, so that live and recorded answers don't differ.
    answer = json.loads(json.dumps(call(*json.loads(key)[1:])))
    if MODE == RECORDING:
        _live.setdefault(module, {})[key] = answer
    return answer


def write_answers():
    """Write all answers of this process, one file per module, and return the files."""
    for module, answers in _live.items():
        lines = [json.dumps(origin(module))]
        lines += [
            json.dumps({"ask": json.loads(key), "answer": answer}, ensure_ascii=False)
            for key, answer in sorted(answers.items())
        ]
        _path(module).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [_path(module) for module in _live]


def modules():
    """Return the names of the modules in `questions`."""
    return sorted(path.stem for path in QUESTIONS.glob("[!_]*.py"))


def header(module):
    """Return the origin of a module's recorded answers: the first line of their file."""
    with _path(module).open(encoding="utf-8") as lines:
        return json.loads(next(lines))


def origin(module):
    """Return the origin of live answers: a digest of a module's code, and versions of libraries.

    Python's version doesn't count, so all versions of Python use the same files.
    """
    sources = [(QUESTIONS / f"{name}.py").read_text("utf-8") for name in ("__init__", module)]
    try:
        tensorflow = version("tensorflow-cpu")
    except PackageNotFoundError:
        tensorflow = version("tensorflow")
    return {"code": digest(*sources), "keras": version("keras"), "tensorflow": tensorflow}


def digest(*sources):
    """Return a digest of Python code without comments, docstrings and formatting."""
    trees = [_code(ast.parse(source)) for source in sources]
    return hashlib.sha256(repr(trees).encode()).hexdigest()[:16]


def _code(node):
    """Return a syntax tree as nested lists without docstrings.

    `ast.dump` is no alternative: only some versions of Python write empty fields.
    """
    if isinstance(node, list):
        return [_code(each) for each in node if not _is_docstring(each)]
    if not isinstance(node, ast.AST):
        return node
    fields = [(name, value) for name, value in ast.iter_fields(node) if value not in (None, [])]
    return [type(node).__name__, *((name, _code(value)) for name, value in fields)]


def _is_docstring(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _path(module):
    return ANSWERS / f"{module}.jsonl"


@cache
def _recorded(module):
    if not _path(module).exists() or header(module) != origin(module):
        return {}
    _, *lines = _path(module).read_text(encoding="utf-8").splitlines()
    return {json.dumps(pair["ask"]): pair["answer"] for pair in map(json.loads, lines)}
