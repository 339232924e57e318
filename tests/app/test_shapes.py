"""The Shapes page in AppTest: each part opened by a link, and its widgets."""

import pytest

from tests.app.driver import address, link, text, title


def shapes(**query):
    """Open the Shapes page by a link."""
    return link("Shapes", **query)


def button(app, words):
    """Return the button with these words in its label."""
    return next(b for b in app.button if words in b.label.replace("\\", ""))


def test_the_stack_follows_the_sidebar_until_a_layer_is_changed():
    """At first, the stack has the sidebar's units, cell and mode."""
    app = shapes()
    app.slider(key="U").set_value(4).run()
    assert "with 133 parameters" in title(app)
    app.selectbox(key="cell").set_value("gru").run()
    assert "(N, 12, 1) with 113 parameters" in title(app)
    app.number_input(key="layer_1_gru_units").set_value(5).run()
    app.slider(key="U").set_value(9).run()
    assert "(N, 12, 1) with 156 parameters" in title(app)
    assert "stack" in app.query_params


@pytest.mark.parametrize("output", ["probabilities", "logits"])
def test_the_sidebars_model_of_labels_has_explores_head_mask_and_loss(output):
    """Spoken vowels are masked; class numbers (N, T) fit the sidebar's loss, also for logits."""
    app = shapes(data="vowels", output=output)
    code = next(each.value for each in app.code if "Dense(9" in each.value)
    assert ('activation="softmax"' in code) == (output == "probabilities")
    assert "Masking" in code
    app.button(key="to_doctor").click().run()
    assert address(app)["check"].startswith("320.29.9_320.29_sparse-categorical-crossentropy")


def test_a_link_opens_its_stack_and_a_click_fixes_it():
    """The page names the failing layer. Its first fix repairs the stack and the link."""
    app = shapes(stack="input~lstm_u16~lstm_u8~dense")
    assert "breaks at layer 3, LSTM" in title(app)
    assert any("expected ndim=3, found ndim=2" in code.value for code in app.code)
    button(app, "Set return_sequences=True on layer 2").click().run()
    assert title(app).startswith("From (N, 12, 3) to (N, 1) with")
    assert address(app)["stack"] == "input~lstm_seq~lstm_u8~dense"


def test_a_layer_is_removed():
    """A click that arrives after its layer was removed never changes another layer."""
    app = shapes(stack="input~lstm~dense")
    app.button(key="layer_1_remove").click()
    app.button_group(key="layer_1_lstm_flags").set_value(["return_sequences"])
    app.number_input(key="layer_1_lstm_units").set_value(5)
    app.run()
    assert "(N, 12, 1) with 4 parameters" in title(app)


def test_the_stack_is_kept_while_another_page_is_open():
    """The stack is in the address of the Shapes page only, and returns with the page."""
    app = shapes(stack="input~gru_u5")
    app.switch_page("pages/data.py").run()
    assert "stack" not in app.query_params
    app.switch_page("pages/shapes.py").run()
    assert title(app).startswith("From (N, 12, 3) to (N, 5)")


def test_the_verdict_follows_typed_shapes():
    """An invalid shape gets a message. It stays in its field, and the verdict stays, too."""
    app = shapes(part="target")
    assert title(app).startswith("Silently wrong: y (320,)")
    app.text_input(key="check_target").set_value("(320, 12, 1)").run()
    assert title(app).startswith("Correct: y (320, 12, 1)")
    app.text_input(key="check_output").set_value("more").run()
    assert "whole numbers" in app.error[0].value
    assert app.text_input(key="check_output").value == "more"
    assert title(app).startswith("Correct: y (320, 12, 1)")
    app.text_input(key="check_target").set_value("320 12 2").run()
    assert not app.error
    assert title(app).startswith("Silently wrong")


def test_one_click_checks_the_output_of_the_traced_stack():
    """The question keeps the number of samples of y, and has the batch size of the stack."""
    app = shapes(stack="input_b8~lstm_seq_u5", check="64.3_64.12.5")
    app.button(key="to_doctor").click().run()
    assert title(app).startswith("Correct: y (64, 12, 5)")
    assert app.number_input(key="check_batch").value == 8


