"""All that is said for a set of experiments, links, messages and targets, as texts by name.

`python -m tests.words.capture` writes them to `tests/words/*.json.gz`; `test_same.py` compares.
"""

from __future__ import annotations

import gzip
import itertools
import json
import re
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

PANEL = 'date,temp;a,"b *bold*"\n'.replace(";", ",")
CSV = PANEL + "".join(
    f"2024-{1 + i // 28:02d}-{1 + i % 28:02d},{(i * 37) % 23},{i % 7 / 3},{i * i % 11}\n"
    for i in range(200)
)
GERMAN = "Tag;Wert;Menge\n" + "".join(
    f"{1 + i % 28:02d}.{1 + i // 28:02d}.2024;{(i * 13) % 29},5;{'' if i % 9 == 4 else i}\n"
    for i in range(120)
)

EXPERIMENTS: list[dict[str, Any]] = [
    {},
    {"mode": "sequence", "cell": "gru", "layers": 2, "T": 7, "F": 2, "U": 5},
    {"mode": "last", "cell": "simple_rnn", "layers": 3, "optimizer": "sgd", "loss": "mae"},
    {"head": "none", "cell": "lstm", "optimizer": "rmsprop", "loss": "huber", "seed": 7},
    {"T": 100, "U": 128, "noise": 0.25, "N": 512, "lag": 9, "batch": 500, "lr": 0.0003},
]
TABLE_EXPERIMENTS: list[dict[str, Any]] = [
    {},
    {"horizon": 3, "missing": "drop", "T": 9, "mode": "last"},
]

LINKS: list[tuple[str, dict[str, str]]] = [
    *(
        ("Explore", {"data": name})
        for name in (
            "running_mean",
            "running_sum",
            "echo",
            "recall_first",
            "adding",
            "majority_sign",
            "parity",
            "sine",
            "white_noise",
            "worked_raw",
            "worked_scaled",
            "seattle",
            "macro",
            "gapminder",
            "upload",
        )
    ),
    ("Explore", {"mode": "last", "cell": "gru", "U": "5"}),
    ("Explore", {"mode": "sequence", "layers": "3", "head": "none"}),
    ("Explore", {"data": "seattle", "horizon": "7", "targets": "wind", "T": "30"}),
    ("Explore", {"T": "9999", "cell": "banana", "data": "nothing", "run": "deadbeef"}),
    ("Explore", {"T": "100", "U": "128", "layers": "3", "batch": "512", "N": "4096", "F": "4"}),
    ("Explore", {"data": "adding", "F": "1", "N": "4096", "T": "100"}),
    ("Data", {}),
    ("Data", {"data": "seattle"}),
    ("Data", {"data": "gapminder"}),
    ("Data", {"data": "worked_raw"}),
    ("Data", {"data": "upload"}),
    ("Cell", {}),
    ("Cell", {"cell": "gru", "U": "4", "T": "5", "layers": "2"}),
    ("Cell", {"data": "worked_raw"}),
    ("Cell", {"cell": "simple_rnn", "mode": "last", "step": "3", "unit": "2", "order": "alike"}),
    ("Shapes", {}),
    *(
        ("Shapes", {"stack": text})
        for text in (
            "input~lstm_u16~lstm_u8~dense",
            "input_t12_f3~lstm_u16~repeat_n5~lstm_seq_u8~dense",
            "input_tany_f3~lstm_seq~flatten~dense",
            "input_t8~gru_seq~masking~timedistributed~dense",
            "input_b8~lstm_seq_u5",
            "input~dense~embedding~lstm",
            "input~conv1d~pool~lstm",
        )
    ),
    *(
        ("Shapes", {"part": "target", "check": text})
        for text in (
            "320.12.1_320.1",
            "320.1_320.12.1",
            "300.12.16_300.16",
            "64.12.5_64.3",
            "320.12.1_320",
            "12.12.4_12.4",
            "2.2.4_2.4",
        )
    ),
    ("Shapes", {"part": "error"}),
    (
        "Shapes",
        {
            "part": "error",
            "error": "expected ndim=3, found ndim=2. Full shape received: (None, 16)",
        },
    ),
    ("Shapes", {"part": "error", "error": "nothing that is known"}),
    ("Shapes", {"part": "quiz"}),
]


