"""Explore's card of downloads: code, the run, a report, tables, pictures.

When a button is pressed, a thread makes the file, and the browser polls until it is ready. The
browser makes pictures itself. Rows and texts are in take.toml.
"""

import math
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from lib import export
from lib.charts import cards_of
from lib.data import Dataset, Table, keras_target
from lib.experiment import Experiment
from lib.export import EXPORTS, Reported
from lib.results import Compared, Snapshot, Status, as_of
from lib.text import beside
from lib.training import give_way
from lib.ui import address, clock, runs
from lib.ui.browser import component
from lib.ui.explore.run_cards import EARLIER, badge_of
from lib.ui.explore.skill import picked_forecast
from lib.ui.session import Loaded, Taking, session
from lib.ui.shown import Epochs, sample_and_target, shown_run

KEY, SCRIPT = "take", "plain_script"
QUICK_SECONDS, MOST_SECONDS = 0.2, 120.0  # longest wait in one rerun, and over all reruns
RECEIVED = "received"  # sent by the browser once it has its file
Files = dict[str, Callable[[], bytes | str]]  # file's id → function that returns its content
Make = Callable[[], Future[Any]]  # starts to make a file in another thread, or in the worker

_component = component(KEY, __file__, KEY, "plotly_private.js", "download.js")
_FILE = beside(__file__)
TEXTS: dict[str, str] = _FILE["texts"]
_POOL = ThreadPoolExecutor(4, KEY, give_way)


def draw_files(loaded: Loaded) -> None:
    """Draw the card's rows, or send the requested file; draw the plain script below."""
    epochs = Epochs(shown_run(loaded.experiment, loaded.dataset))
    shown, at_epoch, picked = epochs.shown, epochs.at_picked_epoch, epochs.picked
    other = badge_of(loaded, shown)
    makers = _makers(epochs)
    which = "training" if shown.polling else "shown"
    which = "earlier" if picked is not None else which
    note = TEXTS["other" if other else which].format(other=other, epoch=f"{picked or 0:,}")
    data: Any = _rows(epochs, makers) | {"note": note}
    asked = (st.session_state.get(KEY) or {}).get("asked")
    if asked == RECEIVED:
        _forget()
    elif asked:
        # The key leaves out the newest epoch, so that training doesn't make the file start over.
        run = shown.snapshot.run_id, shown.experiment, id(shown.dataset)
        key = asked, picked, *run
        made: Any = {"words": TEXTS["gone"], "failed": True}
        if make := makers.get(asked):
            made = _file_or_message(key, make)
        if isinstance(made, bytes):
            data = f"{asked}\n".encode() + made
        else:
            data |= {"message": {"id": asked, **made}}
    data = data if isinstance(data, bytes) else [data]  # a list: see `browser.listener`
    _component(key=KEY, data=data, on_asked_change=lambda: None)
    label, icon = "Read the plain script", ":material/code:"
    folded = st.expander(label, key=SCRIPT, icon=icon, on_change="rerun")
    if folded.open:
        now = _snapshot_at(picked, at_epoch.snapshot)
        script = EXPORTS["keras"].write(shown.experiment, shown.dataset, now)
        folded.code(script, language="python", wrap_lines=True)


