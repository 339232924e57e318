"""Write the pages of the static site, and the files that they share."""

import gzip
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import plotly.io
from markupsafe import escape
from msgspec import json

from lib import charts, recurrence, shapes
from lib.charts import PALETTES, Drawing, Palette, cell, html, pytorch, scenes, strip
from lib.experiment import CELLS, MODES, SETTINGS, Experiment
from lib.export.files import CHARTS_JS, CSS, TEMPLATES, Reported, drawings, report_values
from lib.results import RunAt
from lib.story import GALLERY, GALLERY_TEXT, GALLERY_TITLE, GUIDE, Scene, pictures, plot_of

HERE, ROOT = Path(__file__).parent, Path(__file__).parents[3]
SIZES = {"T": 1001, "F": 1002, "U": 1003}  # in the strip's code; site.js replaces them
LAYERS = (1, 2, 3)  # the strip's numbers of layers


def write_site(folder: Path, app: str = "", address: str = "") -> int:
    """Write the pages into `folder`, and return their number.

    `app` is the address of the app, to which pages link; "" for no links. `address` is the address
    of the site, which the pictures of link previews need.
    """
    site = Site(folder, app.rstrip("/"), address.rstrip("/"))
    (folder / "data").mkdir(parents=True, exist_ok=True)
    site.page("index", GALLERY_TITLE, GALLERY_TEXT, small=_small, strip=_strip_values())
    for name in GALLERY:
        _write_card(site, name)
    for name, scene in GUIDE.items():
        drawn, poster = pictures.pictures_of(scene, scene.shows), scene.picture and _small(scene)
        first = site.shown(f"guide-{name}", drawn, poster)
        values = {"first": first, "scene": scene, "steps": list(GUIDE)}
        values["later"] = site.shown(f"guide-{name}-later", pictures.later_pictures(scene))
        site.page(f"guide-{name}", scene.title, scene.text, "guide", **values)
    site.page("choose", scenes.QUESTION, GUIDE["choose"].text, "page", table=scenes.advice_table())
    _write_cell(site, pictures.run_of(GALLERY["losses"]))
    _write_shared(folder)
    return len([*folder.glob("*.html")])


@dataclass(frozen=True, slots=True)
class Site:
    """A folder of pages."""

    folder: Path
    app: str
    address: str

    def page(self, name: str, title: str, text: str, template: str = "", **values: Any) -> None:
        """Write a page from a template, by default of the same name. `text` is Markdown."""
        values |= {"site": self, "name": name, "title": title, "text": marked(text)}
        values |= {"GALLERY": GALLERY, "GUIDE": GUIDE, "scenes": scenes, "marked": marked}
        page = TEMPLATES.get_template(f"site/{template or name}.html").render(**values)
        (self.folder / f"{name}.html").write_text(page, "utf-8")

    def data(self, name: str, value: str) -> None:
        """Write JSON as a script: a page on a disk can't read other kinds of files."""
        (self.folder / "data" / f"{name}.js").write_text(f"files[{name!r}] = {value}", "utf-8")

    def shown(self, name: str, drawn: Iterable[Drawing], poster: str = "") -> list[dict[str, Any]]:
        """Return pictures for `pictures` of parts.html, after writing the files of figures.

        The page shows the `poster` until it has drawn a figure.
        """
        return [self._shown(f"{name}-{place}", each, poster) for place, each in enumerate(drawn)]

    def _shown(self, name: str, drawing: Drawing, poster: str) -> dict[str, Any]:
        figure = drawing.draw(PALETTES["light"])
        if isinstance(figure, str):
            return {"about": drawing, "html": themed(drawing.draw)}
        is_replay = "frames" in figure.to_dict()
        # A replay has another layout on a phone.
        for layout, end in [("narrow", ".narrow"), ("wide", "")] if is_replay else [("", "")]:
            for theme, palette in PALETTES.items():
                figure = drawing.draw(palette, **({"layout": layout} if layout else {}))
                value = plotly.io.to_json(charts.without_heatmaps(figure), validate=False)
                self.data(f"{name}{end}.{theme}", value)
        about = {"about": drawing, "figure": name, "is_replay": is_replay, "poster": poster}
        return {**about, "height": figure.to_dict()["layout"]["height"]}


def themed(draw: Callable[[Palette], str]) -> str:
    """Return HTML in the colors of both themes, of which site.css shows one."""
    return "".join(f'<div class="in-{p.theme}">{draw(p)}</div>' for p in PALETTES.values())


def marked(text: str) -> str:
    """Return Markdown with code, Streamlit's colors and paragraphs as HTML."""
    shown = re.sub(r":(\w+)\[([^\]]*)\]", r'<span class="\1">\2</span>', f"{escape(text)}")
    shown = re.sub(r"`([^`]*)`", r"<code>\1</code>", shown)
    return "".join(f"<p>{paragraph}</p>" for paragraph in shown.split("\n\n"))


def _small(scene: Scene) -> str:
    """Return a card's small picture."""
    if (plot := plot_of(scene)) is None:
        raise SystemExit(f"{scene.id} is not recorded: run `python -m tests.record {scene.id}`.")
    return themed(partial(charts.small_picture, plot, scene.title))