def scripts() -> Iterator[tuple[str, str]]:
    """Every dataset and experiment as Keras code, with all that its data say of themselves."""
    from lib.datasets import DATASETS, make_dataset, settle, suggested
    from lib.experiment import Experiment, ExperimentError
    from lib.export import keras_script
    from lib.uploads import read_upload

    tables = {
        "a.csv": read_upload("a.csv", CSV.encode()),
        "de.csv": read_upload("de.csv", GERMAN.encode()),
    }
    for name, spec in DATASETS.items():
        many = EXPERIMENTS + (TABLE_EXPERIMENTS if spec.targets is None else [])
        for file in tables if name == "upload" else [""]:
            for changes in many:
                table = tables.get(file)
                key = f"script {name} {file} {changes}"
                try:
                    experiment = settle(suggested(name).set(**changes), table)
                    data = make_dataset(experiment, table)
                except ExperimentError as error:
                    yield key, f"{error}"
                    continue
                yield key, keras_script(experiment, data)
                yield (
                    f"{key} data",
                    repr(
                        (
                            data.title,
                            data.about,
                            data.notes,
                            data.best_why,
                            data.best_label,
                            data.naive_label,
                            data.target_labels,
                            data.sample_name(0),
                            data.source,
                            data.reading,
                            data.mended,
                            experiment,
                        )
                    ),
                )
        # What a dataset was grouped under when this was recorded; no screen ever showed it.
        kind = "Real series" if spec.targets is None or spec.fixed else "Synthetic tasks"
        group = {"wor": "Worked examples", "upl": "Your data"}.get(name[:3], kind)
        yield f"spec {name}", repr((spec.title, group, spec.about, spec.why, spec.suggested))
    assert Experiment()


def messages() -> Iterator[tuple[str, str]]:
    """What the decoder says of each message that is known to the tests, or that Keras said."""
    from lib.errors import explain_error

    for text in json.loads(gzip.decompress((HERE / "messages.json.gz").read_bytes())):
        told = explain_error(text)
        yield f"message {text}", repr(told and (told.cause, told.fix, told.code))


def targets() -> Iterator[tuple[str, str]]:
    """What the doctor says of outputs, targets, losses and batch sizes."""
    from lib.doctor import diagnose_target
    from lib.doctor.question import LOSS_NAMES

    outputs = [(12, 5, 4), (12, 5, 1), (12, 4), (12, 1), (7, 7, 3), (None, 6, 2), (2, 2, 4)]
    for output in outputs:
        n = output[0] or 12
        for tail in [(), (1,), (4,), (5,), (5, 4), (5, 1), (1, 4), (1, 1), (7, 3), (3,), (2, 4)]:
            for loss, batch in itertools.product(LOSS_NAMES, (None, 1, 5)):
                d = diagnose_target(output, (n, *tail), loss, batch)
                fixes = [[str(getattr(f, n)) for n in f.__slots__] for f in d.fixes]
                yield (
                    f"target {output} {tail} {loss} {batch}",
                    repr((d.verdict, d.cause, d.broadcast_shape, fixes, d.keras_says, d.loss)),
                )


class NoAnswers:
    """A training process that never comes: whatever else a page says is there at once."""

    def __getattr__(self, name: str) -> Any:
        def nothing(*_: Any, **__: Any) -> Any:
            return None

        return nothing

    def ask(self, *_: Any, **__: Any) -> Future[Any]:
        """A question without an answer."""
        return Future()

    def ahead(self, *_: Any) -> int:
        """It is the first."""
        return 0

    def checkpoints(self, *_: Any) -> list[Any]:
        """No run, none of its past."""
        return []


def pages() -> Iterator[tuple[str, str]]:
    """All that each link's page writes: texts, labels, alternative texts, pictures and code."""
    from google.protobuf.json_format import MessageToDict
    from streamlit.testing.v1 import AppTest

    import lib.ui.runs
    from lib.ui.frame import PAGES

    quiet = NoAnswers()
    for name in ("client",):
        setattr(lib.ui.runs, name, lambda: quiet)

    def walk(node: Any) -> Iterator[Any]:
        for child in getattr(node, "children", {}).values():
            if hasattr(child, "children"):
                yield from walk(child)
            elif getattr(child, "proto", None) is not None:
                yield child

    for page, query in LINKS:
        app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
        for key, value in query.items():
            app.query_params[key] = value
        if page != "Explore":
            app.switch_page(PAGES[page][0])
        app.run()
        app.run()
        said: list[str] = [f"exception {e.message}" for e in app.exception]
        for root in (app.sidebar, app.main):
            for element in walk(root):
                said += strings(MessageToDict(element.proto))
        yield f"page {page} {query}", "\n".join(said)
        yield f"address {page} {query}", repr(sorted(dict(app.query_params).items()))


IDS = re.compile(r"^\$\$ID|^[0-9a-f]{32,}$|\$\$ID-\S+")
LEAVE = {"id", "formId", "elementId", "htmlContent", "jsContent", "cssContent", "componentName"}


def strings(value: Any, key: str = "") -> list[str]:
    """All texts and numbers in a message, but for what names elements, and for styles."""
    if key in LEAVE:
        return []
    if isinstance(value, dict):
        return [text for name, item in value.items() for text in strings(item, name)]
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    text = str(value)
    if IDS.search(text) or text.startswith("<style>"):
        return []
    return [f"{key}: {text}"]


PARTS = {"scripts": scripts, "messages": messages, "targets": targets, "pages": pages}


def main() -> None:
    """Record the parts that are named, or all."""
    for part in sys.argv[1:] or PARTS:
        texts = dict(PARTS[part]())
        (HERE / f"{part}_said.json.gz").write_bytes(
            gzip.compress(json.dumps(texts, indent=0).encode(), mtime=0)
        )
        print(part, len(texts), sum(map(len, texts.values())))


if __name__ == "__main__":
    main()
