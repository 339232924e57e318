"""The Shapes page in AppTest: each part by a link, and what its widgets do."""

from __future__ import annotations

from dataclasses import asdict

import pytest
from streamlit.testing.v1 import AppTest

from lib.training.recorded import recorded_damage
from tests.app.driver import start
from tests.fake_client import FakeClient


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
    (heading,) = [m.value for m in app.markdown if m.value.startswith("# ")]
    return heading.removeprefix("# ").replace("\\", "")


def button(app: AppTest, words: str):
    """The button with these words on it."""
    return next(b for b in app.button if words in b.label.replace("\\", ""))


def test_the_page_opens_with_a_stack_that_works() -> None:
    """Many-to-many, aligned: return_sequences and a Dense at each step."""
    app = shapes()
    assert title(app) == "From (N, 12, 3) to (N, 12, 1) with 1,297 parameters"
    assert "keras.Input((12, 3))" in app.code[0].value


def test_the_stack_moves_with_the_sidebar_until_it_is_changed() -> None:
    """Units, cell and mode of the sidebar, until a layer is set on the page itself."""
    app = shapes()
    app.slider(key="U").set_value(4).run()
    text = " ".join(m.value for m in app.markdown).replace("\\", "")
    assert "Layer 2's units from 16 to 4" in text
    app.selectbox(key="cell").set_value("gru").run()
    assert title(app) == "From (N, 12, 3) to (N, 12, 1) with 113 parameters"
    app.number_input(key="layer_1_gru_units").set_value(5).run()
    app.slider(key="U").set_value(9).run()
    assert title(app) == "From (N, 12, 3) to (N, 12, 1) with 156 parameters"
    assert "stack" in app.query_params


def test_a_link_opens_its_stack_and_a_click_mends_it() -> None:
    """The layer that breaks is named; the first fix makes the stack work and changes the link."""
    app = shapes(stack="input~lstm_u16~lstm_u8~dense")
    assert title(app) == "This stack breaks at layer 3, LSTM"
    assert any("expected ndim=3, found ndim=2" in code.value for code in app.code)
    button(app, "Set return_sequences=True on layer 2").click().run()
    assert title(app).startswith("From (N, 12, 3) to (N, 1) with")
    assert app.query_params["stack"] in (
        "input~lstm_seq~lstm_u8~dense",
        ["input~lstm_seq~lstm_u8~dense"],
    )


def test_layers_are_moved_and_removed() -> None:
    """Each by one click."""
    app = shapes(stack="input~lstm_seq~dense")
    app.button(key="layer_2_up").click().run()
    assert title(app).startswith("From (N, 12, 3) to (N, 12, 16)")
    app.button(key="layer_1_remove").click().run()
    assert title(app) == "From (N, 12, 3) to (N, 12, 16) with 1,280 parameters"


def test_a_click_for_a_layer_that_is_gone_does_nothing() -> None:
    """Two quick clicks may arrive together: the second must not change another layer."""
    app = shapes(stack="input~lstm~dense")
    app.button(key="layer_1_remove").click()
    app.button_group(key="layer_1_lstm_flags").set_value(["return_sequences"])
    app.number_input(key="layer_1_lstm_units").set_value(5)
    app.run()
    assert title(app) == "From (N, 12, 3) to (N, 12, 1) with 4 parameters"


def test_the_stack_is_kept_while_the_person_is_on_another_page() -> None:
    """And it is no part of the other page's address."""
    app = shapes(stack="input~gru_u5")
    app.switch_page("pages/data.py").run()
    assert "stack" not in app.query_params
    app.switch_page("pages/shapes.py").run()
    assert title(app).startswith("From (N, 12, 3) to (N, 5)")


def test_a_target_that_is_silently_wrong_is_told_and_mended_by_what_is_typed() -> None:
    """The verdict follows the shapes; a shape that is none is answered with a sentence."""
    app = shapes(part="target")
    assert title(app).startswith("Silently wrong: output (320, 12, 1) and y (320,)")
    app.text_input(key="check_target").set_value("(320, 12, 1)").run()
    assert title(app).startswith("Correct: output (320, 12, 1) and y (320, 12, 1)")
    app.text_input(key="check_target").set_value("a lot").run()
    assert "whole numbers" in app.warning[0].value
    assert title(app).startswith("Correct")
    app.text_input(key="check_target").set_value("320 12 2").run()
    assert not app.warning
    assert title(app).startswith("Silently wrong")


