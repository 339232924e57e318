"""The user's own model on the Shapes page: pasted, dropped as a file, or changed on the page."""

from tests.app.driver import text, title
from tests.app.test_shapes import button, shapes

STACKED = """\
from keras import Sequential, Input
from keras.layers import LSTM, Dense

model = Sequential()
model.add(Input((30, 8)))
model.add(LSTM(64))
model.add(LSTM(32))
model.add(Dense(5, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy")
"""
LONG = "~".join(["input_t50", *["conv1d_k8_psame", "relu"] * 8, "lstm", "dense"])


def paste(code, app=None):
    """Paste a text into the box for code, and return the page."""
    app = app or shapes()
    return app.text_area(key="model_text").set_value(code).run()


def test_a_pasted_model_breaks_at_its_line_and_a_click_fixes_that_line():
    """The page names the failing layer and its line of code, and shows the fixed line."""
    app = paste(STACKED)
    assert "breaks at layer 3, LSTM" in title(app)
    assert "line 7" in text(app)
    assert "Change line 6: set return" in text(app)
    codes = [code.value for code in app.code]
    assert "model.add(LSTM(64, return_sequences=True))" in codes
    assert any("expected ndim=3, found ndim=2" in code for code in codes)
    button(app, "Set return_sequences=True on layer 2").click().run()
    assert title(app).startswith("From (N, 30, 8) to (N, 5)")
    box = app.text_area(key="model_text").value
    assert "model.add(LSTM(64, return_sequences=True))" in box.splitlines()
    app.button(key="to_doctor").click().run()
    assert app.selectbox(key="check_loss").value == "sparse_categorical_crossentropy"


def test_text_without_a_model_gets_an_error_and_changes_nothing():
    """The title says that the text couldn't be read. The previous stack and the text stay."""
    app = paste("Sequential([Input((9, 2)), LSTM(4)])")
    paste("model = Sequential([LSTM(", app)
    assert "couldn't be read" in title(app)
    assert app.number_input(key="layer_1_lstm_units").value == 4
    assert "Line 1" in text(app)
    assert app.text_area(key="model_text").value == "model = Sequential([LSTM("
    app.number_input(key="layer_1_lstm_units").set_value(5).run()
    assert title(app).startswith("From (N, 9, 2) to (N, 5)")


def verdict(code, app):
    """Paste a model, check its target, and return the verdict."""
    app.segmented_control(key="shapes_part").set_value(0).run()
    paste(code, app).button(key="to_doctor").click().run()
    return title(app)


def test_each_model_has_its_own_target():
    """A new model replaces the y of earlier code and an assumed y, but keeps a typed y."""
    lines = "\nmodel.compile(loss='mse')\nmodel.fit(x, y)"
    code = "model = Sequential([Input((9, 2)), LSTM(4), Dense({})])" + lines
    with_y = "import numpy as np\ny = np.zeros((500,))\n" + code.format(1)
    app = shapes()
    assert "y (500,) matches the output (500, 1)" in verdict(with_y, app)
    assert "doesn't show y" not in text(app)
    assert "y (320, 24) matches the output (320, 24)" in verdict(code.format(24), app)
    assert "Your code doesn't show y" in text(app)
    assert "y (320, 3) matches the output (320, 3)" in verdict(code.format(3), app)
    app.text_input(key="check_target").set_value("40, 3").run()
    assert "doesn't show y" not in text(app)
    assert "y (40, 3) for the output (40, 24)" in verdict(code.format(24), app)
    assert "doesn't show y" not in text(app)


def test_a_mistake_that_shapes_do_not_show_has_a_warning_and_an_open_note():
    """The warning is for the code: another loss has none."""
    code = (
        "y = np.zeros((50, 9), int)\nm = Sequential([Input((9, 2)), GRU(4, return_sequences=True)"
    )
    code += "{}])\nm.compile('adam', 'sparse_categorical_crossentropy')\nm.fit(x, y)"
    app = shapes()
    for head, note in (
        ("", "A softmax, or from_logits"),
        (", Activation('sigmoid')", "Softmax or sigmoid?"),
    ):
        assert "The shapes match, but" in verdict(code.format(head), app)
        opened = [each.label for each in app.expander if each.proto.expanded]
        assert opened[0].startswith(note)
    app.selectbox(key="check_loss").set_value("mean_absolute_error").run()
    assert not app.warning


def test_a_change_on_the_page_is_written_into_the_code():
    """A change of a layer's row changes its line. One click returns from a pattern to the code."""
    app = paste(STACKED.replace("LSTM(64)", "LSTM(64, return_sequences=True)"))
    app.number_input(key="layer_2_lstm_units").set_value(9).run()
    assert "model.add(LSTM(9))" in app.text_area(key="model_text").value
    assert "line 7 `model.add(LSTM(9))`" in text(app).replace("]", "").replace(":gray[", "")
    app.pills(key="shapes_pattern").set_value("stateful").run()
    assert "no longer matches your code" in text(app)
    app.button(key="trace_again").click().run()
    assert title(app).startswith("From (N, 30, 8) to (N, 5)")


UNTRACED = "Sequential([Input((24, 6)), LSTM(16, return_sequences=True), Lambda(f), Dense(1)])"


