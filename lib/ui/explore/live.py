"""A run as it goes: the buttons, the progress, and below them the charts.

All of it is one fragment. While figures change it draws itself anew five times a second, or less
often where many watch (`rhythm`). When that begins or ends, or the run is another one, or the pace
is wrong, it asks for one full run of the page.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import streamlit as st

from lib.experiment import ExperimentError
from lib.figures.palette import Palette
from lib.narrate.explore import changed_settings, progress_sentence
from lib.run import Run, Status
from lib.training.limits import check
from lib.ui import clock, runs
from lib.ui.explore import charts
from lib.ui.fragment import fragment
from lib.ui.load.rhythm import SLOWEST
from lib.ui.load.turns import RHYTHM, turn
from lib.ui.session import Loaded, session
from lib.ui.shown import ShownRun, shown_run
from lib.ui.style import hide
from lib.ui.text import plain, say_steadily

STEADY_SECONDS = 2.0
"""A page keeps its polling interval for at least as long."""
NEAR_SECONDS = 0.5
"""Where the panel redraws itself at least this often, a run of the whole page leaves its charts as
they are: so a slider's own pictures come at once, and the charts follow with the next redraw."""
SAME_CLICK_SECONDS = 0.15
"""A second call of a button's callback within this time is no second click."""

WORDS: dict[Status, tuple[str, str]] = {
    Status.QUEUED: (":gray-badge[queued]", "It begins as soon as the training process is free."),
    Status.COMPILING: (
        ":gray-badge[compiling]",
        "Done once for a model of this shape: a second or two.",
    ),
    Status.RUNNING: (":blue-badge[training]", "Sliders may be moved meanwhile: the run goes on."),
    Status.PAUSED: (":yellow-badge[paused]", "Resume goes on from here, Step trains one epoch."),
    Status.FINISHED: (":green-badge[finished]", "All epochs are done. Train or Step begins anew."),
    Status.STOPPED: (
        ":gray-badge[stopped]",
        "The figures stay as they were. Train or Step begins anew.",
    ),
    Status.DIVERGED: (":red-badge[diverged]", "The last figures that were numbers stay."),
    Status.FAILED: (":red-badge[failed]", "The last figures stay."),
}
"""Status → its badge, and what it means for the person."""
RECORDED = (
    ":gray-badge[recorded]",
    "A run of these settings, recorded earlier.",
    " Train to see it live.",
)
UNTRAINED = (
    ":gray-badge[not trained yet]",
    "The charts show the models with their initial weights.",
    " Train to change that.",
)
"""Where there is no run: the badge, what it means, and what to do where that can be done."""
LONGEST = UNTRAINED[1] + UNTRAINED[2]
"""The longest sentence usually below the bar: its room is kept, so that nothing moves."""


def live(loaded: Loaded, palette: Palette, *, with_lower_charts: bool) -> None:
    """Draw this session's run, and keep it up to date while it changes."""
    runs.prepare(loaded.experiment, loaded.dataset)
    shown = shown_run(loaded.experiment, loaded.dataset)
    interval = RHYTHM.interval() if shown.polling else None
    drawn = PanelDrawing(shown.run, shown.polling, interval, clock.now())
    try:
        fragment(_panel, run_every=interval)(loaded, palette, with_lower_charts, drawn)
    finally:
        drawn.is_complete = True


@dataclass(slots=True, eq=False)
class PanelDrawing:
    """The run and the polling interval at the page's last full run, to be compared with newer."""

    run: Run | None
    polling: bool
    interval: float | None
    """Seconds between two looks for new figures."""
    time: float
    """Of `lib.ui.clock`."""
    is_complete: bool = False
    """Whether the page's full run has drawn the panel: from then on the fragment runs alone."""

    @property
    def holds_charts(self) -> bool:
        """Whether charts stay as they are, since the panel is about to be redrawn alone."""
        return not self.is_complete and (self.interval or SLOWEST) <= NEAR_SECONDS

    def is_outdated(self, now: ShownRun) -> bool:
        """Whether the page has to be drawn again as a whole."""
        steady = clock.now() - self.time < STEADY_SECONDS
        off = self.interval is not None and not steady and RHYTHM.is_off(self.interval)
        return off or (now.run, now.polling) != (self.run, self.polling)


def _panel(loaded: Loaded, palette: Palette, with_lower_charts: bool, drawn: PanelDrawing) -> None:
    with turn(first=not drawn.is_complete):  # drawn with the page, for which somebody waits
        shown = shown_run(loaded.experiment, loaded.dataset)
        left, right = st.columns([4, 3], vertical_alignment="center")
        with left:
            _buttons(loaded, shown)
        with right.container(key="run_progress"):
            _progress(loaded, shown)
        _notices(loaded, shown)
        charts.draw(shown, palette, with_lower=with_lower_charts, hold=drawn.holds_charts)
        now = shown_run(loaded.experiment, loaded.dataset)
        # A run may have ended while this was being drawn; nobody would come to look again.
        ended = not now.polling and now.snapshot.status is not shown.snapshot.status
        if ended or drawn.is_outdated(now):
            st.rerun()


