"""A scene on a page: its settings, its controls, its question, and its picture.

The gallery, the guide and a presentation draw the same scenes (`lib.story`), each in its own way.
A scene's settings hold when it comes; what a person made of it is there again when they come back.
"""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from lib.experiment import SETTINGS
from lib.run import Status
from lib.stack.link import read_text
from lib.stack.tracing import broken, trace
from lib.story import Ask, Scene
from lib.ui import address, runs
from lib.ui.fragment import following_fragment
from lib.ui.session import Loaded, session
from lib.ui.settings import Settled, one_control, settle_widgets
from lib.ui.text import hint, plain, press

KEYS = ("part", "sample", "layer", "weights", "order", "step", "unit", "stack", "check", "earlier")
"""What pictures have in the address, as their own pages have it there."""


def enter(scene: Scene, kept: Sequence[str]) -> None:
    """Put a scene on the stage: its settings, unless an address that was just opened has others.

    To be called where a page's own settings are set (`lib.ui.frame`). Of the page's own values in
    the address those of the `kept` keys aren't the scene's.
    """
    stage, record = session().stage, session().address
    stays = record.page_before == record.page
    if stage.scene == scene.name and stays:
        return
    if stays and not record.came_with_data:
        address.leave_scene()
    stage.scene = scene.name
    if record.came_with_data:
        return
    address.put(scene.query, kept)
    if left := stage.left.get(scene.name):
        address.come_back_to(left)


def controls(scene: Scene, settled: Settled) -> Settled:
    """Draw the settings that can be moved, and settle what they say."""
    settings = [key for key in scene.controls if key in SETTINGS]
    if settings:
        with st.container(horizontal=True, key="scene_controls", vertical_alignment="bottom"):
            for key in settings:
                one_control(key, settled)
        settled = settle_widgets()
        address.finish()
    return settled


def train_buttons(scene: Scene, loaded: Loaded) -> None:
    """Draw Train, or Pause, where a scene lets people train."""
    if "train" not in scene.controls:
        return
    run, snapshot = runs.current_run() or (None, None)
    client, status = runs.client(), snapshot.status if snapshot else None

    def train() -> None:
        started = runs.train(loaded.experiment, loaded.dataset, paused=bool(scene.pause))
        if scene.pause:
            if scene.seconds:
                epochs = loaded.experiment.training.epochs
                client.set_pace(started, scene.seconds * epochs / scene.pause)
            client.resume(started, scene.pause)

    if run and status and status.active:
        press("Pause", "pause", "do_pause", lambda: client.pause(run), type="primary")
    elif run and status is Status.PAUSED and runs.may_steer(run):
        press("Resume", "play_arrow", "do_train", lambda: client.resume(run), type="primary")
    else:
        press("Train", "play_arrow", "do_train", train, type="primary")


def picked(scene: Scene) -> list[int]:
    """Which option was picked for each of its questions that are answered."""
    return session().stage.answers.get(scene.name, [])


def answered(scene: Scene) -> bool:
    """Whether all its questions are that come before the picture is revealed."""
    return len(picked(scene)) >= sum(not ask.after for ask in scene.asks)


def shown(scene: Scene) -> str:
    """The picture that is to be seen now, a key of `lib.ui.views.VIEWS`."""
    return scene.reveals if scene.reveals and answered(scene) else scene.shows


def question(scene: Scene) -> None:
    """Draw its questions: the answered ones with why, and the next one with its options."""
    for place, ask in enumerate(scene.asks):
        given = picked(scene)[place] if place < len(picked(scene)) else None
        if given is not None:
            _verdict(ask, given)
        elif not ask.after or has_happened(scene):
            _ask(scene, ask)
            return


def _verdict(ask: Ask, given: int) -> None:
    right = ask.options[ask.right]
    st.markdown(f"**{plain(ask.text)}**")
    if given != ask.right:
        wrong = ask.options[given]
        st.markdown(f":red[✗ {plain(wrong.text)}]: {plain(wrong.why)}")
    st.markdown(f":green[✓ {plain(right.text)}]: {plain(right.why)}")


def _ask(scene: Scene, ask: Ask) -> None:
    st.markdown(f"**{plain(ask.text)}**")
    for place, option in enumerate(ask.options):
        st.button(
            plain(option.text),
            key=f"option_{place}",
            width="stretch",
            on_click=_answer,
            args=(scene, len(picked(scene)), place),
        )


def _answer(scene: Scene, question: int, place: int) -> None:
    given = session().stage.answers.setdefault(scene.name, [])
    if len(given) == question:  # a click may come twice
        given.append(place)


def waiting(scene: Scene) -> None:
    """Say what is still to do, and draw a way past it: nobody is stuck where a worker is slow."""

    def draw(progress: tuple[str, bool]) -> None:
        hint(progress[0])

    if answered(scene) and not has_happened(scene):
        with st.container(key="scene_waits", horizontal=True, vertical_alignment="center"):
            following_fragment(
                lambda: _progress(scene),
                draw,
                lambda seen: seen[1],
                0.3,
                about=lambda _: has_happened(scene),
            )
            waive = partial(_waive, scene)
            press("Skip", "skip_next", "scene_skip", waive, type="tertiary")


def _progress(scene: Scene) -> tuple[str, bool]:
    """What is to do, or how far a run is with that; and whether it goes on by itself."""
    what, _, value = scene.until.partition(" ")
    _, snapshot = runs.current_run() or (None, None)
    if what != "epoch" or snapshot is None or not snapshot.status.active:
        return scene.todo, False
    if not snapshot.epoch:
        return "The training is about to begin. Skip shows a recorded one.", True
    return f"Epoch {snapshot.epoch} of the {value} that it waits for …", True


def _waive(scene: Scene) -> None:
    """Go on without it; instead of a training that takes long, with what a recorded one came to."""
    session().stage.passed.add(scene.name)
    if scene.until.startswith("epoch"):
        runs.leave()


def pointed(scene: Scene) -> str:
    """The Streamlit key of the control to be used now; "" where there is none."""
    return scene.points_at if answered(scene) and not has_happened(scene) else ""


def done(scene: Scene) -> bool:
    """Whether it may go on: its questions are answered, and what it waits for has happened."""
    return len(picked(scene)) >= len(scene.asks) and has_happened(scene)


def has_happened(scene: Scene) -> bool:
    """Whether what it waits for, after its first questions, has, or is waived.

    `until` is "" or one of: "epoch 20" (a run has come so far), "mode last" or "step 3" (a setting,
    or one of KEYS, has this value), "T moved" (it isn't what the scene has set), "mended" (the
    stack doesn't break).
    """
    passed = session().stage.passed
    if scene.name not in passed and answered(scene) and _is_so(scene):
        passed.add(scene.name)
    return scene.name in passed


def _is_so(scene: Scene) -> bool:
    what, _, value = scene.until.partition(" ")
    if not what:
        return True
    if session().stage.scene != scene.name:
        return False
    if what == "epoch":
        current = runs.current_run()
        return current is not None and current[1].epoch >= int(value)
    if what == "mended":
        return broken(trace(read_text(address.page_value("stack"))[0])) is None
    is_now = (
        address.page_value(what) if what in KEYS else f"{session().address.experiment.get(what)}"
    )
    if value == "moved":
        return is_now not in scene.query.get(what, ())
    return is_now == value
