"""Download buttons: the page has a label, and the file is made on request."""

import numpy as np
import streamlit as st

from lib.data.datasets.registry import make_dataset, settle
from lib.experiment import Experiment
from lib.ui import browser
from tests.app.driver import start


def drawn(monkeypatch, draw, state):
    """Return the data of buttons by key, for this state of widgets."""
    given = {}
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: given.update({key: data}))
    monkeypatch.setattr(st, "session_state", state)
    draw()
    return given


def test_a_file_is_made_only_on_request(monkeypatch):
    """A redrawn page makes no file until its button is pressed."""
    made = []

    def draw():
        browser.save_button("Arrays", lambda: made.append(1) or b"all", "a.npz", "any")

    assert drawn(monkeypatch, draw, {})["save_a.npz"]["label"] == "Arrays"
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": None}})["save_a.npz"] != b"all"
    assert not made
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": True}}) == {"save_a.npz": b"all"}


def test_arrays_are_offered(monkeypatch, tmp_path):
    """The Data page saves the arrays in a file with the data's name."""
    given, key = {}, "save_gapminder.npz"
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: given.update({key: data}))
    app = start("Data", data="gapminder", T="5")
    app.session_state[key] = {"asked": True}
    app.run()
    file = tmp_path / "gapminder.npz"
    file.write_bytes(given[key])
    dataset = make_dataset(settle(Experiment().set(data="gapminder", T=5)))
    with np.load(file) as kept:
        assert np.array_equal(kept["y"], dataset.y)