def _buttons(loaded: Loaded, shown: ShownRun) -> None:
    """Train, pause or resume, step, stop, reset: always in these places, dimmed where idle.

    Pause and Resume share a place, and both are always there: where one came for the other, the
    browser showed the two side by side for a moment, and a click in that moment hit nothing.
    """
    client, run, status = runs.client(), shown.run, shown.snapshot.status
    open_run = run if run and runs.may_steer(run) and not status.over else None
    idle, same = open_run is None, _is_same(loaded, shown)
    paused = not idle and status is Status.PAUSED
    settings = (loaded.experiment, loaded.dataset)

    def steer(act: Callable[[Run], object]) -> Callable[[], object]:
        return lambda: act(open_run) if open_run else None

    def step() -> None:
        client.step(open_run if open_run and same else runs.train(*settings, paused=True))

    with st.container(horizontal=True, gap="xxsmall", key="train_controls"):
        _button(
            "Train",
            "play_arrow",
            partial(runs.train, *settings),
            shortcut="T",
            disabled=not loaded.trainable or bool(open_run and status.active and same),
        )
        keys = (None, "P") if paused else ("P", None)
        _button("Pause", "pause", steer(client.pause), shortcut=keys[0], disabled=idle)
        _button("Resume", "resume", steer(client.resume), shortcut=keys[1], disabled=idle)
        hide("do_pause" if paused else "do_resume")
        _button(
            "Step",
            "skip_next",
            step,
            shortcut="S",
            disabled=not loaded.trainable,
            about="Train one epoch: of this run, or, where there is none that goes on or the "
            "settings have changed, the first one of a new run.",
        )
        _button("Stop", "stop", steer(client.stop), shortcut="X", disabled=idle)
        about = "Forget the run and go back to the untrained model."
        _button("Reset", "restart_alt", runs.leave, disabled=run is None, about=about)


def _button(
    name: str,
    icon: str,
    act: Callable[[], object],
    *,
    shortcut: str | None = None,
    disabled: bool = False,
    about: str | None = None,
) -> None:
    """A button that acts in a callback, which runs even if its run of the page is cut short.

    Each has its own key: what a person clicked is what is done, though the button that stands in
    its place may be another one by then.
    """
    # Streamlit writes white on a primary button, which nobody can read on dark mode's.
    primary = name == "Train" and st.context.theme.type != "dark"
    st.button(
        name,
        key=f"do_{name.lower()}",
        icon=f":material/{icon}:",
        type="primary" if primary else "secondary",
        shortcut=shortcut,
        disabled=disabled,
        help=about,
        on_click=_once,
        args=(name, act),
    )


def _once(name: str, act: Callable[[], object]) -> None:
    """Act, unless this is the same click again.

    When a click and a poll reach Streamlit together, it may call a callback twice (seen in 1.67,
    76 ms apart).
    """
    now, clicks = clock.now(), session().run.clicks
    if now - clicks.get(name, -SAME_CLICK_SECONDS) > SAME_CLICK_SECONDS:
        clicks[name] = now
        act()


def _is_same(loaded: Loaded, shown: ShownRun) -> bool:
    """Whether the run that is shown is one of the settings in the sidebar."""
    run = shown.run
    return run is not None and run.experiment == loaded.experiment and run.dataset is loaded.dataset


def _progress(loaded: Loaded, shown: ShownRun) -> None:
    """The bar, what has been reached, and what that means: always in this place and size."""
    run, snapshot = shown.run, shown.snapshot
    badge, words = WORDS[snapshot.status]
    if run is None:
        badge, words, then = RECORDED if shown.is_recorded else UNTRAINED
        words += then if loaded.trainable else ""
    elif snapshot.reason and snapshot.status not in (Status.DIVERGED, Status.FAILED):
        words = snapshot.reason
    if run is not None and runs.may_steer(run) and not _is_same(loaded, shown):
        changed = changed_settings(run.experiment, loaded.experiment) or "another upload"
        words = f"The settings have changed since: {changed}."
        words += " Train starts again with them." if loaded.trainable else ""
    share = snapshot.epoch / snapshot.epochs if snapshot.epochs else 0.0
    st.progress(min(1.0, share), text=f"{badge} {progress_sentence(snapshot)}")
    say_steadily(words, LONGEST, gray=True)


def _notices(loaded: Loaded, shown: ShownRun) -> None:
    """What the person must know of the run beyond its figures."""
    run, snapshot = shown.run, shown.snapshot
    if run is None:
        return
    if not runs.may_steer(run):
        own = (
            "Train starts one of your own with the settings in the sidebar."
            if loaded.trainable
            else "It is on a file that stays with that person, so the sidebar's settings don't "
            "apply: upload a file of your own, or choose other data."
        )
        st.info(
            f"You are watching a run that another browser started. {own}",
            icon=":material/visibility:",
        )
    elif snapshot.status is Status.FAILED:
        st.error(plain(snapshot.reason), icon=":material/error:")
        with suppress(ExperimentError):  # a run over a limit can never do better
            check(run.experiment, run.dataset)
            again = partial(runs.train, run.experiment, run.dataset)
            _button("Start it again", "replay", again)
    elif snapshot.status is Status.DIVERGED:
        st.warning(plain(snapshot.reason), icon=":material/warning:")
