"""The lesson: every step by its link, what it waits for, and what it leaves as it was."""

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


def open_step(app, name):
    """Open a step by its link, in this tab."""
    app.query_params.clear()
    app.query_params["at"] = name
    return app.run()


def answer(app, scene, wrong=0):
    """Answer all open questions, `wrong` places beside the right option."""
    for ask in scene.asks[len(session(app).stage.answers.get(scene.name, ())) :]:
        if not has(app, "option_0"):
            return
        app.button(key=f"option_{(ask.right + wrong) % len(ask.options)}").click().run()


def has(app, key):
    """Whether there is such a button."""
    return any(button.key == key for button in app.button)


def may_go_on(app):
    """Whether the button Next is enabled."""
    return not app.button(key="scene_next").disabled


@pytest.mark.parametrize("name", list(GUIDE))
def test_a_step_opens_from_its_link_and_asks_before_it_shows(name):
    """A step opens with its own settings; its answers reveal the second picture."""
    scene, app = GUIDE[name], open_step(start("Guide"), name)
    experiment = session(app).subject.experiment
    for key, texts in scene.query.items():
        if key in SETTINGS:
            assert f"{experiment.get(key)}" == texts[-1], key
    assert settle(experiment) == experiment
    assert {scene.shows, scene.reveals or scene.shows} <= VIEWS.keys()
    assert scene.query.keys() - SETTINGS.keys() <= {"epoch", *address.PICTURE_KEYS}
    assert has(app, "option_0")
    answer(app, scene)
    assert not has(app, "option_0") or scene.asks[-1].after
    assert scene.asks[0].options[scene.asks[0].right].why in text(app)


@pytest.mark.parametrize("name", list(GUIDE))
def test_a_step_is_short(name):
    """A step fits one screen: few words, and one right option among different ones."""
    scene = GUIDE[name]
    assert len(scene.text.split()) <= 60
    assert bool(scene.until) == bool(scene.todo)
    for ask in scene.asks:
        texts = [option.text for option in ask.options]
        assert len({*texts}) == len(texts) <= 4
        assert 0 <= ask.right < len(texts)
        assert max(len(text.split()) for text in texts) <= 12
        assert max(len(option.why.split()) for option in ask.options) <= 25


def test_a_wrong_answer_is_told_why_and_so_is_the_right_one():
    """After a wrong answer both options are explained, and the lesson goes on."""
    app, scene = open_step(start("Guide"), "adding"), GUIDE["adding"]
    answer(app, scene, wrong=1)
    for ask in scene.asks:
        given = ask.options[(ask.right + 1) % len(ask.options)]
        assert f":red[✗ {given.text}]" in text(app)
        assert given.why in text(app)
        assert ask.options[ask.right].why in text(app)
    assert may_go_on(app)


@pytest.mark.parametrize("name", WAITING)
def test_what_a_step_waits_for_can_be_skipped(name):
    """A step points at the control to use, and Skip opens the way on."""
    app = open_step(start("Guide"), name)
    answer(app, GUIDE[name])
    assert not may_go_on(app)
    assert plain(GUIDE[name].todo).replace("\\", "") in text(app)
    assert is_pointing(app)
    app.button(key="scene_skip").click().run()
    answer(app, GUIDE[name])
    assert may_go_on(app)
    assert not is_pointing(app)


def is_pointing(app):
    """Whether a control is marked."""
    return any("nudge 1s" in element.proto.body for element in app.get("html"))


@pytest.mark.parametrize("name", WAITING)
def test_what_a_step_waits_for_can_be_done(name, client):
    """Using the step's control opens the way on, also when the step is opened again."""
    scene, app = GUIDE[name], open_step(start("Guide"), name)
    answer(app, scene)
    match scene.until:
        case "epoch_20":
            count = 20
            app.button(key="do_train").click().run()
            run = next(iter(client.runs.values()))
            client.set(run, Status.PAUSED, epoch=count - 1)
            app.run()
            by_key = {key["name"]: {*key["on"]} for key in KEYS["Guide"]}
            [paused] = {button.key for button in app.button} & by_key["P"]
            assert paused in by_key["T"]
            app.button(key=paused).click().run()
            assert client.calls[-1] == ("resume", run.id)
            client.set(run, Status.RUNNING, epoch=count - 1)
            app.run()
            assert f"Epoch {count - 1} of the {count}" in text(app)
            assert not may_go_on(app)
            client.set(run, Status.RUNNING, epoch=count)
            app.run()
        case "mode_is_last":
            app.segmented_control(key="mode").set_value("last").run()
        case "playhead_at_3":
            # As the playhead's script does, which isn't run here.
            session(app).subject.values["step"] = "3"
            app.run()
        case "timesteps_are_14":
            app.slider(key="T").set_value(8).run()
            assert not may_go_on(app)
            app.slider(key="T").set_value(14).run()
        case "target_is_correct":
            app.button(key="target_fix_0").click().run()
        case "stack_works":
            app.button(key="fix_0").click().run()
            assert not may_go_on(app)
            app.button(key="fix_0").click().run()
    answer(app, scene)
    assert may_go_on(app)
    app.button(key="scene_next").click().run()
    app.button(key="scene_before").click().run()
    assert may_go_on(app)


