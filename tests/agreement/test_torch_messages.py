"""PyTorch's messages about recurrent layers get an explanation, and the code of each fix runs."""

import traceback
import warnings

import pytest

from lib.shapes import explain_error

pytest.importorskip("torch")

from tests.agreement.torch_mistakes import MISTAKES, SAME_LINE, names


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
    """The message alone and the traceback get the explanation, and one fix removes the error."""
    cause, fix = MISTAKES[mistake]
    error = error_of(mistake, names())
    for text in (f"{error}", "".join(traceback.format_exception(error))):
        explanation = explain_error(text)
        assert cause in explanation.cause
        assert fix in f"{explanation.fix}\n{explanation.code}"
        assert explanation.is_last
    *before, line = mistake.split("\n")
    left = []  # the error of each fix, and of the last line if the fix doesn't replace it
    for meaning in explanation.meanings:
        code = f"{meaning.code}\n{explanation.check}"
        errors = [error_of(code, names()), error_of("\n".join([*before, code]), names())]
        assert None in errors, errors
        fixed = [*before, code, *([line] if mistake.split()[0] in SAME_LINE else [])]
        left.append(error_of("\n".join(fixed), names()))
    assert None in left, left
