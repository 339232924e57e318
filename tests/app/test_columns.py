"""The controls of an uploaded table: the page uses exactly the chosen columns and settings."""

import numpy as np
import pandas as pd
import pytest

from lib.data import Table
from lib.experiment import NO_SERIES
from lib.ui.session import KEY
from tests.app.driver import start, text
from tests.unit.own_data import panel, trend


def stores(days=60):
    """Return a table of three stores by day: a column of texts, weekday numbers, and sales."""
    frame = panel(days)
    times = pd.DatetimeIndex(pd.to_datetime(frame.pop("date")))
    frame["store"] = frame["store"].astype("category")
    frame["weekday"] = times.day_of_week.astype(float)
    return Table("stores.csv", frame[["store", "weekday", "sales"]], times, "day", series="store")


def with_table(table, page="Data", **query):
    """Return a page of a session that has uploaded this table."""
    app = start(page, data="upload", **query)
    app.session_state[KEY].upload.table = table
    return app.run()


def shown(app):
    """Return the dataset that the page shows."""
    return app.session_state[KEY].upload.last_good.dataset


@pytest.mark.parametrize("page", ["Data", "Explore"])
def test_cleared_targets_change_nothing_until_a_column_is_picked(page):
    """The control stays empty, and the page names the targets that it still uses."""
    app = with_table(stores(), page, T="7")
    app.multiselect(key="targets_widget").set_value([]).run()
    assert app.multiselect(key="targets_widget").value == []
    assert "the page uses sales" in text(app)
    assert shown(app).origin.columns == ("sales",)
    app.slider(key="T").set_value(8).run()
    assert app.multiselect(key="targets_widget").value == []
    app.multiselect(key="targets_widget").set_value(["weekday"]).run()
    assert app.multiselect(key="targets_widget").value == ["weekday"]
    assert shown(app).origin.columns == ("weekday",)
    assert "Until then" not in text(app)


def test_the_page_names_the_detected_series_column_which_can_be_switched_off():
    """If no column separates series, rows with equal dates are averaged."""
    app = with_table(stores(), T="2", test="0")
    assert "store separates 3 series." in text(app)
    assert shown(app).origin.names == ("north", "south", "west")
    assert app.selectbox(key="id").options[0] == "store (detected)"
    app.selectbox(key="id").set_value(NO_SERIES).run()
    assert shown(app).origin.names == ("",)
    assert len(shown(app).origin.series) == 60
    assert "Rows with the same time are averaged" in text(app)
    app.selectbox(key="id").set_value("weekday").run()
    assert len(shown(app).origin.names) == 7


def test_a_missing_series_column_in_a_link_gets_a_warning():
    """The warning names the column and the file, and stays until another column is picked."""
    app = with_table(stores(), id="shop")
    assert "series column 'shop' isn't in stores.csv" in app.warning[0].value
    assert app.selectbox(key="id").value == "shop"
    app.selectbox(key="id").set_value("").run()
    assert not app.warning


def test_the_controls_of_windows_and_splits_change_the_samples():
    """Stride, sampling rate, parts, gap, form and horizon all change the dataset."""
    app = with_table(stores(), T="5", id=NO_SERIES)
    app.number_input(key="stride").set_value(2).run()
    app.number_input(key="rate").set_value(3).run()
    app.slider(key="test").set_value(20).run()
    app.slider(key="train").set_value(50).run()
    app.number_input(key="gap").set_value(1).run()
    dataset = shown(app)
    assert {*np.diff(dataset.origin.starts[: dataset.train])} == {2}
    assert dataset.origin.rate == 3
    assert list(dataset.parts) == ["training", "validation", "test"]
    app.selectbox(key="form").set_value("change").run()
    assert shown(app).base is not None
    app.selectbox(key="ahead").set_value("each").run()
    app.number_input(key="horizon").set_value(3).run()
    assert shown(app).targets == 3


def test_a_column_kind_can_be_changed_and_changed_back():
    """The link has the numbers that are read as categories."""
    app = with_table(stores(), T="7")
    app.multiselect(key="types_widget").set_value(["weekday"]).run()
    assert app.session_state[KEY].subject.experiment.data.types == ("weekday:category",)
    assert app.query_params["types"] == "weekday:category"
    app.multiselect(key="types_widget").set_value([]).run()
    assert app.session_state[KEY].subject.experiment.data.types == ()


def test_a_trend_gets_a_hint_and_one_click_predicts_the_change():
    """The hint shows if the validation values exceed all training values."""
    frame = trend(400)
    times = pd.DatetimeIndex(pd.to_datetime(frame.pop("week")))
    app = with_table(Table("co2.csv", frame, times, "week"), T="8")
    assert "Predict the change instead" in app.info[0].value
    [button] = [each for each in app.button if each.label == "Predict the change"]
    button.click().run()
    assert app.selectbox(key="form").value == "change"
    assert shown(app).base is not None
    assert not app.info
