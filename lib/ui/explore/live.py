"""Explore, the main job on one page: set it up, see the shapes, train, compare the two modes.

Buttons, progress and charts are one fragment. While a run trains, it updates what figures change
five times a second, or less often on a busy server (`lib.ui.fragment`). It reruns the page when
training begins or ends, or for another run.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import streamlit as st

from lib.charts import EXPLORE_CARDS, Palette, sentences, shape_strip
from lib.recurrence import forward
from lib.results import FEWEST, Run, Status
from lib.text import beside, duration
from lib.training import USUAL_SEEDS, architecture_of, bucket_of, limits, with_seeds
from lib.ui import address, runs
from lib.ui.browser import current_palette, hide
from lib.ui.explore import replay_card, run_cards, skill
from lib.ui.explore.take import draw_files
from lib.ui.fragment import Place, fragment
from lib.ui.frame import frame
from lib.ui.session import Loaded, once, session
from lib.ui.settings import label_of
from lib.ui.shown import Epochs, ShownRun, fitting_run, follow_epochs, load_data, picked_answers
from lib.ui.upload import note_kept
from lib.ui.widgets import bound, card, linked_toggle, plain, press_once, say_steadily

SEEDS = (1, 4, 8, 16)
FAILURES = (Status.DIVERGED, Status.FAILED)
# Badge, its color and meaning by status. "kept", "recorded" and "untrained" are for what is shown
# without a run; the last two also have an advice.
STATUS_TEXTS: dict[str, dict[str, str]] = beside(__file__, "status")


def explore() -> None:
    """Draw the Explore page."""
    loaded = load_data(frame("Explore", (*run_cards.KEYS, *skill.KEYS)))
    experiment, data, model = loaded.experiment, loaded.dataset, loaded.experiment.model
    palette = current_palette()

    st.markdown(f"# {plain(sentences.setup_sentence(experiment, data))}")
    draw_strip(loaded, palette)

    own = architecture_of(experiment, data.train, *data.shape[1:], data.targets)
    # Sizes without a bucket are prepared by kind, since sliders ask for many of them.
    program = (bucket_of(own) or (model.cell, model.layers, model.head),)
    once("prepared", program, lambda: runs.client().prepare(experiment, data))
    follow_epochs(loaded, partial(_panel, loaded, palette, count()))

    skill.skill_card(loaded, palette)
    with card("Take it away", key="take_away"):
        fragment(draw_files, loaded)


def draw_strip(loaded: Loaded, palette: Palette) -> None:
    """Draw every tensor of both models; unless they train, with one sample's values as shades."""
    experiment, dataset = loaded.experiment, loaded.dataset
    with st.container(border=True, key="strip"):
        shown = Epochs(fitting_run(experiment, dataset)).at_picked_epoch
        sample = int(shown.snapshot.samples[picked_answers(shown)[0]])
        models = shown.snapshot.weights[0] if dataset.has_rows and not shown.polling else {}
        x = dataset.x[sample : sample + 1]
        traces = {mode: forward(experiment, each, x) for mode, each in models.items()}
        grows = session().address.page == "Present"
        html = shape_strip(experiment, dataset, palette, traces=traces, sample=sample, grows=grows)
        st.html(html)


def _panel(
    loaded: Loaded, palette: Palette, drawings: Iterator[int], epochs: Epochs
) -> Callable[[Epochs], None]:
    """Draw controls and charts; return what updates them. `drawings` numbers the calls from 0."""
    shown, progress, sentence = epochs.shown, Place(), Place()
    if shown.polling and address.page_value("epoch"):  # a click was on its way when it began
        address.set_page_values(runs.NEWEST)

    with st.container(key="controls"):
        with st.container(horizontal=True, gap="xxsmall", key="train_controls"):
            _buttons(loaded, shown)
        with st.container(key="run_progress", gap=None):
            _progress(epochs, progress)
        with st.container(key="run_words"):
            say_steadily(_status_sentence(loaded, shown), gray=True, place=sentence)
        with st.container(key="run_epoch", horizontal=True, vertical_alignment="center"):
            has_replay = len(epochs.choice.texts) >= FEWEST
            is_open = has_replay and linked_toggle("Replay", run_cards.OPEN_REPLAY)
            if not is_open:
                epochs.draw(wide=True)
        with st.container(key="run_seeds"):
            # Another usual number is another widget: a request that the browser sent before it knew
            # of that number would choose the former one.
            usual = with_seeds(loaded.experiment.set(seeds=0), loaded.dataset).seeds
            now, key = loaded.experiment.seeds or usual, f"pick_seeds_{usual}"
            control = bound(key, now, lambda new: address.change({"seeds": new or now}))
            options = sorted({*SEEDS, now})
            st.segmented_control("Seeds", options, default=now, required=True, **control)
        with st.container(key="run_speed"):
            places, labels = range(len(runs.PACES)), [label for label, _ in runs.PACES.values()]
            control = runs.PACE.bind(runs.follow_pace) | {"disabled": _is_watched(shown)}
            control |= {"default": runs.PACE.index, "format_func": labels.__getitem__}
            st.segmented_control("Pace", places, required=True, **control)
    badge = run_cards.badge_of(loaded, shown)
    if is_open:  # the replay, and the run rests
        replay_card.draw(epochs, palette, badge=badge)
        return lambda _: None
    # With the page, charts that are there stay as they are: a slider's own pictures come at once.
    hold = next(drawings) == 0 and shown.polling
    cards = run_cards.draw([*EXPLORE_CARDS], epochs, palette, hold=hold, badge=badge)

    def follow(now: Epochs) -> None:
        _progress(now, progress)
        say_steadily(_status_sentence(loaded, now.shown), gray=True, place=sentence)
        cards(now)

    return follow


