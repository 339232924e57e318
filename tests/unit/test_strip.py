"""The shape strip: every tensor of an experiment's models, and what it shades."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lib.charts.palette import PALETTES
from lib.charts.strip import shape_strip, strip_sentence
from lib.experiment.experiment import Experiment
from lib.recurrence import forward, initial_model_weights
from tests.unit.pictures import a_dataset

LIGHT = PALETTES["light"]
EXPERIMENT = Experiment().set(T=4, F=3, U=5)


class Fragment:
    """What a browser makes of the strip's HTML: its tags, its pictures, its words."""

    def __init__(self, html):
        root = ET.fromstring(re.sub(r"<(br|img)([^>]*[^/])?>", r"<\1\2/>", html))  # noqa: S314
        self.first = root.attrib
        self.tags = {part.tag for part in root.iter()}
        self.images = [part.get("src") for part in root.iter("img")]
        self.words = " ".join(root.itertext())


def strip_of(experiment, dataset):
    """The strip of sample 0 while no mode's weights are known."""
    return shape_strip(experiment, dataset, LIGHT, traces={}, sample=0)


SVG = "{http://www.w3.org/2000/svg}"


def drawn(source):
    """The picture of a tensor, as XML."""
    return ET.fromstring(base64.b64decode(source.partition("base64,")[2]))  # noqa: S314 - our own


def entries(picture):
    """How many entries it has, and in how many shades."""
    paths = [path for path in picture.iter(f"{SVG}path") if path.get("fill")]
    return sum(path.get("d").count("M") for path in paths), len({p.get("fill") for p in paths})


def test_the_strip_is_plain_html_with_every_shape_in_letters_and_numbers():
    """Only tags that `st.html` keeps, all closed, as one image with its sentence for a reader.

    Input 4×3, hidden states 4×5 and prediction 4×1, twice: rows that last-step mode drops are pale.
    """
    strip = Fragment(strip_of(EXPERIMENT, a_dataset()))
    assert strip.tags == {"div", "span", "br", "img"}
    assert strip.first["role"] == "img"
    sentence = strip_sentence(EXPERIMENT, a_dataset())
    assert strip.first["aria-label"] == sentence
    assert "Last-step mode: (N, 4, 3) → LSTM (N, 5) → Dense (N, 1). 186 parameters" in sentence
    for said in (
        *("(N, T, F)", "(N, 4, 3)", "(N, T, U)", "(N, 4, 5)", "(N, T, K)", "(N, 4, 1)"),
        *("(N, U)", "(N, 5)", "(N, K)", "(N, 1)", "the last row alone", "LSTM 5", "180 params"),
        "N samples · T timesteps · F features · U units · K targets",
        "return_sequences=False",
        "1 value a step",
    ):
        assert said in strip.words
    assert [entries(drawn(image))[0] for image in strip.images] == [12, 20, 4, 12, 20, 4]
    several = Fragment(strip_of(EXPERIMENT, a_dataset(k=4))).words
    assert "4 values a step" in several
    assert "4 values, once" in several


def test_the_last_row_is_outlined_where_the_last_step_mode_takes_it():
    """In the sequence model's hidden states, and in all outputs of the last-step model."""
    for mode, expected in {"both": [1, 4, 5], "last": [1, 2], "sequence": []}.items():
        strip = Fragment(strip_of(EXPERIMENT.set(mode=mode), a_dataset()))
        rects = [drawn(image).findall(f"{SVG}rect") for image in strip.images]
        assert [k for k, found in enumerate(rects) if found] == expected
        assert all(rect.get("stroke") == LIGHT.last for found in rects for rect in found)


def test_large_tensors_are_cut_short_and_still_grow():
    """100 × 128 is drawn with two dozen rows and columns at most, and with dots between."""
    counts = []
    for t, u in [(13, 16), (40, 40), (100, 128)]:
        experiment = EXPERIMENT.set(T=t, U=u, mode="sequence")
        images = Fragment(strip_of(experiment, a_dataset(t=t))).images
        counts.append(entries(drawn(images[1]))[0])
        dots = [p for p in drawn(images[1]).iter(f"{SVG}path") if p.get("stroke-linecap")]
        assert bool(dots) == (t > 13)
    assert counts == sorted(counts)
    assert counts[0] == 13 * 16
    assert counts[-1] <= 24 * 24


@pytest.mark.parametrize(("layers", "mode", "height"), [(1, "both", 82.0), (3, "sequence", 50.0)])
def test_all_tensors_of_a_strip_are_as_high_and_never_higher_than_their_room(layers, mode, height):
    """From two timesteps to a hundred: a row is the same moment everywhere, nothing moves."""
    for t in (2, 12, 13, 40, 100):
        experiment = EXPERIMENT.set(T=t, U=128, layers=layers, mode=mode)
        images = Fragment(strip_of(experiment, a_dataset(t=t))).images
        (high,) = {float(drawn(image).get("viewBox").split()[-1]) for image in images}
        assert high <= height


@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize(("layers", "cell"), [(1, "lstm"), (3, "gru")])
def test_entries_are_shaded_by_values_where_these_are_known(layers, cell, head):
    """Otherwise all entries of a layer's output look the same."""
    dataset = a_dataset(k=5 if head == "none" else 1)
    experiment = EXPERIMENT.set(layers=layers, cell=cell, head=head)
    weights = initial_model_weights(experiment, 3, dataset.targets)
    traces = dict.fromkeys(("sequence", "last"), forward(experiment, weights, dataset.x[2:3]))
    flat = Fragment(strip_of(experiment, dataset)).images
    full = Fragment(shape_strip(experiment, dataset, LIGHT, traces=traces, sample=2)).images
    assert len(flat) == len(full) == 2 * (1 + layers + (head == "dense"))
    inputs = (0, len(flat) // 2)  # one in each mode
    assert all((entries(drawn(image))[1] > 1) == (k in inputs) for k, image in enumerate(flat))
    assert entries(drawn(full[0]))[1] > 3
    assert entries(drawn(full[1]))[1] > 2


def test_a_strip_of_values_that_are_not_numbers_can_still_be_drawn():
    """A model that diverged has states of nan."""
    weights = [w * np.nan for w in initial_model_weights(EXPERIMENT, 3, 1)]
    traces = {"last": forward(EXPERIMENT, weights, a_dataset().x[:1])}
    html = shape_strip(EXPERIMENT.set(mode="last"), a_dataset(), LIGHT, traces=traces, sample=0)
    assert entries(drawn(Fragment(html).images[1])) == (20, 1)
