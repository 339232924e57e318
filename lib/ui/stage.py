"""A scene on a page: its settings, controls and questions, and the picture to show.

The gallery, the guide and a talk draw the scenes of `lib.story`, each with its own layout.
"""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib.data import keep_newest
from lib.experiment import SETTINGS, Experiment
from lib.results import Run, Snapshot
from lib.shapes import TracedLayer, broken_at, read_question, read_text, trace
from lib.story import GUIDE, Ask, Scene
from lib.ui import address, runs
from lib.ui.browser import browser_id
from lib.ui.fragment import following_fragment
from lib.ui.session import Loaded, Stage, session
from lib.ui.settings import one_control
from lib.ui.widgets import hint, plain, press, press_once, rerun_when

LOOK_SECONDS = 0.5  # minimum seconds between two checks of the scene's run
STEP = "at"  # the guide's open step, in the address
_KEPT: dict[str, Stage] = {}  # progress in the guide by browser, from its newest session
MOST_KEPT = 500  # browsers in `_KEPT`
WATCHED = 20  # the epoch that ends the guide's task to train a model


def enter_step() -> None:
    """Enter the guide's step that the address names, else this browser's last step."""
    record, browser = session().stage, browser_id()
    if not record.step:
        kept = _KEPT.get(browser or "", record)
        record.step = kept.step or next(iter(GUIDE))
        record.answers, record.passed = kept.answers, kept.passed
        if browser:
            keep_newest(_KEPT, browser, record, MOST_KEPT)
    # Don't write the step into the address: Back would always return to the new entry.
    enter(GUIDE.get(address.page_value(STEP)) or GUIDE[record.step])


def enter(scene: Scene) -> None:
    """Apply a scene's settings, unless the user opened an address with other settings."""
    stage, opened = session().stage, session().address.opened
    if stage.scene == scene.name and not opened:
        return
    stage.scene = scene.name
    if opened != "data":
        session().subject = stage.subjects.get(scene.name) or address.put(scene.query)
    stage.subjects[scene.name] = session().subject


def controls(scene: Scene, settled: Experiment) -> None:
    """Draw the settings that the user can change in a scene."""
    if settings := [key for key in scene.controls if key in SETTINGS]:
        with st.container(horizontal=True, key="scene_controls", vertical_alignment="bottom"):
            for key in settings:
                one_control(key, settled)


def train_buttons(scene: Scene, loaded: Loaded) -> None:
    """Draw Train, Pause or Resume, and the epoch, if the scene trains a model."""
    if "run" not in scene.controls:
        return
    client = runs.client()

    def train() -> None:
        run = runs.train(loaded.experiment, loaded.dataset, paused=bool(scene.pause))
        if scene.pause:
            client.set_pace(run, scene.seconds * loaded.experiment.training.epochs / scene.pause)
            client.resume(run, scene.pause)

    def draw(current: tuple[Run, Snapshot] | None) -> None:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if current is None:
                off = bool(loaded.obstacle)
                press_once("Train", "play_arrow", "do_train", train, type="primary", disabled=off)
                return
            run, snapshot = current
            if snapshot.status.active:
                press_once("Pause", "pause", "do_pause", partial(client.pause, run), type="primary")
            else:
                until_pause = max(0, scene.pause - snapshot.epoch) or None  # epochs; None: no pause
                resume = partial(client.resume, run, until_pause)
                press_once("Resume", "play_arrow", "do_resume", resume, type="primary")
            where = f"Epoch {snapshot.epoch} of {snapshot.epochs}"
            with st.container(key="train_where", width="content"):
                hint(where if snapshot.epoch else "Training starts …")

    def page_state(current: tuple[Run, Snapshot] | None) -> object:
        return current and (current[0], current[1].status)

    following_fragment(runs.open_run, draw, bool, LOOK_SECONDS, page_state=page_state)


def picked(scene: Scene) -> list[int]:
    """Return the index of the picked option for each answered question."""
    return session().stage.answers.setdefault(scene.name, [])