def _buttons(loaded: Loaded, shown: ShownRun) -> None:
    """Draw Train or Resume, Pause or New run, Step, Stop and Reset, always in these places.

    Pause and New run are always drawn, and one is hidden: where one replaced the other, the browser
    showed both for a moment, and a click in that moment hit nothing.
    """
    client, run, status = runs.client(), shown.run, shown.snapshot.status
    steered = None if run is None or status.over or _is_watched(shown) else run
    same, trainable = run_cards.is_same(loaded, shown), loaded.trainable
    paused = steered is not None and status is Status.PAUSED
    train = partial(runs.train, loaded.experiment, loaded.dataset)

    def steer(act: Callable[[Run], object]) -> None:
        address.set_page_values(runs.NEWEST)
        if steered:
            act(steered)

    def reset() -> None:
        if run is None:  # the figures are from a file
            note_kept(None)
        runs.leave()

    def step() -> None:
        address.set_page_values(runs.NEWEST)
        goes_on = steered if same or paused else None
        client.step(goes_on or train(paused=True))

    resume = partial(steer, client.resume)
    if paused:
        press_once("Resume", "play_arrow", "do_train", resume, type="primary")
    else:
        off = not trainable or (steered is not None and status.active and same)
        why = None  # with help Streamlit (1.67) draws a button twice, for phones as well
        if not trainable:
            why = runs.client().pool.unavailable or "A note on this page says why it can't train."
            if loaded.dataset.name == "upload" and not session().upload.table:
                why = "Only who has the run's file can train on it. Upload yours to train."
        press_once("Train", "play_arrow", "do_train", train, type="primary", disabled=off, help=why)
    is_new = paused and trainable and not same
    off = paused or not steered
    press_once("Pause", "pause", "do_pause", partial(steer, client.pause), disabled=off)
    # Hidden: pressed by its shortcut alone.
    press_once("Resume", "resume", "do_resume", resume, disabled=not paused)
    press_once("New run", "add", "do_new_run", train, disabled=not is_new)
    hide("do_resume", "do_pause" if is_new else "do_new_run")
    hover = "Train one epoch: of this run, or of a new one if there is none or settings changed."
    can_step = paused or (trainable and not (status.over and same))
    press_once("Step", "skip_next", "do_step", step, disabled=not can_step, help=hover)
    press_once("Stop", "stop", "do_stop", partial(steer, client.stop), disabled=not steered)
    off = run is None and shown.kept is None
    press_once("Reset", "restart_alt", "do_reset", reset, disabled=off, help="Forget the run.")


def _is_watched(shown: ShownRun) -> bool:
    return shown.run is not None and not runs.record_if_mine(shown.run.id)


def _progress(epochs: Epochs, place: Place) -> None:
    """Draw the progress bar with its text, always in the same place and size."""
    shown, snapshot = epochs.shown, epochs.shown.snapshot
    stands = [snapshot.status if shown.run else _stands_in(shown)]
    if not shown.run and snapshot.status is Status.DIVERGED:
        stands.append(snapshot.status)
    texts = [":{color}-badge[{badge}]".format(**STATUS_TEXTS[name]) for name in stands]
    over = snapshot.status is Status.FINISHED  # also where both modes have stopped early
    share = 1.0 if over else min(1.0, snapshot.epoch / max(1, snapshot.epochs))
    picked = "" if epochs.picked is None else f" · shown: after epoch {epochs.picked:,}"
    texts.append(f"{sentences.progress_sentence(snapshot)}{picked}")
    place.show("progress", share, " ".join(texts))


def _stands_in(shown: ShownRun) -> str:
    """The key in STATUS_TEXTS of what is shown without a run."""
    return "kept" if shown.kept else "recorded" if shown.is_recorded else "untrained"


def _status_sentence(loaded: Loaded, shown: ShownRun) -> str:
    """What to know about the run besides its figures, in at most two lines."""
    run, snapshot, has_failed = shown.run, shown.snapshot, shown.snapshot.status in FAILURES
    if run is None:
        return _sentence_without_run(loaded, shown)
    usual = STATUS_TEXTS[snapshot.status]["meaning"]
    outcome = snapshot.reason or sentences.kept_sentence(snapshot) or usual
    if _is_watched(shown):
        rows = "shares" if run.dataset.has_rows else "keeps"
        own = "Train starts your own." if loaded.trainable else f"Its owner {rows} its file's rows."
        advice = outcome if has_failed else own
        return f"You are watching a run that another browser started. {advice}"
    if has_failed or run_cards.is_same(loaded, shown):
        return outcome
    changed = sentences.changed_settings(run.experiment, loaded.experiment, label_of)
    if not changed or run.dataset.title != loaded.dataset.title:
        changed = f"data {run.dataset.title} → {loaded.dataset.title}"
    begins = "New run" if snapshot.status is Status.PAUSED else "Train"
    advice = f" {begins} starts anew with them." if loaded.trainable else ""
    return f"The settings have changed since: {changed}.{advice}"


def _sentence_without_run(loaded: Loaded, shown: ShownRun) -> str:
    if shown.snapshot.reason:
        return shown.snapshot.reason
    text = STATUS_TEXTS[_stands_in(shown)]
    meaning = text["meaning"].format(**(shown.kept.about if shown.kept else {}))
    if not loaded.trainable:
        return f"{meaning} {runs.client().pool.unavailable}"
    sentence = f"{meaning} {text.get('advice', '')}"
    if loaded.experiment.seeds == 1 and not session().subject.experiment.seeds:
        several = loaded.experiment.set(seeds=USUAL_SEEDS)
        usual = limits.training_seconds(several, loaded.dataset)
        sentence += f" It trains 1 seed: {USUAL_SEEDS} would take {duration(usual)}."
    return sentence