def _snapshot_at(picked: int | None, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot, marked as paused if an epoch is picked: the run hadn't ended then."""
    return snapshot if picked is None else replace(snapshot, status=Status.PAUSED, reason="")


def _file_or_message(key: tuple[object, ...], make: Make) -> Any:
    """Return the requested file as bytes, or a message; keep a file until the browser has it."""
    taking = session().taking
    if taking is None or taking.key != key:
        _forget()  # a new request replaces the previous one
        taking = session().taking = Taking(key, make(), clock.now())
    if wait([taking.future], QUICK_SECONDS).done:
        try:
            file = taking.future.result()
            file = file["file"] if isinstance(file, dict) else file  # Keras's reply
            return file.encode() if isinstance(file, str) else bytes(file)
        except Exception as error:  # any error: the card shows its message
            text = TEXTS["failed"].format(why=f"{error}" or type(error).__name__)
    elif clock.now() - taking.since <= MOST_SECONDS:
        return {"words": TEXTS["making"]}
    else:
        text = TEXTS["late"]
    _forget()  # the next press tries again
    return {"words": text, "failed": True}


def _forget() -> None:
    if taking := session().taking:
        taking.future.cancel()
    session().taking = None


def _rows(epochs: Epochs, makers: dict[str, Make]) -> dict[str, Any]:
    """Return the rows for take.js: the buttons' labels, the files' names, and texts."""
    experiment, dataset = epochs.shown.experiment, epochs.shown.dataset
    columns = 1 if dataset.has_labels else dataset.targets  # in the table of predictions
    numbers = {
        "rows": f"{columns * dataset.real[dataset.evaluated].sum():,}",
        "part": "validation" if dataset.has_validation else "training",
        "seed": experiment.seed,
    }
    after = "" if epochs.picked is None else f"-epoch-{epochs.picked}"
    stem = f"{export.name_of(experiment, dataset)}{after}"
    names = {file: f"{stem}{end}" for file, end in _FILE["ends"].items()}
    names["data"] = f"{export.data_name(dataset)}.npz"
    names |= {n: each.file_name(experiment, dataset, after) for n, each in EXPORTS.items()}
    cards = {name: card.title for name, card in cards_of(dataset).items()}
    parts = []
    for heading, rows in _FILE["parts"].items():
        shown = []
        for key, spec in rows.items():
            title, labels = cards.get(key, key), spec.get("files", {})
            files = {file: label for file, label in labels.items() if file in makers}
            text = spec.get("about", "").format(**numbers)
            if files or "picture" in spec:
                shown.append({**spec, "title": title, "about": text, "files": files})
        if shown:
            parts.append({"title": heading, "rows": shown})
    return {"parts": parts, "files": {file: names[file] for file in makers}, "stem": stem}


def _makers(epochs: Epochs) -> dict[str, Make]:
    """Return functions that start to make the run's files."""
    shown = epochs.shown
    table = runs.table_of_run() if shown.run else session().upload.table
    files = _run_files(epochs, table)
    makers: dict[str, Make] = {name: partial(_POOL.submit, file) for name, file in files.items()}
    model: Any = {"cell": shown.experiment.model.cell, "timesteps": shown.dataset.shape[1]}
    model |= keras_target(shown.experiment, shown.dataset).layers
    ask = partial(runs.client().ask, "keras_file", **model)
    for mode, weights in epochs.at_picked_epoch.snapshot.weights[0].items():
        pooling = shown.experiment.model.pooling_of(mode)
        makers[f"model_{mode}"] = partial(ask, mode=mode, weights=weights, pooling=pooling)
    return makers


def _run_files(epochs: Epochs, table: Table | None) -> Files:
    """Return functions that make the run's files in another thread, without the session."""
    shown, at_epoch = epochs.shown, epochs.at_picked_epoch
    past, run = tuple(epochs.weights.items()), partial(_picked_run, epochs)
    picks, earlier = sample_and_target(at_epoch), EARLIER.index == 1
    ahead = picked_forecast(shown.dataset) if shown.dataset.origin else {}
    source = "a recorded example" if shown.is_recorded else ""
    if shown.kept:
        source = f"from {shown.kept.name}"
    looked = session().looked.get(shown.dataset.title, ())  # test evaluations: see skill.py
    has_looked = (at_epoch.snapshot.run_id, at_epoch.snapshot.epoch) in looked
    link = urlencode(address.query_of(shown.experiment, None, {}), doseq=True)
    link = f"{(st.context.url or '').partition('?')[0].rstrip('/')}/?{link}"

    def report() -> bytes:
        seen: dict[str, Any] = {"source": source, "looked": has_looked, **ahead}
        reported = Reported(*run(), *picks, earlier=earlier, past=past, **seen)
        return export.report(reported, link, datetime.now(UTC), export.versions())

    def results() -> bytes:
        return export.runs_csv([Compared(*run(), shown.snapshot.run_id, "", "", shown.is_recorded)])

    files: Files = {"report": report, "runs": results}
    files["history"] = lambda: export.history_csv(*run())
    files["kept"] = partial(export.keep, shown, past)
    if shown.dataset.name == "upload" and table:
        files["kept_rows"] = partial(export.keep, shown, past, table)
    files |= {name: partial(_script, name, run) for name in EXPORTS}
    if export.is_loaded(shown.dataset):
        files["data"] = partial(export.arrays, shown.dataset)
    if at_epoch.snapshot.weights[0]:
        files["weights"] = lambda: export.weights_npz(*run())
        files["torch_weights"] = lambda: export.torch_weights(*run())
        files["torch_loader"] = lambda: export.torch_loader(*run())
        unit = shown.dataset.target_unit
        files["predictions_csv"] = lambda: export.frame_csv(export.predictions(*run()), unit)
        files["predictions_parquet"] = lambda: export.predictions(*run()).to_parquet(index=False)
        if shown.dataset.origin and not shown.dataset.has_labels:
            files["forecast"] = lambda: export.forecast_csv(*run())
        if has_looked:  # the user has evaluated the test part
            test = partial(export.predictions, of_test=True)
            files["test_csv"] = lambda: export.frame_csv(test(*run()), unit)
    return files


def _picked_run(epochs: Epochs) -> tuple[Experiment, Dataset, Snapshot]:
    """Return the run at the picked epoch, evaluated on all samples without a time limit."""
    shown, picked = epochs.shown, epochs.picked
    if picked is None:
        return shown.experiment, shown.dataset, shown.snapshot
    evaluated = as_of(shown, picked, epochs.weights[picked], budget=math.inf)
    return shown.experiment, shown.dataset, _snapshot_at(picked, evaluated)


def _script(name: str, run: Callable[[], tuple[Experiment, Dataset, Snapshot]]) -> str:
    """Return a script, by its name in EXPORTS."""
    return EXPORTS[name].write(*run())
