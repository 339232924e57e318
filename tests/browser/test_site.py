"""The static site, opened from a disk without a network."""

import re
from contextlib import contextmanager
from html import unescape
from itertools import product
from urllib.parse import urlsplit

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from plotly.offline import get_plotlyjs_version

from lib.export.site import write_site
from lib.shapes import rnn_output_shape, rnn_parameter_count
from lib.story import GALLERY, GUIDE
from tests.browser.conftest import DESKTOP
from tests.browser.test_accessibility import PHONE
from tests.weekly import rest_weekly

APP = "https://app.example"
STEPS = {f"guide-{name}": scene for name, scene in GUIDE.items()}
PAGES = [*dict.fromkeys(("digits", "index", "guide-pooling", "cell", "choose", *STEPS, *GALLERY))]
"""`make test` runs axe on the first three pages, which have nearly all kinds of elements."""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Write the site into a folder."""
    folder = tmp_path_factory.mktemp("site")
    assert write_site(folder, app=APP) == len(PAGES)
    return folder


@contextmanager
def opened(browser, site, name, **options):
    """Open a page offline. The test fails after an outside request, an error or a cookie."""
    context = browser.new_context(**{"offline": True, "viewport": DESKTOP} | options)
    page, wrong = context.new_page(), []
    page.on("request", lambda request: wrong.append(request.url))
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(f"{error}"))
    page.goto(f"file://{site}/{name}.html")
    try:
        yield page
        inside = tuple(f"{scheme}:" for scheme in ("file", "data", "blob"))
        assert not [each for each in wrong if not each.startswith(inside)]
        assert not context.cookies()
    finally:
        context.close()


def scroll_through(page):
    """Scroll to each chart, and wait until it is drawn. On a phone, a first key starts that."""
    page.keyboard.press("Shift")
    charts = page.locator(".plot:visible")
    for place in range(charts.count()):
        charts.nth(place).scroll_into_view_if_needed()
        charts.nth(place).locator(".main-svg").first.wait_for()


def test_pages_have_the_words_of_the_story_and_no_outside_address(site):
    """Each card has its title and text, and each step of the guide its questions and answers."""
    texts = {name: unescape((site / f"{name}.html").read_text("utf-8")) for name in PAGES}
    for text in texts.values():
        for address in re.findall(r'(?:src|href)="([^"#]+)', text):
            if not address.startswith((APP, "data:")):
                assert (site / address).exists(), address
    for name, scene in GALLERY.items():
        assert scene.title in texts[name]
        assert scene.title in texts["index"]
        assert scene.text.split("`")[0] in texts[name]
        live = re.search(rf'"({APP}/[^"]+)">Open it live', texts[name])[1]
        assert urlsplit(live).query == scene.setup
    for name, scene in STEPS.items():
        for ask in scene.asks:
            assert ask.text in texts[name]
            for place, option in enumerate(ask.options):
                mark = "✓" if place == ask.right else "✗"
                assert f"<summary>{option.text}</summary>{mark} {option.why}" in texts[name]


def test_plotlys_bundle_has_the_version_of_plotlys_package(site):
    """The bundle reads the package's figures. lib/README.md says how to update the bundle."""
    version = re.search(r"basic - minified\) v(\d+)", (site / "plotly.js").read_text("utf-8"))[1]
    assert version == get_plotlyjs_version().split(".")[0]


@pytest.mark.parametrize("name", rest_weekly(PAGES, 3))
def test_a_page_opens_offline_fits_a_phone_and_axe_finds_nothing(browser, site, name):
    """This holds in the light and in the dark theme, with all charts drawn."""
    looks = {"light": DESKTOP, "dark": PHONE}
    for theme, size in looks.items():
        with opened(browser, site, name, color_scheme=theme, viewport=size) as page:
            for folded in page.locator("details").all():
                folded.evaluate("details => { details.open = true; }")
            scroll_through(page)
            options = {"resultTypes": ["violations"], "preload": False}
            found = Axe().run(page, options=options).response["violations"]
            assert not {each["id"]: each["nodes"][0]["html"][:200] for each in found}
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_replay_is_controlled_by_keyboard(browser, site):
    """The slider moves the figure, and the button plays from the start, and pauses."""
    with opened(browser, site, "recall") as page:
        page.locator("[data-replay]").scroll_into_view_if_needed()
        slider = page.get_by_role("slider", name="Epoch")
        output = page.locator(".replay output")
        last = int(slider.get_attribute("max"))
        expect(output).to_have_text("after epoch 200")
        slider.focus()
        page.keyboard.press("Home")
        expect(output).not_to_have_text("after epoch 200")
        first = output.text_content()
        button = page.get_by_role("button", name="Play")
        button.focus()
        page.keyboard.press("Enter")
        expect(slider).to_have_value(re.compile(r"[3-9]|1\d"))
        page.keyboard.press("Enter")
        expect(button).to_have_text("▶ Play")
        assert 2 < int(slider.input_value()) <= last
        assert output.text_content() != first


