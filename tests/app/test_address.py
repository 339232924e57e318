"""A page's own keys in the address: theirs alone, remembered, and never taken for a new link."""

import pytest
from streamlit.testing.v1 import AppTest

from lib.experiment.experiment import Experiment

OLD = Experiment().data.name
"""The data of links that don't say theirs."""


def page():
    """A page that shows its own key, and a button that sets it."""
    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from lib.ui import address
    from lib.ui.settings import controls, settled_experiment

    run = get_script_run_ctx()
    assert run
    run.is_history_navigation = st.session_state.get("back", False)
    name = st.session_state.setdefault("name", "One")
    address.begin(name, ("stack",) if name == "One" else ())
    controls("sizes", settled_experiment(), only="T")
    address.finish()
    st.button("Set", key="set", on_click=lambda: address.set_page_value("stack", "b"))
    st.button(
        "Part", key="part_button", on_click=lambda: address.set_page_values(st.session_state.part)
    )
    st.text(address.page_value("stack"))


def start(**query):
    """That page, opened by a link."""
    app = AppTest.from_function(page, default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    return app.run()


def shown(app):
    """The value that the page has of its own key."""
    assert not app.exception
    return app.text[0].value


def address(app):
    """What stands in the address, without lists of one."""
    return {
        key: value[-1] if isinstance(value, list) else value
        for key, value in app.query_params.items()
    }


def test_a_link_brings_the_pages_own_value_beside_the_settings():
    """Both are taken over, and both stay in the address."""
    app = start(stack="a", T="20")
    assert shown(app) == "a"
    assert address(app) == {"data": OLD, "stack": "a", "T": "20"}


def test_a_value_that_is_set_goes_to_the_address_and_stays_when_a_setting_moves():
    """Neither is taken for a link that somebody opened."""
    app = start(stack="a")
    app.button(key="set").click().run()
    assert shown(app) == "b"
    app.slider(key="T").set_value(30).run()
    assert shown(app) == "b"
    assert address(app) == {"data": OLD, "stack": "b", "T": "30"}


def test_a_part_of_the_page_sets_a_value_when_it_runs_alone():
    """The address follows at once, and none of the values is taken for a new link."""
    app = start(stack="a")
    for value in ("c", "d"):
        app.session_state["part"] = {"stack": value}
        app.button(key="part_button").click().run()
        assert shown(app) == value
        assert address(app) == {"data": OLD, "stack": value}


def test_another_page_has_it_not_in_its_address_and_it_is_back_on_the_way_back():
    """The value belongs to its page, and is remembered while the person is elsewhere."""
    app = start(stack="a", T="20")
    app.session_state["name"] = "Two"
    app.run()
    assert address(app) == {"data": OLD, "T": "20"}
    app.session_state["name"] = "One"
    app.run()
    assert shown(app) == "a"
    assert address(app) == {"data": OLD, "stack": "a", "T": "20"}


def test_another_link_in_the_same_tab_replaces_it():
    """Also by none, where the link has none."""
    app = start(stack="a")
    app.query_params["stack"] = "c"
    assert shown(app.run()) == "c"
    del app.query_params["stack"]
    app.query_params["T"] = "40"
    assert shown(app.run()) == ""


def test_a_key_of_another_page_is_no_key_of_this_one():
    """It is dropped, as all that nobody knows."""
    app = start(other="x", T="20")
    assert address(app) == {"data": OLD, "T": "20"}


def test_an_address_that_lags_behind_takes_nothing_back():
    """However late the browser follows, also where a run of our own had the newer one between."""
    app = start(stack="a")
    app.button(key="set").click().run()
    for _ in range(2):
        app.query_params["stack"] = "a"
        assert shown(app.run()) == "b"
        app.query_params["stack"] = "b"
        assert shown(app.run()) == "b"


@pytest.mark.private
@pytest.mark.parametrize("values", ["b", "bc"])
def test_back_takes_the_page_to_an_address_that_it_had(values):
    """Whether the browser had followed by then or not."""
    app = start(stack="a")
    app.button(key="set").click().run()
    for value in values[1:]:
        app.session_state["part"] = {"stack": value}
        app.button(key="part_button").click().run()
    app.query_params["stack"] = "a"
    app.session_state["back"] = True
    assert shown(app.run()) == "a"


def changed_page():
    """A page whose data another run changes between settling the settings and drawing them."""
    from lib.ui import address
    from lib.ui.settings import controls, settled_experiment

    address.begin("Explore")
    settled = settled_experiment()
    address.change({"data": "echo", "T": 7, "F": 5, "U": 9})
    controls("sizes", settled)


def test_settings_that_change_while_they_are_drawn_are_drawn_as_they_are_then():
    """The run of the page that changed them draws the rest."""
    app = AppTest.from_function(changed_page, default_timeout=30).run()
    assert not app.exception
    assert [slider.value for slider in app.slider] == [7, 5, 9]
