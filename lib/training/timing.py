"""How the worker divides its time: among runs, and between training, judging and sending."""

from dataclasses import dataclass

from lib.training.messages import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """What a loop and its runs go by."""

    slice_seconds: float = 0.1
    """How long one run trains at a time."""
    round_seconds: float = 0.2
    """With many runs the slices get shorter, so that each has a turn about this often, …"""
    shortest_slice_seconds: float = 0.02
    """… but not shorter than this, since what lies between two slices costs time as well."""
    background_slice_seconds: float = 0.05
    """How long a run in the background trains at a time: who starts another waits for its end."""
    poll_seconds: float = 0.005
    """Between two looks for what other threads have done: programs and answers."""
    max_questions: int = 48
    """Questions that may wait at a time: each keeps its arguments in memory."""
    grown_seconds: float = 30.0
    """Between two reports of the worker that it has outgrown its limit. TensorFlow keeps the 14 MB
    or so of each program, dropped or not, so a fresh worker has to take over; that may fail."""
    beat_seconds: float = BEAT_SECONDS
    """Between two signs of life."""

    send_seconds: float = 0.18
    """Between two snapshots of a run that trains: about five a second."""
    check_share: float = 0.05
    """The part of its time that a run may spend on being judged. Where judging takes long,
    snapshots in between have newer losses, and errors and predictions as of the last time."""
    few_checks: int = 40
    """A run that is soon over may spend, on its first so many judgements, …"""
    first_check_share: float = 0.2
    """… this part of its time; its slices are short, so that its curve has many points. So may a
    run at its pace, which has time to spare."""
    first_slice_seconds: float = 0.02
    soon_seconds: float = 3.0
    """A run that has less than this to go is soon over."""
    few_epochs: int = 1000
    stops: int = 16
    """A run of few epochs is judged at so many of them at least, so that a person can look at it
    epoch by epoch, however fast it was."""
    judge_seconds: float = 0.05
    """How long models are judged at once; what is left to judge waits for the run's next turns."""
    compile_seconds: float = 120.0
    """What one run's program may take to be compiled; most take 1 s."""
    place_seconds: float = 0.3
    """How long a run waits before it shows its place in the queue: most wait for a moment only."""
    slow_epoch_seconds: float = 1.0
    """From here on a run says how much of an epoch is done."""


USUAL = Timing()
"""Measured and tried; tests have their own."""
