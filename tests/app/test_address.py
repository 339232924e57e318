"""A page's own keys in the address: separate, kept, and never read as a new link."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.experiment import Experiment
from tests.app.driver import address

OLD = Experiment().data.name
"""The data of links without data."""


def page():
    """A page that shows its own key, and a button that sets it."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from lib.ui import address
    from lib.ui.settings import one_control, settled_experiment

    run = get_script_run_ctx()
    assert run
    run.is_history_navigation = st.session_state.get("back", False)
    name = st.session_state.setdefault("name", "One")
    address.begin(name, ("stack",) if name == "One" else ())
    one_control("T", settled_experiment())
    address.finish()
    state = st.session_state
    st.button("Set", key="set", on_click=lambda: address.set_page_value("stack", state.value))
    st.text(address.page_value("stack"))


def start(**query):
    """Open that page by a link."""
    app = AppTest.from_function(page, default_timeout=30)
    app.query_params.update(query)
    return app.run()


def shown(app):
    """Return the page's value of its own key."""
    return app.text[0].value


def put(app, value):
    """Press the button that sets the page's own key."""
    app.session_state["value"] = value
    return app.button(key="set").click().run()


def test_a_value_that_is_set_goes_to_the_address_and_stays_when_a_setting_moves():
    """The page doesn't read its own new address as an opened link."""
    app = start(stack="a")
    for value in ("b", "c"):
        assert shown(put(app, value)) == value
        assert address(app) == {"data": OLD, "stack": value}
    app.slider(key="T").set_value(30).run()
    assert shown(app) == "c"
    assert address(app) == {"data": OLD, "stack": "c", "T": "30"}


def test_another_page_has_it_not_in_its_address_and_it_is_back_on_the_way_back():
    """An own key belongs to its page; settings belong to all pages."""
    app = start(stack="a", T="20")
    for name, own in (("Two", {}), ("One", {"stack": "a"})):
        app.session_state["name"] = name
        assert shown(app.run()) == own.get("stack", "")
        assert address(app) == {"data": OLD, "T": "20", **own}


def test_an_address_that_lags_behind_takes_nothing_back():
    """Late addresses from a slow browser don't undo a newer value."""
    app = put(start(stack="a"), "b")
    for late in "abab":
        app.query_params["stack"] = late
        assert shown(app.run()) == "b"


@pytest.mark.private
@pytest.mark.parametrize("values", ["b", "bc"])
def test_back_takes_the_page_to_an_address_that_it_had(values):
    """Back restores an earlier address, even if the browser was late."""
    app = start(stack="a")
    for value in values:
        put(app, value)
    app.query_params["stack"] = "a"
    app.session_state["back"] = True
    assert shown(app.run()) == "a"
