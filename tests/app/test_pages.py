"""Every page in AppTest, opened by links: the real script, with no browser and no worker."""

from urllib.parse import parse_qsl

import pytest

from lib.data import DATASETS
from lib.ui.address import SCENE_PAGES
from lib.ui.frame import MORE, PAGES
from lib.ui.runs import GONE
from lib.ui.widgets import plain
from tests.app.driver import address, link, picture_count, session, start, text, title

SCALE = "Lengths are drawn to scale"
PLACES: dict[str, tuple[str, int, tuple[str, ...]]] = {
    "Explore": ("Same LSTM", 10, ("(N, 12, 16)", "Loss over epochs", "example")),
    "Explore?data=upload&T=9&U=5&mode=last": (
        "returns only the last of 9 steps",
        7,
        ("You see Seattle weather", "Seattle weather: predictions", "(N, 9, 4)", "(N, 5)"),
    ),
    "Explore?data=upload&T=512&U=5&horizon=365&ahead=each": (
        "",
        10,
        ("You see Seattle weather", "(N, 5)"),
    ),
    "Explore?data=upload&T=300&U=5&gap=1000": ("", 10, ("You see Seattle weather", "(N, 5)")),
    **{f"Explore?data={name}": ("", 8, ("Loss over epochs",)) for name in DATASETS},
    "Explore?mode=sequence": ("returns all 12 steps", 7, ("Error at the last step",)),
    "Explore?data=recall_first&pool=attention": ("three ways", 10, ("Attention", "pooled mode")),
    "Explore?data=digits&pool=max&mode=last": ("pool all steps", 7, ("GlobalMax", "maxima")),
    "Explore?data=worked_scaled": ("", 8, ("The worked example has 2 timesteps",)),
    "Explore?data=seattle": ("Same LSTM", 10, ("(N, 24, 32)", "-badge[example]")),
    "Gallery": ("What return_sequences does", 14, ()),
    "Guide": ("One cell, three timesteps", 1, ("1 of 11",)),
    "Cell": ("Inside the LSTM: 1 layer of 16 units", 13, ("·recurrent_kernel", "Timestep 1, ")),
    "Cell?part=proof&U=9": ("", 0, ("return_sequences=False", "Keras is ")),
    "Cell?part=break&U=9": ("", 9, ("zero_output_for_mask=True", "Keras is ")),
    "Cell?part=learn&U=9": ("", 0, ("How far back does each loss", "Keras is ")),
    "Cell?cell=gru&layers=3&U=5&T=7": ("GRU", 9, ("its state was 0",)),
    "Cell?cell=simple_rnn&mode=last&U=1&part=proof": ("SimpleRNN", 0, ("return_sequences=False",)),
    "Cell?data=worked_raw&part=break": ("", 4, ()),
    "Cell?data=worked_scaled&cell=gru&mode=sequence&part=learn": ("GRU", 0, ()),
    "Cell?data=upload&part=learn": ("", 0, ()),
    "Cell?pool=mean&part=proof": ("", 0, ("return_sequences=False",)),
    "Cell?T=100&U=128": ("128 units, 100 timesteps", 10, ()),
    "Data": ("Parity: 320 samples", 2, ("Split",)),
    "Data?data=seattle&horizon=1&form=change&test=20&gap=2&stride=2": ("Seattle", 2, ()),
    "Data?data=macro&horizon=30&form=change&test=20&gap=2&stride=2": ("", 1, ()),
    "Data?data=gapminder&horizon=1&form=change&test=20&gap=2&stride=2": ("", 2, ()),
    "Shapes": ("From (N, 12, 3) to (N, 12, 1) with 1,297 parameters", 3, (SCALE,)),
    "Shapes?part=target": ("Silently wrong", 4, (SCALE, "Proof")),
    "Shapes?part=error": ("What this message means", 0, ("there is no time axis",)),
    "Compare": ("2 recorded runs side by side", 2, ("Running mean", "Echo")),
    "Sweep?pool=mean&sweep=U=4,8&data=echo": ("", 0, ()),
    "Sweep": ("Recall the first: error by timesteps T and cell", 2, ("12 of 12 points",)),
}
"""By page and query: a part of the heading, the least number of pictures, texts on the page."""
NONSENSE = ("~~~_~", "input_t0_fnan~bi_mwhat", "9" * 5000, "²", "-1", "٣", "<b>")
KEYS = ("part", "stack", "check", "error", "at", "card", "runs", "sweep", "step", "sample")
"""Query parameters that aren't settings."""


@pytest.mark.parametrize("place", PLACES)
def test_a_page_opens_with_its_pictures(place):
    """A page shows its pictures before any training and before Keras returns results."""
    heading, least, words = PLACES[place]
    page, _, query = place.partition("?")
    app = link(page, **dict(parse_qsl(query)))
    assert heading in title(app)
    assert picture_count(app) >= least
    assert [word for word in words if word not in text(app)] == []
    assert len(app.sidebar.get("popover")) == 1  # It holds the advice below the menu.


@pytest.mark.parametrize("page", PAGES)
def test_nonsense_in_the_address_raises_no_error(page):
    """A page opens with nonsense in its settings and in its own keys."""
    app = link(page, data="nothing", cell="banana", mode="x", loss="q", T="²", lr="nan", color="r")
    for nonsense in NONSENSE:
        for key in KEYS:
            app.query_params[key] = nonsense
        app.run()
    assert "color" not in address(app)


