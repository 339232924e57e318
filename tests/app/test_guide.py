"""The guide: the link, the questions and the task of each step, and each browser's progress."""

from urllib.parse import parse_qs

import pytest

from lib.data.datasets.registry import settle, suggested
from lib.experiment import SETTINGS, read_query
from lib.results.run import Status
from lib.story import GUIDE
from lib.training.recorded import recorded
from lib.ui import address, stage
from lib.ui.browser import KEYS
from lib.ui.frame import PAGES
from lib.ui.views import VIEWS
from lib.ui.widgets import plain
from tests.app.driver import session, start, text

WAITING = [name for name, scene in GUIDE.items() if scene.until]
"""The steps with a task: they wait until the user has done it."""


def open_step(app, name):
    """Open a step by its link in the tab of `app`."""
    app.query_params.clear()
    app.query_params["at"] = name
    return app.run()


def answer(app, scene, wrong=0):
    """Answer all open questions with the option `wrong` places after the right option."""
    answered = len(session(app).stage.answers.get(scene.name, ()))
    for ask in scene.asks[answered:]:
        if not has_button(app, "option_0"):
            return
        app.button(key=f"option_{(ask.right + wrong) % len(ask.options)}").click().run()


def has_button(app, key):
    """Return whether the page has a button with this key."""
    return any(button.key == key for button in app.button)


def next_is_enabled(app):
    """Return whether the button Next is enabled."""
    return not app.button(key="scene_next").disabled


@pytest.mark.parametrize("name", list(GUIDE))
def test_a_step_opens_from_its_link_with_its_question(name):
    """A step opens with its own settings. The answer reveals the reason and the next picture."""
    scene, app = GUIDE[name], open_step(start("Guide"), name)
    experiment = session(app).subject.experiment
    for key, texts in scene.query.items():
        if key in SETTINGS:
            assert f"{experiment.get(key)}" == texts[-1], key
    assert settle(experiment) == experiment
    assert {scene.shows, scene.reveals or scene.shows} <= VIEWS.keys()
    assert scene.query.keys() - SETTINGS.keys() <= {"epoch", *address.PICTURE_KEYS}
    assert has_button(app, "option_0")
    answer(app, scene)
    assert not has_button(app, "option_0") or scene.asks[-1].after
    assert scene.asks[0].options[scene.asks[0].right].why in text(app)


@pytest.mark.parametrize("name", list(GUIDE))
def test_a_step_is_short(name):
    """A step has few words, and one right option among options that all differ."""
    scene = GUIDE[name]
    assert len(scene.text.split()) <= 60
    assert bool(scene.until) == bool(scene.todo)
    for ask in scene.asks:
        texts = [option.text for option in ask.options]
        assert len({*texts}) == len(texts) <= 4
        assert 0 <= ask.right < len(texts)
        assert max(len(text.split()) for text in texts) <= 12
        assert max(len(option.why.split()) for option in ask.options) <= 25


def test_after_a_wrong_answer_both_options_are_explained():
    """The page explains the picked option and the right option, and the user can continue."""
    app, scene = open_step(start("Guide"), "adding"), GUIDE["adding"]
    answer(app, scene, wrong=1)
    for ask in scene.asks:
        picked = ask.options[(ask.right + 1) % len(ask.options)]
        assert f":red[✗ {picked.text}]" in text(app)
        assert picked.why in text(app)
        assert ask.options[ask.right].why in text(app)
    assert next_is_enabled(app)


@pytest.mark.parametrize("name", WAITING)
def test_a_task_can_be_skipped(name):
    """The step points at the control to use, and Skip enables Next."""
    app = open_step(start("Guide"), name)
    answer(app, GUIDE[name])
    assert not next_is_enabled(app)
    assert plain(GUIDE[name].todo).replace("\\", "") in text(app)
    assert is_pointing(app)
    app.button(key="scene_skip").click().run()
    answer(app, GUIDE[name])
    assert next_is_enabled(app)
    assert not is_pointing(app)


