"""Pages run in AppTest: the real script, without a browser or a training process."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.data import Table
from lib.data.datasets import DATASETS, settle
from lib.experiment.experiment import Experiment
from lib.ui.address import SCENE_PAGES
from lib.ui.explore.take import SCRIPT
from lib.ui.frame import MORE, PAGES
from lib.ui.runs import GONE
from lib.ui.session import KEY
from lib.ui.text import plain
from tests.app.test_address import address

APP = Path(__file__).parents[2] / "app.py"


def start(page: str = "Explore", **query: str) -> AppTest:
    """The app at `page`, opened by a link with these query parameters."""
    app = AppTest.from_file(APP, default_timeout=30)
    for folded in (MORE, SCRIPT):
        app.session_state[folded] = True  # somebody has unfolded it
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if page != "Explore":
        app.switch_page(PAGES[page][0]).run()
    return app


@pytest.mark.parametrize("name", list(PAGES))
def test_every_page_runs_without_an_exception(name: str) -> None:
    """Each page opens with the default experiment, and with the advice below its menu."""
    app = start(name)
    assert not app.exception
    assert len(app.sidebar.get("popover")) == 1


@pytest.mark.parametrize("name", list(DATASETS))
def test_explore_opens_with_every_dataset(name: str) -> None:
    """A link to any draws the page; an upload that isn't there is answered with a sentence."""
    app = start(data=name)
    assert not app.exception
    assert bool(app.warning) == (name == "upload")
    assert app.code


def test_picking_data_brings_its_settings_and_takes_them_back() -> None:
    """Seattle weather suggests its T and units; going back restores what wasn't touched."""
    app = start()
    app.selectbox(key="data").set_value("seattle").run()
    suggested = DATASETS["seattle"].suggested
    assert app.slider(key="T").value == suggested["T"]
    assert app.slider(key="U").value == suggested["U"]
    app.selectbox(key="data").set_value("running_mean").run()
    assert app.slider(key="T").value == 12
    assert app.slider(key="U").value == 16


def test_a_moved_slider_is_in_the_address() -> None:
    """What a person sets can be shared at once."""
    app = start()
    app.slider(key="T").set_value(20).run()
    assert app.query_params["T"] in ("20", ["20"])


def test_chosen_columns_stay_on_every_page_and_their_link_holds_them() -> None:
    """Until another link is opened, or other data are picked."""

    def columns() -> list[str]:
        assert not app.exception
        return app.multiselect(key="targets_widget").value

    app = start(data="seattle")
    usual = columns()
    app.multiselect(key="targets_widget").set_value(["wind"]).run()
    assert app.query_params["targets"] in ("wind", ["wind"])
    for page in ("Data", "Explore"):
        app.switch_page(PAGES[page][0]).run()
        assert columns() == ["wind"]
    del app.query_params["targets"]
    app.query_params["T"] = "20"
    app.run()
    assert columns() == usual
    app.multiselect(key="targets_widget").set_value(["wind"]).run()
    app.selectbox(key="data").set_value("running_mean").run()
    app.selectbox(key="data").set_value("seattle").run()
    assert columns() == usual
    assert "targets" not in app.query_params


