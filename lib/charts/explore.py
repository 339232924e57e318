"""The cards of Explore: of each the facts, and the three ways to present them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from lib.charts.chart import Chart
from lib.charts.last_step_error import (
    last_step_facts,
    last_step_figure,
    last_step_sentence,
    last_step_takeaway,
)
from lib.charts.loss import loss_facts, loss_figure, loss_sentence, loss_takeaway
from lib.charts.palette import Palette
from lib.charts.predictions import (
    predictions_facts,
    predictions_figure,
    predictions_sentence,
    predictions_takeaway,
)
from lib.charts.step_error import (
    step_error_facts,
    step_error_figure,
    step_error_sentence,
    step_error_takeaway,
)


class Card(NamedTuple):
    """A picture of a run, and what is said of it."""

    facts: Callable[..., Any]
    """Computes the facts of a `RunAt`, and of what is picked in the card."""
    figure: Callable[[Any, Palette], Chart]
    takeaway: Callable[[Any], str]
    """At most 15 words."""
    sentence: Callable[[Any], str]


EXPLORE_CARDS = {
    "predictions": Card(
        predictions_facts, predictions_figure, predictions_takeaway, predictions_sentence
    ),
    "loss": Card(loss_facts, loss_figure, loss_takeaway, loss_sentence),
    "step_error": Card(
        step_error_facts, step_error_figure, step_error_takeaway, step_error_sentence
    ),
    "compare": Card(last_step_facts, last_step_figure, last_step_takeaway, last_step_sentence),
}
"""By the card's name in the address."""
