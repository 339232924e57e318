"""Download buttons: the page gets only a label, and makes the file on request."""

import numpy as np
import streamlit as st

from lib.data.datasets.registry import make_dataset, settle
from lib.experiment import Experiment
from lib.ui import browser
from tests.app.driver import start


def drawn(monkeypatch, draw, state):
    """Call `draw` with this session state, and return the data of each button by its key."""
    buttons = {}
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: buttons.update({key: data}))
    monkeypatch.setattr(st, "session_state", state)
    draw()
    return buttons


def test_a_file_is_made_only_on_request(monkeypatch):
    """A redrawn page makes no file until its button is pressed."""
    made = []

    def draw():
        browser.save_button("Arrays", lambda: made.append(1) or b"all", "a.npz", "any")

    assert drawn(monkeypatch, draw, {})["save_a.npz"]["label"] == "Arrays"
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": None}})["save_a.npz"] != b"all"
    assert not made
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": True}}) == {"save_a.npz": b"all"}


def test_the_data_page_saves_its_arrays(monkeypatch, tmp_path):
    """The name of the file is the name of the data."""
    buttons, key = {}, "save_gapminder.npz"
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: buttons.update({key: data}))
    app = start("Data", data="gapminder", T="5")
    app.session_state[key] = {"asked": True}
    app.run()
    file = tmp_path / "gapminder.npz"
    file.write_bytes(buttons[key])
    dataset = make_dataset(settle(Experiment().set(data="gapminder", T=5)))
    with np.load(file) as saved:
        assert np.array_equal(saved["y"], dataset.y)
