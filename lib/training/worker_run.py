"""One run inside the worker: its status, its goal, and its snapshots.

A run begins with the program of a size bucket (`architecture`), which mostly is built already. For
a long run a program of its exact size is built meanwhile, 1.5 to 3 times as fast, and then used,
unless memory is short. A run at a pace keeps its bucket, so that it repeats to the last bit.
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
    """A run and its status. Every change of status is sent at once."""

    def __init__(
        self,
        start: Start,
        programs: ProgramCache,
        send: Callable[[Report | Checkpoint], None],
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.id = start.id
        self.background = start.background  # whether it trains only while no other run does
        self.status = Status.QUEUED
        self._experiment, self._samples, self._send = start.experiment, start.samples, send
        self._epochs = start.experiment.training.epochs
        self._goal = 0 if start.paused else self._epochs  # the epoch to train to
        self._stepping = False  # whether `step` set the goal, which is reached without a pace
        self._tempo = Tempo(self._epochs, start.show_seconds)
        self._reason = ""
        self._next: tuple[Status, str] | None = None  # status and reason after an evaluation
        self._programs, self._timing, self._clock = programs, timing, clock
        self._saves_at = clock() + timing.checkpoint_seconds  # the next checkpoint, if it trains
        self._evaluated_at, self._trained_at, self._sent_at = 0.0, 0.0, -math.inf
        self._trainer = PairTrainer(start.experiment, start.samples, clock)
        if start.checkpoint:
            self._trainer.go_on_from(decode(start.checkpoint, SavedRun))
        self._loaded = False
        key = self._trainer.architecture
        # Other runs' programs are built before those of runs in the background.
        self._kinds = (BACKGROUND, BACKGROUND) if self.background else (WANTED, FASTER)
        begins_exact = programs.has(key) and start.show_seconds is None
        bucket = key if begins_exact else programs.bucket_for(key)
        self._first = programs.ask(bucket, self._kinds[0])
        self._exact = self._first if bucket == key else None  # the run's exact-size program
        self._has_exact = bucket == key

    @property
    def waiting(self) -> bool:
        """Whether the run waits for its first program."""
        return not self._loaded and not self.status.over

    @property
    def rest(self) -> float | None:
        """Seconds until the run needs a turn; 0 is now, None waits for a command."""
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
        """Train to the end, or for so many epochs and then pause."""
        self._stepping = False
        most = self._epochs if epochs is None else self._trainer.epoch + max(1, epochs)
        self._aim(min(self._epochs, most))

    def step(self) -> None:
        """Train to the end of the next epoch, then pause; each call meanwhile adds an epoch."""
        from_epoch = self._goal if self._stepping else self._trainer.epoch
        self._stepping = True
        self._aim(min(self._epochs, from_epoch + 1))

    def set_pace(self, show_seconds: float | None) -> None:
        """Change the pace: all epochs together would take `show_seconds`; None has no pace."""
        self._tempo.set_pace(show_seconds)
        self._tempo.begin(self._clock(), self._trainer.done)
        self._post()

    def stop(self) -> None:
        """End the run. The last epoch is evaluated, if that is quick; else older figures stay."""
        if self._next is None or not self._next[0].over:
            self._trainer.evaluate(self._timing.evaluate_seconds)
            self._take(Status.STOPPED)

    def fail(self, reason: str) -> None:
        """End the run with an error. The models aren't evaluated: they may be the cause."""
        self.status, self._reason, self._next = Status.FAILED, reason, None
        self._post()
        self.release()

    def turn(self, seconds: float) -> None:
        """Check for the program, or else train or evaluate the models for about `seconds`."""
        if self._next is not None:
            self._evaluate(seconds)
        elif self.waiting:
            self._wait()
        elif self.rest == 0:
            self._train(seconds)

    def _wait(self) -> None:
        """Send the untrained models' figures, and load the program once it is built."""
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
            self._aim(self._goal)
        elif self.status is Status.QUEUED and self._first.running():
            self._evaluate_then(Status.COMPILING, sentence("compiling"))
        elif self.status is Status.QUEUED and not self._reason:
            self._reason = sentence("waiting")
            self._post()

    def _train(self, seconds: float) -> None:
        trainer, timing, tempo = self._trainer, self._timing, self._tempo
        was_untrained, epoch_steps = trainer.epoch == 0, trainer.batches.steps
        due = self._goal if self._stepping else tempo.due(self._clock(), trainer.done)
        stop = self._epochs  # the epoch where training stops for an evaluation
        if self._epochs <= timing.few_epochs:
            stretch = max(1, self._epochs // timing.stops)
            stop = (trainer.epoch // stretch + 1) * stretch
        if not (tempo.keeps_pace or self._has_exact):
            self._take_exact_program(may_ask=seconds >= timing.exact_slice_seconds)
        trainer.advance(seconds, min(due, self._goal, stop) * epoch_steps)
        now = self._clock()
        tempo.note(now, trainer.done)
        epoch, is_first = trainer.step // epoch_steps, was_untrained and trainer.epoch > 0
        # Send at this turn or the next, whichever is nearer to the due time: turns may be rare.
        half_a_turn = (now - self._trained_at) / 2
        self._trained_at = now
        must_send = now + half_a_turn - self._sent_at >= timing.send_seconds
        pause = trainer.evaluate_seconds / timing.evaluate_share
        may_evaluate = now - self._evaluated_at >= pause
        if trainer.diverged or trainer.stopped or epoch >= self._epochs:
            self._evaluate_then(Status.FINISHED)  # or DIVERGED, as `_evaluate` sees
        elif epoch >= self._goal:
            self._evaluate_then(Status.PAUSED)
        elif is_first or epoch >= stop or (must_send and may_evaluate):
            self._evaluate_then(Status.RUNNING, self._slow_epoch())
        elif must_send:
            self._reason = self._slow_epoch()
            self._post()

    def _take_exact_program(self, *, may_ask: bool) -> None:
        """Change to the program of the run's exact size once it is built; first, request it."""
        key, left = self._trainer.architecture, self._epochs - self._trainer.done
        is_long = 0 < self._timing.exact_seconds * self._tempo.rate < left
        if self._exact is None and may_ask and is_long and self._programs.may_ask(key):
            self._exact = self._programs.ask(key, self._kinds[1])
        elif self._exact is not None and self._exact.done() and not self._trainer.step_in_progress:
            self._has_exact = True
            if not self._exact.exception():
                self._trainer.load(self._exact.result())
                self._tempo.begin(self._clock(), self._trainer.done)

    def _aim(self, goal: int) -> None:
        self._goal = goal
        if self._loaded:
            goes_on = goal > self._trainer.epoch
            if goes_on:
                self._tempo.begin(self._clock(), self._trainer.done)
            self._evaluate_then(Status.RUNNING if goes_on else Status.PAUSED)

    def _evaluate_then(self, status: Status, reason: str = "") -> None:
        """Evaluate the models as they are, maybe over several turns, then take this status."""
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
                other="scale the data" if training.optimizer == "adam" else "take Adam",
            )
            self._take(Status.DIVERGED, advice)
        elif trainer.stopped:
            self._take(Status.FINISHED)
        else:
            self._take(*self._next)

    def _take(self, status: Status, reason: str = "") -> None:
        self.status, self._reason, self._next = status, reason, None
        if status.over:
            self._trainer.keep_best()
        is_due = status is Status.PAUSED or self._clock() >= self._saves_at
        if is_due and self._trainer.may_be_saved and not status.over:
            self._save()
        self._post()
        if status.over:
            self.release()

    def _save(self) -> None:
        """Send a checkpoint, ahead of the snapshot: a pause that is shown can be restored."""
        try:
            saved = self._trainer.saved()
            self._send(Checkpoint(self.id, saved.epoch, encode(saved)))
        except Exception:  # most likely there was no memory for it
            log.warning("A run trains on without a checkpoint", exc_info=True)
        self._saves_at = self._clock() + self._timing.checkpoint_seconds

    def release(self) -> None:
        """Release the programs, the models and the samples."""
        self._programs.leave(self._first, self._kinds[0])
        if self._exact is not None:
            self._programs.leave(self._exact, self._kinds[1])
        self._trainer.release()

    def _post(self) -> None:
        self._send(Report(self.snapshot()))
        self._sent_at = self._clock()

    def snapshot(self) -> Snapshot:
        """The run's status and figures now."""
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
            seconds_left=None if is_end_unknown else tempo.left(trainer.done),
            samples=self._samples.shown,
            results=results,
            others=tuple(others),
        )

    def _slow_epoch(self) -> str:
        """A sentence on the epoch in progress, where epochs are long; else ""."""
        rate, done = self._tempo.rate, self._trainer.done
        if self._tempo.keeps_pace or not rate or 1 / rate < self._timing.slow_epoch_seconds:
            return ""
        epoch = self._trainer.epoch + 1
        return sentence("slow_epoch", seconds=1 / rate, share=done % 1, epoch=epoch)