def test_the_strip_equals_the_functions_of_lib(browser, site):
    """Shapes, parameters and formulas of 500 settings equal those that Python computes."""
    rng, chosen = np.random.default_rng(0), []
    for cell, layers, mode in product(
        ("lstm", "gru", "simple_rnn"), (1, 2, 3), ("sequence", "last")
    ):
        for T, F, U in rng.integers(1, (513, 17, 129), (28, 3)).tolist():
            chosen.append({"cell": cell, "layers": layers, "mode": mode, "T": T, "F": F, "U": U})
    with opened(browser, site, "index") as page:
        found = page.evaluate(
            """chosen => {
                const { cells } = JSON.parse(document.querySelector(".strip-form").dataset.strip);
                return chosen.map((each) => traced(cells[each.cell], each));
            }""",
            chosen,
        )
    assert len(found) >= 500
    for each, steps in zip(chosen, found, strict=True):
        shape = None, each["T"], each["F"]
        for place, step in enumerate(steps, start=1):
            every = each["mode"] == "sequence" or place < each["layers"]
            count = rnn_parameter_count(each["cell"], shape[2], each["U"])
            shape = rnn_output_shape(shape, each["U"], every)
            assert step["shape"] == [*shape[1:]]
            letters, numbers = step["formula"].replace("·", "*").split(" = ")
            names = {name: each[name] for name in ("F", "U")}
            values = [eval(text, names) for text in (letters, numbers)]  # noqa: S307
            assert [step["parameters"], *values] == [count] * 3


def test_the_strip_shows_shapes_and_code_of_the_chosen_sizes(browser, site):
    """A slider that moves by keyboard changes the shapes, the parameters and both snippets."""
    with opened(browser, site, "index") as page:
        page.get_by_role("slider", name="timesteps, T").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("combobox", name="cell").select_option("gru")
        models = page.locator(".models section")
        expect(models.nth(0)).to_contain_text("(N, 13, 16)")
        expect(models.nth(0)).to_contain_text("layers.GRU(16, return_sequences=True)(x)")
        expect(models.nth(1)).to_contain_text("(N, 16)")
        expect(models.nth(1)).to_contain_text("3·U·(F+U+2) = 3·16·(3+16+2) = 1,008")
        expect(models.nth(2)).to_contain_text("out         # (N, 13, 16)")
        page.get_by_role("combobox", name="mode").select_option("last")
        expect(models).to_have_count(2)


def test_the_playhead_moves_and_shows_the_formulas_of_its_step(browser, site):
    """The slider and a click on the picture pick a timestep and a unit of the recorded layer."""
    with opened(browser, site, "cell") as page:
        words = page.locator(".formulas > strong")
        expect(words).to_contain_text("Timestep 1, unit")
        page.get_by_role("slider", name="Timestep").focus()
        page.keyboard.press("ArrowRight")
        expect(words).to_contain_text("Timestep 2, unit")
        page.get_by_role("slider", name="Unit").press("Home")
        expect(words).to_contain_text("Timestep 2, unit 1:")
        expect(page.locator(".formulas")).to_contain_text("forget gate")


def test_an_answer_opens_the_picture_and_code_is_copied(browser, site):
    """The options explain themselves without JavaScript; the picture follows an answer."""
    with opened(browser, site, "guide-switch") as page:
        expect(page.locator(".later .picture").first).to_be_hidden()
        page.get_by_text("They are computed, but not returned").click()
        expect(page.get_by_text("The layer returns only the last h")).to_be_visible()
        expect(page.locator(".later .picture:visible")).to_have_count(2)  # for each mode
    with opened(browser, site, "raw", permissions=["clipboard-read", "clipboard-write"]) as page:
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert "keras.Input((2, 3))" in copied
