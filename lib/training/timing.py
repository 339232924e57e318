"""How the worker divides its time: among runs, and between training, judging and sending."""

from dataclasses import dataclass

from lib.text import beside
from lib.training.messages import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """What a loop and its runs go by: what each is, `timing.toml` says."""

    slice_seconds: float
    round_seconds: float
    shortest_slice_seconds: float
    background_slice_seconds: float
    poll_seconds: float
    max_questions: int
    grown_seconds: float

    send_seconds: float
    check_share: float
    few_checks: int
    first_check_share: float
    first_slice_seconds: float
    soon_seconds: float
    few_epochs: int
    stops: int
    judge_seconds: float
    compile_seconds: float
    own_seconds: float
    own_slice_seconds: float
    place_seconds: float
    slow_epoch_seconds: float
    checkpoint_seconds: float

    beat_seconds: float = BEAT_SECONDS
    """Between two signs of life."""


USUAL = Timing(**beside(__file__))
