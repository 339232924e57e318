"""What is taken away of a run holds what the screen shows: each file is downloaded and opened."""

import csv
import io
import json
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
import pandas as pd
from playwright.sync_api import expect

from lib.data.datasets import make_dataset, suggested
from lib.experiment.experiment import Experiment
from lib.export.kept import open_kept
from lib.training.limits import with_seeds
from lib.training.recorded import recorded
from tests.browser.driver import EACH, TRIES, Late, open_page, wait_until_whole

CARD = ".st-key-take_away .take"
PNG = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = {"shapes", "answers", "loss", "early", "compare"}


def taken(page, file, folder):
    """Press the button of a file and wait for it: its name and what is in it.

    Where the page draws its rows anew between press and release, the click is lost: press again.
    """
    for _ in range(TRIES):
        try:
            with page.expect_download(timeout=EACH) as download:
                page.locator(f'{CARD} [data-id="{file}"]').click(timeout=EACH)
        except Late:
            continue
        download.value.save_as(path := folder / download.value.suggested_filename)
        return path.name, path.read_bytes()
    raise AssertionError(f"{file} never came")


def check_svg(content, words):
    """It is one, has an opaque ground and these words, and needs nothing from elsewhere."""
    root = ElementTree.fromstring(content)  # noqa: S314  the page's own
    assert root.tag == f"{SVG}svg"
    assert words in " ".join("".join(root.itertext()).split())
    assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", root.find(f"{SVG}rect").attrib["fill"])
    assert not re.search(rb"""(?:href|src|url)\s*[=(]\s*["']?(?:http|/)""", content)


def size_of_png(content):
    """Width and height in pixels."""
    assert content.startswith(PNG)
    return int.from_bytes(content[16:20], "big"), int.from_bytes(content[20:24], "big")


def test_everything_of_a_run_is_taken_away(page, tmp_path):
    """Of the recorded Seattle run: pictures in the open theme, tables, weights, models, report."""
    open_page(page, "/?data=seattle")
    wait_until_whole(page)
    dataset = make_dataset(suggested("seattle"))
    experiment = with_seeds(suggested("seattle"), dataset)
    snapshot = recorded(experiment)
    assert snapshot is not None

    words = {"shapes": "return_sequences=False", "answers": "temp_max", "loss": "both modes"}
    for name in sorted(PICTURES):
        file, svg = taken(page, f"{name}.svg", tmp_path)
        assert file == f"seattle-lstm-both-{name}.svg"
        check_svg(svg, words.get(name, "last-step mode"))
        width, height = size_of_png(taken(page, f"{name}.png", tmp_path)[1])
        drawn = ElementTree.fromstring(svg)  # noqa: S314
        assert (width, height) == (2 * int(drawn.get("width")), 2 * int(drawn.get("height")))

    name, content = taken(page, "predictions_csv", tmp_path)
    assert name == "seattle-lstm-both-predictions.csv"
    frame = pd.read_csv(io.BytesIO(content))
    parquet = pd.read_parquet(io.BytesIO(taken(page, "predictions_parquet", tmp_path)[1]))
    assert list(frame) == list(parquet)
    np.testing.assert_allclose(frame["last_seed_0"], parquet["last_seed_0"], rtol=1e-6)
    shown = int(snapshot.samples[3])
    said = dataset.raw(snapshot.results["last"].predictions[3], shown)[-1, 0]
    mine = frame[frame["sample"] == shown + 1]
    assert abs(mine["last_seed_0"].iloc[-1] - said) < 1e-4
    rows = list(csv.DictReader(io.StringIO(taken(page, "history", tmp_path)[1].decode())))
    assert float(rows[-1]["last_step_mse"]) == snapshot.others[-1]["last"].last_step_mse[-1]
    rows = list(csv.DictReader(io.StringIO(taken(page, "runs", tmp_path)[1].decode())))
    assert [row["seed"] for row in rows[::2]] == ["0", "1", "2", "3"]

    with np.load(io.BytesIO(taken(page, "weights", tmp_path)[1])) as weights:
        kernel = weights["last/seed_2/lstm/lstm_cell/kernel"]
    assert np.array_equal(kernel, snapshot.others[1]["last"].weights[0])
    name, content = taken(page, "model_last", tmp_path)
    assert name == "seattle-lstm-both-last-step.keras"
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = json.loads(archive.read("config.json"))
        assert "model.weights.h5" in archive.namelist()
    assert config["config"]["layers"][1]["config"]["return_sequences"] is False

    name, content = taken(page, "kept", tmp_path)
    assert name == "seattle-lstm-both.unrolled"
    again = open_kept(name, content)
    assert again.experiment == experiment
    assert np.array_equal(again.snapshot.results["last"].loss, snapshot.results["last"].loss)
    name, content = taken(page, "keras", tmp_path)
    compile(content, name, "exec")
    assert taken(page, "data", tmp_path)[0] == "seattle.npz"
    expect(page.locator(f"{CARD} .said")).to_have_text(re.compile("seattle.npz is made"))


def test_a_report_opens_without_a_network_and_prints(page, tmp_path):
    """One file under 6 MB with the page's pictures, its words and the code, on a few sheets."""
    open_page(page, "/?data=seattle&T=12")
    wait_until_whole(page)
    sentence = page.locator("h1").inner_text()
    name, content = taken(page, "report", tmp_path)
    assert name == "seattle-lstm-both-report.html"
    assert len(content) < 6_000_000
    page.context.set_offline(True)
    try:
        page.goto(f"file://{tmp_path / name}")
        page.locator("html[data-drawn]").wait_for()
        expect(page.locator("h1")).to_have_text(sentence)
        expect(page.locator(".plot .main-svg").first).to_be_visible()
        assert page.locator(".plot").count() == 4
        assert f"T={Experiment().set(T=12).get('T')}" in page.locator("footer a").inner_text()
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 6
    finally:
        page.context.set_offline(False)
