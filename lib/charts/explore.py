"""The cards of Explore: modules that compute a run's facts once and present them three ways.

Each has `facts_of(run, …)`, `figure(facts, palette)`, `takeaway(facts)` of at most 15 words, and
`sentence(facts)`.
"""

from types import ModuleType

from lib.charts import last_step_error, loss, predictions, step_error

EXPLORE_CARDS: dict[str, ModuleType] = {
    "predictions": predictions,
    "loss": loss,
    "step_error": step_error,
    "compare": last_step_error,
}
"""By the card's name in the address."""