def open_ask(scene: Scene) -> Ask | None:
    """Return the first unanswered question, or None."""
    return next(iter(scene.asks[len(picked(scene)) :]), None)


def answered(scene: Scene) -> bool:
    """Return whether all questions before the second picture are answered."""
    return len(picked(scene)) >= sum(not ask.after for ask in scene.asks)


def shown(scene: Scene) -> str:
    """Return the name of the picture to show now, a key of `lib.ui.views.VIEWS`."""
    return scene.reveals if scene.reveals and answered(scene) else scene.shows


def question(scene: Scene) -> None:
    """Draw the answered questions with explanations, then the next question with its options."""
    verdicts(scene)
    ask = open_ask(scene)
    if ask and (not ask.after or has_happened(scene)):
        st.markdown(f"**{plain(ask.text)}**")
        for place, option in enumerate(ask.options):
            answer = partial(_answer, scene, len(picked(scene)), place)
            st.button(plain(option.text), f"option_{place}", width="stretch", on_click=answer)


def verdicts(scene: Scene) -> None:
    """Draw the answered questions with explanations."""
    for ask, given in zip(scene.asks, picked(scene), strict=False):
        right, wrong = ask.options[ask.right], ask.options[given]
        st.markdown(f"**{plain(ask.text)}**")
        if given != ask.right:
            st.markdown(f":red[✗ {plain(wrong.text)}]: {plain(wrong.why)}")
        st.markdown(f":green[✓ {plain(right.text)}]: {plain(right.why)}")


def _answer(scene: Scene, question: int, place: int) -> None:
    if len(picked(scene)) == question:  # Streamlit may report a click twice
        picked(scene).append(place)


def reveal(scene: Scene) -> None:
    """Answer the next question correctly. If all are answered, clear all answers. A callback."""
    if ask := open_ask(scene):
        picked(scene).append(ask.right)
    else:
        picked(scene).clear()


def waiting(scene: Scene, loaded: Loaded) -> None:
    """Show the open task, with a button to skip it, since a worker can be slow or missing."""
    if not answered(scene) or has_happened(scene):
        return
    needs_run = scene.until == "epoch_20"
    why = loaded.obstacle if needs_run else ""
    text = f"{why} Press Skip to show a recorded run." if why else scene.todo

    def skip() -> None:
        session().stage.passed.add(scene.name)
        if needs_run:  # show the recorded run instead
            runs.forget_run()

    with st.container(key="scene_waits", horizontal=True, vertical_alignment="center"):
        is_training = needs_run and runs.open_run()
        rerun_when(lambda: has_happened(scene), LOOK_SECONDS if is_training else None, text)
        press("Skip", "skip_next", "scene_skip", skip, type="tertiary")


def done(scene: Scene) -> bool:
    """Return whether all questions are answered and the task is done."""
    return open_ask(scene) is None and has_happened(scene)


def has_happened(scene: Scene) -> bool:
    """Return whether a scene's task is done or skipped."""
    stage, is_here = session().stage, session().stage.scene == scene.name
    if answered(scene) and (not scene.until or (is_here and REACHED[scene.until]())):
        stage.passed.add(scene.name)
    return scene.name in stage.passed


def traced_stack() -> tuple[TracedLayer, ...]:
    """Return the traced stack of the address."""
    return trace(read_text(address.page_value("stack"))[0])


REACHED: dict[str, Callable[[], bool]] = {  # by `Scene.until`: whether the task is done
    "playhead_at_3": lambda: address.page_value("step") == "3",
    "mode_is_last": lambda: session().subject.experiment.model.mode == "last",
    "timesteps_are_14": lambda: session().subject.experiment.data.timesteps == 14,
    "target_is_correct": lambda: (
        read_question(address.page_value("check")).diagnose().verdict == "correct"
    ),
    "epoch_20": lambda: (found := runs.current_run()) is not None and found[1].epoch >= WATCHED,
    "stack_works": lambda: broken_at(traced_stack()) is None,
}