@pytest.mark.parametrize("name", [name for name in PAGES if name not in SCENE_PAGES])
def test_what_the_widgets_say_is_settled_once_in_a_run_of_a_page(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many controls ask what holds, and where a dataset has to be made too."""
    calls: list[tuple[str, Experiment]] = []

    def count(module: str) -> None:
        def counted(experiment: Experiment, table: Table | None = None) -> Experiment:
            calls.append((module, experiment))
            return settle(experiment, table)

        monkeypatch.setattr(f"{module}.settle", counted)

    app = start(name)
    for module in ("lib.data.datasets", "lib.ui.settings"):
        count(module)
    app.run()
    assert [module for module, _ in calls] == ["lib.ui.settings"]
    calls.clear()
    app.slider(key="T").set_value(17).run()
    assert not app.exception
    assert [(module, asked.data.timesteps) for module, asked in calls] == [("lib.ui.settings", 17)]


def test_settings_that_are_folded_away_stay_what_they_are() -> None:
    """Those of a link, too, and those that a person has set before; other data leave them alone."""
    app = start(data="echo", cell="gru", keep="best")
    app.number_input(key="epochs").set_value(70).run()
    app.session_state[MORE] = False
    app.run()
    assert not app.number_input
    app.selectbox(key="data").set_value("parity").run()
    app.slider(key="U").set_value(5).run()
    said = {"data": "parity", "cell": "gru", "keep": "best", "epochs": "70", "U": "5"}
    assert address(app) == said
    app.session_state[MORE] = True
    app.run()
    assert app.selectbox(key="cell").value == "gru"
    assert app.number_input(key="epochs").value == 70


def test_what_is_set_and_folded_away_at_once_is_kept() -> None:
    """A number that is typed is sent when somebody clicks elsewhere, on what folds it too."""
    app = start(data="echo")
    app.session_state[MORE] = False
    app.number_input(key="lr").set_value(0.03).run()
    assert not app.number_input
    assert address(app)["lr"] == "0.03"


def test_a_choice_that_a_browser_forgets_stays() -> None:
    """A browser that says None of the mode, for a moment, changes nothing."""
    app = start(mode="last")
    app.session_state["mode"] = None
    app.run()
    assert not app.exception
    assert app.session_state["mode"] == "last"


def test_a_link_to_nothing_opens_the_default() -> None:
    """Names that nobody knows are dropped, whatever they are of."""
    app = start(data="nothing", cell="banana", mode="x", loss="q", head="r", optimizer="s")
    assert not app.exception
    assert app.selectbox(key="data").value == next(iter(DATASETS))
    assert app.selectbox(key="cell").value == "lstm"


@pytest.mark.parametrize(
    ("row", "size", "target"),
    [
        ("3\n", "80 rows, 1 number column.", "The last column, until"),
        ("3,5\n", "80 rows, 2 number columns.", "The last column, until"),
        ("3\n4\n", "160 rows, 1 number column.", "The last column that varies, until"),
    ],
)
def test_an_upload_is_counted_and_its_target_named(row: str, size: str, target: str) -> None:
    """One column is no columns, and where none varies the last one isn't said to."""
    app = start(data="upload")
    app.file_uploader(key="upload_file").set_value(("one.csv", row.encode() * 80, "text/csv")).run()
    assert not app.exception
    text = " ".join(each.value for each in app.markdown)
    assert size in text
    assert target in text


@pytest.mark.parametrize("page", list(PAGES))
def test_a_link_to_a_run_that_is_gone_says_so_and_keeps_its_settings(page: str) -> None:
    """At once, on every page, and the address no longer names the run. It stays until closed.

    Where a page sets what it shows by itself, settings without data say nothing.
    """
    app = AppTest.from_file(APP, default_timeout=30)
    app.switch_page(PAGES[page][0])
    app.query_params["run"] = "deadbeef"
    app.query_params["T"] = "7"
    app.run()
    assert not app.exception
    assert [warning.value for warning in app.warning] == [plain(GONE)]
    assert "run" not in app.query_params
    timesteps = app.session_state[KEY].address.experiment.data.timesteps
    assert timesteps == 7 or page in SCENE_PAGES
    assert [warning.value for warning in app.run().warning] == [plain(GONE)]
    close = next(button for button in app.button if button.label == "Close")
    assert not close.click().run().warning


def test_what_is_wrong_with_a_link_is_said_on_the_page_that_it_opens() -> None:
    """A sentence for each value; on another page it would be about nothing that is there."""
    app = start(T="9999", cell="banana")
    assert app.warning[0].value.count("The link says") == 2
    app.switch_page(PAGES["Data"][0]).run()
    assert not app.warning


def test_what_is_over_a_limit_is_said_before_anybody_trains_it() -> None:
    """Train is dimmed, the sentence names a batch size that would do, and that size trains."""
    app = start(T="100", U="128", layers="3", batch="512", N="4096", F="4")
    assert not app.exception
    [warning] = app.warning
    assert "2,200,000,000" in warning.value
    assert "a batch size of 66 would do" in warning.value
    assert app.button(key="do_train").disabled
    app.number_input(key="batch").set_value(66).run()
    assert not app.warning
    assert not app.button(key="do_train").disabled


def test_nobody_is_asked_to_train_what_cannot_be_trained() -> None:
    """Without a file there is nothing to train, and no sentence says otherwise."""
    text = " ".join(each.proto.body for each in start(data="upload").get("html"))
    assert "said" in text
    assert "Press Train" not in text


def test_what_stands_in_for_a_file_is_what_the_sidebar_says() -> None:
    """Its T, F, U and mode, so that they can be tried before there is a file."""
    app = start(data="upload", T="9", U="5", mode="last")
    assert "Seattle weather stands in" in app.warning[0].value
    assert any("Seattle weather: the answers" in each.value for each in app.markdown)
    strip = " ".join(each.proto.body for each in app.get("html"))
    for shape in ("(N, 9, 4)", "(N, 5)"):
        assert shape in strip
    assert app.slider(key="F_fixed_4").disabled


@pytest.mark.parametrize(
    "query", [{"T": "512", "horizon": "365", "ahead": "each"}, {"T": "300", "gap": "1000"}]
)
def test_what_a_longer_file_allows_is_shown_with_plain_settings_until_it_is_there(
    query: dict[str, str],
) -> None:
    """A link may ask for more rows than Seattle's 1,461; the model is what it says."""
    app = start(data="upload", U="5", **query)
    assert "Seattle weather stands in" in app.warning[0].value
    assert "(N, 5)" in " ".join(each.proto.body for each in app.get("html"))
    assert app.slider(key="T").value == int(query["T"])


def test_data_are_picked_on_the_data_page_and_nowhere_is_one_marked_twice() -> None:
    """All of them are there, by kind."""
    app = start("Data")
    marked = {radio.key: radio.value for radio in app.radio}
    assert sum(len(radio.options) for radio in app.radio) == len(DATASETS)
    assert [value for value in marked.values() if value] == ["parity"]
    app.radio(key="pick_Series").set_value("macro").run()
    assert not app.exception
    assert [radio.value for radio in app.radio if radio.value] == ["macro"]
    assert app.selectbox(key="data").value == "macro"
    assert app.slider(key="T").value == DATASETS["macro"].suggested["T"]
    app.selectbox(key="data").set_value("echo").run()
    assert [radio.value for radio in app.radio if radio.value] == ["echo"]


def test_a_slider_begins_where_its_data_allow() -> None:
    """The adding problem has a value and a mark: a link with fewer features opens with these."""
    app = start(data="adding", F="1")
    assert (app.slider(key="F").min, app.slider(key="F").value) == (2, 2)
    assert any("2 at least" in each.value for each in app.markdown)
    app.selectbox(key="data").set_value("running_mean").run()
    assert not app.exception
    assert app.slider(key="F").min == 1
    app.slider(key="F").set_value(1).run()
    app.selectbox(key="data").set_value("adding").run()
    assert not app.exception
    assert app.slider(key="F").value == 2


def test_patience_is_asked_for_where_a_mode_may_stop():
    """Below what is kept; both stand in the link. Without a validation part there is no choice."""
    app = start(data="running_mean")
    assert "patience" not in {widget.key for widget in app.number_input}
    app.selectbox(key="keep").set_value("stop").run()
    app.number_input(key="patience").set_value(7).run()
    assert not app.exception
    assert {key: address(app)[key] for key in ("keep", "patience")} == {
        "keep": "stop",
        "patience": "7",
    }
    again = start(**address(app))
    assert again.number_input(key="patience").value == 7
    worked = start(data="worked_scaled", keep="stop")
    assert worked.selectbox(key="keep_fixed_last").disabled
    assert "patience" not in {widget.key for widget in worked.number_input}


@pytest.mark.parametrize(("data", "begins"), [("seattle", "≈ "), ("running_mean", "")])
def test_the_error_of_a_single_seed_has_no_range(data: str, begins: str) -> None:
    """What stands below it is its size in the target's unit, or nothing."""
    app = start("Explore", data=data, seeds="1")
    assert len(app.metric) == 2
    for metric in app.metric:
        assert metric.delta.startswith(begins)
        assert bool(metric.delta) == bool(begins)
        assert "·" not in metric.delta
