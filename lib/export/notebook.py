"""An experiment as a notebook: the exact script's code in cells, with shapes, charts and words.

Its format is Jupyter's, 4.5: https://nbformat.readthedocs.io. The charts are Plotly's, which hosted
notebooks have, as they have Keras.
"""

import json
from html import escape
from typing import Any

from lib.dataset import Dataset
from lib.datasets.series import FILE_NAMES
from lib.experiment import MODES, Experiment
from lib.export.data import data_code
from lib.export.python import blocks, laid_out, plain, quoted, short
from lib.export.script import EXACT, told
from lib.figures.palette import PALETTES
from lib.run import Snapshot
from lib.toml import beside

_FILE = beside(__file__)
_NOT_RUN: dict[str, Any] = {"execution_count": None, "outputs": []}


def notebook(experiment: Experiment, dataset: Dataset, snapshot: Snapshot | None = None) -> str:
    """The settled experiment as the text of an .ipynb file, of the run whose `snapshot` is shown.

    Raises what `keras_script` raises.
    """
    data, (flags, fields) = data_code(experiment, dataset), told(experiment, dataset, snapshot)
    fields |= {
        "title": escape(short(dataset.title).replace("`", "'"), quote=False),
        "about": escape(plain(dataset.about), quote=False),
        "keras": " and ".join(f"`{MODES[mode].keras}`" for mode in experiment.model.modes),
        "file": _FILE["file"] if dataset.name in ("upload", *FILE_NAMES) else "",
        "columns": laid_out("names = [", [*map(quoted, dataset.target_names)], "]"),
        "palette": PALETTES["light"],
    }
    code = {
        **blocks(EXACT | _FILE["code"], flags, **fields),
        "imports": data.head("import json", "import keras", "import plotly.graph_objects as go"),
        "data": "\n\n\n".join(filter(None, [data.function, data.code])),
    }
    cells: list[dict[str, Any]] = []
    for cell in _FILE["cells"]:
        source = "\n\n\n".join(code[name] for name in cell["code"] if code[name])
        words = cell["words"].format(**fields)
        cells += [
            {"cell_type": "markdown", "metadata": {}, "source": words},
            {"cell_type": "code", "metadata": {}, "source": source, **_NOT_RUN},
        ]
    cells = [{"id": f"cell-{place}", **cell} for place, cell in enumerate(cells)]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"