def test_a_training_that_is_slow_to_begin_keeps_nobody_waiting(client):
    """The step says that training is slow; Skip shows a recorded run and asks on."""
    app, scene = open_step(start("Guide"), "parity"), GUIDE["parity"]
    answer(app, scene)
    app.button(key="do_train").click().run()
    assert "Epoch 0 of the" in text(app)
    app.button(key="scene_skip").click().run()
    assert ("stop", "r0") in client.calls
    assert session(app).subject.run_id is None
    assert "×10⁻" in app.metric[0].value  # less than 0.001
    answer(app, scene)
    assert may_go_on(app)


def test_the_lesson_leaves_settings_and_run_as_they_were(client):
    """A step's settings and run stay within the lesson."""
    app = start(data="echo", T="9")
    app.button(key="do_train").click().run()
    mine, experiment = session(app).subject.run_id, session(app).subject.experiment
    app.switch_page(PAGES["Guide"][0]).run()
    open_step(app, "parity")
    answer(app, GUIDE["parity"])
    app.button(key="do_train").click().run()
    assert session(app).subject.run_id != mine
    assert client.runs[session(app).subject.run_id].experiment.data.name == "parity"
    app.switch_page("app.py").run()
    assert session(app).subject.run_id == mine
    assert session(app).subject.experiment == experiment
    assert app.slider(key="T").value == 9


def test_a_browser_comes_back_to_where_it_was(monkeypatch):
    """A new session goes on at this browser's step; another browser begins at the start."""
    monkeypatch.setattr(stage, "_KEPT", {})
    monkeypatch.setattr(stage, "browser_id", lambda: "somebody")
    first, scene = open_step(start("Guide"), "adding"), GUIDE["adding"]
    answer(first, scene, wrong=1)
    first.button(key="scene_next").click().run()
    again = start("Guide")
    assert "at" not in again.query_params  # else Back would lead nowhere
    assert "7 of 9" in text(again)
    assert "✓ Adding" in steps(again)
    picked = scene.asks[0].options[(scene.asks[0].right + 1) % 3]
    assert picked.why in text(open_step(again, "adding"))
    monkeypatch.setattr(stage, "browser_id", lambda: "somebody else")
    other = start("Guide")
    assert "1 of 9" in text(other)
    assert not any(each.startswith("✓") for each in steps(other))


def steps(app):
    """The labels of the step buttons."""
    return [option.content for option in app.button_group(key="lesson_steps").proto.options]


@pytest.mark.parametrize("at", ["", "gallery.parity"])
def test_a_link_to_no_step_opens_the_first(at):
    """The page names the unknown step and opens the first one."""
    app = open_step(start("Guide"), at)
    assert "1 of 9" in text(app)
    assert [each.value for each in app.warning] == [f"No step is called {plain(at)}."] * bool(at)


def test_it_is_your_turn_when_all_is_answered():
    """The last step invites to Explore only once it is answered, with its own data."""
    app, links = open_step(start("Guide"), "choose"), lambda app: app.get("page_link")
    assert not any(link.label == "Your turn" for link in links(app))
    assert "Your turn" not in text(app)
    answer(app, GUIDE["choose"])
    [link] = [link for link in links(app) if link.label == "Your turn"]
    assert "Your turn" in text(app)
    query = parse_qs(link.query_string)
    asked, _ = read_query(query, suggested("echo"))
    assert asked.data.name == "echo"
    assert recorded(asked.set(seeds=suggested("echo").seeds)) is None
    assert "run" not in query


def test_the_handout_has_all_of_the_lesson_in_order():
    """The handout has titles, texts, questions, options and answers, and no tasks."""
    [handout] = [each.value for each in start("Guide").markdown if "#### 1. " in each.value]
    places = [handout.index(f"#### {place}. ") for place in range(1, len(GUIDE) + 1)]
    assert places == sorted(places)
    for scene in GUIDE.values():
        assert scene.text in handout
        assert not scene.todo or plain(scene.todo) not in handout
        for ask in scene.asks:
            assert f"{'abcd'[ask.right]}) {plain(ask.options[ask.right].why)}" in handout
            assert all(plain(option.text) in handout for option in ask.options)
