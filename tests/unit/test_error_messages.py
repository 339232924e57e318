"""The error decoder, message by message: of today, of earlier versions, and in a long traceback.

The messages that Keras raises today are provoked in tests/agreement/test_error_messages.py.
"""

from __future__ import annotations

import ast
import re
import string

import pytest

from lib.errors import EXAMPLES, FAMILIES, Explanation, explain_error
from lib.errors.message import READ, SNIPPETS, TABLES, Messages, ends, shapes_in
from tests.unit.known_messages import OLDER, TODAY


@pytest.mark.parametrize(("message", "cause", "fix"), TODAY + OLDER)
def test_a_message_is_explained_with_its_own_numbers(message, cause, fix):
    """In at most the 600 characters that the page shows, and with code that is Python."""
    explanation = explain_error(message)
    if cause is None:
        assert explanation is None
        return
    assert cause in explanation.cause
    assert fix in f"{explanation.fix}\n{explanation.code}"
    assert max(len(explanation.cause), len(explanation.fix), len(explanation.code)) < 600
    ast.parse(explanation.code.replace("…", "0"))  # "…" stands for anything


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (
            'in assert_input_compatibility\n    f"expected shape={spec.shape}, found shape={shape}"'
            "\nValueError: expected shape=(None, 5, 2), found shape=(8, 5, 3)",
            "takes (None, 5, 2) and got (8, 5, 3)",
        ),
        (
            'in get\n    raise ValueError(f"Could not interpret loss identifier: {identifier}")\n'
            "ValueError: Could not interpret loss identifier: mean_square_error",
            "no loss of the name mean_square_error",
        ),
        (
            'f"Data cardinality is ambiguous. Make sure all arrays contain the same number"\n'
            "ValueError: Data cardinality is ambiguous. 'x' sizes: 8 'y' sizes: 7",
            "x has 8 samples and y has 7",
        ),
    ],
)
def test_a_traceback_quotes_the_code_and_the_message_comes_last(text, cause):
    """In the code the message has no numbers yet."""
    assert cause in explain_error(text).cause


def test_an_error_in_a_layer_isnt_laid_to_the_loss():
    """The message says where it happened."""
    explanation = explain_error(
        "Exception encountered when calling AdditiveAttention.call().\n\nIncompatible shapes: "
        "[8,5,1,3] vs. [8,1,5,4] [Op:AddV2]"
    )
    assert "In AdditiveAttention two tensors meet that can't be paired" in explanation.cause
    explanation = explain_error("Incompatible shapes: [8,5,3] vs. [8,5] [Op:Mul]")
    assert "A multiplication can't pair [8,5,3] with [8,5]" in explanation.cause
    assert "mask[..., None]" in explanation.code


def test_a_loss_of_ones_own_is_told_by_the_line_that_is_quoted():
    """Its subtraction says which comes first."""
    message = "Incompatible shapes: [8,3] vs. [8,5,3] [Op:Sub]"
    line = "in my_loss\n    return ops.mean((y_true - y_pred) ** 2)\n"
    assert "[8,3] with [8,5,3], y with the output" in explain_error(line + message).cause
    turned = line.replace("y_true - y_pred", "y_pred - y_true")
    assert "[8,3] with [8,5,3], the output with y" in explain_error(turned + message).cause


def test_class_weights_for_every_step_are_known_by_the_traceback():
    """The message alone may be anything."""
    message = "TypeError: only 0-dimensional arrays can be converted to Python scalars"
    assert explain_error(message) is None
    explanation = explain_error(f"class_weight_to_sample_weights(y, class_weight)\n{message}")
    assert "sample_weight" in explanation.code


def test_no_two_families_look_for_the_same_words():
    """Else the second would never be asked."""
    patterns = [pattern for family in FAMILIES for pattern, _ in family.known]
    assert len(patterns) == len(set(patterns))


