"""The state of a session on a page without widgets: address, owners of runs, browser's id."""

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lib.data.datasets.registry import DATASETS, FIRST, suggested
from lib.experiment import Experiment
from lib.ui import address, browser, runs, sweeps, upload, widgets
from lib.ui.session import once, session
from lib.ui.shapes import shown_stack
from tests.app.driver import address as address_of
from tests.unit.pictures import a_dataset


def page():
    """Draw a page without widgets, which changes settings and calls the function of a test."""
    import streamlit as st

    from lib.ui import address, runs

    address.begin(st.session_state.setdefault("name", "Explore"))
    address.change(st.session_state.pop("moved", {}))
    runs.refresh_run()
    address.finish()
    if act := st.session_state.pop("act", None):
        st.session_state["result"] = act()


def start(**query):
    """Open a page by a link, in a browser without a cookie."""
    app = AppTest.from_function(page, default_timeout=30)
    app.query_params.update(query)
    return app.run()


def experiment(app, **settings):
    """Change settings, rerun the page, and return the session's experiment."""
    app.session_state["moved"] = settings
    return run_in_script(app, lambda: session().subject.experiment)


def run_in_script(app, act):
    """Return the result of `act` within a script run."""
    app.session_state["act"] = act
    app.run()
    return app.session_state["result"]


# The address


def test_a_link_opens_its_experiment_and_its_run(client):
    """The dataset suggests the settings that its link doesn't name. Invalid values are dropped."""
    run = client.start(Experiment(), a_dataset())
    app = start(data="seattle", U="8", T="many", cell="gru", run=run.id, x="?")
    assert experiment(app) == suggested("seattle").set(U=8, cell="gru")
    assert address_of(app) == {"data": "seattle", "U": "8", "cell": "gru", "run": run.id}


def test_a_changed_setting_is_in_the_address_until_another_link_is_opened():
    """The page doesn't read its own new address as an opened link."""
    app = start()
    assert experiment(app, T=20).data.timesteps == 20
    assert address_of(app) == {"data": FIRST, "T": "20"}
    assert experiment(app, U=5) == suggested(FIRST).set(T=20, U=5)
    app.query_params.clear()
    app.query_params["data"] = "gapminder"
    assert experiment(app) == suggested("gapminder")


def test_the_old_address_in_a_fragments_request_changes_nothing():
    """A fragment that requests a script run sends the address from before its changes."""
    app = start(T="20")
    run_in_script(app, lambda: [address.set_page_values({"epoch": f"{n}"}) for n in range(2, 32)])
    del app.query_params["epoch"]
    assert run_in_script(app, lambda: address.page_value("epoch")) == "31"


def test_a_slider_with_other_limits_keeps_the_value_set_by_the_user():
    """New limits don't bring back an older value that Streamlit stored for the widget."""

    def page():
        import streamlit as st

        from lib.ui import address
        from lib.ui.settings import controls, settled_experiment

        address.begin("Explore")
        if picked := st.session_state.pop("picked", ""):
            address.change(address.picking(picked))
        if st.session_state.setdefault("draws", False):
            controls("sizes", settled_experiment())

    app = AppTest.from_function(page, default_timeout=30)
    app.query_params["data"], app.query_params["F"] = "parity", "1"
    app.run()
    app.session_state["draws"] = True
    app.run()
    app.slider(key="F").set_value(5).run()
    app.session_state["picked"] = "adding"
    app.run()
    assert (app.slider(key="F").min, app.slider(key="F").value) == (2, 5)


@pytest.mark.parametrize("name", list(DATASETS))
def test_the_address_of_suggested_settings_has_only_the_dataset(name):
    """The address leaves out settings that have the dataset's suggested values."""
    assert address_of(start(data=name)) == {"data": name}


@pytest.mark.parametrize("query", [{}, {"utm_source": "mail"}])
def test_an_address_without_settings_opens_the_first_data_and_stays(query):
    """Until a change, the page adds no history entry: the Back button would return to it."""
    app = start(**query)
    assert experiment(app) == suggested(FIRST)
    assert address_of(app) == query
    experiment(app, U=5)
    assert address_of(app) == {"data": FIRST, "U": "5"}


@pytest.mark.parametrize("query", [{"seed": "3"}, {"mode": "last"}, {"run": "gone"}])
def test_an_old_link_without_data_opens_the_former_first_data(query):
    """If a link has settings but no data, the page adds the former first data to the address."""
    app = start(**query)
    assert experiment(app).data == Experiment().data
    query.pop("run", None)
    assert address_of(app) == {"data": Experiment().data.name, **query}


