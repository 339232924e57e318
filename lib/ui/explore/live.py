"""The Explore page: choose settings, see the shapes, train, and compare the two modes.

Controls and charts are one fragment, which follows a training run (`lib.ui.fragment`). The page
reruns when training begins or ends, and when the user picks another run or epoch.
"""

from collections.abc import Callable
from functools import partial

import streamlit as st

from lib.charts import Palette, cards_of, sentences, shape_strip
from lib.results import MIN_REPLAY_EPOCHS, Run, Status
from lib.text import beside
from lib.training import architecture_of, bucket_of, limits
from lib.ui import address, clock, runs
from lib.ui.browser import current_palette
from lib.ui.explore import replay_card, run_cards, skill
from lib.ui.explore.take import draw_files
from lib.ui.fragment import Place, fragment
from lib.ui.frame import frame
from lib.ui.session import Loaded, once, session
from lib.ui.settings import label_of
from lib.ui.shown import Epochs, ShownRun, fitting_run, follow_epochs, load_data, sample_and_target
from lib.ui.upload import note_kept
from lib.ui.widgets import bound, card, hint, linked_buttons, plain, press_once, say_steadily

SEEDS = (1, 4, 8, 16)
JUST_FINISHED = 0.6  # seconds in which Train, in Pause's place, ignores a click meant for Pause
SEEDS_HELP = "How many times each model is trained, each time from different initial weights."
PACE_HELP = "Slower training leaves time to watch the charts. Fastest trains at full speed."
# Keys: a run's status or, without a run, the source of the results. Values: badge, color, meaning.
STATUS_TEXTS: dict[str, dict[str, str]] = beside(__file__, "status")


def explore() -> None:
    """Draw the Explore page."""
    loaded = load_data(frame("Explore", (*run_cards.KEYS, *skill.KEYS)))
    experiment, data, model = loaded.experiment, loaded.dataset, loaded.experiment.model
    palette = current_palette()

    with st.container(key="title", gap=None):
        st.markdown(f"# {plain(sentences.setup_sentence(model, data.shape[1]))}")
        hint(data.about)
    draw_strip(loaded, palette)

    built = architecture_of(experiment, data.train, *data.shape[1:], data.targets)
    # Prepare one program per size bucket. Sliders pass many sizes outside all buckets: of these,
    # prepare the first per kind of model.
    program = bucket_of(built) or (model.cell, model.layers, model.head)
    once("prepared", (program,), lambda: runs.client().prepare(experiment, data))
    follow_epochs(loaded, partial(_panel, loaded, palette))

    skill.skill_card(loaded, palette)
    with card("Downloads", key="take_away"):
        fragment(draw_files, loaded)


def draw_strip(loaded: Loaded, palette: Palette) -> None:
    """Draw every tensor of both models, shaded by one sample's values if no run trains."""
    experiment, dataset = loaded.experiment, loaded.dataset
    with st.container(border=True, key="strip"):
        shown = Epochs(fitting_run(experiment, dataset)).at_picked_epoch
        sample = int(shown.snapshot.samples[sample_and_target(shown)[0]])
        weights = shown.snapshot.weights[0] if not shown.polling else {}
        draw = partial(shape_strip, experiment, dataset, palette, weights=weights, sample=sample)
        st.html(draw(fixed_entry_size=session().address.page == "Present"))


def _panel(loaded: Loaded, palette: Palette, epochs: Epochs) -> Callable[[Epochs], None]:
    """Draw controls and charts; return their update function."""
    shown, progress, sentence = epochs.shown, Place(), Place()
    can_replay = len(epochs.choice.texts) >= MIN_REPLAY_EPOCHS and not shown.polling
    with st.container(key="controls"):
        with st.container(horizontal=True, gap="xxsmall", key="train_controls"):
            _buttons(loaded, shown)
        with st.container(key="run_scrubber"):
            replay_card.draw_scrubber(epochs, can_replay=can_replay)
        with st.container(key="run_progress", gap=None):
            _progress(epochs, progress)
        with st.container(key="run_options"), st.popover("Options", icon=":material/tune:"):
            _options(loaded, shown)
        with st.container(key="run_words"):
            say_steadily(_status_sentence(loaded, shown), gray=True, place=sentence)
    if badge := run_cards.badge_of(loaded, shown):
        badge = f"{'Previous' if shown.snapshot.status.over else 'Current'} run: {badge}"
    if can_replay and run_cards.OPEN_REPLAY.index == 1:
        replay_card.draw(epochs, palette, badge=badge)
        return lambda _: None
    names = [*cards_of(shown.dataset, shown.experiment.model.pooling)]
    update_cards = run_cards.draw(names, epochs, palette, badge=badge)

    def follow(now: Epochs) -> None:
        _progress(now, progress)
        say_steadily(_status_sentence(loaded, now.shown), gray=True, place=sentence)
        update_cards(now)

    return follow


