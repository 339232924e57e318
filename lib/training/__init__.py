"""Training in a process of its own.

`client` is the way in. It knows all runs (`run_book`) and open `questions`, and has each worker
kept alive by a `supervisor`. The `worker` is a loop that gives each `worker_run` its turns; their
`pair_trainer`s train with the `engine`, and `answers` are what only Keras can say.
"""

from lib.training import limits, machine
from lib.training.architecture import architecture_of
from lib.training.client import TrainingClient
from lib.training.limits import USUAL_SEEDS, check, seconds, with_seeds
from lib.training.machine import give_way
from lib.training.messages import BUILDING, decode, encode
from lib.training.questions import AnswerFuture
from lib.training.quotas import MAX_SWEEPS, Visitor, sweep_refusal
from lib.training.recorded import (
    answers_of,
    read,
    recorded,
    recorded_answer,
    recorded_damage,
    recorded_leak,
)
from lib.training.room import room_of
from lib.training.run_book import KEEP_SECONDS, WATCH_SECONDS

__all__ = [
    "BUILDING",
    "KEEP_SECONDS",
    "MAX_SWEEPS",
    "USUAL_SEEDS",
    "WATCH_SECONDS",
    "AnswerFuture",
    "TrainingClient",
    "Visitor",
    "answers_of",
    "architecture_of",
    "check",
    "decode",
    "encode",
    "give_way",
    "limits",
    "machine",
    "read",
    "recorded",
    "recorded_answer",
    "recorded_damage",
    "recorded_leak",
    "room_of",
    "seconds",
    "sweep_refusal",
    "with_seeds",
]