def test_an_entered_shape_continues_the_trace_after_an_untraced_layer():
    """An untraced layer has no fix. The user can type its output shape, which the link keeps."""
    app = paste(UNTRACED)
    assert "Lambda, can't be traced" in title(app)
    assert "✗" not in text(app)
    assert "Keras may still accept this layer" in text(app)
    assert not [each for each in app.button if f"{each.key}".startswith("fix_")]
    assert app.button(key="to_doctor").disabled
    shape = "layer_2_unread_output"
    app.text_input(key=shape).set_value("12, many").run()
    assert "expected some whole numbers" in text(app)
    app.text_input(key=shape).set_value("(0, 8)").run()
    assert "(N, T′, 1) with 1,481 parameters plus" in title(app)
    assert "incomplete" in text(app)
    assert app.text_input(key=shape).value == "0, 8"
    app.number_input(key="layer_1_lstm_units").set_value(9).run()
    assert "LSTM(9, return" in app.text_area(key="model_text").value
    assert "no longer matches your code" not in text(app)
    link = "".join(app.query_params["stack"])
    assert title(shapes(stack=link)).startswith("From (N, 24, 6) to (N, T′, 1)")


def drop(app, name, code):
    """Drop a file of code on the page's uploader for models."""
    (uploader,) = [each for each in app.file_uploader if each.key.startswith("model")]
    assert not uploader.value
    uploader.set_value((name, code.encode(), "text/plain")).run()


def test_a_file_of_code_is_fixed_like_pasted_code():
    """A file of code fills the box, and a file of a configuration empties it."""
    app = shapes()
    drop(app, "mine.py", STACKED)
    assert app.text_area(key="model_text").value == STACKED
    assert "4 layers from your code, mine.py" in text(app)
    button(app, "Set return_sequences=True on layer 2").click().run()
    assert "LSTM(64, return_sequences=True)" in app.text_area(key="model_text").value
    layer = '{"class_name": "InputLayer", "config": {"batch_shape": [null, 20, 4]}}'
    drop(app, "a.json", f'{{"class_name": "Sequential", "config": {{"layers": [{layer}]}}}}')
    assert title(app).startswith("From (N, 20, 4)")
    assert not app.text_area(key="model_text").value
    assert "1 layer from your configuration, a.json" in text(app)
    drop(app, "b.py", "Sequential([")
    assert "b.py: Line 1" in text(app)
    assert "b.py" not in text(paste(STACKED, app))


def test_an_error_message_in_the_box_opens_in_the_error_part():
    """One click opens a pasted or dropped error message in the part that explains errors."""
    app = paste("ValueError: Input 0 of layer lstm is incompatible: expected ndim=3, found ndim=2")
    app.button(key="to_error").click().run()
    assert "message means" in title(app)
    app = shapes()
    drop(app, "error.txt", "ValueError: Input 0 of layer lstm is incompatible: found ndim=2")
    app.button(key="to_error").click().run()
    assert "found ndim=2" in app.text_area(key="error_text").value


def test_an_invalid_value_of_a_field_gets_a_message():
    """A number beyond a limit becomes the limit."""
    app = shapes(stack="input~lstm_u16")
    app.number_input(key="layer_1_lstm_units").set_value(9_000_000).run()
    assert "must be from 1 to 1,000,000" in text(app)
    assert app.number_input(key="layer_1_lstm_units").value == 1_000_000
    assert title(app).startswith("From (N, 12, 3) to (N, 1000000)")


def test_a_long_stack_shows_the_settings_of_one_layer():
    """Only the chosen layer shows its settings. The page opens with the failing layer chosen."""
    app = shapes(stack=LONG)
    assert not [field for field in app.number_input if f"{field.key}".startswith("layer_")]
    app.selectbox(key="opened_layer").set_value(1).run()
    app.number_input(key="layer_1_conv1d_filters").set_value(9).run()
    assert "conv1d_k9" in f"{app.query_params['stack']}"
    app = shapes(stack=LONG.replace("lstm~", "lstm~repeat_n0~"))
    assert app.number_input(key="layer_18_repeat_n").value == 0


def test_a_stack_that_ends_in_softmax_is_checked_with_cross_entropy():
    """A last softmax sets cross-entropy in the target check, also inside TimeDistributed."""
    for last in ("lstm~dense_k5_actsoftmax", "lstm_seq~td_k5_actsoftmax"):
        app = shapes(stack=f"input~{last}")
        app.button(key="to_doctor").click().run()
        assert app.selectbox(key="check_loss").value == "categorical_crossentropy"


def test_pytorch_code_is_traced_and_offered_in_keras():
    """The page says whose error it shows. A click traces the same model in Keras."""
    code = "model = nn.Sequential(nn.LSTM(3, 16), nn.Linear(16, 1))"
    app = paste(code)
    assert "breaks at layer 3, nn.Linear" in title(app)
    assert "PyTorch creates this layer" in text(app)
    assert any("must be Tensor, not tuple" in code.value for code in app.code)
    paste("model = nn.Sequential(nn.Linear(3, 8), nn.ReLU(), nn.Linear(16, 1))", app)
    button(app, "Write nn.Linear(8, 1)").click().run()
    assert title(app).startswith("From (N, 3) to (N, 1)")
    assert "nn.Linear(8, 1))" in app.text_area(key="model_text").value
    paste("lstm = nn.LSTM(3, 16)\nout, (h_n, c_n) = lstm(x)\ny = nn.Linear(16, 1)(out)", app)
    app.number_input(key="layer_0_torch.input_timesteps").set_value(20).run()
    assert title(app).startswith("From (20, N, 3) to (20, N, 1)")
    assert "1,344 parameters, in Keras 1,280" in text(app)
    button(app, "Trace the Keras code").click().run()
    assert title(app).startswith("From (N, 20, 3) to (N, 20, 1)")
    assert app.number_input(key="layer_1_lstm_units").value == 16
