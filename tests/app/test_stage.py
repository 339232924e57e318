"""Scenes of the talk: each applies its own settings and keeps the user's changes."""

import pytest

from lib.data.datasets.registry import FIRST, suggested
from lib.experiment import read_query
from lib.story import TALK
from lib.ui import widgets
from lib.ui.session import KEY
from tests.app.driver import start, text


def experiment(app):
    """Return the experiment of the latest script run."""
    return app.session_state[KEY].subject.experiment


def open_scene(scene, **query):
    """Open the talk at a scene."""
    app = start()
    app.query_params.clear()
    app.query_params.update({"scene": scene, **query})
    return app.switch_page("pages/present.py").run()


@pytest.mark.parametrize("name", list(TALK))
def test_a_scene_opens_with_its_settings(name):
    """A scene applies its own settings, except those that its link names."""
    query = TALK[name].query
    expected = read_query(query, suggested(query.get("data", [FIRST])[-1]))[0]
    assert experiment(open_scene(name)).set(seeds=0) == expected.set(seeds=0)
    assert experiment(open_scene(name, data="running_mean", T="30")).data.timesteps == 30


def test_a_scene_keeps_its_changed_settings():
    """When the user returns to a scene, it has the changed T."""
    app = open_scene("shapes")
    app.slider(key="T").set_value(30).run()
    app.button(key="scene_next").click().run()
    assert experiment(app).data.timesteps == 12
    app.button(key="scene_before").click().run()
    assert experiment(app).data.timesteps == 30
    assert app.slider(key="T").value == 30


def test_talk_and_explore_show_once_why_train_is_disabled(client):
    """The reason is beside Train, whether settings or the server prevent training."""
    untrainable = {"data": "parity", "T": "100", "U": "128", "layers": "3", "batch": "512"}
    for reason, query in (("can't be trained: batches", untrainable), ("No TensorFlow.", {})):
        client.pool.unavailable = reason
        for app in (open_scene("train", **query), start(**query)):
            assert app.button(key="do_train").disabled
            assert text(app).count(reason) == 1


@pytest.mark.usefixtures("time")
def test_a_second_callback_for_the_same_click_starts_no_second_run(client, monkeypatch):
    """A scene's button acts once per click, even if Streamlit reports the click twice."""
    monkeypatch.setattr(widgets, "SAME_CLICK_SECONDS", 0.15)
    app = open_scene("train")
    for _ in range(2):
        app.button(key="do_train").click().run()
        (run,) = client.runs.values()
        client.stop(run)
        app.run()


def test_the_training_of_a_scene_pauses_at_the_scenes_epoch(client):
    """The pace is set so that training reaches this epoch in the seconds of the scene."""
    app = open_scene("train")
    app.button(key="do_train").click().run()
    (run,) = client.runs.values()
    scene, epochs = TALK["train"], run.experiment.training.epochs
    assert client.resumed == {run.id: scene.pause}
    assert client.paces[run.id] == scene.seconds * epochs / scene.pause