def _write_card(site: Site, name: str) -> None:
    """Write a card: its own pictures, the replay of its run, and the other parts of a report."""
    scene, names = GALLERY[name], [*GALLERY, *GALLERY]
    run = pictures.run_of(scene)
    of = Reported(run.experiment, run.dataset, run.snapshot, past=run.snapshot.past)
    *others, replay = drawings(of)
    own = [*pictures.pictures_of(scene, scene.shows)]
    others = [each for each in others if each.title not in {one.title for one in own}]
    page, place = "" if scene.page == "Explore" else scene.page.lower(), names.index(name)
    values: dict[str, Any] = {"live": f"{site.app}/{page}?{scene.setup}"}
    values |= {"before": names[place - 1], "after": names[place + 1]}
    values |= {
        "own": site.shown(name, own, _small(scene)),
        "run": site.shown(f"{name}-run", [replay, *others]),
    }
    site.page(name, scene.title, scene.text, "card", **values, **report_values(of, themed))


def _strip_values() -> dict[str, Any]:
    """Return the strip's settings, and as JSON its cells, modes, and code with SIZES."""
    codes, modes = dict[str, str](), {mode: MODES[mode] for mode in ("sequence", "last")}
    for name, layers in product(CELLS, LAYERS):
        model = Experiment().set(cell=name, U=SIZES["U"], layers=layers, head="none").model
        for mode in modes:
            steps = shapes.trace(shapes.model_stack(model, mode, SIZES["T"], SIZES["F"], 1))
            codes[f"{name}-{layers}-{mode}"] = "\n".join(shapes.code_lines(steps))
        codes[f"{name}-{layers}-torch"] = pytorch.torch_code(name, **SIZES, layers=layers)
    values = {"codes": codes, "sizes": SIZES, "cells": CELLS, "modes": modes}
    settings = {key: SETTINGS[key] for key in ("T", "F", "U", "layers", "cell", "mode")}
    return {"settings": settings, "json": json.encode(values).decode()}


def _write_cell(site: Site, of: RunAt) -> None:
    """Write the page about the cell, and a file for each unit with its formulas at each step."""
    layer = pictures.layer_of(of)
    steps, units = layer.trace.hidden[0].shape
    start = int(np.argmax(np.ptp(layer.trace.hidden[0], axis=0)))  # the unit that changes most

    def lines(unit: int, step: int, palette: Palette) -> str:
        return cell.unit_lines(recurrence.lines(layer, unit, step), palette)

    for unit, palette in product(range(units), PALETTES.values()):
        takeaways = [cell.step_takeaway(layer, unit, step) for step in range(steps)]
        formulas = [(text, lines(unit, k, palette)) for k, text in enumerate(takeaways)]
        site.data(f"cell-{unit}.{palette.theme}", json.encode(formulas).decode())
    (found, details), order = cell.findings(layer.cell, layer.trace), [*range(units)]
    matrices = cell.states_and_gates(layer, np.arange(units))
    draw = partial(cell.heatmaps, matrices, sentence=details, start=start, wide=True)
    over_time = pictures.unrolled(of, start)
    drawn = over_time._replace(details=""), Drawing("", draw, found, details)
    playhead = {"steps": steps, "units": units, "order": order, "step": 0, "unit": start}
    playhead["plays"] = False
    playhead["names"] = {"time": charts.TIME, "units": charts.UNITS}
    values: dict[str, Any] = {
        "shown": site.shown("cell", drawn),
        "playhead": json.encode(playhead).decode(),
    }
    values |= {"takeaway": cell.step_takeaway(layer, start, 0)}
    values["formulas"] = themed(partial(lines, start, 0))
    values["bar"] = cell.PLAYHEAD.with_suffix(".html").read_text("utf-8")
    site.page("cell", cell.cell_sentence(of.experiment, of.dataset), over_time.details, **values)


def _write_shared(folder: Path) -> None:
    """Write the style, the scripts, Plotly's basic bundle, and the pictures of link previews."""
    light, dark = (
        f":root{{color-scheme:{p.theme};{html.colors_css(p)}}}" for p in PALETTES.values()
    )
    own, bar = (HERE / "site.css").read_text("utf-8"), cell.PLAYHEAD.with_suffix(".css")
    css = html.CSS + strip.CSS + cell.CSS + CSS + f".playhead{{{bar.read_text('utf-8')}}}" + own
    dark = f"@media(prefers-color-scheme:dark){{{dark}}}"
    (folder / "site.css").write_text(light + dark + css, "utf-8")
    # A page on a disk can't load a module, so the playhead's module becomes a plain function.
    module = cell.PLAYHEAD.with_suffix(".js").read_text("utf-8")
    script = module.replace("export default function", "const playhead = function")
    own = (HERE / "site.js").read_text("utf-8")
    (folder / "site.js").write_text(CHARTS_JS + script + own, "utf-8")
    (folder / "plotly.js").write_bytes(gzip.decompress((HERE / "plotly.js.gz").read_bytes()))
    shutil.copy(ROOT / "lib/ui/favicon.png", folder / "icon.png")
    shutil.copytree(ROOT / ".github/cards", folder / "previews", dirs_exist_ok=True)