@pytest.mark.parametrize("target", ["(None,)", "(None, 5, 2)", "(None, 5)", "(None, 2)"])
def test_for_an_output_of_one_column_the_sparse_loss_is_no_answer(target):
    """One column can't be the classes."""
    for output in ("(None, 5, 1)", "(None, 1)"):
        explanation = explain_error(
            "Arguments `target` and `output` must have the same rank (ndim). Received: "
            f"target.shape={target}, output.shape={output}"
        )
        assert "sparse" not in f"{explanation.fix} {explanation.code}"


def test_a_traceback_that_names_binary_cross_entropy_gets_no_sparse_loss():
    """It has none; the output was (N, 5, 1), or has too many columns. Without a name both count."""
    message = (
        "Arguments `target` and `output` must have the same shape. Received: "
        "target.shape=(None, 1), output.shape=(None, 5)"
    )
    explanation = explain_error(message)
    assert "If the loss is categorical: If the output has 5 timesteps" in explanation.fix
    assert "If it is binary: If the output has 5 timesteps" in explanation.fix
    assert "sparse" in explanation.code.partition("# binary:")[0]
    assert "Dense(1)" in explanation.code.partition("# binary:")[2]
    assert "binary:" not in explain_error(f"in categorical_crossentropy\n{message}").code
    assert "sparse" in explain_error(f"in categorical_crossentropy\n{message}").code
    assert "sparse" not in explain_error(f"in binary_crossentropy\n{message}").code


@pytest.mark.parametrize(
    "place", ["\n [[{{node compile_loss/mse/sub}}]]", " in mean_squared_error"]
)
def test_the_loss_is_blamed_without_a_doubt_only_where_the_message_names_it(place):
    """Two shapes alone may meet anywhere."""
    message = "Incompatible shapes: [4,3] vs. [4,5,3]"
    assert explain_error(message + place).cause.startswith("The loss can't pair [4,3]")
    assert explain_error(message).cause.startswith("Most likely it is the loss that can't pair")
    assert "Most likely" in explain_error("Incompatible shapes: [2,3] vs. [4,3]").cause


def test_shapes_that_are_none_are_passed_over():
    """As in a text that was changed by hand; the advice is then to look."""
    assert "print(y.shape" in explain_error("Shapes (x,) and (y,) are incompatible").code


def test_a_message_is_found_in_a_traceback_with_colours_and_line_breaks():
    """However it was copied."""
    text = (
        'Traceback (most recent call last):\n  File "a.py", line 1\nValueError: Exception\n\n'
        "\x1b[1mInvalid input. Expected shape (None, 5, 2),\nbut input has incompatible shape "
        "(5, 2)\x1b[0m\n\nArguments received"
    )
    assert "x[None]" in explain_error(text).code


@pytest.mark.parametrize("message", ["", "hello", "expected ndim=4, found ndim=5", "KeyError: 'a'"])
def test_a_message_that_is_not_known_gets_no_answer(message):
    """Rather none than a wrong one."""
    assert explain_error(message) is None


def test_a_family_whose_table_is_missing_fails():
    """A name that is misspelt would else be a family without messages."""
    with pytest.raises(FileNotFoundError):
        Messages("maskss").explain("any text")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_a_function_and_its_patterns_have_one_name(family):
    """Patterns without a function say a row, by its name."""
    for name in family.file.get("chosen", {}):
        assert f"_{name}" in family.functions or name in family.said, name


def test_every_function_that_explains_a_match_has_patterns():
    """One without would never be asked."""
    named = {f"_{name}" for family in FAMILIES for name in family.file.get("chosen", {})}
    functions = {name: each for family in FAMILIES for name, each in family.functions.items()}
    of_match = [{"match": re.Match[str], "return": of} for of in (Explanation, Explanation | None)]
    asked = {name for name, each in functions.items() if each.__class__ is type(explain_error)}
    explain = {name for name in asked if functions[name].__annotations__ in of_match}
    assert explain == named & asked


