"""The answers recorded for the Cell page equal Keras's current answers."""

import numpy as np
import pytest

from lib.training.answers import ANSWERS
from lib.training.recorded import ANSWERED, answers_of, recorded_answer
from lib.ui.cell.ask import PLACES, arguments
from tests.record import first_choices
from tests.weekly import rest_weekly


def numbers(value):
    """Yield all numbers in an answer, in a fixed order."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from numbers(value[key])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif not isinstance(value, str):
        yield np.asarray(value, np.float64)


@pytest.mark.parametrize("data", rest_weekly(ANSWERED))
def test_recorded_answers_equal_live_answers(data):
    """The page asks these questions about a recorded run, before and after training."""
    for chosen in first_choices(data):
        for place, (question, _) in PLACES.items():
            sent = arguments(place, chosen)
            recorded = recorded_answer(data, place, sent)
            assert recorded is not None
            live = ANSWERS[question](cell=chosen.experiment.model.cell, **sent)
            assert live.keys() == recorded.keys()
            for one, other in zip(numbers(live), numbers(recorded), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("data", ANSWERED)
def test_the_modes_do_not_differ_in_recorded_answers(data):
    """The difference is exactly 0. The talk and the guide show this number."""
    for _, answer in answers_of(data)["modes"]:
        assert answer["difference"] == 0.0