def test_the_loss_and_the_batch_size_decide_too() -> None:
    """(N, T, U) with (N, U) raises in batches of 32, and not in batches of T."""
    app = shapes(part="target", check="300.12.16_300.16")
    assert title(app).startswith("An error")
    assert any("Incompatible shapes" in code.value for code in app.code)
    app.number_input(key="check_batch").set_value(12).run()
    assert title(app).startswith("Silently wrong")
    app.selectbox(key="check_loss").set_value("binary_crossentropy").run()
    assert title(app).startswith("An error")


def test_the_traced_stacks_output_is_taken_over() -> None:
    """One click, with the samples of y."""
    app = shapes(part="target", stack="input~lstm_seq_u5", check="64.3_64.12.5")
    app.button(key="from_stack").click().run()
    assert title(app).startswith("Correct: output (64, 12, 5) and y (64, 12, 5)")
    app = shapes(stack="input~lstm_seq_u5", check="64.3_64.12.5")
    app.button(key="to_doctor").click().run()
    assert title(app).startswith("Correct: output (64, 12, 5) and y (64, 12, 5)")


def test_the_stacks_batch_size_is_taken_over_with_its_output() -> None:
    """Where it has one; what was asked before stays otherwise."""
    app = shapes(part="target", stack="input_b8~lstm_seq_u5", check="64.3_64.12.5")
    app.button(key="from_stack").click().run()
    assert app.number_input(key="check_batch").value == 8


def test_other_numbers_of_samples_are_mended_where_x_and_y_are_cut() -> None:
    """The shapes may be right, so no other shape is asked for."""
    app = shapes(part="target", check="320.12.1_3.4")
    assert "assert len(x) == len(y)" in [code.value for code in app.code]


def test_each_field_has_its_own_problem() -> None:
    """An answer in one takes back nothing that is said under the other."""
    app = shapes(part="target")
    app.text_input(key="check_output").set_value("a lot").run()
    app.text_input(key="check_target").set_value("more").run()
    assert len(app.warning) == 2
    app.text_input(key="check_target").set_value("320 12 1").run()
    assert len(app.warning) == 1
    assert "a lot" in app.warning[0].value


def said(app: AppTest) -> str:
    """All that the page says, without the escapes of Markdown, and with plain spaces."""
    return " ".join(m.value for m in app.markdown).replace("\\", "").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("question", "hinted"),
    [
        ("320.12.1_320.1_mean-squared-error_32", False),
        ("320.12.1_320.1_mean-absolute-error_32", True),
        ("320.12.16_320.16_mean-squared-error_32", True),
    ],
)
def test_a_mistake_that_isnt_the_one_asked_about_says_so(question: str, hinted: bool) -> None:
    """Three are trained, with one loss."""
    app = shapes(part="target", check=question)
    assert ("Not the case asked about" in said(app)) == hinted


def test_the_mistake_and_its_damage_are_those_of_the_case_that_is_asked_about() -> None:
    """Also for the question that the page opens with, and when one comes back to it."""
    app = shapes(part="target", check="320.12.1_320.1")
    assert app.button_group(key="shapes_mistake").value == "column"
    assert "Measured on sums of noise: with output (N, T, 1), y (N, 1) " in said(app)
    app.text_input(key="check_target").set_value("(320,)").run()
    assert app.button_group(key="shapes_mistake").value == "flat"
    assert "Measured on sums of noise: with output (N, T, 1), y (N,) " in said(app)


def test_no_damage_is_told_of_columns() -> None:
    """It was measured with timesteps, and y (N, 16) may have columns."""
    assert "Measured" in said(shapes(part="target", check="320.1_320.12.1"))
    assert "Measured" not in said(shapes(part="target", check="320.1_320.16"))


@pytest.mark.parametrize(
    ("error", "badge"),
    [(None, "trained just now"), (RuntimeError("The training process died."), "recorded")],
)
def test_damage_that_comes_is_shown_and_a_training_that_fails_says_why(
    client: FakeClient, error: Exception | None, badge: str
) -> None:
    """What was recorded stays where the worker has no answer, and can be asked for again."""
    app = shapes(part="target")
    app.button(key="train_both").click().run()
    assert app.button(key="train_both").disabled
    (question,) = client.questions
    assert question.name == "target_damage"
    if error:
        question.answer.set_exception(error)
    else:
        question.answer.set_result(asdict(recorded_damage(question.arguments["case"])))
    app.run()
    assert not app.exception
    assert any(badge in m.value for m in app.markdown)
    assert [e.value.replace("\\", "") for e in app.error] == ([str(error)] if error else [])
    assert not app.button(key="train_both").disabled


