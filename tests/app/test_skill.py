"""Explore's skill card: its contents in each state, and how often they are computed."""

from dataclasses import replace

import numpy as np
import pytest

from lib.results.replay import untrained
from lib.results.run import Status
from tests.app.driver import start, text
from tests.app.test_live import press


def card(app):
    """The table of the card, the first where there are two."""
    return next((m.value for m in app.main.markdown if m.value.startswith("| at the")), "")


def rows(app):
    """The first cells of the table's lines."""
    return [line.split("|")[1].strip() for line in card(app).splitlines()[2:]]


def seattle(**query):
    """Open Explore on weather data."""
    return start(data="seattle", **query)


def let_go(client, status, kept=None, epoch=5):
    """Give the newest run figures and weights after some epochs."""
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


def test_a_recording_is_judged_beside_all_baselines():
    """Models come first, and the best baseline has a skill of 0."""
    app = seattle()
    assert [row.split("[")[0] for row in rows(app)[:2]] == [":blue", ":orange"]
    assert len(rows(app)) == 7
    assert card(app).splitlines()[4].endswith("| 0% |")
    assert "In this run both modes beat" in text(app)


def test_a_season_that_is_chosen_counts_at_once(client):
    """A new season changes a trained run's baselines, and not its models."""
    app = press(seattle(), "train")
    let_go(client, Status.PAUSED)
    app.run()
    assert "same weekday last week" in rows(app)
    assert "No season was found" in text(app)
    app.number_input(key="period").set_value(14).run()
    assert app.query_params["period"] == "14"
    assert len(rows(app)) == 7
    assert "value 14 days before" in rows(app)
    assert "14 days, as set" in text(app)


def test_before_training_the_baselines_say_what_is_to_be_beaten():
    """An untrained model has baselines but no forecast; tasks have no such card."""
    app = seattle(U="7")
    assert len(rows(app)) == 5
    assert "Best baseline to beat: linear autoregression" in text(app)
    assert "Not trained yet" in text(seattle(U="7", part="ahead"))
    assert not card(start())


@pytest.mark.parametrize("part", ["dates", "ahead"])
def test_each_part_opens_by_a_link_with_its_picture(part):
    """Each part adds its own chart to the run's four."""
    charts = [len(seattle(part=name).get("plotly_chart")) for name in ("skill", part)]
    assert charts[1] == charts[0] + 1


def test_answers_are_fed_back_where_that_can_be_done(client):
    """A link opens the forecast that is fed back, with a slider of its length."""
    app = seattle(part="ahead", way="fed", inputs="temp_max", steps="48")
    assert "Not trained yet" in text(app)
    press(app, "train")
    let_go(client, Status.PAUSED)
    app.run()
    [slider] = [each for each in app.select_slider if each.label == "Forecast rows"]
    assert slider.options[slider.value] == "48"
    assert any("skill_ahead" in chart.key for chart in app.get("plotly_chart"))


def test_while_a_run_trains_the_card_waits_and_then_follows(client):
    """While a run trains the card keeps its earlier figures, and says so."""
    app = seattle()
    before = card(app)
    press(app, "train")
    assert "until the run pauses or ends" in text(app)
    assert card(app) == before
    let_go(client, Status.PAUSED)
    app.run()
    assert "until the run pauses" not in text(app)
    assert len(rows(app)) == 7
    assert card(app) != before


@pytest.mark.parametrize(
    ("part", "words"), [("skill", "medians over 4 seeds"), ("dates", "Models of seed 0, the first")]
)
def test_of_several_seeds_the_table_has_medians_and_the_rest_names_its_seed(part, words):
    """The pictures show one seed's model, which the page names."""
    assert words in text(seattle(part=part))
    assert words not in text(seattle(part=part, seeds="1"))


def test_the_test_part_is_seen_on_demand_and_counted(client):
    """The test part can be seen once a run is over; each run counts as one more look."""

    def tables():
        return [m.value for m in app.main.markdown if m.value.startswith("| at the")]

    app = press(seattle(test="15"), "train")
    assert "look_at_test" not in {button.key for button in app.button}
    let_go(client, Status.FINISHED)
    app.run()
    assert len(tables()) == 1
    app.button(key="look_at_test").click().run()
    assert len(set(tables())) == 2
    assert "Evaluated 1 time in this session" in text(app)
    assert app.button(key="look_at_test").disabled
    press(app, "train")
    let_go(client, Status.STOPPED)
    app.run()
    assert "in this session" not in text(app)
    app.button(key="look_at_test").click().run()
    assert "Evaluated 2 times in this session" in text(app)


@pytest.mark.parametrize(("part", "kept"), [("skill", 0), ("ahead", 0), ("skill", None)])
def test_an_epoch_that_was_picked_on_the_judged_samples_is_called_so(client, part, kept):
    """Skill and bands say that the epoch was picked on validation, if so."""
    app = press(seattle(part=part, inputs="temp_max"), "train")
    let_go(client, Status.FINISHED, kept)
    app.run()
    assert ("The best epoch was picked on" in text(app)) == (kept is not None)
