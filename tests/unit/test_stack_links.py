"""Stacks as text in the address survive a round trip, and no text raises an error."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib import shapes
from lib.shapes import KINDS, MAX_LAYERS, Input, code_lines, fixes, keras_code, trace
from lib.shapes.stack.fixes import MOST_FIXES
from lib.shapes.stack.link import from_text, read_text, to_text
from lib.shapes.stack.plain import Dense
from lib.shapes.stack.recurrent import LSTM
from tests.layers import ANY_RANDOM, GRAPHS, any_layer

LAYERS = ANY_RANDOM.map(lambda random: any_layer(random, small=False))


@settings(derandomize=True, deadline=None)
@given(st.lists(LAYERS, max_size=MAX_LAYERS - 1))
def test_a_stack_survives_the_address(layers):
    """The text gives the same stack, and has no characters that an address would escape."""
    stack = (Input(timesteps=None, batch=4), *layers)
    text = to_text(stack)
    assert read_text(text) == (stack, [])
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789_~.-")


@settings(derandomize=True, deadline=None)
@given(GRAPHS)
def test_a_graph_survives_the_address(stack):
    """References, initial states and shared layers survive. The code has a line per layer."""
    assert read_text(to_text(stack)) == (stack, [])
    assert len(code_lines(trace(stack))) == len(stack)


KEYS = sorted({setting.key for kind in KINDS.values() for setting in kind.settings()})
VALUES = ("", "0", "-1", "2", "99999999", "9e9", "any", "nan", "2.1", "1.1.1", "same")
REFS = ("of2", "of1-3", "of2-9", "of2.1", "from3.9", "from2.1-2.2", "as2", "as99999")
SETTINGS = st.builds("".join, st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)))
LAYER = st.sampled_from(["input", "lstm", "td-conv1d", "td-lstm", *KINDS])
PARTS = st.builds("_".join, st.tuples(LAYER, SETTINGS, st.sampled_from(REFS) | SETTINGS))
LINKS = st.lists(LAYER | PARTS, max_size=6).map("~".join)
"""Links of random layers, with settings and references that may make no sense."""


@settings(derandomize=True, deadline=None)
@given(st.text() | LINKS)
@example("input_formother_x~addattend_of1-1")  # Samples have no axes.
def test_any_text_is_a_stack_or_none(text):
    """Invalid parts of an address are dropped. The rest is traced, fixed and written as code."""
    stack = from_text(text)
    assert len(stack) <= MAX_LAYERS
    if not stack:
        return
    assert isinstance(stack[0], Input)
    assert from_text(to_text(stack)) == stack
    steps = trace(stack)
    code = keras_code(steps)
    assert len(fixes(steps)) <= MOST_FIXES
    for fix in fixes(steps):
        assert keras_code(trace(fix.stack))
        with suppress(shapes.ModelError):  # The code may be incomplete.
            shapes.rewritten(shapes.read_source(code), fix.stack)


def test_numbers_out_of_range_are_clamped_and_unknown_words_dropped():
    """Each changed or dropped part of a link has a sentence."""
    assert "LSTM has no setting “what”" in read_text("input~lstm_what")[1][0]
    assert from_text("input_t9999999_f0~lstm_uabc_seq_what~nothing") == (
        Input(timesteps=1_000_000, features=1),
        LSTM(return_sequences=True),
    )
    assert from_text("lstm") == (Input(), LSTM())
    assert from_text("dense~input_f5~input_f6") == (Input(features=5), Dense())
    assert from_text("") == from_text("what~ever") == ()


@pytest.mark.parametrize(
    ("text", "used", "message"),
    [
        ("input~lstm_of7", "input~lstm", "Layer 2, LSTM, refers to a layer"),
        ("input~dense_of2~add_of1-3-2", "input~dense~add_of1-2", "Layer 2, Dense,"),
        ("input~lstm~lstm_as0", "input~lstm~lstm", "Layer 3, LSTM,"),
        ("input~lstm~dense_of99999", "input~lstm~dense", "Dense has no setting “of99999”"),
        ("input_as2~conv1d~number_as2", "input~conv1d~number_as2", "Layer 1, Input,"),
        ("dense~lstm_from2~input~input_of1", "input~dense~lstm_from2", ""),
    ],
)
def test_a_reference_leads_to_an_earlier_layer(text, used, message):
    """Other references, and all references of an Input, are dropped with a sentence."""
    stack, sentences = read_text(text)
    assert to_text(stack) == used
    assert " ".join(sentences).startswith(message)
    assert keras_code(trace(stack))


def test_sizes_in_a_link_have_at_most_seven_digits():
    """Each larger size of a kernel or a sample is dropped with a sentence."""
    digits = "9" * 3000
    stack, sentences = read_text(f"input_formother_x{digits}~conv2d_w{digits}.{digits}")
    assert (to_text(stack), len(sentences)) == ("input_formother~conv2d", 2)
