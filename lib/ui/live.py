"""A run as it goes: the buttons, the progress, and below them the charts.

All of it is one fragment. While figures change it draws itself anew five times a second; when
that begins or ends it asks for one full run of the page, which sets the polling right.
"""

from __future__ import annotations

import streamlit as st

from lib import narrate
from lib.figures.palette import Palette
from lib.training.messages import Status
from lib.ui import charts, training
from lib.ui.data import Loaded
from lib.ui.view import View, view
from lib.ui.words import hint, plain

POLL_SECONDS = 0.2

WORDS: dict[Status, tuple[str, str]] = {
    Status.QUEUED: (":gray-badge[queued]", "It begins as soon as the training process is free."),
    Status.COMPILING: (
        ":gray-badge[compiling]",
        "Done once for a model of this shape: 2 s or so.",
    ),
    Status.RUNNING: (":blue-badge[training]", "Sliders may be moved meanwhile: the run goes on."),
    Status.PAUSED: (":yellow-badge[paused]", "Resume goes on from here, Step trains one epoch."),
    Status.FINISHED: (":green-badge[finished]", "All epochs are done."),
    Status.STOPPED: (":gray-badge[stopped]", "The figures stay as they were."),
    Status.DIVERGED: (":red-badge[diverged]", "The last figures that were numbers stay."),
    Status.FAILED: (":red-badge[failed]", "The last figures stay."),
}
"""Status → its badge, and what it means for the person."""
RECORDED = (
    ":gray-badge[recorded]",
    "A run of these settings, recorded earlier. Train to see it live.",
)
UNTRAINED = (
    ":gray-badge[not trained yet]",
    "The charts show the models with their initial weights. Train to change that.",
)


def live(loaded: Loaded, palette: Palette) -> None:
    """Draw this session's run, and keep it up to date while it changes."""
    training.prepare(loaded.experiment, loaded.dataset)
    polling = view(loaded.experiment, loaded.dataset).polling
    panel = st.fragment(_panel, run_every=POLL_SECONDS if polling else None)
    panel(loaded, palette, polling)


def _panel(loaded: Loaded, palette: Palette, polling: bool) -> None:
    shown = view(loaded.experiment, loaded.dataset)
    left, right = st.columns([5, 4], vertical_alignment="center")
    with left:
        _buttons(loaded, shown)
    with right:
        _progress(loaded, shown)
    _notices(shown)
    charts.draw(shown, palette)
    if view(loaded.experiment, loaded.dataset).polling != polling:
        st.rerun()


def _buttons(loaded: Loaded, shown: View) -> None:
    """Train, pause or resume, step, stop, reset: always in these places, dimmed where idle."""
    client, run, status = training.client(), shown.run, shown.snapshot.status
    open_run = run if run and training.may_steer(run) and not status.over else None
    same = _is_same(loaded, shown)
    paused = open_run is not None and status is Status.PAUSED
    with st.container(horizontal=True, gap="small", key="train_controls"):
        train = st.button(
            "Train",
            icon=":material/play_arrow:",
            # Streamlit writes white on a primary button, which nobody can read on dark mode's.
            type="primary" if st.context.theme.type != "dark" else "secondary",
            shortcut="T",
            disabled=not loaded.trainable or bool(open_run and status.active and same),
        )
        # Bound to what the button says: by the time of the click the epoch may be over.
        pause = st.button(
            "Resume" if paused else "Pause",
            icon=":material/resume:" if paused else ":material/pause:",
            shortcut="P",
            key="pause",
            disabled=open_run is None,
            on_click=client.resume if paused else client.pause,
            args=(open_run,),
        )
        step = st.button(
            "Step",
            icon=":material/skip_next:",
            shortcut="S",
            help="Train one epoch.",
            disabled=not loaded.trainable,
        )
        stop = st.button("Stop", icon=":material/stop:", shortcut="X", disabled=open_run is None)
        reset = st.button(
            "Reset",
            icon=":material/restart_alt:",
            disabled=run is None,
            help="Forget the run and go back to the untrained model.",
        )
    if train:
        training.train(loaded.experiment, loaded.dataset)
    elif step:
        here = open_run if same else None
        client.step(here or training.train(loaded.experiment, loaded.dataset, paused=True))
    elif stop and open_run:
        client.stop(open_run)
    elif reset:
        training.leave()
    if train or pause or step or stop or reset:
        st.rerun()


def _is_same(loaded: Loaded, shown: View) -> bool:
    """Whether the run that is shown is one of the settings in the sidebar."""
    run = shown.run
    return run is not None and run.experiment == loaded.experiment and run.dataset is loaded.dataset


def _progress(loaded: Loaded, shown: View) -> None:
    """The bar, what has been reached, and what that means: always in this place and size."""
    run, snapshot = shown.run, shown.snapshot
    badge, words = WORDS[snapshot.status]
    if run is None:
        badge, words = RECORDED if shown.is_recorded else UNTRAINED
    elif snapshot.reason and snapshot.status not in (Status.DIVERGED, Status.FAILED):
        words = snapshot.reason
    if run is not None and training.may_steer(run) and not _is_same(loaded, shown):
        changed = narrate.changed_settings(run.experiment, loaded.experiment) or "another upload"
        words = f"The settings have changed since: {changed}. Train starts again with them."
    share = snapshot.epoch / snapshot.epochs if snapshot.epochs else 0.0
    st.progress(min(1.0, share), text=f"{badge} {narrate.progress_sentence(snapshot)}")
    hint(words)


def _notices(shown: View) -> None:
    """What the person must know of the run beyond its figures."""
    run, snapshot = shown.run, shown.snapshot
    if run is None:
        return
    if not training.may_steer(run):
        st.info(
            "You are watching a run that another browser started. "
            "Train starts one of your own with the settings in the sidebar.",
            icon=":material/visibility:",
        )
    elif snapshot.status is Status.FAILED:
        st.error(plain(snapshot.reason), icon=":material/error:")
        if st.button("Start it again", icon=":material/replay:"):
            training.train(run.experiment, run.dataset)
            st.rerun()
    elif snapshot.status is Status.DIVERGED:
        st.warning(plain(snapshot.reason), icon=":material/warning:")