@pytest.mark.parametrize(
    ("query", "remaining"),
    [
        ({"data": "seattle", "F": "3", "N": "64", "lag": "99", "noise": "nan"}, {}),
        ({"data": "worked_raw", "T": "9", "U": "9", "head": "dense", "lr": "0.5"}, {"lr": "0.5"}),
        ({"data": "sine", "lag": "5", "horizon": "7", "inputs": "a"}, {}),
        ({"data": "sine", "head": "none", "U": "9"}, {"head": "none"}),
        ({"data": "echo", "lag": "5"}, {"lag": "5"}),
    ],
)
def test_unused_and_fixed_settings_leave_the_address_without_a_warning(query, remaining):
    """An address leaves out settings that the data don't use, and settings that the data fix."""
    app = start(**query)
    assert address_of(app) == {"data": query["data"], **remaining}
    assert run_in_script(app, lambda: session().address.complaints) == []


def test_an_address_reached_by_back_is_not_rewritten(monkeypatch):
    """A rewritten address would add a history entry, and Back would return to it again."""
    app = start(seed="3")
    experiment(app, U=5)
    monkeypatch.setattr(address, "is_history_navigation", lambda: True)
    for key in ("data", "U"):
        del app.query_params[key]
    assert experiment(app) == Experiment().set(seed=3, seeds=0)
    assert address_of(app) == {"seed": "3"}


# The owner of a run


@pytest.fixture
def open_in(monkeypatch):
    """Return a function that opens a new session in a browser. None means it has no cookies."""
    monkeypatch.setattr(runs, "browser_id", lambda: st.session_state.get("browser"))

    def open_page(name):
        app = start()
        app.session_state["browser"] = name
        return app

    return open_page


def train(app, **settings):
    """Start a run in the session, and return the run."""
    return run_in_script(app, lambda: runs.train(Experiment().set(**settings), a_dataset()))


def may_steer(app, run):
    """Return whether the session may control this run."""

    def open_and_check():
        session().subject.run_id = run.id
        return runs.record_if_mine(run.id) is not None

    return run_in_script(app, open_and_check)


@pytest.mark.parametrize(("owner", "others"), [("anna", ("berta", None)), (None, ("berta", None))])
def test_only_the_browser_that_started_a_run_may_steer_it(owner, others, open_in, client):
    """A reload keeps control of a run. Two browsers without cookies don't share control."""
    first = open_in(owner)
    run = train(first)
    assert may_steer(first, run)
    assert may_steer(open_in(owner), run) is bool(owner)
    for name in others:
        app = open_in(name)
        assert not may_steer(app, run)
        run_in_script(app, runs.forget_run)
        assert client.calls == []
        assert run_in_script(app, runs.current_run) is None


def test_a_new_run_replaces_the_previous_run(client):
    """Starting a run stops the previous run and puts the new run into the address."""
    app = start()
    first, second = train(app), train(app)
    assert client.awaited == [first, second]
    assert client.calls == [("stop", first.id)]
    assert address_of(app) == {"data": FIRST, "run": second.id}
    run_in_script(app, runs.forget_run)
    assert client.calls == [("stop", first.id), ("stop", second.id)]
    assert address_of(app) == {"data": FIRST}


# The id of a browser


def test_a_browsers_id_is_a_hash_of_its_cookie(monkeypatch):
    """The hash doesn't contain the cookie. A browser without a cookie has the id None."""

    def browser_of(**cookies):
        monkeypatch.setattr(type(st.context), "cookies", cookies)
        return browser.browser_id()

    anna = browser_of(unrolled_browser="anna's token")
    assert anna == browser_of(unrolled_browser="anna's token", other="1")
    assert anna != browser_of(unrolled_browser="berta's token")
    assert anna
    assert "anna" not in anna
    assert b"anna".hex() not in anna
    assert browser_of() is browser_of(unrolled_browser="") is None


def test_once_computes_again_only_if_its_parts_change(monkeypatch):
    """Arrays, also in tuples and dicts, must be the same objects. Other parts must be equal."""
    monkeypatch.setattr(st, "session_state", {})
    weights = np.zeros((2, 2)), np.zeros(1)
    first = once("it", ("epoch", 3, weights), object)
    assert once("it", ("epoch", 3, (weights[0], weights[1])), object) is first
    second = once("it", ("epoch", 3, (weights[0], np.zeros(1))), object)
    assert second is not first
    assert once("it", ("epoch", 3, (np.zeros((2, 2)), np.zeros(3))), object) is not second
    second = once("it", ("epoch", 3, {"last": weights}), object)
    assert once("it", ("epoch", 3, {"last": tuple(weights)}), object) is second
    with pytest.raises(ZeroDivisionError):
        once("it", ("epoch", 4, weights), lambda: 1 // 0)
    assert once("another", (), object) is not second
    assert list(session().made) == ["it", "another"]
    assert session().made["it"][1] is second


def test_a_callback_without_its_widgets_value_does_nothing(monkeypatch):
    """An overlapping script run may have dropped the widget's value."""
    monkeypatch.setattr(st, "session_state", state := {})
    taken = []
    bound = widgets.bound("field", 1, taken.append)["on_change"]
    linked = widgets.Linked("step", ("0", "1"), 0, "step").bind(lambda: taken.append(2))
    bound()
    state.clear()
    bound()
    linked["on_change"]()
    sweeps._write_vary({})
    upload._file_changed("upload_file")
    shown_stack._drop()
    assert taken == [1]
