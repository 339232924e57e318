"""The run of Explore: buttons, progress, and the charts below, as one fragment.

While a run trains, the fragment updates what figures change five times a second, or less often on
a busy server (`lib.ui.load`). It reruns the page when training begins or ends, or for another run.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import streamlit as st

from lib.charts import Palette, changed_settings, kept_sentence, own_settings, progress_sentence
from lib.results import Run, Status
from lib.text import beside, duration
from lib.training import USUAL_SEEDS, architecture_of, bucket_of, seconds
from lib.ui import clock, runs
from lib.ui.address import change, page_value, set_page_values
from lib.ui.explore import charts, replay
from lib.ui.fragment import Place, following_fragment
from lib.ui.linked import bound, linked_buttons
from lib.ui.load import RHYTHM
from lib.ui.session import Loaded, once, session
from lib.ui.settings import label_of
from lib.ui.shown import Epochs, ShownRun, shown_run
from lib.ui.style import hide
from lib.ui.text import press, say_steadily
from lib.ui.upload import note_kept

NEAR_SECONDS = 0.5
"""If the panel redraws at least this often, a rerun of the page leaves the charts as they are: so a
slider's own pictures come at once, and the charts follow with the next redraw."""
SEEDS = (1, 4, 8, 16)
SAME_CLICK_SECONDS = 0.15

WORDS: dict[str, list[str]] = beside(__file__, "status")
"""By status, "kept", "recorded" or "untrained": a badge, what it means, and what to do, if any."""


def live(loaded: Loaded, palette: Palette) -> None:
    """Draw this session's run, and keep it up to date while it changes."""
    experiment, data, model = loaded.experiment, loaded.dataset, loaded.experiment.model
    own = architecture_of(experiment, data.train, *data.shape[1:], data.targets)
    # Sizes without a bucket are prepared by kind, since sliders ask for many of them.
    program = (bucket_of(own) or (model.cell, model.layers, model.head),)
    once("prepared", program, lambda: runs.client().prepare(experiment, data))
    following_fragment(
        lambda: Epochs(shown_run(experiment, data)),
        partial(_panel, loaded, palette, count()),
        lambda epochs: epochs.shown.polling,
        about=lambda epochs: (*epochs.about, session().subject.experiment),
    )


def _panel(
    loaded: Loaded, palette: Palette, times: Iterator[int], epochs: Epochs
) -> Callable[[Epochs], None]:
    """Draw controls and charts, the first of `times` with the page; returns what updates them."""
    shown, progress, words = epochs.shown, Place(), Place()
    if shown.polling and page_value("epoch"):  # from a click that was on its way when it began
        set_page_values(runs.NEWEST)

    with st.container(key="controls"):
        with st.container(horizontal=True, gap="xxsmall", key="train_controls"):
            _buttons(loaded, shown)
        with st.container(key="run_progress", gap=None):
            _progress(epochs, progress)
        with st.container(key="run_words"):
            say_steadily(_words(loaded, shown), gray=True, place=words)
        with st.container(key="run_epoch", horizontal=True, vertical_alignment="center"):
            replays = replay.replay_toggle(epochs)
            if not replays:
                epochs.draw(wide=True)
        with st.container(key="run_seeds"):
            seeds = max(1, loaded.experiment.seeds)  # 0 until there are data to settle it by
            options, take = sorted({*SEEDS, seeds}), lambda new: change({"seeds": new or seeds})
            control = bound("pick_seeds", seeds, take)
            st.segmented_control("Seeds", options, default=seeds, required=True, **control)
        with st.container(key="run_speed"):
            labels, watched = [label for label, _ in runs.PACES.values()], _is_watched(shown)
            linked_buttons("Pace", labels, runs.PACE, then=runs.follow_pace, disabled=watched)
    badge = badge_of(loaded, shown)
    if replays:  # the run rests
        replay.draw(epochs, palette, badge=badge)
        return lambda _: None
    hold = next(times) == 0 and shown.polling and RHYTHM.interval() <= NEAR_SECONDS
    cards = charts.draw(charts.CARDS, epochs.then, palette, hold=hold, badge=badge)

    def follow(now: Epochs) -> None:
        _progress(now, progress)
        say_steadily(_words(loaded, now.shown), gray=True, place=words)
        cards(now.then)

    return follow


def _buttons(loaded: Loaded, shown: ShownRun) -> None:
    """Draw Train or Resume, Pause, Step, Stop and Reset, always in these places.

    The first button resumes a paused run even if the settings have changed; New run replaces Pause
    then. Both are always drawn: where one replaced the other, the browser showed both for a moment,
    and a click in that moment hit nothing.
    """
    client, run, status = runs.client(), shown.run, shown.snapshot.status
    steered = None if run is None or status.over or _is_watched(shown) else run
    same, trainable = _is_same(loaded, shown), loaded.trainable
    paused = steered is not None and status is Status.PAUSED
    train = partial(runs.train, loaded.experiment, loaded.dataset)

    def steer(act: Callable[[Run], object]) -> None:
        set_page_values(runs.NEWEST)
        if steered:
            act(steered)

    def step() -> None:
        set_page_values(runs.NEWEST)
        goes_on = steered if same or paused else None
        client.step(goes_on or train(paused=True))

    resume = partial(steer, client.resume)
    if paused:
        _button("Train", "play_arrow", resume, label="Resume", type="primary")
    else:
        is_off = not trainable or (steered and status.active and same)
        why = _why_not_trainable(loaded)
        _button("Train", "play_arrow", train, type="primary", disabled=bool(is_off), help=why)
    is_new = paused and trainable and not same
    _button("Pause", "pause", partial(steer, client.pause), disabled=paused or not steered)
    _button("Resume", "resume", resume, disabled=not paused)  # hidden: pressed by its key alone
    _button("New run", "add", train, disabled=not is_new)
    hide("do_resume", "do_pause" if is_new else "do_new_run")
    about = "Train one epoch: of this run, or of a new one if there is none or settings changed."
    can_step = paused or (trainable and not (status.over and same))
    _button("Step", "skip_next", step, disabled=not can_step, help=about)
    _button("Stop", "stop", partial(steer, client.stop), disabled=not steered)
    about, nothing = "Forget the run.", run is None and shown.kept is None
    _button("Reset", "restart_alt", _reset, disabled=nothing, help=about)


