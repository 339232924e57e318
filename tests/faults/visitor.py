"""Choices of a random user of `tests.faults.monkey`: links, texts and values, many unusual."""

import re
import time
from collections import deque
from urllib.parse import urlencode

import numpy as np

from lib.data.datasets.registry import DATASETS
from lib.experiment import SETTINGS
from lib.story import GALLERY, GUIDE, TALK
from lib.ui.views import VIEWS

LIMIT = 120.0
"""Seconds in which a page must respond, even on a busy machine."""
STEPS = 15
"""The number of last steps that a finding has."""
PAGES = ("", "gallery", "guide", "cell", "data", "shapes", "compare", "sweep", "present")
ODD = ("", "-1", "nan", "1e309", "²", "x" * 300, "<b>", "%00", "9" * 40, "../..", "None")
PLACES = {
    "at": [*GUIDE],
    "card": [*GALLERY, *VIEWS],
    "scene": [*TALK],
    "open": ["overview", "audience"],
    "part": ["unrolled", "proof", "break", "learn", "stack", "target", "error"],
    "pace": ["slow", "normal", "fast"],
    "epoch": ["0", "3", "40", "9999"],
    "replay": ["yes"],
    "embed": ["true"],
    "follow": ["0" * 8],
    "sweep": ["0" * 16],
    "step": ["1", "5", "600"],
    "sample": ["0", "3", "5000"],
}
"""Keys of addresses that aren't settings, with possible values."""
TEXTS = (
    "model = Sequential([Input((30, 8)), LSTM(64, return_sequences=True), LSTM(32), Dense(5)])",
    "x = Input((5, 2)); y = LSTM(3)(x); y = LSTM(3)(y)",
    "ValueError: Input 0 of layer lstm is incompatible with the layer: expected "
    "ndim=3, found ndim=2",
    *ODD,
)


class Visitor:
    """A random user, with its steps and findings. All users share the lists `runs`, `findings`."""

    def __init__(self, name, seed, runs, findings):
        self.name, self.seed = name, seed
        self.rng = np.random.default_rng(seed)
        self.runs, self.findings = runs, findings  # ids of runs, and descriptions of errors
        self.steps = deque(maxlen=STEPS)
        self.count = 0  # the number of all steps

    def record_step(self, step):
        """Record a step. Call this before the step."""
        self.count += 1
        self.steps.append(f"{time.strftime('%H:%M:%S')} {step[:200]}")

    def record_finding(self, error):
        """Record and print an error with the user's last steps."""
        text = f"{self.name}, step {self.count}: {error.strip()[:1500]}"
        self.findings.append("\n    ".join([text, *self.steps]))
        print(f"FOUND {self.findings[-1]}", flush=True)

    def one_of(self, values):
        """Choose one of several options with equal probability."""
        values = [*values]
        return values[int(self.rng.integers(len(values)))]

    def maybe(self, probability):
        """Return True with this probability."""
        return bool(self.rng.random() < probability)

    def number(self, low, high):
        """Return a random number, mostly near `low`, so that few runs take minutes."""
        return low + (high - low) * float(self.rng.random()) ** 4

    def address(self):
        """Return a page and a query of random settings, places and runs, some unusual."""
        query = []
        if self.maybe(0.7):
            query.append(("data", self.one_of([*DATASETS, *ODD] if self.maybe(0.1) else DATASETS)))
        for _ in range(int(self.rng.integers(0, 5))):
            key = self.one_of(SETTINGS)
            setting = SETTINGS[key]
            if self.maybe(0.1) or not (setting.limit or setting.options):
                query.append((key, self.one_of(ODD)))
            elif setting.options:
                query.append((key, self.one_of(setting.options)))
            else:
                value = self.number(setting.limit.minimum, setting.limit.maximum)
                query.append((key, f"{value:.5g}"))
        for _ in range(int(self.rng.integers(0, 3))):
            key = self.one_of(PLACES)
            query.append((key, self.one_of(ODD if self.maybe(0.1) else PLACES[key])))
        if self.maybe(0.3):
            query.append(("run", self.one_of(self.runs[-20:] or ["0123456789abcdef"])))
        elif self.maybe(0.05):
            query.append(("run", self.one_of([*ODD, "0123456789abcdef"])))
        return self.one_of(PAGES), urlencode(query)

    def record_run(self, query):
        """Record the run in an address, so that other users may open its link."""
        if (run := re.search(r"\brun=([^&]+)", query)) and run[1] not in self.runs:
            self.runs.append(run[1])


def random_value(visitor, kind, widget):
    """Return the field of a widget's value in Streamlit's protocol, and a random value."""
    if kind == "button":
        return "trigger_value", True
    if kind == "checkbox":
        return "bool_value", visitor.maybe(0.5)
    if kind in {"text_area", "text_input"}:
        return "string_value", visitor.one_of(TEXTS)
    if kind == "multiselect":
        return "string_array_value", [each for each in widget.options if visitor.maybe(0.3)]
    if options := getattr(widget, "options", None):
        option = visitor.one_of(options)
        is_list = kind in {"button_group", "slider"}
        field = "string_array_value" if is_list else "string_value"
        return field, getattr(option, "content", option)
    low = widget.min if kind == "slider" or widget.has_min else 0
    high = widget.max if kind == "slider" or widget.has_max else 100
    step = widget.step or 1
    value = low + step * int(visitor.number(0, round((high - low) / step) + 0.99))
    return "double_array_value" if kind == "slider" else "double_value", value