def test_a_message_is_explained_with_its_numbers() -> None:
    """Today's and older wordings; what isn't known gets the checklist."""
    app = shapes(part="error")
    text = " ".join(m.value for m in app.markdown).replace("\\", "")
    assert "got (32, 4): there is no time axis" in text
    app.text_area(key="error_text").set_value("KeyError: 'a'").run()
    assert title(app) == "This message isn’t known here"
    assert any("keras.Input has the shape of one sample" in m.value for m in app.markdown)


def test_readings_stand_in_order_with_how_sure_they_are_and_a_line_that_tells() -> None:
    """Each behind its condition, with code of its own."""
    app = shapes(part="error")
    words = "Shapes (None, 1) and (None, 10) are incompatible"
    app.text_area(key="error_text").set_value(words).run()
    text = said(app)
    assert "1 · If y holds class numbers" in text
    assert text.index("1 · If y holds") < text.index("2 · If the output is")
    assert "Likely: the message leaves open" in text
    assert app.code[0].value == "print(y.shape, y[:2], model.output_shape)"


def test_the_stack_that_a_message_describes_is_opened_by_one_click() -> None:
    """It breaks as the message says; what was pasted doesn't go into the address."""
    app = shapes(part="error")
    words = "Input 0 of layer lstm_1: expected ndim=3, found ndim=2. Full shape received: (9, 64)"
    app.text_area(key="error_text").set_value(words).run()
    app.button(key="open_stack").click().run()
    assert title(app) == "This stack breaks at layer 3, LSTM"
    assert app.query_params["stack"] in ("input~lstm_u64~lstm", ["input~lstm_u64~lstm"])
    assert not any("ndim" in f"{value}" for value in app.query_params.values())
    app = shapes(part="error")
    app.text_area(key="error_text").set_value("You must call `compile()` before").run()
    assert not [b for b in app.button if b.key == "open_stack"]


@pytest.mark.parametrize("part", ["", "target", "error", "quiz"])
def test_wherever_tensors_are_drawn_their_scales_are_told(part: str) -> None:
    """Timesteps and features can't be compared by eye, nor are they meant to be."""
    assert "Each axis has its own scale" in said(shapes(part=part))


def test_an_empty_text_asks_for_a_message() -> None:
    """It isn't called one that nobody knows."""
    app = shapes(part="error")
    app.text_area(key="error_text").set_value(" ").run()
    assert title(app) == "Paste a message"
    assert "None of the messages" not in said(app)


def test_shapes_of_one_axis_arent_drawn_nor_denied() -> None:
    """A message may name (10,), of which a picture would say nothing."""
    app = shapes(part="error")
    words = "expected dense_1 to have shape (10,) but got array with shape (1,)"
    app.text_area(key="error_text").set_value(words).run()
    assert "None of 2 to 4 axes." in said(app)


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script> expected ndim=3, found ndim=2. Full shape received: (<b>, 4)",
        'Layer "<img src=x onerror=alert(1)>" expects 1 input(s), but it received 3 input tensors',
        "".join(map(chr, range(1, 32))) + " **:red[$x$]** " * 1000,
        "(" * 500_000 + "9" * 500_000,
    ],
)
def test_a_hostile_message_does_no_harm(text: str) -> None:
    """No exception, and nothing of it is markup."""
    app = shapes(part="error")
    app.text_area(key="error_text").set_value(text).run()
    assert not app.exception
    assert not any("<" in m.value.replace("\\<", "") for m in app.markdown)


def test_an_answer_is_graded_at_once_and_the_next_question_is_another() -> None:
    """The right option is marked, and the score is kept."""
    app = shapes(part="quiz", quiz="3")
    first = app.code[0].value
    assert "(None" not in first
    app.button(key="option_0").click().run()
    text = " ".join(m.value for m in app.markdown)
    assert "✓ Right" in text or "✗ It is" in text
    assert "of 1 right" in text
    assert sum("✓" in b.label for b in app.button) == 1
    app.button(key="quiz_next").click().run()
    assert app.code[0].value != first
    assert app.query_params["quiz"] in ("4", ["4"])


@pytest.mark.parametrize("part", ["stack", "target", "error", "quiz"])
@pytest.mark.parametrize("text", ["~~~_~", "input_t0_fnan~bi_mwhat", "9" * 5000, "²", "-1", "٣"])
def test_nonsense_in_the_address_is_no_error_on_any_part(part: str, text: str) -> None:
    """Each of the page's own keys."""
    shapes(part=part, stack=text, check=text, error=text, quiz=text)
