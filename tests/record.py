"""Record the runs that pages open with: `python -m tests.record [NAME ...]`, by default all.

A real worker trains every bundled dataset with its suggested settings, the silent mistakes, the
ready sweeps, and the gallery cards that have other settings. Keras then computes the Cell page's
proofs for some of these models, and the gallery's small charts are drawn. Sweeps are written to
`lib/sweep/recorded/` as CSV, all other recordings to `lib/training/recordings/`. NAME is a dataset,
a mistake, a sweep, a card, "leak", "answers", or "gallery" (only the small charts).
"""

import sys
import zlib
from dataclasses import replace
from importlib import import_module

import numpy as np

from lib.charts import cards_of
from lib.charts.over_epochs import Losses
from lib.charts.thumbnail import Line, Plot
from lib.data.datasets.registry import DATASETS, make_dataset, suggested
from lib.experiment import to_query
from lib.recurrence import forward
from lib.results import spread_places, untrained
from lib.results.run import Status, memory_of
from lib.shapes import DAMAGE_EPOCHS, LEAK_EPOCHS
from lib.shapes.doctor.damage import MISTAKES, Damage, Leak
from lib.story import FILE, GALLERY, SCENES, experiments_of, runs_of
from lib.sweep.plan import READY
from lib.sweep.runner import run_plan
from lib.training.client import TrainingClient
from lib.training.limits import with_seeds
from lib.training.messages import encode
from lib.ui.cell.ask import PLACES, arguments
from lib.ui.cell.chosen import Chosen

recorded = import_module("lib.training.recorded")  # the package exports a function of this name

BUNDLED = [name for name in DATASETS if name != "upload"]
LEAST, PAST = 4, 16  # the least and the largest number of earlier epochs with weights
PAST_BYTES, CARD_BYTES = 1_000_000, 350_000  # maximum bytes of these weights: dataset, card
POINTS = 48  # the maximum number of points of a line in a small chart


def write(name, record):
    """Write a record to the file that `recorded.read_recording` reads."""
    recorded.FOLDER.mkdir(exist_ok=True)
    path = recorded.FOLDER / f"{name}.msgpack.z"
    path.write_bytes(zlib.compress(encode(record), 9))
    recorded.read_recording.cache_clear()
    recorded.recorded.cache_clear()


