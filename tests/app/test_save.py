"""Buttons that save: what is in the page, and what is made when it is asked for."""

import numpy as np
import streamlit as st

from lib.data.datasets.registry import make_dataset, settle
from lib.experiment import Experiment
from lib.ui import browser
from tests.app.driver import start


def drawn(monkeypatch, draw, state):
    """What buttons are given, by their keys, where widgets have this state."""
    given = {}
    monkeypatch.setattr(browser, "_save", lambda key, data, **_: given.update({key: data}))
    monkeypatch.setattr(st, "session_state", state)
    draw()
    return given


def test_bytes_are_made_only_when_they_are_asked_for(monkeypatch):
    """A page that is drawn again and again makes none."""
    made = []

    def draw():
        browser.save_button("Arrays", lambda: made.append(1) or b"all", "a.npz", "any")

    assert drawn(monkeypatch, draw, {})["save_a.npz"]["label"] == "Arrays"
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": None}})["save_a.npz"] != b"all"
    assert not made
    assert drawn(monkeypatch, draw, {"save_a.npz": {"asked": True}}) == {"save_a.npz": b"all"}


def test_arrays_are_offered(monkeypatch, tmp_path):
    """On the Data page, by the name of the data."""
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
