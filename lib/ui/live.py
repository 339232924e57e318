"""A run as it goes: the buttons, the progress, and below them the charts.

All of it is one fragment. While figures change it draws itself anew four times a second; when
that begins or ends it asks for one full run of the page, which sets the polling right.
"""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lib import narrate
from lib.datasets.dataset import Dataset
from lib.experiment import Experiment
from lib.figures.palette import Palette
from lib.training.messages import Status
from lib.ui import charts, training
from lib.ui.view import View, view

POLL_SECONDS = 0.25

BADGES: dict[Status, tuple[str, str, Literal["gray", "primary", "yellow", "green", "red"]]] = {
    Status.QUEUED: ("queued", ":material/hourglass_top:", "gray"),
    Status.COMPILING: ("compiling", ":material/build:", "gray"),
    Status.RUNNING: ("training", ":material/play_arrow:", "primary"),
    Status.PAUSED: ("paused", ":material/pause:", "yellow"),
    Status.FINISHED: ("finished", ":material/check:", "green"),
    Status.STOPPED: ("stopped", ":material/stop:", "gray"),
    Status.DIVERGED: ("diverged", ":material/warning:", "red"),
    Status.FAILED: ("failed", ":material/error:", "red"),
}
"""Status → what its badge says, its icon and its colour."""


def live(experiment: Experiment, dataset: Dataset, palette: Palette) -> None:
    """Draw this session's run, and keep it up to date while it changes."""
    polling = view(experiment, dataset).polling
    panel = st.fragment(_panel, run_every=POLL_SECONDS if polling else None)
    panel(experiment, dataset, palette, polling)


def _panel(experiment: Experiment, dataset: Dataset, palette: Palette, polling: bool) -> None:
    shown = view(experiment, dataset)
    _buttons(experiment, dataset, shown)
    _progress(shown)
    _notices(experiment, dataset, shown)
    charts.draw(shown, palette)
    if view(experiment, dataset).polling != polling:
        st.rerun()


def _buttons(experiment: Experiment, dataset: Dataset, shown: View) -> None:
    """Train, pause or resume, step, stop, reset: always in these places, dimmed where idle."""
    client, run, status = training.client(), shown.run, shown.snapshot.status
    mine = run is not None and training.may_steer(run)
    open_ = mine and not status.over
    same = run is not None and run.experiment == experiment and run.dataset is dataset
    with st.container(horizontal=True, gap="small", key="train_controls"):
        if st.button(
            "Train",
            icon=":material/play_arrow:",
            type="primary",
            shortcut="T",
            disabled=bool(open_ and status.active and same),
        ):
            training.train(experiment, dataset)
            st.rerun()
        paused = status is Status.PAUSED and open_
        if st.button(
            "Resume" if paused else "Pause",
            icon=":material/resume:" if paused else ":material/pause:",
            shortcut="P",
            key="pause",
            disabled=not open_,
        ):
            (client.resume if paused else client.pause)(run)
            st.rerun()
        if st.button("Step", icon=":material/skip_next:", shortcut="S", help="Train one epoch."):
            if open_ and same:
                client.step(run)
            else:
                client.step(training.train(experiment, dataset, paused=True))
            st.rerun()
        if st.button("Stop", icon=":material/stop:", shortcut="X", disabled=not open_):
            client.stop(run)
            st.rerun()
        if st.button(
            "Reset",
            icon=":material/restart_alt:",
            disabled=run is None,
            help="Forget the run and go back to the untrained model.",
        ):
            training.leave()
            st.rerun()


def _progress(shown: View) -> None:
    snapshot = shown.snapshot
    share = snapshot.epoch / snapshot.epochs if snapshot.epochs else 0.0
    st.progress(min(1.0, share), text=narrate.progress_sentence(snapshot))
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        if shown.run is not None:
            label, icon, color = BADGES[snapshot.status]
            st.badge(label, icon=icon, color=color)
        elif shown.is_recorded:
            st.badge("recorded", icon=":material/videocam:", color="gray")
            st.caption("A run of these settings, recorded earlier. Train to see it live.")
        else:
            st.badge("not trained yet", icon=":material/pending:", color="gray")
            st.caption("The charts show the model with its initial weights. Train to change it.")
        if snapshot.reason:
            st.caption(snapshot.reason)


def _notices(experiment: Experiment, dataset: Dataset, shown: View) -> None:
    """What the person must know of the run beyond its figures."""
    run = shown.run
    if run is None:
        return
    if not training.may_steer(run):
        st.info(
            "You are watching a run that another browser started. "
            "Train starts one of your own with the settings in the sidebar.",
            icon=":material/visibility:",
        )
    elif run.experiment != experiment or run.dataset is not dataset:
        about = narrate.setup_sentence(run.experiment, run.dataset)
        st.info(
            f"The charts show the run that you started: {about} The settings have changed since. "
            "**Train** starts again with the new ones.",
            icon=":material/info:",
        )
    if shown.snapshot.status is Status.FAILED and training.may_steer(run):
        st.error(shown.snapshot.reason, icon=":material/error:")
        if st.button("Start it again", icon=":material/replay:"):
            training.train(run.experiment, run.dataset)
            st.rerun()
    elif shown.snapshot.status is Status.DIVERGED:
        st.warning(shown.snapshot.reason, icon=":material/warning:")
