"""The shape strip: all tensors of an experiment's models, and their shades."""

import base64
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from lib.charts.palette import PALETTES
from lib.charts.strip import shape_strip, strip_sentence
from lib.data import make_dataset, suggested
from lib.experiment import Experiment
from lib.recurrence import initial_model_weights
from tests.unit.pictures import a_dataset

LIGHT = PALETTES["light"]
EXPERIMENT = Experiment().set(T=4, F=3, U=5)
SVG = "{http://www.w3.org/2000/svg}"


def strip_of(experiment, dataset, weights=(), sample=0):
    """Return the strip's root element, and the SVG of each tensor as an XML element."""
    html = shape_strip(experiment, dataset, LIGHT, weights=dict(weights), sample=sample)
    root = ET.fromstring(re.sub(r"<(br|img)([^>]*[^/])?>", r"<\1\2/>", html))  # noqa: S314 - our own
    sources = [part.get("src").partition("base64,")[2] for part in root.iter("img")]
    return root, [ET.fromstring(base64.b64decode(source)) for source in sources]  # noqa: S314


def entries(picture):
    """Return the number of entries, and the number of their shades."""
    paths = [path for path in picture.iter(f"{SVG}path") if path.get("fill")]
    return sum(path.get("d").count("M") for path in paths), len({p.get("fill") for p in paths})


def test_the_strip_is_plain_html_with_every_shape_in_letters_and_numbers():
    """It is one image with alternative text, and has only tags that `st.html` keeps.

    Each mode has input 4×3, hidden states 4×5 and prediction 4×1. Rows that it drops are pale.
    """
    root, pictures = strip_of(EXPERIMENT, a_dataset())
    assert {part.tag for part in root.iter()} == {"div", "span", "br", "img"}
    assert root.get("role") == "img"
    sentence = strip_sentence(EXPERIMENT, a_dataset())
    assert root.get("aria-label") == sentence
    assert "(N, 4, 3) → LSTM (N, 5) → Dense (N, 1). 186 parameters each." in sentence
    assert "186 parameters." in strip_sentence(EXPERIMENT.set(mode="last"), a_dataset())
    for text in (
        *("(N, T, F)", "(N, 4, 3)", "(N, T, U)", "(N, 4, 5)", "(N, T, K)", "(N, 4, 1)"),
        *("(N, U)", "(N, 5)", "(N, K)", "(N, 1)", "last step only", "LSTM 5", "180 params"),
        *("N samples · T timesteps", "return_sequences=False", "1 value per step"),
    ):
        assert text in " ".join(root.itertext())
    assert [entries(picture)[0] for picture in pictures] == [12, 20, 4, 12, 20, 4]


def test_the_output_of_the_last_step_is_outlined():
    """It marks the sequence model's last hidden state, and the last-step model's outputs."""
    for mode, expected in {"both": [1, 4, 5], "last": [1, 2], "sequence": []}.items():
        _, pictures = strip_of(EXPERIMENT.set(mode=mode), a_dataset())
        rects = [picture.findall(f".//{SVG}rect") for picture in pictures]
        assert [k for k, outlines in enumerate(rects) if outlines] == expected
        assert all(rect.get("stroke") == LIGHT.last for outlines in rects for rect in outlines)


def test_pytorch_needs_packed_sequences_if_the_model_masks_steps():
    """Without a mask, `h_n[-1]` is the output of the last step; with padding, it is another's."""
    for masking, words in (("on", "pack_padded_sequence"), ("off", "h_n[-1] in last-step mode")):
        experiment = suggested("brackets").set(padding="after", mask=masking)
        assert words in strip_sentence(experiment, make_dataset(experiment))


@pytest.mark.parametrize(("layers", "height"), [(1, 82.0), (3, 50.0)])
def test_large_tensors_have_an_ellipsis_and_a_limited_height(layers, height):
    """Dots replace entries that are left out. A larger tensor has more entries."""
    counts = []
    for t, u in [(2, 16), (13, 16), (40, 40), (100, 128)]:
        experiment = EXPERIMENT.set(T=t, U=u, mode="sequence", layers=layers)
        _, pictures = strip_of(experiment, a_dataset(t=t))
        (high,) = {float(picture.get("viewBox").split()[-1]) for picture in pictures}
        assert high <= height
        counts.append(entries(pictures[1])[0])
        dots = [p for p in pictures[1].iter(f"{SVG}path") if p.get("stroke-linecap")]
        assert bool(dots) == (t > (13 if layers == 1 else 8))
    assert counts == sorted(counts)
    assert counts[-1] <= 24 * 24


@pytest.mark.parametrize("head", ["dense", "none"])
@pytest.mark.parametrize(("layers", "cell"), [(1, "lstm"), (3, "gru")])
def test_entries_are_shaded_by_known_values(layers, cell, head):
    """If the values of an output are unknown or NaN, all entries have the same shade."""
    dataset = a_dataset(k=5 if head == "none" else 1)
    experiment = EXPERIMENT.set(layers=layers, cell=cell, head=head)
    weights = initial_model_weights(experiment, 3, dataset.targets)
    by_mode = dict.fromkeys(("sequence", "last"), weights)
    flat, full = (strip_of(experiment, dataset, known, 2)[1] for known in ({}, by_mode))
    assert len(flat) == len(full) == 2 * (1 + layers + (head == "dense"))
    inputs = (0, len(flat) // 2)  # The inputs of both modes are always known.
    assert all((entries(picture)[1] > 1) == (k in inputs) for k, picture in enumerate(flat))
    assert entries(full[0])[1] > 3
    assert entries(full[1])[1] > 2
    lost = {"sequence": [w * np.nan for w in weights]}
    assert entries(strip_of(experiment, dataset, lost)[1][1]) == (20, 1)