def test_invalid_settings_of_a_link_are_clamped_or_named():
    """The page reduces numbers above their limit, and a warning names all invalid settings."""
    app = start(data="nothing", T="99999", U="abc", cell="banana")
    assert app.selectbox(key="data").value == next(iter(DATASETS))
    assert (app.slider(key="T").value, app.slider(key="U").value) == (100, 16)
    assert app.selectbox(key="cell").value == "lstm"
    assert app.warning[0].value.count(" in the link is not ") >= 3
    app.switch_page(PAGES["Data"][0]).run()
    assert not app.warning


@pytest.mark.parametrize("page", ["Explore", "Data", "Guide"])
def test_a_link_to_a_missing_run_gets_a_warning_and_keeps_its_settings(page):
    """The address drops the run. Pages of scenes ignore settings of a link without data."""
    app = link(page, run="deadbeef", T="7")
    assert [warning.value for warning in app.warning] == [plain(GONE.format(""))]
    assert "run" not in app.query_params
    assert session(app).subject.experiment.data.timesteps == 7 or page in SCENE_PAGES
    assert [warning.value for warning in app.run().warning] == [plain(GONE.format(""))]
    close = next(button for button in app.button if button.label == "Close")
    assert not close.click().run().warning


def test_picking_data_sets_its_suggested_settings():
    """Weather data suggest T and units. Other data restore the defaults of these settings."""
    app = start()
    app.selectbox(key="data").set_value("seattle").run()
    suggested = DATASETS["seattle"].suggested
    assert app.slider(key="T").value == suggested["T"]
    assert app.slider(key="U").value == suggested["U"]
    app.slider(key="T").set_value(20).run()
    assert address(app)["T"] == "20"
    app.selectbox(key="data").set_value("running_mean").run()
    assert app.slider(key="U").value == 16


def test_the_data_page_marks_exactly_one_dataset():
    """The page lists all datasets by kind, and follows the selectbox of the sidebar."""
    app = start("Data")
    assert sum(len(radio.options) for radio in app.radio) == len(DATASETS)
    assert [radio.value for radio in app.radio if radio.value] == ["parity"]
    app.radio(key="pick_Series").set_value("macro").run()
    assert [radio.value for radio in app.radio if radio.value] == ["macro"]
    assert app.selectbox(key="data").value == "macro"
    assert app.slider(key="T").value == DATASETS["macro"].suggested["T"]
    app.selectbox(key="data").set_value("echo").run()
    assert [radio.value for radio in app.radio if radio.value] == ["echo"]


def test_chosen_columns_stay_on_every_page():
    """Chosen columns stay until the user opens another link or picks other data."""

    def columns():
        return app.multiselect(key="targets_widget").value

    app = start(data="seattle")
    default = columns()
    app.multiselect(key="targets_widget").set_value(["wind"]).run()
    assert address(app)["targets"] == "wind"
    for page in ("Data", "Explore"):
        app.switch_page(PAGES[page][0]).run()
        assert columns() == ["wind"]
    del app.query_params["targets"]
    app.query_params["T"] = "20"
    app.run()
    assert columns() == default
    app.multiselect(key="targets_widget").set_value(["wind"]).run()
    app.selectbox(key="data").set_value("running_mean").run()
    app.selectbox(key="data").set_value("seattle").run()
    assert columns() == default
    assert "targets" not in address(app)


def test_folded_settings_keep_their_values():
    """They keep values from a link, earlier values, and a value sent by the click that folds."""
    app = start(data="echo", cell="gru", keep="best")
    app.number_input(key="epochs").set_value(70).run()
    app.session_state[MORE] = False
    # The browser sends a typed number when the user clicks elsewhere, here on the fold.
    app.number_input(key="lr").set_value(0.03).run()
    assert not app.number_input
    app.selectbox(key="data").set_value("parity").run()
    app.slider(key="U").set_value(5).run()
    kept = {"data": "parity", "cell": "gru", "keep": "best", "epochs": "70", "U": "5", "lr": "0.03"}
    assert address(app) == kept
    app.session_state[MORE] = True
    app.run()
    assert app.selectbox(key="cell").value == "gru"
    assert app.number_input(key="epochs").value == 70


def test_settings_above_a_limit_disable_train():
    """The status names a batch size that fits. With that batch size, Train is enabled."""
    app = start(T="100", U="128", layers="3", batch="512", N="4096", F="4")
    assert "2,200,000,000" in text(app)
    assert "a batch size of at most 66" in text(app)
    assert app.button(key="do_train").disabled
    app.number_input(key="batch").set_value(66).run()
    assert "2,200,000,000" not in text(app)
    assert not app.button(key="do_train").disabled


def test_patience_has_a_widget_only_if_training_may_stop_early():
    """The address has both settings. Early stopping needs a validation part."""
    app = start(data="running_mean")
    assert "patience" not in {widget.key for widget in app.number_input}
    app.selectbox(key="keep").set_value("stop").run()
    app.number_input(key="patience").set_value(7).run()
    query = address(app)
    assert (query["keep"], query["patience"]) == ("stop", "7")
    assert start(**query).number_input(key="patience").value == 7
    worked = start(data="worked_scaled", keep="stop")
    assert worked.selectbox(key="keep_fixed_last").disabled
    assert "patience" not in {widget.key for widget in worked.number_input}
