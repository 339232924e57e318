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
from lib.export import EXPORTS, name_of, results
from lib.export.report import Reported, report
from lib.run import weight_bytes
from lib.toml import beside
from lib.training.machine import give_way
from lib.training.questions import AnswerFuture
from lib.ui import runs
from lib.ui.address import query_of
from lib.ui.browser import component
from lib.ui.explore.charts import EARLIER
from lib.ui.explore.live import badge_of
from lib.ui.fragment import fragment
from lib.ui.session import Loaded, session
from lib.ui.shown import Epochs, picked_answers, shown_run
from lib.ui.text import card

KEY = "take"
KERAS_SECONDS, QUICK_SECONDS = 120.0, 0.2
"""How long Keras may take, which a cold worker has to import first; and what comes at once."""
Make = Callable[[], bytes | str]
"""Makes a file in another thread, and so without `st`."""
SCRIPTS = ("keras", "exact", "notebook")

_component, _FILE = component(KEY, __file__), beside(__file__)
_SAID: dict[str, str] = _FILE["said"]
_POOL = ThreadPoolExecutor(4, KEY, give_way)


def take_card(loaded: Loaded) -> None:
    """Draw the card, and in it, folded, the plain script to be read."""
    with card("Take it away", key="take_away"):
        fragment(_draw)(loaded)
        with st.expander("Read the plain script", icon=":material/code:"):
            then = Epochs.of(shown_run(loaded.experiment, loaded.dataset)).then
            script = EXPORTS["keras"].write(then.experiment, then.dataset, then.snapshot)
            st.code(script, language="python", wrap_lines=True)


def _draw(loaded: Loaded) -> None:
    """What take.js draws; or, once it is made, the file that the browser has asked for."""
    epochs, making = Epochs.of(shown_run(loaded.experiment, loaded.dataset)), session().taking
    other = badge_of(loaded, epochs.shown)
    makers = _makers(epochs, loaded if other else None)
    note = _SAID["other" if other else "going" if epochs.shown.polling else "shown"]
    data: Any = _told(loaded, epochs, makers) | {"note": note.format(other=other)}
    asked = (st.session_state.get(KEY) or {}).get("asked")
    if asked in makers:
        if asked not in making:
            making[asked] = _POOL.submit(_made, makers[asked])
        is_cold = asked.startswith("model") and not runs.client().worker_ready
        made: Any = {"words": _SAID["cold" if is_cold else "making"]}
        if wait([making[asked]], QUICK_SECONDS).done:
            made = making.pop(asked).result()
        data = made if isinstance(made, bytes) else {**data, "said": {"id": asked, **made}}
    # In a list, since Streamlit (1.67) looks for tables in a dict, and loads pandas for that.
    data = data if isinstance(data, bytes) else [data]
    _component(key=KEY, data=data, on_asked_change=lambda: None)


def _made(make: Make) -> bytes | dict[str, Any]:
    """The file, or a sentence that says why there is none."""
    try:
        file = make()
    except Exception as error:  # whatever it is, who asked must hear of it
        why = f"{error}" or type(error).__name__
        return {"words": _SAID["failed"].format(why=why), "failed": True}
    return file.encode() if isinstance(file, str) else file


def _told(loaded: Loaded, epochs: Epochs, makers: dict[str, Make]) -> dict[str, Any]:
    """What there is now, and what its words and sizes hang on."""
    then, dataset = epochs.then, epochs.then.dataset
    models = [result for seed in then.snapshot.seeds for result in seed.values()]
    size, rows = weight_bytes(then.snapshot.weights), dataset.y[dataset.judged].size
    past = min(size * len(epochs.weights), max(_FILE["past_bytes"], 2 * size))
    points = sum(len(result.loss_epochs) for result in models)
    part = "validation" if dataset.has_validation else "training"
    count = len(models)
    counts = {"fixed": 1, "models": count, "weights": size, "model": size / count, "past": past}
    return {
        "parts": _FILE["parts"],
        "files": {name: _FILE["files"][name.removesuffix("_now")] for name in makers},
        "stems": [name_of(each.experiment, each.dataset) for each in (then, loaded)],
        "data": FILE_NAMES.get(dataset.name),
        "counts": counts | {"points": points, "rows": rows, "numbers": rows * count},
        "words": {"rows": f"{rows:,}", "part": part, "seed": then.experiment.seed},
    }


def _makers(epochs: Epochs, sidebar: Loaded | None) -> dict[str, Make]:
    """All that can be made of the run as it is shown, and of the sidebar's settings if others."""
    shown, then = epochs.shown, epochs.then
    experiment, dataset, snapshot = run = then.experiment, then.dataset, then.snapshot
    table = runs.table_of_run() if shown.run else session().upload.table
    known, past = snapshot.weights[0], tuple(epochs.weights.items())
    of = experiment, dataset, shown.snapshot, past
    about = Reported(*run, *picked_answers(then), earlier=bool(EARLIER.index), past=past)
    link = urlencode(query_of(experiment, None, {}), doseq=True)
    link = f"{(st.context.url or '').partition('?')[0]}?{link}"
    listed = Compared(snapshot.run_id, *run, "", "", shown.is_recorded)
    makers: dict[str, Make] = {name: partial(EXPORTS[name].write, *run) for name in SCRIPTS}
    makers["report"] = lambda: report(about, link, datetime.now(UTC), _kept().versions())
    makers["kept"] = lambda: _kept().keep(*of)
    makers |= {
        "history": partial(results.history_csv, *run),
        "runs": partial(results.runs_csv, [listed]),
    }
    if sidebar:
        now = sidebar.experiment, sidebar.dataset
        makers |= {f"{name}_now": partial(EXPORTS[name].write, *now) for name in SCRIPTS}
    if dataset.name in FILE_NAMES:
        makers["data"] = partial(file_text, dataset.name)
    if dataset.name == "upload" and table:
        makers["kept_rows"] = lambda: _kept().keep(*of, table)
    if known:
        makers["weights"] = partial(results.weights_npz, *run)
    if known and (table or dataset.name != "upload"):  # others' targets aren't handed on
        makers["predictions_csv"] = partial(results.predictions_csv, *run)
        makers["predictions_parquet"] = partial(results.predictions_parquet, *run)
    for mode, weights in known.items():
        model = {"cell": experiment.model.cell, "mode": mode, "weights": weights}
        ask = partial(runs.client().ask, "keras_file", timesteps=dataset.shape[1], **model)
        makers[f"model_{mode}"] = partial(_written, ask)
    return makers


def _kept() -> Any:
    """What keeps runs, and brings pandas along, which a page that gives nothing away can spare."""
    from lib.kept import file  # noqa: PLC0415

    return file


def _written(ask: Callable[[], AnswerFuture]) -> bytes:
    return bytes(ask().result(KERAS_SECONDS)["file"])
