"""The Cell page in AppTest: the real script, and Keras in a real worker behind it."""

from __future__ import annotations

import re
import time
from concurrent.futures import Future
from html import unescape
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from lib.narrate.proofs import NO_ANSWER
from lib.training.client import TrainingClient
from lib.ui.cell import ask
from lib.ui.frame import PAGES
from tests.app.test_address import address
from tests.app.test_pages import APP, start


def html(app: AppTest) -> str:
    """All that the page has written as HTML."""
    return " ".join(element.proto.body for element in app.get("html"))


def words(app: AppTest) -> str:
    """All that the page says, without Markdown's marks."""
    said = " ".join(element.value for element in app.markdown).replace("\\", "")
    return f"{said} {unescape(html(app))}"


def answered(app: AppTest, seconds: float = 300) -> AppTest:
    """The page when Keras has said all that it was asked."""
    end = time.monotonic() + seconds
    while not re.search(r"Keras (has answered all|gave no answer to)", seen(app)):
        assert time.monotonic() < end, "Keras hasn't answered"
        time.sleep(0.3)
        app.run()
        assert not app.exception
    return app


@pytest.mark.parametrize(
    "query",
    [
        {"cell": "gru", "layers": "3", "U": "5", "T": "7"},
        {"cell": "simple_rnn", "mode": "last", "U": "1"},
        {"data": "worked_raw"},
        {"data": "worked_scaled", "cell": "gru", "mode": "sequence"},
        {"data": "upload"},
        {"T": "100", "U": "128"},
    ],
    ids=str,
)
def test_it_opens_full_with_every_kind_of_model(query: dict[str, str]) -> None:
    """Pictures and formulas come from NumPy, before Keras has said a word."""
    app = start("Cell", **query)
    assert not app.exception
    page = html(app)
    assert re.search(r"Keras is (starting|answering 1 of 6)", seen(app))
    assert "return_sequences" in page
    assert "hidden state" in page
    assert "·recurrent_kernel" in page
    assert "Timestep" in words(app)


def test_keras_proves_it_and_breaks_it() -> None:
    """Asked by the page itself; every figure comes, and the modes differ by exactly zero."""
    app = answered(start("Cell", cell="gru", U="4", T="5", layers="2"))
    page, said = html(app), words(app)
    assert "Keras has answered all 6 questions about what is shown." in said
    for claim in ("max |sequence[:, -1] − last|", "max |out[:, -1] − h|", "max |NumPy − Keras|"):
        assert claim in page
    assert page.count("✓ 0.0") >= 6
    assert page.count("≠ ") == 4  # Bidirectional, padding, zero_output_for_mask, flipped
    assert "Keras: return_sequences=False on the first 5 timesteps" in said
    assert "no output is moved by an input that comes after it" in said
    assert "in 10 of 10 pairs an output is moved by an input that comes after it" in said
    assert "The loss at the last step alone moves with the hidden state of step 1" in said


def test_an_answer_is_asked_for_once() -> None:
    """Running the page again asks nothing, until something that it is about has changed."""
    app = answered(start("Cell", U="3", T="4"))
    places = ("modes", "breakings", "reach", "one way", "both ways", "padding")
    known = [app.session_state[f"cell_ask_{place}"] for place in places]
    app.run()
    assert all(place.asked is None for place in known)
    app.select_slider(key="cell_sample_32").set_value(3).run()
    assert [place.asked is not None for place in known] == [True, True, False, True, True, True]
    assert not answered(app).exception


def test_where_keras_cannot_answer_the_page_says_so_and_asks_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A sentence, and a button; the pictures stay."""
    real = TrainingClient.ask
    monkeypatch.setattr(
        TrainingClient, "ask", lambda client, _name, **rest: real(client, "nonsense", **rest)
    )
    app = start("Cell", U="3", T="4")
    end = time.monotonic() + 60
    while not app.error and time.monotonic() < end:
        time.sleep(0.3)
        app.run()
    assert "No question is called" in app.error[0].value
    answered(app)
    assert "Keras gave no answer to 6 of 6 questions: the end of this page says why" in seen(app)
    assert html(app).count(NO_ANSWER) >= 12
    assert "Keras gave no answer" in words(app)
    assert "hidden state" in html(app)
    monkeypatch.undo()
    next(button for button in app.button if button.label == "Ask Keras again").click().run()
    assert not answered(app).error


def test_the_page_looks_at_the_layer_and_the_weights_that_are_picked() -> None:
    """The bottom layer reads the features, the one above its outputs; epoch 0 is the start."""
    app = start("Cell", layers="2", F="3", U="5", T="6")
    assert "reads 5 outputs of the layer below" in words(app)
    app.button_group(key="cell_layer_2").set_value(0).run()
    assert "reads 3 features" in words(app)
    app = start("Cell")
    assert "after epoch 200 of a recorded run" in words(app)
    before = html(app)
    app.select_slider(key="cell_epoch_recorded_200").set_value(0).run()
    assert "as the sequence model starts, before training" in words(app)
    assert html(app) != before


LINK = {
    "sample": "246",
    "layer": "1",
    "weights": "last",
    "order": "similar",
    "step": "3",
    "unit": "2",
}


def test_a_link_shows_what_was_on_the_screen() -> None:
    """Sample, layer, mode, order, timestep and unit; moving on changes the link."""
    app = start_at_link(layers="2", U="5", T="6", **LINK)
    assert "Timestep 3, unit 2" in words(app)
    assert app.select_slider(key="cell_sample_32").value == 2
    assert app.button_group(key="cell_layer_2").value == 0
    assert app.button_group(key="cell_mode").value == 1
    assert app.toggle(key="cell_similar").value
    app.button_group(key="cell_layer_2").set_value(1).run()
    app.select_slider(key="cell_sample_32").set_value(3).run()
    said = {key: text for key, text in address(app).items() if key in LINK}
    assert said == {
        "sample": "249",
        "weights": "last",
        "order": "similar",
        "step": "3",
        "unit": "2",
    }


def test_what_a_link_names_and_there_is_not_is_passed_over() -> None:
    """Nonsense, samples that aren't shown, and a timestep after the last."""
    app = start_at_link(
        U="5",
        T="6",
        sample="1",
        layer="3",
        weights="both",
        epoch="7",
        step="99",
        unit="²",
        order="x",
    )
    assert "Timestep 6, unit " in words(app)
    assert app.select_slider(key="cell_sample_32").value == 0


