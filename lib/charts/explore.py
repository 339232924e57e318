"""The cards of Explore: classes that compute a run's facts once and present them three ways.

Each is made of a run and what is picked, and has `figure(palette)`, `takeaway()` of at most 15
words, and `sentence()`.
"""

from lib.charts.over_epochs import LastStepErrors, Losses
from lib.charts.over_time import Answers, StepErrors

EXPLORE_CARDS: dict[str, type] = {
    "predictions": Answers,
    "loss": Losses,
    "step_error": StepErrors,
    "compare": LastStepErrors,
}
"""By the card's name in the address."""
