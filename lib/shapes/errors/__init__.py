"""Explain error messages about recurrent layers, of Keras 3 and of earlier versions."""

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

from lib.shapes.errors import (
    arguments,
    arrays,
    inputs,
    labels,
    loading,
    models,
    states,
    targets,
    torch,
    torch_tensors,
)
from lib.shapes.errors.message import Explanation, Message, Texts
from lib.shapes.errors.pasted import Found, error_and_whole
from lib.text import beside

# The first match wins, so modules with more specific messages come first.
TORCH = torch, torch_tensors
MODULES = (*TORCH, labels, loading, states, arguments, targets, inputs, arrays, models)
MESSAGES: list[Message] = [each for module in MODULES for each in module.MESSAGES]
OF_TORCH: list[Message] = [each for module in TORCH for each in module.MESSAGES]
_EXAMPLES, _SHARED = beside(__file__, "examples"), Texts(__file__, "shared")
# Messages of common mistakes, by the short name that the address uses.
EXAMPLES = {name: " ".join(text.split()) for name, text in _EXAMPLES["examples"].items()}
_TORCH = re.compile(r"(?<!backend/)torch|\bnn\.[A-Z]|forward\(\)|state_dict|requires? grad")
_KERAS = re.compile(r"keras|tensorflow|\btf\.")
_PART = re.compile(r'\\.|\[(?:\\.|[^\]\\])*\]|"')  # of a pattern: \d, [a-z] or a quote
_QUOTE_OR_BORDER = r'(?:"|(?<!\w)|(?!\w))'  # not inside a word


def explain_error(message: str) -> Explanation | None:
    """Return the explanation of a message or traceback; None for an unknown message."""
    _, explanation = _first(message)
    return explanation


def checklist(message: str) -> list[str]:
    """Return shapes to check in order, of PyTorch if the message looks like PyTorch's."""
    known, _ = _first(message)
    looks_like_torch = _TORCH.search(message) and not _KERAS.search(message)
    is_torch = known in OF_TORCH or looks_like_torch
    return _EXAMPLES["checklist of PyTorch" if is_torch else "checklist"]


def _first(message: str) -> tuple[Message, Explanation] | tuple[None, None]:
    """Return the known message in a text with its explanation. The last error comes first."""
    last, whole = error_and_whole(message)
    for known, explanation in explanations(last, whole):
        return known, explanation
    for known, explanation in explanations(whole, whole):
        return known, replace(explanation, confidence="possible")
    for known, explanation in explanations(last, whole, is_loose=True):
        return known, replace(explanation, confidence="possible")
    return None, None


@cache
def _compiled(pattern: str, is_loose: bool) -> re.Pattern[str]:
    """Return a compiled pattern. A loose pattern matches a text that lost its quotes or case."""
    # An unbounded .*? would take minutes on a long text that repeats the words before it.
    bounded = pattern.replace(".*?", ".{0,300}?")
    loose = _PART.sub(lambda part: _QUOTE_OR_BORDER if part[0] == '"' else part[0], bounded)
    return re.compile(loose if is_loose else bounded, re.I * is_loose)


def explanations(
    part: str, whole: str, is_loose: bool = False
) -> Iterator[tuple[Message, Explanation]]:
    """Yield each known message that matches in `part`, with its explanation."""
    of_torch = "torch/nn/" in whole and not _KERAS.search(whole)
    for message in OF_TORCH if of_torch else MESSAGES:
        for pattern in message.patterns:
            # The last match counts: earlier, a traceback quotes the source line of the message.
            for match in reversed(list(_compiled(pattern, is_loose).finditer(part))):
                found = Found(match, whole)
                if found.is_consistent and (explanation := message.explain(found)):
                    yield message, of_empty(found) or explanation


def of_empty(found: Found) -> Explanation | None:
    """Return an explanation if a shape of the message has a size of 0: an array is empty."""
    shape = r"[(\[](?:\d+, ?)*0\b[\d, ]*[)\]]"
    texts = [text for text in found.match.groupdict().values() if text]
    empty = [text for text in texts if re.fullmatch(shape, text)]
    what = [f"{name} has 0 samples" for name in ("x", "y") if found[name] == "0"]
    what += [f"its shape is {each}" for each in empty if each != "[0]"]  # hidden[0]
    if not what:
        return None
    words = {"what": what[0], "matrix": found["own"] and "a matrix"}
    return _SHARED.explanation("empty", **words)
