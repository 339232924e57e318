"""How the worker divides its time: among runs, and between training, evaluating and sending.

All was measured and tried. Tests have a `Timing` of their own.
"""

from dataclasses import dataclass

from lib.training.messages import BEAT_SECONDS


@dataclass(frozen=True, slots=True)
class Timing:
    """The timing of a worker's loop and of its runs."""

    slice_seconds: float = 0.1
    """How long one run trains at a time."""
    round_seconds: float = 0.2
    """With many runs the slices get shorter, so that each has a turn about this often, …"""
    shortest_slice_seconds: float = 0.02
    """… but not shorter than this, since what lies between two slices costs time as well."""
    background_slice_seconds: float = 0.05
    """How long a background run trains at a time: who starts another waits for its end."""
    poll_seconds: float = 0.005
    """Between two looks for what other threads have done: programs and answers."""
    max_questions: int = 48
    """Questions that may wait at a time: each keeps its arguments in memory."""
    grown_seconds: float = 30.0
    """Between two reports of a worker that it has outgrown its limit. TensorFlow keeps the 4 MB or
    so of each program for ever, so a fresh worker has to take over; that may fail."""
    beat_seconds: float = BEAT_SECONDS
    """Between two signs of life."""

    send_seconds: float = 0.18
    """Between two snapshots of a run that trains: about five a second."""
    evaluate_share: float = 0.05
    """The part of its time that a run may spend on being evaluated. Where that takes long, some
    snapshots have newer losses, and errors and predictions as of the last time."""
    few_evaluations: int = 40
    """A run that is soon over may spend, on its first so many evaluations, …"""
    first_evaluate_share: float = 0.2
    """… this part of its time; its slices are short, so that its curve has many points. So may a
    run at its pace, which has time to spare."""
    first_slice_seconds: float = 0.02
    soon_seconds: float = 3.0
    """A run that has less than this to go is soon over."""
    few_epochs: int = 1000
    stops: int = 16
    """A run of few epochs is evaluated at so many of them at least, so that a person can look at it
    epoch by epoch, however fast it was."""
    evaluate_seconds: float = 0.05
    """How long models are evaluated at once; the rest waits for the run's next turns."""
    compile_seconds: float = 120.0
    """The longest that compiling one run's program may take; most take 1 s."""
    exact_seconds: float = 0.3
    """A run with more than this to go has its exact program built, which takes about 1 s: for what
    is left of it, or for the next run of these settings, …"""
    exact_slice_seconds: float = 0.05
    """… but only where its turns are as long: a quarter of a round, with four runs or fewer, or
    what a background run has."""
    place_seconds: float = 0.3
    """How long a run waits before it shows its place in the queue: most wait for a moment only."""
    slow_epoch_seconds: float = 1.0
    """From here on a run says how much of an epoch is done."""
    checkpoint_seconds: float = 2.0
    """Between two checkpoints of a run that trains; large ones come less often (`checkpoint`)."""


USUAL = Timing()
