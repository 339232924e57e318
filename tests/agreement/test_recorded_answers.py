"""What Keras is recorded to have answered on the Cell page, it answers today."""

import numpy as np
import pytest

from lib.training.answers import ANSWERS
from lib.training.recorded import ANSWERED, answers_of, recorded_answer
from lib.ui.cell.ask import PLACES, arguments
from tests.record import first_choices
from tests.weekly import first_of


def numbers(value):
    """All numbers in an answer, in order."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from numbers(value[key])
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    else:
        yield np.asarray(value, np.float64)


@pytest.mark.parametrize("data", first_of(ANSWERED))
def test_keras_answers_as_recorded(data):
    """About what the page asks of today's recordings: as a model starts, and trained."""
    for chosen in first_choices(data):
        for place, (question, _) in PLACES.items():
            given = arguments(place, chosen)
            recorded = recorded_answer(data, place, given)
            assert recorded is not None
            live = ANSWERS[question](cell=chosen.experiment.model.cell, **given)
            assert live.keys() == recorded.keys()
            for one, other in zip(numbers(live), numbers(recorded), strict=True):
                np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("data", ANSWERED)
def test_the_modes_are_recorded_to_be_one(data):
    """Exactly: what the talk and the lesson show at once."""
    for _, answer in answers_of(data)["modes"]:
        assert answer["difference"] == 0.0
