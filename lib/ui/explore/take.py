"""What can be taken away of the run that is shown: code, itself, a report, tables, pictures.

A file is made when its button is pressed, by a thread of its own, and the browser asks for it until
it is there: so no page waits, whatever takes long. Pictures are made in the browser, of what is
seen there. What is in which row, and the words, stand in take.toml.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from lib.compared import Compared
from lib.datasets.series import FILE_NAMES, file_text
from lib.experiment import Experiment
from lib.export import EXPORTS, name_of
from lib.export.report import Reported, report
from lib.export.results import history_csv, predictions_csv, predictions_parquet, weights_npz
from lib.export.runs import runs_csv
from lib.kept import keep
from lib.kept.file import PAST_BYTES
from lib.run import weight_bytes
from lib.toml import beside
from lib.training.machine import give_way
from lib.training.questions import AnswerFuture
from lib.ui import runs
from lib.ui.address import query_of
from lib.ui.browser import component
from lib.ui.epoch import Epochs
from lib.ui.explore.charts import EARLIER
from lib.ui.explore.live import badge_of
from lib.ui.fragment import fragment
from lib.ui.session import Loaded, session
from lib.ui.shown import picked_answers, shown_run
from lib.ui.text import card

KEY = "take"
KERAS_SECONDS = 120.0
"""How long Keras may take to write a model: a cold worker has to import it first."""
QUICK_SECONDS = 0.2
"""What is made within this time comes at once."""
Makers = dict[str, Callable[[], bytes | str]]
"""What makes each file, by what take.toml calls it: in another thread, and so without `st`."""

_component = component(KEY, __file__)
_FILE = beside(__file__)
_SAID: dict[str, str] = _FILE["said"]
_makers = ThreadPoolExecutor(4, KEY, give_way)


def take_card(loaded: Loaded) -> None:
    """Draw the card, and in it, folded, the plain script to be read."""
    with card("Take it away", key="take_away"):
        fragment(_draw)(loaded)
        with st.expander("Read the plain script", icon=":material/code:"):
            shown = shown_run(loaded.experiment, loaded.dataset)
            script = EXPORTS["keras"].write(shown.experiment, shown.dataset)
            st.code(script, language="python", wrap_lines=True)


def _draw(loaded: Loaded) -> None:
    """The rows; or, once it is made, the file that the browser has asked for."""
    epochs = Epochs.of(shown_run(loaded.experiment, loaded.dataset))
    other = badge_of(loaded, epochs.shown)
    makers, making = _makers_of(loaded if other else None, epochs), session().taking
    data: Any = _rows(epochs, makers, other)
    asked = (st.session_state.get(KEY) or {}).get("asked")
    if asked in makers:
        if asked not in making:
            making[asked] = _makers.submit(makers[asked])
        wait([making[asked]], QUICK_SECONDS)
        if not making[asked].done():
            is_cold = asked.startswith("model") and not runs.client().worker_ready
            data["said"] = {"id": asked, "words": _SAID["cold" if is_cold else "making"]}
        elif error := (made := making.pop(asked)).exception():
            words = _SAID["failed"].format(why=f"{error}" or type(error).__name__)
            data["said"] = {"id": asked, "words": words, "failed": True}
        else:
            data = text.encode() if isinstance(text := made.result(), str) else text
    _component(key=KEY, data=data, on_asked_change=lambda: None)


def _makers_of(sidebar: Loaded | None, epochs: Epochs) -> Makers:
    """All that can be made of the run as it is shown, and of the sidebar's settings if others."""
    shown, then, table = epochs.shown, epochs.then, session().upload.table
    run = experiment, dataset, snapshot = then.experiment, then.dataset, then.snapshot
    past, client = tuple(epochs.weights.items()), runs.client()
    kept = partial(keep, *run[:2], shown.snapshot, past)
    sample, target = picked_answers(then)
    about = Reported(*run, sample, target, earlier=bool(EARLIER.index), past=past)
    makers: Makers = {
        "kept": kept,
        "report": partial(report, about, _link(experiment), datetime.now(UTC)),
        "history": partial(history_csv, experiment, snapshot),
        "runs": partial(runs_csv, [Compared(snapshot.run_id, *run, "", "", shown.is_recorded)]),
    }
    if table is not None and dataset.name == "upload":
        makers["kept_rows"] = partial(kept, table)
    if dataset.name in FILE_NAMES:
        makers["data"] = partial(file_text, dataset.name)
    for name in ("keras", "exact", "notebook"):
        makers[name] = partial(EXPORTS[name].write, *run)
        if sidebar:
            makers[f"{name}_now"] = partial(
                EXPORTS[name].write, sidebar.experiment, sidebar.dataset
            )
    if known := snapshot.weights[0]:
        makers["weights"] = partial(weights_npz, experiment, snapshot)
        makers["predictions_csv"] = partial(predictions_csv, *run)
        makers["predictions_parquet"] = partial(predictions_parquet, *run)
    for mode, weights in known.items():
        model = {"cell": experiment.model.cell, "mode": mode, "weights": weights}
        ask = partial(client.ask, "keras_file", timesteps=dataset.shape[1], **model)
        makers[f"model_{mode}"] = partial(_written, ask)
    return makers


def _written(ask: Callable[[], AnswerFuture]) -> bytes:
    return bytes(ask().result(KERAS_SECONDS)["file"])


def _link(experiment: Experiment) -> str:
    """The address of the app with these settings."""
    query = urlencode(query_of(experiment, None, {}), doseq=True)
    return f"{(st.context.url or '').partition('?')[0]}?{query}"


def _rows(epochs: Epochs, makers: Makers, other: str) -> dict[str, Any]:
    """What take.js draws: the parts of take.toml with what can be made now, and how large it is."""
    then = epochs.then
    experiment, dataset, seeds = then.experiment, then.dataset, then.snapshot.seeds
    models, (_, steps, _) = len(seeds) * len(seeds[0]), dataset.shape
    rows = len(dataset.x[dataset.judged]) * steps * dataset.targets
    size = weight_bytes(then.snapshot.weights)
    points = sum(len(r.loss_epochs) for seed in seeds for r in seed.values())
    counts = {"fixed": 1, "weights": size, "model": size / models, "points": points}
    past = min(size * len(epochs.weights), max(PAST_BYTES, 2 * size))
    counts |= {"past": past, "rows": rows, "numbers": rows * models, "models": models}
    stem, part = (
        name_of(experiment, dataset),
        "validation" if dataset.has_validation else "training",
    )
    words = {"rows": f"{rows:,}", "part": part, "seed": experiment.seed}

    def file(key: str, label: str) -> dict[str, Any]:
        name, of = key.removesuffix("_now"), _FILE["files"][key.removesuffix("_now")]
        size = sum(counts[what] * each for what, each in of.items() if what in counts)
        title = FILE_NAMES[dataset.name] if name == "data" else f"{stem}{of.get('end')}"
        title = EXPORTS[name].file_name(experiment, dataset) if name in EXPORTS else title
        return {"id": key, "label": label, "name": title, "bytes": round(size)}

    parts = []
    for part in _FILE["parts"]:
        own = []
        for row in part["rows"]:
            files = [file(*each) for each in row.get("files", {}).items() if each[0] in makers]
            if files or "picture" in row:
                own.append({**row, "about": row.get("about", "").format(**words), "files": files})
        parts.append({"title": part["title"], "rows": own})
    note = _SAID["other" if other else "going" if then.polling else "shown"].format(other=other)
    return {"stem": stem, "note": note, "parts": parts}