def is_pointing(app):
    """Return whether an arrow, which has the CSS animation `nudge`, points at a control."""
    return any("nudge 1s" in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("name", WAITING)
def test_doing_the_task_enables_next(name, client):
    """Next stays enabled when the user returns to the step."""
    scene, app = GUIDE[name], open_step(start("Guide"), name)
    answer(app, scene)
    match scene.until:
        case "epoch_20":
            count = 20
            app.button(key="do_train").click().run()
            run = next(iter(client.runs.values()))
            client.set(run, Status.PAUSED, epoch=count - 1)
            app.run()
            # On the keyboard, P and T press the same button.
            by_key = {key["name"]: {*key["on"]} for key in KEYS["Guide"]}
            [resume] = {button.key for button in app.button} & by_key["P"]
            assert resume in by_key["T"]
            app.button(key=resume).click().run()
            assert client.calls[-1] == ("resume", run.id)
            client.set(run, Status.RUNNING, epoch=count - 1)
            app.run()
            assert f"Epoch {count - 1} of" in text(app)
            assert not next_is_enabled(app)
            client.set(run, Status.RUNNING, epoch=count)
            app.run()
        case "mode_is_last":
            app.segmented_control(key="mode").set_value("last").run()
        case "playhead_at_3":
            # The playhead's script doesn't run in AppTest.
            session(app).subject.values["step"] = "3"
            app.run()
        case "timesteps_are_14":
            app.slider(key="T").set_value(8).run()
            assert not next_is_enabled(app)
            app.slider(key="T").set_value(14).run()
        case "target_is_correct":
            app.button(key="target_fix_0").click().run()
        case "stack_works":
            app.button(key="fix_0").click().run()
            assert not next_is_enabled(app)
            app.button(key="fix_0").click().run()
    answer(app, scene)
    assert next_is_enabled(app)
    app.button(key="scene_next").click().run()
    app.button(key="scene_before").click().run()
    assert next_is_enabled(app)


def test_the_step_shows_once_why_train_is_disabled(client):
    """The reason is below Train, and the task is to skip the training."""
    client.pool.unavailable = "No TensorFlow."
    app = open_step(start("Guide"), "parity")
    answer(app, GUIDE["parity"])
    assert app.button(key="do_train").disabled
    assert text(app).count("No TensorFlow.") == 1
    assert "Press Skip" in text(app)


def test_a_user_can_skip_a_slow_training(client):
    """The step shows the epoch. Skip shows a recorded run and the next question."""
    app, scene = open_step(start("Guide"), "parity"), GUIDE["parity"]
    answer(app, scene)
    app.button(key="do_train").click().run()
    assert "Training starts" in text(app)
    app.button(key="scene_skip").click().run()
    assert ("stop", "r0") in client.calls
    assert session(app).subject.run_id is None
    assert "\u202f×\u202f10⁻" in app.metric[0].value  # less than 0.001
    answer(app, scene)
    assert next_is_enabled(app)


def test_a_run_of_the_guide_changes_nothing_in_explore(client):
    """After a step has trained, Explore still has its own settings and its own run."""
    app = start(data="echo", T="9")
    app.button(key="do_train").click().run()
    run_id, experiment = session(app).subject.run_id, session(app).subject.experiment
    app.switch_page(PAGES["Guide"][0]).run()
    open_step(app, "parity")
    answer(app, GUIDE["parity"])
    app.button(key="do_train").click().run()
    assert session(app).subject.run_id != run_id
    assert client.runs[session(app).subject.run_id].experiment.data.name == "parity"
    app.switch_page("app.py").run()
    assert session(app).subject.run_id == run_id
    assert session(app).subject.experiment == experiment
    assert app.slider(key="T").value == 9


def test_a_browser_returns_to_its_step(monkeypatch):
    """A new session continues at its browser's step. Another browser starts at the first step."""
    monkeypatch.setattr(stage, "_KEPT", {})
    monkeypatch.setattr(stage, "browser_id", lambda: "somebody")
    first, scene = open_step(start("Guide"), "adding"), GUIDE["adding"]
    answer(first, scene, wrong=1)
    first.button(key="scene_next").click().run()
    again = start("Guide")
    assert "at" not in again.query_params  # Otherwise, the Back button would return here.
    assert "8 of 11" in text(again)
    assert "✓ Adding" in steps(again)
    picked = scene.asks[0].options[(scene.asks[0].right + 1) % 3]
    assert picked.why in text(open_step(again, "adding"))
    monkeypatch.setattr(stage, "browser_id", lambda: "somebody else")
    other = start("Guide")
    assert "1 of 11" in text(other)
    assert not any(each.startswith("✓") for each in steps(other))


def steps(app):
    """Return the labels of the step buttons."""
    return [option.content for option in app.button_group(key="lesson_steps").proto.options]


@pytest.mark.parametrize("at", ["", "gallery.parity"])
def test_a_link_to_an_unknown_step_opens_the_first_step(at):
    """A warning names the unknown step."""
    app = open_step(start("Guide"), at)
    assert "1 of 11" in text(app)
    assert [each.value for each in app.warning] == (
        [f"No step is called {plain(at)}. Step 1 is shown."] if at else []
    )


def test_the_last_step_links_to_explore_once_it_is_answered():
    """The link opens Explore with settings that have no recorded run."""
    app = open_step(start("Guide"), "choose")
    assert not any(link.label == "Your turn" for link in app.get("page_link"))
    assert "Your turn" not in text(app)
    answer(app, GUIDE["choose"])
    [link] = [link for link in app.get("page_link") if link.label == "Your turn"]
    assert "Your turn" in text(app)
    query = parse_qs(link.query_string)
    linked, _ = read_query(query, suggested("echo"))
    assert linked.data.name == "echo"
    assert recorded(linked.set(seeds=suggested("echo").seeds)) is None
    assert "run" not in query
