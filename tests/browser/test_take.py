"""Downloads of a run: pictures that the browser makes, and files that the server makes."""

import io
import json
import re
import zipfile
from xml.etree import ElementTree

import numpy as np
from PIL import Image
from playwright.sync_api import expect

from lib.export.kept import open_kept
from tests.browser.driver import EACH, TRIES, Late, open_page, wait_until_whole

CARD = ".st-key-take_away .take"
PNG = b"\x89PNG\r\n\x1a\n"
SVG = "{http://www.w3.org/2000/svg}"
PICTURES = {"shapes": "return_sequences=False", "sample": "temp_max", "compare": "last-step"}
"""A text in each picture, by the picture's name."""


def download_file(page, file, folder):
    """Press the button of a file, and return the path of the download.

    A click is lost if the page redraws the button between press and release, so try again.
    """
    for _ in range(TRIES):
        try:
            with page.expect_download(timeout=EACH) as download:
                page.locator(f'{CARD} [data-id="{file}"]').click(timeout=EACH)
        except Late:
            continue
        download.value.save_as(path := folder / download.value.suggested_filename)
        return path
    raise AssertionError(f"{file} was never downloaded")


def test_pictures_and_files_of_a_run_are_downloaded(page, tmp_path):
    """Pictures refer to no other file, and one ZIP file has all. A model has Keras's format."""
    open_page(page, "/?data=seattle&seeds=1")
    wait_until_whole(page)
    for name, words in PICTURES.items():
        svg = download_file(page, f"{name}.svg", tmp_path)
        assert svg.name == f"seattle-lstm-both-{name}.svg"
        root = ElementTree.fromstring(svg.read_text())  # noqa: S314  The page made the file.
        assert words in " ".join("".join(root.itertext()).split())
        assert re.fullmatch(r"rgb\(\d+, \d+, \d+\)", root.find(f"{SVG}rect").attrib["fill"])
        assert not re.search(r"""(?:href|src|url)\s*[=(]\s*["']?(?:http|/)""", svg.read_text())
        png = download_file(page, f"{name}.png", tmp_path).read_bytes()
        assert png.startswith(PNG)
        assert int.from_bytes(png[16:20], "big") == 2 * int(root.get("width"))
    shown = page.locator(f"{CARD} [data-of]:visible [data-id$='.svg']")
    names = {one.get_attribute("data-id").removesuffix(".svg") for one in shown.all()}
    assert names >= PICTURES.keys()
    for kind in ("svg", "png"):
        file = download_file(page, f"pictures.{kind}", tmp_path)
        assert file.name == f"seattle-lstm-both-pictures-{kind}.zip"
        with zipfile.ZipFile(file) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) == len(names)
            for name in names:
                content = archive.read(f"seattle-lstm-both-{name}.{kind}")
                if kind == "svg":
                    assert ElementTree.fromstring(content).tag == f"{SVG}svg"  # noqa: S314
                else:
                    with Image.open(io.BytesIO(content)) as image:
                        image.load()
                        assert image.format == "PNG"
    file = download_file(page, "kept", tmp_path)
    kept = open_kept(file.name, file.read_bytes())
    with np.load(download_file(page, "weights", tmp_path)) as weights:
        kernel = weights["last/seed_0/lstm/lstm_cell/kernel"]
    assert np.array_equal(kernel, kept.snapshot.results["last"].weights[0])
    with zipfile.ZipFile(download_file(page, "model_last", tmp_path)) as archive:
        config = json.loads(archive.read("config.json"))
    assert config["config"]["layers"][1]["config"]["return_sequences"] is False
    expect(page.locator(f"{CARD} .message")).to_have_text(
        re.compile("Downloaded .*last-step.keras")
    )


def test_a_report_opens_without_a_network_and_prints(page, tmp_path):
    """One file under 6 MB has all charts and texts, and a replay with keys, which isn't printed."""
    open_page(page, "/?data=seattle&seeds=1")
    wait_until_whole(page)
    sentence = page.locator("h1").inner_text()
    report = download_file(page, "report", tmp_path)
    assert len(report.read_bytes()) < 6_000_000
    page.context.set_offline(True)
    try:
        page.goto(f"file://{report}")
        page.locator("html[data-drawn]").wait_for()
        expect(page.locator("h1")).to_have_text(sentence)
        expect(page.locator(".plot .main-svg").first).to_be_visible()
        assert page.locator(".plot").count() == 6
        assert "data=seattle" in page.locator("footer a").inner_text()
        controls = page.locator(".replay")
        epoch = controls.locator("output")
        expect(epoch).to_have_text("after epoch 40")
        controls.get_by_role("slider").press("Home")
        expect(epoch).not_to_have_text("after epoch 40")
        page.emulate_media(media="print")
        expect(controls).to_be_hidden()
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        assert 3 <= len(re.findall(rb"/Type\s*/Page\b", printed)) <= 8
    finally:
        page.emulate_media(media="screen")
        page.context.set_offline(False)
