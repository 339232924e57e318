"""PyTorch's messages about recurrent layers get an explanation, and the code of each fix runs."""

import re
import traceback
import warnings
from itertools import count

import pytest

from lib.shapes import explain_error
from lib.shapes.errors import OF_TORCH, explanations
from lib.shapes.errors.pasted import error_and_whole
from lib.shapes.stack.torch_layers import TEXTS

pytest.importorskip("torch")

from tests.agreement.torch_mistakes import MISTAKES, SAME_LINE, names
from tests.unit.known_messages import TORCH as KNOWN


def error_of(code, known):
    """Run code. Return its error or its first warning; None if it has none."""
    with warnings.catch_warnings(action="error"):
        try:
            exec(code, known)  # noqa: S102  our own code
        except Exception as error:  # PyTorch raises any error.
            return error
    return None


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_pytorch_is_explained_and_the_code_of_its_fix_runs(mistake):
    """The message alone and the traceback get the explanation, and the told fix ends the error."""
    cause, fix = MISTAKES[mistake]
    error = error_of(mistake, names())
    for text in (f"{error}", "".join(traceback.format_exception(error))):
        explanation = explain_error(text)
        assert cause in explanation.cause
        assert fix in f"{explanation.fix}\n{explanation.code}"
        assert explanation.confidence != "possible" or cause == "come from two batches"
    *before, line = mistake.split("\n")
    left = []  # the error of each told fix, and of the last line if the fix doesn't replace it
    for meaning in explanation.meanings:
        code = f"{meaning.code}\n{explanation.check}".replace("…", "1")
        errors = [error_of(code, names()), error_of("\n".join([*before, code]), names())]
        assert None in errors, errors
        fixed = [*before, code, *([line] if mistake.split()[0] in SAME_LINE else [])]
        if fix in f"{meaning.fix}\n{meaning.code}":
            left.append(error_of("\n".join(fixed), names()))
    assert None in left, left


@pytest.mark.parametrize("message", [row[0] for row in KNOWN if row[1] and "keras" not in row[0]])
def test_the_code_of_each_fix_of_an_earlier_message_runs(message):
    """The code needs only names that the person's program has, too."""
    explanation = explain_error(message)
    for meaning in explanation.meanings:
        error = error_of(f"{meaning.code}\n{explanation.check}", names())
        assert not isinstance(error, NameError | SyntaxError | AttributeError)


def test_each_message_of_pytorch_has_a_mistake_or_a_text():
    """Each message explains a mistake here, or a text of the unit tests."""
    texts = [f"{error_of(mistake, names())}" for mistake in MISTAKES] + [row[0] for row in KNOWN]
    matches = (explanations(*error_and_whole(text)) for text in texts)
    explained = {next((each for each, _ in pairs), None) for pairs in matches}
    missing = [message.patterns for message in OF_TORCH if message not in explained]
    assert not missing, "add a mistake to torch_mistakes.py, or a text to known_messages.jsonl"


@pytest.mark.parametrize("name", TEXTS)
def test_each_message_of_the_stack_tracer_is_explained_as_pytorchs(name):
    """The decoder knows every error that the tracer shows for PyTorch code."""
    words = {"sizes": "N, 10, 3", "need": "2, N, 16", "target": "N, 10, 7", "which": "hidden[0]"}
    words |= {"name": "hidden_size" if name == "positive" else "view"}
    words |= {"sign": "+", "batched": "batched 3", "rank": "3"}
    sizes = count(4)
    text = re.sub(r"\{(.*?)\}", lambda word: words.get(word[1], f"{next(sizes)}"), TEXTS[name])
    known, _ = next(explanations(*error_and_whole(text)))
    assert known in OF_TORCH
