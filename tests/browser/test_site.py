"""The static site, opened from a disk without a network."""

import re
from contextlib import contextmanager
from html import unescape
from itertools import product
from pathlib import PurePath

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from plotly.offline import get_plotlyjs_version

from lib.charts.palette import PALETTES
from lib.charts.pytorch import torch_code
from lib.experiment import CELLS, Experiment
from lib.export.site import write_site
from lib.export.site.pages import marked
from lib.shapes import code_lines, model_stack, rnn_output_shape, rnn_parameter_count, trace
from lib.story import GALLERY, GUIDE
from lib.ui.frame import PAGES as PAGE_OF
from lib.ui.stage import STEP
from tests.bench.site import served
from tests.browser.conftest import DESKTOP
from tests.browser.test_accessibility import PHONE
from tests.waiting import eventually
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
    """Open a page offline. The test fails after an outside request or an error."""
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
        assert unescape(marked(scene.text)) in texts[name]
        path = PurePath(PAGE_OF[scene.page][0]).stem.replace("app", "")
        assert f'"{APP}/{path}?{scene.setup}">Open it live' in texts[name]
        assert "data-replay" in texts[name]
    for name, scene in STEPS.items():
        assert f'"{APP}/guide?{STEP}={scene.id}">Open it live' in texts[name]
        for ask in scene.asks:
            assert ask.text in texts[name]
            for place, option in enumerate(ask.options):
                mark = "✓" if place == ask.right else "✗"
                shown = rf"<summary>{re.escape(option.text)}</summary><span[^>]*>{mark}</span> "
                assert re.search(shown + re.escape(option.why), texts[name])


def test_plotlys_bundle_has_the_version_of_plotlys_package(site):
    """The bundle reads the package's figures. lib/README.md says how to update the bundle."""
    code = (site / "plotly.js").read_text("utf-8")
    version = re.search(r"basic - minified\) v(\d+\.\d+)", code)[1]
    assert get_plotlyjs_version().startswith(f"{version}.")


@pytest.mark.parametrize("name", rest_weekly(PAGES, 3))
def test_a_page_opens_offline_fits_a_phone_and_axe_finds_nothing(browser, site, name):
    """This holds on a desktop in the light theme, and on a phone in the dark theme."""
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


def test_a_site_on_a_server_has_no_cookies_and_no_storage(browser, site):
    """Reading a page leaves nothing in the browser."""
    with served(site) as address:
        context = browser.new_context(viewport=DESKTOP)
        page = context.new_page()
        for name in ("index", "parity", "guide-switch"):
            page.goto(f"{address}/{name}.html")
            scroll_through(page)
        assert context.storage_state() == {"cookies": [], "origins": []}
        context.close()


def test_a_replay_is_controlled_by_keyboard(browser, site):
    """The slider moves the figure. The button plays, after the last frame from the start."""
    with opened(browser, site, "recall") as page:
        page.locator("[data-replay]").scroll_into_view_if_needed()
        slider = page.get_by_role("slider", name="Epoch")
        output = page.locator(".replay output")
        expect(output).to_have_text("after epoch 200")
        slider.focus()
        for _ in range(10):  # faster than the figure moves
            page.keyboard.press("ArrowLeft")
        expect(slider).to_have_value(f"{int(slider.get_attribute('max')) - 10}")
        slider.press("End")
        expect(output).to_have_text("after epoch 200")
        button = page.get_by_role("button", name="Play")
        button.focus()
        page.keyboard.press("Enter")
        expect(slider).to_have_value(re.compile(r"[3-9]"))
        page.keyboard.press("Enter")
        expect(button).to_have_text("▶ Play")
        expect(output).not_to_have_text("after epoch 200")


def test_a_replay_follows_the_width_and_the_theme_of_the_window(browser, site):
    """A narrow window has the panels below one another, and a dark theme other colors."""
    with opened(browser, site, "raw") as page:
        replay = page.locator("[data-replay]")
        replay.scroll_into_view_if_needed()
        replay.locator(".main-svg").first.wait_for()
        page.set_viewport_size(PHONE)
        height = "document.querySelector('[data-replay]')._fullLayout.height > 1000"
        assert eventually(lambda: page.evaluate(height), seconds=20)
        bar = page.locator(".replay")
        assert bar.evaluate("bar => bar.scrollWidth <= bar.clientWidth")
        page.emulate_media(color_scheme="dark")
        color = "document.querySelector('[data-replay]').layout.font.color"
        assert eventually(lambda: page.evaluate(color) == PALETTES["dark"].ink, seconds=20)


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
    """A slider that moves by keyboard changes the panels. After Back, panels and sliders agree."""
    with opened(browser, site, "index") as page:
        page.get_by_role("slider", name="timesteps, T").focus()
        page.keyboard.press("ArrowRight")
        page.get_by_role("combobox", name="cell").select_option("gru")
        models = page.locator(".models section")
        expect(models.nth(0)).to_contain_text("(N, 13, 16)")
        expect(models.nth(1)).to_contain_text("(N, 16)")
        expect(models.nth(1)).to_contain_text("3·U·(F+U+2) = 3·16·(3+16+2) = 1,008")
        page.get_by_role("link", name="Cell").click()
        page.go_back()
        steps = page.get_by_role("slider", name="timesteps, T").input_value()
        expect(models.nth(0)).to_contain_text(f"(N, {steps}, 16)")


def test_the_code_of_the_strip_is_the_app_s(browser, site):
    """Keras's and PyTorch's code of each cell, mode and number of layers."""
    with opened(browser, site, "index") as page:
        for cell, layers, mode in product(CELLS, (1, 2, 3), ("sequence", "last")):
            sizes = {"T": 7, "F": 5, "U": 9}
            codes = page.evaluate(
                """chosen => {
                    const form = document.querySelector(".strip-form");
                    for (const key in chosen)
                        form.querySelector(`[name=${key}]`).value = chosen[key];
                    form.oninput();
                    const shown = document.querySelectorAll(".models pre");
                    return [...shown].map((pre) => pre.textContent);
                }""",
                {**sizes, "cell": cell, "layers": layers, "mode": mode},
            )
            model = Experiment().set(cell=cell, U=9, layers=layers, head="none").model
            lines = code_lines(trace(model_stack(model, mode, 7, 5, 1)))
            assert set(lines) < set(codes[0].splitlines()), codes[0]
            assert codes[1] == torch_code(cell, **sizes, layers=layers)


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
        column = page.locator(".cell-time:visible").first
        box = column.bounding_box()
        page.mouse.click(box["x"] + box["width"] * 11.5 / 12, box["y"] + 2)
        expect(words).to_contain_text("Timestep 12, unit")


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
