"""The Shapes page in AppTest: each part by a link, and what its widgets do."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.app.test_pages import start


def shapes(**query: str) -> AppTest:
    """The Shapes page, opened by a link."""
    app = start("Shapes")
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def title(app: AppTest) -> str:
    """The page's sentence, without the escapes of Markdown."""
    assert not app.exception
    (found,) = [m.value for m in app.markdown if m.value.startswith("# ")]
    return found.removeprefix("# ").replace("\\", "")


def button(app: AppTest, words: str):
    """The button with these words on it."""
    return next(b for b in app.button if words in b.label.replace("\\", ""))


def test_the_page_opens_with_a_stack_that_works() -> None:
    """Many-to-many, aligned: return_sequences and a Dense at each step."""
    app = shapes()
    assert title(app) == "From (None, 12, 3) to (None, 12, 1) with 1,297 parameters"
    assert "keras.Input((12, 3))" in app.code[0].value


def test_a_link_opens_its_stack_and_a_click_mends_it() -> None:
    """The layer that breaks is named; the first fix makes the stack work and changes the link."""
    app = shapes(stack="input~lstm_u16~lstm_u8~dense")
    assert title(app) == "This stack breaks at layer 3, LSTM"
    assert any("expected ndim=3, found ndim=2" in code.value for code in app.code)
    button(app, "Set return_sequences=True on layer 2").click().run()
    assert title(app).startswith("From (None, 12, 3) to (None, 1) with")
    assert app.query_params["stack"] in (
        "input~lstm_seq~lstm_u8~dense",
        ["input~lstm_seq~lstm_u8~dense"],
    )


def test_moving_t_says_that_the_parameters_stay_and_moving_units_that_they_change() -> None:
    """The lesson: units are not timesteps."""
    app = shapes(stack="input~lstm")
    app.number_input(key="layer_0_input_timesteps").set_value(20).run()
    said = " ".join(m.value for m in app.markdown).replace("\\", "")
    assert "Timesteps T of layer 1 from 12 to 20" in said
    assert "the parameters stay at 1,280. Weights are shared by all timesteps" in said
    app.number_input(key="layer_1_lstm_units").set_value(8).run()
    said = " ".join(m.value for m in app.markdown).replace("\\", "")
    assert "the parameters go from 1,280 to 384" in said


def test_layers_are_moved_taken_out_and_added() -> None:
    """Each by one click."""
    app = shapes(stack="input~lstm_seq~dense")
    app.button(key="layer_2_up").click().run()
    assert title(app).startswith("From (None, 12, 3) to (None, 12, 16)")
    app.button(key="layer_1_out").click().run()
    assert title(app) == "From (None, 12, 3) to (None, 12, 16) with 1,280 parameters"


@pytest.mark.parametrize(
    "text", ["nonsense", "lstm_u9e99", "~~~_~", "input_t0_fnan~bi_mwhat", "x" * 5000]
)
def test_nonsense_in_the_address_is_no_error(text: str) -> None:
    """What can't be read is dropped, on every part."""
    shapes(stack=text, part=text)


def test_the_stack_is_kept_while_the_person_is_on_another_page() -> None:
    """And it is no part of the other page's address."""
    app = shapes(stack="input~gru_u5")
    app.switch_page("pages/data.py").run()
    assert "stack" not in app.query_params
    app.switch_page("pages/shapes.py").run()
    assert title(app).startswith("From (None, 12, 3) to (None, 5)")
