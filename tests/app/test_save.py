"""Buttons that save: what is in the page, and what is made when it is asked for."""

from dataclasses import replace

import numpy as np
import streamlit as st

from lib.data.datasets import make_dataset, settle
from lib.experiment import Experiment
from lib.ui import browser, shown
from lib.ui.session import Loaded


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
    """But not those of a table that somebody else has uploaded."""
    experiment = settle(Experiment().set(data="gapminder", T=5))
    loaded = Loaded(experiment, make_dataset(experiment))
    key, file = "save_gapminder.npz", tmp_path / "gapminder.npz"
    given = drawn(monkeypatch, lambda: shown.take_prepared(loaded), {key: {"asked": True}})
    file.write_bytes(given[key])
    with np.load(file) as kept:
        assert np.array_equal(kept["y"], loaded.dataset.y)

    theirs = Loaded(experiment, replace(loaded.dataset, name="upload"))
    assert not drawn(monkeypatch, lambda: shown.take_prepared(theirs), {})