def test_an_epoch_is_picked_for_one_run() -> None:
    """Another run, or another recording, is shown as it is now."""
    app = start_at_link(epoch="0")
    assert "as the sequence model starts, before training" in words(app)
    app.session_state["cell_epoch"] = ("0", "another run")
    app.run()
    assert "after epoch 200 of a recorded run" in words(app)
    assert "epoch" not in address(app)


def start_at_link(**query: str) -> AppTest:
    """The Cell page, opened by a link, without another page before it."""
    app = AppTest.from_file(APP, default_timeout=30)
    app.switch_page(PAGES["Cell"][0])
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception
    return app


def test_units_can_be_ordered_by_similarity() -> None:
    """The rows of the pictures change places, and nothing that is said does."""
    app = start("Cell")
    before = html(app)
    assert "Unit 13 moves most" in before
    app.toggle(key="cell_similar").set_value(True).run()
    assert html(app) != before
    assert "Unit 13 moves most" in html(app)


def test_numpy_and_keras_are_compared_on_the_same_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is chosen while an answer is older; where it is, its epoch stands beside it."""
    app = answered(start("Cell", layers="2", U="4", T="6"))
    assert differs(app) < 1e-5
    app.button_group(key="cell_layer_2").set_value(0).run()
    assert differs(answered(app)) < 1e-5
    assert "Layer 1 of 2, as if no other were above it. Keras in the training process" in seen(app)
    assert "more than rounding explains" not in seen(app)  # both are about this layer

    app = answered(start("Cell"))
    silent: Future[dict[str, Any]] = Future()
    monkeypatch.setattr(TrainingClient, "ask", lambda *_args, **_rest: silent)
    app.select_slider(key="cell_epoch_recorded_200").set_value(0).run()
    assert differs(app) < 1e-5
    assert seen(app).count("Figures as of epoch 200.") == 5
    app.select_slider(key="cell_sample_32").set_value(3).run()  # nothing is known of this one
    assert seen(app).count("Figures as of epoch 200.") == 1  # the reach is a mean over samples
    assert "Keras differs from NumPy" not in seen(app)


def seen(app: AppTest) -> str:
    """What the page has written as HTML, without tags: sentences, but not the room they take."""
    return unescape(re.sub(r"<[^>]*>", "", html(app)))


def differs(app: AppTest) -> float:
    """How far Keras is from NumPy on padded batches, as the page says."""
    found = re.search(r"Keras differs from NumPy by (\S+) at most", seen(app))
    assert found
    return float(found[1])


class Clock:
    """Time that stands still until a test moves it."""

    now = 100.0

    def monotonic(self) -> float:
        """Seconds."""
        return self.now


def test_a_run_is_asked_about_now_and_then_and_a_choice_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Never two questions at a time; the last answer stays while the weights move on."""
    clock = Clock()
    asked: list[Future[dict[str, Any]]] = []

    def open_question(_name: str, **_rest: object) -> Future[dict[str, Any]]:
        asked.append(Future())
        return asked[-1]

    monkeypatch.setattr(ask, "time", clock)
    monkeypatch.setattr(
        ask, "training", SimpleNamespace(client=lambda: SimpleNamespace(ask=open_question))
    )
    monkeypatch.setattr(ask, "st", SimpleNamespace(session_state={}))

    def reply(epoch: int, choice: int = 1) -> ask.Reply:
        weights = (np.array([float(epoch)]),)
        chosen = SimpleNamespace(weights=weights, epoch=epoch, polling=True)
        return ask.ask("modes", "modes", chosen, (choice,), dict)  # type: ignore[arg-type]

    assert reply(1).waiting
    asked[0].set_result({"one": 1})
    found = reply(2)
    assert (found.values, found.epoch, found.waiting) == ({"one": 1}, 1, False)
    assert len(asked) == 1
    clock.now += ask.EVERY_SECONDS
    reply(3)
    clock.now += ask.EVERY_SECONDS
    assert reply(4).epoch == 1
    assert len(asked) == 2  # the second is still under way
    asked[1].set_result({"one": 2})
    assert reply(5).epoch == 3
    assert len(asked) == 2 + 1  # its time has come
    asked[2].set_result({"one": 3})
    found = reply(6, choice=2)  # another sample: at once, and nothing is shown in its place
    assert (found.values, found.waiting, len(asked)) == (None, True, 4)
