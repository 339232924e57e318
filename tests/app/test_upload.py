"""A file that is too short for the settings costs a person nothing, and is one click away."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lib.datasets import suggested
from lib.ui.frame import PAGES

APP = Path(__file__).parents[2] / "app.py"


def rows(count: int, columns: str = "a,b") -> bytes:
    """A file of so many rows."""
    return f"{columns}\n{''.join(f'{i % 7},{i % 5}{chr(10)}' for i in range(count))}".encode()


def start(page: str = "Explore", **query: str) -> AppTest:
    """The app at `page`, opened by a link with these query parameters."""
    app = AppTest.from_file(APP, default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    if page != "Explore":
        app.switch_page(PAGES[page][0]).run()
    return app


def give(app: AppTest, name: str, content: bytes) -> None:
    """Upload a file."""
    app.file_uploader(key="upload_file").set_value((name, content, "text/csv")).run()
    assert not app.exception


def title(app: AppTest) -> str:
    """The page's first sentence: it says which data it is about."""
    return next(each.value for each in app.markdown if each.value.startswith("# "))


def settings(app: AppTest) -> dict[str, object]:
    """All that the sidebar says."""
    return {
        key: app.session_state[key] for key in ("data", "T", "U", "horizon", "inputs", "epochs")
    }


def test_a_file_that_is_too_short_takes_nothing_away() -> None:
    """The table, the charts and the settings are what they were, and a sentence says what fits."""
    app = start(data="upload", T="20", inputs="b")
    give(app, "good.csv", rows(100))
    before = title(app), settings(app), app.session_state["session"].upload.table
    give(app, "short.csv", rows(30))
    assert (title(app), settings(app), app.session_state["session"].upload.table) == before
    assert not app.warning
    [error] = app.error
    for part in ("20 timesteps", "at least 42 rows", "there are 30", "T ≤ 14", "good.csv, stays"):
        assert part in error.value


def test_one_click_takes_it_with_the_settings_that_fit() -> None:
    """Everything else stays as it was set."""
    app = start(data="upload", T="20", U="5", inputs="b")
    give(app, "good.csv", rows(100))
    give(app, "short.csv", rows(30))
    before = settings(app)
    app.button(key="use_upload").click().run()
    assert settings(app) == {**before, "T": 14}
    assert app.session_state["session"].upload.table.name == "short.csv"
    assert not app.exception
    assert not app.error
    assert not app.warning


def test_a_slider_makes_it_fit_too() -> None:
    """Who reads "choose T ≤ 14" may move T: the file still waits, and says that it fits now."""
    app = start(data="upload", T="20")
    give(app, "short.csv", rows(30))
    app.slider(key="T").set_value(8).run()
    assert not app.error
    assert "fits" in app.info[0].value
    app.button(key="use_upload").click().run()
    assert app.session_state["session"].upload.table.name == "short.csv"
    assert app.session_state["T"] == 8


@pytest.mark.parametrize(
    ("query", "count", "label"),
    [
        ({"T": "20"}, 30, "Use it with T = 14"),
        ({"T": "8", "horizon": "30"}, 30, "Use it with a horizon of 7"),
        ({"T": "20", "horizon": "30"}, 30, "Use it with T = 14 and a horizon of 1"),
    ],
)
def test_without_an_earlier_file_the_way_on_is_the_same(
    query: dict[str, str], count: int, label: str
) -> None:
    """Nothing is lost, and the button names what it sets."""
    app = start(data="upload", **query)
    give(app, "short.csv", rows(count))
    assert app.session_state["session"].upload.table is None
    assert app.button(key="use_upload").label == label
    app.button(key="use_upload").click().run()
    assert app.session_state["session"].upload.table.name == "short.csv"
    assert not app.exception
    assert not app.warning


def test_on_the_data_page_the_other_data_stay() -> None:
    """And the click takes the file with what suits a table."""
    app = start("Data", data="seattle", T="50")
    before = title(app), settings(app)
    give(app, "short.csv", rows(30))
    assert (title(app), settings(app)) == before
    app.button(key="use_upload").click().run()
    assert "short.csv" in title(app)
    assert app.session_state["T"] == 14
    assert app.session_state["epochs"] == suggested("upload").training.epochs


def test_a_file_that_waits_is_forgotten_when_it_is_taken_away_or_another_one_comes() -> None:
    """Then there is nothing left to say of it."""
    app = start(data="upload", T="20")
    give(app, "short.csv", rows(30))
    app.file_uploader(key="upload_file").set_value(None).run()
    assert not app.error
    give(app, "short.csv", rows(30))
    assert app.error
    give(app, "good.csv", rows(100))
    assert not app.error
    assert app.session_state["session"].upload.table.name == "good.csv"


def test_gaps_that_leave_too_few_rows_are_said_to_be_the_reason() -> None:
    """No setting helps here, so there is no button."""
    app = start(data="upload", T="20", missing="drop")
    give(app, "gaps.csv", rows(4) + b"1,\n" * 40)
    assert "values of b are missing" in app.error[0].value
    assert not [button for button in app.button if button.key == "use_upload"]


def test_too_many_timesteps_for_the_file_that_is_there_are_one_click_away_from_enough() -> None:
    """It is said which T is seen until then, since the file is the same."""
    app = start(data="upload", T="48")
    give(app, "ok.csv", rows(100))
    app.slider(key="T").set_value(57).run()
    assert "Until then you see ok.csv with 48 timesteps." in app.warning[0].value
    assert app.button(key="use_cure").label == "Use T = 49"
    app.button(key="use_cure").click().run()
    assert app.slider(key="T").value == 49
    assert not app.exception
    assert not app.warning
