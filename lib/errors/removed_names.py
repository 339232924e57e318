"""Names that earlier versions had, and that are gone from Keras 3: what takes their place."""

from __future__ import annotations

import re

from lib.errors.message import Explanation, Messages

MESSAGES = Messages("removed_names", has_table=False)

_STANDS_IN = {
    "predict_classes": (
        "predict gives the chances, and the class is the place of the largest.",
        "classes = np.argmax(model.predict(x), axis=-1)\n"
        "classes = (model.predict(x) > 0.5).astype(int)  # one column, of sigmoid",
    ),
    "predict_proba": ("predict gives the chances.", "chances = model.predict(x)"),
    "fit_generator": ("fit takes generators too.", "model.fit(generator)"),
    "evaluate_generator": ("evaluate takes generators too.", "model.evaluate(generator)"),
    "predict_generator": ("predict takes generators too.", "model.predict(generator)"),
    **dict.fromkeys(
        ("output_shape", "get_output_shape_at"),
        (
            "A layer's output knows its shape, once the model has an Input.",
            "print(layer.output.shape)",
        ),
    ),
    "input_shape": (
        "A layer's input knows its shape, once the model has an Input.",
        "print(layer.input.shape)",
    ),
    "int_shape": ("A tensor knows its shape.", "print(x.shape)"),
    "CuDNNLSTM": ("LSTM takes the GPU's kernels by itself.", "LSTM(units)"),
    "CuDNNGRU": ("GRU takes the GPU's kernels by itself.", "GRU(units)"),
    "TimeseriesGenerator": (
        "Windows are cut by a function. Its targets are those of a window's first row, so they "
        "are moved by the window's length.",
        "dataset = keras.utils.timeseries_dataset_from_array(\n"
        "    table, table[timesteps:], timesteps, batch_size=32\n)",
    ),
}
"""By name: what to do instead, and code."""


@MESSAGES.computed(
    r"(?:'(?P<owner>[\w.]{1,100})' )?(?:object )?has no attribute '(?P<name>\w{1,100})'",
    r"cannot import name '(?P<name>\w{1,100})' from '(?P<owner>(?:keras|tensorflow)[\w.]{0,200})'",
)
def _gone(match: re.Match[str]) -> Explanation | None:
    if match["name"] not in _STANDS_IN:
        return None
    fix, code = _STANDS_IN[match["name"]]
    return Explanation(
        f"{match['owner'] or 'The object'} has no {match['name']} in Keras 3.",
        fix,
        code,
    )
