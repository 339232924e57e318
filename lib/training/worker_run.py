"""`WorkerRun`: one run in the worker, with its status, its goal and its snapshots.

A run starts with a size bucket's program (`architecture`), which is usually built already. A long
run then requests an exact-size program, which is 1.5 to 3 times as fast, unless memory is short.
A run that keeps its pace requests none, so that its results are reproducible bit by bit.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import replace

from lib.experiment import MODES
from lib.results import Snapshot, Status
from lib.training.checkpoint import SavedRun
from lib.training.messages import Checkpoint, Report, Start, decode, encode, sentence, short_reason
from lib.training.pair_trainer import PairTrainer
from lib.training.programs import BACKGROUND, FASTER, WANTED, ProgramCache
from lib.training.timing import USUAL, Tempo, Timing

log = logging.getLogger(__name__)


class WorkerRun:
    """A run and its status. Each change of status is sent at once."""

    def __init__(
        self,
        start: Start,
        programs: ProgramCache,
        send: Callable[[Report | Checkpoint], None],
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.id = start.id
        self.background = start.background  # whether to train only while no other run does
        self.status = Status.QUEUED
        self._experiment, self._samples, self._send = start.experiment, start.samples, send
        self._epochs = start.experiment.training.epochs
        self._goal = 0 if start.paused else self._epochs  # the epoch to train to
        self._stepping = False  # whether `step` set the goal; steps ignore the pace
        self._tempo = Tempo(self._epochs, start.show_seconds)
        self._reason = ""
        self._next: tuple[Status, str] | None = None  # status and reason after the evaluation
        self._programs, self._timing, self._clock = programs, timing, clock
        self._saves_at = clock() + timing.checkpoint_seconds  # when the next checkpoint is due
        self._evaluated_at, self._trained_at, self._sent_at = 0.0, 0.0, -math.inf
        self._trainer = PairTrainer(start.experiment, start.samples, clock)
        if start.checkpoint:
            self._trainer.restore(decode(start.checkpoint, SavedRun))
        self._loaded = False
        key = self._trainer.architecture
        self._request_kinds = (BACKGROUND, BACKGROUND) if self.background else (WANTED, FASTER)
        begins_exact = programs.has(key) and start.show_seconds is None
        bucket = key if begins_exact else programs.bucket_for(key)
        self._first = programs.request(bucket, self._request_kinds[0])  # the program to start with
        self._exact = self._first if bucket == key else None  # the run's exact-size program
        self._has_exact = bucket == key

    @property
    def waiting(self) -> bool:
        """Whether the run waits for its first program."""
        return not self._loaded and not self.status.over

    @property
    def rest(self) -> float | None:
        """Seconds until the run needs a turn: 0 for now, None if it waits for a command."""
        if self._next is not None:
            return 0
        if self.waiting:
            return self._timing.poll_seconds
        if self.status is not Status.RUNNING:
            return None
        if self._stepping or not self._trainer.at_epoch_end:
            return 0
        return self._tempo.rest(self._clock(), self._trainer.done)

    def pause(self) -> None:
        """Pause training, even in the middle of an epoch."""
        self._goal, self._stepping = 0, False
        if self._loaded:
            self._evaluate_then(Status.PAUSED)

    def resume(self, epochs: int | None = None) -> None:
        """Train to the end, or pause again after a number of epochs."""
        self._stepping = False
        most = self._epochs if epochs is None else self._trainer.epoch + max(1, epochs)
        self._set_goal(min(self._epochs, most))

    def step(self) -> None:
        """Train to the end of the next epoch, then pause. Each further call adds an epoch."""
        from_epoch = self._goal if self._stepping else self._trainer.epoch
        self._stepping = True
        self._set_goal(min(self._epochs, from_epoch + 1))

    def set_pace(self, show_seconds: float | None) -> None:
        """Change the pace to `show_seconds` for all epochs; None trains at full speed."""
        self._tempo.set_pace(show_seconds)
        self._tempo.begin(self._clock(), self._trainer.done)
        self._post()

    def stop(self) -> None:
        """End the run. Evaluate the last epoch if that is quick; else keep the older results."""
        if self._next is None or not self._next[0].over:
            self._trainer.evaluate(self._timing.evaluate_seconds)
            self._set_status(Status.STOPPED)

    def fail(self, reason: str) -> None:
        """End the run with an error. Don't evaluate it: an evaluation may have caused the error."""
        self.status, self._reason, self._next = Status.FAILED, reason, None
        self._post()
        self.release()

    def turn(self, seconds: float) -> None:
        """Check for the program, or train or evaluate the models for about `seconds`."""
        if self._next is not None:
            self._evaluate(seconds)
        elif self.waiting:
            self._wait()
        elif self.rest == 0:
            self._train(seconds)

    def _wait(self) -> None:
        """Send the untrained models' results, and load the program once it is built."""
        if self._sent_at < 0:
            self._evaluate_then(self.status)
        if self._next is not None or self.status.over:
            return
        if self._first.done():
            try:
                program = self._first.result()
            except Exception as error:
                self.fail(sentence("not_compiled", why=short_reason(error)))
                return
            self._trainer.load(program)
            self._loaded = True
            self._set_goal(self._goal)
        elif self.status is Status.QUEUED and self._first.running():
            self._evaluate_then(Status.COMPILING, sentence("compiling"))
        elif self.status is Status.QUEUED and not self._reason:
            self._reason = sentence("waiting")
            self._post()

    def _train(self, seconds: float) -> None:
        trainer, timing, tempo = self._trainer, self._timing, self._tempo
        was_untrained, epoch_steps = trainer.epoch == 0, trainer.batches.steps
        due = self._goal if self._stepping else tempo.due(self._clock(), trainer.done)
        evaluate_at = self._epochs  # the next epoch to evaluate
        if self._epochs <= timing.few_epochs:
            stretch = max(1, self._epochs // timing.stops)
            evaluate_at = (trainer.epoch // stretch + 1) * stretch
        if not (tempo.keeps_pace or self._has_exact):
            self._take_exact_program(may_request=seconds >= timing.exact_slice_seconds)
        trainer.advance(seconds, min(due, self._goal, evaluate_at) * epoch_steps)
        now = self._clock()
        tempo.note(now, trainer.done)
        epoch, is_first = trainer.step // epoch_steps, was_untrained and trainer.epoch > 0
        # Send a snapshot now if this turn is nearer to the due time than the next turn.
        half_a_turn = (now - self._trained_at) / 2
        self._trained_at = now
        must_send = now + half_a_turn - self._sent_at >= timing.send_seconds
        may_evaluate = now - self._evaluated_at >= trainer.evaluate_seconds / timing.evaluate_share
        if trainer.diverged or trainer.stopped or epoch >= self._epochs:
            self._evaluate_then(Status.FINISHED)  # `_evaluate` may change it to DIVERGED
        elif epoch >= self._goal:
            self._evaluate_then(Status.PAUSED)
        elif is_first or epoch >= evaluate_at or (must_send and may_evaluate):
            self._evaluate_then(Status.RUNNING)
        elif must_send:
            self._post()

    def _take_exact_program(self, *, may_request: bool) -> None:
        """Request the run's exact-size program, and switch to it once it is built."""
        key, epochs_left = self._trainer.architecture, self._epochs - self._trainer.done
        is_long = 0 < self._timing.exact_seconds * self._tempo.rate < epochs_left
        if self._exact is None and may_request and is_long and self._programs.may_request(key):
            self._exact = self._programs.request(key, self._request_kinds[1])
        elif self._exact is not None and self._exact.done() and not self._trainer.step_in_progress:
            self._has_exact = True
            if not self._exact.exception():
                self._trainer.load(self._exact.result())
                self._tempo.begin(self._clock(), self._trainer.done)

    def _set_goal(self, goal: int) -> None:
        self._goal = goal
        if self._loaded:
            has_epochs = goal > self._trainer.epoch
            if has_epochs:
                self._tempo.begin(self._clock(), self._trainer.done)
            self._evaluate_then(Status.RUNNING if has_epochs else Status.PAUSED)

    def _evaluate_then(self, status: Status, reason: str = "") -> None:
        """Evaluate the models, perhaps over several turns, then set this status."""
        if self._next is not None and self._next[0].over:
            return
        self._next = status, reason
        self._evaluate(self._timing.evaluate_seconds)
        if self._next is not None and status is not self.status:
            if status.active:
                self.status = status
            self._reason = reason or sentence("evaluating")
            self._post()

    def _evaluate(self, seconds: float) -> None:
        trainer = self._trainer
        if self._next is None or not trainer.evaluate(seconds):
            return
        self._evaluated_at = self._clock()
        if trainer.diverged:
            (mode, place), training = trainer.diverged, self._experiment.training
            seeds = self._experiment.each_seed
            advice = sentence(
                "diverged",
                model=MODES[mode].model,
                seed=f" with seed {seeds[place].seed}" if len(seeds) > 1 else "",
                epoch=trainer.epoch + 1,
                rate=training.learning_rate,
                other="scale the data" if training.optimizer == "adam" else "choose Adam",
            )
            self._set_status(Status.DIVERGED, advice)
        elif trainer.stopped:
            self._set_status(Status.FINISHED)
        else:
            self._set_status(*self._next)

    def _set_status(self, status: Status, reason: str = "") -> None:
        self.status, self._reason, self._next = status, reason, None
        if status.over:
            self._trainer.keep_best()
        is_due = status is Status.PAUSED or self._clock() >= self._saves_at
        if is_due and not status.over:
            self._save()
        self._post()
        if status.over:
            self.release()

    def _save(self) -> None:
        """Send a checkpoint. The snapshot follows, so a pause that a page shows can be restored."""
        try:
            if (saved := self._trainer.saved()) is None:
                return
            self._send(Checkpoint(self.id, saved.epoch, encode(saved)))
        except Exception:  # most likely a lack of memory
            log.warning("A run continues without a checkpoint", exc_info=True)
        self._saves_at = self._clock() + self._timing.checkpoint_seconds

    def release(self) -> None:
        """Free the models and the samples, and withdraw requests for programs."""
        self._programs.withdraw(self._first, self._request_kinds[0])
        if self._exact is not None:
            self._programs.withdraw(self._exact, self._request_kinds[1])
        self._trainer.release()

    def _post(self) -> None:
        self._send(Report(self.snapshot()))
        self._sent_at = self._clock()

    def snapshot(self) -> Snapshot:
        """Return a snapshot of the run's status and results."""
        trainer, tempo = self._trainer, self._tempo
        known = Snapshot(self.id, self.status, epochs=self._epochs, reason=self._reason)
        if trainer.evaluated_step < 0:
            return known
        is_end_unknown = self.status.over or self._experiment.training.keep == "stop"
        results, *others = trainer.results(whole=not self.status.active)
        return replace(
            known,
            epoch=trainer.epoch,
            epochs_per_second=tempo.rate,
            seconds_left=None if is_end_unknown else tempo.seconds_left(trainer.done),
            samples=self._samples.shown,
            results=results,
            others=tuple(others),
        )