def test_every_table_belongs_to_a_family():
    """One that no family reads would answer nothing."""
    names = {family.family for family in FAMILIES}
    assert {file.stem for file in TABLES.iterdir()} <= names


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.family)
def test_a_row_names_what_its_patterns_find(family):
    """A name that is none of theirs would be left out without a word."""
    for row in family.table:
        for pattern in row.patterns:
            known = {*re.compile(pattern).groupindex, *row.clauses, *row.otherwise, *SNIPPETS}
            for text in (row.cause, row.fix, row.code, *row.clauses.values()):
                names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
                assert names - known <= optional(row, text), (pattern, text)


def optional(row, clause):
    """The names of a clause, which is left out where a pattern has none of them."""
    groups = {name for pattern in row.patterns for name in re.compile(pattern).groupindex}
    return groups if clause in row.clauses.values() else set()


def test_what_may_be_anything_in_a_message_has_a_bound():
    """Else its beginning, over and over, would be read to the end each time: minutes."""
    unbounded = r"(?:(?<!\\)\.|\[\^[^]]*\]|\\S)[*+]"
    patterns = [pattern for family in FAMILIES for pattern, _ in family.known]
    assert [pattern for pattern in patterns if re.search(unbounded, pattern)] == []


def test_of_a_very_long_text_no_more_is_kept_than_is_read():
    """And once cut it stays as it is."""
    kept = ends("a" * 500_000 + "b" * 500_000)
    assert kept == "a" * READ + "\n" + "b" * READ == ends(kept)
    assert ends("short") == "short"


def test_of_a_very_long_text_both_ends_are_read():
    """A traceback has its message last; a log, perhaps first."""
    message = "expected ndim=3, found ndim=2"
    assert explain_error(message + " x" * 500_000)
    assert explain_error("x " * 500_000 + message)


@pytest.mark.parametrize("name", EXAMPLES)
def test_each_example_of_a_message_is_known(name):
    """The page explains all that it offers."""
    assert explain_error(EXAMPLES[name])


def test_shapes_are_found_in_a_message():
    """As tuples and as lists, each once; None and ? are open."""
    assert shapes_in("got (None, 12, 3) and [32,16], and (None, 12, 3)") == [
        (None, 12, 3),
        (32, 16),
    ]
    assert shapes_in("[?,5,4] (0, 1) (1,) () f(x, y)") == [(None, 5, 4)]


@pytest.mark.parametrize("shapes", [("(None,)", "()"), ("()", "()"), ("()", "(3,)")])
def test_a_shape_without_an_axis_is_read_like_any(shapes):
    """A scalar is no sample, and no axis of it can be compared."""
    explain_error("expected shape={}, found shape={}".format(*shapes))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "Dimensions must be equal, but are 1 and 2 " * 30_000,
        "layer '" * 150_000,
        "expected ndim=" * 70_000 + "(" * 70_000,
        "Unrecognized keyword arguments passed to LSTM: {" + "'a':" * 200_000,
        "".join(map(chr, range(32))) * 30_000,
        "expected shape=(" + "((" * 500_000,
        "Failed to convert " * 50_000,
        "logits and labels must have the same shape " * 20_000,
        "Incompatible shapes: [1] vs. [2] " * 30_000,
        "expects 1 input(s), but it received 3 input tensors" * 20_000,
        "states=(tf.Tensor(shape=(" * 40_000,
        "Exception encountered when calling LSTMCell.call() " * 20_000,
        "node compile_loss/" * 50_000,
        "missing 1 required positional argument: 'a'" * 20_000,
        "The following argument value should be passed as a keyword argument: " * 15_000,
        "Data cardinality is ambiguous 'x' sizes: 5" + ", 5" * 300_000,
        "Could not interpret loss identifier: (" * 25_000,
        "class_weight" * 80_000,
        ".shape[2]" * 100_000,
        "mask=tf.Tensor(shape=" * 45_000,
        "SelectV2" * 120_000,
    ],
    ids=range(22),
)
def test_a_megabyte_of_anything_is_read_in_a_moment(text):
    """An answer or none comes back, however long or odd the text, and however often one begins."""
    explain_error(text)
