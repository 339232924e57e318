"""The Present page: every scene opens, and followers see the presenter's scene and can vote."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.results.run import Status
from lib.story import GALLERY, GUIDE, TALK, plot_of
from lib.ui import clock, talks
from lib.ui.session import KEY
from lib.ui.views import TALK_SCENES
from tests.app.driver import APP, text, title
from tests.clock import Clock


class Browsers:
    """Several browsers on one server. AppTest simulates only sessions."""

    def __init__(self):
        self.current = ""
        self.talks = {}
        self.clock = Clock()

    def open(self, browser, **query):
        """Open Present by a link in this browser, and return the page."""
        app = AppTest.from_file(APP, default_timeout=30)
        app.query_params["present"] = "1"
        app.query_params.update(query)
        return self.again(browser, app)

    def again(self, browser, app):
        """Rerun a page of this browser, and return the page."""
        self.current = browser
        return app.run()

    def press(self, browser, app, key):
        """Click a button on a page of this browser, and return the page."""
        self.clock.seconds += 1
        return self.again(browser, app.button(key=key).click())


@pytest.fixture
def browsers(monkeypatch):
    """Return browsers that share one server."""
    all_browsers = Browsers()
    monkeypatch.setattr(clock, "now", all_browsers.clock.now)
    monkeypatch.setattr(talks, "browser_id", lambda: all_browsers.current)
    monkeypatch.setattr(talks, "_TALKS", all_browsers.talks)
    return all_browsers


def keys(app):
    """Return the keys of the page's buttons."""
    return {each.key for each in app.button}


def content(app):
    """Return the page's experiment, its values, its HTML pictures and its charts."""
    htmls = [each.proto.body for each in app.get("html")]
    charts = [each.proto.alt for each in app.get("plotly_chart")]
    return (
        app.session_state[KEY].subject.experiment,
        app.session_state[KEY].subject.values,
        [html for html in htmls if "picture" in html],
        charts,
    )


def test_every_scene_opens_and_followers_see_the_same(browsers):
    """Followers get each scene's settings, values and pictures, also after the answer."""
    scenes, with_story = [*TALK_SCENES.values()], {*TALK, *GALLERY, *GUIDE}
    app = browsers.open("a", story=",".join(scene.name for scene in scenes))
    talk = browsers.talks["a"]
    follower = browsers.open("b", follow=talk.id)
    assert not app.sidebar.children
    for scene in scenes:
        assert title(app) == scene.title, scene.name
        for _ in scene.asks:
            browsers.press("a", app, "do_reveal")
        assert ("do_reveal" in keys(app)) == bool(scene.asks), scene.name
        if scene.name in with_story:
            assert content(browsers.again("b", follower)) == content(app), scene.name
        if scene is not scenes[-1]:
            browsers.press("a", app, "scene_next")
    assert app.button(key="scene_next").disabled


def test_the_overview_opens_a_scene_and_changes_the_list_of_scenes(browsers):
    """The address has the scenes in the order of the list. One click restores the original talk."""
    app = browsers.open("a")
    browsers.press("a", app, "open_overview")
    app.multiselect(key="story_picks").set_value(["number", "view.loss", "strip"])
    browsers.again("a", app)
    assert app.query_params["story"] in ("number,view.loss,strip", ["number,view.loss,strip"])
    browsers.press("a", app, "go_1")
    assert title(app).startswith("Loss")
    browsers.press("a", app, "open_overview")
    browsers.press("a", app, "scene_earlier")
    assert app.query_params["story"] in ("view.loss,number,strip", ["view.loss,number,strip"])
    assert app.button(key="scene_earlier").disabled
    browsers.press("a", app, "scene_later")
    browsers.press("a", app, "scene_later")
    assert app.query_params["story"] in ("number,strip,view.loss", ["number,strip,view.loss"])
    browsers.press("a", app, "story_ready")
    assert "story" not in app.query_params


def test_each_scene_of_the_talk_has_its_own_picture_in_the_overview(browsers):
    """No picture gives away an answer: the vote's picture has only the target."""
    app = browsers.open("a", open="overview")
    bodies = [each.proto.body for each in app.get("html")]
    pictures = [body for body in bodies if body.startswith('<div class="thumbnail">')]
    assert len({*pictures}) == len(pictures) == len(TALK)
    assert [line.color for line in plot_of(TALK["vote"]).lines] == ["ink"]


def test_followers_see_the_presenters_scene_and_its_answer(browsers):
    """Late followers see the same scene. Followers can only vote or open the scene's page."""
    presenter = browsers.open("a", scene="vote")
    talk = browsers.talks["a"]
    follower = browsers.open("b", follow=talk.id)
    assert title(follower) == TALK["vote"].title
    assert "a hint" not in text(follower)
    browsers.press("a", presenter, "do_reveal")
    browsers.again("b", follower)
    assert "is a hint" in text(follower)
    browsers.press("a", presenter, "do_reveal")
    assert "is a hint" not in text(presenter)
    assert "vote_1" in keys(browsers.again("b", follower))
    browsers.press("a", presenter, "scene_next")
    assert title(browsers.again("b", follower)) == TALK["train"].title
    assert keys(follower) == {"vote_0", "vote_1"}
    assert not follower.slider
    assert title(browsers.open("c", follow=talk.id)) == TALK["train"].title


