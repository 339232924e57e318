"""The Cell page in AppTest: its content before Keras's results, and its requests to Keras."""

import io
import re
from dataclasses import replace

import numpy as np

from lib.charts.proofs import NO_ANSWER
from lib.data import make_dataset, suggested
from lib.recurrence import initial_weights, to_torch, unroll_stack
from lib.results.replay import untrained
from lib.results.run import Status
from lib.ui.cell import ask
from lib.ui.frame import PAGES
from tests.app.driver import address, html, link, start, text

PARTS = ("unrolled", "proof", "break", "learn", "stream")


def open_part(app, name):
    """Open one of the page's `PARTS`."""
    return app.button_group(key="cell_part").set_value(PARTS.index(name)).run()


def test_only_the_open_part_sends_requests_and_sends_each_once(client):
    """A rerun sends no request. Another sample repeats only the requests about one sample."""
    app = start("Cell", U="3", T="4")
    sent = client.questions
    assert not sent
    for part, names in (
        ("proof", ["modes"]),
        ("break", ["breakings"]),
        ("learn", ["reach", "influence", "influence"]),
        ("stream", ["streaming"]),
    ):
        before = len(sent)
        open_part(app, part).run()
        assert [question.name for question in sent[before:]] == names
    fail(sent)
    app.run()
    open_part(open_part(app, "proof"), "learn")
    assert len(sent) == len(ask.PLACES)
    app.select_slider(key="cell_sample_32").set_value(3).run()
    names = [question.name for question in sent[len(ask.PLACES) :]]
    assert names == ["influence", "influence"]


def test_streaming_draws_its_pictures_before_keras_answers(client):  # noqa: ARG001  no Keras
    """Data that can't be generated say why, beside a recorded sine wave. A button picks it."""
    app = link("Cell", data="parity", part="stream")
    assert "Call 1 takes unit " in text(app)
    assert "isn't the next timestep's input. This is a recorded run on sine waves." in text(app)
    assert len(app.get("plotly_chart")) == 1
    errors = re.search("ahead: off by .*?; from true inputs, by [^ ]*", text(app))[0]
    app.button(key="to_sine").click().run()
    assert address(app) == {"data": "sine", "part": "stream"}
    assert errors in text(app)
    assert len(app.get("plotly_chart")) == 1
    assert [len(code.value.splitlines()) < 50 for code in app.code[-3:]] == [True] * 3


def test_masked_steps_are_left_out(client):
    """The page asks Keras about real steps only. There, a layer's states don't need the mask."""
    app = open_part(link("Cell", data="vowels"), "proof")
    assert "steps are padded and masked: the layer skips them" in text(app)
    unmasked = link("Cell", data="vowels", mask="off", part="learn")
    assert "padded and not masked" in text(unmasked)
    asked, dataset = client.questions[0].arguments, make_dataset(suggested("vowels"))
    sample = dataset.shown[:1]
    [real], x = dataset.mask[sample], asked["x"]
    np.testing.assert_array_equal(x[0], dataset.x[sample[0], real])
    assert x.any(axis=-1).all()  # no other sample of the question is padded
    whole = unroll_stack("lstm", asked["weights"], dataset.x[sample], dataset.mask[sample])
    cut = unroll_stack("lstm", asked["weights"], x[:1])
    np.testing.assert_allclose(cut[-1].hidden[0], whole[-1].hidden[0, real], atol=1e-6)


def test_a_failed_check_shows_an_error_and_can_run_again(client):
    """The page shows the error and a button that repeats the checks, and keeps its pictures."""
    app = open_part(start("Cell", U="3", T="4"), "learn")
    fail(client.questions)
    app.run()
    assert "the worker is gone" in app.error[0].value
    assert "Keras failed in 3 of 3 checks" in text(app)
    assert html(app).count(NO_ANSWER) >= 3
    next(button for button in app.button if button.label == "Run the checks again").click().run()
    assert not app.error
    assert len(client.questions) == 2 * 3


def fail(questions):
    """Make each request fail."""
    for question in questions:
        question.answer.set_exception(RuntimeError("the worker is gone"))


def test_the_page_shows_the_picked_layer_and_the_weights_of_the_picked_epoch():
    """The bottom layer reads features. The next layer reads its outputs. Epoch 0 is untrained."""
    app = start("Cell", layers="2", F="3", U="5", T="6")
    assert "reads 5 outputs of the layer below" in text(app)
    app.button_group(key="cell_layer_2").set_value(0).run()
    assert "the LSTM reads 3 features" in text(app)
    app = start("Cell")
    assert "epoch 200 of a recorded run" in text(app)
    before = html(app)
    app.select_slider(key="epoch_recorded_200").set_value(0).run()
    assert "sequence model before training" in text(app)
    assert html(app) != before


LINK = {"sample": "246", "layer": "1", "model": "last", "order": "similar"}
LINK |= {"step": "3", "unit": "2"}


