"""One run inside the worker: its status, its goal, and its snapshots.

The loop gives it turns. The mathematics is the `pair_trainer`'s.
"""

import contextlib
import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from lib.experiment import MODES
from lib.results import Snapshot, Status
from lib.training.cache import ProgramCache
from lib.training.checkpoint import Checkpoints, restore
from lib.training.messages import Start
from lib.training.pair_trainer import PairTrainer
from lib.training.run_program import CompileError, RunProgram
from lib.training.sentences import sentence, short_reason
from lib.training.tempo import Tempo
from lib.training.timing import USUAL, Timing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The status that a run takes when its models have been judged."""

    status: Status
    reason: str = ""
    send: bool = True
    """Whether to send a snapshot even if the status stays as it is."""


class WorkerRun:
    """A run and its status. Every change of status is sent at once."""

    def __init__(
        self,
        start: Start,
        programs: ProgramCache,
        send: Callable[[Snapshot], None],
        timing: Timing = USUAL,
        clock: Callable[[], float] = time.perf_counter,
        *,
        checkpoints: Checkpoints | None = None,
    ) -> None:
        self.run_id = start.run_id
        self.background = self.always_yields = start.background
        """Whether it has turns only while no other run needs one."""
        self.status = Status.QUEUED
        self._experiment, self._samples, self._send = start.experiment, start.samples, send
        self._epochs = start.experiment.training.epochs
        self._goal = 0 if start.paused else self._epochs
        self._stepping = False
        """Whether the goal is the end of a step, which is made at once."""
        self._tempo = Tempo(self._epochs, start.show_seconds)
        self._reason = ""
        self._next: _Outcome | None = None
        self._timing, self._clock = timing, clock
        self._created = self._since = clock()
        """When its program began to be compiled."""
        self._checked, self._turned, self._sent = 0.0, 0.0, -math.inf
        self._checkpoints = checkpoints or Checkpoints(lambda _: None, clock)
        self._saved = self._created
        """When it last sent a checkpoint, or began."""
        self._trainer = PairTrainer(start.experiment, start.samples, clock)
        restore(start.checkpoint, self._trainer.go_on_from)
        self._loaded = False
        key = self._trainer.architecture
        paced = start.show_seconds is not None
        self._program = RunProgram(programs, key, background=self.background, repeats=paced)

    @property
    def waiting(self) -> bool:
        """Whether its program is still being compiled."""
        return not self._loaded and not self.status.over

    @property
    def queues(self) -> bool:
        """Whether others have the compiler that it waits for."""
        return self.status is Status.QUEUED and self._program.is_awaited

    @property
    def busy(self) -> bool:
        """Whether it uses a turn: to train, or to be judged."""
        return self.rest == 0

    @property
    def rest(self) -> float | None:
        """Seconds until it wants a turn: 0 is now, None not before there is a command."""
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
        """Stop training until a command to go on, even in the middle of an epoch."""
        self._goal, self._stepping = 0, False
        if self._loaded:
            self._become(Status.PAUSED)

    def resume(self, epochs: int | None = None) -> None:
        """Go on to the end, or for so many epochs and pause then."""
        self._stepping = False
        most = self._epochs if epochs is None else self._trainer.epoch + max(1, epochs)
        self._aim(min(self._epochs, most))

    def step(self) -> None:
        """Train to the end of the next epoch, then pause; each further call is one epoch more."""
        from_epoch = self._goal if self._stepping else self._trainer.epoch
        self._stepping = True
        self._aim(min(self._epochs, from_epoch + 1))

    def set_pace(self, show_seconds: float | None) -> None:
        """Train as many epochs a second from now on as take all of them that long."""
        self._tempo.set_pace(show_seconds)
        self._tempo.begin(self._clock(), self._trainer.done)
        self._post()

    def heed(self, *, watched: bool) -> None:
        """Give way to other runs while nobody watches."""
        self.background = self.always_yields or not watched

    def stop(self) -> None:
        """End it; its figures stay, and are those of the last epoch unless that takes long."""
        if self._ends:
            return
        self._trainer.check(self._timing.judge_seconds)
        self._take(_Outcome(Status.STOPPED))

    def fail(self, reason: str) -> None:
        """End it because of an error. Its models aren't judged again: they may be the cause."""
        self.status, self._next = Status.FAILED, None
        self._reason = reason
        self._post()
        self.release()

    def show_place(self, before: int) -> None:
        """Say how many runs that wait for the compiler come before this one."""
        runs = "1 other run is" if before == 1 else f"{before} other runs are"
        reason = sentence("place", runs=runs) if before else sentence("waiting")
        late = self._clock() - self._created >= self._timing.place_seconds
        if late and self.queues and self._next is None and reason != self._reason:
            self._reason = reason
            self._post()

    def turn(self, seconds: float) -> None:
        """See whether the program is compiled, or train or judge the models for about that long."""
        if self._next is not None:
            self._judge_on(self._next, seconds)
        elif self.waiting:
            self._wait()
        elif self.busy:
            self._train(self._trainer, seconds)

    def _wait(self) -> None:
        most = self._timing.compile_seconds
        if not self._trainer.checks or self._sent < 0:  # how they begin can be shown meanwhile
            self._become(self.status, self._reason)
        if self._next is not None or self.status.over:
            return
        try:
            program = self._program.first()
        except CompileError as error:
            self.fail(sentence("not_compiled", why=short_reason(error.__cause__ or error)))
            return
        if program is not None:
            self._trainer.load(program)
            self._loaded = True
            self._aim(self._goal)
        elif self.status is Status.COMPILING and self._clock() - self._since > most:
            self.fail(sentence("compiled_too_long", most=most))
        elif self.status is Status.QUEUED and self._program.is_being_built:
            self._since = self._clock()
            self._become(Status.COMPILING, sentence("compiling"))

    def _train(self, trainer: PairTrainer, seconds: float) -> None:
        timing, epoch_steps = self._timing, trainer.batches.steps
        first = trainer.epoch == 0
        goal = self._goal if self._stepping else self._tempo.due(self._clock(), trainer.done)
        goal, stop = min(goal, self._goal), self._next_stop(trainer.epoch)
        paced, rate = self._tempo.keeps_pace, self._tempo.rate
        soon_over = not rate or self._epochs - trainer.done < timing.soon_seconds * rate
        few = trainer.checks < timing.few_checks and soon_over and not paced
        if few:
            seconds = min(seconds, timing.first_slice_seconds)
        if not paced and trainer.between_steps:
            better = self._program.better(self._gains_by_own(seconds))
            if better is not None:
                try:
                    trainer.load(better)
                    self._tempo.begin_anew(self._clock(), trainer.done)
                except Exception:  # most likely there was no memory for both
                    log.warning("A run trains on in its room", exc_info=True)
        trainer.advance(seconds, min(goal, stop) * epoch_steps)
        now = self._clock()
        self._tempo.note(now, trainer.done)
        epoch, must = trainer.step // epoch_steps, first and trainer.epoch > 0
        # Now or at the next turn, whichever is nearer to the time: many runs have few turns.
        due = must or now + (now - self._turned) / 2 - self._sent >= timing.send_seconds
        self._turned = now
        share = timing.first_check_share if few or paced else timing.check_share
        pause = trainer.check_seconds / share
        if trainer.diverged or trainer.stopped or epoch >= self._epochs:
            self._become(Status.FINISHED)  # or DIVERGED, as `_judge_on` sees
        elif epoch >= self._goal:
            self._become(Status.PAUSED)
        elif must or epoch >= stop or ((due or few) and now - self._checked >= pause):
            self._become(Status.RUNNING, self._slow_epoch(trainer), send=due)
        elif due:
            self._reason = self._slow_epoch(trainer)
            self._post()

    def _gains_by_own(self, seconds: float) -> bool:
        """Whether a program of its own would pay, with turns of so many seconds.

        It would where there is a lot to do. Among many runs all would be built, for each a part of
        the time, and memory and processor are scarce. Where its room is dear, and so takes the time
        of the others, it has its own even there.
        """
        timing, left = self._timing, self._epochs - self._trainer.done
        is_long = 0 < timing.own_seconds * self._tempo.rate < left
        return is_long and (seconds >= timing.own_slice_seconds or self._program.is_dear)

    def _aim(self, goal: int) -> None:
        """Train up to the end of epoch `goal`."""
        self._goal = goal
        if self._loaded:
            goes_on = goal > self._trainer.epoch
            if goes_on:
                self._tempo.begin(self._clock(), self._trainer.done)
            self._become(Status.RUNNING if goes_on else Status.PAUSED)

    def _become(self, status: Status, reason: str = "", *, send: bool = True) -> None:
        """Have the models judged as they are now, then take this status.

        A long judgement goes on in later turns. A pause or an end waits for it, with a reason that
        says so: of a run that is paused or over, pages ask for no more figures.
        """
        if self._ends:
            return
        self._next = _Outcome(status, reason, send)
        if self._judge_on(self._next, self._timing.judge_seconds) or status is self.status:
            return
        if status.active:
            self.status = status
        self._reason = reason or sentence("judging")
        self._post()

    @property
    def _ends(self) -> bool:
        """Whether the run ends when its models have been judged."""
        return self._next is not None and self._next.status.over

    def _judge_on(self, outcome: _Outcome, seconds: float) -> bool:
        """Judge for about that long; when done, take the next status. Whether it was done."""
        trainer = self._trainer
        if not trainer.check(seconds):
            return False
        self._checked = self._clock()
        if trainer.diverged:
            outcome = _Outcome(Status.DIVERGED, self._advice(trainer))
        elif trainer.stopped:
            outcome = _Outcome(Status.FINISHED)
        self._take(outcome)
        return True

    def _take(self, outcome: _Outcome) -> None:
        self._next = None
        changed = outcome.status is not self.status
        self.status, self._reason = outcome.status, outcome.reason
        if outcome.status.over:
            self._trainer.keep_best()
        self._save()  # before the snapshot, so that who sees a pause knows that it would last
        if outcome.send or changed:
            self._post()
        if outcome.status.over:
            self.release()

    def _save(self) -> None:
        """Send what another worker needs to go on from here: now and then, and where it rests."""
        each, rests = self._timing.checkpoint_seconds, self.status is Status.PAUSED
        may = self._trainer.may_be_saved and not self.status.over
        if may and (rests or self._checkpoints.are_due(self._saved, each)):
            self._saved = self._checkpoints.make(self.run_id, self._trainer.saved)

    def release(self) -> None:
        """Let go of program and models. An error in that changes nothing: the run is over."""
        self._program.leave()
        with contextlib.suppress(Exception):
            self._trainer.release()

    def _post(self) -> None:
        self._send(replace(self.snapshot(), past=self._trainer.take_past()))
        self._sent = self._clock()

    def snapshot(self) -> Snapshot:
        """Everything about the run, now."""
        trainer = self._trainer
        known = Snapshot(self.run_id, self.status, epochs=self._epochs, reason=self._reason)
        if not trainer.checks:
            return known
        unknown = self.status.over or self._experiment.training.keep == "stop"
        if self._program.is_better_due and not self._tempo.keeps_pace:
            unknown = True  # how much faster that is
        results, *others = trainer.results(whole=not self.status.active)
        return replace(
            known,
            epoch=trainer.epoch,
            epochs_per_second=self._tempo.rate,
            seconds_left=None if unknown else self._tempo.left(trainer.done),
            samples=self._samples.shown,
            results=results,
            others=tuple(others),
        )

    def _next_stop(self, epoch: int) -> int:
        """The epoch after this one at whose end the models are judged, however soon that is."""
        if self._epochs > self._timing.few_epochs:
            return self._epochs
        stretch = max(1, self._epochs // self._timing.stops)
        return (epoch // stretch + 1) * stretch

    def _slow_epoch(self, trainer: PairTrainer) -> str:
        """How much of an epoch is done, where epochs are so long that no figure changes."""
        rate = self._tempo.rate
        if self._tempo.keeps_pace or not rate or 1 / rate < self._timing.slow_epoch_seconds:
            return ""
        done = {"share": trainer.done % 1, "epoch": trainer.epoch + 1}
        return sentence("slow_epoch", seconds=1 / rate, **done)

    def _advice(self, trainer: PairTrainer) -> str:
        experiment, (mode, place) = self._experiment, trainer.diverged or ("", 0)
        training, several = experiment.training, len(experiment.each_seed) > 1
        return sentence(
            "diverged",
            model=MODES[mode].model,
            seed=f" with seed {experiment.seed + place}" if several else "",
            epoch=trainer.epoch + 1,
            rate=training.learning_rate,
            other="scale the data" if training.optimizer == "adam" else "take Adam",
        )
