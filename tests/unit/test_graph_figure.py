"""The picture of a stack with branches: which arrows it has, and what it says in words."""

from __future__ import annotations

import pytest

from lib.charts.graph import arrows, graph_picture, graph_sentence
from lib.charts.palette import PALETTES
from lib.shapes.stack.code import is_chain
from lib.shapes.stack.link import from_text
from lib.shapes.stack.tracing import trace
from tests.unit.test_stack_figures import drawings

STATES = "input~lstm_u8_state~input_t6_f2~lstm_u8_seq_from2.1-2.2~dense_k4"
SKIP = "input_f16~lstm_seq~add_of1-2~dense"


def test_an_encoders_states_go_to_the_decoder_on_arrows_of_their_own() -> None:
    """No arrow leads to the second input; the decoder is called on it, and starts from states."""
    steps = trace(from_text(STATES))
    assert list(arrows(steps)) == [(0, 1, False), (2, 3, False), (1, 3, True), (3, 4, False)]
    sentence = graph_sentence(steps)
    assert "3, Input, begins a branch" in sentence
    assert "4 starts from the states of 2" in sentence


def test_a_layer_that_takes_several_has_an_arrow_from_each() -> None:
    """And the sentence counts them."""
    steps = trace(from_text(SKIP))
    assert [line[:2] for line in arrows(steps)] == [(0, 1), (0, 2), (1, 2), (2, 3)]
    assert "3, Add, takes 1 and 2" in graph_sentence(steps)


@pytest.mark.parametrize("theme", PALETTES)
@pytest.mark.parametrize("text", [STATES, SKIP])
def test_every_layer_has_its_box_and_every_arrow_its_head(theme: str, text: str) -> None:
    """In the theme's own colours."""
    steps, palette = trace(from_text(text)), PALETTES[theme]
    (svg,) = drawings(graph_picture(steps, palette))
    assert svg.count("<rect") == len(steps)
    assert svg.count("stroke-dasharray") == sum(states for *_, states in arrows(steps))
    assert svg.count("<path") == 2 * len(list(arrows(steps)))
    assert palette.ink in svg


def test_only_what_names_layers_is_no_chain() -> None:
    """A chain needs no picture of its arrows."""
    assert is_chain(from_text("input~lstm_state~unpack~dense"))
    assert not is_chain(from_text(SKIP))
    assert not is_chain(from_text(STATES))
