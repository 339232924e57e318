"""Present: every scene opens, the presenter steers, and followers see what the presenter sees."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from lib.run import Status
from lib.story import TALK, all_scenes
from lib.story.cards import told
from lib.ui.present import talks
from lib.ui.text import plain
from tests.app.test_pages import APP
from tests.fake_client import FakeClient


class Browsers:
    """Several browsers on one server, which AppTest doesn't tell apart."""

    def __init__(self) -> None:
        self.here = ""
        self.talks = talks.Talks({"a", "b", "c"}.__contains__, lambda *_: None)

    def open(self, browser: str, **query: str) -> AppTest:
        """Present, as this browser opens it by a link; the page says its name to `run` again."""
        app = AppTest.from_file(APP, default_timeout=30)
        app.query_params["present"] = "1"
        for key, value in query.items():
            app.query_params[key] = value
        self.here = browser
        return app.run()

    def again(self, browser: str, app: AppTest) -> AppTest:
        """A run of its page."""
        self.here = browser
        return app.run()

    def press(self, browser: str, app: AppTest, key: str) -> AppTest:
        """A click on one of its buttons."""
        self.here = browser
        return app.button(key=key).click().run()


@pytest.fixture
def browsers(monkeypatch: pytest.MonkeyPatch) -> Browsers:
    """Three of them."""
    found = Browsers()
    monkeypatch.setattr(talks, "here", lambda: (found.here, ""))
    for module in ("lib.ui.present.screen", "lib.ui.present.talks"):
        monkeypatch.setattr(f"{module}.here", lambda: (found.here, ""))
        monkeypatch.setattr(f"{module}.TALKS", found.talks)
    return found


def title(app: AppTest) -> str:
    """What the screen is about."""
    return str(next(each.value for each in app.markdown if each.value.startswith("# ")))[2:]


def seen(app: AppTest) -> str:
    """All that is written or drawn as HTML."""
    parts = [*(each.value for each in app.markdown), *(e.proto.body for e in app.get("html"))]
    return " ".join(parts)


def keys(app: AppTest) -> set[str]:
    """Of its buttons."""
    return {each.key for each in app.button}


def test_every_scene_opens(browsers: Browsers) -> None:
    """Of the talk, the gallery and the guide, and each picture: and what it asks is revealed."""
    scenes = all_scenes()
    app = browsers.open("a", story=",".join(scene.name for scene in scenes))
    assert not app.sidebar.children
    for scene in scenes:
        assert title(app) == plain(told(scene).title), scene.name
        for _ in scene.asks:
            browsers.press("a", app, "do_reveal")
        assert not app.exception, scene.name
        assert "do_reveal" not in keys(app), scene.name
        if scene is not scenes[-1]:
            browsers.press("a", app, "scene_next")
    assert app.button(key="scene_next").disabled


def test_the_overview_goes_to_a_scene_and_edits_the_story(browsers: Browsers) -> None:
    """In the order in which scenes are picked, which the link then has; one click resets it."""
    app = browsers.open("a")
    browsers.press("a", app, "open_overview")
    app.multiselect(key="story_picks").set_value(["number", "view.loss", "strip"])
    browsers.again("a", app)
    assert app.query_params["story"] in ("number,view.loss,strip", ["number,view.loss,strip"])
    browsers.press("a", app, "go_1")
    assert title(app) == "Loss over epochs"
    browsers.press("a", app, "open_overview")
    browsers.press("a", app, "story_ready")
    assert "story" not in app.query_params


def test_followers_see_the_presenters_scene_and_what_is_revealed(browsers: Browsers) -> None:
    """Late ones too; they have no button but the one to go off."""
    presenter = browsers.open("a", scene="vote")
    (talk,) = browsers.talks._talks.values()
    follower = browsers.open("b", follow=talk.id)
    assert title(follower) == plain(TALK["vote"].title)
    assert "a hint" not in seen(follower)
    browsers.press("a", presenter, "do_reveal")
    browsers.again("b", follower)
    assert "is a hint" in seen(follower)
    browsers.press("a", presenter, "scene_next")
    assert title(browsers.again("b", follower)) == plain(TALK["train"].title)
    assert keys(follower) == {"look_around"}
    assert not follower.slider
    assert title(browsers.open("c", follow=talk.id)) == plain(TALK["train"].title)


def test_followers_see_the_presenters_settings_and_run(
    browsers: Browsers, client: FakeClient
) -> None:
    """T as it was moved, and the run that trains, which they can't steer."""
    presenter = browsers.open("a", scene="shapes")
    (talk,) = browsers.talks._talks.values()
    presenter.slider(key="T").set_value(30)
    browsers.again("a", presenter)
    follower = browsers.open("b", follow=talk.id)
    assert "(N, 30, 16)" in seen(follower)
    for _ in range(3):
        browsers.press("a", presenter, "scene_next")
    browsers.press("a", presenter, "do_train")
    (run,) = client.runs
    assert [call for call, _ in client.calls] == ["resume"]
    client.set(client.runs[run], Status.RUNNING)
    browsers.again("a", presenter)
    browsers.again("b", follower)
    assert talk.shown is not None
    assert talk.shown.query["run"] == [run]
    assert not follower.exception
    assert not {"do_train", "do_pause"} & keys(follower)


def test_who_goes_off_comes_back_to_where_the_presenter_is_by_then(browsers: Browsers) -> None:
    """They begin at the same scene; what they do there moves nobody else."""
    presenter = browsers.open("a", scene="number")
    (talk,) = browsers.talks._talks.values()
    follower = browsers.open("b", follow=talk.id)
    browsers.press("b", follower, "look_around")
    assert title(follower) == plain(TALK["number"].title)
    browsers.press("b", follower, "scene_next")
    assert title(follower) == plain(TALK["adding"].title)
    assert title(browsers.again("a", presenter)) == plain(TALK["number"].title)
    assert talk.shown is not None
    assert talk.shown.scene == "number"
    browsers.press("a", presenter, "scene_before")
    browsers.press("b", follower, "go_back")
    assert title(follower) == plain(TALK["train"].title)


def test_another_browser_with_the_same_link_steers_its_own_talk(browsers: Browsers) -> None:
    """A presenter's address is no key to the talk."""
    presenter = browsers.open("a", scene="number")
    (talk,) = browsers.talks._talks.values()
    other = browsers.open("b", scene="number")
    browsers.press("b", other, "scene_next")
    assert talk.shown is not None
    assert talk.shown.scene == "number"
    assert title(browsers.again("a", presenter)) == plain(TALK["number"].title)


def test_the_window_with_notes_says_what_comes_next(browsers: Browsers) -> None:
    """And follows the presenter."""
    presenter = browsers.open("a", scene="number")
    (talk,) = browsers.talks._talks.values()
    notes = browsers.open("a", notes=talk.id)
    assert TALK["number"].notes in seen(notes)
    assert plain(TALK["adding"].title) in seen(notes)
    browsers.press("a", presenter, "scene_next")
    assert TALK["adding"].notes in seen(browsers.again("a", notes))


@pytest.mark.parametrize("key", ["follow", "notes"])
def test_a_talk_that_nobody_knows_is_answered_with_a_way_on(key: str, browsers: Browsers) -> None:
    """Such as a link of last week."""
    app = browsers.open("b", **{key: "00000000"})
    assert not app.exception
    assert title(app) == "This talk is over"
    browsers.press("b", app, "present_own")
    assert title(app) == plain(TALK["strip"].title)
