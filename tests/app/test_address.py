"""A page's own keys: query parameters that other pages drop from the address."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.experiment import SETTINGS, Experiment
from lib.ui.address import PICTURE_KEYS
from tests.app.driver import address

DEFAULT_DATA = Experiment().data.name
"""The dataset of a link that names no dataset."""


def page():
    """Draw a page that shows the value of its own key `stack` and has a button to set it."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from lib.ui import address
    from lib.ui.session import session
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
    st.text(" ".join(session().address.complaints))


def start(**query):
    """Open `page` by a link with these query parameters."""
    app = AppTest.from_function(page, default_timeout=30)
    app.query_params.update(query)
    return app.run()


def shown(app):
    """Return the value of `stack` that the page shows."""
    return app.text[0].value


def set_stack(app, value):
    """Press the button that sets `stack`."""
    app.session_state["value"] = value
    return app.button(key="set").click().run()


def test_a_set_value_enters_the_address_and_stays_when_a_setting_changes():
    """The page doesn't read its own new address as an opened link."""
    app = start(stack="a")
    for value in ("b", "c"):
        assert shown(set_stack(app, value)) == value
        assert address(app) == {"data": DEFAULT_DATA, "stack": value}
    app.slider(key="T").set_value(30).run()
    assert shown(app) == "c"
    assert address(app) == {"data": DEFAULT_DATA, "stack": "c", "T": "30"}


def test_a_pages_own_key_leaves_the_address_on_other_pages_and_returns_with_the_page():
    """A page's own key is in the address of that page only. Settings are in all addresses."""
    app = start(stack="a", T="20")
    for name, query in (("Two", {}), ("One", {"stack": "a"})):
        app.session_state["name"] = name
        assert shown(app.run()) == query.get("stack", "")
        assert address(app) == {"data": DEFAULT_DATA, "T": "20", **query}


def test_a_late_address_does_not_undo_a_newer_value():
    """A slow browser may still send an older address."""
    app = set_stack(start(stack="a"), "b")
    for late_value in "abab":
        app.query_params["stack"] = late_value
        assert shown(app.run()) == "b"


@pytest.mark.private
@pytest.mark.parametrize("values", ["b", "bc"])
def test_back_restores_an_earlier_address(values):
    """The browser's Back button restores the earlier value, also after several changes."""
    app = start(stack="a")
    for value in values:
        set_stack(app, value)
    app.query_params["stack"] = "a"
    app.session_state["back"] = True
    assert shown(app.run()) == "a"


def test_a_link_with_a_setting_of_an_older_version_says_so():
    """Its results may differ from those of the page that made the link."""
    assert start(scale="series").text[1].value == "scale is no longer a setting."


def test_no_key_of_a_page_is_also_a_setting():
    """Otherwise a link's value would be read as both, and complained about."""
    assert not {*PICTURE_KEYS} & {*SETTINGS}
