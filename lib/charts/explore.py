"""The cards of Explore: of each the facts, and the three ways to present them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from lib.charts import last_step_error, loss, predictions, step_error
from lib.charts.chart import Chart
from lib.charts.palette import Palette


class Card(NamedTuple):
    """A picture of a run, with its words."""

    facts: Callable[..., Any]
    """Computes the facts of a `RunAt`, and of what is picked in the card."""
    figure: Callable[[Any, Palette], Chart]
    takeaway: Callable[[Any], str]
    """At most 15 words."""
    sentence: Callable[[Any], str]


EXPLORE_CARDS = {
    "predictions": Card(
        predictions.facts_of, predictions.figure, predictions.takeaway, predictions.sentence
    ),
    "loss": Card(loss.facts_of, loss.figure, loss.takeaway, loss.sentence),
    "step_error": Card(
        step_error.facts_of, step_error.figure, step_error.takeaway, step_error.sentence
    ),
    "compare": Card(
        last_step_error.facts_of,
        last_step_error.figure,
        last_step_error.takeaway,
        last_step_error.sentence,
    ),
}
"""By the card's name in the address."""