def _why_not_trainable(loaded: Loaded) -> str | None:
    """Why nobody can train on these data here; None where Train needs no such help.

    With help Streamlit (1.67) draws a button twice, for phones as well.
    """
    if loaded.trainable:
        return None
    if loaded.dataset.name == "upload" and not session().upload.table:
        return "Only who has the run's file can train on it. Upload yours to train."
    return runs.client().unavailable or "A note on this page says why this can't be trained."


def _reset() -> None:
    """Forget the run, or without one the run from a file."""
    if runs.current_run() is None:
        note_kept(None)
    runs.leave()


def _button(
    name: str, icon: str, act: Callable[[], object], *, label: str = "", **options: Any
) -> None:
    """Draw a button whose key, `do_name`, a keyboard shortcut presses too."""

    def act_once() -> None:
        # Streamlit may call twice for one click (1.67, 76 ms apart).
        now, clicks = clock.now(), session().clicks
        if now - clicks.get(label or name, -SAME_CLICK_SECONDS) > SAME_CLICK_SECONDS:
            clicks[label or name] = now
            act()

    press(label or name, icon, f"do_{name.lower().replace(' ', '_')}", act_once, **options)


def _why_one_seed(loaded: Loaded) -> str:
    """Why Train trains one seed, where nobody has chosen how many; "" where it trains more."""
    if session().subject.experiment.seeds or loaded.experiment.seeds != 1:
        return ""
    usual = seconds(loaded.experiment.set(seeds=USUAL_SEEDS), loaded.dataset)
    return f" It trains 1 seed: {USUAL_SEEDS} would take {duration(usual)}."


def _is_same(loaded: Loaded, shown: ShownRun) -> bool:
    """Whether the run that is shown is one of the settings in the sidebar."""
    run = shown.run
    return run is not None and run.experiment == loaded.experiment and run.dataset is loaded.dataset


def _is_watched(shown: ShownRun) -> bool:
    """Whether the run is another browser's, which this one can't steer."""
    return shown.run is not None and not runs.own(shown.run.id)


def badge_of(loaded: Loaded, shown: ShownRun) -> str:
    """What the pictures show if a run has other settings than the sidebar: "T = 40"."""
    if shown.run is None or _is_same(loaded, shown):
        return ""
    own = own_settings(shown.experiment, loaded.experiment, label_of)
    return shown.dataset.title if _has_other_file(loaded, shown) or not own else own


def _has_other_file(loaded: Loaded, shown: ShownRun) -> bool:
    """Whether both were cut from a person's files, and these aren't the same."""
    files = {loaded.dataset.fingerprint, shown.dataset.fingerprint} - {""}
    return len(files) > 1


def _progress(epochs: Epochs, place: Place) -> None:
    """Draw the progress bar with its text, always in the same place and size."""
    shown, snapshot = epochs.shown, epochs.shown.snapshot
    badge = WORDS[snapshot.status if shown.run else _stands_in(shown)][0]
    if not shown.run and snapshot.status is Status.DIVERGED:
        badge += f" {WORDS[Status.DIVERGED][0]}"
    over = snapshot.status is Status.FINISHED  # also where both modes have stopped early
    share = 1.0 if over else min(1.0, snapshot.epoch / max(1, snapshot.epochs))
    then = "" if epochs.picked is None else f" · shown: after epoch {epochs.picked:,}"
    place.show("progress", share, f"{badge} {progress_sentence(snapshot)}{then}")


def _stands_in(shown: ShownRun) -> str:
    """What is shown where there is no run, a key of WORDS."""
    return "kept" if shown.kept else "recorded" if shown.is_recorded else "untrained"


def _words(loaded: Loaded, shown: ShownRun) -> str:
    """What to know about the run besides its figures, in at most two lines."""
    run, snapshot = shown.run, shown.snapshot
    if run is None:
        _, words, train = WORDS[_stands_in(shown)]
        words = words.format(**(shown.kept.about if shown.kept else {}))
        then = f"{train}{_why_one_seed(loaded)}" if loaded.trainable else runs.client().unavailable
        return snapshot.reason or f"{words} {then}"
    words = snapshot.reason or kept_sentence(snapshot) or WORDS[snapshot.status][1]
    is_failed = snapshot.status in (Status.DIVERGED, Status.FAILED)
    if _is_watched(shown):
        rows = "shares" if run.dataset.has_rows else "keeps"
        own = "Train starts your own." if loaded.trainable else f"Its owner {rows} its file's rows."
        then = words if is_failed else own
        return f"You are watching a run that another browser started. {then}"
    if is_failed or _is_same(loaded, shown):
        return words
    changed = changed_settings(run.experiment, loaded.experiment, label_of)
    if not changed or _has_other_file(loaded, shown):
        changed = f"data {run.dataset.title} → {loaded.dataset.title}"
    begins = "New run" if snapshot.status is Status.PAUSED else "Train"
    then = f" {begins} starts anew with them." if loaded.trainable else ""
    return f"The settings have changed since: {changed}.{then}"