def _thin_past(known, size):
    """Return those of the (epoch, weights) pairs that fit into `size` bytes, more of early epochs.

    Late epochs are included, too, since some tasks are learned late and suddenly.
    """
    most = max(LEAST, min(PAST, size // memory_of(known[-1][1])))
    places = len(known) * np.linspace(0, 1, most + 2)[1:-1] ** 1.5
    return tuple(known[place] for place in np.unique(places.round().astype(int)) if place)


def record_run(name, experiment, client, size=PAST_BYTES):
    """Train an experiment, and write its recording."""
    dataset = make_dataset(experiment)
    run = client.start(experiment, dataset, paused=True)
    known = []
    # Pause after each epoch: a pause evaluates the models, so the curve of errors has all epochs.
    while not (snapshot := client.wait(run, 60, lambda s: not s.status.active)).status.over:
        known.append((snapshot.epoch, snapshot.weights))
        client.step(run)
    if snapshot.status not in (Status.FINISHED, Status.DIVERGED):
        raise SystemExit(f"{name}: {snapshot.status}: {snapshot.reason}")
    # `to_query` alone would omit the default dataset.
    query = {"data": experiment.data.name, **to_query(experiment)}
    past = _thin_past(known, size)
    write(name, (query, replace(snapshot, run_id="recorded", past=past)))
    errors = {mode: r.final_mse for mode, r in snapshot.results.items()}
    print(f"{name}: last-step error {errors}", flush=True)


def record_card(name, client):
    """Train a gallery card's experiments, except those with a dataset's suggested settings."""
    for number, experiment in enumerate(experiments_of(GALLERY[name]).values(), start=1):
        data = experiment.data.name
        if experiment != with_seeds(suggested(data), make_dataset(experiment)):
            run = f"-{number}" if GALLERY[name].runs else ""
            # A recording of both modes serves each mode. With pooled mode, it would be too large.
            mode = "both" if experiment.model.pooling == "none" else experiment.model.mode
            record_run(f"{data}.{name}{run}", experiment.set(mode=mode), client, CARD_BYTES)


def train(x, y, trained, epochs, *, sequences=True, both_ways=False):
    """Train an LSTM on the first `trained` samples: losses by epoch, predictions for the others."""
    import keras
    from keras import initializers, layers

    recurrent = layers.LSTM(
        16,
        return_sequences=sequences,
        kernel_initializer=initializers.GlorotUniform(seed=0),
        recurrent_initializer=initializers.Orthogonal(seed=1),
    )
    recurrent = layers.Bidirectional(recurrent) if both_ways else recurrent
    head = layers.Dense(1, kernel_initializer=initializers.GlorotUniform(seed=2))
    model = keras.Sequential([keras.Input(x.shape[1:]), recurrent, head])
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    # Without shuffling, all models get the same batches. The samples are noise.
    options = {"batch_size": 32, "epochs": epochs, "shuffle": False, "verbose": 0}
    history = model.fit(x[:trained], y[:trained], **options).history
    return np.array(history["loss"], np.float32), model.predict(x[trained:], verbose=0)


def train_leak(samples=2816, trained=768, timesteps=12):
    """Train an LSTM and a Bidirectional LSTM to predict noise one step ahead; return a `Leak`."""
    noise = np.random.default_rng(0).normal(0, 1, (samples, timesteps + 1, 1)).astype(np.float32)
    x, y = noise[:, :-1], noise[:, 1:]
    errors = []
    for both_ways in (False, True):
        _, predictions = train(x, y, trained, LEAK_EPOCHS, both_ways=both_ways)
        wrong = predictions - y[trained:]
        errors.append((wrong**2).mean(axis=(0, 2), dtype=np.float64))
    return Leak(*errors)


def train_damage(case, samples=416, trained=320, timesteps=12):
    """Train a case of MISTAKES and its fix from the same weights; return a `Damage`."""
    x = np.random.default_rng(0).normal(0, 1, (samples, timesteps, 1)).astype(np.float32)
    right = wrong = y = np.cumsum(x, axis=1) / np.float32(np.sqrt(timesteps))
    learns_steps = len(MISTAKES[case].output) == 3  # whether the mistaken model returns sequences
    if learns_steps:
        right, wrong = y[:, -1], y[:, -1].reshape(samples, *MISTAKES[case].target[1:])
    loss, last = {}, {}
    for side, target in (("right", right), ("wrong", wrong)):
        sequences = learns_steps == (side == "wrong")
        loss[side], values = train(x, target, trained, DAMAGE_EPOCHS, sequences=sequences)
        last[side] = values[:, -1, 0] if sequences else values[:, 0]
    return Damage(loss, last, y[trained:, -1, 0])


def record_answers(client):
    """Record Keras's answers for the models that the Cell page shows first."""
    for name in recorded.ANSWERED:
        answers = {place: [] for place in PLACES}
        for chosen in first_choices(name):
            for place, (question, _) in PLACES.items():
                sent = arguments(place, chosen)
                answer = client.ask(question, cell=chosen.experiment.model.cell, **sent)
                answers[place].append((sent, answer.result(timeout=120)))
        write(f"answers-{name}", answers)
        print(f"answers-{name}", flush=True)


def first_choices(name):
    """Return the Cell page's first choices for a dataset: with initial and with trained weights."""
    dataset = make_dataset(suggested(name))
    experiment = with_seeds(suggested(name), dataset)
    snapshot, mode = recorded.recorded(experiment), experiment.model.modes[0]
    if snapshot is None or (newest := snapshot.results[mode].weights) is None:
        raise SystemExit(f"{name} must be recorded first")
    sample, top = int(dataset.shown[0]), experiment.model.layers - 1
    choices = []
    for epoch, weights in (
        (0, untrained(experiment, dataset).results[mode].weights),
        (snapshot.epoch, newest),
    ):
        traces, _ = forward(experiment, weights, dataset.x[sample : sample + 1])
        about = sample, top, mode, weights, epoch, snapshot.run_id
        choices.append(Chosen(experiment, dataset, *about, polling=False, traces=traces))
    return choices


def draw_plot(scene):
    """Return a scene's small chart, drawn from the recordings."""
    data = scene.query["data"][-1]
    match scene.picture:
        case "leaked":
            leak = recorded.read_recording("leak", Leak)
            best = by_step(np.ones(len(leak.one_way)), "best", "", "dashed")
            one_way = by_step(leak.one_way, "sequence", "LSTM")
            return Plot((best, one_way, by_step(leak.both_ways, "wrong", "Bidirectional")))
        case "broadcast":
            damage = recorded.read_recording("flat", Damage)
            order, predictions = np.argsort(damage.truth), damage.predictions
            truth, right, wrong = (
                values[order].astype(float)
                for values in (damage.truth, predictions["right"], predictions["wrong"])
            )
            names = ("best", "right y"), ("wrong", "broadcast y")
            return Plot((Line(truth, right, *names[0]), Line(truth, wrong, *names[1])))
        case "reach" | "one" | "returned" | "target" | "inputs":
            return draw_sample(scene.picture, data, int(scene.query.get("sample", ["1"])[-1]) - 1)
    runs = runs_of(scene)
    run = next(iter(runs.values()))
    cards, is_share = cards_of(run.dataset), run.dataset.has_labels
    match scene.picture:
        case "step_errors" | "step_accuracies":
            card, lines = cards["step_error"](run), []
            if card.best is not None and card.best.any():
                lines.append(by_step(card.best, "best", "", "dashed"))
            lines.append(by_step(card.values["sequence"].median, "sequence"))
            last = card.values["last"].median[-1:].astype(float)
            lines.append(Line(np.array([float(len(card.baseline))]), last, "last", style="marks"))
            baseline = by_step(card.baseline, "baseline", "", "dotted")
            return Plot((baseline, *lines), is_share=is_share)
        case "losses":
            card, lines = Losses(run), []
            for mode, curve in card.losses.items():
                best = card.best.get(mode)
                level = best or card.baseline[mode]
                lines += [a_level(curve, level, "best" if best else "baseline")]
                lines += [by_epoch(curve, mode)]
        case "errors" | "accuracies":
            card = cards["compare"](run)
            first = next(iter(card.curves.values()))
            levels = [(value["both"], color) for _, value, color in card.levels]
            lines = [a_level(first, value, color) for value, color in levels if value]
            lines += [by_epoch(curve, mode) for mode, curve in card.curves.items()]
        case "cells" | "padding":
            curves = {name: cards["compare"](each).curves["last"] for name, each in runs.items()}
            lines = [by_epoch(curve, "last", name) for name, curve in curves.items()]
    return Plot(tuple(lines), not is_share, is_share)


def draw_sample(picture, data, sample):
    """Return a small chart of a sample, drawn from a dataset, or of Keras's answers for it."""
    match picture:
        case "reach":
            norms = recorded.answers_of(data)["reach"][0][1]
            lines = [by_step(np.maximum(norms[mode], 1e-12), mode) for mode in ("sequence", "last")]
            return Plot(tuple(lines), is_log=True)
        case "one":
            answer = recorded.answers_of(data)["modes"][-1][1]
            last = by_step(answer["last"][0], "last", "", "marks")
            return Plot((by_step(answer["sequence"][0, -1], "sequence"), last))
        case "returned":
            steps = recorded.answers_of(data)["modes"][-1][1]["whole"][:, 0]
            last = Line(np.array([float(len(steps))]), steps[-1:], "last", style="marks")
            return Plot((by_step(steps, "sequence"), last))
        case "target":
            dataset = make_dataset(suggested(data))
            return Plot((by_step(dataset.y[sample, :, 0], "ink"),))
        case "inputs":
            dataset = make_dataset(suggested(data))
            return Plot((by_step(dataset.x[sample].sum(axis=1), "ink"),))


def by_step(y, *about):
    """Return a line of values (T,) over the timesteps."""
    return Line(np.arange(1.0, len(y) + 1), np.asarray(y, np.float64), *about)


def by_epoch(curve, *about):
    """Return a curve over epochs as a line of evenly spaced points."""
    known = np.flatnonzero(np.isfinite(curve.values))
    some = known[spread_places(len(known), POINTS)]
    return Line(curve.epochs[some].astype(float), curve.values[some], *about)


def a_level(curve, value, color):
    """Return the best possible or baseline level as a line over a curve's epochs."""
    ends, style = curve.epochs[[0, -1]].astype(float), "dashed" if color == "best" else "dotted"
    return Line(ends, np.full(2, value), color, style=style)


def main(names):
    """Record the named items, by default all. Then draw the small charts if a card is recorded."""
    every = [*BUNDLED, *GALLERY, *MISTAKES, *READY, "leak", "answers"]
    with TrainingClient() as client:
        for name in names or dict.fromkeys(every):
            if name == "leak":
                leak = train_leak()
                write(name, leak)
                print(f"leak: {leak.one_way.round(3)}, {leak.both_ways.round(3)}", flush=True)
            elif name == "answers":
                record_answers(client)
            elif name in READY:
                READY[name].path.unlink(missing_ok=True)
                print(name, len(run_plan(READY[name].plan, out=READY[name].path)), flush=True)
            elif name in MISTAKES:
                damage = train_damage(name)
                write(name, damage)
                print(f"{name}: error {damage.error('right')}, {damage.error('wrong')}")
            elif name in BUNDLED:
                experiment = with_seeds(suggested(name), make_dataset(suggested(name)))
                if name in GALLERY and experiments_of(GALLERY[name]) != {"": experiment}:
                    raise SystemExit(f"{name} is a dataset, too: give the card another name")
                record_run(name, experiment, client)
            elif name != "gallery":
                record_card(name, client)
    if not names or {*names} & {"gallery", *GALLERY}:
        drawn = [scene for scene in SCENES.values() if scene.picture]
        write(FILE, {scene.name: draw_plot(scene) for scene in drawn})


if __name__ == "__main__":
    main(sys.argv[1:])