def test_followers_see_the_presenters_settings_and_run(browsers, client):
    """Followers see the presenter's T and run, but can't change them."""
    presenter = browsers.open("a", scene="shapes")
    talk = browsers.talks["a"]
    presenter.slider(key="T").set_value(30)
    browsers.again("a", presenter)
    follower = browsers.open("b", follow=talk.id)
    assert "(N, 30, 16)" in text(follower)
    [way_out] = follower.get("page_link")
    assert "T=30" in way_out.query_string
    for _ in range(3):
        browsers.press("a", presenter, "scene_next")
    browsers.press("a", presenter, "do_train")
    (run,) = client.runs
    assert [call for call, _ in client.calls] == ["resume"]
    assert "Training starts" in text(presenter)
    client.set(client.runs[run], Status.PAUSED, epoch=40)
    assert "Epoch 40 of 200" in text(browsers.again("a", presenter))
    client.set(client.runs[run], Status.RUNNING)
    browsers.again("a", presenter)
    browsers.again("b", follower)
    assert talk.shown is not None
    assert talk.shown.query["run"] == [run]
    assert not {"do_train", "do_pause"} & keys(follower)


def test_the_notes_window_shows_the_next_title_and_changes_the_scene(browsers):
    """The presenter's next script run applies all clicks in the notes window."""
    presenter = browsers.open("a", scene="number")
    talk = browsers.talks["a"]
    notes = browsers.open("c", notes=talk.notes)
    assert TALK["number"].notes in text(notes)
    assert TALK["adding"].title in text(notes)
    browsers.press("c", notes, "scene_before")
    assert title(browsers.again("a", presenter)) == TALK["train"].title
    assert TALK["train"].notes in text(browsers.again("c", notes))
    browsers.press("c", notes, "scene_next")
    browsers.press("c", notes, "scene_next")
    assert title(browsers.again("a", presenter)) == TALK["adding"].title


def test_a_link_to_no_talk_offers_to_present(browsers):
    """An id for followers opens no notes, and an id for notes opens no talk to follow."""
    browsers.open("a", scene="number")
    talk = browsers.talks["a"]
    for key, name in (("notes", talk.id), ("follow", talk.notes), ("notes", "0"), ("follow", "0")):
        app = browsers.open("b", **{key: name})
        assert "over" in title(app)
        assert {"notes": talks.NO_NOTES, "follow": talks.GONE}[key] in text(app)
        assert TALK["number"].notes not in text(app)
        browsers.press("b", app, "present_own")
        assert title(app) == TALK["strip"].title


def test_each_follower_has_one_vote_and_may_change_it(browsers):
    """The presenter sees the votes per option, and after the answer the number of right votes."""
    presenter = browsers.open("a", scene="vote")
    talk = browsers.talks["a"]
    first, second = (option.text for option in TALK["vote"].asks[0].options)
    assert f"{first} 0" not in text(presenter)
    followers = {name: browsers.open(name, follow=talk.id) for name in "bcd"}
    for name, app in followers.items():
        browsers.press(name, app, "vote_1")
    assert talk.count(TALK["vote"]) == [[0, 3]]
    browsers.press("b", followers["b"], "vote_0")
    counts = text(browsers.again("a", presenter))
    assert f"{first} 1" in counts
    assert f"{second} 2" in counts
    browsers.press("a", presenter, "do_reveal")
    assert "1 of 3 votes right" in text(presenter)
    assert not {"vote_0", "vote_1"} & keys(browsers.again("b", followers["b"]))


def test_a_scene_can_be_moved_to_any_place(monkeypatch):
    """The scenes between the two places shift by one. A place after the end means the end."""
    orders = []
    monkeypatch.setattr(talks, "set_scenes", orders.append)
    for place, to in ((0, 2), (2, 0), (1, 99), (99, 0)):
        talks.move_scene("abc", place, to)
    assert [*map("".join, orders)] == ["bca", "cab", "acb", "abc"]


def test_a_link_to_an_unknown_scene_opens_the_first_scene(browsers):
    """A notification names the unknown scene, and the address drops it."""
    app = browsers.open("a", scene="zzz")
    assert title(app) == TALK["strip"].title
    assert "zzz" in app.toast[0].value
    assert "scene" not in app.query_params


@pytest.mark.parametrize(
    ("host", "is_local"),
    [("localhost:8501", True), ("127.0.0.1", True), ("[::1]:80", True), ("192.168.1.7", False)],
)
def test_a_link_that_only_this_computer_can_open_gets_a_note(host, is_local, monkeypatch):
    """Phones in the audience can't open localhost."""
    htmls = []
    monkeypatch.setattr(talks.st, "html", htmls.append)
    talks.draw_link(f"http://{host}/present", "")
    assert ("only on this computer" in htmls[0]) == is_local


def test_a_reload_keeps_revealed_answers(browsers):
    """An answer stays revealed after a reload, until the presenter starts over."""
    browsers.press("a", browsers.open("a", scene="vote"), "do_reveal")
    app = browsers.open("a", scene="vote")
    assert "is a hint" in text(app)
    browsers.press("a", app, "open_overview")
    browsers.press("a", app, "start_over")
    assert title(app) == TALK["strip"].title
    assert "is a hint" not in text(browsers.open("a", scene="vote"))
