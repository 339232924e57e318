"""Explore's skill card: its table and its pictures before, during and after training."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results.replay import untrained
from lib.results.run import Status
from tests.app.driver import start, text
from tests.app.test_live import press


def card(app):
    """Return the first table of the card as Markdown, or an empty text."""
    return next((m.value for m in app.main.markdown if m.value.startswith("| at the")), "")


def rows(app):
    """Return the first cell of each row of the table."""
    return [line.split("|")[1].strip() for line in card(app).splitlines()[2:]]


def seattle(**query):
    """Open Explore with the weather data."""
    return start(data="seattle", **query)


def finish_newest(client, status, kept=None, epoch=5):
    """Set this status, results and weights for the newest run, and return the run."""
    run = list(client.runs.values())[-1]
    start = untrained(run.experiment, run.dataset)
    results = {
        mode: replace(
            result,
            loss_epochs=np.array([epoch]),
            loss=np.ones(1),
            kept_epoch=kept,
            weights=tuple(array + np.float32(0.01) for array in result.weights or ()),
        )
        for mode, result in start.results.items()
    }
    client.set(run, status, epoch=epoch, samples=start.samples, results=results)
    return run


def test_a_recorded_run_is_evaluated_with_all_baselines():
    """The rows of the models are first. The best baseline has a skill of 0%."""
    app = seattle()
    assert [row.split("[")[0] for row in rows(app)[:2]] == [":blue", ":orange"]
    assert len(rows(app)) == 7
    assert card(app).splitlines()[4].endswith("| 0% |")
    assert "value 7 days before" in rows(app)
    assert "In this run, both modes beat" in text(app)


def test_before_training_the_card_shows_the_baselines():
    """The takeaway names the best baseline. There is no forecast yet. Tasks have no such card."""
    app = seattle(U="7")
    assert len(rows(app)) == 5
    assert "Best baseline to beat: linear autoregression" in text(app)
    assert "Not trained yet" in text(seattle(U="7", part="ahead"))
    assert not card(start())


@pytest.mark.parametrize("part", ["dates", "ahead"])
def test_each_part_opens_by_a_link_with_its_picture(part):
    """The parts for dates and forecast add one chart each to the charts of the run."""
    charts = [len(seattle(part=name).get("plotly_chart")) for name in ("skill", part)]
    assert charts[1] == charts[0] + 1


def test_a_link_opens_the_forecast_with_fed_back_predictions(client):
    """A slider sets the length of the forecast, in rows."""
    app = seattle(part="ahead", way="fed", inputs="temp_max", steps="48")
    assert "Not trained yet" in text(app)
    press(app, "train")
    finish_newest(client, Status.PAUSED)
    app.run()
    [slider] = [each for each in app.select_slider if each.label == "Forecast rows"]
    assert slider.options[slider.value] == "48"
    assert any("skill_ahead" in chart.key for chart in app.get("plotly_chart"))


def test_the_card_is_updated_when_the_run_pauses_or_ends(client):
    """While a run trains, the card keeps its earlier figures and shows a note."""
    app = seattle()
    before = card(app)
    press(app, "train")
    assert "until the run pauses or ends" in text(app)
    assert card(app) == before
    finish_newest(client, Status.PAUSED)
    app.run()
    assert "until the run pauses" not in text(app)
    assert len(rows(app)) == 7
    assert card(app) != before


@pytest.mark.parametrize(
    ("part", "words"), [("skill", "medians over 4 seeds"), ("dates", "Models of seed 0, the first")]
)
def test_with_several_seeds_the_table_has_medians_and_pictures_name_their_seed(part, words):
    """A picture shows the models of one seed."""
    assert words in text(seattle(part=part))
    assert words not in text(seattle(part=part, seeds="1"))


def test_each_evaluation_on_the_test_part_is_counted(client):
    """Once a run is over, a button evaluates it on the test part. The page counts these runs."""

    def tables():
        return [m.value for m in app.main.markdown if "| MASE |" in m.value]

    app = press(seattle(test="15"), "train")
    assert "look_at_test" not in {button.key for button in app.button}
    finish_newest(client, Status.FINISHED)
    app.run()
    assert len(tables()) == 1
    app.button(key="look_at_test").click().run()
    assert len(set(tables())) == 2
    assert "Evaluated 1 time in this session" in text(app)
    assert app.button(key="look_at_test").disabled
    press(app, "train")
    finish_newest(client, Status.STOPPED)
    app.run()
    assert "in this session" not in text(app)
    app.button(key="look_at_test").click().run()
    assert "Evaluated 2 times in this session" in text(app)


@pytest.mark.parametrize(("part", "kept"), [("skill", 0), ("ahead", 0), ("skill", None)])
def test_a_note_shows_if_the_best_epoch_was_picked_on_the_evaluated_samples(client, part, kept):
    """Skill and bands are computed on validation samples, which also pick the best epoch."""
    app = press(seattle(part=part, inputs="temp_max"), "train")
    finish_newest(client, Status.FINISHED, kept)
    app.run()
    assert ("The best epoch was picked on" in text(app)) == (kept is not None)