def test_a_link_restores_the_view():
    """A link restores sample, layer, mode, order, timestep, unit and part. Changes update it."""
    app = link("Cell", layers="2", U="5", T="6", part="break", **LINK)
    assert "zero_output_for_mask=True" in text(app)
    open_part(app, "unrolled")
    assert "part" not in address(app)
    assert "Timestep 3, unit 2" in text(app)
    assert app.select_slider(key="cell_sample_32").value == 2
    assert app.button_group(key="cell_layer_2").value == 0
    assert app.button_group(key="cell_mode").value == 1
    assert app.toggle(key="cell_similar").value
    app.button_group(key="cell_layer_2").set_value(1).run()
    app.select_slider(key="cell_sample_32").set_value(3).run()
    open_part(app, "learn")
    now = {key: value for key, value in address(app).items() if key in {"part", *LINK}}
    same = {key: value for key, value in LINK.items() if key != "layer"}  # Layer 2 is the default.
    assert now == same | {"part": "learn", "sample": "249"}


def test_invalid_values_in_a_link_are_ignored():
    """The page ignores unknown values, a sample that it doesn't show, and a timestep after T."""
    odd = {"sample": "1", "layer": "3", "model": "both", "epoch": "7", "step": "99"}
    app = link("Cell", U="5", T="6", unit="²", order="x", part="all", **odd)
    assert "Timestep 6, unit " in text(app)
    assert app.select_slider(key="cell_sample_32").value == 0


def test_requests_repeat_at_intervals_during_a_run_and_at_once_after_a_choice(client, time):
    """Only one request is pending at a time. The last result stays while the weights change."""
    app = start(U="3", T="4", layers="2")
    app.button(key="do_train").click().run()
    app.switch_page(PAGES["Cell"][0]).run()
    app.button_group(key="cell_part").set_value(PARTS.index("learn"))
    (run,) = client.runs.values()
    norms = dict.fromkeys(("sequence", "last"), np.ones(4))

    def requests_and_shown(epoch):
        """Return the number of requests by this epoch, and the epoch of the shown result."""
        show_epoch(client, run, epoch)
        app.run()
        epochs = re.findall(r"Results from epoch (\d+)", text(app))
        return len(requests()), "".join(epochs)

    def requests():
        return [question for question in client.questions if question.name == "reach"]

    assert requests_and_shown(1) == (1, "")
    requests()[0].answer.set_result(norms)
    assert requests_and_shown(2) == (1, "1")
    time.seconds += ask.EVERY_SECONDS
    assert requests_and_shown(3) == (2, "1")
    time.seconds += ask.EVERY_SECONDS
    assert requests_and_shown(4) == (2, "1")  # The second request is still pending.
    requests()[1].answer.set_result(norms)
    assert requests_and_shown(5) == (3, "3")  # The second result shows. A third request is sent.
    requests()[2].answer.set_result(norms)
    app.button_group(key="cell_layer_2").set_value(0)
    assert requests_and_shown(6) == (4, "")  # Another layer: a new request, and no old result.
    app.button_group(key="cell_layer_2").set_value(1)
    assert requests_and_shown(7) == (5, "")
    assert requests()[3].answer.cancelled()  # The request about the previous layer is obsolete.


def test_a_large_model_shows_its_initial_weights_while_it_trains(client):
    """The page explains that the weights update when the run pauses or ends."""
    app = start(U="3", T="4")
    app.button(key="do_train").click().run()
    show_epoch(client, *client.runs.values(), 1, is_large=True)
    app.switch_page(PAGES["Cell"][0]).run()
    assert "updates when its run pauses or ends" in text(app)


def show_epoch(client, run, epoch, *, is_large=False):
    """Set a run's epoch, and weights that depend on it. A large model has no weights."""
    start = untrained(run.experiment, run.dataset)
    results = {
        mode: replace(
            result,
            checked_epochs=np.array([epoch]),
            weights=None if is_large else tuple(w + epoch for w in result.weights or ()),
        )
        for mode, result in start.results.items()
    }
    client.set(run, Status.RUNNING, epoch=epoch, samples=start.samples, results=results)


def test_weights_from_pytorch_take_the_runs_place(client):
    """Cell, layers and units follow the file. Other features need other data."""
    weights = initial_weights("gru", 3, 5, np.random.default_rng(0))
    file = io.BytesIO()
    np.savez(file, **to_torch("gru", weights))

    def upload(app, content):
        file = "mine.npz", content, "application/octet-stream"
        app.file_uploader(key="torch_file").set_value(file).run()

    app = open_part(start("Cell", F="3", T="4"), "proof")
    upload(app, file.getvalue())
    assert "GRU: 1 layer of 5 units" in text(app)
    assert "Weights: mine.npz, from PyTorch" in text(app)
    np.testing.assert_array_equal(client.questions[-1].arguments["weights"][0], weights[0])
    app.slider(key="F").set_value(4).run()
    assert "it needs F = 3" in text(app)
    assert "Weights: mine.npz" not in text(app)
    upload(app, b"PK\x03\x04")
    assert "can't be shown" in text(app)
    assert not app.exception