def test_a_question_may_be_about_labels():
    """A mistake has fixes. The notes and the names of the losses concern labels, too."""
    app = shapes(part="target", check="320.12.5_320.12_sparse-categorical-crossentropy_32")
    assert title(app).startswith("Correct: y (320, 12) matches the output (320, 12, 5)")
    assert "Cross-entropy, integer" in text(app)
    app = shapes(part="target", check="320.12.5_320_sparse-categorical-crossentropy_32")
    assert title(app).startswith("Error")
    assert "If y has one target per sample, set return_sequences=False" in text(app)
    assert "class_weight needs one label per sequence" in text(app)


@pytest.mark.parametrize(
    ("check", "has_hint"),
    [
        ("320.12.1_320.1_mean-squared-error_32", False),
        ("320.12.1_320.1_mean-absolute-error_32", True),
        ("320.12.16_320.16_mean-squared-error_32", True),
    ],
)
def test_a_hint_shows_if_the_recorded_damage_is_of_other_shapes(check, has_hint):
    """The damage of a wrong target is recorded for example shapes only."""
    app = shapes(part="target", check=check)
    assert ("The example has its own settings" in text(app)) is has_hint


def paste_message(message):
    """Paste an error message, and return the page."""
    app = shapes(part="error")
    return app.text_area(key="error_text").set_value(message).run()


@pytest.mark.parametrize(
    ("message", "heading"),
    [
        ("KeyError: 'a'", "Unknown message"),
        (" ", "Paste an error message"),
        ("expected dense_1 to have shape (10,) but got array with shape (1,)", "What this message"),
        ("torch/nn/modules/rnn.py\nKeyError: 'a'", "Unknown message"),
    ],
)
def test_every_text_gets_a_heading_and_the_checklist(message, heading):
    """This holds for known and unknown messages. A text of PyTorch gets PyTorch's checklist."""
    app = paste_message(message)
    assert title(app).startswith(heading)
    line = "with batch_first=True. Without" if "torch" in message else "keras.Input takes"
    assert text(app).count(line) == 1


def test_several_meanings_of_a_message_are_numbered():
    """Each meaning has its condition, and one line of code checks which meaning applies."""
    app = paste_message("Shapes (None, 1) and (None, 10) are incompatible")
    assert text(app).index("1 · If y holds class numbers") < text(app).index("2 · If the output")
    assert "Likely, but not certain" in text(app)
    assert "y.shape, y[:2]" in app.code[-1].value


def test_one_click_opens_the_stack_that_a_message_describes():
    """The opened stack fails with the same error. The address contains none of the message."""
    words = "Input 0 of layer lstm_1: expected ndim=3, found ndim=2. Full shape received: (9, 64)"
    app = paste_message(words)
    app.button(key="open_stack").click().run()
    assert "breaks at layer 3, LSTM" in title(app)
    assert address(app)["stack"] == "input~lstm_u64~lstm"
    assert not any("ndim" in value for value in address(app).values())


def test_one_click_checks_the_target_that_a_message_describes():
    """y, the output and the loss of the message are filled in, and the check finds the error."""
    app = paste_message("Shapes (None, 1) and (None, 10) are incompatible")
    app.button(key="check_target").click().run()
    assert title(app).startswith("Error: Keras refuses y (320, 1) for the output (320, 10)")
    assert address(app)["check"] == "320.10_320.1_categorical-crossentropy_32"


def test_a_message_without_shapes_leads_to_the_tracer_of_code():
    """Neither a stack nor a target is offered."""
    app = paste_message("You must call `compile()` before")
    app.button(key="trace_code").click().run()
    assert "part" not in address(app)


@pytest.mark.parametrize(
    "message",
    [
        "<script>alert(1)</script> expected ndim=3, found ndim=2. Full shape received: (<b>, 4)",
        "".join(map(chr, range(1, 32))) + " **:red[$x$]** " * 1000 + "(" * 500_000,
    ],
)
def test_a_hostile_message_does_no_harm(message):
    """A hostile message raises no error, and none of it becomes markup."""
    app = paste_message(message)
    assert not any("<" in m.value.replace("\\<", "") for m in app.markdown)
