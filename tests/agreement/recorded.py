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
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).parent
QUESTIONS, ANSWERS = HERE / "questions", HERE / "answers"
LIVE, RECORDING = "live", "record"
MODE = os.environ.get("UNROLLED_ANSWERS", "")
"""Empty, "live", or "record"."""


def versions():
    """Whose answers are given here. Python's own version is none of it: all have the same files."""
    return {"keras": version("keras"), "tensorflow": _tensorflow()}


class AnswerFiles:
    """The answers on file in one folder, to the questions of the modules in another."""

    def __init__(
        self,
        questions=QUESTIONS,
        answers=ANSWERS,
        mode=MODE,
        origin=None,
    ):
        self._questions = questions
        self._answers = answers
        self._mode = mode
        self._versions = origin
        self._read = {}
        self._live = {}
        """While recording: by module, each question as a line of JSON, and its answer."""

    def ask(self, question, *case):
        """The answer to `module.function` for these arguments: the recorded one, or Keras's now.

        Tuples come back as lists, either way.
        """
        module, function = question.split(".")
        key = json.dumps([function, *case])
        if not self._mode and key in (recorded := self._recorded(module)):
            return recorded[key]
        asked = importlib.import_module(f"tests.agreement.questions.{module}")
        # Through JSON, arguments too: a live answer must not differ from a recorded one.
        answer = json.loads(json.dumps(getattr(asked, function)(*json.loads(key)[1:])))
        if self._mode == RECORDING:
            self._live.setdefault(module, {})[key] = answer
        return answer

    def write(self):
        """Write what was asked since the start, each module's file whole; return the files."""
        return [self._write(module, answers) for module, answers in self._live.items()]

    def header(self, module):
        """Where the answers on file come from."""
        with self._path(module).open(encoding="utf-8") as lines:
            return json.loads(next(lines))

    def origin(self, module):
        """Where answers come from now: a digest of all the code that asks, and the versions."""
        sources = (self._questions / f"{name}.py" for name in ("__init__", module))
        code = hashlib.sha256(b"".join(source.read_bytes() for source in sources))
        return {"code": code.hexdigest()[:16], **(self._versions or versions())}

    def _path(self, module):
        return self._answers / f"{module}.jsonl"

    def _recorded(self, module):
        if module not in self._read:
            self._read[module] = {}
            if self._path(module).exists() and self.header(module) == self.origin(module):
                _, *lines = self._path(module).read_text(encoding="utf-8").splitlines()
                pairs = map(json.loads, lines)
                self._read[module] = {json.dumps(pair["ask"]): pair["answer"] for pair in pairs}
        return self._read[module]

    def _write(self, module, answers):
        lines = [json.dumps(self.origin(module))]
        lines += [
            json.dumps({"ask": json.loads(key), "answer": answer}, ensure_ascii=False)
            for key, answer in sorted(answers.items())
        ]
        self._path(module).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return self._path(module)


def modules():
    """The modules of questions."""
    return sorted(path.stem for path in QUESTIONS.glob("[!_]*.py"))


def _tensorflow():
    try:
        return version("tensorflow-cpu")
    except PackageNotFoundError:
        return version("tensorflow")


FILES = AnswerFiles()
ask, write_answers = FILES.ask, FILES.write