def _buttons(loaded: Loaded, shown: ShownRun) -> None:
    """Draw Train, Pause or Resume in one place, and the buttons Step and Stop beside it."""
    client, run, status = runs.client(), shown.run, shown.snapshot.status
    open_run = None if run is None or status.over or _is_from_another_browser(shown) else run
    is_same, trainable = run_cards.is_same(loaded, shown), not loaded.obstacle
    paused = open_run is not None and status is Status.PAUSED
    train = partial(runs.train, loaded.experiment, loaded.dataset)
    shown_since = once("shown_since", (run and run.id, status), clock.now)

    def control_run(act: Callable[[Run], object]) -> None:
        if act == client.resume:
            address.set_page_values(runs.NEWEST)
        if open_run:
            act(open_run)

    def start() -> None:
        has_just_finished = run and status is Status.FINISHED
        if not has_just_finished or clock.now() - shown_since > JUST_FINISHED:
            train()

    def step() -> None:
        address.set_page_values(runs.NEWEST)
        run = open_run if is_same or paused else None
        client.step(run or train(paused=True))

    pause = partial(control_run, client.resume if paused else client.pause)
    label, icon = ("Resume", "play_arrow") if paused else ("Pause", "pause")
    if open_run:
        press_once(label, icon, "do_train", pause, type="primary")
    else:
        press_once("Train", "play_arrow", "do_train", start, type="primary", disabled=not trainable)
    # This button is hidden: the key P presses it.
    press_once(label, icon, "do_pause", pause, disabled=not open_run)
    hover = "Trains one epoch. Starts a new run if there is no run, or if settings have changed."
    can_step = paused or (trainable and not (status.over and is_same))
    press_once("Step", "skip_next", "do_step", step, disabled=not can_step, help=hover)
    press_once("Stop", "stop", "do_stop", partial(control_run, client.stop), disabled=not open_run)


def _options(loaded: Loaded, shown: ShownRun) -> None:
    """Draw the number of seeds, the pace, and a button that clears the run."""
    # If the usual number changes, so does the key: a late request of the old widget is ignored.
    usual = limits.usual_seeds(loaded.experiment, loaded.dataset)
    now, key = loaded.experiment.seeds or usual, f"pick_seeds_{usual}"
    control = bound(key, now, lambda new: address.change({"seeds": new or now}))
    options = sorted({*SEEDS, now})
    st.segmented_control("Seeds", options, default=now, required=True, help=SEEDS_HELP, **control)
    labels = [label for label, _ in runs.PACES.values()]
    control = runs.PACE.bind(runs.follow_pace) | {"disabled": _is_from_another_browser(shown)}
    linked_buttons("Pace", labels, runs.PACE, help=PACE_HELP, **control)

    def reset() -> None:
        if shown.run is None:  # the results are from a file
            note_kept(None)
        runs.forget_run()

    has_no_run = shown.run is None and shown.kept is None
    press_once("Reset", "restart_alt", "do_reset", reset, disabled=has_no_run)
    hint("Removes this run. Train starts a new one.")


def _is_from_another_browser(shown: ShownRun) -> bool:
    return shown.run is not None and not runs.record_if_mine(shown.run.id)


def _progress(epochs: Epochs, place: Place) -> None:
    """Draw the status line, and a hidden progress bar whose value the scrubber reads."""
    shown, snapshot = epochs.shown, epochs.shown.snapshot
    state = snapshot.status if shown.run else _source(shown)
    texts = [":{color}-badge[{badge}]".format(**STATUS_TEXTS[state])]
    is_finished = snapshot.status is Status.FINISHED  # also if all modes stopped early
    fraction = 1.0 if is_finished else min(1.0, snapshot.epoch / max(1, snapshot.epochs))
    picked = "" if epochs.picked is None else f" · shown: after epoch {epochs.picked:,}"
    texts.append(f"{sentences.progress_sentence(snapshot)}{picked}")
    place.show("progress", fraction, " ".join(texts))


def _source(shown: ShownRun) -> str:
    """Return the key in STATUS_TEXTS for results without a run."""
    if shown.kept:
        return "kept"
    return "recorded" if shown.is_recorded else "untrained"


def _status_sentence(loaded: Loaded, shown: ShownRun) -> str:
    """Return what the run's state means and what to do next, in at most two lines."""
    run, snapshot = shown.run, shown.snapshot
    if run is None:
        return _sentence_without_run(loaded, shown)
    usual = STATUS_TEXTS[snapshot.status]["meaning"]
    outcome = snapshot.reason or sentences.kept_sentence(snapshot) or usual
    has_failed = snapshot.status in (Status.DIVERGED, Status.FAILED)
    if _is_from_another_browser(shown):
        advice = outcome if has_failed else loaded.obstacle or "Press Train to start your own run."
        return f"You are watching a run from another browser. {advice}"
    if has_failed or run_cards.is_same(loaded, shown):
        return outcome
    changed = sentences.changed_settings(run.experiment, loaded.experiment, label_of)
    if not changed or run.dataset.title != loaded.dataset.title:
        changed = f"data {run.dataset.title} → {loaded.dataset.title}"
    press = "Press Train" if snapshot.status.over else "Press Stop, then Train,"
    return f"Settings changed: {changed}. {loaded.obstacle or f'{press} to apply them.'}"


def _sentence_without_run(loaded: Loaded, shown: ShownRun) -> str:
    if shown.snapshot.reason:
        return shown.snapshot.reason
    text = STATUS_TEXTS[_source(shown)]
    meaning = text["meaning"].format(**(shown.kept.about if shown.kept else {}))
    if loaded.obstacle:
        return f"{meaning} {loaded.obstacle}"
    return f"{meaning} {text.get('advice', '')}"
