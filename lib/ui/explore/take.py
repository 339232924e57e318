"""Explore's card of files to take away: code, the run, a report, tables, pictures.

A thread makes a file when its button is pressed, and the browser asks again until it is there.
The browser makes pictures of what it shows. Rows and words are in take.toml.
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
from lib.data import Dataset, Table
from lib.experiment import Experiment
from lib.export import EXPORTS, Reported, results
from lib.results import Compared, Snapshot, Status, as_of, kept_places, memory_of
from lib.text import beside, counted
from lib.training import give_way
from lib.ui import address, clock, runs
from lib.ui.browser import component
from lib.ui.explore.charts import EARLIER, badge_of
from lib.ui.session import Loaded, once, session
from lib.ui.shown import Epochs, picked_answers, shown_run

KEY, SCRIPT, TAKING = "take", "plain_script", "taking"
QUICK_SECONDS, MOST_SECONDS = 0.2, 120.0  # of waiting in a run of the card, and in all
RECEIVED = "received"  # what the browser asks for when it has its file
NEW = "_new"  # the end of a file's id, if the file is of the sidebar's settings
Make = Callable[[], Future[Any]]  # starts to make a file in another thread, or in the worker

_component, _FILE = component(KEY, __file__, KEY), beside(__file__)
_SAID: dict[str, str] = _FILE["said"]
_POOL = ThreadPoolExecutor(4, KEY, give_way)


def draw_files(loaded: Loaded) -> None:
    """Draw the rows, or send the file that the browser asked for; below, the plain script."""
    epochs = Epochs(shown_run(loaded.experiment, loaded.dataset))
    shown, then, picked = epochs.shown, epochs.then, epochs.picked
    other = badge_of(loaded, shown)
    makers = _makers(epochs, loaded if other else None)
    note = _SAID["other" if other else "shown"].format(other=other)
    data: Any = _rows(loaded, epochs, makers) | {"note": note}
    asked = (st.session_state.get(KEY) or {}).get("asked")
    if asked == RECEIVED:
        _forget()
    elif asked:
        # Of a run that trains it is what was there when it was asked for first.
        run = shown.snapshot.run_id, shown.experiment, id(shown.dataset)
        key = asked, picked, *run, loaded.experiment, id(loaded.dataset)
        make = makers.get(asked)
        made: Any = _taken(key, make, asked) if make else {"words": _SAID["gone"], "failed": True}
        is_file = isinstance(made, bytes)
        data = f"{asked}\n".encode() + made if is_file else {**data, "said": {"id": asked, **made}}
    # In a list, since Streamlit (1.67) looks for tables in a dict, and loads pandas for that.
    data = data if isinstance(data, bytes) else [data]
    _component(key=KEY, data=data, on_asked_change=lambda: None)
    if "keras" not in makers:  # somebody else's rows
        return
    label, icon = "Read the plain script", ":material/code:"
    folded = st.expander(label, key=SCRIPT, icon=icon, on_change="rerun")
    if folded.open:
        now = _at(picked, then.snapshot)
        script = EXPORTS["keras"].write(then.experiment, then.dataset, now)
        folded.code(script, language="python", wrap_lines=True)


def _at(picked: int | None, snapshot: Snapshot) -> Snapshot:
    """The snapshot without how the run ended, if an earlier epoch is picked."""
    return snapshot if picked is None else replace(snapshot, status=Status.PAUSED, reason="")


def _taken(key: tuple[object, ...], make: Make, name: str) -> Any:
    """The requested file as bytes, kept until the browser confirms it; without one, words."""
    if session().made.get(TAKING, (None,))[0] != key:
        _forget()  # nobody waits for what was asked for before
    future, since = once(TAKING, key, lambda: (make(), clock.now()))
    if wait([future], QUICK_SECONDS).done:
        try:
            file = future.result()
            file = file["file"] if isinstance(file, dict) else file  # Keras's answer
            return file.encode() if isinstance(file, str) else bytes(file)
        except Exception as error:  # whatever it is, who asked must hear of it
            words = _SAID["failed"].format(why=f"{error}" or type(error).__name__)
    elif clock.now() - since <= MOST_SECONDS:
        is_cold = name.startswith("model") and not runs.client().pool.ready
        return {"words": _SAID["cold" if is_cold else "making"]}
    else:
        words = _SAID["late"]
    _forget()  # the next press tries again
    return {"words": words, "failed": True}


def _forget() -> None:
    if taking := session().made.pop(TAKING, None):
        taking[1][0].cancel()


def _rows(loaded: Loaded, epochs: Epochs, makers: dict[str, Make]) -> dict[str, Any]:
    """The rows that take.js draws now: the buttons' labels, the files' names, and words."""
    then, dataset = epochs.then, epochs.then.dataset
    trained = [epoch for epoch in epochs.weights if epoch]
    words = {
        "rows": f"{dataset.y[dataset.judged].size:,}",
        "part": "validation" if dataset.has_validation else "training",
        "seed": then.experiment.seed,
        "kept": len(kept_places(memory_of(then.snapshot.weights), len(trained))),
        "epochs": counted(len(trained), "known epoch"),
    }
    after = "" if epochs.picked is None else f"-epoch-{epochs.picked}"
    stem = f"{export.name_of(then.experiment, dataset)}{after}"
    new_stem = f"{export.name_of(loaded.experiment, loaded.dataset)}-new-settings"
    names = {"data": f"{export.data_name(dataset)}.npz"}
    names[f"data{NEW}"] = f"{export.data_name(loaded.dataset)}.npz"
    for file, end in _FILE["ends"].items():
        names |= {file: stem + end, file + NEW: new_stem + end}
    parts = []
    for title, rows in _FILE["parts"].items():
        shown = []
        for row, what in rows.items():
            labels = dict(what.get("files", {}))
            labels |= {file + NEW: f"{label} (new settings)" for file, label in labels.items()}
            files = {file: label for file, label in labels.items() if file in makers}
            about = what.get("about", "").format(**words)
            if files or "picture" in what:
                shown.append({**what, "title": row, "about": about, "files": files})
        if shown:
            parts.append({"title": title, "rows": shown})
    return {"parts": parts, "files": {file: names[file] for file in makers}, "stem": stem}


def _makers(epochs: Epochs, other: Loaded | None) -> dict[str, Make]:
    """What makes each file of the shown run, and the code of the sidebar's `other` settings."""
    shown, then, picked = epochs.shown, epochs.then, epochs.picked
    experiment, dataset, now = then.experiment, then.dataset, shown.snapshot
    own, known = session().upload.table, then.snapshot.weights[0]
    table = runs.table_of_run() if shown.run else own
    past = tuple(epochs.weights.items())
    answers, earlier = picked_answers(then), bool(EARLIER.index)
    source = f"from {shown.kept.name}" if shown.kept else "a recorded example" * shown.is_recorded
    link = urlencode(address.query_of(experiment, None, {}), doseq=True)
    link = f"{(st.context.url or '').partition('?')[0].rstrip('/')}/?{link}"

    def run() -> tuple[Experiment, Dataset, Snapshot]:
        """The shown run; an earlier epoch is evaluated on all samples, however long that takes."""
        if picked is None:
            return experiment, dataset, now
        judged = as_of(shown, picked, epochs.weights[picked], budget=math.inf)
        return experiment, dataset, _at(picked, judged)

    def report() -> bytes:
        of = Reported(*run(), *answers, earlier=earlier, past=past, source=source)
        return export.report(of, link, datetime.now(UTC), export.versions())

    def numbers() -> bytes:
        return results.runs_csv([Compared(*run(), now.run_id, "", "", shown.is_recorded)])

    of_run: dict[str, Callable[..., bytes | str]] = {"history": results.history_csv}
    files: dict[str, Callable[[], bytes | str]] = {"report": report, "runs": numbers}
    if dataset.has_rows:  # others can't open the run without the file
        files["kept"] = partial(export.keep, shown, past)
    if dataset.name == "upload" and table:
        files["kept_rows"] = partial(export.keep, shown, past, table)
    if known:
        of_run["weights"] = results.weights_npz
    if _may_take(dataset, table):
        of_run |= {name: script.write for name, script in EXPORTS.items()}
        if known:
            of_run["predictions_csv"] = results.predictions_csv
            of_run["predictions_parquet"] = results.predictions_parquet
        if dataset.origin:
            files["data"] = partial(export.arrays, dataset)
    files |= {name: partial(lambda write: write(*run()), write) for name, write in of_run.items()}
    if other and _may_take(other.dataset, own):
        for name, script in EXPORTS.items():
            files[name + NEW] = partial(script.write, other.experiment, other.dataset)
        if other.dataset.origin:
            files[f"data{NEW}"] = partial(export.arrays, other.dataset)
    makers: dict[str, Make] = {name: partial(_POOL.submit, file) for name, file in files.items()}
    for mode, weights in known.items():
        model = {"cell": experiment.model.cell, "mode": mode, "weights": weights}
        ask = partial(runs.client().ask, "keras_file", timesteps=dataset.shape[1], **model)
        makers[f"model_{mode}"] = ask
    return makers


def _may_take(dataset: Dataset, table: Table | None) -> bool:
    """Whether this browser may have the rows, which scripts of a table load."""
    return dataset.has_rows and (dataset.name != "upload" or table is not None)
